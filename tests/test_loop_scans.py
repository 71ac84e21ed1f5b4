"""Ranges with a coupling free that the loops contain squared: quadratic cuts, covers, the largest g2, regions."""

import json
from math import pi

import numpy as np
import pytest
from flint import arb, fmpq

import positivity
from positivity.answers.loop_region import LoopRegion
from positivity.bounds.exclusion import exclude
from positivity.bounds.strength import largest_g2
from positivity.certificates.implied.asked import read_scope
from positivity.certificates.implied.bounds import excluded_intervals
from positivity.certificates.implied.prover import Prover
from positivity.certificates.verification import verify
from positivity.cli.main import main
from positivity.questions.loops import parse_pairs
from positivity.regions.loop_region import loop_region
from positivity.sum_rules.truncation import sign_flip, trusted_g2, validity
from solvers.quadratics import Quadratic, allowed, largest
from solvers.verify import Refused

FOUR = "g2^2,g2g3,g3^2,g2g4"


def quadratic(*coefficients):
    return Quadratic(*(arb(c) for c in coefficients))


def test_allowed_intervals():
    assert allowed([]) == [(-np.inf, np.inf)]
    [(low, high)] = allowed([quadratic(-1, 0, 1), quadratic(2, 1, 0), quadratic(0.5, -1, 0)])
    assert (low, high) == pytest.approx((-2, -1), abs=1e-10)
    assert allowed([quadratic(-1, 0, -1)]) == []
    assert len(allowed([quadratic(-1, 0, 1)])) == 2
    assert allowed([quadratic(-1, 1, 0), quadratic(-1, -1, 0)]) == []
    # a ball of coefficients excludes only what all of its members exclude
    [(low, high)] = allowed([Quadratic(arb(1, 0.1), arb(0, 0.01), arb(-1))])
    assert low < -(1.1**0.5) and high > 1.1**0.5
    with pytest.raises(ValueError, match="interval"):
        quadratic(1, 0, 0).below((float("nan"), 1.0))


@pytest.mark.parametrize("seed", range(5))
def test_largest_is_not_below_the_truth(seed):
    random = np.random.default_rng(seed)
    bounds = [quadratic(*random.normal(size=3)) for _ in range(4)]
    top, _ = largest(bounds, [(-1.0, 0.3), (0.5, 2.0)])
    grid = np.concatenate([np.linspace(-1, 0.3, 400), np.linspace(0.5, 2, 400)])
    sampled = max(min(float(b(g)) for b in bounds) for g in grid)
    assert sampled - 1e-12 <= float(top) <= sampled + 0.05


def test_strong_coupling_makes_the_moment_negative():
    """D=4, g2^2: <m^-4> = g2 - 7 g2^2/(160 pi^2) >= 0, so 0 <= g2 <= 160 pi^2/7, out of the program, certified."""
    result = positivity.bound("g2", loops="g2^2", order=4)
    assert {end.status for _, end in result.ends()} == {"certified"}
    assert float(result.upper.text) == pytest.approx(160 * pi**2 / 7, rel=1e-7)
    assert float(result.lower.text) == pytest.approx(0, abs=1e-6)
    assert len(verify(result.to_dict())) == 2


@pytest.mark.parametrize("density", ["positive", pytest.param("unitary", marks=pytest.mark.slow)])
def test_ranges_with_g3_free_cover_those_at_fixed_g3(density):
    """D=5, all four orders: the union over g3 of the ranges at fixed g3, an independent program."""
    arguments = {"dimension": 5, "order": 6, "loops": FOUR, "over": "U", "density": density, "digits": 6}
    g3 = positivity.bound("g3", fix={"g2": "0.3U"}, **arguments)
    g4 = positivity.bound("g4", fix={"g2": "0.3U"}, **arguments)
    assert {end.status for result in (g3, g4) for _, end in result.ends()} == {"certified"}
    low, high = (float(end.text) for _, end in g3.ends())
    found = []
    for share in (0.02, 0.35, 0.98):
        level = low + share * (high - low)
        at = positivity.bound("g4", fix={"g2": "0.3U", "g3": f"{level:.6f}U"}, **arguments)
        found.append([float(end.text) for _, end in at.ends()])
    for at in (low - 0.02, high + 0.02):
        outside = positivity.bound("g4", fix={"g2": "0.3U", "g3": f"{at:.6f}U"}, **arguments)
        assert all(end.text is None or "no theory" in end.reason for _, end in outside.ends()), at
    lowest, top = (float(end.text) for _, end in g4.ends())
    assert lowest <= min(pair[0] for pair in found) + 1e-6 and top >= max(pair[1] for pair in found) - 1e-6
    assert float(g4.upper.spectrum_value or top) == pytest.approx(top, abs=1e-4)


def test_covers_are_proved_again_and_tampered_ones_refused():
    result = positivity.bound("g4", dimension=5, order=6, loops=FOUR, fix={"g2": "0.3U"}, over="U", digits=6)
    assert len(verify(result.to_dict())) == 2
    for change in (
        lambda d: d["lower"]["certificate"]["certificates"].pop(0),
        lambda d: d["lower"]["certificate"].update(scanned=[2, 0]),
        lambda d: d["lower"].update(natural="0.1", value="0.1"),
        lambda d: d["upper"]["certificate"]["certificates"][0]["sum_rules"][0].update(coefficient="1"),
        lambda d: d["problem"].update(fix=[["g2", "0.2U"]]),
        lambda d: d["upper"]["certificate"].update(certificates=[]),
    ):
        data = json.loads(json.dumps(result.to_dict()))
        change(data)
        with pytest.raises(Refused):
            verify(data)


