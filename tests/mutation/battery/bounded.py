"""Integrals of positive parts and bounds from a bounded density, against mpmath."""

from __future__ import annotations

import itertools
from fractions import Fraction
from functools import lru_cache
from math import comb, lcm
from typing import Any

import mpmath
from flint import ctx, fmpq, fmpz, fmpz_poly

from tests.mutation.battery.common import (
    Check,
    Verifier,
    above,
    accepted,
    collector,
    exact,
    fmpq_of,
    holds,
    load,
    not_proved,
    patched,
    real,
    refused,
)
from tests.mutation.battery.sum_rules import state_series, wave_norm

CHECKS: list[Check] = []
check = collector(CHECKS)


@lru_cache(maxsize=5000)
def real_roots(coefficients: tuple[Fraction, ...]) -> list[mpmath.mpf]:
    """Real roots by FLINT's isolation of complex roots, to 40 digits."""
    common = lcm(*(c.denominator for c in coefficients))
    with ctx.workprec(200):
        roots = fmpz_poly([int(c * common) for c in coefficients]).complex_roots()
        return [mpmath.mpf(root.real.mid().str(45, radius=False)) for root, _ in roots if root.imag == 0]


def integral(coefficients: list[Any], dimension: int, low: Fraction, high: Fraction) -> mpmath.mpf:
    """int x^(D/2-1) P_+ by the primitive between the roots that mpmath finds."""
    low, high = real(low), real(high)
    powers = [real(Fraction(c)) for c in coefficients]
    while powers and powers[-1] == 0:
        powers.pop()
    if not powers or low >= high:
        return mpmath.mpf(0)
    places = sorted({low, high, *(r for r in real_roots(tuple(Fraction(c) for c in coefficients)) if low < r < high)})
    total = mpmath.mpf(0)
    for a, b in itertools.pairwise(places):
        if mpmath.polyval(powers[::-1], (a + b) / 2) > 0:
            for e, c in enumerate(powers):
                n = e + mpmath.mpf(dimension) / 2
                total += c * (b**n - a**n) / n
    return total


def covering(coefficients: list[int], dimension: int, low: Fraction, high: Fraction) -> float:
    """What may stand for the integral when an interval is halved once: Bernstein maxima times length."""
    middle, total = (low + high) / 2, 0.0
    for a, b in ((low, middle), (middle, high)):
        degree = len(coefficients) - 1
        local = [
            sum(
                (Fraction(c) * comb(e, k) * a ** (e - k) * (b - a) ** k for e, c in enumerate(coefficients) if e >= k),
                Fraction(0),
            )
            for k in range(degree + 1)
        ]
        bernstein = [
            sum((local[k] * comb(i, k) / comb(degree, k) for k in range(i + 1)), Fraction(0)) for i in range(degree + 1)
        ]
        total += max(float(max(bernstein)), 0.0) * float(b - a) * float(b) ** (dimension / 2 - 1)
    return total


PIECES = [
    [1, -3],
    [-1, 5, -5],
    [2, -13, 24, -13],
    [1, 0, 0, -2],
    [-1, 2, -1],
    [3],
    [-3],
    [0, 0, 1],
    [0, 1, -7, 3, 2],
    [-2, 9, -9],
    [1, -6, 9],
    [-1, 6, -9],
    [1, -7, 12],
    [10**9, -6 * 10**9, 9 * 10**9 - 1],
]
INTERVALS = [
    (Fraction(0), Fraction(1)),
    (Fraction(1, 5), Fraction(6, 7)),
    (Fraction(1, 3), Fraction(1)),
    (Fraction(0), Fraction(5, 2)),
    (Fraction(1, 6), Fraction(5, 6)),
]


@lru_cache(maxsize=1)
def pieces() -> list[tuple[Any, ...]]:
    with mpmath.workdps(40):
        return [
            (c, d, low, high, integral(c, d, low, high))
            for c in PIECES
            for d in (4, 5, 6, 9)
            for low, high in INTERVALS
        ]


