"""Exact proofs that integer polynomials are non-negative on [0,1] and on [0,1]^2.

A polynomial is non-negative on a box if its Bernstein coefficients there are; a box for which
they are not is halved.  Everything is integer arithmetic, so a proof has no rounding.
"""

from __future__ import annotations

from math import comb, lcm

from flint import fmpq, fmpz, fmpz_mat, fmpz_poly

from solvers.verify.budget import spend

#: boxes tried before a proof is given up
MAX_BOXES = 20_000
_MAX_DEPTH = 400


class NotProved(Exception):
    """Non-negativity fails or could not be decided; the message says where.

    at: the point of the interval, if known.
    """

    def __init__(self, message: str, at: float | None = None) -> None:
        super().__init__(message)
        self.at = at


def prove_on_interval(polynomial: fmpz_poly) -> int:
    """Prove polynomial >= 0 on [0, 1]; returns the number of boxes used or raises NotProved.

    Exact double roots inside are handled by dropping even factors.
    """
    try:
        return _bisect_interval(polynomial)
    except _Undecided:
        content, factors = polynomial.factor_squarefree()
        odd = fmpz_poly([1 if content > 0 else -1])
        for factor, power in factors:
            if power % 2:
                odd *= factor
        try:
            return _bisect_interval(odd)
        except _Undecided as stop:
            raise NotProved(str(stop)) from None


class _Undecided(Exception):
    pass


def _bisect_interval(polynomial: fmpz_poly) -> int:
    degree = polynomial.degree()
    if degree < 1:
        if degree == 0 and polynomial[0] < 0:
            raise NotProved("the polynomial is a negative constant")
        return 1
    one_plus = fmpz_poly([1, 1])
    boxes, stack = 0, [(polynomial, fmpz(0), 0)]
    while stack:
        piece, index, depth = stack.pop()
        boxes += 1
        spend()
        # (1+y)^d p(1/(1+y)) has the Bernstein coefficients up to positive binomials
        coefficients = [piece[degree - i] for i in range(degree + 1)]
        bernstein = fmpz_poly(coefficients)(one_plus).coeffs()
        if min(bernstein) >= 0:
            continue
        if piece[0] < 0 or sum(coefficients) < 0:
            at = _negative_place(polynomial, index, depth)
            raise NotProved(f"negative near x = {at:.9g}", at)
        if depth >= _MAX_DEPTH or boxes > MAX_BOXES:
            raise _Undecided(f"undecided near x = {float(fmpq(index, fmpz(1) << depth)):.9g}")
        left = fmpz_poly([c << (degree - i) for i, c in enumerate(reversed(coefficients))])
        stack.append((left(one_plus), 2 * index + 1, depth + 1))
        stack.append((left, 2 * index, depth + 1))
    return boxes


def _negative_place(polynomial: fmpz_poly, index: fmpz, depth: int) -> float:
    """Where in the box [index, index + 1] / 2^depth the polynomial is lowest, of nine places, exactly."""
    places = [fmpq(8 * index + k, fmpz(8) << depth) for k in range(9)]
    doubles = [float(place) for place in places]
    exact = [polynomial(fmpq(*place.as_integer_ratio())) for place in doubles]
    lowest = min(range(9), key=exact.__getitem__)
    # a box may be narrower than the doubles near it: then one of its own places is named
    return doubles[lowest] if exact[lowest] < 0 else float(min(places, key=polynomial))


def prove_on_square(table: list[list[fmpz]]) -> int:
    """Prove sum table[i][k] u^i v^k >= 0 on [0, 1]^2; returns the number of boxes or raises.

    table: rectangular, integers.
    """
    rows, columns = len(table), len(table[0])
    bernstein = _to_bernstein(rows) * fmpz_mat(table) * _to_bernstein(columns).transpose()
    halves = _half_matrices(rows), _half_matrices(columns)
    stack = [(bernstein, 0, 0)]
    boxes = 0
    while stack:
        box, depth_u, depth_v = stack.pop()
        boxes += 1
        spend()
        entries = box.entries()
        if min(entries) >= 0:
            continue
        corners = entries[0], entries[columns - 1], entries[-columns], entries[-1]
        if min(corners) < 0:
            raise NotProved("negative at a corner of a box of the large-spin region")
        if boxes > MAX_BOXES or depth_u + depth_v > _MAX_DEPTH:
            raise NotProved("undecided in the large-spin region")
        if _split_first(box.tolist()):
            stack.extend((half * box, depth_u + 1, depth_v) for half in halves[0])
        else:
            stack.extend((box * half.transpose(), depth_u, depth_v + 1) for half in halves[1])
    return boxes


def _to_bernstein(count: int) -> fmpz_mat:
    """Power to Bernstein coefficients of degree count-1, times a common positive integer."""
    degree = count - 1
    common = lcm(*(comb(degree, k) for k in range(count)))
    return fmpz_mat(
        [[common * comb(i, k) // comb(degree, k) if k <= i else 0 for k in range(count)] for i in range(count)]
    )


def _half_matrices(count: int) -> tuple[fmpz_mat, fmpz_mat]:
    """De Casteljau at 1/2, times 2^(count-1): the left and the right half."""
    degree = count - 1
    left = [[comb(i, k) << (degree - i) if k <= i else 0 for k in range(count)] for i in range(count)]
    right = [row[::-1] for row in left[::-1]]
    return fmpz_mat(left), fmpz_mat(right)


def _split_first(table: list[list[fmpz]]) -> bool:
    """Whether the coefficients vary more along the first variable than along the second."""
    rows, columns = len(table), len(table[0])
    if rows == 1 or columns == 1:
        return columns == 1
    along_first = max(abs(table[i + 1][k] - table[i][k]) for i in range(rows - 1) for k in (0, columns - 1))
    along_second = max(abs(table[i][k + 1] - table[i][k]) for i in (0, rows - 1) for k in range(columns - 1))
    return bool(along_first >= along_second)
