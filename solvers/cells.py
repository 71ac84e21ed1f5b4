"""The linear program over a density that is constant on cells."""

from __future__ import annotations

import highspy
import numpy as np

from solvers.cutting import CellIndex, Intervals
from solvers.grid import chebyshev
from solvers.highs import run, silent_model
from solvers.measured_rows import MeasuredRows, Step

Edges = tuple[np.ndarray, np.ndarray, np.ndarray]

#: cells whose column is so long that the tolerance of the linear program would matter keep F below zero
#: by this share of it
_CELL_MARGIN, _TOLERANCE = 3e-10, 1e-10
#: (HiGHS simplex: 1 dual, 4 primal; tolerance; keep the basis), tried in turn
_ATTEMPTS = (
    (4, 1e-10, True), (4, 1e-10, False), (1, 1e-10, False), (1, 1e-9, False), (4, 1e-9, False), (1, 1e-7, False),
    (4, 1e-7, False),
)  # fmt: skip


class Cells:
    """The linear program over cell densities; its cells only get finer.

    fine: what the value of a cell may be off by.  edges: (owner, low, high) of the first cells, a few per spin
    if none are given.
    """

    def __init__(
        self, rows: MeasuredRows, weights: np.ndarray, values: np.ndarray, fine: float, edges: Edges | None = None
    ) -> None:
        self.rows, self.weights, self._fine = rows, weights, fine
        self.size = rows.tables.free_double.shape[-1]
        self.owner = np.zeros(0, int)
        self.low = np.zeros(0)
        self.high = np.zeros(0)
        self.columns = np.zeros((0, self.size + 1))
        self.alive = np.zeros(0, bool)
        self.scale = np.zeros(0)
        self.targets = np.zeros((0, rows.tables.targets.shape[-1]))
        self._highs = silent_model()
        self.values = values
        empty = np.zeros(0, np.int32)
        self._highs.addRows(self.size, values, values, 0, np.zeros(self.size, np.int32), empty, np.zeros(0))
        self._rays()
        self._add(*(self._first_cells() if edges is None else edges))

    def _first_cells(self) -> Edges:
        fractions = chebyshev(13)
        edges = self.rows.last[:, None] * fractions
        owners = np.repeat(np.arange(len(edges)), len(fractions) - 1)
        return owners, edges[:, :-1].ravel(), edges[:, 1:].ravel()

    @property
    def edges(self) -> Edges:
        """(owner, low, high) of the cells there are."""
        return self.owner[self.alive], self.low[self.alive], self.high[self.alive]

    def _rays(self) -> None:
        """F <= 0 where the Regge family is not cut into cells: columns without a ceiling."""
        free, targets = self.rows.tables.beyond()
        rows = np.hstack([free, (targets @ self.weights)[:, None]])
        size = np.abs(rows[:, :-1]).max(axis=1)
        kept = (size > 0) | (rows[:, -1] > 0)
        rows, targets = rows[kept], targets[kept]
        length = np.abs(rows).max(axis=1, keepdims=True) if not size.all() else size[:, None]
        rows /= length
        self._ray_count, self._ray_targets, self._ray_rows = len(rows), targets / length, rows.copy()
        rows[:, -1] += self.rows.tables.margin
        if len(rows):
            self._push(rows, np.full(len(rows), highspy.kHighsInf))

    def _push(self, rows: np.ndarray, upper: np.ndarray) -> None:
        count, size = len(rows), self.size
        starts = np.arange(count, dtype=np.int32) * size
        indices = np.tile(np.arange(size, dtype=np.int32), count)
        matrix = np.ascontiguousarray(rows[:, :size]).ravel()
        self._highs.addCols(count, -rows[:, size], np.zeros(count), upper, matrix.size, starts, indices, matrix)

    def _add(self, owners: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        integrals = self.rows.integrals(owners, low, high)
        columns = np.hstack([integrals[:, : self.size], integrals[:, self.size :] @ self.weights[:, None]])
        scale = np.abs(columns).max(axis=1)
        self.scale = np.concatenate([self.scale, scale])
        self.targets = np.concatenate([self.targets, integrals[:, self.size :]])
        scaled = columns / scale[:, None]
        scaled[:, -1] += np.where(self.rows.measure.ceiling * scale * _TOLERANCE > self._fine, _CELL_MARGIN, 0.0)
        self._push(scaled, self.rows.measure.ceiling * scale)
        self.owner = np.concatenate([self.owner, owners])
        self.low = np.concatenate([self.low, low])
        self.high = np.concatenate([self.high, high])
        self.columns = np.concatenate([self.columns, columns])
        self.alive = np.concatenate([self.alive, np.ones(len(owners), bool)])

    def _run(self) -> str:
        """The status of the linear program."""
        for strategy, tolerance, warm in _ATTEMPTS:
            self._highs.setOptionValue("simplex_strategy", strategy)
            self._highs.setOptionValue("primal_feasibility_tolerance", tolerance)
            self._highs.setOptionValue("dual_feasibility_tolerance", tolerance)
            if not warm:
                self._highs.clearSolver()
            status = run(self._highs)
            if status == "Optimal":
                break
        return status

    def solve(self) -> tuple[str, float, np.ndarray]:
        """Status, primal value, and the multipliers lambda in the basis of the tables."""
        status = self._run()
        if status != "Optimal":
            return status, np.nan, np.zeros(self.size)
        multipliers = -np.array(self._highs.getSolution().row_dual)
        return status, self.primal_value(multipliers), multipliers

    def primal_value(self, multipliers: np.ndarray) -> float:
        """The target in the last primal solution, less sum lambda_i (<free_i> - values_i).

        What the equalities are off by is taken back, to first order: never above the dual value of the multipliers.
        """
        rays = np.maximum(np.array(self._highs.getSolution().col_value)[: self._ray_count], 0)
        return float(
            multipliers @ self.values + (self._held() @ self.columns + rays @ self._ray_rows) @ _prices(multipliers)
        )

    def _held(self) -> np.ndarray:
        return np.asarray(np.clip(self.densities(), 0, self.rows.measure.ceiling))

    def spins_apart(self, multipliers: np.ndarray) -> float:
        """What the primal value changes by when spins taken together count with their true X."""
        held = self._held()
        at = np.flatnonzero(held)
        missing = held[at] @ self.rows.beyond_the_limit(self.owner[at], self.low[at], self.high[at])
        return float(np.append(missing[: self.size], missing[self.size :] @ self.weights) @ _prices(multipliers))

    def coefficients(self, multipliers: np.ndarray) -> np.ndarray:
        """Bernstein coefficients of F per spin."""
        return self.rows.tables.coefficients(-multipliers, self.weights)

    def cut(self, where: Intervals) -> None:
        """Split the cells that hold the end of an interval in which F is positive."""
        alive = np.flatnonzero(self.alive)
        index = CellIndex(self.owner[alive], self.low[alive], self.high[alive])
        filling = self.densities()[alive] / self.rows.measure.ceiling
        cells, parents, edges = index.pieces(where, filling)
        if not len(cells):
            return
        which = alive[cells].astype(np.int32)
        self.alive[which] = False
        zeros = np.zeros(len(which))
        self._highs.changeColsBounds(len(which), which + self._ray_count, zeros, zeros)
        self._add(self.owner[alive[parents]], edges[:, 0], edges[:, 1])

    def dual_value(self, multipliers: np.ndarray) -> float:
        """sum lambda values + ceiling * int F_+, exact on cells where F has one sign."""
        slack = self.columns[self.alive] @ np.append(-multipliers, 1.0)
        return float(multipliers @ self.values + self.rows.measure.ceiling * np.maximum(slack, 0).sum())

    def densities(self) -> np.ndarray:
        """The density of every cell in the last primal solution, zero in cells cut since."""
        values = np.array(self._highs.getSolution().col_value)[self._ray_count :] / self.scale
        return np.where(self.alive, values, 0.0) if len(values) else np.zeros(len(self.scale))

    def moments(self) -> np.ndarray:
        """Averages of the targets in the last primal solution."""
        values = np.array(self._highs.getSolution().col_value)
        rays, cells = values[: self._ray_count], values[self._ray_count :]
        return np.asarray((cells / self.scale) @ self.targets + rays @ self._ray_targets)

    def filled(self) -> tuple[Step, ...]:
        """All cells with their density in the primal solution."""
        # cells cut after the last solution hold nothing after the next
        status, _, _ = self.solve()
        if status != "Optimal":
            return ()
        values = np.array(self._highs.getSolution().col_value)[self._ray_count :] / self.scale
        steps = []
        for i in np.flatnonzero(self.alive):
            spin = int(self.rows.tables.spins[self.owner[i]])
            low, high = (self.rows.x(spin, s) for s in (self.low[i], self.high[i]))
            # a short column leaves room for more than the ceiling within the tolerance of the program
            steps.append(Step(spin, low, high, float(np.clip(values[i], 0.0, self.rows.measure.ceiling))))
        return tuple(steps)

    def density(self) -> tuple[Step, ...]:
        """The density of the primal solution: `ceiling` or nothing but in a few cells; neighbours merged.

        Where the functional only touches zero it has no sign to tell the density from.
        """
        return merged(self.filled(), 1e-9 * self.rows.measure.ceiling)


def _prices(multipliers: np.ndarray) -> np.ndarray:
    """What the functional takes of the free rows and of the target."""
    return np.append(-multipliers, 1.0)


def merged(steps: tuple[Step, ...], rounding: float) -> tuple[Step, ...]:
    """Steps of one spin and density that meet, as one; empty ones dropped."""
    joined: list[Step] = []
    for step in sorted((s for s in steps if s.density > rounding), key=lambda s: (s.spin, s.low)):
        last = joined[-1] if joined else None
        same = last is not None and last.spin == step.spin and abs(last.density - step.density) <= rounding
        if last is not None and same and abs(last.high - step.low) < 1e-12:
            joined[-1] = Step(step.spin, last.low, step.high, last.density)
        else:
            joined.append(step)
    return tuple(joined)
