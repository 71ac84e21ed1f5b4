"""Where parts meet: answers of one part that another one refused, or that fell into a traceback, found by the sweep."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from flint import fmpq

import positivity
from positivity.bounds import bounded, graviton
from positivity.questions.errors import InputError
from solvers.polygons import intersect_half_planes
from solvers.verify import Refused
from tests.command import run


def proved(bound):
    """The ends that say they are proved, and what `verify` makes of the document."""
    said = [side for side, end in bound.ends() if end.status in ("certified", "excluded")]
    try:
        return said, positivity.verify(json.loads(json.dumps(bound.to_dict())))
    except Refused as reason:
        return said, str(reason)


@pytest.mark.parametrize("density", ["positive", "unitary"])
@pytest.mark.parametrize("order", [6, 7])
def test_ends_with_loops_are_certified_where_verify_takes_them(order, density):
    """From order 7 on "all" holds g2 g5, and g5 is unknown: what its elimination leaves is bounded by nothing."""
    words = {"order": order, "dimension": 7, "loops": "all", "density": density, "digits": 4}
    bound = positivity.bound("g4", "U", fix={"g2": "0.07614U", "g3": "-0.11933U"}, **words)
    said, statements = proved(bound)
    if said:
        assert len(statements) == len(said) and not isinstance(statements, str)
    else:
        assert all(end.reason.startswith("not proved") and end.certificate is None for _, end in bound.ends())
    assert bool(said) == (order == 6)


def test_a_scan_that_nothing_bounds_says_so():
    words = {"order": 8, "dimension": 5, "loops": "all", "digits": 6}
    bound = positivity.bound("g6", "U", fix={"g2": "0.02989U", "g3": "-0.04026U"}, **words)
    assert all(end.status == "failed" and "no cut bounds it" in end.reason for _, end in bound.ends())


@pytest.mark.parametrize("density", [pytest.param("positive", marks=pytest.mark.slow), "unitary"])
def test_a_region_with_loops_that_nothing_bounds_is_refused_by_name(density):
    words = {"order": 7, "dimension": 7, "loops": "all", "density": density, "points": 3, "digits": 4}
    with pytest.raises(InputError, match="not bounded in x = g3"):
        positivity.region("g3", "g4", fix={"g2": "0.1U"}, **words)


def test_many_sum_rules_on_few_spins():
    """Rows that depend on each other on the three spins allowed: more of them change nothing."""
    density = positivity.Density(ceiling="2", last_spin=4)
    few, many = (
        positivity.bound("g7", "U", order=order, dimension=10, density=density, digits=4).upper for order in (8, 10)
    )
    assert few.status == many.status == "certified" and many.value <= few.value + 1e-6


@pytest.mark.parametrize("size", [1.0, 1e-3, 1e-9])
def test_vertices_of_flat_polygons(size):
    """The corners of a rectangle and of a triangle on it, where coordinates differ by orders of magnitude."""
    low, high = 1.25 * size, 3.5 * size
    lines = [(1.0, 0.0, 2.0), (-1.0, 0.0, 1.0), (0.0, 1.0, high), (0.0, -1.0, -low)]
    found = intersect_half_planes(lines)
    wanted = {(2.0, high), (-1.0, high), (-1.0, low), (2.0, low)}
    assert len(found) == 4
    for x, y in found:
        assert min(abs(x - a) + abs(y - b) / size for a, b in wanted) < 1e-12
    assert not len(intersect_half_planes(lines[:3]))


def test_a_flat_region_is_the_one_that_verify_reads():
    region = positivity.region("g3", "g4", fix={"g6": "0.000261"}, order=8, dimension=6, points=4)
    assert len(positivity.verify(json.loads(json.dumps(region.to_dict())))) == len(region.certified)


@pytest.mark.parametrize(
    ("beyond", "multiplier", "status", "shown"),
    [(0.0, 1, "certified", True), (3e-8, 1, "failed", None), (3e-8, 10_000, "certified", False),
     (1e-3, 10_000, "failed", None)],
)  # fmt: skip
def test_a_density_beyond_the_proved_value(monkeypatch, beyond, multiplier, status, shown):
    """It is known to the rounding of its averages, which enter with the multipliers; more is a contradiction."""
    solver = bounded.UnitarySolver([{(1, 0): fmpq(1)}], [], 4, 4, 8, positivity.questions.density.Assumptions())
    result = solver.program.solve(np.array([1.0]), solver._levels(), 1e-9)
    value = fmpq(8, 10)
    monkeypatch.setattr(solver, "certify", lambda *_: ({}, value))
    size = tuple(fmpq(multiplier) for _ in result.multipliers)
    changed = replace(result, primal=float(value) + beyond, multipliers=size)
    solver.program = SimpleNamespace(solve=lambda *_: changed)
    end, _ = solver._solve([fmpq(-1)], 1)
    assert end.status == status
    if shown is not None:
        assert (end.spectrum_value is not None) == shown and bool(end.spectrum_note) != shown


def test_a_scope_drops_no_word_beside_the_graviton(monkeypatch):
    seen = {}
    monkeypatch.setattr(graviton, "graviton_bound", lambda *_, **words: seen.update(words))
    positivity.Scope(dimension=6, digits=4, fix={"g2": 5}).bound("g3", "8piG")
    assert seen == {"dimension": 6, "digits": 4, "fix": {"g2": "5"}}
    monkeypatch.undo()
    for words in ({"order": 10}, {"density": "unitary"}, {"loops": "g2^2"}):
        with pytest.raises(InputError):
            positivity.Scope(dimension=6, **({"fix": {"g2": 1}} if "loops" in words else {}), **words).bound(
                "g2", "8piG"
            )


def test_8pig_takes_one_number_of_functions(capsys):
    command = "bound 8piG --density unitary --p-min 0.3 --contacts 1 --functions 9,8"
    code, _, errors = run(capsys, *command.split())
    assert code == 2 and "one number" in errors
