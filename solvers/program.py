r"""The program model: rows over a positive measure on spins and masses.

A row is a polynomial R(x, X) = sum_e x^e R_e(X), deg R_e <= e, with rational coefficients, where
x = 1/m^2 in [0, 1] and X = J(J + shift) for J = 0, step, 2 step, ...  Given rows `free` (the
first is the normalisation) and a target row, the program is

    minimise c_0  such that  target + sum_i c_i free_i >= 0  for all J and all x,

the dual of: maximise -<target> over positive measures with <free_0> = 1, <free_i> = 0 (i > 0).

Everything is computed in s = eta/(eta + scale), eta = x (1 + X): divided by
eta^{e0} (1 + eta/scale)^m a row becomes a polynomial in s of degree m on [0, s_J], whose
coefficients tend to a limit as J -> infinity (the Regge limit, x -> 0 at fixed xi = X x); s = 1
there is xi -> infinity.  One compact domain thus holds all spins, all masses and both limits.
Where no row grows as fast as xi^N in the Regge limit (loops spoil the nulls that do), all of them vanish at s = 1
there, which would ask for 0 > 0: what they have in common is divided out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import comb

import numpy as np
from flint import fmpq, fmpq_poly

Row = dict[int, fmpq_poly]

#: the value of eta at the middle of the s interval; contacts cluster around eta of this size

ETA_SCALE = 12


@dataclass(frozen=True)
class SpinLadder:
    """The spins of the measure: J = 0, step, 2 step, ... with X = J(J + shift)."""

    shift: int
    step: int = 2

    def casimir(self, spin: int) -> int:
        """X of a spin."""
        return spin * (spin + self.shift)


@dataclass(frozen=True)
class MeasureProgram:
    """Rows of a program over a positive measure (see the module text).

    free: rows with free multipliers, the normalisation first.  ladder: the spins.  cutoff: False for all masses
    m > 0, x in [0, infinity), where s reaches 1 at every spin.
    """

    free: tuple[Row, ...]
    ladder: SpinLadder
    targets: tuple[Row, ...]
    cutoff: bool = True

    @cached_property
    def low(self) -> int:
        """e0: the lowest power of x in any row; it is divided out."""
        return min(min(row) for row in (*self.free, *self.targets) if row)

    @cached_property
    def high(self) -> int:
        """N: the highest power of x in any row."""
        return max(max(row) for row in (*self.free, *self.targets) if row)

    @cached_property
    def scale(self) -> int:
        """The eta at the middle of the s interval.

        Measured: contacts spread with the degree and with the dimension, and this choice keeps
        the price of the margin (the sum of the scaled weights) below about 10 at every order.
        """
        return (self.ladder.shift + 4) * max(self.degree, 2)

    @property
    def degree(self) -> int:
        """m = N - e0, the degree in s."""
        return self.high - self.low

    @cached_property
    def excess(self) -> int:
        """The power of 1-s that all rows have in common in the Regge limit; it is divided out there."""
        leading = [e for row in (*self.free, *self.targets) for e, poly in row.items() if poly.degree() == e]
        return self.high - max(leading, default=self.high)

    def growths(self, spins: np.ndarray) -> np.ndarray:
        """Power of 1 + eta/scale by which rows of each spin are divided, next to eta^e0."""
        return np.where(spins < 0, self.degree - self.excess, self.degree)

    def bernstein_scales(self) -> np.ndarray:
        """Factor that turns R_e(X)/(1+X)^e into the Bernstein coefficient of s^(e-e0): (m+1,)."""
        m = self.degree
        return np.array([np.longdouble(self.scale) ** i / comb(m, i) for i in range(m + 1)])

    def _without_excess(self, table: np.ndarray) -> np.ndarray:
        """Bernstein coefficients divided by (1-s)^excess, whose last ones are zero: (lines, m+1)."""
        m, k = self.degree, self.excess
        binomials = np.array([np.longdouble(comb(m, i)) for i in range(m + 1)])
        shifted = [np.pad(table * binomials, ((0, 0), (i, 0)))[:, : m + 1] * comb(k, i) for i in range(k + 1)]
        return np.asarray(sum(shifted) / binomials)

    def spin_coefficients(self, row: Row, spins: np.ndarray) -> np.ndarray:
        """Bernstein coefficients of a row in s on [0, 1], one line per spin: (len(spins), m+1).

        A spin of -1 stands for the Regge limit J = infinity.  Extended precision.
        """
        table = np.zeros((len(spins), self.degree + 1), np.longdouble)
        for e, poly in row.items():
            table[:, e - self.low] = scaled_values(poly, e, spins, self.ladder)
        table *= self.bernstein_scales()
        if self.excess:
            table[spins < 0] = self._without_excess(table[spins < 0])
        return table

    def x_of(self, spin: int, s: float) -> float:
        """x = 1/m^2 at the point s of a spin."""
        return self.scale * s / (1 - s) / (1 + self.ladder.casimir(spin))

    def s_end(self, spins: np.ndarray) -> np.ndarray:
        """The end x = 1 of the s interval of each spin; 1 for the Regge limit, and at all masses."""
        if not self.cutoff:
            return np.ones(len(spins))
        casimirs = spins * (spins + self.ladder.shift)
        ends = (1.0 + casimirs) / (1.0 + casimirs + self.scale)
        return np.asarray(np.where(spins < 0, 1.0, ends))


def to_longdouble(value: fmpq) -> np.longdouble:
    """Nearest extended-precision number to a rational (64-bit mantissa where the platform has it)."""
    p, q = int(value.p), int(value.q)
    if p == 0:
        return np.longdouble(0)
    shift = 66 - p.bit_length() + q.bit_length()
    mantissa = (p << shift) // q if shift >= 0 else p // (q << -shift)
    high, low = divmod(mantissa, 1 << 33)
    return np.longdouble(np.ldexp(np.longdouble(high) * np.longdouble(1 << 33) + np.longdouble(low), -shift))


def from_longdouble(value: np.longdouble) -> fmpq:
    """The rational that an extended-precision number is, exactly."""
    mantissa, exponent = np.frexp(np.longdouble(value))
    scaled = np.ldexp(mantissa, 64)
    high = np.floor(scaled / np.longdouble(1 << 32))
    integer = int(high) * (1 << 32) + int(scaled - high * np.longdouble(1 << 32))
    power = int(exponent) - 64
    return fmpq(integer) * (fmpq(1 << power) if power >= 0 else fmpq(1, 1 << -power))


#: below this spin the polynomials in X cancel, so they are evaluated exactly
_EXACT_BELOW = 100


def scaled_values(poly: fmpq_poly, e: int, spins: np.ndarray, ladder: SpinLadder) -> np.ndarray:
    """poly(X)/(1+X)^e for each spin; spin -1 gives the limit, the coefficient of X^e."""
    values = np.zeros(len(spins), np.longdouble)
    coefficients = [to_longdouble(c) for c in poly.coeffs()]
    exact = (spins >= 0) & (spins < _EXACT_BELOW)
    for i in np.flatnonzero(exact):
        big_x = ladder.casimir(int(spins[i]))
        values[i] = to_longdouble(poly(fmpq(big_x)) / fmpq(1 + big_x) ** e)
    large = spins >= _EXACT_BELOW
    if large.any():
        js = spins[large].astype(np.longdouble)
        casimirs = js * (js + ladder.shift)
        total = np.zeros(len(js), np.longdouble)
        for coefficient in reversed(coefficients):
            total = total * casimirs + coefficient
        values[large] = total / (1 + casimirs) ** e
    if len(coefficients) == e + 1:
        values[spins < 0] = coefficients[e]
    return values


def combine(rows: list[tuple[fmpq, Row]]) -> Row:
    """The rational linear combination of rows."""
    total: Row = {}
    for factor, row in rows:
        for e, poly in row.items():
            total[e] = total.get(e, fmpq_poly([0])) + poly * factor
    return {e: poly for e, poly in total.items() if poly != 0}


def value_at(row: Row, x: fmpq, casimir: fmpq | int = 0) -> fmpq:
    """The row at one point, exactly."""
    return sum((x**e * poly(fmpq(casimir)) for e, poly in row.items()), fmpq(0))
