r"""Programs over a measure with a bounded density, 0 <= rho <= ceiling.

    maximise <target> = sum_J int w_J x^p rho_J target dx  with  <free_i> = values_i,

solved on cells in s: a linear program over one density per cell, whose cells are cut where the
dual functional F = target - sum_i lambda_i free_i changes sign.  The density of the optimum is
bang-bang: `ceiling` where F > 0, zero where F < 0.  Every round gives a feasible primal value
and, from its multipliers, the dual value  sum_i lambda_i values_i + ceiling * int F_+.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np
from flint import fmpq

from solvers.grid import REGGE, chebyshev
from solvers.program import from_longdouble
from solvers.sampled_tables import SampledTables
from solvers.tables import RowTables

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_ROUNDS = 60
_RAY_MARGIN = 1e-9
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


@dataclass(frozen=True)
class BoundedResult:
    """Outcome: primal <= optimum <= dual (numerical), the multipliers as rationals, the density.

    moments: the averages of the targets in the primal density.  filled: if asked for, all cells with
    their primal density, which meets the equalities to the tolerance of the program except for what it
    puts at xi -> infinity without a ceiling (`density` is bang-bang, close to it).
    """

    status: str
    primal: float
    dual: float
    multipliers: tuple[fmpq, ...]
    density: tuple[Step, ...]
    moments: np.ndarray | None = None
    filled: tuple[Step, ...] = ()


class BoundedProgram:
    """A program over a bounded density on a growing set of cells."""

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

    def solve(self, weights: np.ndarray, values: np.ndarray, tolerance: float, fill: bool = False) -> BoundedResult:
        """Maximise sum weights * <targets> with <free_i> = values_i, to an absolute tolerance.

        fill: also return the densities of all cells.
        """
        coordinates = np.asarray(values, float) @ self.tables.basis.astype(float)
        cells = _Cells(self, np.asarray(weights, float), coordinates)
        best = None
        for _ in range(_ROUNDS):
            status, primal, multipliers = cells.solve()
            if status != "Optimal":
                return BoundedResult(status.lower(), np.nan, np.nan, (), ())
            cells.cut(*self._roots(cells.coefficients(multipliers)))
            dual = cells.dual_value(multipliers)
            if best is None or dual < best[0]:
                best = dual, multipliers
            if best[0] - primal < tolerance:
                break
        assert best is not None
        exact = self.tables.basis @ best[1].astype(np.longdouble)
        return BoundedResult(
            "optimal",
            primal,
            best[0],
            tuple(from_longdouble(v) for v in exact),
            cells.density(best[1]),
            cells.moments(),
            cells.filled() if fill else (),
        )

    def dual_value(self, weights: np.ndarray, values: np.ndarray, multipliers: np.ndarray) -> tuple[float, float]:
        """Dual value of given multipliers of the original rows on the cells of this program.

        Returns it with the largest value of the functional, relative to its rows, past the cells.
        """
        basis = self.tables.basis.astype(float)
        coordinates = np.linalg.solve(basis, multipliers)
        cells = _Cells(self, np.asarray(weights, float), np.asarray(values, float) @ basis)
        cells.cut(*self._roots(cells.coefficients(coordinates)))
        free, targets = self.tables.beyond()
        past = (targets @ weights - free @ coordinates) / np.abs(free).max(axis=1, initial=1e-300)
        return cells.dual_value(coordinates), float(past.max(initial=-np.inf))

    def _roots(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where F changes sign: (indices of spins, places s)."""
        extreme_owners, extremes = self.tables.extrema(coefficients)
        owners, roots = [], []
        grid = chebyshev(161)
        for i in range(len(coefficients)):
            places = np.unique(np.concatenate([grid * self.last[i], extremes[extreme_owners == i]]))
            places = places[places <= self.last[i]]
            values = self.tables.sample(np.full(len(places), i), places) @ coefficients[i].astype(float)
            change = np.flatnonzero(values[:-1] * values[1:] < 0)
            owners.append(np.full(len(change), i))
            roots.append(np.stack([places[change], places[change + 1]], axis=-1))
        owner, bracket = np.concatenate(owners), np.concatenate(roots)
        return owner, self._bisect(owner, coefficients[owner].astype(float), bracket)

    def _bisect(self, owner: np.ndarray, coefficients: np.ndarray, bracket: np.ndarray) -> np.ndarray:
        low, high = bracket[:, 0].copy(), bracket[:, 1].copy()
        sign = np.sign(np.einsum("is,is->i", self.tables.sample(owner, low), coefficients))
        for _ in range(52):
            middle = (low + high) / 2
            same = np.sign(np.einsum("is,is->i", self.tables.sample(owner, middle), coefficients)) == sign
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        return np.asarray((low + high) / 2)


