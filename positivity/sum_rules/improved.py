r"""Improved sum rules A_2^imp(t), t = -p^2, and the higher nulls X_k(t), smeared with powers of p.

In A_{2j}(t), k = 2j, every contact term but those of g2 and g3 is removed with forward sum rules
of larger k, which the graviton pole does not touch (2011.02957, 2102.08951):

    A_2^imp :  8 pi G/p^2 + 2 g2 + g3 p^2 = < x^2 K_1(y, J) >,      y = p^2 x, x = 1/m^2,
    X_k     :                           0 = < x^k K_j(y, J) >,      k = 2j = 4, 6, ...
    K_j = (2-y) P_J(1-2y)/(1-y)^(j+1) - sum_d X^d R_{j,d}(y).

The subtraction is derived from the low-energy expansion in crossing-symmetric variables
(docs/theory/gravity.md): with z = t'/m^2 and c = 1 + z + z^2 - y^2,

    sum_d X^d R_{j,d} = sum_{i<=j} (-y)^i [z^i] (2+z)(1-z)(1+2z) P_J(1+2z) c^(i-j-1) (1+z)^(-i-1).

For j = 1 the constant and linear terms in y are kept, since g2 and g3 stay.  The poles at y = 1
cancel for even J.  Smearing function: f(p) = sum a_n p^n on 0 < p < 1, n integer or half-integer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from flint import fmpq
from scipy.special import gamma, hyp0f1

from positivity.amplitudes.partial_waves import casimir, forward_taylor

#: beyond this y the double pole is cancelled in extended precision
_NEAR_POLE = 0.8
#: masses times nodes treated together
_BLOCK = 16384


@lru_cache(maxsize=32)
def momenta(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights on 0 < p < 1, Gauss-Legendre in sqrt(p): exact for half-integer powers too."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    q = (nodes + 1) / 2
    return q * q, weights * q


def nodes_for(impact: float) -> int:
    """Quadrature nodes that resolve a wave of impact parameter b = 2J/m, whose phase is b p."""
    return 64 * (2 + int(1.2 * impact / 64))


def waves(spins: Sequence[int], y: np.ndarray, dimension: int) -> dict[int, np.ndarray]:
    """P_J at 1 - 2y for the spins asked for, by the three-term recurrence; normalised to P_J(1) = 1."""
    z, shift, wanted = 1 - 2 * y, dimension - 3, set(spins)
    before, current, new = np.ones_like(y), z.copy(), np.empty_like(y)
    found = {0: before.copy(), 1: z}
    for j in range(1, max(spins)):
        # in place: this loop is nearly all the time of a program
        np.multiply(z, current, out=new)
        new *= (2 * j + shift) / (j + shift)
        before *= j / (j + shift)
        new -= before
        before, current, new = current, new, before
        if j + 1 in wanted:
            found[j + 1] = current.copy()
    return found


def subtraction(j: int, y: np.ndarray, dimension: int) -> list[np.ndarray]:
    """R_{j,0}, ..., R_{j,j} at y: what forward sum rules remove from A_{2j}, by powers of X (all terms for j = 1)."""
    size = j + 1
    numerator = _taylor([2, 1], size)
    for factor in ([1, -1], [1, 2]):
        numerator = _times(numerator, _taylor(factor, size))
    one_over_c = _inverse([1 - y * y, np.ones_like(y), np.ones_like(y)], size)
    one_over_shift = _inverse([np.ones_like(y), np.ones_like(y)], size)
    # product holds numerator c^(i-j-1) (1+z)^(-i-1) for i = j, ..., 0 in turn
    total = [np.zeros_like(y) for _ in range(size)]
    for i in range(size):
        product = [term * np.ones_like(y) for term in numerator]
        for _ in range(j - i + 1):
            product = _times(product, one_over_c)
        for _ in range(i + 1):
            product = _times(product, one_over_shift)
        for r, wave in enumerate(forward_taylor(i + 1, dimension)):
            for d, coefficient in enumerate(wave.coeffs()):
                total[d] = total[d] + (-y) ** i * product[i - r] * _number(coefficient, y)
    return total


def _number(value: fmpq, like: np.ndarray) -> np.ndarray:
    """A rational in the precision of an array."""
    return np.asarray(like.dtype.type(int(value.p)) / like.dtype.type(int(value.q)))


def _taylor(coefficients: Sequence[float], size: int) -> list[np.ndarray]:
    return [np.asarray(float(c)) for c in ([*coefficients] + [0.0] * size)[:size]]


def _times(first: Sequence[np.ndarray], second: Sequence[np.ndarray]) -> list[np.ndarray]:
    return [sum((first[i] * second[r - i] for i in range(1, r + 1)), first[0] * second[r]) for r in range(len(first))]


def _inverse(series: Sequence[np.ndarray], size: int) -> list[np.ndarray]:
    result = [1 / series[0]]
    for r in range(1, size):
        terms = sum((series[i] * result[r - i] for i in range(2, min(r, len(series) - 1) + 1)), series[1] * result[-1])
        result.append(-terms / series[0])
    return result


def kernel(j: int, spin: int, y: np.ndarray, dimension: int) -> np.ndarray:
    """K_j(y, J) on an array of y < 1, the heavy kernel without its x^(2j): the shape of y."""
    return kernels([j], [spin], y, dimension)[0][0]


def kernels(which: Sequence[int], spins: Sequence[int], y: np.ndarray, dimension: int) -> list[list[np.ndarray]]:
    """K_j for several j and even spins at once, [j][spin]; the values near y = 1 in extended precision."""
    found = _kernels(which, spins, y, dimension)
    near = y > _NEAR_POLE
    if near.any():
        careful = _kernels(which, spins, y[near].astype(np.longdouble), dimension)
        for values, better in zip(found, careful, strict=True):
            for some, more in zip(values, better, strict=True):
                some[near] = more
    return found


def _kernels(which: Sequence[int], spins: Sequence[int], y: np.ndarray, dimension: int) -> list[list[np.ndarray]]:
    all_waves = waves(spins, y, dimension)
    return [_kernel(j, spins, y, dimension, all_waves) for j in which]


def _kernel(
    j: int, spins: Sequence[int], y: np.ndarray, dimension: int, all_waves: dict[int, np.ndarray]
) -> list[np.ndarray]:
    removed = subtraction(j, y, dimension)
    if j == 1:
        removed[0] = removed[0] - 2 - 3 * y
        removed[1] = removed[1] + 4 * y / (y.dtype.type(dimension) - 2)
    front, found = (2 - y) / (1 - y) ** (j + 1), []
    for spin in spins:
        big_x = y.dtype.type(casimir(spin, dimension))
        found.append(front * all_waves[spin] - sum((r * big_x**d for d, r in enumerate(removed)), 0 * y))
    return found


def powers_table(exponents: Sequence[float], p: np.ndarray) -> np.ndarray:
    """p^n: (len(p), len(exponents))."""
    return np.asarray(p[:, None] ** np.asarray(exponents)[None, :])


def smeared(
    exponents: Sequence[Sequence[float]], spins: Sequence[int], x: np.ndarray, dimension: int
) -> np.ndarray:  # fmt: skip
    """int_0^1 dp p^n x^(2j-2) K_j(p^2 x, J), n in exponents[j-1]: (len(spins), len(x), number of all n).

    x^2 is taken out of every row.  The masses are taken in blocks that stay in the cache; the number of
    nodes of a block follows from its largest impact parameter 2 J sqrt(x).
    """
    which = [j for j, powers in enumerate(exponents, 1) if len(powers)]
    found = np.empty((len(spins), len(x), sum(map(len, exponents))))
    order, start = np.argsort(x), 0
    while start < len(x):
        # the nodes of the first mass say how many masses fit
        count = max(8, _BLOCK // nodes_for(2 * max(spins) * float(np.sqrt(x[order[start]]))))
        block = order[start : start + count]
        p, weights = momenta(nodes_for(2 * max(spins) * float(np.sqrt(x[block[-1]]))))
        y, column = p * p * x[block][:, None], 0
        for j, values in zip(which, kernels(which, spins, y, dimension), strict=True):
            table = powers_table(exponents[j - 1], p) * weights[:, None]
            end = column + table.shape[1]
            found[:, block, column:end] = (np.stack(values) @ table) * x[block][:, None] ** (2 * j - 2)
            column = end
        start += count
    return found


def impact_rows(exponents: Sequence[float], b: np.ndarray, dimension: int) -> np.ndarray:
    """Limit J, m -> infinity at fixed b = 2J/m of the j = 1 rows: 2 int p^n 0F1(; D/2-1; -b^2 p^2/4), (len(b), n).

    The X_k rows vanish there, like m^(4-2k).
    """
    p, weights = momenta(nodes_for(float(b.max())))
    table = powers_table(exponents, p) * weights[:, None]
    return np.asarray(2 * hyp0f1(dimension / 2 - 1, -((b[:, None] * p) ** 2) / 4) @ table)


def impact_tail(exponents: Sequence[float], dimension: int) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients of b -> infinity in the impact rows: of b^(-n-1) and of the leading oscillation.

    2 int p^n 0F1 = mellin_n b^(-n-1) + 2 f(1) w cos(b - phase) b^(-(D-1)/2) + ...; returned are
    mellin (n,) and the size 2 w of the cosine (n,), the same for every n (Bessel asymptotics, p = 1).
    """
    n, nu = np.asarray(exponents, float), dimension / 2 - 2
    s = (n + 1) / 2
    with np.errstate(divide="ignore"):
        mellin = np.where(_is_pole(nu + 1 - s), 0.0, 2.0 ** (n + 1) * gamma(s) * gamma(nu + 1) / gamma(nu + 1 - s))
    size = 2 * gamma(nu + 1) * 2**nu * np.sqrt(2 / np.pi)
    return mellin, np.full(len(n), size)


