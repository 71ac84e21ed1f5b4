"""What a user sees of a long computation: an estimate before, a line on the terminal while it lasts."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from positivity.questions.errors import InputError
from solvers.deadline import reporting

#: seconds after which a computation says what it does, and between two such lines
_SILENT, _BETWEEN = 5.0, 0.5
#: both ends of g3/g2 in D = 4 with 8 digits, processor time: 5 s at order 20, 13 s at order 24,
#: more than 80 s at order 30; beyond 24 the power law is an extrapolation
_SLOW_ORDER, _SECONDS, _POWER = 24, 13.0, 9
#: seconds that have to be asked for
_WANTED = 60.0


#: columns of the line: blanks and no escape sequence, which standard error would spell out
_WIDTH = 60


class _Line:
    """One line on the terminal, written over and over; the estimate on a line of its own before it."""

    def __init__(self, expected: str) -> None:
        self.expected, self._phase = expected, "computing"
        self._shown = float("-inf")
        self._terminal = sys.stderr is not None and sys.stderr.isatty()

    def __call__(self, phase: str, seconds: float) -> None:
        self._phase = phase or self._phase
        if self.expected:  # at the first look, when the question is known to make sense
            self._write(self.expected + "\n")
            self.expected = ""
        if self._terminal and seconds >= _SILENT and time.monotonic() >= self._shown + _BETWEEN:
            self._shown = time.monotonic()
            self._write(f"\r{f'{seconds:.0f} s: {self._phase}':<{_WIDTH}}")

    def clear(self) -> None:
        """At the end, whatever it is."""
        if self._shown > 0:
            self._write(f"\r{'':<{_WIDTH}}\r")

    def _write(self, text: str) -> None:
        if sys.stderr is not None:
            with suppress(OSError, ValueError):
                sys.stderr.write(text)
                sys.stderr.flush()


@contextmanager
def patience(expected: str = "") -> Iterator[None]:
    """Within it a computation of more than five seconds shows on a terminal what it does.

    expected: a line that says how long it takes, "" for none.
    """
    line = _Line(expected)
    try:
        with reporting(line):
            yield
    finally:
        line.clear()


def bound_seconds(options: Any) -> str:
    """A line with the time a bound with rho_J >= 0 will take at tree level, "" if that is short or not known.

    Raises InputError where it is long and no time limit says that this is wanted.
    """
    known = options.density == "positive" and options.loops == "tree" and options.method == "lp"
    if not known or options.order < _SLOW_ORDER:
        return ""
    seconds = _SECONDS * (options.order / _SLOW_ORDER) ** _POWER
    about = f"order {options.order}: about {round(seconds, -1 if seconds < 100 else -2):.0f} s on a quiet machine"
    if seconds > _WANTED and options.time_limit is None:
        raise InputError(f"{about} and 1 GB of memory or more: give --time-limit S to allow it, or use a lower order")
    return f"{about}, more with many digits; Ctrl-C stops it"
