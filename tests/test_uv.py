"""Couplings of UV completions: exact values against sympy series, quadrature, crossing and positivity."""

from fractions import Fraction

import mpmath
import pytest
import sympy
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

import positivity
from positivity.amplitudes import uv
from positivity.questions.couplings import couplings_of_order, order_of, parse_combination


def from_series(formula, order):
    """g_pq by a sympy series on two lines t = c s, an independent route."""
    s = sympy.Symbol("s")
    found = {}
    lines = []
    for c in (1, 2, 3):
        line = formula(s, c * s, -(1 + c) * s)
        series = sympy.series(line, s, 0, order + 1).removeO()
        lines.append((c, [series.coeff(s, n) for n in range(order + 1)]))
    for n in range(2, order + 1):
        names = couplings_of_order(n)
        unknown = sympy.symbols(f"a0:{len(names)}")
        equations = [
            sum(a * sympy.Integer(1 + c**2 + (1 + c) ** 2) ** p * sympy.Integer(-c * (1 + c)) ** q
                for a, (p, q) in zip(unknown, names, strict=True)) - line[n]
            for c, line in lines
        ]  # fmt: skip
        solved = sympy.solve(equations, unknown, dict=True)[0]
        found |= {name: solved[a] for name, a in zip(names, unknown, strict=True)}
    return found


