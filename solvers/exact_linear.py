"""Exact solutions of rational linear systems.

Which columns and rows are independent is found modulo a prime, in milliseconds; the square system they form is
then solved by p-adic lifting.  (A reduced row echelon form of the whole takes tens of times as long, in one step
that nothing can interrupt.)  Whatever the prime, a solution is one: it is nonsingular modulo the prime, hence over
the rationals, and the rows that were left out are checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm

from flint import fmpq, fmpq_mat, fmpz, nmod_mat

from solvers.deadline import checkpoint

_PRIME = (1 << 61) - 1


def first_solution(columns: Sequence[Sequence[fmpq]], vector: Sequence[fmpq]) -> list[fmpq] | None:
    """Coefficients on the first independent columns that give the vector exactly, zero elsewhere; None if none do."""
    checkpoint("spectrum")
    whole = [_integers(column) for column in (*columns, vector)]
    chosen = _leading([[int(column[i] % _PRIME) for column, _ in whole] for i in range(len(vector))])
    if chosen and chosen[-1] == len(columns):
        return None
    rows = _leading([[int(value % _PRIME) for value in whole[k][0]] for k in chosen])
    found = [fmpq(0)] * len(columns)
    if chosen:
        right, scale = whole[-1]
        matrix = fmpq_mat([[whole[k][0][i] for k in chosen] for i in rows])
        solved = matrix.solve(fmpq_mat([[right[i]] for i in rows]), algorithm="dixon")
        for place, k in enumerate(chosen):
            found[k] = solved[place, 0] * whole[k][1] / scale
    for i in set(range(len(vector))).difference(rows):
        if sum((found[k] * columns[k][i] for k in chosen), fmpq(0)) != vector[i]:
            return None
    return found


def _integers(column: Sequence[fmpq]) -> tuple[list[fmpz], int]:
    """A column times its least common denominator, and that."""
    below = lcm(*(int(value.q) for value in column))
    return [value.p * (below // int(value.q)) for value in column], below


def _leading(lines: list[list[int]]) -> list[int]:
    """The columns of a matrix, given by its lines, that do not depend on those before, modulo the prime."""
    if not lines:
        return []
    reduced, rank = nmod_mat(len(lines), len(lines[0]), [v for line in lines for v in line], _PRIME).rref()
    found: list[int] = []
    for line in range(rank):
        found.append(next(k for k in range(found[-1] + 1 if found else 0, len(lines[0])) if int(reduced[line, k])))
    return found
