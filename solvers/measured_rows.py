"""The measure of a bounded density and the averages of rows over cells of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solvers.grid import REGGE
from solvers.sampled_tables import SampledTables
from solvers.tables import RowTables

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


@dataclass(frozen=True)
class BoundedMeasure:
    """The measure of a program with bounded density.

    power: p in w_J x^p dx, the measure that the rows of the program are averaged over (what their tables
    lack is put back, see MeasuredRows.integrals).  weight: w_J.  tail: spin
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


class MeasuredRows:
    """The rows of a program with the measure over which they are averaged, one spin at a time."""

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

        Cells are in v = sqrt(s): then half-integer powers of x are polynomial as well.  The tables lack
        eta^low (1-s)^-growth of the rows; the measure takes it up.
        """
        rows = np.concatenate([self.tables.free_double, self.tables.targets.astype(float)], axis=-1)
        return self._integrals(owners, low, high, rows[owners], self.tables.growth(self.tables.spins)[owners])

    def beyond_the_limit(self, owners: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        """What the integrals of the Regge limit lack, to first order in 1/X: (cells, rows + targets), else zero.

        The weights of the spins J >= J_0 that are taken together fall like L^-3, L = J + (D-3)/2, so that the mean
        of 1/X over them is 1/2 of 1/X at L_0 - 1; rows at the spin with this 1/X are right to second order.
        """
        missing = np.zeros((len(owners), self.tables.free_double.shape[-1] + self.tables.targets.shape[-1]))
        regge = self.tables.spins[owners] == REGGE
        if isinstance(self.tables, RowTables) and regge.any():
            typical = np.array([self._typical_spin()])
            finite, growth = self.tables.at(typical)[0], np.repeat(self.tables.growth(typical), regge.sum())
            place = owners[regge], low[regge], high[regge]
            many = np.broadcast_to(finite, (int(regge.sum()), *finite.shape))
            missing[regge] = self._integrals(*place, many, growth) - self.integrals(*place)
        return missing

    def _typical_spin(self) -> int:
        spins = self.measure.tail[0] + 2 * np.arange(self.measure.tail[0])
        wanted = 2 * self.casimir(self.measure.tail[0] - 1)
        return int(min(spins, key=lambda spin: abs(self.casimir(int(spin)) - wanted)))

    def _integrals(
        self, owners: np.ndarray, low: np.ndarray, high: np.ndarray, rows: np.ndarray, growth: np.ndarray
    ) -> np.ndarray:
        """The same for rows (cells, degree+1, rows), given by their coefficients, and their growth (cells,)."""
        a, b = np.sqrt(low), np.sqrt(high)
        v = (a + b)[:, None] / 2 + (b - a)[:, None] / 2 * _NODES
        s = v * v
        p, m, scale = self.measure.power + self.tables.low, growth[:, None], self.tables.scale
        jacobian = scale ** (p + 1) * s**p * (1 - s) ** (-p - 2 - m) * 2 * v
        weights = self._strength[owners, None] * jacobian * _WEIGHTS * ((b - a) / 2)[:, None]
        sample = np.einsum("cn,cns->cs", weights, self.tables.sample(owners[:, None], s))
        return np.asarray(np.einsum("cs,csr->cr", sample, rows))

    def x(self, spin: int, s: float) -> float:
        """x = 1/m^2 of a place s; for the Regge limit xi."""
        eta = float(self.tables.scale * s / (1 - s))
        return eta / (1 + self.casimir(spin)) if spin >= 0 else eta
