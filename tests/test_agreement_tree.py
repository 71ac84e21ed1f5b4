"""Tree level: answers to different questions that must agree do agree, over generated problems."""

from fractions import Fraction
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import positivity
from positivity.amplitudes.uv_completions import known_theories, mixture
from positivity.questions.couplings import parse_combination

NAMES = ("g3", "g4", "g5", "g6", "g6'", "g7")
ORDER = {"g3": 3, "g4": 4, "g5": 5, "g6": 6, "g6'": 6, "g7": 7}
DIMENSIONS = st.integers(4, 12)
FAST = settings(max_examples=10, derandomize=True, deadline=None, database=None)
LONG = settings(max_examples=600, derandomize=True, deadline=None, database=None)

combinations = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True).flatmap(
    lambda names: st.tuples(*(st.integers(-5, 5).filter(bool).map(lambda c, n=n: (c, n)) for n in names))
)
fixes = st.one_of(st.none(), st.integers(2, 45).map(lambda k: f"{k / 100}"))


@lru_cache(maxsize=4096)
def ends(terms, order, dimension, g4=None):
    """(lower, upper) as certified numbers, None where there is none."""
    text = "".join(f"{c:+d}*{name}" for c, name in terms).removeprefix("+")
    fix = None if g4 is None else {"g4": g4}
    bound = positivity.bound(text, order=order, dimension=dimension, fix=fix)
    for side, end in bound.ends():
        assert end.status in ("certified", "unbounded"), (text, order, dimension, g4, side, end.reason)
        inside(end, 1 if side == "upper" else -1)
    return tuple(None if e.value is None else float(e.value) for _, e in bound.ends())


def inside(end, side):
    """The spectrum of an end never lies outside it."""
    if end.text is not None and end.spectrum_value is not None:
        value, reached = Fraction(end.text), Fraction(end.spectrum_value)
        assert side * (value - reached) >= -Fraction(1, 10**8) * max(1, abs(reached))


def lowest(terms):
    return max(4, *(ORDER[name] for _, name in terms))


def free(terms, g4):
    """Whether a fixed g4 leaves the combination free."""
    return g4 is None or any(name != "g4" for _, name in terms)


def within(small, large, slack=1e-7):
    """Each end of the first range inside the second."""
    for k, side in ((0, -1), (1, 1)):
        if large[k] is not None:
            assert small[k] is not None
            assert side * (small[k] - large[k]) <= slack * max(1, abs(large[k])), (small, large)


def higher_orders(terms, dimension, g4, more):
    if free(terms, g4):
        order = lowest(terms)
        within(ends(terms, order + more, dimension, g4), ends(terms, order, dimension, g4))


def fixed_ratios(terms, dimension, g4):
    if g4 is not None and free(terms, g4):
        order = lowest(terms)
        within(ends(terms, order, dimension, g4), ends(terms, order, dimension))


def mixtures(terms, dimension, parts):
    theories = known_theories(dimension)
    theory = mixture([(theories[kind % len(theories)], weight, mass) for kind, weight, mass in parts])
    total, g2 = (theory.combination(parse_combination(name)) for name in ("g2", "g2"))
    total = sum(c * theory.combination(parse_combination(name)) for c, name in terms)
    low, high = ends(terms, lowest(terms), dimension)
    ratio = float(total / g2)
    assert low is None or ratio >= low - 1e-9 * max(1, abs(low))
    assert high is None or ratio <= high + 1e-9 * max(1, abs(high))


def scaled(terms, dimension, factor):
    """A multiple of a combination has the multiple of its range."""
    order = lowest(terms)
    once, many = ends(terms, order, dimension), ends(tuple((c * factor, n) for c, n in terms), order, dimension)
    for a, b in zip(once, many, strict=True):
        assert (a is None) == (b is None)
        assert a is None or b == pytest.approx(a * factor, rel=1e-7, abs=1e-7 * factor)


def dimensions(terms, dimension, more):
    """States of D+1 dimensions are positive sums of those of D: a range never grows with the dimension."""
    order = lowest(terms)
    within(ends(terms, order, min(12, dimension + more)), ends(terms, order, dimension))


parts = st.lists(st.tuples(st.integers(0, 3), st.floats(0.01, 100), st.floats(1, 50)), min_size=1, max_size=4)


@FAST
@given(combinations, DIMENSIONS, fixes, st.integers(1, 3))
def test_a_higher_order_is_never_weaker(terms, dimension, g4, more):
    higher_orders(terms, dimension, g4, more)


@FAST
@given(combinations, DIMENSIONS, fixes)
def test_a_fixed_ratio_is_never_weaker(terms, dimension, g4):
    fixed_ratios(terms, dimension, g4)


@FAST
@given(combinations, st.integers(4, 11), st.integers(1, 8))
def test_a_higher_dimension_is_never_weaker(terms, dimension, more):
    dimensions(terms, dimension, more)


@FAST
@given(combinations, DIMENSIONS, parts)
def test_mixtures_of_known_theories_are_never_excluded(terms, dimension, parts):
    mixtures(terms, dimension, parts)


@FAST
@given(combinations, DIMENSIONS, st.sampled_from([10, 700, 5000]))
def test_multiples_of_a_combination(terms, dimension, factor):
    scaled(terms, dimension, factor)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("check", "arguments"),
    [
        (higher_orders, (combinations, DIMENSIONS, fixes, st.integers(1, 4))),
        (fixed_ratios, (combinations, DIMENSIONS, fixes)),
        (mixtures, (combinations, DIMENSIONS, parts)),
        (dimensions, (combinations, st.integers(4, 11), st.integers(1, 8))),
        (scaled, (combinations, DIMENSIONS, st.sampled_from([10, 700, 5000]))),
    ],
)
def test_all_of_it_at_length(check, arguments):
    LONG(given(st.tuples(*arguments))(lambda drawn: check(*drawn)))()


