r"""Sums of Legendre polynomials over points in [-1, 1], from the sums of cosines at the same points.

(1 - 2 z r + r^2)^(-1/2) = (1 - r e^{it})^(-1/2) (1 - r e^{-it})^(-1/2), z = cos t, gives

    P_J(cos t) = sum_{k=0}^{J} a_k a_{J-k} cos((J-2k) t),   a_k = C(2k,k)/4^k,

with positive coefficients whose sum is P_J(1) = 1: an error of the cosines does not grow, as it does like
(1+sqrt 2)^J where balls go through the recurrence in J.  The coefficients are the same for all points, so that
one product of matrices serves many sums, and those of even J need even multiples of t only.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import acb, arb, arb_mat, fmpq

from solvers.verify.budget import spend

#: rows of one product of matrices, which is not interrupted
_ROWS = 200


def cosine_sums(points: Sequence[fmpq], weights: Sequence[fmpq], last: int) -> list[arb]:
    """sum_i weights[i] cos(m t_i), cos t_i = points[i], for m = 0..last: the real part of e^{i(step A + r) t}."""
    used = [(z, c) for z, c in zip(points, weights, strict=True) if c != 0]
    if not used:
        return [arb(0)] * (last + 1)
    assert all(abs(z) <= 1 for z, _ in used)
    step = int(last**0.5) + 1
    left: list[list[arb]] = [[] for _ in range(last // step + 1)]
    right: list[list[arb]] = []
    for z, c in used:
        turn = acb(arb(z), arb(1 - z * z).sqrt())
        small = _powers(turn, step)
        large = _powers(small[-1] * turn, len(left))
        right += [[e.real for e in small], [-e.imag for e in small]]
        weight = arb(c)
        for row, e in zip(left, large, strict=True):
            row += [weight * e.real, weight * e.imag]
    found: list[arb] = (arb_mat(left) * arb_mat(right)).entries()
    return found[: last + 1]


def _powers(base: acb, count: int) -> list[acb]:
    """base^0, base^1 ...: halved exponents, since each product of rectangles widens them by up to sqrt 2."""
    found = [acb(1), base]
    for n in range(2, count):
        found.append(found[n // 2] * found[n - n // 2])
    return found[:count]


class EvenWaves:
    """The coefficients of P_0, P_2 ... P_last in cosines, at the working precision of its making."""

    def __init__(self, last: int) -> None:
        central = [arb(1)]
        for k in range(1, last + 1):
            central.append(central[-1] * (2 * k - 1) / (2 * k))
        rows = []
        for half in range(last // 2 + 1):
            row = [(2 if m else 1) * central[half - m] * central[half + m] for m in range(half + 1)]
            rows.append(row + [arb(0)] * (last // 2 - half))
        self.blocks = [arb_mat(rows[i : i + _ROWS]) for i in range(0, len(rows), _ROWS)]

    def sums(self, cosines: arb_mat) -> list[list[arb]]:
        """[J/2][l]: what replaces cos(m t) by P_J(cos t) in column l of (m/2, l), m even."""
        found = []
        for block in self.blocks:
            spend()
            found += (block * cosines).tolist()
        return found
