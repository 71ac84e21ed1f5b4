"""The largest 8piG Lambda^2 with 0 <= rho_J <= 2 as ends of a bound: numerical, or with the cutoff certificate."""

from __future__ import annotations

from typing import Any

from flint import fmpq

from positivity.answers.end import End
from positivity.answers.limits import out_of_time
from positivity.bounds.cutoff import cutoff_of, default_functions
from positivity.questions.errors import InputError
from positivity.questions.numbers import decimal_or_ratio, decimal_text, parse_rational, rounded_up
from positivity.questions.question import Problem
from positivity.questions.rules import Splines
from positivity.sum_rules.cutoff_rules import problem_of
from solvers.deadline import OutOfTime

_DIGITS = 6
_LOWER = End(None, "not sought", "8piG >= 0 is assumed: 0 where nothing else forces a pole")


def strength_ends(problem: Problem, prove: bool) -> tuple[End, End]:
    """The lower end, which is trivial, and the upper one; raises InputError before any computation."""
    rules = problem.rules
    assert isinstance(rules, Splines)
    held = dict(problem.fix)
    question = problem_of(rules, held.get("g2"), held.get("g4"), problem.loops)
    if prove:
        _check_provable(rules, problem)
    try:
        if prove:
            return _LOWER, _proved(rules)
        found = cutoff_of(question, default_functions(rules.functions, question))
    except OutOfTime as stop:
        return _LOWER, End(None, "failed", out_of_time(stop))
    if found.value is None:
        return _LOWER, End(None, found.status, found.reason)
    reason = "; ".join(filter(None, (f"the cost of {found.functions} splines on a finer grid", found.reason)))
    note = f"a density on cells reaches spectrum_value with these splines; bracket and grids: {found.error:.1g}"
    reached = None if found.primal is None else f"{found.primal:.6g}"
    value = _upwards(parse_rational(found.value))
    return _LOWER, End(text=value, status="numerical", reason=reason, spectrum_value=reached, spectrum_note=note)


def _check_provable(rules: Splines, problem: Problem) -> None:
    plain = rules.k == (2,) and not rules.forward and rules.mu in (None, "0") and rules.p_min not in (None, "0")
    if not plain or problem.fix or problem.loops != "tree":
        raise InputError(
            "a proof is for A_2 with free contact terms at tree level: give p_min and contacts only, or prove=False"
        )


def _proved(rules: Splines) -> End:
    from positivity.bounds.cutoff_proved import certify_cutoff

    chosen: Any = {} if rules.functions is None else {"functions": rules.functions}
    certificate = certify_cutoff(rules.p_min, rules.contacts or 0, **chosen)
    return End(text=decimal_or_ratio(parse_rational(certificate["bound"])), status="certified", certificate=certificate)


def _upwards(value: fmpq) -> str:
    """Six digits, never below the value."""
    places = 0
    while value * fmpq(10) ** places < fmpq(10) ** (_DIGITS - 1) and places < 30:
        places += 1
    return decimal_text(rounded_up(value, places), places)
