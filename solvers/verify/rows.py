"""The forward sum rules, expanded from their definition for the verifier alone.

A_k(t), k = 2j, is <(2m^2+t)/(m^2+t) P_J(1+2t/m^2) / [m^2(m^2+t)]^j> for the heavy states and
[w^j] M(w, t), w = s(s+t), for the tree amplitude M = sum g_pq (2(w+t^2))^p (-t w)^q.
"""

from __future__ import annotations

from math import comb

from flint import fmpq, fmpq_poly

Coupling = tuple[int, int]


def infrared(j: int, power: int) -> dict[Coupling, fmpq]:
    """[t^power] of [w^j] of the tree amplitude, by expanding the binomial."""
    side: dict[Coupling, fmpq] = {}
    for q in range(j + 1):
        # (2(w+t^2))^p (-t w)^q holds w^j t^{2(p-j+q)+q}
        twice = power - q + 2 * j - 2 * q
        p = twice // 2
        if twice % 2 == 0 and p >= 0 and 0 <= j - q <= p:
            side[p, q] = fmpq((-1) ** q * 2**p * comb(p, j - q))
    return side


def wave_series(length: int, dimension: int) -> list[fmpq_poly]:
    """P_J(1+2z) = 2F1(-J, J+D-3; D/2-1; -z) to z^(length-1), as polynomials in X = J(J+D-3)."""
    series = [fmpq_poly([1])]
    for i in range(length - 1):
        # (-J+i)(J+D-3+i) = -(X - i(i+D-3)), and the argument is -z
        ratio = fmpq_poly([-i * (i + dimension - 3), 1])
        series.append(series[-1] * ratio / ((fmpq(dimension, 2) - 1 + i) * (1 + i)))
    return series


def ultraviolet(j: int, length: int, dimension: int) -> list[fmpq_poly]:
    """[z^r], r < length, of (2+z)(1+z)^(-j-1) P_J(1+2z), z = t/m^2, as polynomials in X."""
    waves = wave_series(length, dimension)
    factor = _mass_series(j, length)
    return [sum((waves[r - i] * factor[i] for i in range(r + 1)), fmpq_poly([0])) for r in range(length)]


def _mass_series(j: int, length: int) -> list[fmpq]:
    """(2+z)(1+z)^(-j-1) to z^(length-1): each division by 1+z is a running alternating sum."""
    series = ([fmpq(2), fmpq(1)] + [fmpq(0)] * length)[:length]
    for _ in range(j + 1):
        for r in range(1, length):
            series[r] -= series[r - 1]
    return series
