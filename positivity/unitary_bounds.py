"""Ranges of couplings with full unitarity, in units of M, of U = (4 pi)^(D/2), or of a fixed coupling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from flint import arb, fmpq

from positivity.certificates import decimal_text
from positivity.couplings import Combination, combination_text, parse_combination, parse_rational
from positivity.errors import InputError
from positivity.limits import timed
from positivity.problem import Assumptions, End, Problem
from positivity.smeared_bounds import NO_SMEARED_BOUND, smeared_bound, smeared_note, tree_problem
from positivity.unitarity import (
    Level,
    UnitarySolver,
    exact_assumptions,
    held_levels,
    natural_unit,
    parse_fixes,
    parse_level,
    round_outwards,
    to_ball,
)
from solvers.precision import working_precision

_PRECISION = 192


def unitary_range(
    coupling: Combination,
    over: str,
    fix: Mapping[str, object],
    order: int,
    dimension: int,
    digits: int,
    assumptions: Assumptions,
    smeared: int = 0,
) -> tuple[Problem, End, End]:
    """Problem and both ends; `over` is "1" (units of M), "U", or a coupling that is held fixed.

    smeared: with this many smeared nulls instead of forward ones (numerical, never certified).
    """
    fixes = parse_fixes(dict(fix))
    assumptions = exact_assumptions(assumptions)
    problem = Problem(
        combination_text(coupling),
        over,
        dimension,
        order,
        held_levels(fix),
        "unitary",
        "tree",
        assumptions,
        smeared,
    )
    divisor(problem)
    if smeared:
        if assumptions != Assumptions():
            raise InputError("smeared nulls know no assumptions but full unitarity: drop them or the smeared nulls")
        lower, upper = (_smeared_end(problem, coupling, fixes, side, digits) for side in (-1, 1))
        return problem, lower, upper
    solver = UnitarySolver([coupling], fixes, order, dimension, digits, assumptions)
    ends = []
    for side in (-1, 1):
        end = timed(solver, [fmpq(-side)], side)
        if end.natural is not None:
            end = replace(end, value=displayed(problem, end.natural, side, digits))
            if end.spectrum_value is not None:
                end = replace(end, spectrum_value=_plain(problem, end.spectrum_value))
        ends.append(end)
    return problem, ends[0], ends[1]


def _smeared_end(
    problem: Problem, coupling: Combination, fixes: list[tuple[Combination, Level]], side: int, digits: int
) -> End:
    with working_precision(_PRECISION):
        unit = natural_unit(problem.dimension)
        levels = [(left, float(_level(level, unit).mid())) for left, level in fixes]
    signed = {key: side * value for key, value in coupling.items()}
    found = smeared_bound(tree_problem(signed, levels, problem.dimension, problem.smeared))
    if found is None:
        return End(
            None, "no theory", "the smeared program has no solution (numerical, not proved): change the fixed values"
        )
    if not found.valid:
        return End(None, "failed", NO_SMEARED_BOUND)
    natural = decimal_text(fmpq(round(side * found.value * 10**9), 10**9), 9)
    return End(
        displayed(problem, natural, side, digits),
        "numerical",
        smeared_note(found.error),
        spectrum_value=_plain(problem, repr(side * found.primal)),
        natural=natural,
    )


def divisor(problem: Problem) -> arb:
    """What a value in units of U is multiplied by for display; raises InputError for a bad `over`."""
    with working_precision(_PRECISION):
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
    with working_precision(_PRECISION):
        value = to_ball(parse_rational(natural)) * divisor(problem)
        places = max(0, min(digits, 10) + 2 - (2 if problem.over == "1" else 0))
        return decimal_text(round_outwards(value, side, places), places)


def _plain(problem: Problem, natural: str) -> str:
    return f"{float(natural) * float(divisor(problem).mid()):.12g}"
