# %% [markdown]
# # Full unitarity
#
# $0\le\rho_J\le2$ bounds couplings themselves, not only ratios. Their natural unit is $U=(4\pi)^{D/2}M^{-D}$ for $g_2$.

# %%
# %matplotlib inline
import os
from importlib.resources import files

import matplotlib.pyplot as plt

import positivity

plt.style.use(str(files("positivity") / "paper.mplstyle"))

QUICK = bool(os.environ.get("EFT_POSITIVITY_QUICK"))
orders = (4, 6) if QUICK else (4, 6, 8, 10)

for order in orders:
    bound = positivity.bound("g2", over="U", order=order, density="unitary")
    print(
        f"order {order:2d}: g2 <= {bound.upper.text} U ({bound.upper.status}); a density reaches",
        bound.upper.spectrum_value,
    )

# %% [markdown]
# The value at order 4 is the 0.794 of arXiv:2011.02957. The extremal density is bang-bang: 2 where the functional is
# positive, 0 elsewhere.

# %%
bound.plot("upper")

# %% [markdown]
# At a given strength of $g_2$ the other couplings have less room than positivity alone leaves them.

# %%
order = 6 if QUICK else 8
free = positivity.bound("g3", order=order)
print(f"rho_J >= 0:            {free.lower.text} <= g3/g2 <= {free.upper.text}")
for strength in ("0.1U", "0.3U", "0.5U"):
    held = positivity.bound("g3", over="g2", order=order, density="unitary", fix={"g2": strength})
    print(f"g2 = {strength}, full unitarity: {held.lower.text} <= g3/g2 <= {held.upper.text}")
    assert float(free.lower.text) <= float(held.lower.text) and float(held.upper.text) <= float(free.upper.text)

# %% [markdown]
# Stronger assumptions are stated in the scope and in the certificate: here no spin-0 states below $m^2=2$, and a lower
# ceiling.

# %%
assumed = positivity.Density(ceiling=1, gaps=((0, 2),))
print(positivity.bound("g2", over="U", order=order, density=assumed))

# %% [markdown]
# Smeared null constraints replace the whole tower of $k=2$ forward ones. They are evaluated on a grid, so the result is
# `numerical`, and says so.

# %%
print(positivity.bound("g2", over="U", density="unitary", smeared=3 if QUICK else 8))
