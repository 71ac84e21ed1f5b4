"""The allowed region of two ratios of Wilson coefficients, as certified half-planes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from positivity.amplitudes.uv_completions import Theory, known_theories
from positivity.answers.files import PathLike
from positivity.answers.half_plane import HalfPlane
from positivity.answers.provenance import versions
from positivity.answers.region import Region, TheoryPoint
from positivity.programs.build import ratio_program
from positivity.questions.couplings import Combination, check_given, combination_text, parse_combination
from positivity.questions.density import Assumptions
from positivity.questions.errors import (
    InputError,
    check_dimension,
    check_order,
    check_time_limit,
    known_keywords,
    shown,
    whole_number,
)
from positivity.questions.graviton import graviton_first
from positivity.questions.options import check_choices, loop_choice, parse_fixes
from positivity.questions.question import Problem
from positivity.regions.growing import GrowingRegion, saved_region
from positivity.regions.tracing import EndSolverLike, Tracer
from solvers.polygons import convex_hull

if TYPE_CHECKING:
    from positivity.answers.loop_region import LoopRegion

Fix = Mapping[str, object] | None
Progress = Callable[[int, int], None]


def _with_graviton(x: str, y: str, over: str | None = None, **words: Any) -> Region | LoopRegion:
    from positivity.regions.graviton import region_with_graviton

    return region_with_graviton(x, y, over or "", **words)


@overload
def region(
    x: str, y: str, over: str | None = ..., *, loops: Literal["tree"] = ..., order: int = ...,
    dimension: int = ..., fix: Fix = ...,
    points: int | None = ..., digits: int = ..., density: str = ..., assumptions: Assumptions | None = ...,
    smeared: int = ..., progress: Progress | None = ..., resume: Region | bool | None = ...,
    output: PathLike | None = ..., time_limit: float | None = ...,
) -> Region: ...  # fmt: skip


@overload
def region(
    x: str, y: str, over: str | None = ..., *, loops: str, order: int = ..., dimension: int = ..., fix: Fix = ...,
    points: int | None = ..., digits: int = ..., density: str = ..., assumptions: Assumptions | None = ...,
    smeared: int = ..., progress: Progress | None = ..., resume: Region | bool | None = ...,
    output: PathLike | None = ..., time_limit: float | None = ...,
) -> Region | LoopRegion: ...  # fmt: skip


@graviton_first(_with_graviton, ("x", "y", "over"))
@known_keywords
def region(
    x: str,
    y: str,
    over: str | None = None,
    *,
    order: int = 8,
    dimension: int = 4,
    fix: Mapping[str, object] | None = None,
    points: int | None = None,
    digits: int = 8,
    density: str = "positive",
    loops: str = "tree",
    assumptions: Assumptions | None = None,
    smeared: int = 0,
    progress: Callable[[int, int], None] | None = None,
    resume: Region | bool | None = None,
    output: PathLike | None = None,
    time_limit: float | None = None,
) -> Region | LoopRegion:
    """Allowed region of (x/over, y/over), M = 1, by adaptive tracing of its supporting lines.

    points: number of half-planes (default 60); each new one is taken where the distance between the outer
    polygon and the hull of the touching points is largest, so curved parts get the samples and
    flat parts do not; each kink gets three more inside its normal cone.  progress: called with
    (done, total).  output: JSON file of the region; until it is written each half-plane is synced to
    OUTPUT.growing as it is found, so that a kill loses at most one.  resume: a region of the same problem whose
    half-planes are kept, or True: those on disk.  An interrupt (Ctrl-C) or time_limit (seconds) returns what is
    there, marked incomplete; resumed, it becomes the region of an undisturbed run.  Other arguments
    as in `bound`; with density "unitary" the axes are x/U and y/U, U = (4 pi)^(D/2).  With loops the answer
    is that of `loop_region`, in units of U unless over says otherwise; smeared is for it alone.  Raises
    InputError, also when the region is unbounded (over="8piG" it is, and the answer says so).  Source: 2011.02957
    section 4.
    """
    started = time.perf_counter()
    check_choices(digits, density, loops, "lp")
    order, dimension = check_order(order), check_dimension(dimension)
    check_time_limit(time_limit)
    if loop_choice(loops, order):
        if resume or output is not None or time_limit is not None:
            raise InputError(
                "a region with loops takes seconds and is not resumed: leave resume, output, time_limit out"
            )
        from positivity.regions.loop_region import loop_region

        return loop_region(
            x, y, "U" if over is None else over, fix=fix or {}, loops=loops, order=order, dimension=dimension,
            digits=min(digits, 8), density=density, assumptions=assumptions, smeared=smeared,
            points=24 if points is None else points, progress=progress,
        )  # fmt: skip
    if smeared:
        raise InputError("smeared nulls on a region need loops")
    points, digits = whole_number(60 if points is None else points, "points", 4, 2000), int(digits)
    fix = check_given(fix, "fix", 'fix={"g4": "0.3"}')
    if density == "positive" and assumptions is not None:
        raise InputError("assumptions on the density need density 'unitary'")
    first, second = parse_combination(x), parse_combination(y)
    names = combination_text(first), combination_text(second)
    if density == "unitary":
        problem, solver = _unitary_solver(first, second, over, fix, order, dimension, digits, assumptions)
        theories: list[Theory] = []
    else:
        problem, solver = _positive_solver(first, second, "g2" if over is None else over, fix, order, dimension, digits)
        theories = [] if problem.fix else known_theories(dimension)
    if progress is not None and not callable(progress):
        raise InputError(f"progress {shown(progress)}: give a function of (done, total)")
    kept = _earlier(resume, output, problem)
    header = {"problem": problem.to_dict(), "digits": digits, "versions": versions()}
    with closing(GrowingRegion(output, header, bool(resume))) if output is not None else nullcontext() as growing:
        if growing is not None:
            kept += growing.half_planes()
        deadline = None if time_limit is None else time.monotonic() + time_limit
        tracer = Tracer(solver, growing.record if growing else lambda plane: None, deadline)
        planes = tracer.trace(points, progress or (lambda done, total: None), kept)
        seconds = round(time.perf_counter() - started, 3)
        found = _with_theories(names, problem, planes, theories, (seconds, tracer.complete))
        if growing is not None:
            growing.finish(found.to_dict())
    return found


def _earlier(resume: Region | bool | None, output: PathLike | None, problem: Problem) -> list[HalfPlane]:
    """The half-planes of the region to be resumed, except those in the file that was growing."""
    if resume is True:
        if output is None:
            raise InputError("resume needs the output file of the interrupted region")
        data = saved_region(output)
        resume = None if data is None else Region.from_dict(data)
    if resume is None or resume is False:
        return []
    if not isinstance(resume, Region):
        raise InputError(f"resume {shown(resume)}: give the Region to go on with, e.g. Region.from_dict(...)")
    if resume.problem != problem:
        raise InputError("the region to resume belongs to another problem: begin a new one")
    return list(resume.half_planes)


def _with_theories(
    names: tuple[str, str],
    problem: Problem,
    planes: Sequence[HalfPlane],
    theories: Sequence[Theory],
    outcome: tuple[float, bool],
) -> Region:
    """The region with the known theories in it; outcome: seconds, and whether it is complete."""
    first, second = (parse_combination(name) for name in names)
    base = parse_combination(problem.over) if theories else {}
    markers = tuple(
        TheoryPoint(t.name, t.amplitude, float(t.ratio(first, base)), float(t.ratio(second, base))) for t in theories
    )
    hull = _inner(theories, first, second, base)
    return Region(*names, problem, tuple(planes), markers, hull, versions(), *outcome)


def _positive_solver(
    x: Combination, y: Combination, over: str, fix: Fix, order: int, dimension: int, digits: int
) -> tuple[Problem, Callable[[], EndSolverLike]]:
    from positivity.bounds.positive import EndSolver

    base, fixes = parse_combination(over), parse_fixes(fix)
    held = tuple((combination_text(left), str(value)) for left, value in fixes)
    names = f"{combination_text(x)}, {combination_text(y)}"
    ratio = ratio_program([x, y], base, fixes, order, dimension)
    problem = Problem(names, combination_text(base), dimension, order, held)
    return problem, partial(EndSolver, ratio, dimension, digits)


def _unitary_solver(
    x: Combination,
    y: Combination,
    over: str | None,
    fix: Fix,
    order: int,
    dimension: int,
    digits: int,
    assumptions: Assumptions | None,
) -> tuple[Problem, Callable[[], EndSolverLike]]:
    from positivity.bounds.bounded import UnitarySolver
    from positivity.questions.density import exact_assumptions
    from positivity.questions.levels import held_levels
    from positivity.questions.levels import parse_fixes as parse_levels

    if over not in (None, "U"):
        raise InputError(f"over {shown(over)}: a region with full unitarity is in units of U, leave it out")
    given = exact_assumptions(Assumptions() if assumptions is None else assumptions)
    levels = parse_levels(dict(fix or {}))
    held = held_levels(fix or {})
    names = f"{combination_text(x)}, {combination_text(y)}"
    problem = Problem(names, "U", dimension, order, held, "unitary", "tree", given)
    new_solver = partial(UnitarySolver, [x, y], levels, order, dimension, digits, given)
    new_solver()  # refuses what makes no sense
    return problem, new_solver


def _inner(
    theories: Sequence[Any], x: Combination, y: Combination, over: Combination
) -> tuple[tuple[float, float], ...]:
    """Hull of the known theories at masses from M upwards."""
    masses = [1.0, *(1 / np.linspace(0.99, 0.01, 60) ** 0.5), 1e3]
    points = [(float(t.ratio(x, over, m)), float(t.ratio(y, over, m))) for t in theories for m in masses]
    return tuple((float(a), float(b)) for a, b in convex_hull(np.array(points))) if points else ()
