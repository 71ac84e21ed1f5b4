"""The allowed region of two couplings with one loop at fixed g2: bounded by quadratics in the first one.

The region need not be convex (g3^2 occurs in the rows), so it is not traced by half-planes: every
functional bounds y by a quadratic in x, and those found at a few x hold at all of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flint import fmpq

from positivity.amplitudes.one_loop import pair_text
from positivity.couplings import Combination, Coupling, check_given, parse_combination
from positivity.errors import (
    InputError,
    check_dimension,
    check_order,
    check_text,
    known_keywords,
    reading,
    shown,
    whole_number,
)
from positivity.loop_cuts import Cut, CutFinder, Question, scanned_coupling
from positivity.loop_outline import outline_of
from positivity.loop_problem import single_fixes
from positivity.loop_rows import PRECISION
from positivity.loop_scan import Scan, check_question, needed
from positivity.loop_validity import loop_warning
from positivity.problem import Assumptions, Problem
from positivity.typed import checked
from positivity.unitarity import exact_assumptions, held_levels, parse_fixes
from positivity.unitary_bounds import divisor
from solvers.precision import working_precision

LOOP_REGION_SCHEMA = "eft-positivity/loop-region/1"
_INFINITY = float("inf")


@dataclass(frozen=True)
class LoopRegion:
    """The allowed region of (x, y) with loops, in units of `problem.over`.

    x, y: couplings as text.  problem: scope.  outline: (n, 3) rows (x, lowest y, largest y); nothing is
    allowed outside of the polygon through them, between its rows either; empty if nothing is allowed.
    status: "certified" (then certificates prove the whole outline) or "numerical" with its reason.
    error: of a numerical one, in units of U = (4 pi)^(D/2) M^-D.
    Source: 2501.09717; method in docs/theory/one_loop.md.
    """

    x: str
    y: str
    problem: Problem
    outline: np.ndarray
    status: str
    reason: str
    certificates: tuple[Mapping[str, Any], ...] = ()
    error: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def outer(self) -> np.ndarray:
        """The boundary as a closed curve, (2n, 2)."""
        if not len(self.outline):
            return np.zeros((0, 2))
        return np.vstack([self.outline[:, :2], self.outline[::-1, ::2]])

    @property
    def warning(self) -> str:
        """Where the one-loop truncation is not trustworthy, "" elsewhere."""
        return loop_warning(self.problem)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary (schema eft-positivity/loop-region/1)."""
        return {
            "schema": LOOP_REGION_SCHEMA, "x": self.x, "y": self.y, "problem": self.problem.to_dict(),
            "outline": self.outline.tolist(), "status": self.status, "reason": self.reason, "error": self.error,
            "certificates": [dict(certificate) for certificate in self.certificates], "warning": self.warning,
            "versions": dict(self.versions), "seconds": self.seconds,
        }  # fmt: skip

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LoopRegion:
        """Inverse of to_dict; raises InputError for another schema or a damaged document."""
        with reading("the region"):
            if data.get("schema") != LOOP_REGION_SCHEMA:
                raise InputError(f"schema {shown(data.get('schema'))} is not {LOOP_REGION_SCHEMA!r}")
            outline = np.array(data["outline"], dtype=float).reshape(-1, 3)
            problem = Problem.from_dict(data["problem"])
            rest = data["status"], data["reason"], tuple(map(dict, data["certificates"])), data["error"]
            return checked(cls(data["x"], data["y"], problem, outline, *rest, dict(data["versions"]), data["seconds"]))

    def __str__(self) -> str:
        over = "" if self.problem.over == "1" else f"/{self.problem.over}"
        lines = [self.problem.scope, f"region of ({self.x}{over}, {self.y}{over}): {self.status}"]
        if self.status != "certified":
            lines[-1] += f" (not proved): {self.reason}"
        elif self.reason:
            lines[-1] += f"; {self.reason}"
        if len(self.outline):
            (x0, x1), (y0, y1) = self.outline[[0, -1], 0], (self.outline[:, 1].min(), self.outline[:, 2].max())
            lines.append(f"  {self.x}{over} in [{x0:.8g}, {x1:.8g}], {self.y}{over} in [{y0:.8g}, {y1:.8g}]")
        else:
            lines.append("  nothing is allowed")
        lines += [f"  proved by {len(self.certificates)} functionals"] if self.certificates else []
        return "\n".join([*lines, *([f"WARNING: {self.warning}"] if self.warning else [])])

    def plot(self, path: str | None = None) -> Any:
        """Figure of the region; saved as PDF and PNG if a path is given."""
        from positivity.plotting import plot_plane

        proved = "nothing outside (certified)" if self.status == "certified" else "numerical, not proved"
        label = f"outer polygon: {proved}"
        nothing = np.zeros((0, 2))
        return plot_plane(self.problem, (self.x, self.y), self.outer, label, nothing, nothing, [], path)


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
    from positivity.bounds import MAX_SMEARED, check_choices, loop_choice, versions

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
