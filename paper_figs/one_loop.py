"""One loop: g3/g2 and g4/g2 versus g2 in D=4 with loops in rows, nulls or both, and g4 with all orders."""

from __future__ import annotations

import numpy as np

from paper_figs.shared import Output
from positivity.answers.end import End
from positivity.answers.plotting import Curve, axis_label, plot_curves
from positivity.bounds.exclusion import best_exclusion
from positivity.bounds.variants import VARIANTS, variant_ends
from positivity.sum_rules.truncation import trusted_g2

LEVELS, QUICK_LEVELS = ("0.02", "0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"), ("0.1", "0.3", "0.6")
SCOPE = (
    r"$D=4$, loops of $g_2^2$, $0\leq\rho_J\leq 2$, all even $J$, all $m\geq M$"
    "\ncouplings at $\\mu=M$, 10 smeared nulls, numerical (not proved)"
)
WORDS = (
    "D=4, one loop with g2^2, 0 <= rho_J <= 2, all even spins, masses >= M=1, 10 smeared nulls of the improved "
    "k = 2 sum rule on a grid, negative at all states looked at past it, couplings at mu = M, arcs of radius M; "
    f"grey from g2 = {trusted_g2(4):.3g} U on, where the tree-level f_0 at the cutoff exceeds 1"
)


def make(output: Output) -> None:
    """Print the exact exclusions in D = 5, 6 and save the figures with their data."""
    for dimension in (5, 6):
        print(best_exclusion(dimension))
    for coupling in output.choose(("g3", "g4"), ("g4",)):
        _variants(output, coupling)


def _variants(output: Output, coupling: str) -> None:
    levels = output.choose(LEVELS, QUICK_LEVELS)
    curves, data = [], {}
    # B and N lie on F and R to the width of a line: points on top of the outlines
    for name in sorted(VARIANTS, key=lambda name: name not in "RF"):
        ends = {level: variant_ends(coupling, name, f"{level}U") for level in levels}
        data[name] = {level: [end.to_dict() for end in pair] for level, pair in ends.items()}
        lower, upper = ([_ratio(pair[i], level) for level, pair in ends.items()] for i in (0, 1))
        outline = np.array([*zip(map(float, levels), lower, strict=True)])
        above = np.array([*zip(map(float, levels), upper, strict=True)])[::-1]
        line = {"closed": True} if name in "RF" else {"style": "none", "marker": "x" if name == "B" else "+"}
        curves.append(Curve(f"{name}: {VARIANTS[name]}", np.vstack([outline, above]), **line))
    name, label = f"one_loop_variants_{coupling}", axis_label(coupling, "g2")
    plot_curves(
        curves, (r"$g_2/U$, $U=(4\pi)^2M^{-4}$", label), SCOPE, output.figure(name), doubtful_from=trusted_g2(4)
    )
    variants = "; ".join(f"{key}: {text}" for key, text in VARIANTS.items()).replace(r"$\mu=M$", "mu = M")
    caption = f"Range of {coupling}/g2 versus g2 in units of U = (4 pi)^2 M^-4. {variants}."
    output.save(name, data, caption, WORDS)


def _ratio(end: End, level: str) -> float:
    return float(end.natural) / float(level) if end.natural is not None else float("nan")
