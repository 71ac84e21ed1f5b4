"""The bound of a bounded density by another route: quadrature in mpmath of the functional as the document writes it.

The bound is 2 sum_J (n_J/pi) int_0^1 dx x^(D/2-3) F_+(x, J).  Here F of one spin comes from the waves by their
three-term recurrence and from Taylor coefficients in t, its roots and the integrals between them from mpmath,
the sum over spins from all J <= 160 (80 in the fast tests) and for the rest a fit in inverse powers of
L = J + (D-3)/2, whose error is estimated by fewer powers.
"""

import itertools
from fractions import Fraction
from functools import lru_cache
from math import comb

import mpmath
import pytest

import positivity
from positivity import Assumptions
from solvers.verify import bounded_integral, verify_data

#: last spin summed, spins of the fit, digits
LAST, FITTED, DIGITS = 160, 12, 30
#: last spin summed in the fast tests
FEWER = 80


@lru_cache(maxsize=20)
def taylor_of_waves(dimension, length):
    """[z^r] P_J(1+2z), r < length, J = 0..LAST, by (J+D-3) P_{J+1} = (2J+D-3) y P_J - J P_{J-1}, y = 1+2z."""
    before, found = [Fraction(0)] * length, [[Fraction(1)] + [Fraction(0)] * (length - 1)]
    for j in range(LAST):
        now = found[-1]
        times_y = [now[r] + (2 * now[r - 1] if r else 0) for r in range(length)]
        found.append(
            [((2 * j + dimension - 3) * a - j * b) / (j + dimension - 3) for a, b in zip(times_y, before, strict=True)]
        )
        before = now
    return found


@lru_cache(maxsize=1)
def gauss_legendre():
    """24 nodes and weights on [-1, 1]: exact for the polynomials here, of degree below 48 in sqrt(x)."""
    return mpmath.calculus.quadrature.GaussLegendre(mpmath.mp).calc_nodes(4, mpmath.mp.prec + 20)


def row(rules, dimension, spin):
    """Coefficients of x^2, x^3, ... at one spin: x^(2j+power) [t^power] of (2+t) P_J(1+2t)/(1+t)^(j+1)."""
    top = max(2 * j + power for j, power in rules)
    wave = taylor_of_waves(dimension, top)[spin]
    found = [Fraction(0)] * (top - 1)
    for (j, power), value in rules.items():
        pole = [(-1) ** i * comb(j + i, i) for i in range(power + 1)]
        front = [2 * wave[r] + (wave[r - 1] if r else 0) for r in range(power + 1)]
        found[2 * j + power - 2] += value * sum(front[r] * pole[power - r] for r in range(power + 1))
    return found


def positive_part(coefficients, dimension, high):
    """int_0^high x^(D/2-1) P_+ by Gauss-Legendre quadrature between the roots of P."""
    powers = [mpmath.mpf(c.numerator) / c.denominator for c in coefficients]
    while powers and powers[-1] == 0:
        powers.pop()
    descending = powers[::-1]
    places = {mpmath.mpf(0), high}
    if len(powers) > 1:
        # zeros at x = 0 are exact zeros of the lowest coefficients
        kept = descending[: len(descending) - next(i for i, c in enumerate(powers) if c != 0)]
        if len(kept) > 1:
            roots = mpmath.polyroots(kept, maxsteps=200, extraprec=40)
            places |= {r.real for r in roots if abs(r.imag) < mpmath.mpf(10) ** -12 and 0 < r.real < high}
    ends, total = sorted(places), mpmath.mpf(0)
    for low, end in itertools.pairwise(ends):
        if mpmath.polyval(descending, (low + end) / 2) > 0:
            # x = v^2 makes half-integer powers polynomial
            middle, half = (mpmath.sqrt(end) + mpmath.sqrt(low)) / 2, (mpmath.sqrt(end) - mpmath.sqrt(low)) / 2
            for node, share in gauss_legendre():
                v = middle + half * node
                total += 2 * half * share * v ** (dimension - 1) * mpmath.polyval(descending, v * v)
    return total


def weight(spin, dimension):
    """n_J / pi."""
    d = mpmath.mpf(dimension)
    top = (4 * mpmath.pi) ** (d / 2) * (2 * spin + d - 3) * mpmath.gamma(d + spin - 3)
    return top / (mpmath.pi**2 * mpmath.gamma(d / 2 - 1) * mpmath.gamma(spin + 1))


