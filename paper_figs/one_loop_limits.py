"""The largest g2 by dimension and loop orders; the running of g4 and the n=4 null towards t = 0."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

import positivity
from positivity.amplitudes.one_loop import loop_term, parse_pairs, running
from positivity.dispersion.arcs import improved_null_coefficient
from positivity.loop_validity import trusted_g2
from positivity.plotting import Curve, plot_curves

TRUNCATIONS = ("tree", "g2^2", "g2^2,g2g3,g3^2", "g2^2,g2g3,g3^2,g2g4")
LABELS = ("tree", "$g_2^2$", "$+g_2g_3,g_3^2$", "$+g_2g_4$")
DIMENSIONS = (4, 5, 6)


def make(folder: Path) -> None:
    """Save the figures with their data."""
    _largest(folder)
    _null(folder)


def _largest(folder: Path) -> None:
    curves, data = [], {}
    for dimension in DIMENSIONS:
        points = []
        for k, loops in enumerate(TRUNCATIONS):
            if dimension == 4 and loops not in ("tree", "g2^2"):
                continue  # every k = 2 null diverges, and <m^-4> >= 0 alone leaves g3 and g4 free
            found = _bound(dimension, loops)
            data[f"D={dimension} {loops}"] = found.to_dict()
            print(found)
            if found.upper.value is not None:
                points.append((k, float(found.upper.value)))
        label = f"$D={dimension}$ (trusted to ${trusted_g2(dimension):.2g}\\,U$)"
        curves.append(Curve(label, np.array(points), marker="o"))
    figure = folder / "one_loop_max_g2.pdf"
    scope = "tree: $0\\leq\\rho_J\\leq 2$, order 8; loops: $\\rho_J\\geq 0$, order 4\nall certified"
    plot_curves(
        curves, "loop orders that are in", r"$\max g_2/U$, $U=(4\pi)^{D/2}M^{-D}$", scope, figure, logy=True,
        ticks=LABELS,
    )  # fmt: skip
    (folder / "one_loop_max_g2.json").write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    print(f"figure: {figure}")


def _bound(dimension: int, loops: str) -> positivity.Bound:
    if loops == "tree":
        return positivity.bound("g2", "U", density="unitary", order=8, dimension=dimension)
    return positivity.bound("g2", "U", loops=loops, order=4, dimension=dimension)


def _null(folder: Path) -> None:
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
    figure = folder / "one_loop_null.pdf"
    scope = (
        "loop side of the $n=4$ null, $\\Delta(t)/t^2$, loops of $g_2^2$, exact\nlogarithm in $D=4$: no forward limit"
    )
    label = r"$\Delta(t)/(t^2g_2^2)\;\,[U^{-1}]$"
    plot_curves(curves, r"$-t/M^2$", label, scope, figure, logx=True, logy=True)
    print(f"figure: {figure}")
