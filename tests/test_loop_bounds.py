"""Certified bounds with one loop at fixed loop couplings."""

import json

import pytest
from flint import fmpq

import positivity
from positivity.bounds.exclusion import exclude
from positivity.bounds.variants import variant_ends
from positivity.certificates.verification import verify
from positivity.cli.main import main
from solvers.verify import Refused

FOUR = "g2^2,g2g3,g3^2,g2g4"


def ends(result):
    return [float(end.natural) for _, end in result.ends()]


@pytest.mark.parametrize("density", ["positive", "unitary"])
@pytest.mark.parametrize(
    ("dimension", "loops", "fix"),
    [
        (5, "g2^2", {"g2": "0.3U"}),
        (5, FOUR, {"g2": "0.3U", "g3": "-0.5U"}),
        (6, FOUR, {"g2": "0.3U", "g3": "-0.5U"}),
        (6, "g2g4,g2^2", {"g2": "20"}),
    ],
)
def test_ranges_are_certified_and_sharp(density, dimension, loops, fix):
    result = positivity.bound("g4", density=density, dimension=dimension, order=6, loops=loops, fix=fix, over="U")
    for _, end in result.ends():
        assert end.status == "certified"
        if end.spectrum_value is not None:
            assert float(end.text) == pytest.approx(float(end.spectrum_value), abs=2e-6)
    assert len(verify(result.to_dict())) == 2
    assert positivity.Bound.from_dict(result.to_dict()).to_dict() == result.to_dict()
    assert "one loop with" in str(result)


def test_elementary_range_of_g4():
    """D=6, g2^2: 0 <= <m^-8> <= <m^-4> in closed form, from the arcs of A_2(0) and A_4(0)."""
    level = 0.3
    result = positivity.bound("g4", dimension=6, order=4, loops="g2^2", fix={"g2": "0.3U"}, over="U")
    # U pi^-3 = 64: <m^-4> = g2 - 64/896 g2^2, <m^-8>/2 = g4 - 64*3/1792 g2^2
    assert ends(result)[0] == pytest.approx(64 * 3 / 1792 * level**2, abs=1e-7)
    upper = (level - 64 / 896 * level**2) / 2 + 64 * 3 / 1792 * level**2
    assert ends(result)[1] == pytest.approx(upper, abs=1e-7)


def test_small_couplings_are_tree_level_and_the_difference_is_linear():
    """Loops are of relative size g2/U: at g2 = 0.01 U and 0.001 U the shift of g4/g2 falls tenfold."""
    shifts = []
    for level in ("0.01", "0.001"):
        arguments = {"dimension": 5, "order": 6, "density": "positive", "fix": {"g2": f"{level}U"}, "over": "g2"}
        loop = positivity.bound("g3", loops="g2^2", **arguments)
        tree = positivity.bound("g3", "g2", dimension=5, order=4)
        shifts.append(float(loop.lower.text) - float(tree.lower.text))
    assert shifts[0] / shifts[1] == pytest.approx(10, rel=0.05)


def test_no_loops_with_absolute_levels_is_tree_level():
    tree = positivity.bound("g3", density="unitary", fix={"g2": "0.3U"}, order=6, over="g2", dimension=6)
    tiny = positivity.bound(
        "g3", density="unitary", fix={"g2": "0.3U", "g4": "0.03U"}, order=6, over="g2", dimension=6, loops="g4^2"
    )
    assert float(tree.lower.text) <= float(tiny.lower.text) + 1e-6


def test_tampered_loop_certificates_are_refused():
    result = positivity.bound("g4", dimension=6, order=6, loops=FOUR, fix={"g2": "0.3U", "g3": "-0.5U"})
    certificate = json.loads(json.dumps(result.lower.certificate))
    assert "pi^-3" in verify(certificate)[0]
    wrong = json.loads(json.dumps(certificate))
    wrong["loops"][0]["coefficient"] = "1/7"
    with pytest.raises(Refused, match="loop term"):
        verify(wrong)
    twice = json.loads(json.dumps(certificate))
    twice["loops"].append(twice["loops"][0])
    with pytest.raises(Refused, match="twice"):
        verify(twice)
    # a bound whose certificate leaves out a loop order, and a value that is too strong
    data = json.loads(json.dumps(result.to_dict()))
    data["lower"]["certificate"]["loops"].pop()
    with pytest.raises(Refused, match="other loops"):
        verify(data)
    data = json.loads(json.dumps(result.to_dict()))
    data["lower"]["natural"] = data["lower"]["value"] = "0.1"
    with pytest.raises(Refused, match="stronger"):
        verify(data)


