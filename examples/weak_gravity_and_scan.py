# %% [markdown]
# # Weak gravity, and a scan
#
# With the graviton pole and full unitarity the cutoff cannot be arbitrarily far above the Planck mass
# (arXiv:2502.10375). How far depends on inputs that have no natural value, so they are part of every answer.

# %%
import os
from pathlib import Path

import positivity

QUICK = bool(os.environ.get("EFT_POSITIVITY_QUICK"))
# the largest g4 that full unitarity allows without gravity: g4 <= g2/2, g2 <= 0.753 (4 pi)^2
print(positivity.analytic_cutoff(mu=1, g4="59.45"))

# %% [markdown]
# The program uses sum rules between $p_{\min}$ and the cutoff. It is `numerical`: its functional is evaluated again on
# a finer grid.

# %%
for p_min in (0.3,) if QUICK else (0.3, 0.1, 0.01):
    print(positivity.cutoff_bound(p_min, contacts=1, functions=8 if QUICK else 24), "\n")

# %% [markdown]
# Without full unitarity only ratios to $8\pi G$ are bounded. In $D=7$ the improved sum rule and the null $X_4$ give

# %%
if not QUICK:
    print(positivity.gravity_bound(7))

# %% [markdown]
# A scan answers one question on a grid. Every finished point is on disk at once, and the file can be resumed.

# %%
spec = {"target": "g3", "order": 6, "grid": {"g4": {"from": "0.05", "to": "0.45", "points": 3 if QUICK else 9}}}
rows = Path("scan.jsonl")
rows.unlink(missing_ok=True)
print(positivity.scan(spec, rows))
