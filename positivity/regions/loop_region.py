"""The allowed region of two couplings with one loop at fixed g2: bounded by quadratics in the first one.

The region need not be convex (g3^2 occurs in the rows), so it is not traced by half-planes: every
functional bounds y by a quadratic in x, and those found at a few x hold at all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import numpy as np
from flint import fmpq

from positivity.answers.display import divisor
from positivity.answers.loop_region import LoopRegion
from positivity.bounds.cut_finder import Cut, CutFinder, Question, scanned_coupling
from positivity.bounds.outline import outline_of
from positivity.bounds.scanned import Scan, check_question, needed
from positivity.questions.couplings import Combination, Coupling, check_given, parse_combination
from positivity.questions.density import Assumptions, exact_assumptions
from positivity.questions.errors import (
    InputError,
    check_dimension,
    check_order,
    check_text,
    known_keywords,
    whole_number,
)
from positivity.questions.levels import held_levels, parse_fixes, single_fixes
from positivity.questions.loops import pair_text
from positivity.questions.question import Problem
from positivity.questions.units import PRECISION
from solvers.verify.precision import working_precision

_INFINITY = float("inf")


@known_keywords
def loop_region(
    x: str,
    y: str,
    over: str = "U",
    *,
    fix: Mapping[str, object],
    loops: str,
    order: int = 6,
    dimension: int = 4,
    digits: int = 6,
    density: str = "positive",
    assumptions: Assumptions | None = None,
    smeared: int = 0,
    points: int = 24,
    progress: Callable[[int, int], None] | None = None,
) -> LoopRegion:
    """The region of (x, y) at fixed couplings with loops, e.g. ("g3", "g4", fix={"g2": "0.3U"}).

    x, y: single couplings; every functional gives a quadratic in x.  points: values of x at which
    functionals for y are sought.  Other arguments, and units, as for `bound` with loops.  Raises
    InputError.  Source: 2501.09717; method in docs/theory/one_loop.md.
    """
    from positivity.answers.provenance import versions
    from positivity.questions.options import MAX_SMEARED, check_choices, loop_choice

    started = time.perf_counter()
    points, digits = whole_number(points, "points", 3, 2000), whole_number(digits, "digits", 1, 10)
    smeared = whole_number(smeared, "smeared", 0, MAX_SMEARED)
    order, dimension = check_order(order), check_dimension(dimension)
    check_choices(digits, density, loops, "lp")
    check_text(over, "over", "'U'")
    if density == "positive" and assumptions is not None:
        raise InputError("assumptions on the density need density 'unitary'")
    fix = check_given(fix, "fix", 'fix={"g2": "0.3U"}')
    pairs, fixes = loop_choice(loops, order), parse_fixes(fix)
    assumed = exact_assumptions(Assumptions() if assumptions is None else assumptions) if density == "unitary" else None
    if smeared and assumed != Assumptions():
        raise InputError("smeared nulls need density 'unitary' and no assumptions")
    scanned, target = (_single(parse_combination(name), name) for name in (x, y))
    held = held_levels(fix)
    names = ",".join(pair_text(pair).replace(" ", "") for pair in pairs)
    problem = Problem(f"{x}, {y}", over, dimension, order, held, density, names, assumed, smeared)
    fixed = single_fixes(fixes)
    if (1, 0) not in fixed or scanned in fixed or target in fixed or scanned == target:
        raise InputError("a region with loops: fix g2 and leave x and y free, e.g. g3 and g4 at g2 = 0.3U")
    scanned_coupling([*fixed, scanned], pairs)
    divisor(problem)
    question = Question(target, scanned, fixes, pairs, order, dimension, digits, assumed, smeared)
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
    return LoopRegion(x, y, problem, outline, status, reason, documents, error, versions(), seconds)


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
        raise InputError(f"the region is not bounded in x = {question.scanned}: raise the order or fix more couplings")
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
