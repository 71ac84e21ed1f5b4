"""The graviton as a coupling: one number on two routes, proofs of saved answers, forgeries, errors."""

import copy
import json

import pytest
from flint import fmpq

import positivity
from positivity.amplitudes.recession import endless
from positivity.answers.citations import keys_for
from positivity.certificates.implied import prover
from positivity.cli.main import main
from positivity.questions.couplings import (
    GRAVITON,
    combination_latex,
    combination_text,
    order_of,
    parse_combination,
)
from positivity.questions.errors import InputError
from positivity.questions.rules import Powers, Splines, rules_from_dict
from solvers.verify import Refused, verify_data

FEW = (7,)  # powers of p: a proof in D = 6 takes a few seconds


@pytest.fixture(autouse=True)
def remembered(monkeypatch):
    """A certificate is proved once: the same document is the same proof."""
    monkeypatch.setattr(prover, "verify_data", lambda data: PROVED.get(data))


class Remembered(dict):
    def get(self, data):
        key = json.dumps(data, sort_keys=True)
        if key not in self:
            self[key] = verify_data(data)
        return self[key]


PROVED = Remembered()


def saved(answer):
    """As it is read from a file."""
    return json.loads(json.dumps(answer.to_dict()))


def number(text):
    above, _, below = str(text).partition("/")
    return float(above) / float(below or 1)


@pytest.fixture(scope="module")
def lowest():
    return positivity.bound("g2", over="8piG", dimension=6, functions=FEW)


@pytest.fixture(scope="module")
def both():
    return positivity.bound("g3", over="8piG", dimension=6, fix={"g2": 5}, functions=FEW)


@pytest.fixture(scope="module")
def strength():
    return positivity.bound("8piG", density="unitary", p_min="0.3", contacts=1, functions=8)


@pytest.fixture(scope="module")
def excluded():
    return positivity.check({"8piG": 2, "g2": -40}, dimension=6, functions=FEW)


def test_the_graviton_is_a_term_of_the_sum():
    """8piG (st/u + su/t + tu/s) is 4 g[2,-1] times sigma2^2 sigma3^-1 / 4, at exact numbers."""
    from positivity.amplitudes.graviton import exchange

    s, t = fmpq(3), fmpq(-5, 7)
    u = -s - t
    (value,) = parse_combination("8piG", graviton=True).values()
    sigma2, sigma3 = s * s + t * t + u * u, s * t * u
    assert exchange(s, t) * value == sigma2**2 / sigma3
    assert order_of(GRAVITON) == 1


@pytest.mark.parametrize(
    ("text", "same", "latex"),
    [
        ("8piG", "8piG", r"8\pi G"),
        ("4*g[2,-1]", "8piG", r"8\pi G"),
        ("2*8piG-g2", "2*8piG-g2", r"2\,8\pi G-g_{2}"),
        ("g_{2,-1}", "1/4*8piG", r"\frac{1}{4}\,8\pi G"),
    ],
)
def test_its_names(text, same, latex):
    read = parse_combination(text, graviton=True)
    assert combination_text(read) == same and combination_latex(read) == latex
    assert parse_combination(same, graviton=True) == read


def test_bound_and_gravity_bound_are_one_number(lowest):
    old = positivity.gravity_bound(6, (1, 0), FEW, certify=True)
    assert lowest.lower.status == "certified"
    assert number(lowest.lower.to_dict()["value"]) == pytest.approx(-old.alpha, abs=1e-8)
    assert number(lowest.lower.to_dict()["value"]) <= -old.alpha + 1e-12
    assert lowest.upper.status == "unbounded" and lowest.upper.ray


