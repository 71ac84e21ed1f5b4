"""A HiGHS model that grows point by point and keeps its basis.

The functional side, min cost.c with A c >= lower and |c| <= box, is solved through its dual, the
measure side: one equality per multiplier, one column per point.  New points and new right-hand
sides keep a feasible measure feasible, so every warm start is a few primal simplex steps on a
basis as small as the number of multipliers.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

from solvers.highs import run, silent_model

_TIGHT, _LOOSE = 1e-10, 1e-9
_DUAL, _PRIMAL = 1, 4  # HiGHS's numbers for its simplex methods


@dataclass(frozen=True)
class LinearSolution:
    """Answer of one linear program.

    status: "optimal", "infeasible" (no c in the box) or HiGHS's own word.  point: c.  duals: the
    weight of each row, >= 0.
    """

    status: str
    point: np.ndarray
    duals: np.ndarray

    @property
    def optimal(self) -> bool:
        return self.status == "optimal"


class GrowingProgram:
    """min cost.c over |c_i| <= box with rows A c >= lower, rows added as they are found."""

    def __init__(self, cost: np.ndarray, box: float) -> None:
        self._highs = silent_model(simplex_strategy=_PRIMAL)
        self._set_tolerance(_TIGHT)
        self._size, self._count = len(cost), 0
        empty = np.zeros(0, np.int32)
        self._highs.addRows(self._size, cost, cost, 0, np.zeros(self._size, np.int32), empty, np.zeros(0))
        eye = np.eye(self._size)
        self._append(np.concatenate([eye, -eye]), np.full(2 * self._size, -box))

    def add_rows(self, matrix: np.ndarray, lower: np.ndarray) -> None:
        """Append rows matrix @ c >= lower."""
        self._append(matrix, lower)
        self._count += len(lower)

    def _append(self, matrix: np.ndarray, lower: np.ndarray) -> None:
        count, size = matrix.shape
        starts = np.arange(count, dtype=np.int32) * size
        indices = np.tile(np.arange(size, dtype=np.int32), count)
        infinite = np.full(count, highspy.kHighsInf)
        self._highs.addCols(
            count, -lower, np.zeros(count), infinite, matrix.size, starts, indices, np.ascontiguousarray(matrix).ravel()
        )

    def set_box(self, box: float) -> None:
        """Replace the range |c_i| <= box; the basis stays."""
        count = 2 * self._size
        self._highs.changeColsCost(count, np.arange(count, dtype=np.int32), np.full(count, box))

    def set_cost(self, cost: np.ndarray) -> None:
        """Replace the cost; the basis stays."""
        which = np.arange(self._size, dtype=np.int32)
        self._highs.changeRowsBounds(self._size, which, cost, cost)

    def keep_first(self, count: int) -> None:
        """Drop all rows but the first `count`; the next solve starts cold."""
        first, last = 2 * self._size + count, 2 * self._size + self._count
        self._highs.deleteCols(last - first, np.arange(first, last, dtype=np.int32))
        self._highs.clearSolver()
        self._count = count

    def set_lower(self, lower: np.ndarray) -> None:
        """Replace the lower bounds of all rows."""
        which = np.arange(self._count, dtype=np.int32) + 2 * self._size
        self._highs.changeColsCost(self._count, which, -lower)

    def solve(self) -> LinearSolution:
        """Warm solve; on anything but a clear answer cold ones: as before, at 1e-9, by dual simplex."""
        status = self._run()
        if status not in ("Optimal", "Unbounded"):
            status = self._run_cold(_TIGHT, _PRIMAL)
        if status != "Optimal":
            status = self._run_cold(_LOOSE, _PRIMAL)
        if status not in ("Optimal", "Unbounded"):
            status = self._run_cold(_LOOSE, _DUAL)
        solution = self._highs.getSolution()
        named = {"Optimal": "optimal", "Unbounded": "infeasible"}.get(status, status)
        duals = np.array(solution.col_value)[2 * self._size :]
        return LinearSolution(named, -np.array(solution.row_dual), duals)

    def _run_cold(self, tolerance: float, strategy: int) -> str:
        self._set_tolerance(tolerance)
        self._highs.setOptionValue("simplex_strategy", strategy)
        self._highs.clearSolver()
        status = self._run()
        self._set_tolerance(_TIGHT)
        self._highs.setOptionValue("simplex_strategy", _PRIMAL)
        return status

    def _run(self) -> str:
        return run(self._highs)

    def _set_tolerance(self, value: float) -> None:
        self._highs.setOptionValue("primal_feasibility_tolerance", value)
        self._highs.setOptionValue("dual_feasibility_tolerance", value)
