"""Answers with loops that must agree, over random questions: limits, orders, densities, two routes, primals."""

import json
from itertools import pairwise
from math import gamma, pi

import numpy as np
import pytest
from flint import arb
from scipy.optimize import linprog

import positivity
from positivity.amplitudes.partial_waves import casimir
from positivity.answers.end import End
from positivity.bounds import strength as loop_strength
from positivity.bounds.cut_finder import Cut
from positivity.bounds.loops import stronger_end
from positivity.bounds.outline import outline_of
from positivity.certificates.verification import verify
from positivity.programs import sampled as smeared_bounds
from positivity.programs.eliminate import LoopProblem
from positivity.programs.sampled import Grid, Past, smeared_bound, tree_problem
from positivity.programs.sampled_states import past_states
from positivity.questions.couplings import parse_combination
from positivity.questions.loops import parse_pairs
from positivity.questions.question import Problem
from positivity.questions.units import parse_level
from positivity.sum_rules.forward import coupling_functional, functional_kernel
from positivity.sum_rules.low_side import LoopTheory
from positivity.sum_rules.truncation import scale_note, tree_wave, trusted_g2, validity
from solvers.quadratics import Quadratic, allowed
from solvers.verify import Refused

FOUR = "g2^2,g2g3,g3^2,g2g4"
SMALL = ("g2^2", "g2^2,g2g4", "g2^2,g2g3,g2g4")
ROUNDING = 2e-6


def ends(result):
    return [float(end.natural) for _, end in result.ends()]


def question(random):
    """A random question at fixed g2: arguments of `bound` without density and order."""
    return {
        "coupling": str(random.choice(["g3", "g4"])), "over": "U", "dimension": int(random.choice([5, 6])),
        "loops": str(random.choice(SMALL)), "fix": {"g2": f"{random.uniform(0.02, 0.5):.4f}U"},
    }  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 12))])
def test_loops_vanish_with_the_coupling(seed):
    """At g2 = 1e-4 U the ratios are those of tree level to the size of the loops."""
    random = np.random.default_rng(seed)
    asked = question(random) | {"fix": {"g2": "0.0001U"}, "over": "g2"}
    loop = positivity.bound(**asked, order=4)
    tree = positivity.bound(asked["coupling"], "g2", order=4, dimension=asked["dimension"])
    for (_, a), (_, b) in zip(loop.ends(), tree.ends(), strict=True):
        assert a.status == b.status == "certified"
        assert float(a.value) == pytest.approx(float(b.value), abs=5e-3)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 8))])
def test_higher_orders_and_stronger_assumptions_are_never_weaker(seed):
    asked = question(np.random.default_rng(100 + seed))
    low, high = ends(positivity.bound(**asked, order=4))
    for order, density in ((6, "positive"), (4, "unitary")):
        inner = positivity.bound(**asked, order=order, density=density)
        assert {end.status for _, end in inner.ends()} == {"certified"}
        assert low - ROUNDING <= ends(inner)[0] <= ends(inner)[1] <= high + ROUNDING, (asked, order, density)


def test_a_pair_whose_coupling_vanishes_is_no_pair():
    """At g3 = 0 the loops of g2 g3 and g3^2 are zero: the ranges are those of g2^2 alone."""
    asked = {"over": "U", "dimension": 5, "order": 4, "fix": {"g2": "0.3U", "g3": "0"}}
    few, many = (ends(positivity.bound("g4", loops=loops, **asked)) for loops in ("g2^2", "g2^2,g2g3,g3^2"))
    assert few == pytest.approx(many, abs=ROUNDING)


