"""Tracing a region by its supporting lines: half-planes where the boundary is not yet pinned down."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from flint import fmpq

from positivity.answers.end import End
from positivity.answers.half_plane import HalfPlane
from positivity.questions.errors import InputError
from positivity.questions.numbers import parse_rational
from solvers.deadline import OutOfTime, checkpoint, time_limit
from solvers.polygons import Kink, find_kinks, widest_gap
from solvers.verify.budget import watched

_START = ((1, 0), (0, 1), (-1, 0), (0, -1))


class _TimeUp(KeyboardInterrupt):
    """The time limit is reached."""


class EndSolverLike(Protocol):
    """What finds one end: `positivity.bounds.positive.EndSolver` or `positivity.bounds.bounded.UnitarySolver`."""

    def solve(self, weights: Sequence[fmpq], side: int) -> tuple[End, np.ndarray | None]:
        """The end of weights . targets on one side, and the targets in its extremal spectrum."""


class Tracer:
    """Supporting lines of the region, one direction at a time.

    new_solver: makes a solver; each half-plane has its own, so that it does not depend on those before (warm
    starts from them save no time).  record: called with each half-plane that is found.  deadline: of
    time.monotonic, after which tracing stops as at Ctrl-C.
    """

    def __init__(
        self,
        new_solver: Callable[[], EndSolverLike],
        record: Callable[[HalfPlane], None] = lambda plane: None,
        deadline: float | None = None,
    ) -> None:
        self.new_solver, self.record, self.deadline = new_solver, record, deadline
        self.widths = np.ones(2)
        self.complete = True
        self._kept: dict[tuple[str, str], HalfPlane] = {}

    def trace(
        self, count: int, progress: Callable[[int, int], None], kept: Sequence[HalfPlane] = ()
    ) -> list[HalfPlane]:
        """About `count` half-planes by angle; those in `kept` are used where they are met, and stay in any case."""
        self._kept = {plane.normal: plane for plane in kept}
        planes: list[HalfPlane] = []
        try:
            planes.extend(self._bounded(direction) for direction in _START)
            self._set_widths(planes)
            while len(planes) < count:
                progress(len(planes), count)
                planes.sort(key=self._angle)
                direction = widest_gap([(plane.line, plane.point) for plane in planes], self.widths)
                if direction is None:
                    break
                planes.append(self.support(direction))
            planes.sort(key=self._angle)
            for kink in find_kinks([(plane.line, plane.point) for plane in planes]):
                planes.extend(self.support(direction) for direction in self._across(planes, kink))
        except KeyboardInterrupt as stop:
            if len(planes) < len(_START):
                if isinstance(stop, _TimeUp):
                    raise InputError("the time limit is too short for the first four half-planes: raise it") from None
                raise
            self.complete = False
        progress(count, count)
        met = {plane.normal for plane in planes}
        planes += [plane for normal, plane in self._kept.items() if normal not in met]
        return sorted(planes, key=self._angle)

    def _bounded(self, direction: tuple[int, int]) -> HalfPlane:
        plane = self.support(np.array(direction, float))
        if plane.end.text is None:
            raise InputError(
                f"the region has no end in the direction {direction}: {plane.end.reason}; "
                "raise the order or choose other couplings"
            )
        return plane

    def _set_widths(self, planes: list[HalfPlane]) -> None:
        """Extent of the region along each axis, from its half-planes."""
        for axis in (0, 1):
            along = [p.line for p in planes if p.line[1 - axis] == 0]
            highest = [h / line[axis] for line in along if (h := line[2]) == h and line[axis] > 0]
            lowest = [h / line[axis] for line in along if (h := line[2]) == h and line[axis] < 0]
            if not highest or not lowest:
                raise InputError("the half-planes to go on with lack a direction of the axes: begin a new region")
            self.widths[axis] = max(min(highest) - max(lowest), 1e-12)

    def _across(self, planes: list[HalfPlane], kink: Kink) -> list[np.ndarray]:
        """Directions inside the normal cone of a kink: there the slope jumps, so look closer."""
        ends = []
        for plane in planes:
            a, b, h = plane.line
            if abs(a * kink.x + b * kink.y - h) < 1e-5 * np.hypot(a * self.widths[0], b * self.widths[1]):
                ends.append(np.array([a, b]) * self.widths / np.hypot(a * self.widths[0], b * self.widths[1]))
        if len(ends) < 2:
            return []
        first, last = max(((u, v) for u in ends for v in ends), key=lambda pair: float(-(pair[0] @ pair[1])))
        return [first * (1 - share) + last * share for share in (0.25, 0.5, 0.75)]

    def support(self, direction: np.ndarray) -> HalfPlane:
        """Half-plane with its normal along `direction` in units of the widths."""
        scaled = direction / np.abs(direction).max() / self.widths
        values = [parse_rational(f"{value:.9g}") for value in scaled]
        normal = str(values[0]), str(values[1])
        if normal in self._kept:
            return self._kept[normal]
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise _TimeUp
        end, point = self._solved([-value for value in values])
        plane = HalfPlane(normal, end, None if point is None else (float(point[0]), float(point[1])))
        self._kept[normal] = plane  # an interrupt may come before it is returned
        self.record(plane)
        return plane

    def _solved(self, weights: Sequence[fmpq]) -> tuple[End, np.ndarray | None]:
        left = None if self.deadline is None else max(self.deadline - time.monotonic(), 0.0)
        try:
            with time_limit(left), watched(checkpoint):
                return self.new_solver().solve(weights, side=1)
        except OutOfTime:
            raise _TimeUp from None

    def _angle(self, plane: HalfPlane) -> float:
        a, b, _ = plane.line
        return float(np.arctan2(b * self.widths[1], a * self.widths[0]))