def test_cutoff_bound_and_bound_are_one_number(strength):
    old = positivity.cutoff_bound("0.3", contacts=1, functions=8)
    value = number(strength.upper.to_dict()["value"])
    assert old.value <= value <= old.value * (1 + 1e-5)
    assert strength.upper.status == "numerical" and strength.lower.status == "not sought"
    assert old.cutoff_over_planck <= number(strength.cutoff_over_planck) <= old.cutoff_over_planck * (1 + 1e-5)
    assert "M/M_P <= 12.99" in str(strength) and saved(strength)["cutoff_over_planck"] == strength.cutoff_over_planck
    given = positivity.bound("8piG", density="unitary", rules=Splines("0.3", contacts=1, functions=8))
    assert given.problem == strength.problem and given.upper == strength.upper


def test_both_ends_at_a_fixed_coupling_are_proved(both):
    """g3 at fixed g2 lies within what the certified directions g2 - g3/4 and g2 alone leave."""
    low, high = (number(end.to_dict()["value"]) for end in (both.lower, both.upper))
    assert both.lower.status == both.upper.status == "certified" and low < 0 < high
    for end in (both.lower, both.upper):
        claim = {k: number(v) for k, v in end.certificate["claim"].items()}
        value = number(end.to_dict()["value"])
        assert claim["8piG"] + 5 * claim["g2"] + value * claim["g3"] <= 1e-9
    assert len(positivity.verify(saved(both))) == 2


def test_answers_are_saved_and_proved(lowest, both, strength, excluded):
    for answer in (lowest, both, strength):
        assert positivity.Bound.from_dict(saved(answer)) == answer
    assert positivity.Verdict.from_dict(saved(excluded)) == excluded
    (statement,) = positivity.verify(saved(lowest))
    assert statement.startswith("g2/8piG >= -10.05") and "D=6" in statement and "leading order in G" in statement
    (statement,) = positivity.verify(saved(excluded))
    assert statement.startswith("excluded: 8piG = 2, g2 = -40")
    with pytest.raises(Refused, match="holds no certificate"):
        positivity.verify(saved(strength))
    assert "leading order in G" in str(lowest) and "7 functions on A_2 improved" in str(lowest)
    assert "Caron-Huot:2021rmr" in keys_for(saved(lowest)) and "Tokareva:2025gravity" in keys_for(saved(strength))


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (lambda d: d["problem"].update(dimension=7), "D=6"),
        (lambda d: d["problem"].update(dimension=4), "dimension 4|p_min"),
        (lambda d: d["problem"].update(order=8), "order 3"),
        (lambda d: d["problem"].update(over="2*8piG"), "does not divide by 8piG"),
        (lambda d: d["problem"].update(coupling="g3"), "not about this question|other side"),
        (lambda d: d["problem"].update(coupling="-g2"), "other side"),
        (lambda d: d["problem"].update(coupling="2*g2"), "stronger"),
        (lambda d: d["problem"].update(density="unitary"), "rho_J >= 0"),
        (lambda d: d["problem"].update(loops="g2^2"), "tree level"),
        (lambda d: d["problem"].update(fix=[["g2", "1"], ["g2", "2"]]), "contradict"),
        (lambda d: d["problem"].update(fix=[["g4", "1"]]), "g2 and g3 may be held"),
        (lambda d: d["problem"].pop("rules"), "no graviton"),
        (lambda d: d["problem"]["rules"].update(family="splines"), "splines|damaged|rules|given"),
        (lambda d: d["problem"]["rules"].update(p_min="0.1"), "D = 4 only"),
        (lambda d: d["lower"].update(value="-10.05"), "stronger"),
        (lambda d: d.update(lower=d["upper"], upper=d["lower"]), "other side|stronger"),
        (lambda d: d["upper"].update(status="certified", value="3"), "missing"),
        (lambda d: d["lower"].update(status="excluded", value=None), "not about this question"),
        (lambda d: d["lower"]["certificate"]["claim"].update({"8piG": "9"}), "does not give the claim"),
        (lambda d: d.update(cutoff_over_planck="0.1"), "says nothing of the cutoff"),
    ],
)
def test_forged_bounds_are_refused(lowest, forge, reason):
    data = saved(lowest)
    forge(data)
    with pytest.raises(Refused, match=reason):
        positivity.verify(data)


