"""Ranges of couplings with full unitarity, in units of M, of U = (4 pi)^(D/2), or of a fixed coupling."""

from __future__ import annotations

from dataclasses import replace

from flint import fmpq

from positivity.answers.display import _level, displayed, divisor
from positivity.answers.end import End
from positivity.answers.limits import timed
from positivity.bounds.bounded import UnitarySolver
from positivity.programs.sampled import NO_SMEARED_BOUND, smeared_bound, smeared_note, tree_problem
from positivity.questions.couplings import Combination, combination_text
from positivity.questions.numbers import decimal_text
from positivity.questions.question import Problem
from positivity.questions.scope import Scope
from positivity.questions.units import PRECISION, Level, natural_unit
from solvers.verify.precision import working_precision


def unitary_range(coupling: Combination, over: str, scope: Scope) -> tuple[Problem, End, End]:
    """Problem and both ends; `over` is "1" (units of M), "U", or a coupling that is held fixed.

    With smeared nulls instead of forward ones the ends are numerical, never certified.
    """
    problem, digits = scope.problem(combination_text(coupling), over), scope.digits
    assumptions = scope.density.assumptions
    assert assumptions is not None
    divisor(problem)
    if scope.smeared:
        lower, upper = (_smeared_end(problem, coupling, scope.levels, side, digits) for side in (-1, 1))
        return problem, lower, upper
    solver = UnitarySolver([coupling], scope.levels, scope.order, scope.dimension, digits, assumptions)
    ends = []
    for side in (-1, 1):
        end = timed(solver, [fmpq(-side)], side)
        if end.natural is not None:
            end = replace(end, text=displayed(problem, end.natural, side, digits))
            if end.spectrum_value is not None:
                end = replace(end, spectrum_value=_plain(problem, end.spectrum_value))
        ends.append(end)
    return problem, ends[0], ends[1]


def _smeared_end(
    problem: Problem, coupling: Combination, fixes: list[tuple[Combination, Level]], side: int, digits: int
) -> End:
    with working_precision(PRECISION):
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


def _plain(problem: Problem, natural: str) -> str:
    return f"{float(natural) * float(divisor(problem).mid()):.12g}"
