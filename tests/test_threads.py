"""The library in threads: FLINT and mpmath keep one precision per process, and nobody may see another's."""

import random
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flint import arb, ctx, fmpq
from mpmath import mp

import positivity
from positivity.bounds.closed_form import analytic_cutoff, hoelder_constant
from positivity.bounds.exclusion import exclude
from solvers.precision import working_digits
from solvers.verify.precision import working_precision
from tests.scan_helpers import ROOT

TREE = [("bound", "g3", {"order": 5, "fix": {"g4": f"0.{11 + 9 * k}"}}) for k in range(3)]
MIXED = [
    *TREE,
    ("bound", "g4", {"order": 5, "density": "unitary"}),
    ("check", {"g2": 1, "g3": "0.3", "g4": "0.2"}, {"order": 6}),
    ("check", {"g2": 1, "g3": "-20", "g4": "0.2"}, {"order": 6}),
    ("closed form", "50", {}),
]
HEAVY = [
    ("bound", "g5", {"order": 6, "density": "unitary"}),
    ("bound", "g4", {"order": 6, "dimension": 6, "loops": "g2^2,g3^2", "fix": {"g2": "0.1U"}}),
    ("exclude", 5, {"kappa": fmpq(1, 4), "delta": fmpq(1)}),
]


@pytest.fixture
def impatient():
    """Threads that take turns a thousand times more often, so that a race is met and not waited for."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(5e-6)
    yield
    sys.setswitchinterval(usual)


def answer(question):
    """A comparable answer; every certificate in it is proved again on the way."""
    kind, what, options = question
    if kind == "closed form":
        hoelder_constant.cache_clear()
        return analytic_cutoff(1, what)
    if kind == "exclude":
        return str(exclude(what, **options))
    found = getattr(positivity, kind)(what, **options).to_dict()
    proved = positivity.verify(found)
    return _without_times(found), [str(statement) for statement in proved]


def _without_times(data):
    if isinstance(data, dict):
        return {key: _without_times(value) for key, value in data.items() if key != "seconds"}
    return [_without_times(value) for value in data] if isinstance(data, list | tuple) else data


def test_eight_threads_give_the_sequential_answers(impatient):
    expected = [answer(question) for question in MIXED]
    precision, digits = ctx.prec, mp.dps
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(answer, MIXED * 2))
    assert found == expected * 2
    assert (ctx.prec, mp.dps) == (precision, digits), "left as found"


@pytest.mark.slow
def test_eight_threads_of_a_hundred_mixed_problems():
    questions = MIXED + HEAVY
    expected = [answer(question) for question in questions]
    picks = random.Random(8).choices(range(len(questions)), k=800)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda pick: answer(questions[pick]), picks))
    assert [pick for pick, got in zip(picks, found, strict=True) if got != expected[pick]] == []


def test_sections_with_a_precision_do_not_see_each_other(impatient):
    def balls(bits):
        wrong = 0
        for _ in range(200):
            with working_precision(bits), working_digits(bits):
                wrong += any((ctx.prec, mp.dps) != (bits, bits) or arb(2).sqrt().rad() == 0 for _ in range(20))
        return wrong

    before = ctx.prec, mp.dps
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(balls, range(100, 108))) == [0] * 8
    assert (ctx.prec, mp.dps) == before


@pytest.mark.parametrize("bits", [20, 400])
def test_answers_do_not_depend_on_the_precision_around_them(bits):
    """So a thread that waits for the lock outside of it may see any precision."""
    expected = [answer(question) for question in MIXED]
    with working_precision(bits):
        assert [answer(question) for question in MIXED] == expected


def test_the_precision_is_set_under_the_lock_only():
    own = re.compile(r"workprec|workdps|extraprec|\bmp\.(dps|prec) *=|\bctx\.(prec|dps) *=")
    modules = [path for folder in ("positivity", "solvers", "paper_figs") for path in (ROOT / folder).rglob("*.py")]
    found = {path.relative_to(ROOT) for path in modules if own.search(path.read_text(encoding="utf-8"))}
    # node_sums.py holds the lock while it changes between two precisions
    assert found == {
        Path("solvers/precision.py"), Path("solvers/verify/precision.py"), Path("solvers/verify/node_sums.py"),
    }  # fmt: skip
