"""Plane geometry of convex regions: hulls, intersections of half-planes, gaps and kinks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Line = tuple[float, float, float]
Support = tuple[Line, tuple[float, float] | None]

#: two touching points closer than this (in units of the widths) are one
_SAME = 1e-5
#: half the side of the first box, how often smaller ones are taken, and the rounding relative to a box
_FAR, _PASSES, _ROUNDING = 1e9, 3, 1e-13
#: smallest jump of the slope angle that counts as a kink, radians in units of the widths
_KINK_ANGLE = 0.05


@dataclass(frozen=True)
class Kink:
    """A corner of the boundary: its place, and the jump of the normal's angle seen (radians)."""

    x: float
    y: float
    angle: float


def convex_hull(points: np.ndarray) -> np.ndarray:
    """Vertices of the convex hull, counter-clockwise (Andrew's monotone chain)."""
    ordered = sorted({(float(x), float(y)) for x, y in points})
    if len(ordered) < 3:
        return np.array(ordered)

    def half(sequence: list[tuple[float, float]]) -> list[tuple[float, float]]:
        chain: list[tuple[float, float]] = []
        for point in sequence:
            while len(chain) > 1 and _cross(chain[-2], chain[-1], point) <= 0:
                chain.pop()
            chain.append(point)
        return chain[:-1]

    return np.array(half(ordered) + half(ordered[::-1]))


def _cross(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def intersect_half_planes(lines: Sequence[Line]) -> np.ndarray:
    """Vertices (n, 2) of the polygon cut out by a x + b y <= h, counter-clockwise.

    Empty if the lines leave it unbounded or empty.
    """
    low, high = np.full(2, -_FAR), np.full(2, _FAR)
    for step in range(_PASSES):  # vertices are as exact as the box is small
        slack = _ROUNDING * float(np.maximum(np.abs(low), np.abs(high)).max())
        around = _clipped([(a, b, h + slack * float(np.hypot(a, b))) for a, b, h in lines], low, high)
        if not len(around) or (step == 0 and np.abs(around).max() >= _FAR / 10):
            return np.zeros((0, 2))
        low, high = around.min(axis=0) - slack, around.max(axis=0) + slack
    exact = _clipped(lines, low, high)
    return exact if len(exact) else around


def _clipped(lines: Sequence[Line], low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """What half-planes leave of a box."""
    polygon = [
        np.array(corner) for corner in ((low[0], low[1]), (high[0], low[1]), (high[0], high[1]), (low[0], high[1]))
    ]
    for a, b, h in lines:
        size = float(np.hypot(a, b))
        clipped: list[np.ndarray] = []
        for i, end in enumerate(polygon):
            start = polygon[i - 1]
            inside_start = (a * start[0] + b * start[1] - h) / size
            inside_end = (a * end[0] + b * end[1] - h) / size
            if (inside_start < 0) != (inside_end < 0) and inside_start != inside_end:
                share = inside_start / (inside_start - inside_end)
                clipped.append(start + share * (end - start))
            if inside_end <= 0:
                clipped.append(end)
        polygon = clipped
    return np.array(polygon)


def widest_gap(supports: Sequence[Support], widths: np.ndarray) -> np.ndarray | None:
    """Direction of the chord whose outer corner lies farthest from it, in units of the widths.

    supports: ordered by angle.  None if no corner lies farther out than 1e-7.
    """
    best, direction = 1e-7, None
    for i, (line, point) in enumerate(supports):
        following, after = supports[(i + 1) % len(supports)]
        if point is None or after is None:
            continue
        corner = _crossing(line, following)
        if corner is None:
            continue
        a, b, c = (np.array(p) / widths for p in (point, after, corner))
        chord = b - a
        length = float(np.hypot(*chord))
        if length < _SAME:
            continue
        normal = np.array([chord[1], -chord[0]]) / length
        gap = float(normal @ (c - a))
        if gap > best:
            best, direction = gap, normal
    return direction


def _crossing(first: Line, second: Line) -> np.ndarray | None:
    matrix = np.array([first[:2], second[:2]])
    scale = np.abs(matrix).max(axis=1).prod()
    if abs(np.linalg.det(matrix)) < 1e-12 * scale:
        return None
    return np.linalg.solve(matrix, [first[2], second[2]])


def find_kinks(supports: Sequence[Support]) -> tuple[Kink, ...]:
    """Corners of the outer polygon that an extremal spectrum reaches, so that they are real.

    supports: ordered by angle.  A smooth stretch has its polygon's corners off the boundary.
    """
    touching = np.array([point for _, point in supports if point is not None])
    if len(touching) < 3:
        return ()
    widths = np.maximum(np.ptp(touching, axis=0), 1e-12)
    angles = [float(np.arctan2(line[1] * widths[1], line[0] * widths[0])) for line, _ in supports]
    found: list[Kink] = []
    for i, (line, _) in enumerate(supports):
        k = (i + 1) % len(supports)
        jump = (angles[k] - angles[i]) % (2 * np.pi)
        corner = _crossing(line, supports[k][0])
        if corner is None or not _KINK_ANGLE < jump < np.pi:
            continue
        if np.hypot(*((touching - corner) / widths).T).min() < _SAME:
            found = _with(found, Kink(float(corner[0]), float(corner[1]), float(jump)), widths)
    return tuple(found)


def _with(kinks: list[Kink], kink: Kink, widths: np.ndarray) -> list[Kink]:
    """Add a kink; one seen between two pairs of lines is one corner with the jumps added."""
    for i, other in enumerate(kinks):
        if np.hypot((other.x - kink.x) / widths[0], (other.y - kink.y) / widths[1]) < 2 * _SAME:
            return [*kinks[:i], Kink(other.x, other.y, other.angle + kink.angle), *kinks[i + 1 :]]
    return [*kinks, kink]
