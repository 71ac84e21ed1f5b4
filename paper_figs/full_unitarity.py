"""Absolute bounds with 0 <= rho_J <= 2: max g2, the regions of g3 and g4, and an extremal density."""

from __future__ import annotations

import numpy as np

from paper_figs.shared import Output, number, proved
from positivity.answers.bound import bound_rows, text_table
from positivity.answers.plotting import Curve, axis_label, plot_curves
from positivity.bounds.bound import bound
from positivity.regions.region import region

DIMENSIONS = (4, 5, 6)
SCOPE = r"tree level, $0\leq\rho_J\leq 2$, all even $J$, all $m\geq M$"


def make(output: Output) -> None:
    """Print the maxima of g2 and save all figures with their data."""
    _maxima(output)
    for coupling in ("g3", "g4"):
        _region(output, coupling)
    found = bound("g2", over="U", order=output.choose(8, 6), density="unitary")
    name = "full_unitarity_density"
    found.plot("upper", str(output.figure(name)))
    caption = (
        "The density that makes g2 largest: rho_J = 2 where shaded, 0 elsewhere, for the lowest spins. It is the "
        "solution of the primal linear program (numerical); the bound on g2 itself has a certificate."
    )
    output.save(name, found.to_dict(), caption, found.problem.scope)


def _maxima(output: Output) -> None:
    orders = output.choose((4, 5, 6, 7, 8), (4, 6))
    bounds = {
        (d, n): bound("g2", over="U", order=n, dimension=d, density="unitary") for d in DIMENSIONS for n in orders
    }
    for d in DIMENSIONS:
        shown = [bounds[d, n] for n in orders]
        print(text_table(bound_rows(shown), f"{shown[0].problem.scope} ... {orders[-1]}\n"))
    curves = []
    for d in DIMENSIONS:
        first = number(bounds[d, orders[0]].upper)
        points = np.array([(n, number(bounds[d, n].upper) / first) for n in orders])
        curves.append(Curve(f"$D={d}$, order 4: {first:.4f} $U$", points, marker="o"))
    name, label = "full_unitarity_max_g2", r"$\max g_2$ / its value at order 4"
    title = SCOPE + "\n" + proved([b.upper.to_dict() for b in bounds.values()], "point")
    plot_curves(curves, ("order of the sum rules", label), title, output.figure(name))
    caption = (
        "Largest g2 that full unitarity allows, by the order of the sum rules, relative to order 4 (whose value is in "
        "the legend, U = (4 pi)^(D/2) M^-D). Lines only guide the eye."
    )
    scope = f"D=4, 5, 6, tree level, 0 <= rho_J <= 2, all even spins, masses >= M=1, orders {orders[0]} to {orders[-1]}"
    output.save(name, {f"D={d} n={n}": b.to_dict() for (d, n), b in bounds.items()}, caption, scope)


def _region(output: Output, coupling: str) -> None:
    order, points = output.choose((8, 40), (6, 16))
    traced = region("g2", coupling, order=order, density="unitary", points=points)
    # 0 <= rho <= 2 includes rho >= 0, whose bounds on the ratio close the region at small g2
    positive = bound(coupling, order=order)
    cone = [(number(positive.lower), -1.0, 0.0), (-number(positive.upper), 1.0, 0.0)]
    lines = [*(plane.line for plane in traced.certified), *cone]
    ratio = _ratio_outline(lines, float(traced.outer[:, 0].max()))
    curves = [
        Curve(
            f"certified, from {len(traced.certified)} half-planes and the bounds of $\\rho_J\\geq 0$",
            ratio,
            closed=True,
        )
    ]
    name = f"full_unitarity_{coupling}"
    title = f"$D=4$, {SCOPE}\nsum rules and nulls to order {order}"
    plot_curves(curves, (r"$g_2/U$, $U=(4\pi)^2M^{-4}$", axis_label(coupling, "g2")), title, output.figure(name))
    caption = (
        f"Allowed values of {coupling}/g2 versus g2 in units of U = (4 pi)^2 M^-4: the intersection of "
        f"{len(traced.certified)} certified half-planes in (g2, {coupling}) and of the certified bounds of rho_J >= 0."
    )
    output.save(name, traced.to_dict() | {"rho_J >= 0": positive.to_dict()}, caption, traced.problem.scope)


def _ratio_outline(lines: list[tuple[float, float, float]], largest: float) -> np.ndarray:
    """Outline of (x, y/x) from half-planes a x + b y <= h in (x, y), valid at every x."""
    x = largest * (1 - np.cos(np.linspace(0.05, np.pi - 1e-3, 300))) / 2
    upper = np.min([(h - a * x) / b for a, b, h in lines if b > 0], axis=0)
    lower = np.max([(h - a * x) / b for a, b, h in lines if b < 0], axis=0)
    allowed = upper >= lower
    x, upper, lower = x[allowed], upper[allowed], lower[allowed]
    return np.vstack([np.column_stack([x, lower / x]), np.column_stack([x, upper / x])[::-1]])
