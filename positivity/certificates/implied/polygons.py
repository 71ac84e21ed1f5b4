"""The polygon that a saved region shows: it must not be smaller than what its half-planes leave."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import isfinite
from typing import Any

from flint import fmpq

from solvers.verify import Refused

#: relative rounding of the vertices, which are cut out of a very large square in doubles
_ROUNDING = fmpq(1, 10**6)
_MOST = 20_000
_MOST_AT_A_POINT = 400
Plane = tuple[fmpq, fmpq, fmpq]
Point = tuple[fmpq, fmpq]


def check_outer(outer: Any, planes: Sequence[Plane]) -> None:
    """Refuse a polygon that leaves out what a x + b y <= c, for all (a, b, c), allow; an empty one says nothing.

    No point of its edges is inside all half-planes by more than the rounding, its middle is, and it runs once
    around that: so the convex set of such points is inside of it.
    """
    points = _points(outer)
    if not points:
        return
    if _is_point(points):
        _check_point(points, planes)
        return
    middle = sum(p[0] for p in points) / len(points), sum(p[1] for p in points) / len(points)
    size = [max(abs(p[k]) for p in points) for k in (0, 1)]
    slack = [_ROUNDING * (abs(a) * size[0] + abs(b) * size[1] + abs(c)) for a, b, c in planes]

    def beyond(point: Point) -> set[int]:
        """The half-planes on whose edge, or beyond, a point lies."""
        found = zip(planes, slack, strict=True)
        return {i for i, ((a, b, c), s) in enumerate(found) if a * point[0] + b * point[1] >= c - s}

    sides = [beyond(point) for point in points]
    if beyond(middle) or not all(a & b for a, b in pairwise([*sides, sides[0]])) or not _around(middle, points):
        raise Refused("the outer polygon is not the one that the half-planes leave")


def _is_point(points: Sequence[Point]) -> bool:
    """Whether a polygon is no larger than the rounding of its vertices."""
    return all(max(p[k] for p in points) - min(p[k] for p in points) <= _rounding(points, k) for k in (0, 1))


def _rounding(points: Sequence[Point], k: int) -> fmpq:
    return 10 * _ROUNDING * max(abs(p[k]) for p in points)


def _check_point(points: Sequence[Point], planes: Sequence[Plane]) -> None:
    """Refuse a polygon as small as its rounding unless half-planes confine what they allow to it, within that.

    A bound on d.p follows from two half-planes whose normals, with factors >= 0, add up to d (linear programs in the
    plane need no more).
    """
    if len(planes) > _MOST_AT_A_POINT:
        raise Refused("too many half-planes meet in one point")
    for k, sign in ((0, 1), (0, -1), (1, 1), (1, -1)):
        wanted = max(sign * p[k] for p in points) + _rounding(points, k)
        direction = (fmpq(sign), fmpq(0)) if k == 0 else (fmpq(0), fmpq(sign))
        if not any(_implies(first, second, direction, wanted) for first in planes for second in planes):
            raise Refused("the outer polygon is not the one that the half-planes leave")


def _implies(first: Plane, second: Plane, direction: Point, wanted: fmpq) -> bool:
    """Whether two half-planes say d.p <= wanted."""
    (a, b, c), (e, f, g), (x, y) = first, second, direction
    determinant = a * f - b * e
    if determinant == 0:
        return False
    u, v = (x * f - y * e) / determinant, (a * y - b * x) / determinant
    return bool(u >= 0 and v >= 0 and u * c + v * g <= wanted)


def _points(outer: Any) -> list[Point]:
    if not isinstance(outer, list | tuple) or len(outer) > _MOST or len(outer) in (1, 2):
        raise Refused("the outer polygon is not a list of points")
    found = []
    for point in outer:
        if not isinstance(point, list | tuple) or len(point) != 2:
            raise Refused("a vertex of the outer polygon has two coordinates")
        if any(isinstance(v, bool) or not isinstance(v, int | float) or not isfinite(v) for v in point):
            raise Refused("a vertex of the outer polygon is not of finite numbers")
        found.append((_exact(point[0]), _exact(point[1])))
    return found


def _exact(value: float) -> fmpq:
    return fmpq(*float(value).as_integer_ratio())


def _around(middle: Point, points: Sequence[Point]) -> bool:
    """Whether the polygon runs counter-clockwise, seen from the middle."""
    arms = [(x - middle[0], y - middle[1]) for x, y in points]
    return all(a[0] * b[1] - a[1] * b[0] >= 0 for a, b in pairwise([*arms, arms[0]])) and any(
        a[0] * b[1] - a[1] * b[0] > 0 for a, b in pairwise([*arms, arms[0]])
    )
