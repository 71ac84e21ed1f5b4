"""The range of a coupling with one loop: which program answers, in which units, and what is proved."""

from __future__ import annotations

from dataclasses import replace

from positivity.answers.display import displayed, divisor
from positivity.answers.end import End
from positivity.bounds.cut_finder import Question, scanned_coupling
from positivity.bounds.loops import forward_ends, smeared_ends
from positivity.bounds.scanned import check_question, scanned_ends
from positivity.bounds.strength import largest_g2
from positivity.programs.eliminate import LoopProblem
from positivity.questions.couplings import Combination, combination_text
from positivity.questions.errors import InputError
from positivity.questions.levels import Fixes, single_fixes
from positivity.questions.loops import Pair
from positivity.questions.question import Problem
from positivity.questions.scope import Scope

_G2 = (1, 0)


def loop_range(coupling: Combination, over: str, scope: Scope) -> tuple[Problem, End, End]:
    """Problem and both ends; `over` is "1" (units of M), "U", or a coupling that is held fixed.

    A coupling without a value that the loops contain squared is scanned.  Raises InputError.
    """
    digits, fixes, pairs = scope.digits, scope.levels, scope.loops
    if digits > 10:
        raise InputError(f"digits {digits}: with loops use 1 to 10")
    if _G2 not in single_fixes(fixes) and coupling != {_G2: 1}:
        raise InputError("with loops the problem is not homogeneous: fix g2, e.g. g2 = 0.3U")
    problem = scope.problem(combination_text(coupling), over)
    divisor(problem)
    ends = _ends(coupling, fixes, pairs, problem, digits)
    lower, upper = (_shown(problem, end, side, digits) for side, end in zip((-1, 1), ends, strict=True))
    return problem, lower, upper


def _ends(
    coupling: Combination, fixes: Fixes, pairs: tuple[Pair, ...], problem: Problem, digits: int
) -> tuple[End, End]:
    if _strength(coupling, fixes, pairs):
        upper = largest_g2(pairs, problem.order, problem.dimension, problem.assumptions, problem.smeared)
        return End(None, "not sought", "not sought: with these loops only where the excluded g2 begin"), upper
    question = question_of(coupling, fixes, pairs, problem, digits)
    if question is not None:
        check_question(question)
        return scanned_ends(question)
    rows = LoopProblem(coupling, fixes, pairs, problem.order, problem.dimension, problem.smeared)
    if problem.smeared:
        return smeared_ends(rows, problem.smeared)
    return forward_ends(rows, digits, problem.assumptions)


def _strength(coupling: Combination, fixes: Fixes, pairs: tuple[Pair, ...]) -> bool:
    """Whether g2 is sought with loops of other couplings too."""
    return coupling == {_G2: 1} and not fixes and any(pair != (_G2, _G2) for pair in pairs)


def question_of(
    coupling: Combination, fixes: Fixes, pairs: tuple[Pair, ...], problem: Problem, digits: int = 8
) -> Question | None:
    """The scan that a problem needs, None if it needs none; raises InputError for one that cannot be made."""
    scanned = scanned_coupling(list(single_fixes(fixes)), pairs)
    if scanned is None:
        return None
    if len(coupling) != 1 or next(iter(coupling.values())) != 1:
        raise InputError(f"while a coupling is scanned ask for a single one, not {combination_text(coupling)!r}")
    if next(iter(coupling)) in single_fixes(fixes):
        raise InputError(f"{combination_text(coupling)!r} is fixed already: ask for another coupling")
    return Question(
        next(iter(coupling)), scanned, fixes, pairs, problem.order, problem.dimension, digits,
        problem.assumptions, problem.smeared,
    )  # fmt: skip


def _shown(problem: Problem, end: End, side: int, digits: int) -> End:
    if end.natural is None:
        return end
    end = replace(end, text=displayed(problem, end.natural, side, digits))
    if end.spectrum_value is None:
        return end
    reached = f"{float(end.spectrum_value) * float(divisor(problem).mid()):.10g}"
    return replace(end, spectrum_value=reached)
