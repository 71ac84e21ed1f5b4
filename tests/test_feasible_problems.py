"""Problems that have a theory by construction are never stalled, excluded or answered without it."""

import random
import time
from fractions import Fraction

import pytest

import positivity
from positivity.amplitudes.uv_completions import known_theories, mixture
from positivity.questions.couplings import coupling_name, couplings_of_order, order_of, parse_combination

#: processor time of both ends; a problem takes .1 to 2 s
SECONDS = 20
FAST, LONG = 12, 300


def value(theory, name):
    return Fraction(str(theory.combination(parse_combination(name))))


def problem(seed):
    """(theory, target, over, order, dimension, fix): ratios of a mixture of known theories at random masses."""
    draw = random.Random(f"feasible {seed}")
    dimension, order = draw.randint(4, 12), draw.randint(4, 12)
    known = known_theories(dimension)
    parts = [(draw.choice(known), draw.randint(1, 9), Fraction(draw.randint(10, 40), 10)) for _ in range(3)]
    theory = mixture([(each, weight, str(mass)) for each, weight, mass in parts])
    over = draw.choice([name for name in ("g2", "g2", "g4", "g6") if order_of((int(name[1]) // 2, 0)) <= order])
    couplings = [coupling_name(c) for n in range(3, min(order, 10) + 1) for c in couplings_of_order(n)]
    names = draw.sample([name for name in couplings if name != over], min(len(couplings) - 1, draw.randint(1, 3)))
    fix = {name: str((value(theory, name) / value(theory, over)).limit_denominator(10**12)) for name in names[1:]}
    return theory, names[0], over, order, dimension, fix


def solved(seed):
    theory, target, over, order, dimension, fix = problem(seed)
    started = time.process_time()
    bound = positivity.bound(target, over, order=order, dimension=dimension, fix=fix)
    seconds = time.process_time() - started
    ratio = value(theory, target) / value(theory, over)
    asked = (seed, target, over, order, dimension, fix)
    for side, end in bound.ends():
        assert end.status in ("certified", "unbounded"), (asked, side, end.status, end.reason)
        if end.text is not None:
            outside = (ratio - Fraction(end.text)) * (1 if side == "upper" else -1)
            # the ratios are held to 12 digits only
            assert outside <= Fraction(1, 10**6) * max(1, abs(ratio)), (asked, side, end.text, float(ratio))
    assert seconds < SECONDS, (asked, seconds)


@pytest.mark.parametrize("seed", range(FAST))
def test_a_problem_with_a_theory_has_both_ends(seed):
    solved(seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(FAST, LONG))
def test_many_problems_with_a_theory_have_both_ends(seed):
    solved(seed)


@pytest.mark.parametrize(
    ("target", "over", "order", "dimension", "fix"),
    [("g6'", "g4", 6, 9, {"g3": "2"}), ("g6'", "g6", 8, 4, {}), ("g10", "g6", 10, 12, {"g8": "0.736568"})],
)
def test_rows_that_heavy_states_meet_do_not_stall_a_program(target, over, order, dimension, fix):
    """14 s for the last and minutes for the second: no multiplier of the lower nulls but zero is possible."""
    started = time.process_time()
    bound = positivity.bound(target, over, order=order, dimension=dimension, fix=fix)
    assert time.process_time() - started < 4
    assert {end.status for _, end in bound.ends()} <= {"certified", "excluded"}


def test_a_target_that_a_direction_does_not_use_does_not_stall_it():
    """The region of g6 and g2 over g4 has no end in the direction of g2, which is what it has to say."""
    with pytest.raises(positivity.InputError, match=r"direction \(0, 1\): no functional exists"):
        positivity.region("g6", "g2", "g4", order=6, dimension=6, fix={"g6'": "2.369424"}, points=6)
