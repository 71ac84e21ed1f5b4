r"""Whether a vector of moments belongs to a positive measure: ray shooting in a shared linear program.

Rows R_i(x, X) as in `solvers.program` and a positive measure give the vector <R_i>; all such vectors
form a convex cone.  For a vector v and a fixed vector c inside the cone the program is

    minimise w.v  such that  sum_i w_i R_i >= margin for all J and x,  w.c = 1,

the dual of: the largest t with v - t c in the cone.  If t >= 0 the measure found plus t c represents v;
if t < 0, w separates v from the cone.  The constraints do not depend on v, so one program with its
points and its basis serves every vector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq

from solvers.grid import chebyshev, default_spins
from solvers.linear import GrowingProgram, LinearSolution
from solvers.program import MeasureProgram, Row, SpinLadder, from_longdouble, to_longdouble
from solvers.separation import Dips, SpinSampler
from solvers.tables import RowTables

_START = chebyshev(11)
_BOX, _FAR = 1e6, 1e9
#: points are forgotten when there are so many times more than at the start
_MOST_GROWTH = 1.5
_MAX_ROUNDS = 100
#: rounds without margin that sharpen the places of a point on the boundary, and dips that count there
_MAX_REFINEMENTS, _ROUNDING = 8, 1e-15
#: relative slack of a functional that is to be proved: at least, at most, and its share of the room there is
MARGIN, _MAX_MARGIN, _SHARE = 3e-10, 1e-2, 0.3


@dataclass(frozen=True)
class Place:
    """A point of the measure: spin (-1: Regge limit), s, and its weight in the scaled program."""

    spin: int
    s: float
    weight: float


@dataclass(frozen=True)
class Shot:
    """Where the ray from v towards -c leaves the cone.

    status: "inside" (depth >= 0 on points of the cone, so truly inside up to rounding), "outside" (the
    functional is non-negative wherever it was sampled and negative on v), "boundary" (neither can be told)
    or "failed".  depth: t, relative to the size of v.  places: the measure of v - t c.  multipliers: w as
    exact rationals if outside.  margin: the slack of the functional.
    """

    status: str
    depth: float
    places: tuple[Place, ...] = ()
    multipliers: tuple[fmpq, ...] = ()
    margin: float = 0.0


class MomentCone:
    """The cone of a family of rows; shoots rays from any vector and keeps what it learns.

    rows: the rows, the first the one of lowest order.  centre: a vector well inside the cone.
    """

    def __init__(self, rows: tuple[Row, ...], ladder: SpinLadder, centre: Sequence[fmpq]) -> None:
        # tables want a target; this program has none
        self.program = MeasureProgram(rows, ladder, (rows[0],))
        self.tables = RowTables(self.program, default_spins(ladder.step))
        self._sampler = SpinSampler(self.program, self.tables.spins)
        self._centre = self.scaled(centre)
        self._owner, self._s, self._scale = np.zeros(0, int), np.zeros(0), np.zeros(0)
        self._model = GrowingProgram(self._centre, _BOX)
        self._model.add_rows(np.vstack([self._centre, -self._centre]), np.array([1.0, -1.0]))
        self._margin = 0.0
        spins = np.arange(len(self.tables.spins))
        self._add(np.repeat(spins, len(_START)), (self.tables.ends[:, None] * _START).ravel())
        self._first = len(self._s)

    def scaled(self, vector: Sequence[fmpq]) -> np.ndarray:
        """The vector in the conditioned basis, its largest entry of size 1."""
        exact = np.array([to_longdouble(value) for value in vector])
        turned = self.tables.basis.T @ exact
        return np.asarray(turned / np.abs(turned).max(), float)

    def _add(self, owners: np.ndarray, s: np.ndarray) -> None:
        matrix = self.tables.free_values(owners, s)
        scale = 1 / np.maximum(np.abs(matrix).max(axis=1), 1e-30)
        self._model.add_rows(matrix * scale[:, None], np.full(len(s), self._margin))
        self._owner = np.concatenate([self._owner, owners])
        self._s = np.concatenate([self._s, s])
        self._scale = np.concatenate([self._scale, scale])

    def sampled(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Scaled rows (points, rows), spins and places s so far."""
        matrix = self.tables.free_values(self._owner, self._s) * self._scale[:, None]
        return matrix, self.tables.spins[self._owner], self._s

    def watch(self, spin: int, x: float) -> None:
        """Watch a spin and its neighbours from now on, and add the point x = 1/m^2 of it."""
        step = self.program.ladder.step
        if self.tables.add(np.arange(max(0, spin - 4 * step), spin + 5 * step, step)):
            self._sampler = SpinSampler(self.program, self.tables.spins)
        eta = x * (1 + self.program.ladder.casimir(spin))
        self._add(np.array([self.tables.index[spin]]), np.array([eta / (eta + self.program.scale)]))

    def shoot(self, vector: Sequence[fmpq], least: float = MARGIN, decide: bool = True) -> Shot:
        """The ray from a vector that is not zero.

        least: smallest slack worth trying to prove.  decide: False to look no further than the points there
        are; what is not inside is then on the boundary.
        """
        direction = self.scaled(vector)
        self._model.set_cost(direction)
        self._set_margin(0.0)
        if len(self._s) > _MOST_GROWTH * self._first:
            self._keep_first(self._first)
        value, ceiling = np.nan, _MAX_MARGIN
        for _ in range(_MAX_ROUNDS):
            solution = self._model.solve()
            value = float(direction @ solution.point) if solution.optimal else np.inf
            if self._margin == 0 and not solution.optimal:
                # without any functional the cone is the whole space
                return self._least_weight() if solution.status == "infeasible" else Shot("failed", np.nan)
            if self._margin == 0 and value >= 0:
                return Shot("inside", value, self._places(solution))
            if not decide:
                return Shot("boundary", value)
            if self._margin == 0:
                # what the margin may cost is a share of the room there is
                margin = min(_SHARE * -value / max(self._price(solution), 1e-300), ceiling)
                if margin < least:
                    return self._nearest(solution, direction)
                self._set_margin(margin)
            elif value >= 0:
                # more points left no room for so much slack, or none at all: look without
                ceiling = self._margin / 5
                self._set_margin(0.0)
            else:
                dips = self._violations(solution.point)
                if float(dips.values.min(initial=np.inf)) >= 0.2 * self._margin:
                    depth = value - self._margin * self._price(solution)
                    return Shot("outside", depth, self._places(solution), self._exact(solution), self._margin)
                self._add(dips.owners, dips.s)
        return Shot("boundary", value, self._places(solution))

    def lightest(self, vector: Sequence[fmpq]) -> Shot:
        """The measure of least scaled weight for a vector inside the cone."""
        self._model.set_cost(self.scaled(vector))
        return self._least_weight()

    def roomiest(self, columns: Sequence[np.ndarray], vector: Sequence[fmpq]) -> tuple[float, tuple[Place, ...]]:
        """The largest weight that columns, each of size 1, can all have in a measure for a vector, and the rest of it.

        columns: in the conditioned basis; their size does not matter.  Weights are in units of the size of the vector.
        The weight is infinite, without the rest, where nothing bounds the vector.
        """
        total = np.sum([column / np.abs(column).max() for column in columns], axis=0)
        size = float(np.abs(total).max())
        program = GrowingProgram(self.scaled(vector), _FAR)
        program.add_rows(np.vstack([self.sampled()[0], total / size]), np.append(np.zeros(len(self._s)), 1.0))
        solution = program.solve()
        if not solution.optimal:
            return (np.inf if solution.status == "infeasible" else 0.0), ()
        return float(solution.duals[-1]) / size, self._placed(solution.duals[:-1])

    def _least_weight(self) -> Shot:
        # the centre itself at a price that nobody pays
        self._margin = -1.0
        self._model.set_lower(np.concatenate([[-_BOX, -_BOX], np.full(len(self._s), self._margin)]))
        solution = self._model.solve()
        return Shot("inside", np.inf, self._places(solution)) if solution.optimal else Shot("failed", np.nan)

    def _nearest(self, solution: LinearSolution, direction: np.ndarray) -> Shot:
        """On the boundary to rounding: places added where the functional dips, until they stand still."""
        known = len(self._s)
        for _ in range(_MAX_REFINEMENTS):
            dips = self._violations(solution.point)
            if not len(dips.s):
                break
            self._add(dips.owners, dips.s)
            solution = self._model.solve()
            if not solution.optimal:
                break
        value, places = float(direction @ solution.point), self._places(solution)
        self._keep_first(known)
        return Shot("boundary" if solution.optimal else "failed", value, places)

    def _keep_first(self, count: int) -> None:
        """Forget later points: they served one vector and slow down all others."""
        if count < len(self._s):
            self._model.keep_first(count + 2)
            self._owner, self._s, self._scale = self._owner[:count], self._s[:count], self._scale[:count]

    def _price(self, solution: LinearSolution) -> float:
        """What a unit of margin costs in value."""
        return float(solution.duals[2:].sum())

    def _set_margin(self, margin: float) -> None:
        if margin != self._margin:
            self._margin = margin
            self._model.set_lower(np.concatenate([[1.0, -1.0], np.full(len(self._s), margin)]))

    def _violations(self, point: np.ndarray) -> Dips:
        dips = self._sampler.dips(self.tables.coefficients(point, np.zeros(1)))
        low = dips.values < 1e3 * max(self._margin, _ROUNDING)
        dips = Dips(dips.owners[low], dips.s[low], dips.values[low])
        rows = self.tables.free_values(dips.owners, dips.s)
        relative = dips.values / np.maximum(np.abs(rows).max(axis=1), 1e-30)
        bad = relative < (0.5 * self._margin or -_ROUNDING)
        return Dips(dips.owners[bad], dips.s[bad], relative[bad])

    def _places(self, solution: LinearSolution) -> tuple[Place, ...]:
        return self._placed(solution.duals[2:])

    def _placed(self, weights: np.ndarray) -> tuple[Place, ...]:
        return tuple(
            Place(int(self.tables.spins[self._owner[i]]), float(self._s[i]), float(weights[i]))
            for i in np.flatnonzero(weights > 0)
        )

    def _exact(self, solution: LinearSolution) -> tuple[fmpq, ...]:
        return tuple(from_longdouble(v) for v in self.tables.basis @ solution.point.astype(np.longdouble))
