"""Graviton exchange between massless scalars, at tree level, exact.

    M = 8 pi G (st/u + su/t + tu/s),    8 pi G = 1/M_P^2 (reduced Planck mass; D-dimensional G)

With w = s(s+t) = -su it is -w/t - 2t - t^3/w times 8 pi G, so that only A_2(t) = [w^1] M sees it:
A_2 holds 8 pi G/(-t), and every A_k with k >= 4 none of it (2102.08951, eq. 2.4 and 2.17).
"""

from __future__ import annotations

from typing import Any


def exchange(s: Any, t: Any) -> Any:
    """The amplitude in units of 8 pi G at s + t + u = 0; any number type that divides (float, complex, fmpq, sympy)."""
    u = -s - t
    return s * t / u + s * u / t + t * u / s


def sum_rule_term(k: int, t: Any) -> Any:
    """What the exchange contributes to A_k(t) in units of 8 pi G: 1/(-t) for k = 2, nothing for k = 4, 6, ..."""
    return 1 / -t if k == 2 else t * 0
