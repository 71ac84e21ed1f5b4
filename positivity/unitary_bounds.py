"""Ranges of couplings with full unitarity, in units of M, of U = (4 pi)^(D/2), or of a fixed coupling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flint import arb, ctx, fmpq, fmpq_mat

from positivity.certificates import claim_of, decimal_text
from positivity.couplings import Combination, combination_text, parse_combination, parse_rational
from positivity.errors import InputError
from positivity.problem import Assumptions, End, Problem
from positivity.smeared_bounds import NO_SMEARED_BOUND, smeared_bound, smeared_note, tree_problem
from positivity.unitarity import (
    Level,
    UnitarySolver,
    exact_assumptions,
    natural_unit,
    parse_fixes,
    parse_level,
    round_outwards,
    to_ball,
)
from solvers.verify import Refused, verify_data

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
        tuple((combination_text(left), str(value)) for (left, _), value in zip(fixes, fix.values(), strict=True)),
        "unitary",
        "tree",
        assumptions,
        smeared,
    )
    divisor(problem)
    if smeared:
        if assumptions != Assumptions():
            raise InputError("smeared nulls know no assumptions but full unitarity: drop them or --smeared")
        lower, upper = (_smeared_end(problem, coupling, fixes, side, digits) for side in (-1, 1))
        return problem, lower, upper
    solver = UnitarySolver([coupling], fixes, order, dimension, digits, assumptions)
    ends = []
    for side in (-1, 1):
        end, _ = solver.solve([fmpq(-side)], side)
        if end.natural is not None:
            end = replace(end, value=displayed(problem, end.natural, side, digits))
            if end.spectrum_value is not None:
                end = replace(end, spectrum_value=_plain(problem, end.spectrum_value))
        ends.append(end)
    return problem, ends[0], ends[1]


def _smeared_end(
    problem: Problem, coupling: Combination, fixes: list[tuple[Combination, Level]], side: int, digits: int
) -> End:
    with ctx.workprec(_PRECISION):
        unit = natural_unit(problem.dimension)
        levels = [(left, float(_level(level, unit).mid())) for left, level in fixes]
    signed = {key: side * value for key, value in coupling.items()}
    found = smeared_bound(tree_problem(signed, levels, problem.dimension, problem.smeared))
    if found is None:
        return End(None, "failed", "the smeared program has no solution: change the fixed values or the functions")
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
    with ctx.workprec(_PRECISION):
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
        f"over {problem.over!r} with full unitarity: fix it, e.g. --fix {problem.over}=0.3U, or use --over 1 or U"
    )


def _level(level: Level, unit: arb) -> arb:
    """A fixed value in units of U."""
    return to_ball(level[0]) / unit + to_ball(level[1])


def displayed(problem: Problem, natural: str, side: int, digits: int) -> str:
    """A value in units of U as shown, rounded outwards."""
    with ctx.workprec(_PRECISION):
        value = to_ball(parse_rational(natural)) * divisor(problem)
        places = max(0, min(digits, 10) + 2 - (2 if problem.over == "1" else 0))
        return decimal_text(round_outwards(value, side, places), places)


def _plain(problem: Problem, natural: str) -> str:
    return f"{float(natural) * float(divisor(problem).mid()):.10g}"


def check_unitary_end(end: Mapping[str, Any], problem: Problem, coupling: Combination, side: int) -> None:
    """Verify the certificate of an end and that it proves its value; raises Refused."""
    certificate = end["certificate"]
    verify_data(certificate)
    if problem.assumptions is None or certificate.get("assumptions") != problem.assumptions.to_dict():
        raise Refused("the certificate assumes something else than the problem")
    with ctx.workprec(_PRECISION):
        check_shown(end, problem, _proved(certificate, problem, coupling, side), side)


def check_shown(end: Mapping[str, Any], problem: Problem, proved: arb, side: int) -> None:
    """Refuse an end whose values, in units of U and as shown, are stronger than what is proved."""
    natural = str(end["natural"])
    gap = (to_ball(parse_rational(natural)) - proved) * side
    if not gap >= 0:
        raise Refused(f"the value {natural} U is stronger than what its certificate proves")
    shown = parse_rational(end["value"])
    if problem.over == "U" or parse_rational(natural) == 0:
        weaker = (shown - parse_rational(natural)) * side >= 0
    else:
        weaker = (to_ball(shown) - to_ball(parse_rational(natural)) * divisor(problem)) * side >= 0
    if not weaker:
        raise Refused(f"the value {end['value']} is stronger than its value in units of U")


def _proved(certificate: Mapping[str, Any], problem: Problem, coupling: Combination, side: int) -> arb:
    """The bound, in units of U, on the coupling: claim = side * coupling - sum lambda_i fix_i."""
    fixes = [(parse_combination(name), parse_level(value, name)) for name, value in problem.fix]
    rest = dict(claim_of(certificate))
    for key, value in coupling.items():
        rest[key] = rest.get(key, fmpq(0)) - side * value
    rest = {key: value for key, value in rest.items() if value != 0}
    unit = natural_unit(problem.dimension)
    total = to_ball(parse_rational(certificate["bound"])) / unit
    for (_, level), multiplier in zip(fixes, _solve([left for left, _ in fixes], rest), strict=True):
        total -= to_ball(multiplier) * _level(level, unit)
    return total * side


def _solve(columns: list[Combination], right: Combination) -> list[fmpq]:
    """The multipliers with sum multiplier_i columns_i = right; raises Refused."""
    keys = sorted({*right, *(key for column in columns for key in column)})
    if not keys:
        return []
    zero = fmpq(0)
    matrix = fmpq_mat([[*(column.get(key, zero) for column in columns), right.get(key, zero)] for key in keys])
    reduced, rank = matrix.rref()
    if rank != len(columns) or any(reduced[k, k] != 1 for k in range(len(columns))):
        raise Refused("the claim of the certificate is not about this bound")
    return [reduced[k, len(columns)] for k in range(len(columns))]
