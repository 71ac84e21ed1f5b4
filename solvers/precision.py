"""Digits that belong to the whole process, held by one thread at a time: those of mpmath.

Balls: `working_precision` of solvers.verify.precision, under the same lock.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from solvers.verify.precision import ARITHMETIC, working_precision

__all__ = ["working_digits", "working_precision"]


@contextmanager
def working_digits(digits: int) -> Iterator[None]:
    """mpmath with `digits` decimal digits; other threads wait, and find its digits as they were."""
    from mpmath import mp

    with ARITHMETIC, mp.workdps(digits):
        yield
