"""Limits of time and memory: what is refused at which size, and that a limit ends with its context."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from tests.mutation.battery.common import Check, Verifier, collector, patched

CHECKS: list[Check] = []
check = collector(CHECKS)


def costly(v: Verifier, function: Callable[..., Any], *arguments: Any, says: str = "raise the time limit") -> None:
    try:
        function(*arguments)
    except v.budget.TooCostly as reason:
        assert says in str(reason), f"refused in other words: {reason}"
        return
    raise AssertionError(f"{function.__name__}{arguments} is within the limit")


@check("budget.py")
def limits_of_time(v: Verifier) -> None:
    """Positive numbers below 10^9 or None are limits; the last moment is within, the next is not."""
    now = [100.0]
    with patched(v.budget, time=SimpleNamespace(thread_time=lambda: now[0])):
        for wrong in (0, -1, -0.5, True, False, 1e9, float("nan"), float("inf")):
            try:
                with v.budget.time_limit(wrong):
                    pass
            except ValueError:
                continue
            raise AssertionError(f"{wrong} is a time limit")
        for chosen, end in ((None, 107.0), (0.25, 100.25), (1, 101.0), (999_999_999.0, 1_000_000_099.0)):
            with v.budget.time_limit(chosen), v.budget.budget(7.0):
                for moment in (100.0, end):
                    now[0] = moment
                    v.budget.spend()
                now[0] = end + 1e-6
                costly(v, v.budget.spend, says=f"time limit of {end - 100:g} s")
            v.budget.spend()
            now[0] = 100.0
        with v.budget.budget(7.0):
            now[0] = 106.0
            v.budget.spend()


@check("budget.py")
def estimates(v: Verifier) -> None:
    """Seconds, bytes and sizes up to the limit pass; memory and sizes grow with a raised limit and never shrink."""
    v.budget.expect(1e12, 1e15)
    v.budget.expect_at_most(10**9, 1, "nodes")
    for chosen, seconds, grown in ((None, 4.0, 1.0), (2.0, 2.0, 1.0), (12.0, 12.0, 3.0), (1e6, 1e6, 250_000.0)):
        with v.budget.time_limit(chosen), v.budget.budget(4.0):
            v.budget.expect(seconds)
            v.budget.expect(seconds, 400_000_000 * grown)
            costly(v, v.budget.expect, seconds * (1 + 1e-9))
            costly(v, v.budget.expect, 0.0, 400_000_000 * grown + 1, says="MB")
            v.budget.expect_at_most(int(200 * grown), 200, "nodes")
            costly(v, v.budget.expect_at_most, int(200 * grown) + 1, 200, "nodes", says="nodes")
    with v.budget.budget(4.0):
        costly(v, v.budget.expect, 86400.0, says="about 8.6e+04 s")
        costly(v, v.budget.expect, 86400.5, says="more than a day")
        costly(v, v.budget.expect, 0.0, 512_300_000.0, says="about 512 MB, over the 400 MB")
    v.budget.expect(1e12, 1e15)


@check("budget.py")
def watches(v: Verifier) -> None:
    """A watch is called within its context only, with a limit or without."""
    calls: list[int] = []
    with v.budget.watched(lambda: calls.append(1)):
        v.budget.spend()
        with v.budget.budget(1e6):
            v.budget.spend()
    v.budget.spend()
    assert len(calls) == 2


@check("budget.py")
def usual_limits(v: Verifier) -> None:
    """Of the kinds, as docs/howto/certificates.md says."""
    names = ("FORWARD_SECONDS", "BOUNDED_SECONDS", "GRAVITY_SECONDS", "CUTOFF_SECONDS")
    assert [getattr(v.budget, name) for name in names] == [10.0, 30.0, 100.0, 40.0]
