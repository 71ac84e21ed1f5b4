"""A density that is constant on cells: the measure, the averages of the rows, and the linear program over cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from solvers.grid import REGGE, chebyshev
from solvers.sampled_tables import SampledTables
from solvers.tables import RowTables

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
#: (HiGHS simplex: 1 dual, 4 primal; tolerance; keep the basis), tried in turn
_ATTEMPTS = (
    (4, 1e-10, True), (4, 1e-10, False), (1, 1e-10, False), (1, 1e-9, False), (4, 1e-9, False), (1, 1e-7, False),
    (4, 1e-7, False),
)  # fmt: skip


@dataclass(frozen=True)
class BoundedMeasure:
    """The measure of a program with bounded density.

    power: p in w_J x^p dx, where the rows lack the common factor x^2.  weight: w_J.  tail: spin
    above which the spins are taken together as the Regge limit, and their weight in
    eta^p d eta.  ceiling: largest density.  floor: x above which (m^2 below which) a spin has no
    states is 1 / gaps[J].  last_spin: no states above this spin, or None.
    """

    power: float
    weight: Callable[[int], float]
    tail: tuple[int, float]
    ceiling: float = 2.0
    gaps: tuple[tuple[int, float], ...] = ()
    last_spin: int | None = None

    def spins(self, step: int) -> np.ndarray:
        """The spins that have states, the Regge limit last."""
        top = self.tail[0] if self.last_spin is None else min(self.tail[0], self.last_spin + 1)
        finite = np.arange(0, top, step)
        return finite if self.last_spin is not None else np.append(finite, REGGE)


@dataclass(frozen=True)
class Step:
    """One interval of constant density: spin (-1: all larger spins), x from `low` to `high`."""

    spin: int
    low: float
    high: float
    density: float


class MeasuredRows:
    """The rows of a program with the measure over which they are averaged, one spin at a time."""

    def __init__(
        self, tables: RowTables | SampledTables, casimir: Callable[[int], int], measure: BoundedMeasure
    ) -> None:
        self.tables, self.casimir, self.measure = tables, casimir, measure
        self.last = tables.last.copy()
        for spin, mass_squared in measure.gaps:
            if spin in tables.index:
                eta = (1 + casimir(spin)) / mass_squared
                place = tables.index[spin]
                self.last[place] = min(self.last[place], eta / (eta + tables.scale))
        self._strength = np.array([self._strength_of(int(spin)) for spin in tables.spins])

    def _strength_of(self, spin: int) -> float:
        """v in v eta^p d eta, the measure in eta."""
        if spin == REGGE:
            return self.measure.tail[1]
        return float(self.measure.weight(spin) / (1 + self.casimir(spin)) ** (self.measure.power + 1))

    def integrals(self, owners: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """int over cells of (free rows, targets): (cells, rows + targets).

        Cells are in v = sqrt(s): then half-integer powers of x are polynomial as well.
        """
        a, b = np.sqrt(low), np.sqrt(high)
        v = (a + b)[:, None] / 2 + (b - a)[:, None] / 2 * _NODES
        s = v * v
        p, m, scale = self.measure.power, self.tables.growth, self.tables.scale
        jacobian = scale ** (p + 1) * s**p * (1 - s) ** (-p - 2 - m) * 2 * v
        weights = self._strength[owners, None] * jacobian * _WEIGHTS * ((b - a) / 2)[:, None]
        sample = np.einsum("cn,cns->cs", weights, self.tables.sample(owners[:, None], s))
        free = np.einsum("cs,csr->cr", sample, self.tables.free_double[owners])
        targets = np.einsum("cs,csr->cr", sample, self.tables.targets[owners].astype(float))
        return np.hstack([free, targets])

    def x(self, spin: int, s: float) -> float:
        """x = 1/m^2 of a place s; for the Regge limit xi."""
        eta = float(self.tables.scale * s / (1 - s))
        return eta / (1 + self.casimir(spin)) if spin >= 0 else eta


class Cells:
    """The linear program over cell densities; its cells only get finer."""

    def __init__(self, rows: MeasuredRows, weights: np.ndarray, values: np.ndarray) -> None:
        self.rows, self.weights = rows, weights
        self.size = rows.tables.free_double.shape[-1]
        self.owner = np.zeros(0, int)
        self.low = np.zeros(0)
        self.high = np.zeros(0)
        self.columns = np.zeros((0, self.size + 1))
        self.alive = np.zeros(0, bool)
        self.scale = np.zeros(0)
        self.targets = np.zeros((0, rows.tables.targets.shape[-1]))
        self._highs = highspy.Highs()
        for option, value in {
            "output_flag": False, "threads": 1, "presolve": "off", "simplex_scale_strategy": 0,
            "small_matrix_value": 1e-12,
        }.items():  # fmt: skip
            self._highs.setOptionValue(option, value)
        self.values = values
        empty = np.zeros(0, np.int32)
        self._highs.addRows(self.size, values, values, 0, np.zeros(self.size, np.int32), empty, np.zeros(0))
        self._first_cells()

    def _first_cells(self) -> None:
        fractions = chebyshev(13)
        edges = self.rows.last[:, None] * fractions
        owners = np.repeat(np.arange(len(edges)), len(fractions) - 1)
        self._rays()
        self._add(owners, edges[:, :-1].ravel(), edges[:, 1:].ravel())

    def _rays(self) -> None:
        """F <= 0 where the Regge family is not cut into cells: columns without a ceiling."""
        free, targets = self.rows.tables.beyond()
        rows = np.hstack([free, (targets @ self.weights)[:, None]])
        size = np.abs(rows[:, :-1]).max(axis=1)
        rows = rows[(size > 0) | (rows[:, -1] > 0)]
        rows /= np.abs(rows).max(axis=1, keepdims=True) if not size.all() else size[:, None]
        rows[:, -1] += self.rows.tables.margin
        self._ray_count = len(rows)
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
        self._push(columns / scale[:, None], self.rows.measure.ceiling * scale)
        self.owner = np.concatenate([self.owner, owners])
        self.low = np.concatenate([self.low, low])
        self.high = np.concatenate([self.high, high])
        self.columns = np.concatenate([self.columns, columns])
        self.alive = np.concatenate([self.alive, np.ones(len(owners), bool)])

    def solve(self) -> tuple[str, float, np.ndarray]:
        """Status, primal value, and the multipliers lambda in the basis of the tables."""
        for strategy, tolerance, warm in _ATTEMPTS:
            self._highs.setOptionValue("simplex_strategy", strategy)
            self._highs.setOptionValue("primal_feasibility_tolerance", tolerance)
            self._highs.setOptionValue("dual_feasibility_tolerance", tolerance)
            if not warm:
                self._highs.clearSolver()
            self._highs.run()
            status = str(self._highs.modelStatusToString(self._highs.getModelStatus()))
            if status == "Optimal":
                break
        solution = self._highs.getSolution()
        primal = -self._highs.getInfo().objective_function_value
        return status, primal, -np.array(solution.row_dual)

    def coefficients(self, multipliers: np.ndarray) -> np.ndarray:
        """Bernstein coefficients of F per spin."""
        return self.rows.tables.coefficients(-multipliers, self.weights)

    def cut(self, owners: np.ndarray, places: np.ndarray) -> None:
        """Split the cells that hold a sign change of F there."""
        dead: list[int] = []
        new: list[tuple[int, float, float]] = []
        for owner, place in zip(owners, places, strict=True):
            inside = self.alive & (self.owner == owner) & (self.low < place) & (self.high > place)
            dead.extend(np.flatnonzero(inside))
        for cell in sorted(set(dead)):
            inner = places[(owners == self.owner[cell]) & (places > self.low[cell]) & (places < self.high[cell])]
            edges = np.concatenate([[self.low[cell]], np.sort(inner), [self.high[cell]]])
            wide = np.diff(edges) > 1e-13
            new.extend((self.owner[cell], a, b) for a, b, w in zip(edges[:-1], edges[1:], wide, strict=True) if w)
        if not new:
            return
        which = np.array(sorted(set(dead)), np.int32)
        self.alive[which] = False
        zeros = np.zeros(len(which))
        self._highs.changeColsBounds(len(which), which + self._ray_count, zeros, zeros)
        owner, low, high = (np.array(part) for part in zip(*new, strict=True))
        self._add(owner.astype(int), low.astype(float), high.astype(float))

    def dual_value(self, multipliers: np.ndarray) -> float:
        """sum lambda values + ceiling * int F_+, exact on cells where F has one sign."""
        slack = self.columns[self.alive] @ np.append(-multipliers, 1.0)
        return float(multipliers @ self.values + self.rows.measure.ceiling * np.maximum(slack, 0).sum())

    def moments(self) -> np.ndarray:
        """Averages of the targets in the last primal solution."""
        values = np.array(self._highs.getSolution().col_value)[self._ray_count :]
        return np.asarray((values / self.scale) @ self.targets)

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
            steps.append(Step(spin, low, high, float(max(values[i], 0.0))))
        return tuple(steps)

    def density(self, multipliers: np.ndarray) -> tuple[Step, ...]:
        """The bang-bang density: the intervals where F > 0, merged."""
        slack = self.columns @ np.append(-multipliers, 1.0)
        steps: list[Step] = []
        order = np.lexsort((self.low, self.owner))
        for i in (i for i in order if self.alive[i] and slack[i] > 0):
            spin = int(self.rows.tables.spins[self.owner[i]])
            low, high = (self.rows.x(spin, s) for s in (self.low[i], self.high[i]))
            if steps and steps[-1].spin == spin and abs(steps[-1].high - low) < 1e-12:
                steps[-1] = Step(spin, steps[-1].low, high, steps[-1].density)
            else:
                steps.append(Step(spin, low, high, self.rows.measure.ceiling))
        return tuple(steps)
