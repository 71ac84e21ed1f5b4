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

from positivity.amplitudes.partial_waves import casimir
from positivity.questions.loops import Pair
from positivity.sum_rules.arcs import improved_null_coefficient
from positivity.sum_rules.improved import waves

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(120)
#: Gauss-Legendre nodes and weights in p on (0, 1)
MOMENTA, MOMENTUM_WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2
#: masses treated together, so that the recurrence in J stays in the cache
_BLOCK = 16


_PANEL = 24
_PANEL_NODES, _PANEL_WEIGHTS = np.polynomial.legendre.leggauss(_PANEL)


@lru_cache(maxsize=32)
def _nodes(impact: float) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights in p on (0, 1) that resolve b = 2 J sqrt(x) up to `impact`: panels in theta, p = sin theta.

    In theta the phase of P_J(1 - 2 p^2 x) is 2 J theta at x = 1, where it turns fastest.
    """
    panels = 4 + int(impact / 12)
    half = np.pi / 4 / panels
    middles = half * (2 * np.arange(panels) + 1)
    theta = (middles[:, None] + half * _PANEL_NODES).ravel()
    return np.sin(theta), np.cos(theta) * np.tile(_PANEL_WEIGHTS, panels) * half


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


def smeared_nulls_waves(spins: np.ndarray, x: np.ndarray, count: int, dimension: int) -> np.ndarray:
    """The same for many even spins at once, with nodes that resolve every b = 2 J sqrt(x): (spins, len(x), count).

    Error below 1e-9 of the largest entry, up to x = 1, where the poles at y = 1 cancel between the terms.
    """
    found = np.empty((len(spins), len(x), count))
    for block in np.array_split(np.arange(len(x)), -(-len(x) // _BLOCK)):
        p, weights = _nodes(2 * int(max(spins)) * float(np.sqrt(x[block].max())))
        y = p * p * x[block, None]
        smeared = functions(count, p) * weights[:, None]
        front = (2 - y) / (1 - y) ** 2
        slope = 4 / (dimension - 2) * y / (1 - y * y)
        flat = (-(y**2) * (4 - 3 * y) / (1 - y) ** 2 - 2 - 3 * y) @ smeared
        rising = slope @ smeared
        found_waves = waves([int(spin) for spin in spins], y, dimension)
        for k, spin in enumerate(spins):
            wave = found_waves[int(spin)] * front
            found[k, block] = wave @ smeared + flat + casimir(int(spin), dimension) * rising
    return found


def smeared_nulls_regge(xi: np.ndarray, count: int, dimension: int) -> np.ndarray:
    """The same for J -> infinity at fixed xi = X x, where P_J -> 0F1(; D/2-1; -xi p^2)."""
    p, weights = _nodes(2 * float(np.sqrt(xi.max(initial=0.0))))
    z = p**2 * xi[:, None]
    kernel = 2 * hyp0f1(dimension / 2 - 1, -z) - 2 + 4 * z / (dimension - 2)
    return np.asarray((kernel * weights) @ functions(count, p))


def smeared_nulls_eikonal(x: np.ndarray, count: int, dimension: int) -> np.ndarray:
    """Limit of the rows over X for J -> infinity at fixed x: 4/(D-2) int f_k y/(1-y^2), y = p^2 x < 1."""
    # p = 1 - v^8 resolves the logarithm at x = 1
    v = MOMENTA
    p, weights = 1 - v**8, MOMENTUM_WEIGHTS * 8 * v**7
    y = p**2 * x[:, None]
    # 1 - y without cancellation
    below_one = (1 - x[:, None]) + x[:, None] * v**8 * (1 + p)
    kernel = 4 / (dimension - 2) * y / (below_one * (1 + y))
    return np.asarray((kernel * weights) @ functions(count, p))


def functions_at_the_end(count: int) -> np.ndarray:
    """f_k(1): the rows of J -> infinity grow like f_k(1) X log(1/(1-x)) for x -> 1."""
    return np.asarray(functions(count, np.ones(1))[0])


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