@pytest.mark.slow
@pytest.mark.parametrize(("dimension", "value", "reach"), [(5, 1.01202, 2.5), (6, 3.62341, 5.0)])
def test_largest_g2(dimension, value, reach, request):
    """All four orders: a positivity bound, a little below the short exact exclusion, proved over an interval."""
    pairs = parse_pairs(FOUR)
    end = largest_g2(pairs, 4, dimension)
    assert end.status == "certified" and float(end.natural) == pytest.approx(value, abs=2e-5 * value)
    assert 0 <= float(end.natural) - float(end.spectrum_value) < 5e-5 * value
    scope = read_scope({"coupling": "g2", "over": "U", "dimension": dimension, "order": 4, "loops": FOUR})[0]
    ((low, high),) = excluded_intervals(end.certificate, scope, Prover())
    assert float(low) <= float(end.natural) and float(high) > reach
    (statement,) = verify(end.certificate)
    assert f"D={dimension}" in statement and "couplings at mu=M" in statement and "g2^2,g2g3,g3^2,g2g4" in statement
    if dimension == 6:
        analytic = exclude(6, fmpq(1, 3), fmpq(1, 8))
        assert float(end.natural) < float(analytic.natural(analytic.low))
    wrong = json.loads(json.dumps(end.certificate))
    wrong["slices"][0]["from"] = "1/2"
    with pytest.raises(Refused):
        verify(wrong)
    gap = json.loads(json.dumps(end.certificate))
    gap["slices"].pop(1)
    assert " U or " in verify(gap)[0]  # what is left of it, and no more


def test_largest_g2_without_g3_squared_is_weaker():
    """Truncation matters: with g2^2 alone D=5 allows g2 far beyond 1.012 U."""
    few = positivity.bound("g2", loops="g2^2", dimension=5, order=4, over="U")
    assert few.upper.status == "certified" and float(few.upper.text) == pytest.approx(4.248, abs=1e-3)
    assert "not trustworthy" in few.warning and "WARNING" in str(few)


def test_validity_is_computed():
    """A_2: 7 g2/(160 pi^2); the coefficient of g4 in A_4 vanishes where the exact exclusion of D=6 ends."""
    assert validity(4, 0.3).sizes[0] == pytest.approx(0.3 * 7 * 16 * pi**2 / (160 * pi**2), rel=1e-12)
    end = exclude(6, fmpq(1, 3), fmpq(1, 8))
    assert sign_flip(6) == pytest.approx(float(end.natural(end.high)), rel=1e-5)
    assert 0.19 < trusted_g2(4) < 0.4 < trusted_g2(5) < trusted_g2(6)
    assert validity(4, 0.19).text == "" and "changed sign" in validity(4, 1.0).text


def test_region_with_loops_is_certified(tmp_path, capsys):
    target = tmp_path / "r.pdf"
    arguments = ["region", "g3", "g4", "--dimension", "5", "--order", "6", "--loops", FOUR, "--fix", "g2=0.3U"]
    assert main([*arguments, "--points", "8", "-o", str(target)]) == 0
    data = json.loads(target.with_suffix(".json").read_text())
    assert "lies in the outline" in verify(data)[0]
    region = LoopRegion.from_dict(data)
    assert region.to_dict() == data and "certified" in str(region)
    # inside the outline at fixed g3 the range of g4 is found by another program
    x, low, high = region.outline[60]
    at = positivity.bound("g4", dimension=5, order=6, loops=FOUR, fix={"g2": "0.3U", "g3": f"{x:.8f}U"}, over="U")
    assert low <= float(at.lower.text) + 1e-9 and high >= float(at.upper.text) - 1e-9
    assert low == pytest.approx(float(at.lower.text), abs=2e-3)
    data["outline"][60][2] -= 0.01
    with pytest.raises(Refused, match="smaller"):
        verify(data)


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ((), {"fix": {}, "loops": "g2^2"}),
        ((), {"fix": {"g2": "0.3U"}, "loops": FOUR, "dimension": 4}),
        ((), {"fix": {"g2": "0.3U"}, "loops": FOUR, "dimension": 5, "smeared": 8}),
        ((), {"fix": {"g2": "0.3U", "g3": "0"}, "loops": FOUR, "dimension": 5}),
    ],
)
def test_bad_regions(arguments, fragment):
    with pytest.raises(positivity.InputError):
        loop_region("g3", "g4", **fragment)


def test_loops_switched_off_give_tree_level():
    """epsilon -> 0: at g2 = epsilon U all loop terms are of relative size epsilon; ranges with g3 free return."""
    tree = positivity.bound("g4", "g2", dimension=5, order=4)
    gaps = []
    for level in ("0.01", "0.001"):
        loop = positivity.bound("g4", dimension=5, order=4, loops=FOUR, fix={"g2": f"{level}U"}, over="g2", digits=8)
        gaps.append([float(b.value) - float(a.value) for (_, a), (_, b) in zip(tree.ends(), loop.ends(), strict=True)])
    assert gaps[0][1] / gaps[1][1] == pytest.approx(10, rel=0.1)
    assert max(abs(g) for g in gaps[1]) < 1e-3


@pytest.mark.slow
def test_g4_turns_negative_above_a_tenth():
    """D=4, all four orders, g3 free: g4 >= 0 at g2 = 0.1U, may be negative at 0.12U."""
    ends = {}
    for level in ("0.1", "0.12"):
        result = positivity.bound("g4", "g2", density="unitary", loops=FOUR, fix={"g2": f"{level}U"}, smeared=10)
        ends[level] = float(result.lower.text)
    assert ends["0.1"] > 0 > ends["0.12"]
