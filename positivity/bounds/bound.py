"""The allowed range of a ratio of Wilson coefficients, with certificates and extremal spectra."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Unpack

from positivity.answers.bound import Bound
from positivity.answers.end import End
from positivity.answers.limits import within
from positivity.answers.provenance import versions
from positivity.programs.build import ratio_program
from positivity.questions.couplings import Combination, Coupling, combination_text, parse_combination
from positivity.questions.graviton import graviton_first
from positivity.questions.question import Problem
from positivity.questions.scope import Scope
from positivity.questions.words import Words, takes_words

if TYPE_CHECKING:
    from positivity.bounds.positive import EndSolver


def _with_graviton(coupling: object, over: str | None = None, **words: Any) -> Bound:
    from positivity.bounds.graviton import graviton_bound

    return graviton_bound(coupling, over, **words)


@graviton_first(_with_graviton, ("coupling", "over"))
@takes_words(Words)
def bound(coupling: str | Mapping[Coupling, object], over: str | None = None, **words: Unpack[Words]) -> Bound:
    """Both ends of the range of coupling/over in units M = 1, certified for all spins and masses.

    coupling: a name ("g3", "g6'", "g[0,2]") or a linear combination ("g3+2*g4").  order: highest
    Mandelstam order n of the sum rules and null constraints.  digits: decimal places aimed at;
    the certified value lies within 10^(1-digits) of the optimum at this order, above it for an
    upper and below it for a lower bound.

    loops: "tree", or pairs of couplings such as "g2^2,g2g3,g3^2,g2g4" ("all": those of total order
    up to `order`) whose one-loop terms shift the forward rows, at fixed values of all but the
    couplings that occur linearly.  The range is then absolute for both densities (over and fix as
    for "unitary"), g2 must be fixed, and only rows with a forward limit are used.  Source:
    2501.09717; method in docs/theory/one_loop.md.

    density "positive" (0 <= rho_J): over is a coupling without powers of stu (default g2); fix
    holds ratios to it, {"g4": "0.3"}, decimals and rationals being exact; method is "lp" (linear
    program), "sdp" (sums of squares with Clarabel) or "sdpa" (SDPA-GMP, an optional extra).
    Source: 2011.02957; method in docs/theory/certificates.md.

    density "unitary" (0 <= rho_J <= 2): the range is absolute.  over is "1" (units of M, the
    default), "U" for U = (4 pi)^(D/2), or a coupling held fixed; fix holds couplings in units of
    M or U, {"g2": "0.3U"}; at most 10 digits; smeared
    takes so many smeared nulls of the improved sum rule instead of the forward ones (numerical,
    order is then not used).  A `Density` or {"ceiling": 1, "last_spin": 4, "gaps": [(2, "4")]} as density restricts
    it further; assumptions: the same beside the name "unitary".  Source: 2011.02957 section 5; method in
    docs/theory/full_unitarity.md.

    With the graviton, 8piG = 4 g[2,-1]: over="8piG" bounds g2, g3 and their combinations with rho_J >= 0, "8piG" with
    density "unitary" is the cutoff over the Planck mass; both take rules or their words (p_min, contacts, functions,
    ...) and prove.  Sources: 2102.08951, 2502.10375; docs/howto/gravity.md.

    time_limit: seconds after which the search stops; an end that is not found by then is "failed", with
    that as its reason, and one that is found stays.

    Returns a Bound; an end that could not be certified says so in its status.  Raises InputError
    for a request that makes no sense, or a time limit too short for any end.
    """
    return bound_in(Scope(**words), coupling, over)


def bound_in(scope: Scope, coupling: str | Mapping[Coupling, object], over: str | None = None) -> Bound:
    """As `bound`, in a scope that has been parsed."""
    started = time.perf_counter()
    target, over, method = parse_combination(coupling), scope.over(over), scope.method
    with within(scope.time_limit):
        if scope.loops:
            from positivity.bounds.loop_range import loop_range

            problem, lower, upper = loop_range(target, over, scope)
        elif scope.density.ceiling is not None:
            from positivity.bounds.bounded_range import unitary_range

            problem, lower, upper = unitary_range(target, over, scope)
            method = "cells"
        else:
            problem, lower, upper = _positive_range(target, over, scope)
        found = Bound(problem, lower, upper, method, versions())
        if scope.loops:
            from positivity.bounds.settled import settled

            found = settled(found, scope.loops, [c for held in scope.fix for c in held.combination])
    return replace(found, seconds=round(time.perf_counter() - started, 4))


def _positive_range(target: Combination, over: str, scope: Scope) -> tuple[Problem, End, End]:
    from positivity.bounds.both_ends import both_ends

    problem, solver = positive_solver(target, over, scope)
    return problem, *both_ends(solver)


def positive_solver(target: Combination, over: str, scope: Scope) -> tuple[Problem, EndSolver]:
    """The problem of a range with rho_J >= 0 at tree level, and the solver of its ends; raises InputError."""
    from positivity.bounds.positive import EndSolver

    base = parse_combination(over)
    ratio = ratio_program([target], base, scope.ratios, scope.order, scope.dimension)
    problem = scope.problem(combination_text(target), combination_text(base))
    return problem, EndSolver(ratio, scope.dimension, scope.digits, scope.method)
