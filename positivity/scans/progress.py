"""A progress bar on a terminal, with the time left."""

from __future__ import annotations

import sys
import time
from typing import TextIO

_WIDTH, _SECONDS_BETWEEN = 30, 0.1


class Progress:
    """Called with (recorded, total, failed, final); draws on a terminal, is silent elsewhere."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._shown = -_SECONDS_BETWEEN
        self._start: tuple[float, int] | None = None

    def __call__(self, done: int, total: int, failed: int, final: bool) -> None:
        if not self._stream.isatty():
            return
        now = time.monotonic()
        if self._start is None:
            self._start = now, done
        if final or now - self._shown >= _SECONDS_BETWEEN:
            self._shown = now
            text = line(done, total, failed, now - self._start[0], done - self._start[1])
            # blanks over what stood there: standard error spells out escape sequences
            self._stream.write(f"\r{text:<79}" + ("\n" if final else ""))
            self._stream.flush()


def line(done: int, total: int, failed: int, seconds: float, fresh: int) -> str:
    """The bar: fresh points took `seconds`; points recorded earlier say nothing about speed."""
    filled = _WIDTH * min(done, total) // max(total, 1)
    text = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {done}/{total} points"
    if failed:
        text += f", {failed} without an answer"
    if fresh and done < total:
        text += f", ETA {_clock(seconds * (total - done) / fresh)}"
    elif done >= total:
        text += f", {_clock(seconds)}"
    return text


def _clock(seconds: float) -> str:
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}"
