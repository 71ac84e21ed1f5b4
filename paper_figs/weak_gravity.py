"""The weak-gravity bound: Lambda/M_P versus p_min, versus g2 (tree and one loop), and the relation of g4 and G."""

from __future__ import annotations

from typing import Any

import numpy as np

from paper_figs.shared import Output
from positivity.answers.cutoff import CutoffBound
from positivity.answers.plotting import COLOURS, Curve, plot_curves
from positivity.bounds.closed_form import analytic_cutoff
from positivity.bounds.cutoff import cutoff_bound

P_MIN = (0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4, 1e-6)
CURVES: dict[str, dict[str, Any]] = {
    "$A_2$, 1 contact term": {"contacts": 1},
    "$A_2$, 2 contact terms": {"contacts": 2},
    "$A_2$, 3 contact terms": {"contacts": 3},
    r"$A_2,A_4$, couplings to $g_4$": {"k": (2, 4), "degree": 4},
    r"$A_2,A_4$, couplings to $g_6$": {"k": (2, 4), "degree": 6},
}
LEVELS = (0, 25, 50, 75, 100)
QUARTIC = (0.01, 0.3, 8.0, 60.0)
DENSITY = r"$D=4$, $0\leq\rho_J\leq 2$, all even $J$, all $m\geq\Lambda$, graviton loops neglected"
NUMERICAL = "numerical (not proved)"
REGULATORS = ((0.05, "-"), (0.2, "--"), (1.0, ":"))
#: beyond it the program does not resolve the narrow test functions near p = 1
LARGEST_PROGRAM = 0.5
WORDS = "D=4, 0 <= rho_J <= 2, all even spins, all masses, graviton loops neglected, numerical"


def make(output: Output) -> None:
    """Save the three figures with their data."""
    _versus_p_min(output)
    _versus_g2(output)
    _versus_g4(output)


def _versus_p_min(output: Output) -> None:
    curves, data = [], {}
    momenta = output.choose(P_MIN, P_MIN[:3])
    for label, question in output.choose(CURVES, dict(list(CURVES.items())[:2])).items():
        functions = output.choose(24 if "k" in question else 40, 10)
        bounds = [cutoff_bound(p, functions=functions, **question) for p in momenta]
        data[label] = _data(bounds)
        curves.append(Curve(label, _points([1 / p for p in momenta], bounds), marker="o"))
    curves.append(_leading_form(curves[0].points))
    title = f"{DENSITY}\nfree contact terms as listed, higher ones zero; {NUMERICAL}"
    name = "weak_gravity_p_min"
    axes = r"$\Lambda/p_{\min}$", r"max $\Lambda/M_P$"
    plot_curves(curves, axes, title, output.figure(name), log="xy")
    caption = (
        "Largest Lambda/M_P versus Lambda/p_min for several sets of free contact terms. The dashed line is no bound: "
    )
    caption += "it is the leading form 16/(log(Lambda/p_min) + c) with c fitted to the last point of the first curve."
    output.save(name, data, caption, WORDS)


def _leading_form(points: np.ndarray) -> Curve:
    """8piG Lambda^2 = 16/(log(Lambda/p_min) + c) through the last point of a curve of Lambda/M_P: a guide, no bound.

    Without its constant the form lies a factor of two below the bounds at every p_min shown.
    """
    last = points[np.isfinite(points[:, 1])][-1]
    constant = 16 / last[1] ** 2 - np.log(last[0])
    first = max(points[0, 0], float(np.exp(2 - constant)))
    x = np.geomspace(first, last[0], 60) if first < last[0] else last[:1]
    line = np.stack([x, 4 / np.sqrt(np.log(x) + constant)], axis=1)
    return Curve(rf"$16/[\log(\Lambda/p_{{\min}}){constant:+.1f}]$, fitted, no bound", line, style="--")


def _versus_g2(output: Output) -> None:
    question: dict[str, Any] = {"k": (2, 4), "degree": 6, "functions": output.choose(24, 10)}
    levels = output.choose(LEVELS, LEVELS[::2])
    curves, data = [], {}
    for label, loops, style in (("tree", "tree", "-"), (r"loops of $g_2^2$", "g2^2", "--")):
        bounds = [cutoff_bound("0.1", g2=level, loops=loops, **question) for level in levels]
        data[label] = _data(bounds)
        unit = (4 * np.pi) ** 2
        curves.append(Curve(label, _points([level / unit for level in levels], bounds), marker="o", style=style))
    title = f"{DENSITY}\n$A_2,A_4$, couplings to $g_6$, $p_{{\\min}}=0.1\\Lambda$; {NUMERICAL}"
    name = "weak_gravity_g2"
    plot_curves(curves, (r"$g_2/U$, $U=(4\pi)^2\Lambda^{-4}$", r"max $\Lambda/M_P$"), title, output.figure(name))
    caption = "Largest Lambda/M_P versus g2, tree level and with the one-loop arcs of g2^2; p_min = 0.1 Lambda."
    output.save(name, data, caption, WORDS)


def _versus_g4(output: Output) -> None:
    curves, data = [], {}
    line = np.geomspace(min(QUARTIC), max(QUARTIC), 40)
    for (mu, style), colour in zip(output.choose(REGULATORS, REGULATORS[1:2]), COLOURS, strict=False):
        closed = [analytic_cutoff(str(mu), f"{g4:.9f}").value for g4 in line]
        label = rf"leading order in $\mu$, $\mu={mu:g}\Lambda$"
        curves.append(Curve(label, np.stack([line, closed], axis=1), style=style, colour=colour))
        if mu > LARGEST_PROGRAM:
            continue
        bounds = [cutoff_bound(mu=mu, contacts=0, g4=g4) for g4 in QUARTIC]
        data[f"mu={mu}"] = _data(bounds)
        points = np.array([(g4, np.nan if b.value is None else b.value) for g4, b in zip(QUARTIC, bounds, strict=True)])
        curves.append(Curve(rf"program, $\mu={mu:g}\Lambda$", points, marker="o", style="", colour=colour))
    title = f"{DENSITY}\npole $1/(p^2+\\mu^2)$, no contact terms, $A_4(0)=4g_4$\n"
    title += f"lines: closed form, leading order in $\\mu/\\Lambda$; program {NUMERICAL}"
    name = "weak_gravity_g4"
    axes = r"$g_4\Lambda^8$", r"max $8\pi G\Lambda^2$"
    plot_curves(curves, axes, title, output.figure(name), log="xy")
    caption = (
        "Largest 8 pi G Lambda^2 versus g4 for a regulated pole: closed form (lines) and program (points). The closed "
    )
    caption += (
        "form is the leading order in mu/Lambda: exact as mu -> 0, an estimate and no bound at mu of order Lambda."
    )
    output.save(name, data, caption, WORDS)


def _points(x: list[float], bounds: list[CutoffBound]) -> np.ndarray:
    heights = [np.nan if b.cutoff_over_planck is None else b.cutoff_over_planck for b in bounds]
    return np.stack([np.array(x), np.array(heights)], axis=1)


def _data(bounds: list[CutoffBound]) -> list[dict[str, Any]]:
    """The bounds as data, without their functionals."""
    return [{key: value for key, value in bound.to_dict().items() if key != "functional"} for bound in bounds]