class _Cells:
    """The linear program over cell densities; its cells only get finer."""

    def __init__(self, parent: BoundedProgram, weights: np.ndarray, values: np.ndarray) -> None:
        self.parent, self.weights = parent, weights
        self.size = parent.tables.free_double.shape[-1]
        self.owner = np.zeros(0, int)
        self.low = np.zeros(0)
        self.high = np.zeros(0)
        self.columns = np.zeros((0, self.size + 1))
        self.alive = np.zeros(0, bool)
        self.scale = np.zeros(0)
        self.targets = np.zeros((0, parent.tables.targets.shape[-1]))
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
        edges = self.parent.last[:, None] * fractions
        owners = np.repeat(np.arange(len(edges)), len(fractions) - 1)
        self._rays()
        self._add(owners, edges[:, :-1].ravel(), edges[:, 1:].ravel())

    def _rays(self) -> None:
        """F <= 0 where the Regge family is not cut into cells: columns without a ceiling."""
        free, targets = self.parent.tables.beyond()
        # kept a little below zero, so that the sign at large xi can be proved
        rows = np.hstack([free, (targets @ self.weights)[:, None]])
        size = np.abs(rows[:, :-1]).max(axis=1)
        rows = rows[(size > 0) | (rows[:, -1] > 0)]
        rows /= np.abs(rows).max(axis=1, keepdims=True) if not size.all() else size[:, None]
        rows[:, -1] += _RAY_MARGIN
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
        integrals = self.parent.integrals(owners, low, high)
        columns = np.hstack([integrals[:, : self.size], integrals[:, self.size :] @ self.weights[:, None]])
        scale = np.abs(columns).max(axis=1)
        self.scale = np.concatenate([self.scale, scale])
        self.targets = np.concatenate([self.targets, integrals[:, self.size :]])
        self._push(columns / scale[:, None], self.parent.measure.ceiling * scale)
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
        return self.parent.tables.coefficients(-multipliers, self.weights)

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
        return float(multipliers @ self.values + self.parent.measure.ceiling * np.maximum(slack, 0).sum())

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
            spin = int(self.parent.tables.spins[self.owner[i]])
            low, high = (self._x(spin, s) for s in (self.low[i], self.high[i]))
            steps.append(Step(spin, low, high, float(max(values[i], 0.0))))
        return tuple(steps)

    def density(self, multipliers: np.ndarray) -> tuple[Step, ...]:
        """The bang-bang density: the intervals where F > 0, merged."""
        slack = self.columns @ np.append(-multipliers, 1.0)
        steps: list[Step] = []
        order = np.lexsort((self.low, self.owner))
        for i in (i for i in order if self.alive[i] and slack[i] > 0):
            spin = int(self.parent.tables.spins[self.owner[i]])
            low, high = (self._x(spin, s) for s in (self.low[i], self.high[i]))
            if steps and steps[-1].spin == spin and abs(steps[-1].high - low) < 1e-12:
                steps[-1] = Step(spin, steps[-1].low, high, steps[-1].density)
            else:
                steps.append(Step(spin, low, high, self.parent.measure.ceiling))
        return tuple(steps)

    def _x(self, spin: int, s: float) -> float:
        eta = float(self.parent.tables.scale * s / (1 - s))
        return eta / (1 + self.parent.casimir(spin)) if spin >= 0 else eta
