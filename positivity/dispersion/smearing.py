r"""Smeared rows: the improved sum rule A_2^imp(t), t = -p^2, integrated against functions of p.

All forward k >= 4 sum rules subtracted from A_2 (2102.08951, eq. 2.20), at tree level without
gravity A_2^imp(t) - A_2(0) - t A_2'(0) = 0 for every t in (-1, 0): the null

    n(y, J) = (2-y) P_J(1-2y)/(1-y)^2 - y^2 (4-3y)/(1-y)^2 + 4 X y^3/((D-2)(1-y^2))
              - 2 - (3 - 4X/(D-2)) y,      y = p^2 x,  x = 1/m^2,

averages to zero with weight x^2.  Its Taylor coefficients in t are the j = 1 forward nulls.  It is
bounded at fixed impact parameter up to a term linear in xi = X x, where the forward nulls grow like
xi^n.  The poles at y = 1 cancel for even J.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from flint import acb, arb, fmpq
from scipy.special import eval_gegenbauer, hyp0f1

from positivity.amplitudes.one_loop import Pair
from positivity.dispersion.arcs import improved_null_coefficient
from positivity.partial_waves import casimir

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(120)
#: Gauss-Legendre nodes and weights in p on (0, 1)
MOMENTA, MOMENTUM_WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2


def functions(count: int, p: np.ndarray) -> np.ndarray:
    """f_k(p) = p L_k(2p-1), L_k the Legendre polynomials: p.shape + (count,).

    Orthogonality keeps the rows of a few tens of functions independent in double precision; the
    program conditions them further.
    """
    return np.asarray(p[..., None] * np.polynomial.legendre.legvander(2 * p - 1, count - 1))


def null_kernel(wave: np.ndarray, y: np.ndarray, big_x: np.ndarray, dimension: int) -> np.ndarray:
    """n(y, J) from the values of P_J(1-2y); all arrays of one shape."""
    slope = 4 * big_x / (dimension - 2)
    pole = ((2 - y) * wave - y * y * (4 - 3 * y)) / (1 - y) ** 2
    return np.asarray(pole + slope * y**3 / (1 - y * y) - 2 - (3 - slope) * y)


def smeared_nulls(spin: int, x: np.ndarray, count: int, dimension: int) -> np.ndarray:
    """int_0^1 dp f_k(p) n(p^2 x, J) at the given x: (len(x), count).  Absolute error below 1e-12 b, b = 2 J/m < 60."""
    return _smeared_nulls(spin, np.ascontiguousarray(x, dtype=float).tobytes(), count, dimension).copy()


# grids repeat: both ends of a range and all values of a scanned coupling ask for the same rows
@lru_cache(maxsize=4096)
def _smeared_nulls(spin: int, x_bytes: bytes, count: int, dimension: int) -> np.ndarray:
    x = np.frombuffer(x_bytes)
    y = MOMENTA**2 * x[:, None]
    alpha = (dimension - 3) / 2
    normalisation = eval_gegenbauer(spin, alpha, 1.0)
    wave = eval_gegenbauer(spin, alpha, 1 - 2 * y) / normalisation
    kernel = null_kernel(wave, y, np.full_like(y, casimir(spin, dimension)), dimension)
    return np.asarray((kernel * MOMENTUM_WEIGHTS) @ functions(count, MOMENTA))


def smeared_nulls_regge(xi: np.ndarray, count: int, dimension: int) -> np.ndarray:
    """The same for J -> infinity at fixed xi = X x, where P_J -> 0F1(; D/2-1; -xi p^2)."""
    z = MOMENTA**2 * xi[:, None]
    kernel = 2 * hyp0f1(dimension / 2 - 1, -z) - 2 + 4 * z / (dimension - 2)
    return np.asarray((kernel * MOMENTUM_WEIGHTS) @ functions(count, MOMENTA))


def smeared_nulls_eikonal(x: np.ndarray, count: int, dimension: int) -> np.ndarray:
    """Limit of the rows over X for J -> infinity at fixed x: 4/(D-2) int f_k y/(1-y^2), y = p^2 x."""
    y = MOMENTA**2 * x[:, None]
    kernel = 4 / (dimension - 2) * y / (1 - y * y)
    return np.asarray((kernel * MOMENTUM_WEIGHTS) @ functions(count, MOMENTA))


def loop_nulls(pair: Pair, count: int, dimension: int) -> np.ndarray:
    """int_0^1 dp f_k(p) Delta(-p^2) per g_a g_b, the loop side of the smeared nulls: (count,), no power of pi left out.

    Delta is t^2 int_0^1 ds s^q/(s-t) up to a rational (arcs.improved_null_coefficient); at fixed s the
    integral over p is done last, so the logarithm at p = 0 is no obstacle.
    """
    front, pi_power = improved_null_coefficient(pair, dimension)
    q = (dimension - 4) / 2 - 4 + sum(2 * a + 3 * b for a, b in pair)
    # s = v^4 resolves s ~ p^2 at small p
    v = MOMENTA[:, None]
    inner = (4 * v ** (4 * q + 3) / (v**4 + MOMENTA**2) * MOMENTUM_WEIGHTS[:, None]).sum(axis=0)
    delta = float(int(front.p)) / float(int(front.q)) * np.pi**pi_power * MOMENTA**4 * inner
    return np.asarray((delta * MOMENTUM_WEIGHTS) @ functions(count, MOMENTA))


def enclosure(spin: int, x: fmpq, k: int, dimension: int) -> arb:
    """A rigorous ball for int_0^1 dp f_k(p) n(p^2 x, J), x < 1, by verified quadrature.

    Uses the exact Gegenbauer polynomial; the precision is flint's working precision.
    """
    from flint import fmpq_poly

    coefficients, current = [], fmpq(1)
    for r in range(spin + 1):
        coefficients.append(current * (-1) ** r)
        current = (
            current * (casimir(spin, dimension) - casimir(r, dimension)) / ((fmpq(dimension, 2) - 1 + r) * (r + 1))
        )
    wave, legendre = fmpq_poly(coefficients), fmpq_poly.legendre_p(k)
    slope = fmpq(4 * casimir(spin, dimension), dimension - 2)

    def integrand(p: acb, _: bool) -> acb:
        y = p * p * x
        pole = ((2 - y) * _value(wave, y) - y * y * (4 - 3 * y)) / (1 - y) ** 2
        null = pole + slope * y**3 / (1 - y * y) - 2 - (3 - slope) * y
        return p * _value(legendre, 2 * p - 1) * null

    return acb.integral(integrand, 0, 1).real


def _value(polynomial, z: acb) -> acb:  # type: ignore[no-untyped-def]
    total = acb(0)
    for c in reversed(polynomial.coeffs()):
        total = total * z + acb(c)
    return total


def moment(k: int, power: int) -> float:
    """int_0^1 dp f_k(p) p^power."""
    return float((MOMENTUM_WEIGHTS * MOMENTA**power) @ functions(k + 1, MOMENTA)[:, k])
