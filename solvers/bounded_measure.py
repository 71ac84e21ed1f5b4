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

import numpy as np
from flint import fmpq

from solvers.cells import Cells
from solvers.cutting import Intervals
from solvers.deadline import checkpoint
from solvers.feasible import Deviations, Feasibility, feasible_cells
from solvers.grid import chebyshev
from solvers.measured_rows import BoundedMeasure, MeasuredRows, Step
from solvers.program import from_longdouble
from solvers.sampled_tables import SampledTables
from solvers.tables import RowTables

__all__ = ["BoundedMeasure", "BoundedProgram", "BoundedResult", "Step"]

#: rounds in all, and rounds in turn that neither lower the bound nor move the primal value
_ROUNDS, _PATIENCE = 60, 5
#: solutions of the first cells that set the scale of the multipliers, and multipliers that are noise
_SCALINGS, _NO_MULTIPLIER = 2, 1e-8
#: what a cell may be off by, as a share of the tolerance
_SHARE = 1e-3


@dataclass(frozen=True)
class BoundedResult:
    """Outcome: primal <= optimum <= dual (numerical), the multipliers as rationals, the density.

    moments: the averages of the targets in the primal density.  filled: if asked for, all cells with
    their primal density, which meets the equalities to the tolerance of the program except for what it
    puts at xi -> infinity without a ceiling (`density` is the same, neighbours merged and empty ones dropped).
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
        self.tables, self.rows = tables, MeasuredRows(tables, casimir, measure)

    def solve(self, weights: np.ndarray, values: np.ndarray, tolerance: float, fill: bool = False) -> BoundedResult:
        """Maximise sum weights * <targets> with <free_i> = values_i, to a relative tolerance.

        fill: also return the densities of all cells.
        """
        coordinates = np.asarray(values, float) @ self.tables.basis.astype(float)
        status, cells, factor = self._start(np.asarray(weights, float), coordinates, tolerance)
        rounds = [(self._target_alone(cells), np.zeros(cells.size))] if status == "Optimal" else []
        primal, patience = np.nan, 0
        while status == "Optimal":
            before = primal
            status, primal, multipliers = cells.solve()
            if status != "Optimal" or rounds[0][0] - primal <= tolerance * abs(primal):
                break
            cells.cut(self._positive(cells.coefficients(multipliers)))
            rounds.append((cells.dual_value(multipliers), multipliers))
            gap = min(rounds, key=_first)[0] - primal
            moved = rounds[-1] is min(rounds, key=_first) or not abs(primal - before) < tolerance * abs(primal)
            patience = 0 if moved else patience + 1
            if gap < tolerance * abs(primal) or patience == _PATIENCE or len(rounds) == _ROUNDS:
                break
        if status != "Optimal":
            return BoundedResult(status.lower(), np.nan, np.nan, (), ())
        return self._result(cells, factor, primal, min(rounds, key=_first), fill)

    def _start(self, weights: np.ndarray, coordinates: np.ndarray, tolerance: float) -> tuple[str, Cells, float]:
        """Cells for weights times a factor that makes the multipliers of order one, as the tolerances of HiGHS like."""
        factor, fine, edges = 1.0, 0.0, None
        for _ in range(_SCALINGS):
            cells = Cells(self.rows, factor * weights, coordinates, fine, edges)
            status, primal, multipliers = cells.solve()
            if status == "Infeasible" and edges is None:
                edges = self._feasible(coordinates).edges
                if edges is None:
                    return status, cells, factor
                cells = Cells(self.rows, factor * weights, coordinates, fine, edges)
                status, primal, multipliers = cells.solve()
            size = float(np.abs(multipliers).max(initial=0))
            if status != "Optimal" or size <= _NO_MULTIPLIER:
                return status, cells, factor
            fine = _SHARE * tolerance * abs(primal) / size
            factor /= size
        return status, Cells(self.rows, factor * weights, coordinates, fine, edges), factor

    def exclusion(self, values: np.ndarray) -> tuple[fmpq, ...] | None:
        """Multipliers lambda with sum lambda values + ceiling * int F_+ < 0 for F = -sum lambda free, None without."""
        basis = self.tables.basis
        found = self._feasible(np.asarray(values, float) @ basis.astype(float)).multipliers
        if not len(found):
            return None
        return tuple(from_longdouble(v) for v in basis @ found.astype(np.longdouble))

    def _feasible(self, coordinates: np.ndarray) -> Feasibility:
        """Cells on which some density has the given averages of the basis rows, or why there are none."""
        nothing = np.zeros(self.tables.targets.shape[-1])
        cells = Deviations(self.rows, nothing, coordinates, 0.0)
        return feasible_cells(cells, self._positive)

    def _target_alone(self, cells: Cells) -> float:
        """The bound without any multiplier: exact, and short to prove, where it is the best one."""
        nothing = np.zeros(cells.size)
        if (self.tables.beyond()[1] @ cells.weights > 0).any():
            return np.inf
        cells.cut(self._positive(cells.coefficients(nothing)))
        return cells.dual_value(nothing)

    def _result(
        self, cells: Cells, factor: float, primal: float, best: tuple[float, np.ndarray], fill: bool
    ) -> BoundedResult:
        dual, multipliers = best
        exact = self.tables.basis @ (multipliers.astype(np.longdouble) / factor)
        density = cells.density()
        if density:
            primal = cells.primal_value(multipliers) + cells.spins_apart(multipliers)
        return BoundedResult(
            "optimal",
            primal / factor,
            dual / factor,
            tuple(from_longdouble(v) for v in exact),
            density,
            cells.moments(),
            cells.filled() if fill else (),
        )

    def dual_value(self, weights: np.ndarray, values: np.ndarray, multipliers: np.ndarray) -> tuple[float, float]:
        """Dual value of given multipliers of the original rows on the cells of this program.

        Returns it with the largest value of the functional, relative to its rows, past the cells.
        """
        basis = self.tables.basis.astype(float)
        coordinates = np.linalg.solve(basis, multipliers)
        cells = Cells(self.rows, np.asarray(weights, float), np.asarray(values, float) @ basis, 0.0)
        cells.cut(self._positive(cells.coefficients(coordinates)))
        free, targets = self.tables.beyond()
        past = (targets @ weights - free @ coordinates) / np.abs(free).max(axis=1, initial=1e-300)
        return cells.dual_value(coordinates), float(past.max(initial=-np.inf))

    def _positive(self, coefficients: np.ndarray) -> Intervals:
        """Where F is positive."""
        extreme_owners, extremes = self.tables.extrema(coefficients)
        grid, parts = chebyshev(161), []
        for i in range(len(coefficients)):
            checkpoint("cells")
            places = np.unique(np.concatenate([grid * self.rows.last[i], extremes[extreme_owners == i]]))
            places = places[places <= self.rows.last[i]]
            values = self.tables.sample(np.full(len(places), i), places) @ coefficients[i].astype(float)
            parts.append(_runs(i, places, values))
        owner, outer, inner, peak = (np.concatenate(part) for part in zip(*parts, strict=True))
        owners = np.repeat(owner, 2)
        ends = self._bisect(owners, coefficients[owners].astype(float), np.stack([outer.ravel(), inner.ravel()], -1))
        return Intervals(owner, ends[::2], ends[1::2], peak)

    def _bisect(self, owner: np.ndarray, coefficients: np.ndarray, bracket: np.ndarray) -> np.ndarray:
        low, high = bracket[:, 0].copy(), bracket[:, 1].copy()
        sign = np.sign(np.einsum("is,is->i", self.tables.sample(owner, low), coefficients))
        for _ in range(52):
            middle = (low + high) / 2
            same = np.sign(np.einsum("is,is->i", self.tables.sample(owner, middle), coefficients)) == sign
            low, high = np.where(same, middle, low), np.where(same, high, middle)
        return np.asarray((low + high) / 2)


def _first(found: tuple[float, np.ndarray]) -> float:
    return found[0]


def _runs(owner: int, places: np.ndarray, values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Runs of positive values of one spin: owner, last places outside, first ones inside (runs, 2), highest place."""
    edge = np.diff(np.concatenate([[False], values > 0, [False]]).astype(int))
    first, last = np.flatnonzero(edge == 1), np.flatnonzero(edge == -1) - 1
    before, after = np.maximum(first - 1, 0), np.minimum(last + 1, len(places) - 1)
    peak = [places[a + int(values[a : b + 1].argmax())] for a, b in zip(first, last, strict=True)]
    outer, inner = (places[np.stack(pair, axis=-1)] for pair in ((before, after), (first, last)))
    return np.full(len(first), owner), outer, inner, np.array(peak, float)
