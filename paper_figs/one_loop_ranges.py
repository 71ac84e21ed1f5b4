"""Tree level versus one loop: regions (g3/g2, g4/g2) with rho_J >= 0 in D=5, ranges versus g2 in D=4."""

from __future__ import annotations

import numpy as np

from paper_figs.shared import Output, number, proved
from positivity.answers.bound import Bound
from positivity.answers.plotting import Curve, axis_label, plot_curves
from positivity.bounds.bound import bound
from positivity.questions.question import SCHEME
from positivity.regions.loop_region import loop_region
from positivity.regions.region import region
from positivity.sum_rules.truncation import trusted_g2

LOOPS = "g2^2,g2g3,g3^2,g2g4"
REGION_LEVELS = ("0.1", "0.3", "0.6", "0.9")
LEVELS = ("0.02", "0.05", "0.08", "0.1", "0.12", "0.15", "0.2", "0.25", "0.3")
TERMS = r"$g_2^2,g_2g_3,g_3^2,g_2g_4$"


def make(output: Output) -> None:
    """Save the figures with their data."""
    _regions(output)
    _ranges(output)


def _regions(output: Output) -> None:
    tree = region("g3", "g4", "g2", order=4, dimension=5, points=output.choose(60, 16))
    curves, data = [Curve("tree level, any $g_2$", tree.outer, closed=True)], {"tree": tree.to_dict()}
    for level in output.choose(REGION_LEVELS, REGION_LEVELS[:2]):
        found = loop_region(
            "g3", "g4", "g2", fix={"g2": f"{level}U"}, loops=LOOPS, order=4, dimension=5, points=output.choose(24, 8)
        )
        print(found)
        trusted = "" if not found.warning else " (not trustworthy)"
        outline = np.vstack([found.outer, found.outer[:1]])
        curves.append(Curve(f"$g_2={level}\\,U${trusted}", outline, style="-" if not trusted else (0, (4, 3))))
        data[level] = found.to_dict()
    scope = r"$D=5$, $\rho_J\geq 0$, all even $J$, all $m\geq M$, rules to order 4"
    scope += f"\none loop with {TERMS}, $\\mu=M$; {proved(data, 'piece')}"
    plot_curves(curves, (axis_label("g3", "g2"), axis_label("g4", "g2")), scope, output.figure("one_loop_regions"))
    caption = "Outer polygons of (g3/g2, g4/g2) at tree level and with one loop at several g2 in units of "
    caption += (
        "U = (4 pi)^(5/2) M^-5: nothing is allowed outside, between their corners either. Dashed: not trustworthy."
    )
    words = f"D=5, rho_J >= 0, all even spins, all masses, order 4, one loop with {LOOPS}, {SCHEME}"
    output.save("one_loop_regions", data, caption, words)


def _ranges(output: Output) -> None:
    levels = output.choose(LEVELS, LEVELS[3::4])
    cases = {"tree": "tree level", "g2^2": "loops of $g_2^2$", LOOPS: f"{TERMS}, $g_3$ free"}
    for coupling in ("g3", "g4"):
        curves, data = [], {}
        for loops, text in cases.items():
            bounds = {level: _bound(coupling, loops, level) for level in levels}
            data[loops] = {level: bound.to_dict() for level, bound in bounds.items()}
            lower, upper = _line(bounds, "lower"), _line(bounds, "upper")
            curves.append(Curve(text, np.vstack([lower, upper[::-1]]), closed=True))
        if coupling == "g4":
            zero = np.array([(0.0, 0.0), (float(LEVELS[-1]), 0.0)])
            curves.append(Curve("", zero, style=":", colour="0.4"))
        name = f"one_loop_{coupling}_range"
        scope = "$D=4$, $0\\leq\\rho_J\\leq 2$, all even $J$, all $m\\geq M$\n"
        scope += f"couplings at $\\mu=M$, 10 smeared nulls, {proved(data)}"
        label = axis_label(coupling, "g2")
        xlabel = r"$g_2/U$, $U=(4\pi)^2M^{-4}$"
        plot_curves(curves, (xlabel, label), scope, output.figure(name), doubtful_from=trusted_g2(4))
        caption = f"Range of {coupling}/g2 versus g2 in units of U = (4 pi)^2 M^-4, tree level and one loop; grey: "
        caption += "tree-level f_0 of g2 at the cutoff above 1. All couplings at mu = M"
        caption += "; g4 < 0 is a statement at that scale." if coupling == "g4" else "."
        words = f"D=4, 0 <= rho_J <= 2, all even spins, all masses, 10 smeared nulls, one loop with g2^2 or {LOOPS}"
        words += f", {SCHEME}"
        output.save(name, data, caption, words)


def _line(bounds: dict[str, Bound], side: str) -> np.ndarray:
    """(n, 2): the values of one end versus g2."""
    return np.array([(float(level), number(getattr(bound, side))) for level, bound in bounds.items()])


def _bound(coupling: str, loops: str, level: str) -> Bound:
    return bound(coupling, "g2", density="unitary", loops=loops, fix={"g2": f"{level}U"}, smeared=10)