def kernel(functional, spins, x, dimension):
    total = np.zeros((len(spins), len(x)))
    for n, poly in functional_kernel(functional, dimension).items():
        values = [float(int(v.p)) / float(int(v.q)) for v in (poly(casimir(int(s), dimension)) for s in spins)]
        total += np.outer(values, x**n)
    return total.ravel()


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 20))])
def test_explicit_spectra_lie_inside(seed):
    """Positive spectra on a grid of spins and masses that obey the loop sum rules, by a primal program of their own."""
    random = np.random.default_rng(200 + seed)
    asked = question(random)
    dimension, target = asked["dimension"], parse_combination(asked["coupling"])
    low, high = ends(positivity.bound(**asked, order=6))
    theory = LoopTheory(dimension, parse_pairs(asked["loops"]), {(1, 0): parse_level(asked["fix"]["g2"], "g2")})
    unknown = sorted({*theory.partners, *target})
    spins, x = np.arange(0, 32, 2), np.concatenate([[1.0], random.uniform(0.002, 1, 120)])
    rows = [coupling_functional(c) for c in ((1, 0), *unknown)] + theory.nulls(6)
    sides = [theory.side(row) for row in rows]
    # <row> - sum linear g = constant, with the unknown couplings as free variables
    heavy = np.stack([kernel(row, spins, x, dimension) for row in rows])
    free = np.array([[-float(side.linear.get(c, 0)) for c in unknown] for side in sides])
    # columns of unit size, so that the tolerance of the equalities is absolute
    matrix = np.hstack([heavy / np.abs(heavy).max(axis=0), free])
    right = np.array([float(side.constant) for side in sides])
    limits = [(0, None)] * heavy.shape[1] + [(None, None)] * len(unknown)
    cost = np.zeros(matrix.shape[1])
    cost[heavy.shape[1] + unknown.index(next(iter(target)))] = 1.0
    tight = {"primal_feasibility_tolerance": 1e-10}
    found = [linprog(sign * cost, A_eq=matrix, b_eq=right, bounds=limits, options=tight) for sign in (1, -1)]
    assert all(each.status == 0 for each in found)
    reached = found[0].fun, -found[1].fun
    assert low - 1e-7 <= reached[0] <= reached[1] <= high + 1e-7
    assert reached[1] - reached[0] > 0.5 * (high - low), "the spectra nearly fill the range"


@pytest.mark.parametrize("loops", ["g2^2", pytest.param(FOUR, marks=pytest.mark.slow)])
def test_bound_region_and_fixed_routes_agree(loops):
    """The extent of the region is the range of each coupling; at its rows another program at fixed g3 fits in."""
    asked = {"fix": {"g2": "0.3U"}, "loops": loops, "dimension": 5, "order": 4}
    region = positivity.region("g3", "g4", points=6, digits=6, **asked)
    assert isinstance(region, positivity.LoopRegion) and region.status == "certified"
    for name, low, high in (
        ("g3", region.outline[0, 0], region.outline[-1, 0]),
        ("g4", region.outline[:, 1].min(), region.outline[:, 2].max()),
    ):
        found = ends(positivity.bound(name, "U", digits=6, **asked))
        assert low - 1e-4 <= found[0] and found[1] <= high + 1e-4
        assert (low, high) == pytest.approx(found, abs=1e-2)
    for share in (0.3, 0.77):
        x = region.outline[0, 0] * (1 - share) + region.outline[-1, 0] * share
        at = positivity.bound("g4", "U", digits=6, **(asked | {"fix": {"g2": "0.3U", "g3": f"{x:.9f}U"}}))
        low, high = (np.interp(x, region.outline[:, 0], region.outline[:, k]) for k in (1, 2))
        assert low - ROUNDING <= ends(at)[0] and ends(at)[1] <= high + ROUNDING
    assert "lies in the outline" in verify(region.to_dict())[0]


def test_the_outline_holds_between_its_rows():
    """Points that all cuts allow lie in the polygon, which chords of the parabolas would leave."""

    def cut(side, *coefficients):
        return Cut(side, Quadratic(*(arb(c) for c in coefficients)))

    cuts = [cut(0, 1, 0, -1), cut(1, 1, 0, -0.8), cut(1, 0.9, 0.3, 0), cut(-1, 0.2, 0.1, -0.5)]
    rows = outline_of(cuts, 2.0)
    x = np.linspace(-1, 1, 5001)
    top = np.minimum(1 - 0.8 * x**2, 0.9 + 0.3 * x)
    bottom = -(0.2 + 0.1 * x - 0.5 * x**2)
    inside = top >= bottom
    assert np.all(np.interp(2 * x, rows[:, 0], rows[:, 2])[inside] >= 2 * top[inside] - 1e-12)
    assert np.all(np.interp(2 * x, rows[:, 0], rows[:, 1])[inside] <= 2 * bottom[inside] + 1e-12)
    assert np.abs(np.interp(2 * x, rows[:, 0], rows[:, 2]) - 2 * top)[inside].max() < 5e-3
    assert np.all(np.diff(rows[:, 0]) > 0)


def test_linear_cuts_are_bounded_at_infinity():
    linear = [Quadratic(arb(1), arb(side), arb(0)).widened(arb(1e-30), linear=True) for side in (-1, 1)]
    [(low, high)] = allowed(linear)
    assert (low, high) == pytest.approx((-1, 1), abs=1e-9)


