"""The allowed region of two couplings with loops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from positivity.answers.saved import Saved
from positivity.questions.errors import InputError, reading, shown
from positivity.questions.question import Problem
from positivity.questions.typed import checked
from positivity.sum_rules.truncation import loop_warning

LOOP_REGION_SCHEMA = "eft-positivity/loop-region/1"


@dataclass(frozen=True)
class LoopRegion(Saved):
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
    outline: np.ndarray = field(compare=False)
    status: str
    reason: str
    certificates: tuple[Mapping[str, Any], ...] = field(default=(), hash=False)
    error: float = 0.0
    versions: Mapping[str, str] = field(default_factory=dict, compare=False)
    seconds: float = field(default=0.0, compare=False)

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
        from positivity.answers.plotting import Plane, plot_plane

        proved = "nothing outside (certified)" if self.status == "certified" else "numerical, not proved"
        label = f"outer polygon: {proved}"
        nothing = np.zeros((0, 2))
        return plot_plane(self.problem, (self.x, self.y), Plane(self.outer, label, nothing, nothing), path)
