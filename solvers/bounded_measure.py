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

from solvers.cells import BoundedMeasure, Cells, MeasuredRows, Step
from solvers.grid import chebyshev
from solvers.program import from_longdouble
from solvers.sampled_tables import SampledTables
from solvers.tables import RowTables

__all__ = ["BoundedMeasure", "BoundedProgram", "BoundedResult", "Step"]

_ROUNDS = 60


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
        self.tables, self.rows = tables, MeasuredRows(tables, casimir, measure)

    def solve(self, weights: np.ndarray, values: np.ndarray, tolerance: float, fill: bool = False) -> BoundedResult:
        """Maximise sum weights * <targets> with <free_i> = values_i, to an absolute tolerance.

        fill: also return the densities of all cells.
        """
        coordinates = np.asarray(values, float) @ self.tables.basis.astype(float)
        cells = Cells(self.rows, np.asarray(weights, float), coordinates)
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
        cells = Cells(self.rows, np.asarray(weights, float), np.asarray(values, float) @ basis)
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
            places = np.unique(np.concatenate([grid * self.rows.last[i], extremes[extreme_owners == i]]))
            places = places[places <= self.rows.last[i]]
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
