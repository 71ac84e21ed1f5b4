"""Time and memory of a verification are bounded: an estimate from the sizes before, a deadline during.

The time is that of the processor, so that a busy machine refuses nothing that a quiet one proves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from solvers.verify.document import Refused

#: seconds for one certificate of each kind unless told otherwise; genuine ones need about a tenth or less (of the
#: cutoff, with the usual 260 nodes and 800 spins, 3.8 to 5 s measured)
FORWARD_SECONDS, BOUNDED_SECONDS, GRAVITY_SECONDS, CUTOFF_SECONDS = 10.0, 30.0, 100.0, 40.0
#: bytes for one certificate; more of them go with a raised time limit, in proportion
_MEMORY = 400_000_000


class TooCostly(Refused):
    """A proof was not tried, or was stopped, because it takes more time or memory than allowed."""


@dataclass(frozen=True)
class _Clock:
    limit: float
    end: float
    memory: float
    raised: float


_chosen: ContextVar[float | None] = ContextVar("chosen", default=None)
_clock: ContextVar[_Clock | None] = ContextVar("clock", default=None)
_watch: ContextVar[Callable[[], object] | None] = ContextVar("watch", default=None)


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Within it every certificate may take so many seconds; None for the defaults of its kind."""
    if seconds is not None and (isinstance(seconds, bool) or not 0 < seconds < 1e9):
        raise ValueError(f"time limit {seconds!r}: use a positive number of seconds")
    token = _chosen.set(seconds)
    try:
        yield
    finally:
        _chosen.reset(token)


@contextmanager
def budget(default: float) -> Iterator[None]:
    """The clock of one certificate."""
    chosen = _chosen.get()
    limit = default if chosen is None else float(chosen)
    token = _clock.set(_Clock(limit, time.thread_time() + limit, _MEMORY * max(1.0, limit / default), limit / default))
    try:
        yield
    finally:
        _clock.reset(token)


@contextmanager
def watched(watch: Callable[[], object]) -> Iterator[None]:
    """Within it `watch` is called in every long loop of a proof, and stops it by raising."""
    token = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(token)


def spend() -> None:
    """Called in every long loop; raises TooCostly once the time is used up."""
    watch = _watch.get()
    if watch is not None:
        watch()
    clock = _clock.get()
    if clock is not None and time.thread_time() > clock.end:
        raise TooCostly(f"not proved within the time limit of {clock.limit:g} s: raise the time limit")


def expect(seconds: float, memory: float = 0.0) -> None:
    """Raise TooCostly at once if a proof of these sizes is estimated to exceed the limit."""
    clock = _clock.get()
    if clock is None:
        return
    if seconds > clock.limit:
        needed = "more than a day" if seconds > 86400 else f"about {seconds:.2g} s"
        raise TooCostly(f"the proof needs {needed}, over the time limit of {clock.limit:g} s: raise the time limit")
    if memory > clock.memory:
        raise TooCostly(
            f"the proof needs about {memory / 1e6:.3g} MB, over the {clock.memory / 1e6:.0f} MB that go with the time "
            f"limit of {clock.limit:g} s: raise the time limit"
        )


def expect_at_most(value: int, usual: int, name: str) -> None:
    """Raise TooCostly for a size above the usual one, which grows with a raised time limit in proportion."""
    clock = _clock.get()
    if clock is not None and value > usual * max(1.0, clock.raised):
        raise TooCostly(
            f"{name} {value} is above {usual}, at the time limit of {clock.limit:g} s: raise the time limit"
        )
