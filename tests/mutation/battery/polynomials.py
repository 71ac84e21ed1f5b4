"""Proofs that polynomials are non-negative, against polynomials negative at one place only."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise, product

from flint import fmpq, fmpz, fmpz_poly

from tests.mutation.battery.common import Check, Verifier, collector, exact, not_proved, patched

CHECKS: list[Check] = []
check = collector(CHECKS)
X = fmpz_poly([0, 1])


@check("nonnegative.py")
def intervals(v: Verifier) -> None:
    """Touching zero is proved, below by a little is not: at the ends, inside, on and off dyadic points."""
    prove = v.nonnegative.prove_on_interval
    thin = 10**9
    one = fmpz_poly([1])
    for p in (
        one,
        0 * one,
        X,
        1 - X,
        (2 * X - 1) ** 2,
        (3 * X - 1) ** 2,
        (3 * X - 1) ** 2 * (2 - X),
        X * (1 - X),
        (3 * X - 1) ** 4 * (7 * X - 5) ** 2 * (X + 1),
        (7 * X * X - 1) ** 2 * (3 - 2 * X),
        X**3 * (1 - X) ** 2,
        (3 * X - 1) ** 2 * thin + 1,
        (1 - X) ** 5 + X**7,
        (5 * X - 1) ** 2 * X,
        (5 * X - 2) ** 2 * (1 - X),
    ):
        assert prove(p) >= 1
    for p in (
        -one,
        X * thin - 1,
        (1 - X) * thin - 1,
        (2 * X - 1) ** 2 * thin - 1,
        (3 * X - 1) ** 2 * thin - 1,
        -X,
        X - 1,
        -(X * X),
        -((3 * X - 1) ** 2),
        (3 * X - 1) ** 2 * (1 - 2 * X),
        (3 * X - 1) ** 3,
        1 - 3 * X,
        (8 * X - 1) * (X - 1),
        (3 * X - 1) ** 2 * (X - 2),
        (7 * X - 3) ** 2 * ((3 * X - 1) ** 2 * thin - 1),
        (16 * X - 15) ** 2 * thin - 1,
        (16 * X - 1) ** 2 * thin - 1,
    ):
        not_proved(v, prove, p)


@check("nonnegative.py")
def places_of_intervals(v: Verifier) -> None:
    """The place named is where the polynomial is negative."""
    for p in (
        (4 * X - 1) ** 2 * 10**6 - 1,
        (4 * X - 3) ** 2 * 10**6 - 1,
        1 - 3 * X,
        X * 9 - 1,
        (9 * X - 8) * (9 * X - 7),
    ):
        try:
            v.nonnegative.prove_on_interval(p)
        except v.NotProved as failure:
            at = Fraction(failure.at)  # an end of a box that has a negative end
            places = [at, *(at + Fraction(1, 2**k) for k in range(21))]
            assert any(exact(p(fmpq(y.numerator, y.denominator))) < 0 for y in places if 0 <= y <= 1)
        else:
            raise AssertionError("proved")


@check("nonnegative.py")
def budget_of_intervals(v: Verifier) -> None:
    """Double roots end in the square-free part, positive or not, and what stays undecided is refused."""
    prove = v.nonnegative.prove_on_interval
    assert prove((3 * X - 1) ** 2) < 10
    for factor in (1, 2 - X):  # non-negative at all ends of boxes until the double root at 1/3 stops the search
        not_proved(v, prove, (3 * X - 1) ** 2 * (2 * X - 1) * (4 * X - 3) * factor)
        prove((3 * X - 1) ** 2 * (2 * X - 1) ** 2 * (4 * X - 3) ** 2 * factor)
    thin = (3 * X - 1) ** 2 * 10**9 + 1
    with patched(v.nonnegative, MAX_BOXES=4):
        not_proved(v, prove, thin)
        not_proved(v, v.nonnegative.prove_on_square, [[c] for c in thin.coeffs()])
    prove(thin)
    zero = table_of(near_point(Fraction(1, 3), Fraction(1, 3), 0), 3, 3)
    with patched(v.nonnegative, MAX_BOXES=60):
        not_proved(v, v.nonnegative.prove_on_square, zero)
    with patched(v.nonnegative, _MAX_DEPTH=12):
        not_proved(v, v.nonnegative.prove_on_square, zero)
        not_proved(v, prove, (3 * X - 1) ** 2 * 10**12 + 1)
    assert v.nonnegative._half_matrices(1)[0].entries() == [1]


def table_of(polynomial: dict[tuple[int, int], int], rows: int, columns: int) -> list[list[fmpz]]:
    return [[fmpz(polynomial.get((i, k), 0)) for k in range(columns)] for i in range(rows)]


def near_point(u: Fraction, w: Fraction, below: int) -> dict[tuple[int, int], int]:
    """10^6 [(u-u0)^2 + (w-w0)^2] - below, with integers."""
    a, b, c, d, size = u.numerator, u.denominator, w.numerator, w.denominator, 10**6
    return {
        (0, 0): size * (a * a * d * d + c * c * b * b) - below,
        (1, 0): -2 * size * a * b * d * d,
        (2, 0): size * b * b * d * d,
        (0, 1): -2 * size * c * d * b * b,
        (0, 2): size * d * d * b * b,
    }


@check("nonnegative.py", "large_spin.py")
def squares(v: Verifier) -> None:
    prove = v.nonnegative.prove_on_square
    places = [Fraction(0), Fraction(1), Fraction(1, 3), Fraction(5, 8), Fraction(1, 64), Fraction(63, 64)]
    for u, w in product(places, places):
        prove(table_of(near_point(u, w, -1000), 3, 3))
        prove(table_of(near_point(u, w, -1000), 4, 5))
        not_proved(v, prove, table_of(near_point(u, w, 1), 3, 3))
        not_proved(v, prove, table_of(near_point(u, w, 1), 5, 4))
    for values in product((-1, 1), repeat=4):  # bilinear through the corners
        a, b, c, d = values
        table = [[fmpz(a), fmpz(b - a)], [fmpz(c - a), fmpz(d - b - c + a)]]
        (not_proved(v, prove, table) if min(values) < 0 else prove(table))
    line = [[fmpz(10**6)], [fmpz(-6 * 10**6)], [fmpz(9 * 10**6)]]
    for below in (-1, 1):
        along = [[line[0][0] - below], *line[1:]]
        across = [[row[0] for row in along]]
        for table in (along, across):
            (not_proved(v, prove, table) if below > 0 else prove(table))
    prove([[fmpz(0)]])
    not_proved(v, prove, [[fmpz(-1)]])
    # w ((3u-1)^2 + w - small) is zero on an edge; negative just inside it
    not_proved(v, prove, table_of({(0, 1): 10**6 - 1, (1, 1): -6 * 10**6, (2, 1): 9 * 10**6, (0, 2): 10**6}, 3, 3))


@check("nonnegative.py")
def halves(v: Verifier) -> None:
    """De Casteljau's matrices give the Bernstein coefficients of the halves, exactly."""
    for count in (1, 2, 3, 6):
        d = count - 1
        to = v.nonnegative._to_bernstein(count)
        left, right = v.nonnegative._half_matrices(count)
        scale = exact(to[0, 0])
        for k in range(count):  # the monomial y^k on [0, 1], on [0, 1/2] and [1/2, 1]
            power = [Fraction(int(to[i, k])) / scale for i in range(count)]
            value = bernstein_value(power, Fraction(2, 7))
            assert value == Fraction(2, 7) ** k
            for half, start in ((left, Fraction(0)), (right, Fraction(1, 2))):
                piece = [sum(Fraction(int(half[i, m])) * power[m] for m in range(count)) / 2**d for i in range(count)]
                assert bernstein_value(piece, Fraction(2, 7)) == (start + Fraction(1, 7)) ** k


