"""Values, spectra and soundness of certified bounds."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import positivity
from positivity.amplitudes.uv_completions import known_theories, mixture
from positivity.questions.couplings import parse_combination
from positivity.sum_rules.forward import claim_of
from solvers.verify import verify_data
from solvers.verify.rows import infrared
from tests.exact import average

#: D = 4 minima of g3/g2 (2011.02957 prints -10.346; the digits are from independent solvers)
LADDER = {
    4: "-10.612487218800543",
    6: "-10.366196848398613",
    8: "-10.349203020738574",
    10: "-10.347651965274246",
    14: "-10.346862480471077",
}
OTHER = {(5, 10): "-8.873122369152627", (6, 8): "-8.140213956108584", (10, 10): "-7.049638445560723"}


def check_end(end, problem, side, digits):
    """Certified, on the safe side of its own spectrum, and close to it."""
    assert end.status == "certified", end.reason
    verify_data(end.certificate)
    assert end.spectrum, end.spectrum_note
    gap = (Fraction(end.text) - Fraction(end.spectrum_value)) * (1 if side == "upper" else -1)
    assert 0 <= gap < Fraction(1, 10 ** (digits - 1))


def test_order_four_in_closed_form():
    exact = -(mpmath.mpf(9) / 2 + mpmath.mpf(7) / 4 * mpmath.sqrt(mpmath.mpf(61) / 5))
    bound = positivity.bound("g3", order=4, digits=12)
    assert abs(mpmath.mpf(bound.lower.text) - exact) < 1e-12
    assert mpmath.mpf(bound.lower.text) <= exact


@pytest.mark.parametrize("order", LADDER)
def test_ladder_in_four_dimensions(order):
    bound = positivity.bound("g3", "g2", order=order)
    assert abs(float(bound.lower.text) - float(LADDER[order])) < 1e-8
    assert float(bound.lower.text) <= float(LADDER[order])
    check_end(bound.lower, bound.problem, "lower", 8)
    assert bound.upper.text == "3"


@pytest.mark.parametrize(("dimension", "order"), OTHER)
def test_other_dimensions_with_twelve_digits(dimension, order):
    bound = positivity.bound("g3", order=order, dimension=dimension, digits=12)
    assert abs(float(bound.lower.text) - float(OTHER[dimension, order])) < 1e-11
    check_end(bound.lower, bound.problem, "lower", 12)


@pytest.mark.parametrize("order", [4, 5, 7, 9, 11, 12, 13])
@pytest.mark.parametrize("dimension", [4, 7, 10])
def test_every_order_and_dimension(order, dimension):
    bound = positivity.bound("g3", order=order, dimension=dimension)
    check_end(bound.lower, bound.problem, "lower", 8)


@pytest.mark.slow
@pytest.mark.parametrize("dimension", range(4, 11))
@pytest.mark.parametrize("order", [*range(4, 17), 20])
def test_twelve_digits_everywhere(order, dimension):
    bound = positivity.bound("g3", order=order, dimension=dimension, digits=12)
    assert bound.lower.status == "certified"
    finer = positivity.bound("g3", order=order, dimension=dimension, digits=16)
    gap = Fraction(finer.lower.text) - Fraction(bound.lower.text)
    assert abs(gap) < Fraction(1, 10 ** (9 if order == 20 else 10))


def test_many_digits_by_newton():
    coarse = positivity.bound("g3", order=8, digits=12)
    fine = positivity.bound("g3", order=8, digits=40)
    check_end(fine.lower, fine.problem, "lower", 40)
    assert fine.lower.text.startswith("-10.349203020738574013")
    assert abs(Fraction(fine.lower.text) - Fraction(coarse.lower.text)) < Fraction(1, 10**11)


@pytest.mark.parametrize("order", [8, 10, 12])
@pytest.mark.parametrize("coupling", ["g5", "g6'", "g7"])
def test_degenerate_minima(coupling, order):
    bound = positivity.bound(coupling, order=order)
    for side, end in bound.ends():
        check_end(end, bound.problem, side, 9)


@pytest.mark.parametrize(
    ("coupling", "side", "value"),
    [
        ("g3", "upper", "3"),
        ("g4", "lower", "0"),
        ("g4", "upper", "0.5"),
        ("g6", "upper", "0.25"),
        ("g5", "upper", "2.5"),
    ],
)
@pytest.mark.parametrize("order", [6, 8, 11])
def test_elementary_ends_are_exact(coupling, side, value, order):
    end = getattr(positivity.bound(coupling, order=order), side)
    assert (end.text, end.status) == (value, "certified")


@pytest.mark.parametrize(
    ("g4", "lower", "upper"),
    [("0.1", -4.9643857112, (18 * 0.1) ** 0.5), ("0.4", -9.9170948272, (18 * 0.4) ** 0.5), ("1/2", -10.191958219, 3)],
)
def test_fixed_ratio(g4, lower, upper):
    """max g3 = 3 sqrt(2 g4); the minima at order 10 are from independent solvers."""
    bound = positivity.bound("g3", order=10, fix={"g4": g4})
    # the promise of the default digits: at g4 = 1/2, the end of its range, the dual is degenerate
    assert float(bound.lower.text) == pytest.approx(lower, abs=1e-7)
    assert float(bound.upper.text) == pytest.approx(upper, abs=1e-7)
    assert bound.lower.status == bound.upper.status == "certified"


def test_impossible_fix_is_excluded_with_a_proof():
    bound = positivity.bound("g3", order=8, fix={"g4": "0.7"})
    for _, end in bound.ends():
        assert (end.status, end.text) == ("excluded", None)
        assert "no theory" in end.reason
        claim = claim_of(end.certificate)
        # negative when g4 = 0.7 g2, g2 > 0, although proved to be non-negative
        assert set(claim) <= {(1, 0), (2, 0)}
        assert claim[1, 0] + claim[2, 0] * 7 / 10 < 0
        verify_data(end.certificate)


def test_unbounded_ends_show_their_ray():
    bound = positivity.bound("g3", order=3)
    assert bound.lower.status == "unbounded" and bound.lower.text is None
    assert bound.lower.ray and "J -> infinity" in bound.lower.reason
    assert bound.upper.text == "3"
    assert positivity.bound("g2", "g4", order=6).upper.status == "unbounded"


def test_linear_combinations():
    direct = positivity.bound("g3+2*g4", order=8)
    parts = [positivity.bound(name, order=8) for name in ("g3", "g4")]
    assert float(direct.lower.text) >= float(parts[0].lower.text) + 2 * float(parts[1].lower.text)
    assert direct.upper.text == "4"
    mirrored = positivity.bound("-g3-2*g4", order=8)
    assert Fraction(mirrored.upper.text) == -Fraction(direct.lower.text)


@pytest.mark.parametrize(("order", "dimension"), [(8, 4), (12, 4), (14, 4), (9, 5), (8, 10)])
def test_extremal_spectrum_satisfies_every_sum_rule(order, dimension):
    """Exact rational averages of [t^r] A_{2j} agree with one set of couplings: all nulls vanish."""
    bound = positivity.bound("g3", order=order, dimension=dimension, digits=12)
    spectrum = bound.lower.spectrum
    assert all(Fraction(s.mass_squared) >= 1 and Fraction(s.weight) > 0 and s.spin % 2 == 0 for s in spectrum)
    couplings: dict[tuple[int, int], Fraction] = {}
    for n in range(2, order + 1):
        for j in range(n // 2, 0, -1):
            value, size = average(spectrum, j, n - 2 * j, dimension)
            side = {c: Fraction(int(v.p), int(v.q)) for c, v in infrared(j, n - 2 * j).items()}
            unknown = [c for c in side if c not in couplings]
            rest = value - sum(side[c] * couplings[c] for c in side if c in couplings)
            if len(unknown) == 1:
                couplings[unknown[0]] = rest / side[unknown[0]]
            elif not unknown:
                assert abs(rest) <= Fraction(1, 10**12) * max(size, 1)
    assert abs(couplings[1, 0] - 1) < Fraction(1, 10**15)
    assert abs(couplings[0, 1] - Fraction(bound.lower.spectrum_value)) < Fraction(1, 10**12)
    assert abs(couplings[0, 1] - Fraction(bound.lower.text)) < Fraction(1, 10**10)


@pytest.fixture(scope="module")
def claims():
    """Everything certified at order 8 on g3..g7, and of a region."""
    ends = [
        end for name in ("g3", "g4", "g5", "g6", "g6'", "g7", "g3+2*g4") for _, end in positivity.bound(name).ends()
    ]
    planes = [plane.end for plane in positivity.region("g3", "g4", order=8, points=16).half_planes]
    return [claim_of(end.certificate) for end in [*ends, *planes]]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.floats(1e-3, 1e3), st.floats(0, 3).map(lambda e: 10**e)), min_size=1, max_size=5
    )
)
def test_known_theories_are_never_excluded(claims, parts):
    theories = known_theories(4)
    theory = mixture([(theories[kind], weight, mass) for kind, weight, mass in parts])
    g2 = theory.combination(parse_combination("g2"))
    for claim in claims:
        assert theory.combination(claim) >= -1e-25 * g2


@settings(max_examples=60, deadline=None)
@given(st.integers(5, 10), st.sampled_from(["g3", "g4", "g5"]), st.floats(1, 50))
def test_known_theories_in_other_dimensions(dimension, coupling, mass):
    bound = _cached_bound(coupling, dimension)
    for theory in known_theories(dimension):
        value = theory.ratio(parse_combination(coupling), parse_combination("g2"), mass)
        assert mpmath.mpf(bound.lower.text) <= value <= mpmath.mpf(bound.upper.text)


_BOUNDS: dict[tuple[str, int], positivity.Bound] = {}


def _cached_bound(coupling, dimension):
    key = coupling, dimension
    if key not in _BOUNDS:
        _BOUNDS[key] = positivity.bound(coupling, order=7, dimension=dimension)
    return _BOUNDS[key]


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ({"coupling": "g1"}, "unknown coupling"),
        ({"coupling": "g9", "order": 8}, "order 8 is below 9"),
        ({"coupling": "g3", "order": 2}, "order 2"),
        ({"coupling": "g3", "order": 8.0}, "order"),
        ({"coupling": "g3", "dimension": 3}, "dimension 3"),
        ({"coupling": "g3", "dimension": 3.5}, "dimension 3.5"),
        ({"coupling": "g3", "digits": -1}, "digits -1"),
        ({"coupling": "g3", "digits": 0}, "digits 0"),
        ({"coupling": "g3", "over": "g3"}, "positive"),
        ({"coupling": "g3", "over": "g4-g2"}, "positive"),
        ({"coupling": "g2"}, "determined"),
        ({"coupling": "g4", "fix": {"g4": "0.1"}}, "determined"),
        ({"coupling": "g3", "fix": {"g4": "nan"}}, "nan"),
        ({"coupling": "g3", "fix": {"g2": "1"}}, "repeat"),
        ({"coupling": "g3", "density": "magic"}, "density"),
        ({"coupling": "g3", "smeared": 3}, "unitary"),
        ({"coupling": "g3", "loops": "g2^2"}, "loops"),
        ({"coupling": "g3", "method": "magic"}, "method"),
    ],
)
def test_bad_requests_name_the_remedy(arguments, fragment):
    with pytest.raises(positivity.InputError, match=fragment):
        positivity.bound(**arguments)
