"""Bounds with the graviton as a coupling: g2 and g3 over 8piG with rho_J >= 0, and 8piG itself with 0 <= rho_J <= 2.

The answers are ordinary bounds.  Over 8piG an end is proved where a functional on A_2^imp alone can be, and numerical
otherwise; the upper end of 8piG is numerical, or proved where that is asked.  docs/howto/gravity.md.
"""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cached_property
from typing import Any

from flint import fmpq

from positivity.amplitudes.recession import endless
from positivity.answers.bound import Bound
from positivity.answers.end import End, State
from positivity.answers.limits import out_of_time, within
from positivity.answers.provenance import versions
from positivity.bounds.graviton_strength import strength_ends
from positivity.programs.gravity_question import CERTIFIED_FUNCTIONS, FUNCTIONS, smearing_space
from positivity.programs.powers import Program
from positivity.questions.couplings import names_graviton
from positivity.questions.errors import InputError, NoTheory, shown, whole_number
from positivity.questions.graviton import low_side, ratio_problem, strength_problem
from positivity.questions.numbers import as_float, decimal_text, parse_rational, rounded_up
from positivity.questions.options import MAX_DIGITS
from positivity.questions.question import Problem
from positivity.questions.rules import Powers
from solvers.deadline import OutOfTime

#: decimals of a numerical end
_DECIMALS = 6
Direction = tuple[fmpq, fmpq]


def graviton_bound(
    coupling: object,
    over: str | None = None,
    *,
    digits: int = 8,
    prove: bool | None = None,
    time_limit: float | None = None,
    **words: Any,
) -> Bound:
    """The range of a combination of g2 and g3 over 8piG, or of 8piG in units of the cutoff.

    coupling, over: "g2" over "8piG" (units M^2), "g3" (units M^4) or a sum; or "8piG" alone, with density "unitary".
    words: dimension, fix, loops, and either rules (`Powers`, `Splines`) or their own words.  prove: look for a
    certificate; by default over 8piG (some 15 s an end), not for 8piG itself (half a minute).  digits: decimals of a
    proved end.  time_limit: seconds.  Returns a Bound; raises InputError.  Sources: 2102.08951, 2502.10375.
    """
    started = time.perf_counter()
    digits = whole_number(digits, "digits", 1, MAX_DIGITS)
    if prove not in (None, True, False):
        raise InputError(f"prove {shown(prove)}: use True or False")
    if names_graviton(coupling):
        problem = strength_problem(coupling, over, words)
        with within(time_limit):
            lower, upper = strength_ends(problem, bool(prove))
        method = "cells"
    else:
        problem = ratio_problem(coupling, over, words)
        with within(time_limit):
            problem, lower, upper = ratio_ends(problem, digits, prove is not False)
        method = "lp"
    return Bound(problem, lower, upper, method, versions(), round(time.perf_counter() - started, 4))


def ratio_ends(problem: Problem, digits: int, prove: bool) -> tuple[Problem, End, End]:
    """Both ends over 8piG, and the problem with the functions that were used."""
    search = Search(problem, digits, prove)
    target = low_side(problem.coupling, "coupling")
    direction = target.get((1, 0), fmpq(0)), target.get((0, 1), fmpq(0))
    lower = search.end(direction, -1)
    upper = lower if lower.status == "excluded" else search.end((-direction[0], -direction[1]), 1)
    if upper.status == "excluded":
        lower = upper
    if len(search.used) == 1:
        assert isinstance(problem.rules, Powers)
        problem = replace(problem, rules=replace(problem.rules, functions=search.used.pop()))
    return problem, lower, upper


