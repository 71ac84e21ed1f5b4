"""Where the excluded g2 begin by dimension and loop orders; the running of g4 and the n=4 null towards t = 0."""

from __future__ import annotations

import numpy as np

from paper_figs.shared import Output, proved
from positivity.amplitudes.one_loop import loop_term, running
from positivity.answers.bound import Bound
from positivity.answers.plotting import COLOURS, Curve, plot_curves
from positivity.bounds.bound import bound
from positivity.questions.loops import parse_pairs
from positivity.questions.question import SCHEME
from positivity.sum_rules.arcs import improved_null_coefficient
from positivity.sum_rules.truncation import trusted_g2

TRUNCATIONS = ("tree", "g2^2", "g2^2,g2g3,g3^2", "g2^2,g2g3,g3^2,g2g4")
LABELS = ("tree", "$g_2^2$", "$+g_2g_3,g_3^2$", "$+g_2g_4$")
DIMENSIONS = (4, 5, 6)


def make(output: Output) -> None:
    """Save the figures with their data."""
    _largest(output)
    _null(output)


def _largest(output: Output) -> None:
    curves, data = [], {}
    uppers: list[object] = []
    truncations = output.choose(TRUNCATIONS, TRUNCATIONS[:2])
    for dimension in DIMENSIONS:
        points, doubtful, intervals = [], [], []
        for k, loops in enumerate(truncations):
            if dimension == 4 and loops not in ("tree", "g2^2"):
                continue  # every k = 2 null diverges, and <m^-4> >= 0 alone leaves g3 and g4 free
            found = _bound(dimension, loops)
            data[f"D={dimension} {loops}"] = found.to_dict()
            uppers.append(found.upper.to_dict())
            print(found)
            if found.upper.value is not None:
                points.append((k, found.upper.value))
                doubtful.append(bool(found.warning))
            if found.upper.excluded is not None:
                intervals.append(np.array([(k, float(end)) for end in found.upper.excluded]))
        label = f"$D={dimension}$ (trusted to ${trusted_g2(dimension):.2g}\\,U$)"
        colour = COLOURS[DIMENSIONS.index(dimension)]
        # no line between tree level and loops: one is a bound, the other where an excluded interval begins
        curves.append(Curve(label, np.array(points), marker="o", style="", colour=colour, hollow=tuple(doubtful)))
        curves += [Curve("", interval, colour=colour, style=":") for interval in intervals]
    figure = output.figure("one_loop_max_g2")
    scope = (
        "$U=(4\\pi)^{D/2}M^{-D}$; tree: $0\\leq\\rho_J\\leq 2$, order 8; loops: $\\rho_J\\geq 0$, order 4, $\\mu=M$\n"
    )
    scope += f"{proved(uppers)}; dotted: only this interval; hollow: not trustworthy"
    plot_curves(
        curves, ("loop orders that are in", r"excluded from $g_2/U=$"), scope, figure, log="y",
        ticks=LABELS[: len(truncations)],
    )  # fmt: skip
    caption = "Where the excluded g2 begin, in units of U = (4 pi)^(D/2) M^-D, loop orders added from left to right. "
    caption += (
        "At tree level and with g2^2 alone all larger g2 are excluded; with more orders an interval is (dotted), "
    )
    caption += "and nothing is said beyond it. Hollow: the one-loop truncation is not trustworthy at that g2. "
    caption += "Lower ends: data only."
    scope = f"tree: 0 <= rho_J <= 2, order 8; loops: rho_J >= 0, order 4, {SCHEME}; all even spins, all masses"
    output.save("one_loop_max_g2", data, caption, scope)


def _bound(dimension: int, loops: str) -> Bound:
    if loops == "tree":
        return bound("g2", "U", density="unitary", order=8, dimension=dimension)
    return bound("g2", "U", loops=loops, order=4, dimension=dimension)


def _null(output: Output) -> None:
    """Delta(t)/t^2 per g2^2: a logarithm in D=4, finite limits above."""
    t = np.geomspace(1e-6, 0.5, 200)
    curves = []
    for dimension in DIMENSIONS:
        front, power = improved_null_coefficient(parse_pairs("g2^2")[0], dimension)
        q = (dimension - 4) / 2
        # int_0^1 ds s^q/(s+t) by substitution s = v^4, as an independent evaluation of the smeared rows
        v = (np.polynomial.legendre.leggauss(400)[0] + 1) / 2
        weights = np.polynomial.legendre.leggauss(400)[1] / 2
        inner = (4 * v ** (4 * q + 3) / (v**4 + t[:, None]) * weights).sum(axis=1)
        size = float(int(front.p)) / float(int(front.q)) * np.pi**power * (4 * np.pi) ** (dimension / 2)
        curves.append(Curve(f"$D={dimension}$", np.column_stack([t, size * inner])))
    flow = next(iter(running(loop_term(*parse_pairs("g2^2")[0], 4)).values()))
    size = float(int(flow.p)) / float(int(flow.q)) * np.pi ** loop_term(*parse_pairs("g2^2")[0], 4).pi_power / np.pi
    print(f"D=4: dg4/dln mu^2 = {size:.6g} g2^2 (M=1)")
    moved = size * (4 * np.pi) ** 2 * np.log(t)
    curves.append(
        Curve(r"$D=4$, $[g_4(\mu)-g_4(M)]/g_2^2$, $\mu^2=-t$", np.column_stack([t, moved]), style=(0, (4, 3)))
    )
    figure = output.figure("one_loop_null")
    scope = (
        "loop side of the $n=4$ null, $\\Delta(t)/t^2$, loops of $g_2^2$, exact\nlogarithm in $D=4$: no forward limit"
    )
    label = r"$\Delta(t)/(t^2g_2^2)\;\,[U^{-1}]$"
    plot_curves(curves, (r"$-t/M^2$", label), scope, figure, log="xy")
    caption = "Loop side of the n=4 null divided by t^2 and g2^2, and the running of g4 in D=4, versus -t."
    curve_data = {curve.label: curve.points.tolist() for curve in curves}
    output.save("one_loop_null", curve_data, caption, "exact one-loop amplitude, g2^2, D=4, 5, 6")
