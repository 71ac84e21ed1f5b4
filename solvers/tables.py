"""The rows of a program at a growing list of spins, in a basis that is well conditioned.

The basis comes from three QR passes over a sample of the domain and is kept in extended
precision, so that double-precision linear programs suffice.
"""

from __future__ import annotations

import numpy as np

from solvers.deadline import checkpoint
from solvers.grid import bernstein, chebyshev
from solvers.program import MeasureProgram, Row
from solvers.separation import SpinSampler

#: entries up to which the tables of all points are gathered at once
_GATHERED = 10**6
#: end of the cells of the Regge limit
LAST_S = 0.97
#: spins above the cells at which the functional is kept negative where the Regge limit does not decide: ratio, count
_LARGER, _LARGE = 1.4, 20


class RowTables:
    """Bernstein coefficients in s of all rows, per spin.

    spins: (n,), -1 the Regge limit.  index: spin -> line.  basis: (rows, rows), the multipliers
    of the original rows are basis @ coordinates.  free: (n, degree+1, rows) in that basis.
    targets: (n, degree+1, targets).
    """

    #: how far below zero, relative to its free rows, the functional is kept past the cells: the sign is to be proved
    margin = 1e-9

    def __init__(self, program: MeasureProgram, spins: np.ndarray) -> None:
        self.program = program
        size, targets = len(program.free), len(program.targets)
        self.spins = np.zeros(0, int)
        self._original = np.zeros((0, program.degree + 1, size), np.longdouble)
        self.free = self._original
        self.targets = np.zeros((0, program.degree + 1, targets), np.longdouble)
        self.basis = np.eye(size, dtype=np.longdouble)
        self.add(spins)
        self.basis = self._condition()
        self.free = self._original @ self.basis
        self._follow()

    def add(self, spins: np.ndarray) -> bool:
        """Add spins; whether any was new."""
        new = np.setdiff1d(spins, self.spins)
        if not len(new):
            return False
        rows = self.of(self.program.free, new)
        self._original = np.concatenate([self._original, rows])
        self.free = np.concatenate([self.free, rows @ self.basis])
        self.targets = np.concatenate([self.targets, self.of(self.program.targets, new)])
        self.spins = np.concatenate([self.spins, new])
        self.index = {int(spin): i for i, spin in enumerate(self.spins)}
        self._follow()
        return True

    def _follow(self) -> None:
        """What follows from the tables of the spins."""
        self.free_double = self.free.astype(float)
        self.ends = self.program.s_end(self.spins)

    def of(self, rows: tuple[Row, ...], spins: np.ndarray) -> np.ndarray:
        """Bernstein coefficients of rows at spins: (spins, degree+1, rows)."""
        return np.stack([self._one(row, spins) for row in rows], axis=-1)

    def _one(self, row: Row, spins: np.ndarray) -> np.ndarray:
        checkpoint("rows")
        return self.program.spin_coefficients(row, spins)

    def at(self, spins: np.ndarray) -> np.ndarray:
        """Free rows in the basis and targets at any spins, as in `free` and `targets`: (spins, degree+1, both)."""
        free, targets = self.of(self.program.free, spins) @ self.basis, self.of(self.program.targets, spins)
        return np.concatenate([free, targets], axis=-1).astype(float)

    def set_targets(self, targets: np.ndarray) -> None:
        """Replace the table of targets."""
        self.targets = targets

    def coefficients(self, coordinates: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """Bernstein coefficients per spin of sum weights target + sum coordinates free."""
        return np.asarray(self.free @ coordinates.astype(np.longdouble) + self.targets @ weights)

    def target_values(self, owners: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Targets at places s of the spins with these indices: (points, targets)."""
        sample = bernstein(self.program.degree, s.astype(np.longdouble))
        return np.asarray(np.einsum("is,isc->ic", sample, self.targets[owners]), float)

    def free_values(self, owners: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Free rows at places s of the spins with these indices: (points, rows)."""
        size = self.free_double.shape[-1]
        if len(s) * (self.program.degree + 1) * size < _GATHERED:
            return np.asarray(np.einsum("is,isc->ic", bernstein(self.program.degree, s), self.free_double[owners]))
        found = np.empty((len(s), size))
        for owner in np.unique(owners):  # one product per spin: its table is not copied for every point
            here = np.flatnonzero(owners == owner)
            found[here] = bernstein(self.program.degree, s[here]) @ self.free_double[owner]
        return found

    def growth(self, spins: np.ndarray) -> np.ndarray:
        """Powers of eta/scale with which rows of spins grow: they are eta^low (1-s)^-growth times the tables."""
        return self.program.growths(spins)

    @property
    def low(self) -> int:
        """Power of eta that the tables lack."""
        return self.program.low

    @property
    def scale(self) -> float:
        """eta at s = 1/2."""
        return float(self.program.scale)

    @property
    def last(self) -> np.ndarray:
        """End of the cells in s: x = 1, or LAST_S in the Regge limit."""
        return np.where(self.spins < 0, LAST_S, self.ends)

    def sample(self, owners: np.ndarray, s: np.ndarray) -> np.ndarray:
        """Basis polynomials at places s (the same for every spin): s.shape + (degree+1,)."""
        return bernstein(self.program.degree, s)

    def extrema(self, coefficients: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Spin indices and places of all minima and maxima of functions given per spin."""
        sampler = SpinSampler(self.program, self.spins)
        found = sampler.dips(coefficients), sampler.dips(-coefficients)
        return np.concatenate([d.owners for d in found]), np.concatenate([d.s for d in found])

    def beyond(self) -> tuple[np.ndarray, np.ndarray]:
        """Free rows and targets past the cells, relative to (1-s)^-growth: of the Regge limit, and of large spins.

        Rows that lead in the Regge limit lead at large spins as well, unless they are missing (see `excess`).
        """
        regge = np.flatnonzero(self.spins < 0)
        if not len(regge):
            return np.zeros((0, self.free.shape[-1])), np.zeros((0, self.targets.shape[-1]))
        s = np.append(1 - (1 - LAST_S) * np.geomspace(1, 1e-9, 90), 1.0)
        owners = np.full(len(s), regge[0])
        free, targets = self.free_values(owners, s), self.target_values(owners, s)
        if not self.program.excess:
            return free, targets
        rows = self._large_spins(free.shape[-1])
        return np.concatenate([free, rows[:, : free.shape[-1]]]), np.concatenate([targets, rows[:, free.shape[-1] :]])

    def _large_spins(self, size: int) -> np.ndarray:
        """Free rows and targets at spins above those with cells and xi past the cells of the Regge limit."""
        spins = np.unique((self.spins.max() * _LARGER ** np.arange(1, _LARGE + 1)).astype(int) // 2 * 2)
        spins = spins[self.program.s_end(spins) > LAST_S]
        shares = np.geomspace(1, 1e-9, 60)
        parts = []
        for end, table in zip(self.program.s_end(spins), self.at(spins), strict=True):
            s = np.append(1 - (1 - LAST_S) * shares[(1 - LAST_S) * shares > 1 - end], end)
            parts.append(bernstein(self.program.degree, s) @ table)
        return np.concatenate(parts)

    def _condition(self) -> np.ndarray:
        size = self.basis.shape[1]
        basis, rows = self.basis, self._original
        sample = bernstein(self.program.degree, self.program.s_end(self.spins)[:, None] * chebyshev(24))
        for _ in range(3):
            values = (sample @ rows.astype(float)).reshape(-1, size)
            upper = np.linalg.qr(values, mode="r") / np.sqrt(len(values))
            # rows that depend on others where only a few spins are allowed stay as they are
            upper[np.diag_indices(size)] += np.diagonal(upper) == 0
            change = _invert_upper(upper)
            basis, rows = basis @ change, rows @ change
        return basis


def _invert_upper(upper: np.ndarray) -> np.ndarray:
    """Inverse of an upper triangular matrix by back substitution in extended precision."""
    size = len(upper)
    upper = upper.astype(np.longdouble)
    inverse = np.eye(size, dtype=np.longdouble)
    for i in range(size - 1, -1, -1):
        inverse[i] = (inverse[i] - upper[i, i + 1 :] @ inverse[i + 1 :]) / upper[i, i]
    return inverse