@check("integral.py")
def positive_parts(v: Verifier) -> None:
    for coefficients, dimension, low, high, expected in pieces():
        ends = (fmpq(x.numerator, x.denominator) for x in (low, high))
        found = v.integral.positive_part([fmpz(c) for c in coefficients], dimension, *ends)
        if expected == 0:  # a double root from below may leave the length of an interval
            assert 0 <= found.upper() < 1e-12
        else:
            above(found, expected, 1e-12)
    with patched(v.integral, _DEPTH=1):  # intervals that hold a root are bounded by their highest value
        for coefficients, dimension, low, high, expected in pieces():
            ends = (fmpq(x.numerator, x.denominator) for x in (low, high))
            found = v.integral.positive_part([fmpz(c) for c in coefficients], dimension, *ends)
            covers = covering(coefficients, dimension, low, high)
            assert expected * (1 - 1e-15) <= mpmath.mpf(float(found.upper())) <= covers * (1 + 1e-12)
    with patched(v.integral, _DEPTH=0):  # highest value times length
        for scale in (1, 5):
            holds(v.integral.positive_part([fmpz(scale), fmpz(-3 * scale)], 4, fmpq(0), fmpq(1)), scale, 1e-14)
    for low, high in ((fmpq(1), fmpq(1)), (fmpq(1), fmpq(1, 2))):
        assert v.integral.positive_part([fmpz(1)], 4, low, high) == 0


@check("integral.py")
def spin_weights(v: Verifier) -> None:
    with mpmath.workdps(50):
        for dimension in (4, 5, 6, 7, 12):
            for spin in (0, 2, 10, 60):
                holds(v.integral.spin_weight(spin, dimension), wave_norm(spin, dimension) / mpmath.pi, 1e-14)
        holds(v.integral._power(fmpq(2, 7), 5), mpmath.sqrt(mpmath.mpf(2) / 7) ** 5, 1e-14)


@lru_cache(maxsize=100)
def tail_sum(dimension: int, spin: int) -> mpmath.mpf:
    """sum over even J >= spin of (n_J/pi) X^(-D/2)."""
    end = spin + 200
    # beyond it the terms fall like L^-3 with corrections of relative order L^-2
    length = end + mpmath.mpf(dimension - 3) / 2
    rest = tail_term(end, dimension) * length**3 / (4 * (length - 1) ** 2)
    return sum(tail_term(big, dimension) for big in range(spin, end, 2)) + rest


def tail_term(spin: int, dimension: int) -> mpmath.mpf:
    """(n_J/pi) X^(-D/2)."""
    casimir = mpmath.mpf(spin * (spin + dimension - 3))
    return wave_norm(spin, dimension) / mpmath.pi * casimir ** (-mpmath.mpf(dimension) / 2)


@check("integral.py")
def weights_of_tails(v: Verifier) -> None:
    """Above the sum, close to it at large spin, and what the docstring derives at every spin."""
    with mpmath.workdps(30):
        for dimension in (4, 5, 6, 7, 9):
            for spin in (2, 4, 8, 40):
                found = v.integral._tail_weight(dimension, spin)
                first = mpmath.mpf(spin) + mpmath.mpf(dimension - 3) / 2
                above(found, tail_sum(dimension, spin) * (1 - mpmath.mpf(10) ** -7), 3.5 / first + 40 / first**2)
                # n_J X^(-D/2) <= 2 prefactor L^(D-3) (1 - (half/L)^2)^(-D/2) L^(-D), summed by convexity
                cover = 1 / (1 - ((dimension - 3) / (2 * first)) ** 2) ** (mpmath.mpf(dimension) / 2)
                front = (4 * mpmath.pi) ** (mpmath.mpf(dimension) / 2) / mpmath.gamma(mpmath.mpf(dimension) / 2 - 1)
                holds(found, front / mpmath.pi**2 * 2 * cover / (4 * (first - 1) ** 2), 1e-12)


