"""Allowed regions of two couplings over g2 by order of the null constraints, D = 4, with known UV theories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from paper_figs.shared import Output
from positivity.amplitudes.uv_completions import PlaneMarker
from positivity.answers.plotting import DOUBLE, SINGLE, axis_label, draw_markers, finish, scope_title, style
from positivity.answers.region import Region
from positivity.regions.region import region

Window = tuple[tuple[float, float], tuple[float, float]]
SHADES = ("#9ECAE1", "#4FA3D1", "#2171B5", "#08306B")
DASHES = (":", (0, (5, 2, 1, 2)), (0, (4, 2)), "-")
SCOPE = r"$D=4$, tree level, $\rho_J\geq 0$, all even $J$, all $m\geq M$"


@dataclass(frozen=True)
class Plane:
    """Couplings of the axes, orders for print and with --quick, and a window that is shown enlarged."""

    x: str
    y: str
    orders: tuple[int, ...]
    coarse: tuple[int, ...]
    window: Window | None = None


PLANES = (
    Plane("g3", "g4", (4, 6, 10), (4, 6), ((-10.68, -10.12), (0.455, 0.5035))),
    Plane("g3", "g5", (5, 6, 10), (5, 6)),
    Plane("g4", "g5", (5, 6, 10), (5, 6)),
    Plane("g5", "g6", (6, 7, 10), (6, 7)),
    Plane("g6", "g6'", (6, 7, 10), (6, 7)),
)


def make(output: Output) -> None:
    """Save one figure per plane with its data."""
    for plane in PLANES:
        regions = {
            order: region(plane.x, plane.y, order=order, points=output.choose(100, 16))
            for order in output.choose(plane.orders, plane.coarse)
        }
        _save(output, plane, regions)


def _save(output: Output, plane: Plane, regions: dict[int, Region]) -> None:
    name = f"chvd_{plane.x}_{plane.y}".replace("'", "p")
    _draw(plane, regions, output.figure(name))
    best = regions[max(regions)]
    planes = [half for region in regions.values() for half in region.half_planes]
    proved = sum(half.end.status == "certified" for half in planes)
    print(f"{plane.x}, {plane.y}: {proved} of {len(planes)} half-planes certified")
    caption = (
        f"Allowed region of ({plane.x}/g2, {plane.y}/g2) in units of the cutoff M by the order of the null "
        f"constraints: outside of each outline, an intersection of half-planes ({proved} of {len(planes)} are "
        "certified, only those are used), no theory in the scope below exists. Markers: known amplitudes at mass M; "
        "filled: their mixtures at all masses above M (drawn in floating point)."
    )
    if plane.window:
        caption += " Right: the corner of smallest g3, enlarged."
    scope = f"{best.problem.scope}, and lower orders {', '.join(map(str, sorted(regions)[:-1]))}"
    output.save(name, {f"order {order}": region.to_dict() for order, region in regions.items()}, caption, scope)


def _draw(plane: Plane, regions: dict[int, Region], path: Any) -> None:
    with style() as plt:
        columns = 2 if plane.window else 1
        size = (DOUBLE, 3.1) if plane.window else (SINGLE, 3.2)
        figure, panels = plt.subplots(1, columns, figsize=size, squeeze=False)
        _panel(panels[0][0], plane, regions)
        if plane.window:
            _panel(panels[0][1], plane, regions, plane.window)
            corners = [(x, y) for x in plane.window[0] for y in plane.window[1]]
            outline = np.array([corners[k] for k in (0, 1, 3, 2, 0)])
            panels[0][0].plot(*outline.T, color="0.4", lw=0.6)
        scope_title(figure, f"{SCOPE}\nevery outline certified")
        entries = panels[0][0].get_legend_handles_labels()
        figure.legend(*entries, loc="outside lower center", ncols=2 * columns, handlelength=1.4, columnspacing=1.2)
        finish(plt, figure, path)


def _panel(axes: Any, plane: Plane, regions: dict[int, Region], window: Window | None = None) -> None:
    best = regions[max(regions)]
    axes.fill(*best.outer.T, color=SHADES[-1], alpha=0.12, lw=0)
    # orders are a sequence: shades of one hue, the strongest order solid
    for order, shade, dashes in zip(regions, SHADES[-len(regions) :], DASHES[-len(regions) :], strict=True):
        outline = np.vstack([regions[order].outer, regions[order].outer[:1]])
        axes.plot(*outline.T, color=shade, ls=dashes, label=f"order {order}")
    axes.fill(*np.array(best.inner).T, color="0.8", lw=0, label="mixtures of known theories")
    markers = [PlaneMarker(theory.name, theory.x, theory.y) for theory in best.theories]
    # markers are never cut off at the frame; hidden ones keep the colours of the others in step
    hidden = PlaneMarker("", np.nan, np.nan)
    draw_markers(axes, [marker if window is None or _inside(marker, window) else hidden for marker in markers])
    axes.set_xlabel(axis_label(plane.x, "g2"))
    axes.set_ylabel(axis_label(plane.y, "g2"))
    axes.margins(0.06, 0.08)
    if window:
        axes.set_xlim(*window[0])
        axes.set_ylim(*window[1])


def _inside(marker: PlaneMarker, window: Window) -> bool:
    (left, right), (bottom, top) = window
    return left < marker.x < right and bottom < marker.y < top
