"""Is a theory allowed?  One call for every density and level."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Unpack

from positivity.answers.limits import within
from positivity.answers.provenance import versions
from positivity.answers.verdict import Verdict
from positivity.checks.cone import Checker
from positivity.questions.couplings import check_given
from positivity.questions.errors import InputError
from positivity.questions.graviton import graviton_first
from positivity.questions.scope import Scope
from positivity.questions.words import CheckWords, takes_words


def _with_graviton(couplings: Mapping[str, object], *, time_limit: float | None = None, **words: Any) -> Verdict:
    from positivity.checks.graviton import check_with_graviton

    started = time.perf_counter()
    with within(time_limit):
        found = check_with_graviton(couplings, words)
    return replace(found, versions=versions(), seconds=round(time.perf_counter() - started, 4))


@graviton_first(_with_graviton, ("couplings",))
@takes_words(CheckWords)
def check(couplings: Mapping[str, object], **words: Unpack[CheckWords]) -> Verdict:
    """Whether some theory has the given couplings: allowed, excluded or undecided, with the evidence.

    couplings: {"g2": 1, "g3": "-5", "g4": "3/10"} in units of M = 1, exact decimals or rationals; names
    or combinations as in `bound`; a coupling that is not named is free.  With density "unitary" or loops,
    values in units of U = (4 pi)^(D/2) are written "0.3U"; at tree level with rho_J >= 0 the question does
    not depend on the normalisation.  order, dimension, density, loops, fix, assumptions: as in `bound`, with ratios
    to g2 in fix at tree level with rho_J >= 0; "allowed" means at this order.

    8piG beside g2 and g3, {"8piG": 1, "g2": -20}: with the graviton pole, see `bound`; excluded or undecided.

    excluded: with a certificate, verified by `solvers.verify`, of a functional that is non-negative on every
    spectrum and negative on these couplings.  allowed: with a spectrum that has them.  undecided: with a
    reason.  For many points of the same couplings use `Checker`.  time_limit: seconds after which the
    answer is undecided for that reason.

    Returns a Verdict; raises InputError for a request that makes no sense.  Method: docs/howto/check.md.
    """
    return check_in(Scope(**words), couplings)


def check_in(scope: Scope, couplings: Mapping[str, object]) -> Verdict:
    """As `check`, in a scope that has been parsed."""
    started = time.perf_counter()
    if scope.smeared:
        raise InputError("a check takes forward sum rules: drop the smeared nulls")
    given = scope.given(check_given(couplings, "couplings", '{"g2": 1, "g3": "-5"}'))
    with within(scope.time_limit):
        if scope.absolute:
            from positivity.checks.ranges import check_by_ranges

            found = check_by_ranges(given, scope)
        else:
            checker = Checker(list(given), order=scope.order, dimension=scope.dimension)
            found = checker.check(list(given.values()))
    return replace(found, versions=versions(), seconds=round(time.perf_counter() - started, 4))
