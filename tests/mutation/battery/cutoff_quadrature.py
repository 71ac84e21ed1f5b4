"""Quadrature for the weak-gravity certificates: the spline as polynomials, sums over spins at one x."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache, reduce
from operator import mul
from typing import Any

import mpmath

from tests.mutation.battery.common import Verifier, load, real

NAME = "cutoff_6_20_20"


def document(bump: bool = False) -> dict[str, Any]:
    """The genuine certificate, whose int f dp is zero, or with `bump` a spline g > 0 that eliminates nothing."""
    data = load(NAME)
    if not bump:
        return data
    breaks = [Fraction(t) for t in data["breaks"]]
    alpha, beta = [Fraction(0)] * len(breaks), [Fraction(0)] * len(breaks)
    for line, order, first in ((alpha, 4, 1), (beta, 5, 3)):
        for i in range(first, first + order):
            line[i] = 1 / product(breaks[i] - breaks[k] for k in range(first, first + order) if k != i)
    return {**data, "contacts": 0, "alpha": [str(-a) for a in alpha], "beta": [str(b) for b in beta]}


def product(factors: Iterable[Fraction]) -> Fraction:
    return reduce(mul, factors, Fraction(1))


def spline(data: dict[str, Any]) -> list[tuple[Fraction, Fraction, list[Fraction]]]:
    """(q_i, q_{i+1}, coefficients of g): the truncated powers summed."""
    breaks, alpha, beta = ([Fraction(t) for t in data[name]] for name in ("breaks", "alpha", "beta"))
    total, found = [Fraction(0)] * 4, []
    for i, (q, a, b) in enumerate(zip(breaks, alpha, beta, strict=True)):
        for k, c in enumerate((a * q * q - b * q**3, -2 * a * q + 3 * b * q * q, a - 3 * b * q, b)):
            total[k] += c
        if i + 1 < len(breaks):
            found.append((q, breaks[i + 1], list(total)))
    return found


@lru_cache(maxsize=5)
def points(
    count: int = 3, bump: bool = False
) -> list[tuple[mpmath.mpf, mpmath.mpf, mpmath.mpf, mpmath.mpf, mpmath.mpf]]:
    """Quadrature on every piece: q, weight, g, g', g''."""
    rule = mpmath.calculus.quadrature.GaussLegendre(mpmath.mp).calc_nodes(count, 150)
    found = []
    with mpmath.workdps(35):
        for low, high, c in spline(document(bump)):
            coefficients = [real(v) for v in c]
            middle, half = (real(low) + real(high)) / 2, (real(high) - real(low)) / 2
            for u, w in rule:
                q = middle + half * u
                g = sum(v * q**k for k, v in enumerate(coefficients))
                slope = sum(k * v * q ** (k - 1) for k, v in enumerate(coefficients) if k)
                curve = sum(k * (k - 1) * v * q ** (k - 2) for k, v in enumerate(coefficients) if k > 1)
                found.append((q, w * half, g, slope, curve))
    return found


def phi(y: Any) -> Any:
    return (2 - y) / (1 - y) ** 2


@lru_cache(maxsize=20)
def node_sum(x: Fraction, last: int, bump: bool = False) -> mpmath.mpf:
    """sum over even J <= last of (2J+1) |K_J| / 2, K_J = (x^2/2) int dq g phi(qx) P_J(1-2qx)."""
    with mpmath.workdps(35):
        place = real(x)
        total = [mpmath.mpf(0)] * (last + 1)
        for q, w, g, _, _ in points(5, bump):
            y = q * place
            front = w * g * phi(y)
            before, now = mpmath.mpf(1), 1 - 2 * y
            for spin in range(last + 1):
                total[spin] += front * before
                before, now = now, ((2 * spin + 3) * (1 - 2 * y) * now - (spin + 1) * before) / (spin + 2)
        return sum((2 * spin + 1) * abs(place**2 / 2 * total[spin]) / 2 for spin in range(0, last + 1, 2))


def replaced(v: Verifier, certificate: Any, **changes: Any) -> Any:
    names = ("p_min", "contacts", "breaks", "alpha", "beta", "nodes", "last_spin", "bound")
    return v.cutoff_document.CutoffCertificate(**{**{n: getattr(certificate, n) for n in names}, **changes})
