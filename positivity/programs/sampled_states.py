r"""The states past the grid of a smeared program, where its functional must not be positive.

Cells with a density reach to xi = X/m^2 = `reach`.  Past it lie, with x = 1/m^2 in (0, 1] and b = 2 sqrt(xi):

    waves     every even J to a few hundred, then a ladder, at x from reach/(1+X) to 1;
    Regge     J -> infinity at fixed xi > reach, and its end xi -> infinity;
    high J    J -> infinity at fixed x (the coefficient of X), and its end x -> 1, where a function with
              f(1) != 0 gives (1/(D-2)) f(1) X log(1/(1-x)) and every forward row stays finite.

m -> infinity at fixed J lies at xi -> 0, inside of the cells.  Derived here; docs/theory/full_unitarity.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from positivity.amplitudes.partial_waves import casimir
from positivity.sum_rules.forward import Functional, functional_kernel
from positivity.sum_rules.legendre import (
    functions_at_the_end,
    smeared_nulls_eikonal,
    smeared_nulls_regge,
    smeared_nulls_waves,
)

#: every even spin to the first, then these
_EVERY_SPIN, _LADDER = 200, (240, 320, 440, 600)
#: largest impact parameter of the Regge family that is sampled; beyond it the term linear in xi is all there is
_LAST_IMPACT, _IMPACT_STEP = 400.0, 0.3
REGGE, HIGH, END = -1, -2, -3


@dataclass(frozen=True)
class PastStates:
    """States past the grid: their kind and place, and the smeared nulls there.

    spins: J, or REGGE, HIGH, END, (n,).  places: x; xi of the Regge family; unused at the END.  nulls:
    (n, functions), without the common x^2; per X for HIGH.
    """

    dimension: int
    spins: np.ndarray
    places: np.ndarray
    nulls: np.ndarray

    def forward(self, functional: Functional) -> np.ndarray:
        """A forward functional at the states, without the common x^2: (n,)."""
        values = np.zeros(len(self.spins))
        waves = self.spins >= 0
        big_x = self.spins[waves] * (self.spins[waves] + self.dimension - 3.0)
        for n, poly in functional_kernel(functional, self.dimension).items():
            coefficients = [float(int(c.p)) / float(int(c.q)) for c in poly.coeffs()]
            values[waves] += self.places[waves] ** (n - 2) * np.polynomial.polynomial.polyval(big_x, coefficients)
            if len(coefficients) == n - 1:
                regge = self.spins == REGGE
                values[regge] += coefficients[n - 2] * self.places[regge] ** (n - 2)
            if len(coefficients) > 1:
                high = self.spins == HIGH
                values[high] += coefficients[1] * self.places[high] ** (n - 2)
        return values

    def peaks(self, values: np.ndarray, level: float) -> np.ndarray:
        """Indices of the places where values exceed level and both neighbours of the same spin."""
        before = np.where(np.diff(self.spins, prepend=self.spins[0] - 1) == 0, np.roll(values, 1), -np.inf)
        after = np.where(np.diff(self.spins, append=self.spins[-1] - 1) == 0, np.roll(values, -1), -np.inf)
        return np.flatnonzero((values > level) & (values >= before) & (values >= after))


@lru_cache(maxsize=32)
def past_states(dimension: int, functions: int, reach: float, shift: float = 0.0) -> PastStates:
    """States past a grid that ends at xi = reach; shift: by which share of a step the places are moved."""
    parts = [
        _waves(dimension, functions, reach, np.arange(2, _EVERY_SPIN + 1, 2), _masses(160, shift)),
        _waves(dimension, functions, reach, np.array(_LADDER), _masses(60, shift)),
        _regge(dimension, functions, reach, shift),
        _high(dimension, functions, shift),
    ]
    spins, places, nulls = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return PastStates(dimension, spins, places, nulls)


Part = tuple[np.ndarray, np.ndarray, np.ndarray]


def _masses(count: int, shift: float) -> np.ndarray:
    """x = 1/m^2 from 1/1000 to 1, denser towards both ends, 1 always one of them."""
    t = np.append(np.arange(count - 1) + shift, count - 1) / (count - 1)
    return np.asarray(np.sin(np.pi / 2 * t) ** 2 * (1 - 1e-3) + 1e-3)


def _waves(dimension: int, functions: int, reach: float, spins: np.ndarray, x: np.ndarray) -> Part:
    past = [x >= reach / (1 + casimir(int(spin), dimension)) for spin in spins]
    nulls = smeared_nulls_waves(spins, x, functions, dimension)
    owners = np.concatenate([np.full(mask.sum(), spin) for spin, mask in zip(spins, past, strict=True)])
    places = np.concatenate([x[mask] for mask in past])
    return owners, places, np.concatenate([rows[mask] for rows, mask in zip(nulls, past, strict=True)])


def _regge(dimension: int, functions: int, reach: float, shift: float) -> Part:
    b = np.arange(2 * np.sqrt(reach), _LAST_IMPACT, _IMPACT_STEP) + shift * _IMPACT_STEP
    xi = b * b / 4
    return np.full(len(xi), REGGE), xi, smeared_nulls_regge(xi, functions, dimension)


def _high(dimension: int, functions: int, shift: float) -> Part:
    """J -> infinity at fixed x: x -> 0 is the end of the Regge family, x -> 1 the END."""
    x = np.concatenate([np.geomspace(1e-8, 1e-3, 10), _masses(400, shift)[:-1], 1 - np.geomspace(1e-4, 1e-9, 20)])
    nulls = np.vstack([smeared_nulls_eikonal(x, functions, dimension), functions_at_the_end(functions)])
    return np.append(np.full(len(x), HIGH), END), np.append(x, 1.0), nulls
