"""What all answers share: numbers as text, float and fraction, equality without timings, files that load again."""

import dataclasses
from fractions import Fraction

import pytest

import positivity
from positivity.answers.loading import of_document
from positivity.questions.errors import InputError

GRID = {"g4": {"values": ["0.2", "0.3"]}}
ANSWERS = {
    "bound": lambda: positivity.bound("g3", order=4),
    "unitary": lambda: positivity.bound("g4", "U", order=4, density="unitary"),
    "region": lambda: positivity.region("g3", "g4", order=5, points=5),
    "loops": lambda: positivity.region(
        "g3", "g4", order=5, dimension=6, loops="g2^2", fix={"g2": "0.3U"}, points=3, digits=4
    ),
    "excluded": lambda: positivity.check({"g2": 1, "g3": -20}, order=6),
    "allowed": lambda: positivity.check({"g2": 1, "g3": 1}, order=4),
}


@pytest.fixture(scope="module")
def answers():
    return {name: make() for name, make in ANSWERS.items()}


def test_an_end_is_text_fraction_and_float(answers):
    for end in (answers["bound"].lower, answers["unitary"].upper):
        assert end.exact == Fraction(end.text) and isinstance(end.exact, Fraction)
        assert end.value == float(end.exact) and isinstance(end.value, float)
    nothing = positivity.End(None, "failed")
    assert nothing.value is None and nothing.exact is None


def test_the_text_is_rounded_outwards_of_what_its_spectrum_reaches(answers):
    """So the exact value is never inside; the float is the nearest one to it."""
    for bound in (answers["bound"], answers["unitary"]):
        for side, end in zip((-1, 1), (bound.lower, bound.upper), strict=True):
            assert side * (end.exact - Fraction(end.spectrum_value)) >= -Fraction(1, 10**10)


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_load_as_they_were_saved(name, answers, tmp_path):
    path = tmp_path / "answer.json"
    answers[name].save(path)
    again = positivity.load(path)
    assert again == answers[name] and type(again) is type(answers[name])
    assert again.to_dict() == answers[name].to_dict() and hash(again) == hash(answers[name])


@pytest.mark.parametrize("name", ["bound", "region", "allowed"])
def test_timings_and_versions_do_not_tell_answers_apart(name, answers):
    later = dataclasses.replace(answers[name], seconds=1e3, versions={"numpy": "0"})
    assert later == answers[name] and hash(later) == hash(answers[name])
    assert len({later, answers[name]}) == 1


def test_other_answers_are_other(answers):
    other = dataclasses.replace(answers["bound"], lower=dataclasses.replace(answers["bound"].lower, text="-12"))
    assert other != answers["bound"]


def test_a_scan_saves_itself(tmp_path):
    scan = positivity.scan({"target": "g3", "order": 4, "grid": GRID})
    scan.save(tmp_path / "scan.jsonl")
    again = positivity.load(tmp_path / "scan.jsonl")
    assert again.table() == scan.table() and positivity.verify(again) == positivity.verify(scan)


@pytest.mark.parametrize("data", [{}, {"schema": None}, {"schema": "eft-positivity/nulls/1"}, {"schema": ["x"]}])
def test_what_is_no_answer_is_not_loaded(data):
    with pytest.raises(InputError, match="no saved answer"):
        of_document(data)


def test_files_that_are_not_there_or_hold_none(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        positivity.load(tmp_path / "nothing.json")
    with pytest.raises(InputError, match="no file name"):
        positivity.load("")
    (tmp_path / "list.json").write_text("[1]")
    with pytest.raises(InputError):
        positivity.load(tmp_path / "list.json")
