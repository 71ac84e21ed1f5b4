"""The allowed range of a ratio of Wilson coefficients, with certificates and extremal spectra."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from positivity.answers.bound import Bound
from positivity.answers.end import End
from positivity.answers.limits import within
from positivity.answers.provenance import versions
from positivity.programs.build import ratio_program
from positivity.questions.couplings import Combination, check_given, combination_text, parse_combination
from positivity.questions.density import Assumptions
from positivity.questions.errors import (
    InputError,
    check_dimension,
    check_order,
    known_keywords,
    whole_number,
)
from positivity.questions.graviton import graviton_first
from positivity.questions.options import MAX_SMEARED, _over, check_choices, loop_choice, parse_fixes
from positivity.questions.question import Problem

if TYPE_CHECKING:
    from positivity.bounds.positive import EndSolver


def _with_graviton(coupling: object, over: str | None = None, **words: Any) -> Bound:
    from positivity.bounds.graviton import graviton_bound

    return graviton_bound(coupling, over, **words)


@graviton_first(_with_graviton, ("coupling", "over"))
@known_keywords
def bound(
    coupling: str | Mapping[tuple[int, int], object],
    over: str | None = None,
    *,
    order: int = 8,
    dimension: int = 4,
    fix: Mapping[str, object] | None = None,
    digits: int = 8,
    density: str = "positive",
    loops: str = "tree",
    method: str = "lp",
    assumptions: Assumptions | None = None,
    smeared: int = 0,
    time_limit: float | None = None,
) -> Bound:
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
    M or U, {"g2": "0.3U"}; at most 10 digits; assumptions restrict the density further; smeared
    takes so many smeared nulls of the improved sum rule instead of the forward ones (numerical,
    order is then not used).  Source: 2011.02957 section 5; method in docs/theory/full_unitarity.md.

    With the graviton, 8piG = 4 g[2,-1]: over="8piG" bounds g2, g3 and their combinations with rho_J >= 0, "8piG" with
    density "unitary" is the cutoff over the Planck mass; both take rules or their words (p_min, contacts, functions,
    ...) and prove.  Sources: 2102.08951, 2502.10375; docs/howto/gravity.md.

    time_limit: seconds after which the search stops; an end that is not found by then is "failed", with
    that as its reason, and one that is found stays.

    Returns a Bound; an end that could not be certified says so in its status.  Raises InputError
    for a request that makes no sense, or a time limit too short for any end.
    """
    started = time.perf_counter()
    target, held = parse_combination(coupling), check_given(fix, "fix", 'fix={"g4": "0.3"}')
    check_choices(digits, density, loops, method)
    digits, smeared = int(digits), whole_number(smeared, "smeared", 0, MAX_SMEARED)
    order, dimension = check_order(order), check_dimension(dimension)
    pairs, unit = loop_choice(loops, order), _over(over, "1")
    if density == "positive" and (assumptions is not None or (smeared and not pairs)):
        raise InputError("assumptions on the density and smeared nulls need density 'unitary'")
    if pairs and method != "lp":
        raise InputError(f"method {method!r} knows no loops: drop it")
    with within(time_limit):
        if pairs:
            from positivity.bounds.loop_range import loop_range

            problem, lower, upper = loop_range(
                target, unit, held, order, dimension, digits, density, pairs, assumptions, smeared
            )
        elif density == "unitary":
            from positivity.bounds.bounded_range import unitary_range

            given = Assumptions() if assumptions is None else assumptions
            problem, lower, upper = unitary_range(target, unit, held, order, dimension, digits, given, smeared)
            method = "cells"
        else:
            problem, lower, upper = _positive_range(target, _over(over, "g2"), held, order, dimension, digits, method)
    return Bound(problem, lower, upper, method, versions(), round(time.perf_counter() - started, 4))


def _positive_range(
    target: Combination,
    over: str,
    fix: Mapping[str, object] | None,
    order: int,
    dimension: int,
    digits: int,
    method: str,
) -> tuple[Problem, End, End]:
    from positivity.bounds.both_ends import both_ends

    problem, solver = positive_solver(target, over, fix, order, dimension, digits, method)
    return problem, *both_ends(solver)


def positive_solver(
    target: Combination,
    over: str,
    fix: Mapping[str, object] | None,
    order: int,
    dimension: int,
    digits: int,
    method: str = "lp",
) -> tuple[Problem, EndSolver]:
    """The problem of a range with rho_J >= 0 at tree level, and the solver of its ends; raises InputError."""
    from positivity.bounds.positive import EndSolver

    base, fixes = parse_combination(over), parse_fixes(fix)
    ratio = ratio_program([target], base, fixes, order, dimension)
    held = tuple((combination_text(left), str(value)) for left, value in fixes)
    problem = Problem(combination_text(target), combination_text(base), dimension, order, held)
    return problem, EndSolver(ratio, dimension, digits, method)