def test_checked_points_agree_with_the_range():
    asked = {"dimension": 5, "order": 4, "loops": "g2^2"}
    low, high = ends(positivity.bound("g3", "U", fix={"g2": "0.3U"}, **asked))
    for g3, status in (((low + high) / 2, "allowed"), (low - 0.01, "excluded"), (high + 0.01, "excluded")):
        assert positivity.check({"g2": "0.3U", "g3": f"{g3:.8f}U"}, **asked).status == status


def test_an_excluded_interval_is_no_bound():
    """What is printed, and what a saved document must not claim."""
    end = End("1.01", "certified", natural="1.01", excluded=("1.01", "2.5"))
    bound = positivity.Bound(Problem("g2", "U", 5, 4, loops=FOUR), End(None, "failed"), end)
    text = str(bound)
    assert "none from 1.01 U to 2.5 U" in text and "<= 1.01" not in text
    assert "couplings at mu=M, arcs of radius M" in text and FOUR in text
    assert positivity.Bound.from_dict(json.loads(json.dumps(bound.to_dict()))) == bound


@pytest.mark.slow
def test_the_excluded_interval_with_both_densities():
    """D=5, all four: 1.012 U to 2.58 U; 0 <= rho <= 2 assumes more and is proved by the same functionals."""
    results = [
        positivity.bound("g2", "U", loops=FOUR, dimension=5, order=8, density=density)
        for density in ("positive", "unitary")
    ]
    assert [r.upper.status for r in results] == ["certified"] * 2
    assert results[0].upper.excluded == results[1].upper.excluded
    low, high = map(float, results[0].upper.excluded)
    assert (low, high) == pytest.approx((1.01202, 2.58), abs=2e-2) and "rho_J >= 0 alone" in results[1].upper.reason
    data = json.loads(json.dumps(results[0].to_dict()))
    assert any("1.012" in statement for statement in verify(data))
    data["upper"]["excluded"][1] = "4.0"
    with pytest.raises(Refused):
        verify(data)


def test_the_wave_at_the_cutoff():
    """f_0 by projection against quadrature over the angle; where it breaks unitarity."""
    nodes, weights = np.polynomial.legendre.leggauss(30)
    for dimension in (4, 5, 6):
        measure = weights * (1 - nodes**2) ** ((dimension - 4) / 2)
        t = (nodes - 1) / 2
        for coupling, amplitude in (((1, 0), 1 + t**2 + (1 + t) ** 2), ((0, 1), -t * (1 + t))):
            # n_0/U from its definition with Gamma functions; P_0 = 1
            norm = (dimension - 3) * gamma(dimension - 3) / (pi * gamma((dimension - 2) / 2))
            exact = (measure @ amplitude) / measure.sum() / norm
            assert tree_wave({coupling: 1.0}, dimension) == pytest.approx(exact, rel=1e-3)
    assert validity(4, 0.382).wave == pytest.approx(2, abs=2e-3) and trusted_g2(4) == pytest.approx(0.191, abs=1e-3)
    assert validity(5, 0.44).wave == pytest.approx(1, abs=1e-2)
    assert validity(5, 1.012).wave == pytest.approx(2.29, abs=5e-3)
    assert validity(6, 3.623).wave == pytest.approx(3.03, abs=1e-2)
    assert "f_0 at the cutoff is 2.29" in validity(5, 1.012).text and validity(4, 0.19).text == ""


def test_a_negative_g4_is_a_statement_at_its_scale():
    problem = Problem("g4", "g2", 4, 8, (("g2", "0.12U"),), "unitary", FOUR)
    # dg4/dln mu^2 = -7 g2^2/(160 pi^2) = -0.7 g2^2/U
    expected = np.exp(-0.0002 / (1.4 * 0.12**2))
    assert f"mu = {expected:.4g} M" in scale_note(problem, "-0.0002")
    assert scale_note(problem, "0.001") == "" and scale_note(problem, None) == ""


def smeared(count, coupling="g2", side=1, fixes=()):
    target = {key: side * value for key, value in parse_combination(coupling).items()}
    problem = tree_problem(target, [(parse_combination(name), value) for name, value in fixes], 4, count)
    return problem, smeared_bound(problem)


def test_more_smearing_functions_are_never_weaker():
    found = [smeared(count, side=-1, coupling="g3", fixes=[("g2", 0.3)])[1] for count in (3, 8)]
    assert all(each.valid for each in found)
    for fewer, more in pairwise(found):
        assert more.value <= fewer.value + fewer.error + more.error


