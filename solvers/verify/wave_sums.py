"""Sums of Legendre polynomials over points in [-1, 1], without the growth of balls in the recurrence.

The recurrence J e_J = (2J-1) z e_{J-1} - (J-1) e_{J-2} is stable for |z| <= 1, though balls, which forget how
the errors are correlated, grow like 2.4^J in it.  With E_J = e_J^2 + e_{J-1}^2 - 2 z e_J e_{J-1} and
J (e_J - z e_{J-1}) = (J-1) (z e_{J-1} - e_{J-2}),

    E_J = (1-1/J)^2 (z e_{J-1} - e_{J-2})^2 + (1-z^2) e_{J-1}^2 <= E_{J-1},

so what a rounding error of size 1 at step k becomes has E_J <= 1, hence |e_J - z e_{J-1}| <= 1 and |e_J| <= J-k+1.
Errors of at most d in each step are at most d (J+1) (J+2) / 2 together (derived here).
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb, arb_mat, ctx, fmpq

#: error of one step, in units of 2^-precision
_STEP = 32


def wave_sums(cosines: Sequence[fmpq], weights: Sequence[Sequence[fmpq]], last: int) -> list[list[arb]]:
    """[J][l]: balls of sum_i weights[i][l] P_J(cosines[i]), J = 0..last, |cosines| <= 1, at the working precision."""
    assert all(abs(z) <= 1 for z in cosines)
    error = arb(_STEP * (last + 1) * (last + 2)) / 2 * arb(2) ** -ctx.prec
    assert error < arb("0.01")
    balls = [[arb(c) for c in row] for row in weights]
    widths = [arb(0, (error * sum((abs(c) for c in column), arb(0))).upper()) for column in zip(*balls, strict=True)]
    sums = arb_mat(_waves([arb(z).mid() for z in cosines], last)) * arb_mat(balls)
    return [[s + width for s, width in zip(row, widths, strict=True)] for row in sums.tolist()]


def _waves(z: list[arb], last: int) -> list[list[arb]]:
    """P_J(z_i), J = 0..last, as exact numbers near them.

    P_{J+1} = z P_J + J/(J+1) (z P_J - P_{J-1}).  Every operation is wrong by at most u = 2 * 2^-precision of its
    result, the point by u.  With |P_J| < 1.05: 2.1 u for z P_J, so 4.2 u for the difference, 8.4 u for its product
    and 11.6 u for the sum, less than 12 u per step.
    """
    rows = [[arb(1)] * len(z), z]
    for spin in range(1, last):
        # converted once: that takes as long as a product
        share = (arb(spin) / (spin + 1)).mid()
        moved = [p * c for p, c in zip(z, rows[-1], strict=True)]
        rows.append([(m + share * (m - d)).mid() for m, d in zip(moved, rows[-2], strict=True)])
    return rows[: last + 1]