@check("integral.py")
def summed_weights(v: Verifier) -> None:
    """W from above to the accuracy of its last part, sum w_J X*/X in a ball as wide as its last part."""
    with mpmath.workdps(30):
        for dimension in (4, 5, 8):
            for spin in (2, 20):
                weight, slope = v.integral._tail_weights(dimension, spin)
                above(weight, tail_sum(dimension, spin) * (1 - mpmath.mpf(10) ** -9), 0.2 / spin)
                start, last = spin * (spin + dimension - 3), 8 * spin
                shares = [mpmath.mpf(start) / (j * (j + dimension - 3)) for j in range(spin, last + 1, 2)]
                terms = [tail_term(j, dimension) for j in range(spin, last + 1, 2)]
                summed = sum(t * s for t, s in zip(terms[:-1], shares, strict=False))
                rest = shares[-1] * mpmath.mpf(float(v.integral._tail_weight(dimension, last)))
                # arb keeps 30 bits of a radius
                assert abs(float(slope.lower()) / summed - 1) < 1e-8
                assert abs(float(slope.upper()) / (summed + rest) - 1) < 1e-8
                front = sum(terms[:-1]) + mpmath.mpf(float(v.integral._tail_weight(dimension, last)))
                holds(weight, front, 1e-12)


@check("integral.py")
def tails(v: Verifier) -> None:
    """c + X x^2 - X^2 x^2 and others: the sum of spins 20..200 lies below the estimate, and the rest is small."""
    for dimension, table, reach in (
        (4, [[1, 0, 0], [0, 0, 0], [0, 1, -1]], 8),
        (6, [[1, 0, 0], [0, 0, 0], [0, -1, -1]], 8),
        (5, [[1, 0, 0], [2, 1, 0], [0, 3, -1]], 8),
        (4, [[1, 0, 0], [0, 0, 0], [900, 1, -1]], 8),
        (4, [[1, 0, 0], [0, 0, 0], [1, 1, -1]], 8),
        (5, [[1, 0, 0], [0, 0, 0], [-900, -1, -1]], 8),
        (4, [[1, 0, 0], [0, 0, 0], [0, 1, -1], [0, 0, -1]], 8),
    ):
        weight, slope = v.integral._tail_weights(dimension, 20)
        found = v.integral.tail([[fmpz(c) for c in line] for line in table], dimension, 20, reach)
        total = finite_tail(dimension, tuple(map(tuple, table)))
        above(found, total, 0.02)
        # what the estimate is: between X = infinity and a cover of what is linear in 1/X, the positive rest at X*
        start = 20 * (17 + dimension)
        limit = [Fraction(line[e] if e < len(line) else 0) for e, line in enumerate(table)]
        cover = [
            sum(
                (Fraction(c, start ** (e - d)) for d, c in enumerate(line[: e + 1]) if c > 0 or d >= e - 1), Fraction(0)
            )
            for e, line in enumerate(table)
        ]
        with mpmath.workdps(30):
            at_limit, at_cover = (real(integral_exactly(tuple(c), dimension, reach)) for c in (limit, cover))
            middle = mpmath.mpf(float(weight)) * at_limit + mpmath.mpf(float(slope)) * (at_cover - at_limit)
            assert abs(mpmath.mpf(float(found)) / middle - 1) < 1e-10
    growing = [[fmpz(-1), fmpz(0)], [fmpz(0), fmpz(1)]]
    for reach in (8, 400, 10**6):
        not_proved(v, v.integral.tail, growing, 4, 20, reach)
    late = [[fmpz(10), fmpz(0)], [fmpz(0), fmpz(-1)]]
    v.integral.tail(late, 4, 20, 10)
    not_proved(v, v.integral.tail, late, 4, 20, 9)
    # a positive reach beyond X* is not covered by the estimate
    start = 20 * 21
    v.integral.tail(late, 4, 20, start)
    not_proved(v, v.integral.tail, late, 4, 20, start + 1)


@lru_cache(maxsize=10)
def integral_exactly(coefficients: tuple[Fraction, ...], dimension: int, reach: int) -> Any:
    with mpmath.workdps(30):
        value = integral(list(coefficients), dimension, Fraction(0), Fraction(reach))
        return Fraction(int(value * 10**25), 10**25)


