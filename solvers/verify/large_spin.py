"""The region of all real X >= X*, x in [0, 1] as two unit squares.

With xi = X x: near is xi <= X*, where x = u v, xi = u X*, v = X*/X; far is xi >= X*, where
w = X*/xi and x are in [0, 1].
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import fmpq, fmpz, fmpz_poly

from solvers.verify.nonnegative import NotProved, prove_on_square

Table = Sequence[Sequence[fmpz]]


def boxes(table: Table, start: int, shift: int) -> tuple[list[list[fmpz]], list[list[fmpz]]]:
    """Coefficients on the near square in (u, v), divided by u^shift, and on the far one in (w, x).

    table[e][d]: coefficient of x^(e+shift) X^d, d <= e + shift; start: X*.  Raises NotProved if
    a power of X is too high.
    """
    width, degree = len(table[0]), len(table) - 1 + shift
    near = [[fmpz(0)] * (degree + 1) for _ in table]
    far = [[fmpz(0)] * (degree + 1) for _ in range(width)]
    for e, line in enumerate(table):
        for d, c in enumerate(line):
            if c == 0:
                continue
            if d > e + shift:
                raise NotProved("the functional grows too fast with the spin for the large-spin proof")
            near[e][e + shift - d] += c * fmpz(start) ** d
            far[width - 1 - d][e + shift - d] += c * fmpz(start) ** d
    return near, far


def prove_nonnegative(table: Table, start: int, shift: int) -> None:
    """Prove sum table x^e X^d >= 0 for all real X >= start, x in (0, 1]; raises NotProved."""
    near, far = boxes(table, start, shift)
    prove_on_square(near)
    prove_on_square(far)


def prove_nonnegative_beyond(table: Table, start: int, reach: int) -> None:
    """The same for xi >= reach only, reach <= start; shift is 0."""
    near, far = boxes(table, start, 0)
    prove_on_square(_from(near, fmpq(reach, start)))
    prove_on_square(far)


def _from(table: list[list[fmpz]], low: fmpq) -> list[list[fmpz]]:
    """Substitute u = low + (1-low) u', times a positive integer."""
    degree = len(table) - 1
    line = fmpz_poly([low.p, low.q - low.p])
    columns = []
    for k in range(len(table[0])):
        total, power = fmpz_poly([0]), fmpz_poly([1])
        for e in range(degree + 1):
            total += power * (table[e][k] * low.q ** (degree - e))
            power *= line
        columns.append([total[i] for i in range(degree + 1)])
    return [[column[i] for column in columns] for i in range(degree + 1)]
