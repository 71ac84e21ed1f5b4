"""Partial waves in D dimensions: the Casimir X = J(J+D-3) and P_J near the forward limit.

P_J is the Gegenbauer polynomial normalised to P_J(1) = 1.  Conventions: docs/theory/conventions.md.
"""

from __future__ import annotations

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