def bernstein_value(coefficients: list[Fraction], y: Fraction) -> Fraction:
    while len(coefficients) > 1:
        coefficients = [(1 - y) * a + y * b for a, b in pairwise(coefficients)]
    return coefficients[0]


# x^shift sum table[e][d] x^e X^d with d <= e + shift, and the same in numbers
TABLE = [[3, -2, 0, 0], [5, 7, -4, 0], [-1, 0, 2, 1]]


@check("large_spin.py")
def squares_of_large_spins(v: Verifier) -> None:
    """Both squares give the table at their (x, X), divided by positive factors."""
    for start, shift in ((20, 1), (7, 2), (42, 3)):
        near, far = v.large_spin.boxes([[fmpz(c) for c in line] for line in TABLE], start, shift)
        for u, w in ((Fraction(1, 3), Fraction(2, 5)), (Fraction(1), Fraction(1)), (Fraction(4, 7), Fraction(1, 9))):
            big = start / w
            assert at(near, u, w) == value(TABLE, u * w, big) * w**shift
            x, ratio = w, u  # xi = start/ratio, X = xi/x
            top = len(TABLE[0]) - 1
            big = start / (ratio * x)
            assert at(far, ratio, x) == value(TABLE, x, big) * ratio**top * x**shift
    moved = v.large_spin._from([[fmpz(c) for c in line] for line in TABLE], fmpq(2, 5))
    for u, w in ((Fraction(1, 3), Fraction(2, 5)), (Fraction(1), Fraction(1, 2)), (Fraction(0), Fraction(1, 7))):
        assert at(moved, u, w) == 25 * value(TABLE, Fraction(2, 5) + u * Fraction(3, 5), w)
    not_proved(v, v.large_spin.boxes, [[fmpz(0), fmpz(0), fmpz(1)]], 20, 1)
    v.large_spin.boxes([[fmpz(0), fmpz(1)]], 20, 1)


