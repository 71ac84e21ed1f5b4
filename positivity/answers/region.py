"""The allowed region of two couplings: its half-planes, outline, figure and document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from positivity.answers.bound import html_table, text_table
from positivity.answers.half_plane import HalfPlane
from positivity.answers.saved import Saved
from positivity.questions.errors import InputError, reading, shown
from positivity.questions.question import Problem
from positivity.questions.rules import Powers
from positivity.questions.typed import checked
from solvers.polygons import Kink, find_kinks, intersect_half_planes

_GOES_ON = "unbounded: it goes on along every theory without gravity, which leaves 8piG; figures cut it off"
REGION_SCHEMA = "eft-positivity/region/1"


@dataclass(frozen=True)
class TheoryPoint:
    """A known amplitude at mass M in the plane of a region."""

    name: str
    amplitude: str
    x: float
    y: float


@dataclass(frozen=True)
class Region(Saved):
    """The allowed region of (x/over, y/over) in units of the cutoff M = 1.

    x, y, over: combinations of couplings as text.  problem: scope (its coupling is "x, y").
    half_planes: the boundary, by angle; outside any certified one nothing is allowed.
    outer: vertices of the intersection of the certified half-planes, shape (n, 2).  touching:
    points of extremal spectra.  inner: hull of the known theories at all masses >= M.
    kinks: where the slope of the boundary jumps.  theories: known amplitudes.  complete: False if
    the tracing was interrupted.  Source: 2011.02957 section 4; method: docs/theory/certificates.md.
    """

    x: str
    y: str
    problem: Problem
    half_planes: tuple[HalfPlane, ...]
    theories: tuple[TheoryPoint, ...]
    inner: tuple[tuple[float, float], ...]
    versions: Mapping[str, str] = field(default_factory=dict, compare=False)
    seconds: float = field(default=0.0, compare=False)
    complete: bool = True

    @property
    def certified(self) -> tuple[HalfPlane, ...]:
        """The half-planes that are proved."""
        return tuple(plane for plane in self.half_planes if plane.end.status == "certified")

    @property
    def outer(self) -> np.ndarray:
        """Vertices (n, 2) of the polygon that the certified half-planes cut out."""
        return intersect_half_planes([plane.line for plane in self.certified])

    @property
    def unbounded(self) -> bool:
        """Whether it goes on for ever: over 8piG, where theories without gravity can be added to any other."""
        return isinstance(self.problem.rules, Powers)

    @property
    def drawn(self) -> np.ndarray:
        """The vertices of `outer`; of an unbounded region, cut off some way beyond its corners."""
        lines = [plane.line for plane in self.certified]
        if not self.unbounded or len(lines) < 2:
            return self.outer
        pairs = [(np.array([p[:2], q[:2]]), np.array([p[2], q[2]])) for p, q in pairwise(sorted(lines))]
        corners = np.array([np.linalg.solve(*pair) for pair in pairs])
        low, high = corners.min(axis=0), corners.max(axis=0)
        margin = np.maximum(high - low, 0.2 * np.abs(corners).max(axis=0)) + 1e-9
        box = [(1.0, 0.0, (high + margin)[0]), (-1.0, 0.0, (margin - low)[0])]
        box += [(0.0, 1.0, (high + margin)[1]), (0.0, -1.0, (margin - low)[1])]
        return intersect_half_planes([*lines, *box])

    @property
    def touching(self) -> np.ndarray:
        """Points (n, 2) reached by extremal spectra, ordered by the angle of the half-plane."""
        return np.array([plane.point for plane in self.half_planes if plane.point is not None])

    @property
    def kinks(self) -> tuple[Kink, ...]:
        """Corners of the boundary."""
        return find_kinks([(plane.line, plane.point) for plane in self.certified])

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary (schema eft-positivity/region/1)."""
        return {
            "schema": REGION_SCHEMA,
            "x": self.x,
            "y": self.y,
            "problem": self.problem.to_dict(),
            "half_planes": [plane.to_dict() for plane in self.half_planes],
            "theories": [asdict(theory) for theory in self.theories],
            "inner": [list(point) for point in self.inner],
            "outer": self.outer.tolist(),
            "kinks": [asdict(kink) for kink in self.kinks],
            "versions": dict(self.versions),
            "seconds": self.seconds,
            "complete": self.complete,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Region:
        """Inverse of to_dict; raises InputError for another schema or a damaged document."""
        with reading("the region"):
            if data.get("schema") != REGION_SCHEMA:
                raise InputError(f"schema {shown(data.get('schema'))} is not {REGION_SCHEMA!r}")
            planes = tuple(HalfPlane.from_dict(plane) for plane in data["half_planes"])
            theories = tuple(checked(TheoryPoint(**theory)) for theory in data["theories"])
            inner = tuple((float(x), float(y)) for x, y in data["inner"])
            problem = Problem.from_dict(data["problem"])
            rest = dict(data["versions"]), data["seconds"], data["complete"]
            return checked(cls(data["x"], data["y"], problem, planes, theories, inner, *rest))

    def _rows(self) -> list[tuple[str, ...]]:
        over = self.problem.over
        rows: list[tuple[str, ...]] = [("half-plane", "value", "status", "touches at", "note")]
        for plane in self.half_planes:
            a, b, _ = plane.line
            left = f"{a:+.6g} {self.x}/{over} {b:+.6g} {self.y}/{over}"
            point = "({:.6g}, {:.6g})".format(*plane.point) if plane.point else "-"
            rows.append((left, f"<= {plane.end.text}", plane.end.status, point, plane.end.reason))
        return rows

    def __str__(self) -> str:
        heading = f"{self.x}/{self.problem.over} and {self.y}/{self.problem.over}: {self.problem.scope}\n"
        corners = "; ".join(f"({k.x:.6g}, {k.y:.6g})" for k in self.kinks)
        if self.unbounded:
            return text_table(self._rows(), heading) + f"\n{_GOES_ON}"
        return text_table(self._rows(), heading) + f"\nkinks: {corners or 'none found'}"

    def _repr_html_(self) -> str:
        return html_table(self._rows(), self.problem.scope)

    def plot(self, path: str | None = None) -> Any:
        """Figure of the region; saved to `path` (PDF or PNG) if given.  Returns the figure."""
        from positivity.amplitudes.uv_completions import PlaneMarker
        from positivity.answers.plotting import Plane, plot_plane

        markers = [PlaneMarker(theory.name, theory.x, theory.y) for theory in self.theories]
        unproved = [p.point for p in self.half_planes if p.end.status != "certified" and p.point is not None]
        label = f"certified boundary ({len(self.certified)} half-planes)"
        if self.unbounded:
            label += ", cut off: it goes on"
        inner, crosses = np.array(self.inner), np.array(unproved)
        return plot_plane(self.problem, (self.x, self.y), Plane(self.drawn, label, inner, crosses, markers), path)
