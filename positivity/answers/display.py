"""Values in the units of the question, rounded outwards."""

from __future__ import annotations

from flint import arb

from positivity.questions.couplings import parse_combination
from positivity.questions.errors import InputError
from positivity.questions.numbers import decimal_text, parse_rational, round_outwards
from positivity.questions.question import Problem
from positivity.questions.units import PRECISION, Level, natural_unit, parse_level, to_ball
from solvers.verify.precision import working_precision


def divisor(problem: Problem) -> arb:
    """What a value in units of U is multiplied by for display; raises InputError for a bad `over`."""
    with working_precision(PRECISION):
        unit = natural_unit(problem.dimension)
        if problem.over == "1":
            return unit
        if problem.over == "U":
            return arb(1)
        wanted = parse_combination(problem.over)
        for name, value in problem.fix:
            if parse_combination(name) == wanted:
                level = _level(parse_level(value, name), unit)
                if not level > 0:
                    raise InputError(f"over {problem.over!r}: its fixed value must be positive")
                return 1 / level
    raise InputError(
        f"over {problem.over!r}: fix it, e.g. {problem.over} = 0.3U, or use over '1' or 'U' (values are absolute here)"
    )


def _level(level: Level, unit: arb) -> arb:
    """A fixed value in units of U."""
    return to_ball(level[0]) / unit + to_ball(level[1])


def displayed(problem: Problem, natural: str, side: int, digits: int) -> str:
    """A value in units of U as shown, rounded outwards."""
    with working_precision(PRECISION):
        value = to_ball(parse_rational(natural)) * divisor(problem)
        places = max(0, min(digits, 10) + 2 - (2 if problem.over == "1" else 0))
        return decimal_text(round_outwards(value, side, places), places)
