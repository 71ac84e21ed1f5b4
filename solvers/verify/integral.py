"""Rigorous upper bounds on integrals of the positive part of a functional, spin by spin and in the tail.

The measure of spin J is (n_J/pi) x^(D/2-3) dx on x = 1/m^2 in [0, 1], so that with a functional
x^2 P(x) the integrand is (n_J/pi) x^(D/2-1) P_+.  Where the sign of P is proved by Bernstein
coefficients the integral is evaluated in balls; intervals around the roots, far too short to
matter, are bounded by their length.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

from flint import arb, fmpq, fmpz, fmpz_poly

from solvers.verify.budget import spend
from solvers.verify.large_spin import prove_nonnegative_beyond
from solvers.verify.nonnegative import NotProved, prove_on_interval

#: halvings of an interval before the rest is bounded by its length
_DEPTH = 26
#: the weights of the tail are summed spin by spin up to so many times its first spin
_SUMMED = 8

Table = Sequence[Sequence[fmpz]]


def spin_weight(spin: int, dimension: int) -> arb:
    """n_J / pi = (4 pi)^(D/2) (D+2J-3) Gamma(D+J-3) / (pi^2 Gamma(D/2-1) Gamma(J+1))."""
    return arb(_multiplicity(spin, dimension)) * _prefactor(dimension)


def _multiplicity(spin: int, dimension: int) -> fmpz:
    """(D+2J-3) Gamma(D+J-3) / Gamma(J+1)."""
    ratio = fmpz(dimension + 2 * spin - 3)
    for k in range(1, dimension - 3):
        ratio *= spin + k
    return ratio


def _prefactor(dimension: int) -> arb:
    half = arb(dimension) / 2
    return (4 * arb.pi()) ** half / (arb.pi() ** 2 * (half - 1).gamma())


def positive_part(coefficients: Sequence[fmpz], dimension: int, low: fmpq, high: fmpq) -> arb:
    """Upper bound on int_low^high x^(D/2-1) P_+ dx for P = sum coefficients[e] x^e."""
    if low >= high:
        return arb(0)
    degree = len(coefficients) - 1
    piece, scale = _on_unit_interval(coefficients, low, high)
    one_plus = fmpz_poly([1, 1])
    total, stack = arb(0), [(piece, fmpz(0), 0)]
    while stack:
        current, index, depth = stack.pop()
        spend()
        ascending = [current[i] for i in range(degree + 1)]
        bernstein = fmpz_poly(ascending[::-1])(one_plus)
        values = [bernstein[i] for i in range(degree + 1)]
        if max(values) <= 0:
            continue
        start = low + (high - low) * fmpq(index, fmpz(1) << depth)
        end = low + (high - low) * fmpq(index + 1, fmpz(1) << depth)
        if min(values) >= 0:
            total += _primitive(coefficients, dimension, end) - _primitive(coefficients, dimension, start)
        elif depth >= _DEPTH:
            # a Bernstein coefficient is values[i] / C(d, i); `current` is 2^(d depth) scale times P
            highest = max(fmpq(v, comb(degree, i)) for i, v in enumerate(values))
            bound = highest / (scale * fmpq(fmpz(1) << (degree * depth)))
            total += _ball(bound * (end - start)) * _power(end, dimension - 2)
        else:
            left = fmpz_poly([c << (degree - i) for i, c in enumerate(ascending)])
            stack.append((left, 2 * index, depth + 1))
            stack.append((left(one_plus), 2 * index + 1, depth + 1))
    return total


def _on_unit_interval(coefficients: Sequence[fmpz], low: fmpq, high: fmpq) -> tuple[fmpz_poly, fmpq]:
    """scale * P(low + (high-low) y) with integer coefficients, and the positive scale."""
    degree = len(coefficients) - 1
    below = low.q * high.q
    start, width = (low * below).p, ((high - low) * below).p
    line = fmpz_poly([start, width])
    total, power = fmpz_poly([0]), fmpz_poly([1])
    for e, c in enumerate(coefficients):
        total += power * (c * below ** (degree - e))
        power *= line
    return total, fmpq(below**degree)


def _primitive(coefficients: Sequence[fmpz], dimension: int, x: fmpq) -> arb:
    """int_0^x y^(D/2-1) P dy."""
    if x == 0:
        return arb(0)
    terms = sum((fmpq(2 * c, 2 * e + dimension) * x**e for e, c in enumerate(coefficients)), fmpq(0))
    return _ball(terms) * _power(x, dimension)


def _power(x: fmpq, twice: int) -> arb:
    """x^(twice/2)."""
    whole = _ball(x ** (twice // 2))
    return whole * _ball(x).sqrt() if twice % 2 else whole


def _ball(value: fmpq) -> arb:
    return arb(value.p) / arb(value.q)


def tail(table: Table, dimension: int, spin: int, reach: int) -> arb:
    """A ball that holds an upper bound on the sum over even J >= spin of (n_J/pi) int_0^1 x^(D/2-1) P_+ dx.

    table[e][d]: coefficient of x^e X^d, d <= e.  reach: P <= 0 is proved for xi = X x >= reach.
    With theta = X(spin)/X in [0, 1], P = sum_i theta^i a_i(xi) <= (1-theta) a_0 + theta G, where
    G = a_0 + a_1 + the positive coefficients of the other a_i; P_+ is convex, so that the sum is at most
    sum (1-theta) I(a_0) + theta I(G), with I the integral over xi.  Derived in docs/theory/full_unitarity.md.
    Raises NotProved if P > 0 beyond reach cannot be excluded.
    """
    start = spin * (spin + dimension - 3)
    if reach > start:
        raise NotProved("no sign is known at large xi")
    prove_nonnegative_beyond([[-c for c in line] for line in table], start, reach)
    degree = len(table) - 1
    limit, cover = [fmpz(0)] * (degree + 1), [fmpz(0)] * (degree + 1)  # a_0, and G times start^degree
    for e, line in enumerate(table):
        for d, c in enumerate(line[: e + 1]):
            if d == e:
                limit[e] = c
            if d >= e - 1 or c > 0:
                cover[e] += c * fmpz(start) ** (degree - (e - d))
    first = positive_part(limit, dimension, fmpq(0), fmpq(reach))
    second = positive_part(cover, dimension, fmpq(0), fmpq(reach)) / arb(fmpz(start) ** degree)
    weight, slope = _tail_weights(dimension, spin)
    return weight * first + slope * (second - first)


def _tail_weights(dimension: int, spin: int) -> tuple[arb, arb]:
    """Balls: one that holds an upper bound on W, the sum over even J >= spin of w_J = (n_J/pi) X^(-D/2), and
    one that holds the sum of w_J X(spin)/X.

    Spin by spin up to a multiple of the first one; the rest is bounded.
    """
    start, last = spin * (spin + dimension - 3), _SUMMED * spin
    weight, slope = arb(0), arb(0)
    for current in range(spin, last, 2):
        spend()
        casimir = current * (current + dimension - 3)
        term = arb(_multiplicity(current, dimension)) / _power(fmpq(casimir), dimension)
        weight += term
        slope += term * start / casimir
    rest = _tail_weight(dimension, last)
    share = rest * start / (last * (last + dimension - 3)) * arb(0.5, 0.5)  # at least 0
    return weight * _prefactor(dimension) + rest, slope * _prefactor(dimension) + share


def _tail_weight(dimension: int, spin: int) -> arb:
    """Upper bound on sum over even J >= spin of (n_J/pi) X^(-D/2).

    With L = J + (D-3)/2: Gamma(D+J-3)/Gamma(J+1) <= L^(D-4) (arithmetic and geometric mean),
    X = L^2 - ((D-3)/2)^2, and sum L^-3 <= 1/(4 (L_0-1)^2) since L^-3 is convex.
    """
    half = arb(dimension - 3) / 2
    first = arb(spin) + half
    shrink = (1 - (half / first) ** 2) ** (-arb(dimension) / 2)
    return _prefactor(dimension) * 2 * shrink / (4 * (first - 1) ** 2)


def prove_nonpositive(coefficients: Sequence[fmpz], low: fmpq) -> None:
    """Prove P <= 0 on [low, 1] or raise NotProved."""
    if low < 1:
        prove_on_interval(-_on_unit_interval(coefficients, low, fmpq(1))[0])