def test_divergent_rows_are_refused_by_the_verifier():
    certificate = {
        "schema": "eft-positivity/certificate/1",
        "dimension": 4,
        "density": "positive",
        "claim": [],
        "sum_rules": [{"k": 2, "power": 2, "coefficient": "1"}, {"k": 4, "power": 0, "coefficient": "-2"}],
        "spin_split": 8,
        "loops": [{"couplings": [[1, 0], [1, 0]], "coefficient": "1"}],
    }
    with pytest.raises(Refused, match="no forward limit"):
        verify(certificate)


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["--loops", "g2^2"], "fix g2"),
        (["--loops", "g3^2,g4^2", "--fix", "g2=0.3U", "--order", "8"], "only one coupling"),
        (["--loops", "g3^2,g3g4", "--fix", "g2=0.3U", "--order", "8"], "fix g4 too"),
        (["--loops", "g2^2", "--fix", "g3=0.3U"], "fix g2"),
        (["--loops", "nonsense", "--fix", "g2=0.3U"], "loops"),
        (["--loops", "g2^2", "--fix", "g2=0.3U", "--method", "sdp"], "method"),
    ],
)
def test_bad_requests(arguments, fragment, capsys):
    assert main(["bound", "g4", "--dimension", "5", *arguments]) == 2
    assert fragment in capsys.readouterr().err


def test_four_dimensions_have_no_forward_null(capsys):
    assert main(["bound", "g4", "--fix", "g2=0.3U", "--loops", "g2^2"]) == 2
    assert "diverge" in capsys.readouterr().err


def test_exact_exclusion_in_six_dimensions():
    """The proof of 3.6706 U < g2 < 8.669 U: kappa = 1/3, delta = 1/8, gamma > 89/128."""
    found = exclude(6, fmpq(1, 3), fmpq(1, 8))
    assert float(found.natural(found.low)) == pytest.approx(3.6706, abs=1e-4)
    assert 8.669 < float(found.natural(found.high)) < 8.67
    assert "89/128" in str(found)
    assert exclude(6, found.kappa, found.delta, found.low, found.high) == found
    with pytest.raises(positivity.InputError, match="not excluded"):
        exclude(6, found.kappa, found.delta, found.low * fmpq(99, 100), found.high)


@pytest.mark.parametrize(("dimension", "low"), [(5, 1.0150), (6, 3.6670)])
def test_best_exclusion(dimension, low, capsys):
    assert main(["exclude", "--dimension", str(dimension), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    again = exclude(dimension, *(fmpq(*map(int, data[key].split("/"))) for key in ("kappa", "delta", "low", "high")))
    assert float(again.natural(again.low)) == pytest.approx(low, abs=1e-4)


def test_the_exclusion_agrees_with_the_program():
    """Just inside the interval no g3 is allowed at the g3 where the quadratic is largest; below it one is."""
    allowed = positivity.bound(
        "g4", dimension=6, order=6, loops=FOUR, fix={"g2": "3.3U", "g3": "-6U"}, density="positive"
    )
    inside = positivity.bound(
        "g4", dimension=6, order=6, loops=FOUR, fix={"g2": "3.9U", "g3": "-6U"}, density="positive"
    )
    assert inside.lower.text is None and "no theory" in inside.lower.reason
    assert allowed.lower.status in ("certified", "no theory")


def test_exclusion_needs_five_dimensions(capsys):
    assert main(["exclude", "--dimension", "4"]) == 2
    assert "n=4 null" in capsys.readouterr().err
    assert main(["exclude", "--kappa", "1/3"]) == 2


def smeared_range(coupling, loops, level, **fix):
    fixes = {"g2": level, **fix}
    result = positivity.bound(coupling, "g2", density="unitary", loops=loops, fix=fixes, smeared=10)
    assert {result.lower.status, result.upper.status} == {"numerical"}
    return float(result.lower.text), float(result.upper.text)


def test_ranges_in_four_dimensions():
    """g2^2 loops at g2 = 0.3U: g3/g2 in [-6.03, 0.55], g4/g2 in [0.0498, 0.322]; tree [-8.825, -1.696]."""
    assert smeared_range("g3", "tree", "0.3U") == pytest.approx((-8.825, -1.696), abs=2e-3)
    assert smeared_range("g3", "g2^2", "0.3U") == pytest.approx((-6.033, 0.551), abs=2e-3)
    assert smeared_range("g4", "g2^2", "0.3U") == pytest.approx((0.0498, 0.3216), abs=2e-4)


def test_g4_may_turn_negative_with_all_four_orders():
    """At g2 = 0.1U it is positive, at 0.15U and g3 = -0.3U it may be negative."""
    assert smeared_range("g4", FOUR, "0.1U", g3="-0.3U")[0] > 0
    assert smeared_range("g4", FOUR, "0.15U", g3="-0.3U")[0] < 0


def test_where_the_effect_comes_from():
    """D=4, g2 = 0.3U, g3/g2: nearly all of it is the coupling rows; the nulls matter at the percent level."""
    expected = {"R": (-8.825, -1.696), "B": (-6.024, 0.560), "N": (-8.835, -1.704), "F": (-6.033, 0.551)}
    for variant, ends_of in expected.items():
        found = [float(end.natural) / 0.3 for end in variant_ends("g3", variant, "0.3U")]
        assert found == pytest.approx(ends_of, abs=2e-3)
    with pytest.raises(positivity.InputError, match="variant"):
        variant_ends("g3", "X", "0.3U")
    with pytest.raises(positivity.InputError, match="variants"):
        variant_ends("g3", "F", "0.3U", "g2^2,g2g4")
