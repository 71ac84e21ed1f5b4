"""Where a functional dips lowest, for many spins at once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from solvers.grid import bernstein, chebyshev, local_minima, refine_minima
from solvers.program import MeasureProgram

_GRID = chebyshev(161)
_FINE_BELOW = 80  # spins whose own interval gets its own grid


@dataclass(frozen=True)
class Dips:
    """Local minima: index of the spin, place s and value, one entry each."""

    owners: np.ndarray
    s: np.ndarray
    values: np.ndarray


class SpinSampler:
    """Finds the local minima in s of functionals given by their Bernstein coefficients per spin."""

    def __init__(self, program: MeasureProgram, spins: np.ndarray) -> None:
        self.degree = program.degree
        self.ends = program.s_end(spins)
        self.all = np.arange(len(spins))
        self.fine = np.flatnonzero((spins >= 0) & (spins <= _FINE_BELOW))

    @cached_property
    def _common(self) -> np.ndarray:
        return np.ascontiguousarray(bernstein(self.degree, _GRID).T)

    @cached_property
    def _own(self) -> np.ndarray:
        return bernstein(self.degree, self.ends[self.fine, None] * _GRID)

    def dips(self, coefficients: np.ndarray) -> Dips:
        """All local minima on both grids, moved by Newton; coefficients: (spins, degree+1).

        The grids are scanned in double precision, the minima evaluated in that of `coefficients`.
        """
        exact, coefficients = coefficients, coefficients.astype(float)
        parts = [self._common_dips(coefficients)]
        if len(self.fine):
            values = (self._own @ coefficients[self.fine, :, None])[..., 0]
            grid = self.ends[self.fine, None] * _GRID
            parts.append(self._refine(coefficients, self.fine, grid, values))
        owners, s = (np.concatenate(each) for each in zip(*parts, strict=True))
        sample = bernstein(self.degree, s.astype(exact.dtype))
        return Dips(owners, s, np.einsum("is,is->i", sample, exact[owners]).astype(float))

    def _common_dips(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        values = coefficients @ self._common
        last = np.searchsorted(_GRID, self.ends)  # first grid point at or past the end
        grid = np.minimum(_GRID[None, :], self.ends[:, None])
        end_values = np.einsum("is,is->i", bernstein(self.degree, self.ends), coefficients)
        values[self.all, last] = end_values
        values[np.arange(len(_GRID))[None, :] > last[:, None]] = np.nan
        return self._refine(coefficients, self.all, grid, values)

    def _refine(
        self, coefficients: np.ndarray, owners: np.ndarray, grid: np.ndarray, values: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        line, column = np.nonzero(local_minima(values))
        start, value = grid[line, column], values[line, column]
        owner = owners[line]
        low = grid[line, np.maximum(column - 1, 0)]
        high = grid[line, np.minimum(column + 1, grid.shape[1] - 1)]
        s = refine_minima(coefficients[owner], start, low, high)
        lowest = np.einsum("is,is->i", bernstein(self.degree, s), coefficients[owner])
        better = lowest <= value
        return owner, np.where(better, s, start)
