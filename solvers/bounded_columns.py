"""Linear programs over a density bounded on given cells, with unknowns that may take any value.

    maximise cost . z   over free z and 0 <= rho <= ceiling, sigma >= 0,
    free z - columns^T rho - rays^T sigma = values .

Its multipliers a obey a . free = cost and a . rays <= 0, and any such a gives the bound
cost . z <= a . values + ceiling * sum_cells (a . column)_+ ,  a convex function of few unknowns and of
many cells.  With (x)_+ replaced by (x + sqrt(x^2 + e^2))/2 it is smooth, and Newton's method follows its
minimum as e falls.  At every minimum the slopes of the terms are a density that solves the program:
both ends of the bracket come out at every e.  (A simplex method needs 20 times as long at 170,000 cells.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve, null_space

from solvers.deadline import checkpoint

#: ceiling that stands for none, in units of that of the cells and for rays as long as the longest column
_RAY_CEILING = 10.0
#: smoothing over the size of a column: first in units of the largest term, factor, last
_FIRST, _FACTOR, _LAST = 30.0, 0.25, 1e-13
_NEWTON_STEPS, _DECREMENT, _RIDGE = 500, 1e-9, 1e-14
_SMALLEST, _FLOOR = 1e-14, 1e6


@dataclass(frozen=True)
class ColumnSolution:
    """Answer: status, z, rho, multipliers of the rows, primal value and the bound of the multipliers.

    status: "optimal"; "infeasible" (no density solves the rows); "unbounded" (no multipliers bound z);
    "not converged".
    """

    status: str
    free: np.ndarray
    density: np.ndarray
    multipliers: np.ndarray
    primal: float
    dual: float


def maximise(
    cost: np.ndarray,
    free: np.ndarray,
    columns: np.ndarray,
    rays: np.ndarray,
    values: np.ndarray,
    ceiling: float = 2.0,
    gap: float = 1e-4,
) -> ColumnSolution:
    """Solve the program above; free (rows, free), columns (cells, rows), rays (rays, rows), values (rows,).

    gap: relative width of the bracket at which to stop.
    """
    change = _conditioner(columns)
    free_c = free.T @ change
    start = np.linalg.lstsq(free_c, cost, rcond=None)[0]
    if np.abs(free_c @ start - cost).max() > 1e-7 * np.abs(cost).max():
        nothing = np.zeros(0)
        return ColumnSolution("unbounded", nothing, nothing, nothing, np.inf, np.inf)
    heavy, beyond = columns @ change, rays @ change
    beyond = beyond * (np.linalg.norm(heavy, axis=1).max() / np.linalg.norm(beyond, axis=1)[:, None])
    heavy = np.concatenate([heavy, beyond])
    ceilings = np.concatenate([np.full(len(columns), ceiling), np.full(len(rays), ceiling * _RAY_CEILING)])
    smooth = _Smooth(heavy, ceilings, values @ change, start, null_space(free_c))
    status, lower, upper = smooth.descend(gap)
    density = smooth.slopes()
    z = np.linalg.lstsq(free_c.T, values @ change + density @ heavy, rcond=None)[0]
    return ColumnSolution(status, z, density[: len(columns)], change @ smooth.point, lower, upper)


class _Smooth:
    """F(a) = a . values + sum ceiling (x + sqrt(x^2 + e^2))/2, x = heavy a, on a = start + basis y."""

    def __init__(
        self, heavy: np.ndarray, ceilings: np.ndarray, values: np.ndarray, start: np.ndarray, basis: np.ndarray
    ) -> None:
        self.ceilings, self.basis, self.start = ceilings, basis, start
        self._columns = heavy @ basis
        sizes = np.linalg.norm(heavy, axis=1)
        self._sizes = np.maximum(sizes, _SMALLEST * sizes.max())
        self._constant, self._linear = float(values @ start), values @ basis
        self._at_start = heavy @ start
        self.x = self._at_start.copy()
        self.y = np.zeros(basis.shape[1])
        self.e = _FIRST * np.abs(self.x / self._sizes).max() * self._sizes
        # without a density that solves the rows F has no minimum: below this it is taken to fall for ever
        self._floor = -_FLOOR * abs(self._value(self.y, self.x))

    @property
    def point(self) -> np.ndarray:
        return np.asarray(self.start + self.basis @ self.y)

    def slopes(self) -> np.ndarray:
        """The density: ceiling times the slope of every term, strictly between 0 and ceiling."""
        return np.asarray(self.ceilings * self._positive(self.x) / (2 * np.hypot(self.x, self.e)))

    def _positive(self, x: np.ndarray) -> np.ndarray:
        """x + sqrt(x^2 + e^2), without cancellation where x is large and negative."""
        root = np.hypot(x, self.e)
        return np.asarray(np.where(x < 0, self.e**2 / (root + np.abs(x)), x + root))

    def _value(self, y: np.ndarray, x: np.ndarray) -> float:
        return self._constant + float(self._linear @ y) + float(self.ceilings @ self._positive(x)) / 2

    def descend(self, gap: float) -> tuple[str, float, float]:
        """(status, primal value, bound): smaller and smaller e until the bracket is narrow."""
        first = float(np.abs(self.e).max())
        while True:
            if not self._newton():
                return "not converged", -np.inf, np.inf
            offset = self._constant + float(self._linear @ self.y)
            lower = offset + float(self.slopes() @ self.x)
            upper = offset + float(self.ceilings @ np.maximum(self.x, 0))
            if self._value(self.y, self.x) < self._floor:
                return "infeasible", lower, upper
            if upper - lower < gap * max(abs(upper), abs(lower)):
                return "optimal", lower, upper
            if float(np.abs(self.e).max()) < _LAST * first:
                return "not converged", lower, upper
            self.e = self.e * _FACTOR

    def _newton(self) -> bool:
        """Minimise at this e; False if the steps do not converge."""
        for _ in range(_NEWTON_STEPS):
            checkpoint("Newton")
            root = np.hypot(self.x, self.e)
            gradient = self._linear + self.slopes() @ self._columns
            hessian = (self._columns * (self.ceilings * self.e**2 / (2 * root**3))[:, None]).T @ self._columns
            hessian[np.diag_indices_from(hessian)] += _RIDGE * np.trace(hessian) / max(len(hessian), 1) + 1e-300
            try:
                step = -cho_solve(cho_factor(hessian), gradient)
            except (np.linalg.LinAlgError, ValueError):
                return False
            decrease, value = -float(gradient @ step), self._value(self.y, self.x)
            if decrease < _DECREMENT * abs(value):
                return True
            self._search(step, value, decrease)
            if self._value(self.y, self.x) < self._floor:
                return True
        return False

    def _search(self, step: np.ndarray, value: float, decrease: float) -> None:
        """Halve the step until the value falls."""
        change, length = self._columns @ step, 1.0
        while self._value(self.y + length * step, self.x + length * change) > value - 0.2 * length * decrease:
            checkpoint()
            length /= 2
            if length < 1e-9:
                break
        self.y = self.y + length * step
        self.x = self._at_start + self._columns @ self.y


def _conditioner(rows: np.ndarray) -> np.ndarray:
    """An invertible change of columns that makes the columns of the given matrix orthonormal."""
    size = rows.shape[1]
    change = np.diag(1 / np.maximum(np.abs(rows).max(axis=0), 1e-300))
    lengths = np.linalg.norm(rows @ change, axis=1)
    rows = rows[lengths > 0] / lengths[lengths > 0, None]
    for _ in range(2):
        upper = np.asarray(np.linalg.qr(rows @ change, mode="r"))
        upper = np.where(np.abs(np.diag(upper))[:, None] > 1e-13 * np.abs(upper).max(), upper, np.eye(size))
        change = change @ np.linalg.inv(upper)
    return np.asarray(change)
