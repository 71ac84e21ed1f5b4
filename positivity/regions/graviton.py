"""The region of g2 and g3 over 8piG: half-planes from the directions in which there is a bound.

It is unbounded: theories without gravity can be added to any point, so only directions that are positive on all of
them have an end.  Those lie between g2 - g3/3 (spin 0 has g3 = 3 g2) and g2 + t g3, 1/t the largest -g3/g2 there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from flint import fmpq

from positivity.answers.files import write_json
from positivity.answers.half_plane import HalfPlane
from positivity.answers.provenance import versions
from positivity.answers.region import Region
from positivity.bounds.bound import positive_solver
from positivity.bounds.graviton import Search
from positivity.questions.couplings import combination_text
from positivity.questions.errors import InputError, check_time_limit, shown, whole_number
from positivity.questions.graviton import low_side, ratio_problem
from positivity.questions.numbers import as_float, parse_rational
from positivity.questions.question import Problem
from positivity.questions.scope import Scope
from solvers.deadline import OutOfTime, time_limit

_POINTS, _MOST_POINTS, _ORDER = 6, 100, 8
#: share of the cone that is looked at: functionals run out of room at its edges
_SHARE = fmpq(19, 20)
Progress = Callable[[int, int], None]


def region_with_graviton(
    x: str, y: str, over: str, *, points: int | None = None, progress: Progress | None = None, **words: Any
) -> Region:
    """As `region`, over 8piG; each half-plane is proved where it can be (some 10 s each).  Raises InputError."""
    started = time.perf_counter()
    seconds, digits, prove = words.pop("time_limit", None), words.pop("digits", 8), words.pop("prove", None)
    check_time_limit(seconds)
    output = words.pop("output", None)
    if words.pop("resume", None):
        raise InputError("a region over 8piG is not resumed: leave resume out")
    first, second = low_side(x, "x"), low_side(y, "y")
    count = whole_number(_POINTS if points is None else points, "points", 2, _MOST_POINTS)
    names = combination_text(first), combination_text(second)
    asked = ratio_problem(x, over, words)
    if asked.fix:
        raise InputError("fix: a region of g2 and g3 over 8piG has nothing left to hold, drop it")
    if progress is not None and not callable(progress):
        raise InputError(f"progress {shown(progress)}: give a function of (done, total)")
    plane = [[left.get(key, fmpq(0)) for key in ((1, 0), (0, 1))] for left in (first, second)]
    determinant = plane[0][0] * plane[1][1] - plane[0][1] * plane[1][0]
    if determinant == 0:
        raise InputError("x and y are multiples of each other: choose two couplings")
    search = Search(asked, digits, prove is not False)
    planes: list[HalfPlane | None] = []
    complete = True
    try:
        with time_limit(seconds):
            for done, direction in enumerate(_directions(count, asked.dimension)):
                if progress is not None:
                    progress(done, count)
                planes.append(_half_plane(search, direction, plane, determinant))
    except OutOfTime:
        complete = False
    half_planes = tuple(found for found in planes if found is not None)
    if not half_planes:
        raise InputError("no half-plane was found: raise the time limit or the number of functions")
    if progress is not None:
        progress(count, count)
    problem = Problem(", ".join(names), "8piG", asked.dimension, asked.order, rules=asked.rules)
    took = round(time.perf_counter() - started, 3)
    region = Region(*names, problem, half_planes, (), (), versions(), took, complete)
    if output is not None:
        write_json(output, region.to_dict())
    return region


def _directions(count: int, dimension: int) -> Iterator[tuple[fmpq, fmpq]]:
    """(1, t): g2 + t g3 has a lower bound for -1/3 <= t < 1/(largest -g3/g2)."""
    _, solver = positive_solver({(0, 1): fmpq(1)}, "g2", Scope(dimension=dimension, order=_ORDER))
    least = solver.end([fmpq(1)], -1).text
    low, high = -_SHARE / 3, _SHARE / -parse_rational(least)
    for share in np.linspace(0, 1, count):
        t = low + (high - low) * parse_rational(f"{share:.4f}")
        yield fmpq(1), parse_rational(f"{as_float(t):.5f}")


def _half_plane(
    search: Search, direction: tuple[fmpq, fmpq], plane: list[list[fmpq]], determinant: fmpq
) -> HalfPlane | None:  # fmt: skip
    """direction . (g2, g3) >= -alpha in the plane of x and y; None where there is no bound."""
    end = search.find(direction, 1)
    if end.status not in ("certified", "numerical"):
        return None
    (a, b), (c, d) = plane
    # u (a g2 + b g3) + v (c g2 + d g3) = direction
    u, v = (direction[0] * d - direction[1] * c) / determinant, (a * direction[1] - b * direction[0]) / determinant
    return HalfPlane((str(-u), str(-v)), end, None)
