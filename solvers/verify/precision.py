"""The precision of ball arithmetic, held by one thread at a time.

FLINT keeps one precision for the whole process.  A thread that raises or restores it changes the
digits of every other thread in the middle of a sum: a genuine certificate would be refused, never a
false one accepted, since balls stay enclosures at any precision.  So whoever computes with balls
holds the lock until the precision is restored.  The lock is reentrant: sections may be nested.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flint import ctx

#: held while a number of digits that belongs to the process (of FLINT, of mpmath) is not its usual one
ARITHMETIC = threading.RLock()


@contextmanager
def working_precision(bits: int) -> Iterator[None]:
    """Ball arithmetic with `bits` bits; other threads wait, and find the precision as it was."""
    with ARITHMETIC:
        saved = ctx.prec
        ctx.prec = bits
        try:
            yield
        finally:
            ctx.prec = saved