class Search:
    """Finds ends of one problem over 8piG: lower bounds on directions (a, c) of (g2, g3).

    used: the numbers of functions of the ends that have a value.
    """

    def __init__(self, problem: Problem, digits: int, prove: bool) -> None:
        assert isinstance(problem.rules, Powers)
        self.problem, self.digits, self.rules = problem, digits, problem.rules
        self.fix = {name: parse_rational(value) for name, value in problem.fix}
        self.used: set[tuple[int, ...]] = set()
        self._why_not = self._reason(prove)
        self._space(self._counts(FUNCTIONS))  # refuses what makes no sense before anything is computed

    def end(self, direction: Direction, side: int) -> End:
        """As `find`; a failed one that says so if the time is up."""
        try:
            return self.find(direction, side)
        except OutOfTime as stop:
            return End(None, "failed", out_of_time(stop))

    def find(self, direction: Direction, side: int) -> End:
        """The end on one side (-1 lower, 1 upper) of a target: the lower bound on direction = -side * target."""
        free = endless(direction, self.fix, self.problem.dimension)
        if free is not None:
            reason = f"no bound: {free[0]} can be added with any weight, which leaves 8piG"
            return End(None, "unbounded", reason, ray=() if free[1] is None else (State(str(free[1]), 0, "1"),))
        found, why = (None, self._why_not) if self._why_not else self._proved(direction, side)
        return found or self._numerical(direction, side, why)

    @cached_property
    def provable(self) -> Program:
        """The rows of functionals with room for a proof, the same for all directions and held values."""
        from positivity.programs.provable import proof_program

        return proof_program(self._space(self._counts(CERTIFIED_FUNCTIONS), certify=True))

    def _reason(self, prove: bool) -> str:
        """Why no certificate is looked for; "" if one is."""
        if self.problem.dimension == 4:
            return "no certificate in D = 4: where the pole is cut is an input, not a consequence of the sum rule"
        if not prove:
            return "a proof was not asked for"
        if self.rules.functions is not None and any(self.rules.functions[1:]):
            return "certificates are for functions on A_2 alone, e.g. functions (9,)"
        return ""

    def _counts(self, default: tuple[int, ...]) -> tuple[int, ...]:
        return default if self.rules.functions is None else self.rules.functions

    def _space(self, counts: tuple[int, ...], *, certify: bool = False) -> Any:
        low = self.rules.p_min
        b_max = None if low is None else 1 / parse_rational(low)
        return smearing_space(self.problem.dimension, counts, b_max, certify=certify)  # type: ignore[arg-type]

    def _proved(self, direction: Direction, side: int) -> tuple[End | None, str]:
        """The certified end; None and the reason where there is none."""
        from positivity.programs.provable import attempt

        try:
            tried = attempt(self.provable, direction, self.fix)
        except InputError as error:
            return self._excluded(self.provable), f"no certificate: {error}"
        if tried.certificate is None:
            return None, tried.reason
        self.used.add(self._counts(CERTIFIED_FUNCTIONS))
        value = side * rounded_up(tried.alpha, self.digits)
        return End(text=decimal_text(value, self.digits), status="certified", certificate=tried.certificate), ""

    def _excluded(self, program: Program) -> End | None:
        """The proof that no theory has the held value, where the bound on it alone says so."""
        from positivity.programs.provable import attempt

        for name, value in self.fix.items():
            direction = (fmpq(name == "g2"), fmpq(name == "g3"))
            try:
                tried = attempt(program, direction, {})
            except InputError:
                continue
            if tried.certificate is not None and value < -tried.alpha:
                reason = f"no theory has {name} = {value} 8piG: excluded, the certificate proves it"
                return End(None, "excluded", reason, tried.certificate)
        return None

    def _numerical(self, direction: Direction, side: int, why: str) -> End:
        """The end without a proof, with what a scan of further states says."""
        from positivity.bounds.gravity_sampled import GravityProgram

        counts = self._counts(FUNCTIONS)
        program = GravityProgram(self._space(counts))
        try:
            held = {name: as_float(value) for name, value in self.fix.items()}
            found = program.bound((as_float(direction[0]), as_float(direction[1])), held)
        except NoTheory as error:
            return End(None, "no theory", str(error))
        except InputError as error:
            return End(None, "failed", str(error))
        self.used.add(counts)
        alpha = side * rounded_up(parse_rational(found.alpha), _DECIMALS)
        log = found.log_coefficient
        growth = "" if log is None else f"; falls like -{log:.5g} log(1/p_min) with this functional"
        reason = f"{why}; {found.lowest}{growth}"
        return End(text=decimal_text(alpha, _DECIMALS), status="numerical", reason=reason)