@pytest.mark.parametrize(
    ("forge", "reason"),
    [
        (lambda d: d.update(dimension=7), "D=6"),
        (lambda d: d["couplings"][1].__setitem__(1, "-20"), "does not exclude"),
        (lambda d: d["couplings"][0].__setitem__(1, "-2"), "no positive value"),
        (lambda d: d["couplings"].pop(0), "8piG"),
        (lambda d: d["couplings"][1].__setitem__(0, "g3"), "not about this question"),
        (lambda d: d.update(order=4), "order 3"),
        (lambda d: d.update(claim="1*8piG +0.2*g2 >= 0"), "another claim"),
        (lambda d: d.update(violation="-100"), "another violation"),
        (lambda d: d.update(status="allowed"), "no proof"),
        (lambda d: d.pop("rules"), "no graviton|another kind|graviton"),
    ],
)
def test_forged_verdicts_are_refused(excluded, forge, reason):
    assert excluded.excluded
    data = saved(excluded)
    forge(data)
    with pytest.raises(Refused, match=reason):
        positivity.verify(data)


def test_a_region_is_unbounded_and_proved(tmp_path):
    found = positivity.region("g2", "g3", over="8piG", dimension=6, points=2, functions=FEW)
    assert found.unbounded and "unbounded" in str(found) and len(found.outer) == 0 and len(found.drawn) >= 3
    data = saved(found)
    assert positivity.Region.from_dict(data) == found
    assert len(positivity.verify(data)) == len(found.certified) >= 1
    found.plot(str(tmp_path / "r.png"))
    forged = copy.deepcopy(data)
    forged["half_planes"][0]["end"]["value"] = "1"
    with pytest.raises(Refused, match="stronger"):
        positivity.verify(forged)
    forged = copy.deepcopy(data)
    forged["half_planes"][0]["normal"] = forged["half_planes"][-1]["normal"]
    with pytest.raises(Refused):
        positivity.verify(forged)


def test_what_has_no_end():
    """A heavy scalar raises g2 and g3 at will, a mixture with the stu pole g2 alone."""
    up, down = (fmpq(1), fmpq(0)), (fmpq(-1), fmpq(0))
    assert endless(up, {}, 6) is None and endless(down, {}, 6) == ("spin-0 exchange at m^2 = 1 M^2", 1)
    assert endless((fmpq(0), fmpq(1)), {}, 6) is not None and endless((fmpq(0), fmpq(-1)), {}, 6) is not None
    assert endless(up, {"g3": fmpq(1)}, 6) is None and endless(down, {"g3": fmpq(1)}, 6) is not None
    assert endless((fmpq(0), fmpq(1)), {"g2": fmpq(1)}, 6) is None
    assert endless((fmpq(1), fmpq(-1, 3)), {}, 6) is None and endless((fmpq(1), fmpq(-34, 100)), {}, 6) is not None


@pytest.mark.parametrize("rules", [Powers(), Powers((9, 8)), Powers(None, "1e-6"), Splines("0.1", contacts=1),
                                   Splines(mu="0.3", contacts=0), Splines("0.1", k=(2, 4), degree=6)])  # fmt: skip