def at(table: list[list[fmpz]], u: Fraction, w: Fraction) -> Fraction:
    return sum((int(c) * u**i * w**k for i, row in enumerate(table) for k, c in enumerate(row)), Fraction(0))


def value(table: list[list[int]], x: Fraction, big: Fraction) -> Fraction:
    return sum((c * x**e * big**d for e, row in enumerate(table) for d, c in enumerate(row)), Fraction(0))


@check("large_spin.py")
def regions_of_large_spins(v: Verifier) -> None:
    """(xi - xi_0)^2 + c x - small, negative at one xi near x = 0 only: within, beyond the split, beyond a reach."""
    prove, beyond = v.large_spin.prove_nonnegative, v.large_spin.prove_nonnegative_beyond
    start = 30
    for place, reach in ((5, 4), (29, 4), (15, 4), (8, 4), (5, 6), (29, 30), (30, 30), (31, 30), (300, 30), (0, 1)):
        for below in (-1, 1):
            # 10^4 (X x - place)^2 + x - below
            table = [
                [fmpz(10**4 * place**2 - below), fmpz(0), fmpz(0)],
                [fmpz(1), fmpz(-2 * 10**4 * place), fmpz(0)],
                [fmpz(0), fmpz(0), fmpz(10**4)],
            ]
            (not_proved(v, prove, table, start, 0) if below > 0 else prove(table, start, 0))
            hidden = place < reach
            (beyond(table, start, reach) if below < 0 or hidden else not_proved(v, beyond, table, start, reach))
    # falls without end at large xi; at x = 1 only; at the smallest X only
    not_proved(v, prove, [[fmpz(10**9), fmpz(0)], [fmpz(0), fmpz(-1)]], start, 0)
    not_proved(v, beyond, [[fmpz(10**9), fmpz(0)], [fmpz(0), fmpz(-1)]], start, 3)
    prove([[fmpz(1)], [fmpz(-1)]], start, 0)
    not_proved(v, prove, [[fmpz(10**9)], [fmpz(-(10**9) - 1)]], start, 0)
    prove([[fmpz(-start), fmpz(1)]], start, 1)
    not_proved(v, prove, [[fmpz(-start - 1), fmpz(1)]], start, 1)
