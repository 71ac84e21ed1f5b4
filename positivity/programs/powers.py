"""The linear program behind gravity bounds: cutting planes on sampled states, and the violation scan.

Minimise a linear form of a functional's coefficients a subject to K(state).a >= 0 for all states and
linear equations.  The rows are conditioned by a QR decomposition, and every sampled row must keep a
small relative slack.  States where the functional dips between the samples are added until none is
left; an independent finer grid then measures the largest violation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from positivity.sum_rules.powers import FIXED_MASS, IMPACT, Grid, Points, Space, at, sample
from solvers.deadline import checkpoint
from solvers.linear import GrowingProgram

#: relative slack kept at every sampled state
MARGIN = 1e-9
_BOX, _ROUNDS, _LOOK = 1e7, 12, 3e-3
#: of the grids of the scans
_SHIFTS = (0.31, 0.57, 0.83, 0.19, 0.71, 0.43, 0.91, 0.27)
#: points put into the two intervals around a dip, and how often
_INSIDE, _ZOOMS = 9, 3
#: violated states of one spin that are fed back at once
_MOST_BAD = 40
#: relative rounding of the rows: nothing above minus this is fed back
_NOISE = 1e-11
#: local minima of one spin that are looked at, the lowest ones
_MOST_MINIMA = 12


@dataclass(frozen=True)
class Violation:
    """Where a functional is lowest on a scan.

    slack: K.a relative to the sizes of the row K and of a, both in the conditioned basis; negative is
    a violation.  spin: J, IMPACT (b at J, m -> infinity) or
    FIXED_MASS (J -> infinity); place: x = 1/m^2, or b.  states: how many were looked at.
    """

    slack: float
    spin: int
    place: float
    states: int

    def __str__(self) -> str:
        where = {IMPACT: f"b = {self.place:.4g}, J -> infinity", FIXED_MASS: f"x = {self.place:.4g}, J -> infinity"}
        word = "no violation; smallest relative slack" if self.slack >= 0 else "maximal relative violation"
        state = where.get(self.spin, f"J = {self.spin}, m^2 = {1 / max(self.place, 1e-300):.5g}")
        return f"{word} {abs(self.slack):.1e} at {state} ({self.states} states scanned)"


@dataclass(frozen=True)
class Functional:
    """A functional found: coefficients (size,) of Space, its infrared side (8 pi G, g2, g3), the scan.

    bounded: False if the coefficients ran to the end of the box, so that no value is the least.
    """

    space: Space
    coefficients: np.ndarray
    status: str
    rounds: int
    violation: Violation | None = None
    bounded: bool = True

    @property
    def optimal(self) -> bool:
        """Whether there are coefficients; if not, status says why."""
        return self.status == "optimal"

    @property
    def infrared(self) -> np.ndarray:
        """Coefficients of 8 pi G, g2 and g3."""
        return np.asarray(self.space.infrared() @ self.coefficients)


class Program:
    """Rows of one Space on a Grid, solved for many objectives.

    extra: further rows (len, size) that must be >= 0, e.g. those that help a certificate.
    """

    def __init__(
        self, space: Space, grid: Grid | None = None, extra: np.ndarray | None = None, margin: float = MARGIN
    ) -> None:
        self.space, self.grid, self.margin = space, grid or Grid(), margin
        self._extra = np.vstack([space.tail(), np.zeros((0, space.size)) if extra is None else extra])
        self._points = sample(space, self.grid)
        rows = np.vstack([self._points.rows, self._extra])
        size = np.abs(rows).max(axis=1)
        _, triangle = np.linalg.qr(rows[size > 0] / size[size > 0, None])
        #: from conditioned to plain coefficients
        self._change = np.linalg.inv(triangle)

    def slack(self, points: Points, coefficients: np.ndarray) -> np.ndarray:
        """K.a of every state, relative to its row and to a in the conditioned basis."""
        conditioned = points.rows @ self._change
        size = np.abs(conditioned).max(axis=1)
        size[size == 0] = 1
        own = np.linalg.solve(self._change, coefficients)
        return np.asarray((points.rows @ coefficients) / size / np.abs(own).max())

    def solve(self, objective: np.ndarray, equations: np.ndarray, values: np.ndarray) -> Functional:
        """min objective.a with equations.a = values, (k, size) and (k,)."""
        equations = np.vstack([equations, self.space.ends()])
        values = np.append(values, np.zeros(self.space.vanishing))
        start, free = _solutions(equations @ self._change, values)
        # a functional of size |start|, all else is relative to it
        scale = np.abs(start).max()
        program = GrowingProgram(free.T @ (objective @ self._change), _BOX * scale)
        self._add(program, self._points.rows, start, free, scale)
        self._add(program, self._extra, start, free, scale)
        coefficients, rounds, bounded = np.zeros(self.space.size), 0, True
        for rounds in range(1, _ROUNDS + 1):
            found = program.solve()
            if not found.optimal:
                return Functional(self.space, coefficients, found.status, rounds)
            coefficients = self._change @ (start + free @ found.point)
            bounded = bool(np.abs(found.point).max() < 0.9 * _BOX * scale)
            dips = self._dips(coefficients)
            if dips is None:
                break
            self._points = self._points + dips
            self._add(program, dips.rows, start, free, scale)
        return Functional(self.space, coefficients, "optimal", rounds, bounded=bounded)

    def _add(
        self, program: GrowingProgram, rows: np.ndarray, start: np.ndarray, free: np.ndarray, scale: float
    ) -> None:  # fmt: skip
        conditioned = rows @ self._change
        size = np.abs(conditioned).max(axis=1)
        conditioned = conditioned[size > 0] / size[size > 0, None]
        program.add_rows(conditioned @ free, self.margin * scale - conditioned @ start)

    def add_states(self, spin: int, places: np.ndarray) -> None:
        """Sample further states of one spin, e.g. where a verifier found the functional negative."""
        self._points = self._points + at(self.space, spin, places)

    def _dips(self, coefficients: np.ndarray) -> Points | None:
        """States between the samples at which the functional is negative."""
        found = []
        for points in _by_spin(self._points):
            checkpoint("states")
            lowest = self._lowest(points, self.slack(points, coefficients), coefficients)
            if lowest is not None:
                negative = np.flatnonzero(self.slack(lowest, coefficients) < -_NOISE)
                if len(negative):
                    found.append(lowest.take(negative))
        return None if not found else sum(found[1:], found[0])

    def _lowest(self, points: Points, slack: np.ndarray, coefficients: np.ndarray) -> Points | None:
        """The lowest states around every low local minimum of one spin, three times closer and closer."""
        minima = _local_minima(slack)
        if not len(minima):
            return None
        spin = int(points.spin[0])
        left, right = points.place[np.maximum(minima - 1, 0)], points.place[np.minimum(minima + 1, len(slack) - 1)]
        found = []
        for _ in range(_ZOOMS):
            inside = np.linspace(left, right, _INSIDE + 2)
            new = at(self.space, spin, inside[1:-1].ravel())
            lowest = 1 + self.slack(new, coefficients).reshape(_INSIDE, -1).argmin(axis=0)
            each = np.arange(len(left))
            left, right = inside[lowest - 1, each], inside[lowest + 1, each]
            found.append(new.take((lowest - 1) * len(each) + each))
        return sum(found[1:], found[0])

    def best(self, objective: np.ndarray, equations: np.ndarray, values: np.ndarray) -> Functional:
        """As `solve`; violations on finer grids are fed back until a grid not used before shows none.

        The result holds that last scan, which is independent of the states of the program.
        """
        for shift in _SHIFTS:
            found = self.solve(objective, equations, values)
            if not found.optimal or not found.bounded:
                break
            violation, negative = self._scanned(found.coefficients, self.grid.finer(shift))
            found = replace(found, violation=violation)
            if negative is None:
                break
            self._points = self._points + negative
        return found

    def scan(self, functional: Functional, grid: Grid | None = None) -> Functional:
        """The functional with its largest violation on an independent grid, dips refined."""
        violation, _ = self._scanned(functional.coefficients, grid or self.grid.finer(_SHIFTS[0]))
        return replace(functional, violation=violation)

    def _scanned(self, coefficients: np.ndarray, grid: Grid) -> tuple[Violation, Points | None]:
        """The lowest place of a functional on a grid, and all states where it is negative."""
        worst, count = (np.inf, 0, 0.0), 0
        negative: list[Points] = []
        for spin, places in grid.states():
            checkpoint("scan")
            points = at(self.space, spin, places)
            slack = self.slack(points, coefficients)
            lowest = self._lowest(points, slack, coefficients)
            if lowest is not None:
                points = points + lowest
                slack = np.append(slack, self.slack(lowest, coefficients))
            k, count = int(slack.argmin()), count + len(slack)
            worst = min(worst, (float(slack[k]), spin, float(points.place[k])))
            bad = np.flatnonzero(slack < -_NOISE)
            if len(bad):
                negative.append(points.take(bad[np.argsort(slack[bad])][:_MOST_BAD]))
        return Violation(*worst, states=count), sum(negative[1:], negative[0]) if negative else None


def _by_spin(points: Points) -> Iterator[Points]:
    for spin in np.unique(points.spin):
        which = np.flatnonzero(points.spin == spin)
        yield points.take(which[np.argsort(points.place[which])])


def _local_minima(slack: np.ndarray) -> np.ndarray:
    """Indices of the low local minima, ends included."""
    padded = np.concatenate([[np.inf], slack, [np.inf]])
    lowest = (padded[1:-1] <= padded[:-2]) & (padded[1:-1] <= padded[2:])
    found = np.flatnonzero(lowest & (slack < _LOOK * max(float(np.abs(slack).max()), 1e-300)))
    return found[np.argsort(slack[found], kind="stable")[:_MOST_MINIMA]]


def _solutions(equations: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A solution of equations.z = values and an orthonormal basis of the homogeneous ones."""
    start = np.linalg.lstsq(equations, values, rcond=None)[0]
    _, _, rows = np.linalg.svd(equations)
    return start, rows[len(values) :].T