@lru_cache(maxsize=10)
def finite_tail(dimension: int, table: tuple[tuple[int, ...], ...]) -> mpmath.mpf:
    total = mpmath.mpf(0)
    with mpmath.workdps(30):
        for spin in range(20, 201, 2):
            big = spin * (spin + dimension - 3)
            line = [sum(c * big**d for d, c in enumerate(row)) for row in table]
            total += wave_norm(spin, dimension) / mpmath.pi * integral(line, dimension, Fraction(0), Fraction(1))
    return total


@check("integral.py", "unitary.py")
def signs_beyond_a_place(v: Verifier) -> None:
    prove = v.integral.prove_nonpositive
    prove([fmpz(1), fmpz(-2)], fmpq(1, 2))
    not_proved(v, prove, [fmpz(10**9), fmpz(-2 * 10**9)], fmpq(10**9 - 1, 2 * 10**9))
    not_proved(v, prove, [fmpz(-(10**9)), fmpz(10**9 + 1)], fmpq(1, 2))
    prove([fmpz(-1), fmpz(1)], fmpq(1, 3))
    prove([fmpz(1)], fmpq(1))
    not_proved(v, prove, [fmpz(0), fmpz(0), fmpz(1)], fmpq(999, 1000))


# name, spin_split or None: documents whose integral is a finite sum, and those with a tail
FINITE = ["unitary_last", "unitary_gap", "unitary_d5_last"]
TAILED = [
    ("unitary_g2_4_d4", 8),
    ("unitary_g2_4_d5", 8),
    ("unitary_g2_4_d6", 6),
    ("loops_d5_unitary", 8),
    ("unitary_g3_6", 30),
]


