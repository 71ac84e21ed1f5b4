"""The weak-gravity bound in D=4: Lambda/M_P versus p_min, and 8piG versus g4 from the closed form."""

from __future__ import annotations

import numpy as np

from paper_figs.shared import Output
from positivity.plotting import Curve, plot_curves
from positivity.weak_gravity import CutoffProblem, cutoff
from positivity.weak_gravity_analytic import AnalyticCutoff, largest_g4

MOMENTA = (0.3, 0.1, 0.03, 0.01, 1e-3, 1e-4)
CASES = {
    "$A_2$, 1 contact term": {"contacts": 1},
    "$A_2$, 2 contact terms": {"contacts": 2},
    "$A_2$, 3 contact terms": {"contacts": 3},
    "$A_2,A_4$ to order 6": {"k": (2, 4), "degree": 6},
}
SCOPE = "$D=4$, $0\\leq\\rho_J\\leq 2$, all even $J$, all $m\\geq\\Lambda$, no graviton loops\nnumerical (not proved)"

WORDS = "D=4, 0 <= rho_J <= 2, all even spins, all masses, no graviton loops, numerical"


def make(output: Output) -> None:
    """Save the figures with their data."""
    _versus_p_min(output)
    _versus_g2(output)
    _versus_g4(output)


def _versus_p_min(output: Output) -> None:
    curves, data = [], {}
    for label, options in CASES.items():
        points = []
        for p_min in output.choose(MOMENTA, MOMENTA[:2]):
            found = cutoff(CutoffProblem(p_min, functions=20 + int(4 * -np.log10(p_min)), **options))
            print(found, flush=True)
            data[f"{label} {p_min}"] = found.to_dict()
            points.append((1 / p_min, found.ratio))
        curves.append(Curve(label, np.array(points), marker="o"))
    reach = np.geomspace(100, 1 / MOMENTA[-1], 50)
    asymptote = np.column_stack([reach, 4 / np.sqrt(np.log(reach))])
    curves.append(Curve(r"$4/\sqrt{\log(\Lambda/p_{\min})}$", asymptote, style=":"))
    figure = output.figure("weak_gravity_p_min")
    plot_curves(curves, r"$\Lambda/p_{\min}$", r"$\max\,\Lambda/M_{\rm P}$", SCOPE, figure, logx=True, logy=True)
    output.save(
        "weak_gravity_p_min",
        data,
        "Largest Lambda/M_P versus Lambda/p_min, and the asymptote.",
        WORDS,
    )


def _versus_g2(output: Output) -> None:
    """Three contact terms, g2 held fixed, tree level and with the g2^2 loop."""
    curves, data = [], {}
    for loops, label in (("tree", "tree level"), ("g2^2", "one loop, $g_2^2$")):
        points = []
        for g2 in np.linspace(0, 120, output.choose(7, 3)):
            found = cutoff(CutoffProblem(0.1, contacts=3, g2=float(g2), loops=loops, functions=20))
            data[f"{loops} {g2}"] = found.to_dict()
            points.append((g2, found.value))
        curves.append(Curve(label, np.array(points), marker="o", style="-" if loops == "tree" else (0, (4, 3))))
    figure = output.figure("weak_gravity_g2")
    scope = SCOPE + ", $A_2$ with 3 contact terms, $p_{\\min}=0.1\\,\\Lambda$"
    plot_curves(curves, r"$g_2\Lambda^4$", r"$\max\,8\pi G\Lambda^2$", scope, figure)
    output.save("weak_gravity_g2", data, "Largest 8 pi G Lambda^2 versus g2, p_min = 0.1 Lambda.", WORDS)


def _versus_g4(output: Output) -> None:
    g4 = np.geomspace(0.01, largest_g4(), 60)
    curves = [
        Curve(rf"$\mu={mu}\,\Lambda$", np.array([(g, AnalyticCutoff(mu, float(g)).value) for g in g4]))
        for mu in (1.0, 0.3, 0.1)
    ]
    found = [cutoff(CutoffProblem(0.02, contacts=0, mu=0.1, g4=g, functions=14)) for g in (0.1, 1.0, 10.0)]
    points = np.array([(f.problem.g4, f.value) for f in found])
    curves.append(Curve(r"program, $\mu=0.1\,\Lambda$ (numerical)", points, marker="s", style=":"))
    figure = output.figure("weak_gravity_g4")
    scope = "$D=4$, $0\\leq\\rho_J\\leq 2$, pole $8\\pi G/(p^2+\\mu^2)$, no contacts\nlines: analytic bound"
    plot_curves(curves, r"$g_4\Lambda^8$", r"$\max\,8\pi G\Lambda^2$", scope, figure, logx=True, logy=True)
    data = {f"g4={f.problem.g4}": f.to_dict() for f in found}
    output.save(
        "weak_gravity_g4",
        data,
        "Largest 8 pi G Lambda^2 versus g4: closed form and program.",
        WORDS,
    )