def test_many_states_at_weak_coupling():
    """0 <= rho <= 2 at fixed g2 lies inside rho >= 0 and approaches it as g2 falls."""
    for dimension in (4, 7):
        limit = positivity.bound("g4", order=6, dimension=dimension)
        widths = []
        for level in ("0.1U", "0.001U"):
            bound = positivity.bound(
                "g4", over="g2", order=6, dimension=dimension, density="unitary", fix={"g2": level}
            )
            for side, end, outer in ((-1, bound.lower, limit.lower), (1, bound.upper, limit.upper)):
                assert end.status == "certified"
                assert side * (float(end.text) - float(outer.value)) <= 1e-6
            widths.append(float(bound.upper.text) - float(bound.lower.text))
        assert widths[0] < widths[1] < 0.5 + 1e-6


@pytest.mark.parametrize("assumed", [{"ceiling": "1"}, {"gaps": ((0, "2"),)}, {"last_spin": 10}])
def test_stronger_assumptions_are_never_weaker(assumed):
    full = positivity.bound("g4", over="U", order=6, density="unitary").upper
    less = positivity.bound(
        "g4", over="U", order=6, density="unitary", assumptions=positivity.Assumptions(**assumed)
    ).upper
    assert float(less.value) <= float(full.value) + 1e-8


@pytest.mark.parametrize(("coupling", "order", "dimension"), [("g4", 4, 4), ("g3", 3, 5)])
def test_a_raised_cutoff_is_a_change_of_units(coupling, order, dimension):
    """All spins from m^2 = 2 on: the largest value falls by 2^-(D/2-2+n), as its dimension says."""
    spins, largest = (0, 2, 4), []
    for gaps in ((), tuple((spin, "2") for spin in spins)):
        assumed = positivity.Assumptions(last_spin=4, gaps=gaps)
        end = positivity.bound(
            coupling, over="U", order=6, dimension=dimension, density="unitary", assumptions=assumed
        ).upper
        assert end.status == "certified"
        largest.append(float(end.text))
    assert largest[1] == pytest.approx(largest[0] * 2.0 ** -(dimension / 2 - 2 + order), rel=1e-7, abs=1e-9)


@pytest.mark.parametrize(("coupling", "dimension"), [("g3", 4), ("g5", 7)])
def test_two_methods_give_one_range(coupling, dimension):
    linear = positivity.bound(coupling, order=6, dimension=dimension)
    squares = positivity.bound(coupling, order=6, dimension=dimension, method="sdp")
    for (_, a), (_, b) in zip(linear.ends(), squares.ends(), strict=True):
        assert a.status == b.status == "certified"
        assert float(a.value) == pytest.approx(float(b.value), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("g4", ["0.01", "0.02", "0.27"])
def test_small_fixed_ratios_reach_the_optimum(g4):
    """At order 10 and g4 = .01 the multipliers are beyond the first range allowed; SDPA has -1.5743356."""
    lowest_so_far = None
    for order in (6, 8, 10):
        end = positivity.bound("g3", order=order, fix={"g4": g4}).lower
        assert end.status == "certified" and end.spectrum
        assert abs(float(end.text) - float(end.spectrum_value)) < 1e-7
        assert lowest_so_far is None or float(end.text) >= lowest_so_far - 1e-8
        lowest_so_far = float(end.text)
    if g4 == "0.01":
        assert lowest_so_far == pytest.approx(-1.5743356, abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("order", [6, 8, 10])
def test_g3_at_every_g4(order):
    for k in range(1, 51):
        for side, end in positivity.bound("g3", order=order, fix={"g4": f"{k / 100}"}).ends():
            assert end.status == "certified" and end.spectrum, (k, side)
            assert abs(float(end.text) - float(end.spectrum_value)) < 1e-7, (k, side)


def test_ratios_that_heavy_states_reach_do_not_stall():
    bound = positivity.bound("g6'", "g4", order=6, dimension=9, fix={"g3": "2"})
    assert bound.lower.status == bound.upper.status == "certified"
    assert float(bound.upper.text) == pytest.approx(6, abs=1e-7)
    assert "far above the cutoff" in bound.upper.spectrum_note


def test_only_known_decimals_are_printed():
    for order, digits in ((8, 30), (12, 20)):
        end = positivity.bound("g3", order=order, digits=digits).lower
        places = len(end.text.partition(".")[2])
        assert abs(Fraction(end.text) - Fraction(end.spectrum_value)) < Fraction(10, 10**places)


@pytest.mark.parametrize("order", [12, 16, 22])
def test_what_needs_no_null_is_exact_at_every_order(order):
    """g12/g4 <= 1/16 by <x^10> <= <x^2>; the program with its many nulls lost a digit with every order."""
    bound = positivity.bound("g12", "g4", order=order)
    assert (bound.lower.text, bound.upper.text) == ("0", "0.0625")
    assert bound.lower.status == bound.upper.status == "certified" and bound.upper.spectrum


def test_only_limits_have_no_g4():
    """g4 = 0 is met at infinite mass only, where g3 = 0: no finite multipliers prove that, and the note says so."""
    bound = positivity.bound("g3", order=6, fix={"g4": "0"})
    for side, end in ((-1, bound.lower), (1, bound.upper)):
        assert end.status == "certified"
        assert 0 <= side * float(end.text) < 1e-5
        assert "only limits of spectra" in end.spectrum_note
