"""Specifications and plans of scans: exact grids, clear refusals, bisection of boundaries."""

import math
from fractions import Fraction

import pytest

import positivity
from positivity.questions.scans.axes import Axis
from positivity.questions.scans.plan import Boundary, chains, coarse_places
from positivity.questions.scans.spec import ScanSpec

GRID = {"g4": {"from": "0.1", "to": "0.4", "points": 4}}


def test_linear_grid_is_exact():
    axis = Axis.from_dict("g4", {"from": 0, "to": "1/3", "points": 7})
    assert [Fraction(axis.value(k)) for k in range(7)] == [Fraction(k, 18) for k in range(7)]
    assert Axis.from_dict("g4", GRID["g4"]).value(1) == "0.2"


def test_log_grid():
    axis = Axis.from_dict("g2", {"from": "0.001U", "to": "1/3U", "points": 9, "scale": "log"})
    values = [axis.value(k) for k in range(9)]
    assert values[0] == "0.001U" and values[-1] == "1/3U" and axis.unit == "U"
    for k, text in enumerate(values):
        assert math.isclose(float(Fraction(text[:-1])), 1e-3 * (1000 / 3) ** (k / 8), rel_tol=1e-11)


def test_values_and_whole_numbers():
    spec = ScanSpec.from_dict({"target": "g3", "grid": {"order": {"values": [4, 6]}, "g4": {"values": [0.1, "1/3"]}}})
    places = coarse_places(spec)
    assert [spec.values(place) for place in places][1] == {"order": "4", "g4": "1/3"}
    assert spec.request(spec.values(places[2]))["order"] == 6
    assert "order scanned" in spec.scope


def test_round_trip_of_a_specification():
    data = {"target": "g3", "order": 7, "grid": {**GRID, "g6": {"values": ["0.1"]}}, "fix": {"g5": "0.2"}}
    spec = ScanSpec.from_dict(data)
    assert ScanSpec.from_dict(spec.to_dict()) == spec
    for part in ("g3/g2", "g4, g6", "D=4", "tree level", "rho_J >= 0", "order 7", "g5 = 0.2"):
        assert part in spec.scope


@pytest.mark.parametrize(
    ("change", "fragment"),
    [
        ({"grid": None}, "grid is missing"),
        ({"grids": {}}, "unknown key 'grids'"),
        ({"target": ""}, "target is missing"),
        ({"target": "g1"}, "unknown coupling"),
        ({"order": 4, "target": "g7"}, "raise the order"),
        ({"density": "some"}, "density"),
        ({"fix": {"g4": 1}}, "named twice"),
        ({"fix": [1]}, "fix: write"),
        ({"keep": "all"}, "keep"),
        ({"task": "bond"}, "task 'bond'"),
        ({"task": "no_such_module:function"}, "cannot be imported"),
        ({"task": "check", "digits": 9}, "no meaning"),
        ({"assumptions": {"floor": 1}}, "floor"),
        ({"grid": {"g4": {"from": 1, "to": 1, "points": 3}}}, "the same"),
        ({"grid": {"g4": {"from": 0, "to": 1, "points": 1}}}, "points 1"),
        ({"grid": {"g4": {"from": 0, "to": 1}}}, "'points' is missing"),
        ({"grid": {"g4": {"from": 0, "to": 1, "points": 3, "scale": "log"}}}, "positive"),
        ({"grid": {"g4": {"from": 0, "to": 1, "points": 3, "scale": "cubic"}}}, "linear"),
        ({"grid": {"g4": {"from": "0.1U", "to": 1, "points": 3}}}, "different units"),
        ({"grid": {"g4": {"from": "x", "to": 1, "points": 3}}}, "not an exact"),
        ({"grid": {"g4": {"values": [1, 1.0]}}}, "twice"),
        ({"grid": {"g4": {"values": []}}}, "either"),
        ({"grid": {"order": {"from": 4, "to": 8, "points": 3}}}, "values = "),
        ({"grid": {"order": {"values": [4]}}, "order": 5}, "both an axis and an option"),
        ({"grid": {n: {"from": 0, "to": 1, "points": 99999} for n in ("g4", "g6")}}, "split it"),
    ],
)
def test_bad_specifications_are_refused_before_anything_runs(change, fragment, tmp_path):
    output = tmp_path / "scan.jsonl"
    with pytest.raises(positivity.InputError, match=fragment.replace("(", r"\(")):
        positivity.scan({"target": "g3", "grid": GRID, **change}, output)
    assert not output.exists()


def test_chains_are_neighbours_and_cover_the_grid():
    spec = ScanSpec.from_dict({"target": "g3", "grid": {"g6": {"values": [1, 2]}, "g4": {**GRID["g4"], "points": 101}}})
    places = coarse_places(spec)
    found = chains(spec, places)
    assert [place for chain in found for place in chain.places] == places
    for chain in found:
        assert len({place[:-1] for place in chain.places}) == 1
        assert all(b[-1] - a[-1] == 1 for a, b in zip(chain.places, chain.places[1:], strict=False))


def test_bisection_finds_every_cell_the_boundary_crosses():
    """All lattice cells on the circle end up with evaluated corners, and far fewer places than the lattice has."""
    levels = 4
    axis = {"from": -1, "to": 1, "points": 9, "adaptive": levels}
    spec = ScanSpec.from_dict({"task": "tests.scan_tasks:disc", "grid": {"g4": axis, "g6": axis}})

    def answer(place):
        x, y = (Fraction(v) for v in spec.values(place).values())
        return "in" if x * x + y * y <= Fraction(9, 16) else "out"

    boundary, answers = Boundary(spec), {}
    new, rounds = coarse_places(spec), 0
    while new:
        assert not set(new) & set(answers)
        answers |= {place: answer(place) for place in new}
        new, rounds = boundary.next_places(answers), rounds + 1
    size = spec.axes[0].size
    assert rounds == levels + 1
    for i in range(size - 1):
        for j in range(size - 1):
            corners = [(i, j), (i + 1, j), (i, j + 1), (i + 1, j + 1)]
            if len({answer(c) for c in corners}) == 2:
                assert all(c in answers for c in corners)
    assert len(answers) < size * size / 5
