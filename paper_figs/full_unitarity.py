"""Absolute bounds with 0 <= rho_J <= 2: max g2, the regions of g3 and g4, and an extremal density."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import positivity
from positivity.plotting import Curve, plot_curves
from positivity.results import bound_rows, text_table

DIMENSIONS, ORDERS = (4, 5, 6), (4, 5, 6, 7, 8)
REGION_ORDER, POINTS = 8, 40
SCOPE = r"tree level, $0\leq\rho_J\leq 2$, all even $J$, all $m\geq M$"


def make(folder: Path) -> None:
    """Print the maxima of g2 and save all figures with their data."""
    _maxima(folder)
    for coupling in ("g3", "g4"):
        _region(folder, coupling)
    bound = positivity.bound("g2", over="U", order=REGION_ORDER, density="unitary")
    figure = folder / "full_unitarity_density.pdf"
    bound.plot("upper", str(figure))
    print(f"figure: {figure}")


def _maxima(folder: Path) -> None:
    bounds = {
        (d, n): positivity.bound("g2", over="U", order=n, dimension=d, density="unitary")
        for d in DIMENSIONS
        for n in ORDERS
    }
    for d in DIMENSIONS:
        shown = [bounds[d, n] for n in ORDERS]
        print(text_table(bound_rows(shown), f"{shown[0].problem.scope} ... {ORDERS[-1]}\n"))
    curves = []
    for d in DIMENSIONS:
        first = float(bounds[d, ORDERS[0]].upper.value or "nan")
        points = np.array([(n, float(bounds[d, n].upper.value or "nan") / first) for n in ORDERS])
        curves.append(Curve(f"$D={d}$, order 4: {first:.4f} $U$", points, marker="o"))
    _save(folder, "full_unitarity_max_g2", {f"D={d} n={n}": b.to_dict() for (d, n), b in bounds.items()})
    label = r"$\max g_2$ / its value at order 4"
    figure = folder / "full_unitarity_max_g2.pdf"
    plot_curves(curves, "order of the sum rules", label, SCOPE + "\nevery point certified", figure)
    print(f"figure: {figure}")


def _region(folder: Path, coupling: str) -> None:
    region = positivity.region("g2", coupling, order=REGION_ORDER, density="unitary", points=POINTS)
    # 0 <= rho <= 2 includes rho >= 0, whose bounds on the ratio close the region at small g2
    positive = positivity.bound(coupling, order=REGION_ORDER)
    cone = [(float(positive.lower.value or "nan"), -1.0, 0.0), (-float(positive.upper.value or "nan"), 1.0, 0.0)]
    lines = [*(plane.line for plane in region.certified), *cone]
    ratio = _ratio_outline(lines, float(region.outer[:, 0].max()))
    curves = [
        Curve(
            f"certified, from {len(region.certified)} half-planes and the bounds of $\\rho_J\\geq 0$",
            ratio,
            closed=True,
        )
    ]
    _save(folder, f"full_unitarity_{coupling}", region.to_dict())
    figure = folder / f"full_unitarity_{coupling}.pdf"
    title = f"$D=4$, {SCOPE}\nsum rules and nulls to order {REGION_ORDER}"
    unit = r"[M^{-2}]" if coupling == "g3" else r"[M^{-4}]"
    label = rf"$g_{coupling[1]}/g_2\;\,{unit}$"
    plot_curves(curves, r"$g_2/U$, $U=(4\pi)^2M^{-4}$", label, title, figure)
    print(f"figure: {figure}")


def _ratio_outline(lines: list[tuple[float, float, float]], largest: float) -> np.ndarray:
    """Outline of (x, y/x) from half-planes a x + b y <= h in (x, y), valid at every x."""
    x = largest * (1 - np.cos(np.linspace(0.05, np.pi - 1e-3, 300))) / 2
    upper = np.min([(h - a * x) / b for a, b, h in lines if b > 0], axis=0)
    lower = np.max([(h - a * x) / b for a, b, h in lines if b < 0], axis=0)
    allowed = upper >= lower
    x, upper, lower = x[allowed], upper[allowed], lower[allowed]
    return np.vstack([np.column_stack([x, lower / x]), np.column_stack([x, upper / x])[::-1]])


def _save(folder: Path, name: str, data: dict[str, object]) -> None:
    (folder / f"{name}.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
