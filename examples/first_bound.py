# %% [markdown]
# # A first bound
#
# A massless scalar with a shift symmetry, below the mass $M$ of the first heavy state:
# $\mathcal M=g_2(s^2+t^2+u^2)+g_3\,stu+g_4(s^2+t^2+u^2)^2+\dots$
# How large can $g_3/g_2$ be if the heavy states are causal and unitary? Units: $M=1$.

# %%
# %matplotlib inline
import os
from importlib.resources import files

import matplotlib.pyplot as plt

import positivity

plt.style.use(str(files("positivity") / "paper.mplstyle"))

QUICK = bool(os.environ.get("EFT_POSITIVITY_QUICK"))
order = 6 if QUICK else 8

bound = positivity.bound("g3", over="g2", order=order)
print(bound)

# %% [markdown]
# `certified` is a theorem in the scope of the first line: an exact functional, non-negative for all even spins and
# all masses, checked by a verifier that shares no code with the solver. `spectrum says` is the value of an explicit
# list of heavy states that satisfies the null constraints, so at this order no bound can be stronger.

# %%
for state in bound.lower.spectrum[:6]:
    print(f"m^2 = {float(state.mass_squared):10.5f}   J = {state.spin:3d}   weight = {float(state.weight):.3e}")

# %% [markdown]
# The proof is data: rational coefficients of a few sum rules. Verify it again, and see that a stronger claim with the
# same functional is refused.

# %%
from positivity.certificates.verification import verify
from solvers.verify import Refused

document = bound.to_dict()
for statement in verify(document):
    print("PROVED:", statement)

document["lower"]["value"] = "-10"
try:
    verify(document)
except Refused as reason:
    print("REFUSED:", reason)

# %% [markdown]
# The functional itself, at the spins where it touches zero; there, and only there, the extremal theory has states.

# %%
bound.plot("lower")

# %% [markdown]
# Higher orders use more null constraints and can only make the bound stronger. Compare with the amplitude
# $1/((1-s)(1-t)(1-u))$ without its spin-0 part, which has $g_3/g_2=(6-12\ln2)/(3-4\ln2)$.

# %%
from math import log

known = (6 - 12 * log(2)) / (3 - 4 * log(2))
orders = (4, 5, 6) if QUICK else (4, 5, 6, 8, 10, 12)
values = {n: positivity.bound("g3", order=n).lower for n in orders}
for n, end in values.items():
    print(f"order {n:2d}: g3/g2 >= {end.text}  ({end.status})")
print(f"a theory with    g3/g2  = {known:.9f}")
assert all(float(end.text) < known for end in values.values())
