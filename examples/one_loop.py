# %% [markdown]
# # One loop
#
# Loops of the massless scalar change the sum rules: couplings run, and the crossing relations are modified
# (arXiv:2501.09717). Everything follows from elastic unitarity, exactly, in any $D$.

# %%
import os

import positivity
from positivity.amplitudes import listing as amplitude
from positivity.sum_rules import loop_listing

QUICK = bool(os.environ.get("EFT_POSITIVITY_QUICK"))
print(amplitude.render(4, 4, "text"))

# %% [markdown]
# What loops do to the null constraints in $D=5$, where nothing runs: the first null is shifted, $k=2$ nulls of higher
# order lose their forward limit, the others stay.

# %%
print(loop_listing.render(6, 5, "text"))

# %% [markdown]
# Bounds at a fixed strength of $g_2$, certified in $D\ge5$. Loops that are kept are part of the scope.

# %%
asked = {"over": "g2", "order": 6, "dimension": 5, "density": "unitary", "fix": {"g2": "0.3U"}}
for loops in ("tree", "g2^2"):
    print(positivity.bound("g4", loops=loops, **asked), "\n")

# %% [markdown]
# Strong coupling is excluded in an interval by a short exact argument, valid for $\rho_J\ge0$. Its ends sit where loop
# terms are of order one, so they depend on the truncation.

# %%
from positivity.bounds.exclusion import exclude
from positivity.questions.numbers import parse_rational

print(exclude(6, parse_rational("1/3"), parse_rational("1/8")))

# %% [markdown]
# In $D=4$ every $k=2$ null diverges in the forward limit and has to be smeared. The result is `numerical`; beyond about
# $g_2=0.3\,U$ the one-loop truncation is not trustworthy.

# %%
if not QUICK:
    for loops in ("tree", "g2^2"):
        ends = positivity.bound("g3", over="g2", density="unitary", fix={"g2": "0.3U"}, smeared=10, loops=loops)
        print(ends, "\n")
