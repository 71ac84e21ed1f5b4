"""The allowed region of two ratios of Wilson coefficients, as certified half-planes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, Unpack, overload

import numpy as np

from positivity.amplitudes.uv_completions import Theory, known_theories
from positivity.answers.files import PathLike
from positivity.answers.half_plane import HalfPlane
from positivity.answers.provenance import versions
from positivity.answers.region import Region, TheoryPoint
from positivity.programs.build import ratio_program
from positivity.questions.couplings import Combination, combination_text, parse_combination
from positivity.questions.errors import InputError, shown, whole_number
from positivity.questions.graviton import graviton_first
from positivity.questions.question import Problem
from positivity.questions.scope import Scope
from positivity.questions.words import CommonWords, RegionWords, takes_words
from positivity.regions.growing import GrowingRegion, saved_region
from positivity.regions.tracing import EndSolverLike, Tracer
from solvers.polygons import convex_hull

if TYPE_CHECKING:
    from positivity.answers.loop_region import LoopRegion

Progress = Callable[[int, int], None]


def _with_graviton(x: str, y: str, over: str | None = None, **words: Any) -> Region | LoopRegion:
    from positivity.regions.graviton import region_with_graviton

    return region_with_graviton(x, y, over or "", **words)


class TreeWords(CommonWords, total=False):
    """Of a region at tree level, whose answer is a Region."""

    digits: int
    smeared: int
    loops: Literal["tree"]


@overload
def region(
    x: str, y: str, over: str | None = ..., *, points: int | None = ..., progress: Progress | None = ...,
    resume: Region | bool | None = ..., output: PathLike | None = ..., **words: Unpack[TreeWords],
) -> Region: ...  # fmt: skip


@overload
def region(
    x: str, y: str, over: str | None = ..., *, points: int | None = ..., progress: Progress | None = ...,
    resume: Region | bool | None = ..., output: PathLike | None = ..., **words: Unpack[RegionWords],
) -> Region | LoopRegion: ...  # fmt: skip


@graviton_first(_with_graviton, ("x", "y", "over"))
@takes_words(RegionWords)
def region(
    x: str,
    y: str,
    over: str | None = None,
    *,
    points: int | None = None,
    progress: Progress | None = None,
    resume: Region | bool | None = None,
    output: PathLike | None = None,
    **words: Any,
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
    run = Tracing(points, progress, resume, output)
    return region_in(Scope(**words), (x, y), over, run)


@dataclass(frozen=True)
class Tracing:
    """How a region is traced: see `region`."""

    points: int | None = None
    progress: Progress | None = None
    resume: Region | bool | None = None
    output: PathLike | None = None


def region_in(scope: Scope, axes: tuple[str, str], over: str | None, run: Tracing) -> Region | LoopRegion:
    """As `region`, in a scope that has been parsed."""
    if run.progress is not None and not callable(run.progress):
        raise InputError(f"progress {shown(run.progress)}: give a function of (done, total)")
    if scope.loops:
        if run.resume or run.output is not None:
            raise InputError("a region with loops takes seconds and is not resumed: leave resume and output out")
        from positivity.regions.loop_region import loop_region_in

        points = 24 if run.points is None else run.points
        return loop_region_in(scope.replace(digits=min(scope.digits, 8)), axes, over, points, run.progress)
    if scope.smeared:
        raise InputError("smeared nulls on a region need loops")
    return _traced(scope, axes, over, run)


def _traced(scope: Scope, axes: tuple[str, str], over: str | None, run: Tracing) -> Region:
    started = time.perf_counter()
    points = whole_number(60 if run.points is None else run.points, "points", 4, 2000)
    first, second = parse_combination(axes[0]), parse_combination(axes[1])
    names = combination_text(first), combination_text(second)
    new_solver = _positive_solver if scope.density.ceiling is None else _unitary_solver
    problem, solver = new_solver((first, second), over, scope)
    theories = [] if problem.fix or problem.absolute else known_theories(scope.dimension)
    kept = _earlier(run.resume, run.output, problem)
    header = {"problem": problem.to_dict(), "digits": scope.digits, "versions": versions()}
    growing_file = nullcontext() if run.output is None else closing(GrowingRegion(run.output, header, bool(run.resume)))
    with growing_file as growing:
        if growing is not None:
            kept += growing.half_planes()
        deadline = None if scope.time_limit is None else time.monotonic() + scope.time_limit
        tracer = Tracer(solver, growing.record if growing else lambda plane: None, deadline)
        planes = tracer.trace(points, run.progress or (lambda done, total: None), kept)
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
    if not resume.problem.same(problem):
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
    axes: tuple[Combination, Combination], over: str | None, scope: Scope
) -> tuple[Problem, Callable[[], EndSolverLike]]:
    from positivity.bounds.positive import EndSolver

    base = parse_combination(scope.over(over))
    ratio = ratio_program(list(axes), base, scope.ratios, scope.order, scope.dimension)
    problem = scope.problem(", ".join(map(combination_text, axes)), combination_text(base))
    return problem, partial(EndSolver, ratio, scope.dimension, scope.digits)


def _unitary_solver(
    axes: tuple[Combination, Combination], over: str | None, scope: Scope
) -> tuple[Problem, Callable[[], EndSolverLike]]:
    from positivity.bounds.bounded import UnitarySolver

    if over not in (None, "U"):
        raise InputError(f"over {shown(over)}: a region with full unitarity is in units of U, leave it out")
    problem, given = scope.problem(", ".join(map(combination_text, axes)), "U"), scope.density.assumptions
    assert given is not None
    new_solver = partial(UnitarySolver, list(axes), scope.levels, scope.order, scope.dimension, scope.digits, given)
    new_solver()  # refuses what makes no sense
    return problem, new_solver


def _inner(
    theories: Sequence[Any], x: Combination, y: Combination, over: Combination
) -> tuple[tuple[float, float], ...]:
    """Hull of the known theories at masses from M upwards."""
    masses = [1.0, *(1 / np.linspace(0.99, 0.01, 60) ** 0.5), 1e3]
    points = [(float(t.ratio(x, over, m)), float(t.ratio(y, over, m))) for t in theories for m in masses]
    return tuple((float(a), float(b)) for a, b in convex_hull(np.array(points))) if points else ()