def by_quadrature(certificate, end=LAST):
    """The bound, and an estimate of the error of its tail."""
    given, dimension = certificate["assumptions"], certificate["dimension"]
    rules = {(r["k"] // 2, r["power"]): Fraction(r["coefficient"]) for r in certificate["sum_rules"]}
    gaps = {g["spin"]: 1 / Fraction(g["mass_squared"]) for g in given.get("gaps", [])}

    def spin_integral(spin):
        gap = gaps.get(spin, Fraction(1))
        high = mpmath.mpf(gap.numerator) / gap.denominator
        return weight(spin, dimension) * positive_part(row(rules, dimension, spin), dimension, high)

    last = given.get("last_spin", end)
    terms = {spin: spin_integral(spin) for spin in range(0, last + 1, 2)}
    total, error = sum(terms.values()), mpmath.mpf(0)
    if "last_spin" not in given:
        tail, error = fitted_tail(terms, dimension, end)
        total += tail
    ceiling = Fraction(given.get("ceiling", "2"))
    return total * ceiling.numerator / ceiling.denominator, error


def fitted_tail(terms, dimension, end):
    """sum over even J > end of terms c_k L^-k, k = 3 ... , fitted at the last spins; error: by half as many powers."""
    shift = mpmath.mpf(dimension - 3) / 2

    def tail(powers):
        spins = [end - end // 54 * 2 * i for i in range(powers)]
        exponents = range(3, 3 + powers)
        matrix = mpmath.matrix([[(end / (s + shift)) ** k for k in exponents] for s in spins])
        found = mpmath.lu_solve(matrix, mpmath.matrix([terms[s] for s in spins]))
        # sum_{J = end+2, end+4, ...} (J+shift)^-k = 2^-k zeta(k, (end+2+shift)/2)
        return sum(
            c * mpmath.mpf(end) ** k * mpmath.zeta(k, (end + 2 + shift) / 2) / 2**k
            for c, k in zip(found, exponents, strict=True)
        )

    value = tail(FITTED)
    return value, abs(value - tail(FITTED - 3))


def question(target, **arguments):
    end = arguments.pop("end", "upper")
    return target, end, arguments


FAST = [
    question("g2", order=4),
    question("g2", order=6, dimension=5, assumptions=Assumptions(last_spin=8)),
    question("g3", order=6, fix={"g2": "0.3U"}, end="lower"),
    question("g2", order=4, dimension=7, assumptions=Assumptions(ceiling="1", gaps=((0, "3/2"), (2, "5/4")))),
]
SLOW = [
    question("g2", order=8),
    question("g2", order=6, dimension=5),
    question("g2", order=8, dimension=5),
    question("g2", order=4, dimension=6),
    question("g2", order=6, dimension=8),
    question("g4", order=6, fix={"g2": "0.3U"}, end="lower"),
    question("g3", order=6, dimension=6, fix={"g2": "U"}),
    question("g2", order=6, assumptions=Assumptions(ceiling="3/7", last_spin=20)),
    question("g2", order=8, dimension=6, assumptions=Assumptions(gaps=((4, "2"),))),
    question("g4", order=8, dimension=5, fix={"g2": "U"}),
    question("g4", order=4, dimension=6, loops="g2^2", fix={"g2": "0.3U"}, over="U"),
]


def check(asked, last):
    target, end, arguments = asked
    certificate = getattr(positivity.bound(target, density="unitary", **arguments), end).certificate
    assert certificate is not None
    with mpmath.workdps(DIGITS):
        value, error = by_quadrature(certificate, last)
        ball = bounded_integral(certificate)
        above, middle = (mpmath.mpf(end.mid().str(40, radius=False)) for end in (ball.upper(), ball))
        assert error < 1e-9 * value  # the quadrature knows its own digits
        assert above >= value - error, "the certified bound lies below the integral"
        assert abs(middle / value - 1) < 1e-8
        claimed = Fraction(certificate["bound"])
        assert mpmath.mpf(claimed.numerator) / claimed.denominator >= value - error
    verify_data(certificate)


@pytest.mark.parametrize("asked", FAST)
def test_bound_is_the_integral(asked):
    check(asked, FEWER)


@pytest.mark.slow
@pytest.mark.parametrize("asked", SLOW)
def test_more_bounds_are_the_integral(asked):
    check(asked, LAST)


def test_quadrature_sees_a_missing_spin():
    """The comparison is sharp: without spin 2, or with the weight of another dimension, it fails by far more."""
    certificate = positivity.bound(
        "g2", order=4, density="unitary", assumptions=Assumptions(last_spin=6)
    ).upper.certificate
    with mpmath.workdps(DIGITS):
        value, _ = by_quadrature(certificate)
        fewer, _ = by_quadrature({**certificate, "assumptions": {"last_spin": 2}})
        heavier, _ = by_quadrature(
            {**certificate, "assumptions": {"last_spin": 6, "gaps": [{"spin": 2, "mass_squared": "101/100"}]}}
        )
    assert value > fewer * (1 + mpmath.mpf(10) ** -6) and value > heavier * (1 + mpmath.mpf(10) ** -6)
