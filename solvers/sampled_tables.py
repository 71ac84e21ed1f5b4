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

    past: rows (free, targets) of states beyond reach, where the functional is asked to be negative, by
    `margin` of the largest free row in the basis of the program; more can be added with `require`.
    """

    low = 0
    margin = 1e-8

    def __init__(
        self,
        rows: RowFunction,
        spins: np.ndarray,
        casimir: Callable[[int], int],
        reach: float,
        nodes: int,
        scale: float,
        past: tuple[np.ndarray, np.ndarray],
    ) -> None:
        self.spins, self.scale = spins, scale
        self.index = {int(spin): i for i, spin in enumerate(spins)}
        ends = np.array([np.inf if spin == REGGE else 1.0 + casimir(int(spin)) for spin in spins])
        last = np.minimum(ends, reach)
        self.last = last / (last + scale)
        self._past = past
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

    def growth(self, spins: np.ndarray) -> np.ndarray:
        """The tables are the rows themselves."""
        return np.zeros(len(spins), int)

    def sample(self, owners: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Chebyshev polynomials of v at places s of spins: s.shape + (nodes,)."""
        v = np.sqrt(np.clip(s / self.last[owners], 0.0, 1.0))
        angle = np.arccos(2 * v - 1)
        return np.asarray(np.cos(angle[..., None] * np.arange(self.targets.shape[1])))

    def coefficients(self, coordinates: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Chebyshev coefficients per spin of sum weights target + sum coordinates free."""
        return np.asarray(self.free_double @ coordinates + self.targets @ weights)

    def extrema(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """None beyond the grid of the program."""
        return np.zeros(0, int), np.zeros(0)

    def require(self, free: np.ndarray, targets: np.ndarray) -> None:
        """Ask the functional to be negative at more states: (states, rows), (states, targets)."""
        self._past = np.concatenate([self._past[0], free]), np.concatenate([self._past[1], targets])

    def beyond(self) -> tuple[np.ndarray, np.ndarray]:
        """Free rows and targets at the states past `reach`, where the functional must be negative."""
        return self._past[0] @ self.basis.astype(float), self._past[1]
