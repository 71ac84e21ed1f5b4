"""A scope is parsed once, asked several questions, and takes the same words as the plain functions."""

import inspect
import json
import pickle
from fractions import Fraction

import pytest

import positivity
from positivity import Density, InputError, Scope
from positivity.bounds.sdpb import export_sdpb
from positivity.questions.scans.spec import ScanSpec

UNITARY = Scope(order=4, dimension=6, density="unitary", fix={"g2": "0.3U"})


def values(bound):
    return [(end.text, end.status) for _, end in bound.ends()]


@pytest.mark.parametrize(
    "words",
    [
        {"order": 6, "dimension": 5, "fix": {"g4": "0.3"}},
        {"order": 4, "dimension": 6, "density": "unitary", "fix": {"g2": "0.3U"}, "digits": 6},
        {"order": 6, "dimension": 5, "loops": "g2^2", "fix": {"g2": "0.2U"}, "digits": 6},
    ],
)
def test_bound_and_check_are_the_plain_functions(words):
    scope = Scope(**words)
    found, plain = scope.bound("g3"), positivity.bound("g3", **words)
    assert values(found) == values(plain) and found.problem == plain.problem
    assert found.problem.scope == str(positivity.bound("g3", **words)).splitlines()[0]
    middle = str((Fraction(found.lower.text) + Fraction(found.upper.text)) / 2)
    given = {"g3": middle} if scope.absolute else {"g2": 1, "g3": middle}
    words.pop("digits", None)
    assert scope.check(given).status == positivity.check(given, **words).status == "allowed"


def test_region_is_the_plain_function():
    scope = Scope(order=4, dimension=6)
    found, plain = scope.region("g3", "g4", points=8), positivity.region("g3", "g4", order=4, dimension=6, points=8)
    assert found.outer.tolist() == plain.outer.tolist() and found.problem == plain.problem
    looped = Scope(order=6, dimension=5, loops="g2^2", fix={"g2": "0.2U"}, digits=6)
    again = positivity.loop_region(
        "g3", "g4", order=6, dimension=5, loops="g2^2", fix={"g2": "0.2U"}, digits=6, points=3
    )
    assert looped.region("g3", "g4", points=3).outer.tolist() == again.outer.tolist()


def test_scan_is_the_plain_function_and_its_points_are_bounds():
    grid = {"g4": {"values": ["0.2", "0.4"]}}
    found = Scope(order=5, dimension=5, digits=6).scan(grid, "g3")
    spec = {"target": "g3", "order": 5, "dimension": 5, "digits": 6, "grid": grid}
    assert [row["result"]["upper"]["value"] for row in found.rows] == [
        row["result"]["upper"]["value"] for row in positivity.scan(spec).rows
    ]
    at = Scope(order=5, dimension=5, digits=6, fix={"g4": "0.4"}).bound("g3")
    assert found.rows[1]["result"]["upper"]["value"] == at.upper.text
    orders = Scope(dimension=5).scan({"order": {"values": [4, 5]}}, "g3")
    assert [row["result"]["problem"]["order"] for row in orders.rows] == [4, 5]


def test_a_scan_of_verdicts_holds_what_the_scope_holds():
    scope = Scope(order=4, fix={"g4": "0.4"})
    found = scope.scan({"g3": {"values": ["0", "9"]}, "g2": {"values": ["1"]}})
    assert [row["status"] for row in found.rows] == ["allowed", "excluded"]
    assert [scope.check({"g2": 1, "g3": g3}).status for g3 in (0, 9)] == ["allowed", "excluded"]


def test_a_fixed_ratio_of_a_check_is_that_of_a_bound():
    """Just inside and just outside of the range at g4/g2 = 0.3, at another normalisation."""
    scope = Scope(order=5, fix={"g4": "0.3"})
    top = Fraction(scope.bound("g3").upper.text)
    for factor, status in (("0.999", "allowed"), ("1.001", "excluded")):
        assert scope.check({"g2": 7, "g3": str(7 * top * Fraction(factor))}).status == status


def test_scopes_are_values():
    words = {"dimension": 5, "order": 8, "density": "unitary", "loops": "all", "fix": {"g3": "1/10", "g2": "0.3U"}}
    scope = Scope(**words)
    same = Scope(**{**words, "density": Density(2), "fix": {"g2": " 0.30 U", "g3": 0.1}, "loops": list(scope.loops)})
    assert scope == same and hash(scope) == hash(same) and len({scope, same}) == 1
    assert scope != scope.replace(digits=9) and scope.replace(digits=9).replace(digits=8) == scope
    assert pickle.loads(pickle.dumps(scope)) == scope
    assert Scope.from_dict(json.loads(json.dumps(scope.to_dict()))) == scope
    with pytest.raises(AttributeError):
        scope.order = 9


def test_all_loops_follow_the_order_and_named_ones_do_not():
    every, named = Scope(order=6, loops="all"), Scope(order=4, loops="g2^2")
    assert every.replace(order=8).loops == Scope(order=8, loops="all").loops != every.loops
    assert named == Scope(order=4, loops="all")
    assert named.replace(order=8).loops == named.loops


