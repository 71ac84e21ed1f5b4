"""Partial waves in D dimensions: the Casimir X = J(J+D-3) and P_J near the forward limit.

P_J is the Gegenbauer polynomial normalised to P_J(1) = 1.  Conventions: docs/theory/conventions.md.
"""

from __future__ import annotations

from math import gamma, pi

from flint import fmpq, fmpq_poly


def casimir(spin: int, dimension: int) -> int:
    """X = J(J+D-3), the only way in which the spin enters a forward sum rule."""
    return spin * (spin + dimension - 3)


def forward_taylor(count: int, dimension: int) -> list[fmpq_poly]:
    """p_0..p_{count-1} with P_J(1+2z) = sum_r p_r(X) z^r, each a polynomial of degree r in X.

    p_r(X) = prod_{i<r} (X - i(i+D-3)) / ((D/2-1)_r r!), the hypergeometric series of P_J
    (2011.02957, eq. 2.9).
    """
    series, current = [], fmpq_poly([1])
    for r in range(count):
        series.append(current)
        scale = fmpq(1) / ((fmpq(dimension, 2) - 1 + r) * (r + 1))
        current = current * fmpq_poly([-casimir(r, dimension), 1]) * scale
    return series


def spin_weight(spin: int, dimension: int) -> float:
    """n_J / (pi U), the weight of spin J in the heavy average in units of U = (4 pi)^(D/2).

    n_J/U = (D+2J-3) Gamma(D+J-3) / (pi Gamma(D/2-1) Gamma(J+1)); 16 pi (2J+1)/(4 pi)^2 in D = 4.
    """
    ratio = 1.0
    for k in range(1, dimension - 3):
        ratio *= float(spin + k)
    return float((dimension + 2 * spin - 3) * ratio / (pi**2 * gamma(dimension / 2 - 1)))


def tail_weight(spin: int, dimension: int) -> float:
    """sum over even J >= spin of n_J / (pi U) (1 + X)^(-D/2), by Euler-Maclaurin beyond 20000."""
    last = max(20_000, 2 * spin)
    total = sum(
        spin_weight(j, dimension) * (1.0 + casimir(j, dimension)) ** (-dimension / 2) for j in range(spin, last, 2)
    )
    # n_J (1+X)^(-D/2) ~ 2 L^-3 times the prefactor, L = J + (D-3)/2, summed over every other J
    return float(total) + 2 / (pi**2 * gamma(dimension / 2 - 1)) / (4 * (last - 1 + (dimension - 3) / 2) ** 2)
