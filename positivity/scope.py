"""The scope of a question with its verbs: what a user holds and asks several questions of.

scope = positivity.Scope(dimension=5, order=8, density="unitary", loops="all", fix={"g2": "0.3U"})
scope.bound("g3"), scope.region("g3", "g4"), scope.check({"g3": "0.1U"}), scope.replace(order=10)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from positivity.questions import scope as record
from positivity.questions.couplings import Coupling, names_graviton
from positivity.questions.errors import known_keywords
from positivity.questions.words import DEFAULTS

if TYPE_CHECKING:
    from positivity.answers.bound import Bound
    from positivity.answers.files import PathLike
    from positivity.answers.loop_region import LoopRegion
    from positivity.answers.region import Region
    from positivity.answers.scan import Scan
    from positivity.answers.verdict import Verdict


class Scope(record.Scope):
    """Everything of a question but what is asked for, parsed once; its verbs ask.

    The words are those of `bound`: dimension, order, density ("positive", "unitary" or a `Density`), loops, fix,
    smeared, digits, method, time_limit, in units M = 1 of the cutoff.  A scope is frozen and hashable, equal to
    every other one with the same numbers, and str(scope) is the line that says what its answers are about.
    Raises InputError.  Conventions: docs/theory/conventions.md.
    """

    @known_keywords
    def bound(self, coupling: str | Mapping[Coupling, object], over: str | None = None) -> Bound:
        """As `positivity.bound` with the words of this scope."""
        from positivity.bounds.bound import bound, bound_in

        if names_graviton(coupling, over):
            return bound(coupling, over, **self._with_graviton())
        return bound_in(self, coupling, over)

    def _with_graviton(self) -> dict[str, Any]:
        """The words that say something: those without a meaning beside the graviton pole are refused there."""
        return {name: value for name, value in self.words().items() if value not in (DEFAULTS[name], {})}

    @known_keywords
    def region(
        self,
        x: str,
        y: str,
        over: str | None = None,
        *,
        points: int | None = None,
        progress: Callable[[int, int], None] | None = None,
        resume: Region | bool | None = None,
        output: PathLike | None = None,
    ) -> Region | LoopRegion:
        """As `positivity.region` with the words of this scope; a LoopRegion with loops."""
        from positivity.regions.region import Tracing, region_in

        if names_graviton(x, y, over):
            from positivity.regions.graviton import region_with_graviton

            run = {"points": points, "progress": progress, "resume": resume, "output": output}
            given: dict[str, Any] = {name: value for name, value in run.items() if value is not None}
            return region_with_graviton(x, y, over or "", **given, **self._with_graviton())
        return region_in(self, (x, y), over, Tracing(points, progress, resume, output))

    @known_keywords
    def check(self, couplings: Mapping[str, object]) -> Verdict:
        """As `positivity.check` with the words of this scope: the couplings it fixes are given too."""
        from positivity.checks.check import check, check_in

        if names_graviton(couplings):
            return check(couplings, **self._with_graviton())
        return check_in(self, couplings)

    @known_keywords
    def scan(
        self,
        grid: Mapping[str, Any],
        target: str = "",
        over: str | None = None,
        *,
        keep: str = "certificates",
        **run: Any,
    ) -> Scan:
        """The range of a target, or without one the verdict of `check`, at every point of a grid.

        grid, keep: as in a specification (docs/howto/scan.md); an axis "order" or "dimension" takes the place of
        that word.  run: output, jobs, executor, resume, progress of `positivity.scan`.
        """
        from positivity.scans.runner import scan

        words = self.to_dict()
        limit = words.pop("time_limit")
        spec = {key: value for key, value in words.items() if key not in grid}
        if target:
            spec |= {"task": "bound", "target": target, "over": over}
        else:
            spec |= {"task": "check", "fix": self.given({})}
            spec = {key: value for key, value in spec.items() if key not in ("digits", "method")}
        return scan({**spec, "grid": grid, "keep": keep}, time_limit=limit, **run)