def rules_of(data: dict[str, Any]) -> dict[tuple[int, int], Fraction]:
    return {(r["k"] // 2, r["power"]): exact(fmpq_of(r["coefficient"])) for r in data["sum_rules"]}


def functional_row(rules: dict[tuple[int, int], Fraction], dimension: int, spin: int) -> list[Fraction]:
    """Coefficients of x^n, n = 2, 3, ..., of the heavy side of one spin."""
    top = max(2 * j + power for j, power in rules)
    row = [Fraction(0)] * (top - 1)
    for (j, power), value in rules.items():
        row[2 * j + power - 2] += value * state_series(spin, j, dimension, power + 1)[power]
    return row


def spin_integral(data: dict[str, Any], spin: int) -> mpmath.mpf:
    dimension, rules = data["dimension"], rules_of(data)
    gaps = {g["spin"]: 1 / Fraction(g["mass_squared"]) for g in data["assumptions"].get("gaps", [])}
    row = functional_row(rules, dimension, spin)
    high = gaps.get(spin, Fraction(1))
    return wave_norm(spin, dimension) / mpmath.pi * integral(row, dimension, Fraction(0), high)


@lru_cache(maxsize=50)
def spin_sum(name: str, last: int) -> mpmath.mpf:
    """ceiling sum_{J <= last} (n_J/pi) int x^(D/2-3) F_+ dx."""
    data = load(name)
    with mpmath.workdps(40):
        ceiling = real(Fraction(data["assumptions"].get("ceiling", "2")))
        return ceiling * sum((spin_integral(data, spin) for spin in range(0, last + 1, 2)), mpmath.mpf(0))


def claimed(value: mpmath.mpf, factor: str) -> str:
    with mpmath.workdps(40):
        scaled = value * (1 + mpmath.mpf(factor))
        return f"{int(mpmath.floor(scaled * 10**30))}/{10**30}"


@check("unitary.py", "integral.py", "forward.py")
def finite_bounds(v: Verifier) -> None:
    """With a last spin the bound is a finite sum: a claim 1e-12 below it is refused, 1e-12 above accepted."""
    for name in FINITE:
        data = load(name)
        expected = spin_sum(name, data["assumptions"]["last_spin"])
        above(v.init.bounded_integral(data), expected, 1e-13)
        refused(v, {**data, "bound": claimed(expected, "-1e-12")}, "proves only")
        accepted(v, {**data, "bound": claimed(expected, "1e-12")})


@check("unitary.py", "integral.py", "forward.py")
def assumptions_of_bounds(v: Verifier) -> None:
    """Every assumption is used as it is stated: ceiling, gaps of one spin, last spin, odd and even."""
    data = load("unitary_last")
    rules = data["assumptions"]
    for change in (
        {"last_spin": 5},
        {"last_spin": 2},
        {"last_spin": 3},
        {"last_spin": 0},
        {"ceiling": "1/3"},
        {"gaps": [{"spin": 2, "mass_squared": "5/4"}, {"spin": 0, "mass_squared": "1"}]},
        {"gaps": [{"spin": 4, "mass_squared": "11/10"}]},
    ):
        some = {**data, "assumptions": {**rules, **change}}
        expected = _sum_of(some)
        above(v.init.bounded_integral(some), expected, 1e-13)
        refused(v, {**some, "bound": claimed(expected, "-1e-12")}, "proves only")
    some = {**load("unitary_g2_4_d4", spin_split=8)}
    plain = v.init.bounded_integral(some)
    half = v.init.bounded_integral({**some, "assumptions": {"ceiling": "1"}})
    assert abs(float((half.upper() * 2 / plain.upper()).mid()) - 1) < 1e-14
    refused(v, {**load("tree_g3_4"), "density": "unitary", "bound": "1", "assumptions": {}})
    try:
        v.init.bounded_integral(load("tree_g3_4"))
    except v.Refused:
        return
    raise AssertionError("a density that is not bounded has an integral")


_SUMS: dict[str, mpmath.mpf] = {}


def _sum_of(data: dict[str, Any]) -> mpmath.mpf:
    key = repr(data["assumptions"])
    if key not in _SUMS:
        with mpmath.workdps(40):
            ceiling = real(Fraction(data["assumptions"].get("ceiling", "2")))
            spins = range(0, data["assumptions"]["last_spin"] + 1, 2)
            _SUMS[key] = ceiling * sum((spin_integral(data, spin) for spin in spins), mpmath.mpf(0))
    return _SUMS[key]


@check("unitary.py", "integral.py", "forward.py")
def tailed_bounds(v: Verifier) -> None:
    """The bound with its estimate of the tail is above the sum of many spins, and just above at a large split."""
    for name, split in TAILED:
        data = load(name, spin_split=split)
        found = v.init.bounded_integral(data)
        least = spin_sum(name, 120)
        above(found, least, 2e-2)
        refused(v, {**data, "bound": claimed(least, "0")}, "proves only")
        accepted(v, {**data, "bound": claimed(least, "2e-2")})


@check("unitary.py", "integral.py")
def tables_of_bounds(v: Verifier) -> None:
    """A functional that starts at x^3 is padded, one that is positive at large spin has no bound."""
    functional = v.unitary.Functional([[fmpz(1), fmpz(0)], [fmpz(0), fmpz(-3)]], 3, fmpz(7))
    assert functional.padded() == [[fmpz(0), fmpz(0)], *functional.table]
    one = v.document.Unitary(fmpq(1), fmpq(2), 0, {})
    with mpmath.workdps(40):
        expected = 2 * wave_norm(0, 4) / mpmath.pi / 7 / 3
    holds(v.unitary.upper_bound(functional, 4, 2, one), expected, 1e-14)
    endless = v.document.Unitary(fmpq(1), fmpq(2), None, {})
    for rows in ([[fmpz(0), fmpz(0)], [fmpz(0), fmpz(1)]], [[fmpz(0), fmpz(0), fmpz(0)], [fmpz(0), fmpz(0), fmpz(1)]]):
        not_proved(v, v.unitary.upper_bound, v.unitary.Functional(rows, 2, fmpz(1)), 4, 20, endless)