@pytest.mark.slow
@pytest.mark.parametrize("coupling", ["g2", "g4"])
def test_nested_sets_of_functions(coupling):
    """3, 5, 8, 10, which contain each other."""
    fixes = [] if coupling == "g2" else [("g2", 0.3)]
    found = [smeared(count, coupling, fixes=fixes)[1] for count in (3, 5, 8, 10)]
    assert all(each.valid for each in found)
    for fewer, more in pairwise(found):
        assert more.value <= fewer.value + fewer.error + more.error


def test_functionals_are_negative_between_the_states_they_were_made_with():
    """A third set of states, between the two that the program looks at."""
    problem, found = smeared(8, side=-1, coupling="g3", fixes=[("g2", 0.3)])
    assert found.valid and found.error < 5e-5
    states = past_states(4, 8, Grid().reach, 0.27)
    past = Past(problem, states)
    assert len(past.target) > 10_000 and {-3, -2, -1} < set(states.spins)
    assert past.largest(np.array(found.multipliers), np.eye(len(problem.values))) <= 0


def test_an_end_without_such_a_functional_has_no_value(monkeypatch):
    # what used to be called a bound: the first functional, whatever it is past the grid
    monkeypatch.setattr(smeared_bounds, "_EXCHANGES", 1)
    monkeypatch.setattr(smeared_bounds, "_ATTEMPTS", 1)
    monkeypatch.setattr(smeared_bounds, "_FEWEST", 24)  # nor a functional of fewer functions
    monkeypatch.setattr(Past, "first", lambda self: (self.free[-1:], self.target[-1:, None]))
    end = positivity.bound("g2", "U", density="unitary", smeared=8).upper
    assert end.text is None and end.natural is None and end.status == "failed" and "positive" in end.reason


def test_rows_of_a_loop_problem_do_not_depend_on_the_route():
    """The program at fixed g3 and the cut at that g3 have the same infrared side."""
    fixes = [
        (parse_combination("g2"), parse_level("0.3U", "g2")),
        (parse_combination("g3"), parse_level("-0.4U", "g3")),
    ]
    rows = LoopProblem(parse_combination("g4"), fixes, parse_pairs(FOUR), 4, 5)
    theory = LoopTheory(5, parse_pairs(FOUR), {(1, 0): fixes[0][1], (0, 1): fixes[1][1]})
    for row, value in zip(rows.free, rows.values, strict=True):
        assert float(theory.side(row).constant) == pytest.approx(float(value), rel=1e-12)


@pytest.mark.parametrize(
    ("given", "weaker", "side", "chosen"),
    [
        (End(None, "failed", "not resolved"), End("1.01", "certified", natural="1.01"), 1, "1.01"),
        (End("1.2", "certified", natural="1.2"), End("1.01", "certified", natural="1.01"), 1, "1.01"),
        (End("0.9", "certified", natural="0.9"), End("1.01", "certified", natural="1.01"), 1, "0.9"),
        (End("0.2", "certified", natural="0.2"), End("0.1", "certified", natural="0.1"), -1, "0.2"),
        (End("0.9", "numerical", natural="0.9"), End("1.01", "certified", natural="1.01"), 1, "1.01"),
        (End(None, "failed", "no theory has the fixed values"), End("1", "certified", natural="1"), 1, None),
        (End("0.9", "numerical", natural="0.9"), End(None, "failed"), 1, "0.9"),
    ],
)
def test_a_bounded_density_takes_the_better_of_both_proofs(given, weaker, side, chosen):
    end = stronger_end(given, weaker, side)
    assert end.text == chosen
    assert ("rho_J >= 0 alone" in end.reason) == (chosen == weaker.text)


def test_the_excluded_g2_of_rho_positive_hold_for_bounded_densities(monkeypatch):
    """A weaker assumption that is resolved is used where the stronger one would not be."""
    asked = []

    def searched(pairs, order, dimension, assumptions, smeared):
        asked.append(assumptions)
        if assumptions is None:
            return End("1.01", "certified", "", natural="1.01", excluded=("1.01", "2.5"))
        return End(None, "failed", "not resolved")

    monkeypatch.setattr(loop_strength, "_searched", searched)
    end = loop_strength.largest_g2(parse_pairs(FOUR), 4, 5, positivity.Assumptions())
    assert end.status == "certified" and end.excluded == ("1.01", "2.5") and "rho_J >= 0 alone" in end.reason
    assert asked == [None]
