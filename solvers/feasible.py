"""Whether any bounded density has the given averages: the smallest sum of what the rows are off by.

On few cells a density that exists may not be there.  The dual functional of the smallest sum of deviations says where
the cells are too coarse: they are cut where it changes sign, until the sum is zero or the functional proves,
integrated with its exact sign, that it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from solvers.cells import Cells, Edges
from solvers.cutting import Intervals

_ROUNDS = 40
#: sum of deviations, relative to the largest given average, that is none
_ZERO = 1e-9


@dataclass(frozen=True)
class Feasibility:
    """edges: of cells on which there is a density, None if there is none.

    multipliers: in the basis of the tables, of a functional that shows there is none: sum lambda values +
    ceiling * int F_+ is negative for F = -sum lambda free; empty if that was not found either.
    """

    edges: Edges | None
    multipliers: np.ndarray


class Deviations(Cells):
    """Cells, and two columns for every row that make up what is missing, at a price of one each."""

    def _rays(self) -> None:
        super()._rays()
        unit = np.hstack([np.eye(self.size), np.full((self.size, 1), -1.0)])
        columns = np.vstack([unit, unit * np.append(-np.ones(self.size), 1.0)])
        self._push(columns, np.full(len(columns), highspy.kHighsInf))
        # rays and deviations come before the cells
        self._ray_count += len(columns)

    def least(self) -> tuple[str, float, np.ndarray]:
        """Status, the least sum of deviations, and its multipliers."""
        status = self._run()
        if status != "Optimal":
            return status, np.nan, np.zeros(self.size)
        info, solution = self._highs.getInfo(), self._highs.getSolution()
        return status, float(info.objective_function_value), -np.array(solution.row_dual)


def feasible_cells(cells: Deviations, positive: Callable[[np.ndarray], Intervals]) -> Feasibility:
    """Refine cells until there is a density on them, or until it is clear that there is none.

    cells: with weights zero.  positive: where the functional of given coefficients is positive.
    """
    nothing = np.zeros(0)
    size = float(np.abs(cells.values).max(initial=0))
    for _ in range(_ROUNDS):
        status, missing, multipliers = cells.least()
        if status != "Optimal":
            break
        if missing <= _ZERO * size:
            return Feasibility(cells.edges, nothing)
        cells.cut(positive(cells.coefficients(multipliers)))
        if cells.dual_value(multipliers) < -_ZERO * size:
            return Feasibility(None, multipliers)
    return Feasibility(None, nothing)
