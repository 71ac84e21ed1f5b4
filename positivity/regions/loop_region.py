"""The allowed region of two couplings with one loop at fixed g2: bounded by quadratics in the first one.

The region need not be convex (g3^2 occurs in the rows), so it is not traced by half-planes: every
functional bounds y by a quadratic in x, and those found at a few x hold at all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Unpack

import numpy as np
from flint import fmpq

from positivity.answers.display import divisor
from positivity.answers.loop_region import LoopRegion
from positivity.answers.provenance import versions
from positivity.bounds.cut_finder import Cut, CutFinder, Question, scanned_coupling
from positivity.bounds.outline import outline_of
from positivity.bounds.scanned import Scan, check_question, needed
from positivity.questions.couplings import Combination, Coupling, coupling_name, parse_combination
from positivity.questions.errors import InputError, whole_number
from positivity.questions.levels import single_fixes
from positivity.questions.scope import Scope
from positivity.questions.units import PRECISION
from positivity.questions.words import RegionWords, takes_words
from solvers.verify.precision import working_precision

_INFINITY = float("inf")


@takes_words(RegionWords, order=6, digits=6)
def loop_region(
    x: str,
    y: str,
    over: str = "U",
    *,
    points: int = 24,
    progress: Callable[[int, int], None] | None = None,
    **words: Unpack[RegionWords],
) -> LoopRegion:
    """The region of (x, y) at fixed couplings with loops, e.g. ("g3", "g4", loops="all", fix={"g2": "0.3U"}).

    x, y: single couplings; every functional gives a quadratic in x.  points: values of x at which
    functionals for y are sought.  Other arguments, and units, as for `bound` with loops, except order
    and digits, by default 6.  Raises InputError.  Source: 2501.09717; method in docs/theory/one_loop.md.
    """
    scope = Scope(**({"order": 6, "digits": 6} | words))
    return loop_region_in(scope, (x, y), over, points, progress)


def loop_region_in(
    scope: Scope,
    names: tuple[str, str],
    over: object,
    points: object,
    progress: Callable[[int, int], None] | None,
) -> LoopRegion:
    """As `loop_region`, in a scope that has been parsed."""
    started = time.perf_counter()
    points = whole_number(points, "points", 3, 2000)
    problem = scope.problem(", ".join(names), scope.over(over, "U"))
    question = _question(scope, names)
    divisor(problem)
    check_question(question)
    with working_precision(PRECISION):
        cuts = _cuts(question, points, progress)
        outline = outline_of(cuts, float(divisor(problem).mid()))
    proved = all(cut.certificate is not None for cut in cuts)
    reason = "" if proved else "smeared nulls on a grid, error by refinement"
    documents = tuple(dict(cut.certificate) for cut in cuts if cut.certificate is not None)
    error = max((cut.error for cut in cuts), default=0.0)
    seconds = round(time.perf_counter() - started, 4)
    status = "certified" if proved else "numerical"
    return LoopRegion(*names, problem, outline, status, reason, documents, error, versions(), seconds)


def _question(scope: Scope, names: tuple[str, str]) -> Question:
    """The scan of y over all x; raises InputError for what it cannot do."""
    if not scope.loops:
        raise InputError("no loops are given: name the pairs, e.g. loops='g2^2,g2g3', or take the region at tree level")
    if scope.time_limit is not None:
        raise InputError("a region with loops takes seconds: leave the time limit out")
    if scope.digits > 10:
        raise InputError(f"digits {scope.digits}: with loops use 1 to 10")
    scanned, target = (_single(parse_combination(name), name) for name in names)
    fixed = single_fixes(scope.levels)
    if (1, 0) not in fixed or scanned in fixed or target in fixed or scanned == target:
        raise InputError("a region with loops: fix g2 and leave x and y free, e.g. g3 and g4 at g2 = 0.3U")
    scanned_coupling([*fixed, scanned], scope.loops)
    return Question(
        target, scanned, scope.levels, scope.loops, scope.order, scope.dimension, scope.digits,
        scope.density.assumptions, scope.smeared,
    )  # fmt: skip


def _single(combination: Combination, name: str) -> Coupling:
    if len(combination) != 1 or next(iter(combination.values())) != 1:
        raise InputError(f"a region with loops is for single couplings, not {name!r}")
    return next(iter(combination))


def _cuts(question: Question, points: int, progress: Callable[[int, int], None] | None) -> list[Cut]:
    scan = Scan(CutFinder(question))
    scan.extend()
    where = scan.intervals()
    if not where:
        return needed(scan.cuts)
    low, high = where[0][0], where[-1][1]
    if abs(low) == _INFINITY or abs(high) == _INFINITY:
        name = coupling_name(question.scanned)
        raise InputError(f"the region is not bounded in x = {name}: raise the order or fix more couplings")
    mine: list[Cut] = []
    # denser towards the ends, where the boundary turns
    places = (low + high) / 2 - (high - low) / 2 * np.cos(np.pi * (np.arange(points) + 0.5) / points)
    for done, place in enumerate(places, 1):
        g = fmpq(*float(f"{place:.10g}").as_integer_ratio())
        for side in (-1, 1):
            mine += [cut for cut in scan.finder.bounds(g, side) if cut.side == side]
        if progress:
            progress(done, points)
    return [*needed(scan.cuts), *mine]