def test_the_line_of_a_scope_names_all_that_is_assumed():
    scope = Scope(dimension=5, order=6, density=Density("3/2", 4, [(2, "4")]), loops="g2^2", fix={"g2": "1/3U"})
    for word in ("D=5", "g2^2", "mu=M", "0 <= rho_J <= 3/2", "above 4", "spin 2 below m^2 = 4", "order 6", "g2 = 1/3U"):
        assert word in str(scope)
    density = {"ceiling": "3/2", "last_spin": 4, "gaps": [[2, "4"]]}
    spec = ScanSpec.read({"grid": {"g3": {"values": ["1"]}}, "target": "g4", "dimension": 5, "density": density})
    assert Scope(density=density).density.text in spec.scope
    assert Scope().scope == "D=4, tree level, rho_J >= 0, all even spins, masses >= M=1, forward sum rules to order 8"


def test_a_ceiling_is_a_bounded_density_whatever_its_name():
    given = Density(ceiling=1)
    assert Scope(density=given) == Scope(density="unitary", assumptions=positivity.Assumptions("1"))
    assert Scope(density={"ceiling": 2}) == Scope(density="unitary")
    half = UNITARY.replace(density=given, fix={}).bound("g2", "U").upper
    # <g2> is linear in the density: half the ceiling halves the largest value
    whole = UNITARY.replace(fix={}).bound("g2", "U").upper
    assert float(half.value) == pytest.approx(float(whole.value) / 2, rel=1e-6)
    assert half.certificate["assumptions"]["ceiling"] == "1"


RESTRICTED = {"ceiling": "1", "last_spin": 6, "gaps": [(2, "3/2")]}


@pytest.mark.parametrize("loops", ["tree", "g2^2"])
def test_restricted_densities_are_taken_by_every_verb(loops):
    scope = Scope(order=4, dimension=6, density=RESTRICTED, loops=loops, fix={"g2": "0.02U"}, digits=6)
    found = scope.bound("g3", "g2")
    assert found.problem.assumptions.last_spin == 6 and "at most" not in found.upper.reason
    assert found.upper.status == "certified"
    free = scope.replace(density="unitary").bound("g3", "g2")
    assert float(free.lower.text) <= float(found.lower.text) + 1e-6
    assert scope.check({"g3": "0.5U"}).status == "excluded"
    row = scope.scan({"g4": {"values": ["0.004U"]}}, "g3", "g2").rows[0]
    assert row["result"]["problem"]["assumptions"]["last_spin"] == 6
    assert row["result"]["upper"]["value"] is not None
    region = scope.region("g3", "g4", points=4)
    assert "no states of spin above 6" in region.problem.scope


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ({"dimensio": 5}, "did you mean dimension"),
        ({"dimension": 3}, "dimension"),
        ({"order": 2}, "order"),
        ({"density": "unitery"}, "density"),
        ({"density": {"roof": 1}}, "roof"),
        ({"density": Density, "order": 4}, "density"),
        ({"density": {"last_spin": 4}}, "ceiling"),
        ({"density": Density(1), "assumptions": positivity.Assumptions()}, "drop one"),
        ({"density": {"ceiling": 1, "gaps": [(2, 3), (2, 4)]}}, "twice"),
        ({"loops": "g2^3"}, "loops"),
        ({"loops": [("g2", "g3", "g4")]}, "loops"),
        ({"fix": {"g4": "many"}}, "fixed value of g4"),
        ({"fix": {"g4": "0.3U"}}, "fixed value of g4"),
        ({"fix": {"g4": 1, "g[2,0]": 2}}, "twice"),
        ({"smeared": 3}, "smeared"),
        ({"digits": 0}, "digits"),
        ({"method": "magic"}, "method"),
        ({"method": "sdp", "loops": "all"}, "loops"),
        ({"time_limit": 0}, "time limit"),
    ],
)
def test_a_bad_word_is_named_by_scopes_and_functions_alike(words, named):
    for asked in (lambda: Scope(**words), lambda: positivity.bound("g3", **words), lambda: Scope().replace(**words)):
        with pytest.raises(InputError, match=named):
            asked()


def test_verbs_refuse_what_they_do_not_know():
    with pytest.raises(InputError, match="did you mean coupling"):
        Scope().bound(couplin="g3")
    with pytest.raises(InputError, match="held in the scope"):
        UNITARY.check({"g2": "0.1U"})
    with pytest.raises(InputError, match="smeared"):
        Scope(density="unitary", smeared=3).check({"g2": 1})
    with pytest.raises(InputError, match="did you mean output"):
        Scope().scan({"g4": {"values": ["0.2"]}}, "g3", outputs="x")


@pytest.mark.parametrize(
    "function", [positivity.bound, positivity.region, positivity.check, positivity.loop_region, export_sdpb, Scope]
)
def test_signatures_show_the_words(function):
    shown = inspect.signature(function).parameters
    assert {"order", "dimension", "fix"} <= set(shown)
    assert not any(each.kind is each.VAR_KEYWORD for each in shown.values())
    assert shown["dimension"].default == 4 and shown["order"].default == (
        6 if function is positivity.loop_region else 8
    )
