"""Time limits of whole calls: an answer that says so where there is one, an InputError where there is nothing.

The clock itself is `solvers.deadline`; every long loop looks at it, those of the verifier too.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from flint import fmpq

from positivity.answers.end import End
from positivity.questions.errors import InputError, check_time_limit
from solvers import deadline
from solvers.deadline import OutOfTime
from solvers.verify.budget import watched

_REMEDY = "raise the time limit, or lower the order or the digits"


class Solver(Protocol):
    """What finds one end."""

    def end(self, weights: Sequence[fmpq], side: int) -> End:
        """The end of weights . targets on one side."""


@contextmanager
def within(seconds: float | None) -> Iterator[None]:
    """Within it whatever is computed has so many seconds (None: all the time there is); then it is an InputError."""
    check_time_limit(seconds)
    try:
        with deadline.time_limit(seconds), watched(deadline.checkpoint):
            yield
    except OutOfTime as stop:
        raise InputError(f"{stop}, before anything was found: {_REMEDY}") from None


def timed(solver: Solver, weights: Sequence[fmpq], side: int) -> End:
    """The end a solver finds; if the time is up, a failed one that says so."""
    try:
        return solver.end(weights, side)
    except OutOfTime as stop:
        return End(None, "failed", out_of_time(stop))


def out_of_time(stop: OutOfTime) -> str:
    """The reason of an answer that was not found."""
    return f"{stop}: {_REMEDY}"