def _is_pole(values: np.ndarray) -> np.ndarray:
    return np.asarray((values <= 0) & (np.abs(values - np.round(values)) < 1e-9))


def fixed_mass_rows(j: int, exponents: Sequence[float], x: np.ndarray, dimension: int) -> np.ndarray:
    """Coefficient of X^j in the rows as J -> infinity at fixed x: (len(x), n).

    -R_{j,j} = 2 (-1)^(j+1) y^j/((D/2-1)_j j! (1-y^2)), and for j = 1 less its linear term.
    """
    p, weights = momenta(192)
    y = p * p * x[:, None]
    values = -subtraction(j, y, dimension)[j] - (4 * y / (dimension - 2) if j == 1 else 0)
    return np.asarray((values @ (powers_table(exponents, p) * weights[:, None])) * x[:, None] ** (2 * j - 2))


def infrared_moments(exponents: Sequence[float], b_max: float | None = None) -> np.ndarray:
    """int p^n (1/p^2, 2, p^2): what multiplies 8 pi G, g2 and g3 in the smeared A_2^imp, (3, n).

    b_max: the pole is integrated over p > 1/b_max only; without it n > 1.
    """
    n = np.asarray(exponents, float)
    if b_max is None:
        pole = 1 / (n - 1)
    else:
        log = np.log(b_max)
        pole = np.where(n == 1, log, -np.expm1(-(n - 1) * log) / np.where(n == 1, 1, n - 1))
    return np.array([pole, 2 / (n + 1), 1 / (n + 3)])
