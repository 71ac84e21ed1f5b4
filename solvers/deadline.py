"""A deadline for whatever is computed within it: every long loop calls `checkpoint`.

It holds in the thread (context) that set it and in no other.  A deadline never changes an answer: what is not
finished by then is not answered.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace

#: told the phase of the computation and the seconds since it began
Report = Callable[[str, float], None]


class OutOfTime(Exception):
    """The deadline has passed; the message says which."""

    def __init__(self, limit: float) -> None:
        super().__init__(f"stopped by the time limit of {limit:g} s")
        self.limit = limit


@dataclass(frozen=True)
class _Clock:
    began: float
    limit: float = float("inf")
    report: Report | None = None

    def look(self, phase: str) -> None:
        passed = time.monotonic() - self.began
        if self.report is not None:
            self.report(phase, passed)
        if passed > self.limit:
            raise OutOfTime(self.limit)


_clock: ContextVar[_Clock | None] = ContextVar("deadline", default=None)


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Within it `checkpoint` raises OutOfTime once so many seconds have passed; None: no limit of its own.

    A deadline around it that is earlier stays.
    """
    now, outer = time.monotonic(), _clock.get()
    clock = outer
    if seconds is not None and (outer is None or now + seconds < outer.began + outer.limit):
        clock = _Clock(now, float(seconds), None if outer is None else outer.report)
    token = _clock.set(clock)
    try:
        yield
    finally:
        _clock.reset(token)


@contextmanager
def reporting(report: Report) -> Iterator[None]:
    """Within it every checkpoint tells `report` how far it is."""
    outer = _clock.get()
    token = _clock.set(_Clock(time.monotonic(), report=report) if outer is None else replace(outer, report=report))
    try:
        yield
    finally:
        _clock.reset(token)


def checkpoint(phase: str = "") -> None:
    """Called in every long loop; raises OutOfTime once the time is used up.

    phase: what is being done, "" for what was said last.
    """
    clock = _clock.get()
    if clock is not None:
        clock.look(phase)


def passed() -> bool:
    """Whether the deadline has passed, for code that cannot raise."""
    clock = _clock.get()
    return clock is not None and time.monotonic() - clock.began > clock.limit