def test_rules_are_records(rules):
    assert rules_from_dict(json.loads(json.dumps(rules.to_dict()))) == rules and len({rules, rules}) == 1


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        (lambda: positivity.bound("8piG"), "homogeneous in G"),
        (lambda: positivity.bound("8piG", density="unitary"), "p-min is not given"),
        (lambda: positivity.bound("8piG", density="unitary", p_min="0.1"), "no default"),
        (lambda: positivity.bound("8piG", density="unitary", p_min="0.1", contacts=1, dimension=6), "D = 4"),
        (lambda: positivity.bound("8piG", "g2", density="unitary", p_min="0.1", contacts=1), "leave over out"),
        (lambda: positivity.bound("8piG", density="unitary", p_min="0.1", k=(2, 4), degree=4, prove=True), "A_2"),
        (lambda: positivity.bound("g2", over="8piG"), "diverges"),
        (lambda: positivity.bound("g4", over="8piG", dimension=6), "bounds g2 and g3"),
        (lambda: positivity.bound("g2", over="8piG+g2", dimension=6), "8piG alone"),
        (lambda: positivity.bound("g2", over="8piG", dimension=6, density="unitary"), "drop the density"),
        (lambda: positivity.bound("g2", over="8piG", dimension=6, fix={"g2": 1}), "bound the other"),
        (lambda: positivity.bound("g2", over="8piG", dimension=6, order=10), "no meaning"),
        (lambda: positivity.bound("g2", over="8piG", dimension=6, functons=9), "no word"),
        (lambda: positivity.bound("g2", over="8piG", dimension=6, rules=Splines("0.1", contacts=1)), "Powers"),
        (lambda: positivity.bound("g3", fix={"8piG": 1}), "know no graviton"),
        (lambda: positivity.region("g2", "2*g2", over="8piG", dimension=6), "multiples"),
        (lambda: positivity.check({"8piG": 1}, dimension=6), "beside 8piG"),
        (lambda: positivity.check({"8piG": -1, "g2": 1}, dimension=6), "positive"),
        (lambda: positivity.check({"8piG": 1, "g4": 1}, dimension=6), "g2 and g3"),
        (lambda: positivity.null_constraints("8piG"), "order"),
        (lambda: parse_combination("28piG", graviton=True), r"2\*8piG"),
    ],
)
def test_what_makes_no_sense_is_refused(ask, reason):
    with pytest.raises(InputError, match=reason):
        ask()


@pytest.mark.slow
def test_four_dimensions_are_numerical():
    found = positivity.bound("g2", over="8piG", b_max=100, functions=(5,), prove=False)
    old = positivity.gravity_bound(4, functions=(5,), b_max=100)
    assert found.lower.status == "numerical" and "D = 4" in found.lower.reason
    assert number(found.lower.to_dict()["value"]) == pytest.approx(-old.alpha, abs=2e-6)
    assert found.problem.rules.p_min == "0.01"


def test_command_line(capsys, tmp_path):
    target = tmp_path / "b.json"
    words = ["--over", "8piG", "--dimension", "6", "--functions", "5", "-o", str(target)]
    code = main(["bound", "g2", *words])
    out = capsys.readouterr().out
    assert code == 0 and "g2/8piG" in out and "certified" in out
    assert main(["verify", str(target)]) == 0 and "PROVED: g2/8piG >=" in capsys.readouterr().out
    words = ["--density", "unitary", "--p-min", "0.3", "--contacts", "1", "--functions", "8"]
    assert main(["bound", "8piG", *words]) == 0 and "M/M_P <=" in capsys.readouterr().out
    assert main(["bound", "8piG", *words, "--require-certified"]) == 1


@pytest.mark.slow
def test_the_cutoff_is_proved_in_the_same_words():
    found = positivity.bound("8piG", density="unitary", p_min="0.3", contacts=1, functions=12, prove=True)
    assert found.upper.status == "certified"
    data = saved(found)
    (statement,) = positivity.verify(data)
    assert statement.startswith("8piG Lambda^2 <=")
    for forge, reason in (
        (lambda d: d["problem"]["rules"].update(contacts=2), "order|contact"),
        (lambda d: d["problem"]["rules"].update(p_min="0.5"), "below p_min"),
        (lambda d: d["problem"]["rules"].update(forward=True, contacts=None), "order|A_2"),
        (lambda d: d["problem"].update(fix=[["g2", "1"]]), "nothing held"),
        (lambda d: d["problem"]["assumptions"].update(ceiling="1"), "another density"),
        (lambda d: d.update(cutoff_over_planck="1"), "below the root"),
        (lambda d: d["upper"].update(value="1"), "stronger"),
    ):
        forged = copy.deepcopy(data)
        forge(forged)
        with pytest.raises(Refused, match=reason):
            positivity.verify(forged)
