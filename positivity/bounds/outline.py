"""The polygon outside of which quadratic cuts allow nothing, between its corners either.

A chord of the least of several parabolas can lie below it; here every corner is moved outwards by what
the parabola that holds beside it lies beyond its chord.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from flint import arb

from positivity.bounds.cut_finder import Cut
from solvers.quadratics import Quadratic, allowed

_INFINITY = float("inf")
#: x at which the outline is listed, beside those where another cut takes over
_SHOWN = 121
#: neighbouring rows closer than this are one
_TOO_CLOSE = 1e-9


def outline_of(cuts: Sequence[Cut], unit: float) -> np.ndarray:
    """Rows (x, lowest y, largest y), times the unit: outside of the polygon through them nothing is allowed.

    Between two rows one functional of either side holds; the rows are moved outwards by what its parabola
    lies beyond the straight line.
    """
    where = allowed([cut.quadratic for cut in cuts if cut.side == 0])
    sides = [[cut.quadratic for cut in cuts if cut.side == side] for side in (-1, 1)]
    if not where or not all(sides):
        return np.zeros((0, 3))
    low, high = where[0][0], where[-1][1]
    places = (low + high) / 2 - (high - low) / 2 * np.cos(np.pi * np.arange(_SHOWN) / (_SHOWN - 1))
    nodes = _apart(
        sorted({*places[1:-1], *(g for side in sides for g in _crossings(side, places.tolist()))}), low, high
    )
    bottom, top = (_outer_line(side, nodes) for side in sides)
    kept = _not_empty(sides[0], sides[1], nodes)
    # where the lines cross between two rows they are exchanged, which only makes the polygon larger
    rows = [(x, min(-b, t), max(-b, t)) for x, b, t, keep in zip(nodes, bottom, top, kept, strict=True) if keep]
    return np.array(rows).reshape(-1, 3) * unit


def _apart(places: Sequence[float], low: float, high: float) -> list[float]:
    """Both ends and the places between them that are not too close to each other."""
    kept = [low]
    for place in places:
        if min(place - kept[-1], high - place) > _TOO_CLOSE * (1 + abs(place)):
            kept.append(float(place))
    return [*kept, high]


def _lowest(bounds: Sequence[Quadratic], place: float) -> int:
    """The bound that is smallest at a place."""
    return min(range(len(bounds)), key=lambda k: float(bounds[k](place).mid()))


def _crossings(bounds: Sequence[Quadratic], places: Sequence[float]) -> list[float]:
    """Where the smallest of the bounds becomes another one, between neighbouring places."""
    found = []
    for low, high in itertools.pairwise(places):
        first, second = (bounds[_lowest(bounds, place)] for place in (low, high))
        if first is not second:
            found += [g for g in first.minus(second).roots() if low < g < high]
    return found


def _outer_line(bounds: Sequence[Quadratic], nodes: Sequence[float]) -> list[float]:
    """Heights at the nodes whose polyline is nowhere below the least of the bounds."""
    heights = [-_INFINITY] * len(nodes)
    for k, (low, high) in enumerate(itertools.pairwise(nodes)):
        best = bounds[_lowest(bounds, (low + high) / 2)]
        # a concave parabola lies at most |c2| (width/2)^2 above its chord
        excess = arb.max(-best.c2, arb(0)) * ((arb(high) - arb(low)) / 2) ** 2
        for i, place in ((k, low), (k + 1, high)):
            heights[i] = max(heights[i], _above(best(place) + excess))
    return heights


def _above(ball: arb) -> float:
    """A float not below a ball."""
    return float(np.nextafter(float(ball.upper()), _INFINITY))


def _not_empty(lower: Sequence[Quadratic], upper: Sequence[Quadratic], nodes: Sequence[float]) -> list[bool]:
    """Which nodes are kept: those from the first to the last interval where something may be allowed."""
    full = []
    for low, high in itertools.pairwise(nodes):
        middle = (low + high) / 2
        room = lower[_lowest(lower, middle)].plus(upper[_lowest(upper, middle)])
        full.append(not room.below((low, high)) < 0)
    if not any(full):
        return [False] * len(nodes)
    first, last = full.index(True), len(full) - 1 - full[::-1].index(True)
    return [first <= k <= last + 1 for k in range(len(nodes))]