FORMULAS = {
    "exchange": (uv.spin0_exchange(), lambda s, t, u: 1 / (1 - s) + 1 / (1 - t) + 1 / (1 - u)),
    "stu": (uv.stu_pole(), lambda s, t, u: 1 / ((1 - s) * (1 - t) * (1 - u))),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_exact_couplings_against_series(name):
    theory, formula = FORMULAS[name]
    for coupling, value in from_series(formula, 9).items():
        assert sympy.Rational(str(theory.exact(coupling))) == value
        assert abs(theory.coupling(coupling) - mpmath.mpf(value.p) / value.q) < 1e-14


@pytest.mark.parametrize("dimension", [4, 5, 6, 7])
def test_bubbles_against_their_dispersion_integral(dimension):
    """g_pq of B(s)+B(t)+B(u), Im B = (1-1/s)^((D-3)/2) s^((D-4)/2): the moment over x = 1/s by quadrature."""
    theory = uv.heavy_bubbles(dimension)
    for coupling in ((1, 0), (0, 1), (2, 0), (1, 1), (0, 2)):
        n = order_of(coupling)
        with mpmath.workdps(25):
            moment = mpmath.quad(
                lambda x, n=n: (
                    x ** (n - 1 - mpmath.mpf(dimension - 4) / 2) * (1 - x) ** (mpmath.mpf(dimension - 3) / 2)
                ),
                [0, mpmath.mpf(1) / 2, 1],
            )
        exact = theory.exact(coupling) / uv.spin0_exchange().exact(coupling)
        assert abs(mpmath.mpf(int(exact.p)) / int(exact.q) - moment) < 1e-12


def test_masses_and_mixtures_scale_as_the_dimension_says():
    theory = uv.mixture([(uv.spin0_exchange(), 2, "3/2"), (uv.stu_pole(), "1/3", 4)])
    for coupling in ((1, 0), (0, 1), (0, 2)):
        n = order_of(coupling)
        expected = 2 * uv.spin0_exchange().exact(coupling) / fmpq(3, 2) ** n
        expected += fmpq(1, 3) * uv.stu_pole().exact(coupling) / fmpq(4) ** n
        assert theory.exact(coupling) == expected
        assert uv.mixture([(theory, 1, 2)]).exact(coupling) == expected / 2**n


def test_irrational_couplings_come_with_digits():
    theory = uv.stu_minus_spin0()
    with pytest.raises(positivity.InputError, match="irrational"):
        theory.exact((0, 1))
    found = uv.couplings(theory, order=4)
    ratio = mpmath.mpf(found["g3"]) / mpmath.mpf(found["g2"])
    assert abs(ratio - (6 - 12 * mpmath.log(2)) / (3 - 4 * mpmath.log(2))) < 1e-13
    mixed = uv.mixture([(theory, 1, 1), (uv.stu_pole(), 1, 1)])
    assert mixed.rational is None and abs(float(mixed.coupling((1, 0))) - float(found["g2"]) - 0.5) < 1e-12


@pytest.mark.parametrize(
    ("formula", "g2", "g3"),
    [
        ("1/((1-s)*(1-t)*(1-u))", Fraction(1, 2), 1),
        ("1/(2-s) + 1/(2-t) + 1/(2-u)", Fraction(1, 8), Fraction(3, 16)),
        ("(s**2+t**2+u**2)/7 - 3*s*t*u", Fraction(1, 7), -3),
    ],
)
def test_rational_amplitudes_are_expanded_exactly(formula, g2, g3):
    found = uv.couplings(uv.from_amplitude(formula), order=8)
    assert (Fraction(found["g2"]), Fraction(found["g3"])) == (g2, g3)


def test_string_amplitude_has_zeta_values():
    """The closed-superstring ratio of gammas: exp(2 sum zeta(2k+1)/(2k+1) (s^n+t^n+u^n)), n = 2k+1."""
    formula = "gamma(1-s)*gamma(1-t)*gamma(1-u)/(gamma(1+s)*gamma(1+t)*gamma(1+u))"
    theory = uv.from_amplitude(formula, order=8, name="gammas")
    # s^3+t^3+u^3 = 3 stu, s^5+t^5+u^5 = (5/2) sigma2 stu
    assert abs(theory.coupling((0, 1)) - 2 * mpmath.zeta(3)) < 1e-14
    assert abs(theory.coupling((1, 1)) - mpmath.zeta(5)) < 1e-14
    assert abs(theory.coupling((0, 2)) - 2 * mpmath.zeta(3) ** 2) < 1e-13
    assert theory.coupling((1, 0)) == 0 and theory.rational is None


def test_sympy_expressions_and_other_symbols_of_the_same_name():
    s, t, u = sympy.symbols("s t u", real=True)
    theory = uv.from_amplitude(1 / ((1 - s) * (1 - t) * (1 - u)))
    assert theory.exact((2, 0)) == uv.stu_pole().exact((2, 0))


@pytest.mark.parametrize(
    ("formula", "fragment"),
    [
        ("1/(1-s) + 1/(1-t)", "not symmetric under s <-> u.*crossed channels"),
        ("s**2*t", "not symmetric under s <-> t"),
        ("1/(m**2-s)", "depends on m"),
        ("1/s + 1/t + 1/u", "massless exchange"),
        ("s*t/u + t*u/s + u*s/t", "not analytic|massless"),
        ("s**2*log(-s) + t**2*log(-t) + u**2*log(-u)", "massless"),
        ("I*(s**2+t**2+u**2)*cos(s*t*u)", "complex"),
        ("s**2*t**2*u**2/(s**2+t**2+u**2)", "not analytic"),
        ("7", "no coupling"),
        ("s +", "not a formula"),
        ("[s, t]", "not a"),
    ],
)
def test_amplitudes_that_are_none(formula, fragment):
    with pytest.raises(positivity.InputError, match=fragment):
        uv.from_amplitude(formula, order=6)


def test_bad_requests():
    with pytest.raises(positivity.InputError, match="raise order"):
        uv.from_amplitude("1/((1-s)*(1-t)*(1-u))", order=4).exact((0, 2))
    with pytest.raises(positivity.InputError, match="weight"):
        uv.mixture([(uv.stu_pole(), -1, 1)])
    with pytest.raises(positivity.InputError, match="mass"):
        uv.mixture([(uv.stu_pole(), 1, "0.9")])
    with pytest.raises(positivity.InputError, match="cutoff"):
        uv.couplings(uv.stu_pole(), mass_squared="0.5")


@settings(max_examples=20, deadline=None)
@given(st.integers(4, 7), st.floats(1, 1e3), st.sampled_from(range(4)))
def test_every_completion_is_allowed_or_undecided(dimension, mass, kind):
    theory = uv.known_theories(dimension)[kind]
    values = uv.couplings(theory, order=5, mass_squared=round(mass, 4))
    assert not positivity.check(values, order=5, dimension=dimension).excluded


def test_an_amplitude_with_a_ghost_is_excluded():
    ghost = uv.from_amplitude("1/(2-s)+1/(2-t)+1/(2-u) - 1/((1-s)*(1-t)*(1-u))")
    assert positivity.check(uv.couplings(ghost, order=4), order=4).excluded


def test_markers_lie_inside_the_region():
    region = positivity.region("g3", "g4", order=6, points=16)
    for marker in uv.markers("g3", "g4", mass_squared=2):
        assert all(a * marker.x + b * marker.y <= h for a, b, h in (plane.line for plane in region.certified))
        assert marker.label
    (one,) = uv.markers("g3", "g4", theories=[uv.spin0_exchange()])
    assert (one.x, one.y) == (3, 0.5)
    assert parse_combination("g3")
