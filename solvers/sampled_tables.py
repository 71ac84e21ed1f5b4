"""Tables of rows that are functions, not polynomials: Chebyshev series in s per spin.

They offer to a program over a bounded density what `RowTables` offers for polynomial rows; what
they give is numerical.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from solvers.grid import REGGE

#: (spin, eta) -> free rows (len(eta), rows) and targets (len(eta), targets), without the common x^2
RowFunction = Callable[[int, np.ndarray], tuple[np.ndarray, np.ndarray]]


class SampledTables:
    """Rows interpolated at Chebyshev points in v = sqrt(s), eta = scale s/(1-s) up to `reach`.

    Beyond reach the functional is asked to be negative at the points of `beyond`, and so are
    `limits`, rows (free, targets) of limits that no sampled spin reaches.
    """

    growth, low = 0, 0

    def __init__(
        self,
        rows: RowFunction,
        spins: np.ndarray,
        casimir: Callable[[int], int],
        reach: float,
        nodes: int,
        scale: float,
        limits: tuple[np.ndarray, np.ndarray],
    ) -> None:
        self.spins, self.scale = spins, scale
        self.index = {int(spin): i for i, spin in enumerate(spins)}
        ends = np.array([np.inf if spin == REGGE else 1.0 + casimir(int(spin)) for spin in spins])
        self._eta_ends = ends
        last = np.minimum(ends, reach)
        self.last = last / (last + scale)
        self._rows, self._reach, self._limits = rows, reach, limits
        points = np.cos(np.pi * (np.arange(nodes) + 0.5) / nodes)
        inverse = np.linalg.inv(np.polynomial.chebyshev.chebvander(points, nodes - 1))
        free, targets = [], []
        for spin, end in zip(spins, self.last, strict=True):
            s = end * ((points + 1) / 2) ** 2
            values = rows(int(spin), scale * s / (1 - s))
            free.append(inverse @ values[0])
            targets.append(inverse @ values[1])
        self.targets = np.stack(targets)
        self._condition(np.stack(free), points)

    def _condition(self, free: np.ndarray, points: np.ndarray) -> None:
        size = free.shape[-1]
        sample = np.polynomial.chebyshev.chebvander(points, free.shape[1] - 1)
        basis = np.eye(size)
        for _ in range(2):
            upper = np.linalg.qr((sample @ (free @ basis)).reshape(-1, size), mode="r") / np.sqrt(free.size / size)
            basis = basis @ np.linalg.inv(upper)
        self.basis = basis.astype(np.longdouble)
        self.free_double = free @ basis

    def sample(self, owners: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Chebyshev polynomials of v at places s of spins: s.shape + (nodes,)."""
        v = np.sqrt(np.minimum(s / self.last[owners], 1.0))
        return np.asarray(np.polynomial.chebyshev.chebvander(2 * v - 1, self.targets.shape[1] - 1))

    def coefficients(self, coordinates: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Chebyshev coefficients per spin of sum weights target + sum coordinates free."""
        return np.asarray(self.free_double @ coordinates + self.targets @ weights)

    def extrema(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """None beyond the grid of the program."""
        return np.zeros(0, int), np.zeros(0)

    def beyond(self) -> tuple[np.ndarray, np.ndarray]:
        """Free rows and targets at points past `reach`, where the functional must be negative."""
        free, targets = [self._limits[0] @ self.basis.astype(float)], [self._limits[1]]
        for spin, end in zip(self.spins, self._eta_ends, strict=True):
            if end <= self._reach:
                continue
            last = min(end, 40 * self._reach)
            eta = np.unique(np.append(np.geomspace(self._reach, last, 100), last))
            values = self._rows(int(spin), eta)
            free.append(values[0] @ self.basis.astype(float))
            targets.append(values[1])
        return np.concatenate(free), np.concatenate(targets)
