# %% [markdown]
# # An allowed region and its kinks
#
# Two ratios at once, tree level, $\rho_J\ge0$, units $M=1$. The region is the intersection of half-planes, each with
# its own certificate; nothing is interpolated.

# %%
# %matplotlib inline
import os
from importlib.resources import files

import matplotlib.pyplot as plt

import positivity

plt.style.use(str(files("positivity") / "paper.mplstyle"))

QUICK = bool(os.environ.get("EFT_POSITIVITY_QUICK"))
order, points = (6, 16) if QUICK else (8, 60)

region = positivity.region("g3", "g4", over="g2", order=order, points=points)
print(f"{len(region.certified)} of {len(region.half_planes)} half-planes certified; {region.problem.scope}")

# %%
region.plot()

# %% [markdown]
# Where the boundary has a corner, look for a theory. Spin-0 exchange sits in one; the $stu$ pole with its spin-0 part
# removed lies on the upper edge $g_4=\frac12g_2$, near its left end.

# %%
for kink in region.kinks:
    print(f"kink at g3/g2 = {kink.x:9.5f}, g4/g2 = {kink.y:.5f}")
for theory in region.theories:
    print(f"{theory.name}: g3/g2 = {theory.x:9.5f}, g4/g2 = {theory.y:.5f}   {theory.amplitude}")
    assert all(a * theory.x + b * theory.y <= h + 1e-9 for a, b, h in (p.line for p in region.certified))

# %% [markdown]
# A section through the region: the range of $g_3/g_2$ at fixed $g_4/g_2$. The upper end is
# $3\sqrt{2g_4/g_2}$, which follows from Cauchy and Schwarz.

# %%
from math import sqrt

for value in ("0.1", "0.25", "0.4"):
    section = positivity.bound("g3", order=order, fix={"g4": value})
    exact = 3 * sqrt(2 * float(value))
    print(f"g4/g2 = {value}: {section.lower.text} <= g3/g2 <= {section.upper.text}   (3 sqrt(2 g4/g2) = {exact:.9f})")
    assert exact - 1e-9 <= float(section.upper.text) < exact + 1e-6

# %% [markdown]
# Fixed values that no theory has are excluded, with a proof.

# %%
empty = positivity.bound("g3", order=order, fix={"g4": "0.6"})
print(empty.lower.status, "-", empty.lower.reason)
print(positivity.verify(dict(empty.lower.certificate)))

# %% [markdown]
# The same section as a scan: every point is certified, and would be on disk at once if a file were given.

# %%
spec = {"target": "g3", "order": order, "grid": {"g4": {"from": "0.05", "to": "0.45", "points": 5 if QUICK else 17}}}
scan = positivity.scan(spec)
print(scan)
