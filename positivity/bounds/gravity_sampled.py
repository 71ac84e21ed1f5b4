"""The numerical bound in units of 8 pi G: the program of one space, its question and its report."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import cached_property

from positivity.answers.gravity import GravityBound
from positivity.programs.gravity_question import question
from positivity.programs.powers import Functional, Program
from positivity.questions.errors import InputError, NoTheory
from positivity.sum_rules.powers import Grid, Space


class GravityProgram:
    """The linear program of one space, refined as its functionals are found; reused for all directions."""

    def __init__(self, space: Space, grid: Grid | None = None) -> None:
        self.space, self._grid = space, grid

    @cached_property
    def program(self) -> Program:
        """The sampled rows."""
        return Program(self.space, self._grid)

    def bound(
        self, direction: tuple[float, float] = (1.0, 0.0), fix: Mapping[str, float] | None = None
    ) -> GravityBound:
        """The best alpha for direction[0] g2 + direction[1] g3; raises InputError if there is no functional.

        fix: g3 (or g2) held at a value in units of 8 pi G; the direction is then along the other one.
        """
        started = time.perf_counter()
        objective, equations, values = question(self.space, direction, fix or {})
        found = self.program.best(objective, equations, values)
        if not found.optimal:
            raise InputError(
                f"direction {direction}: no functional found in this space ({found.status}): "
                "change it or use more functions"
            )
        if not found.bounded:
            held = ", ".join(f"{name} = {value:g} 8piG" for name, value in (fix or {}).items()) or "this"
            raise NoTheory(f"{held} is excluded (numerical, not proved): no theory has it, so nothing is bounded there")
        return report(found, direction, fix or {}, float(objective @ found.coefficients), time.perf_counter() - started)


def report(
    found: Functional, direction: tuple[float, float], fix: Mapping[str, float], alpha: float, seconds: float
) -> GravityBound:
    """The numerical bound of a functional."""
    space, violation = found.space, found.violation
    assert violation is not None
    reason = "for a proof ask for a certificate (functions on A_2 alone, a weaker value)"
    if space.dimension == 4:
        reason = "no certificate in D = 4: the cutoff of the pole is an input, not a consequence of the sum rule"
    elif fix:
        reason = "for a proof ask for a certificate in the direction of this functional, with nothing held fixed"
    return GravityBound(
        space.dimension, (float(direction[0]), float(direction[1])), alpha, tuple(map(len, space.exponents)),
        tuple(fix.items()), space.b_max, space.exponents, tuple(found.coefficients.tolist()),
        max(0.0, -violation.slack), str(violation), violation.states, round(seconds, 3), None, reason,
    )  # fmt: skip
