"""Allowed (g2, g3) in units of 8 pi G with the graviton pole, rho_J >= 0, D = 5, 6, 7, 10."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from paper_figs.shared import Output
from positivity.answers.gravity import LEADING_ORDER
from positivity.answers.plotting import Curve, plot_curves
from positivity.bounds.gravity import smearing_space
from positivity.bounds.gravity_sampled import GravityProgram
from positivity.questions.errors import InputError
from positivity.sum_rules.powers import Grid
from solvers.polygons import intersect_half_planes

DIMENSIONS = (5, 6, 7, 10)
#: slopes b of g2 + b g3 >= -alpha; those beyond the cone of the program have no functional
SLOPES = (-1 / 3, -0.3, -0.2, -0.1, -0.05, 0.0, 0.03, 0.06, 0.08, 0.1, 0.11, 0.12, 0.125, 0.129)
LARGEST = 20.0
#: powers of p on A_2 improved and X_4
FUNCTIONS = (9, 8)
SCOPE = (
    "tree-level graviton exchange, leading order in $G$, $\\rho_J\\geq 0$, even $J$ and masses sampled\n"
    "{} powers of $p$ on $A_2$, {} on $X_4$; numerical (not proved); goes on to the right"
)


def make(output: Output) -> None:
    """Save the figure with its data."""
    curves, data = [], {}
    grid = output.choose(Grid(), Grid(spins=20, last=40, top=100, nodes=16, reach=40))
    functions = output.choose(FUNCTIONS, (6, 4))
    for dimension in output.choose(DIMENSIONS, (6,)):
        program = GravityProgram(smearing_space(dimension, functions), grid)
        lines = [(1.0, 0.0, LARGEST)]
        for slope in output.choose(SLOPES, SLOPES[::3]):
            try:
                found = program.bound((1.0, slope))
            except InputError as reason:
                print(f"D={dimension}, slope {slope}: {reason}")
                continue
            data[f"D={dimension} slope {slope}"] = {"value": found.alpha, **found.to_dict()}
            lines.append((-1.0, -slope, found.alpha))
        curves.append(Curve(f"$D={dimension}$", _open_to_the_right(intersect_half_planes(lines)), filled=True))
        print(f"D={dimension}: {len(lines) - 1} half-planes", flush=True)
    figure = output.figure("gravity_g2_g3")
    plot_curves(curves, (r"$g_2M^2/8\pi G$", r"$g_3M^4/8\pi G$"), SCOPE.format(*functions), figure)
    caption = "Allowed (g2 M^2, g3 M^4) over 8 pi G with the graviton pole; the regions go on to the right."
    scope = f"tree level with graviton exchange, {LEADING_ORDER}, rho_J >= 0, even spins and masses sampled, "
    scope += f"functions {functions}"
    output.save("gravity_g2_g3", data, caption, scope)


def _open_to_the_right(polygon: Sequence[tuple[float, float]]) -> np.ndarray:
    """The vertices from one end of the right edge round to the other: that edge is no boundary."""
    points = np.array(polygon)
    edge = np.isclose(points[:, 0], LARGEST)
    ends = [k for k in range(len(points)) if edge[k] and edge[k - 1]]
    return np.roll(points, -ends[0], axis=0) if ends else points
