"""What the command line prints: exit codes, lines that cannot do anything to a terminal, and a pipe that closes."""

from __future__ import annotations

import io
import os
import sys
from contextlib import suppress
from typing import Any

from positivity.answers.plaintext import one_line, plain

OK, NOT_PROVED, BAD_INPUT = 0, 1, 2
#: of `check`: excluded, undecided
EXCLUDED, UNDECIDED = 3, 4
#: an error of this package itself, as in sysexits.h
INTERNAL, INTERRUPTED = 70, 130


class PlainStream(io.TextIOBase):
    """A stream of text that spells out control characters but those of `keep`, and what its encoding does not have."""

    def __init__(self, stream: Any, keep: str = "\n\t") -> None:
        self._stream, self._keep = stream, keep

    def write(self, text: str) -> int:
        """As of a file."""
        safe = plain(text, self._keep)
        encoding = getattr(self._stream, "encoding", None)
        if encoding and not safe.isascii():
            safe = safe.encode(encoding, "backslashreplace").decode(encoding)
        self._stream.write(safe)
        return len(text)

    def flush(self) -> None:
        """As of a file."""
        self._stream.flush()

    def writable(self) -> bool:
        """As of a file."""
        return True

    def isatty(self) -> bool:
        """As of a file."""
        return bool(self._stream.isatty())

    def fileno(self) -> int:
        """As of a file."""
        return int(self._stream.fileno())


def complain(message: str) -> None:
    """One line on stderr, if there is one."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(f"positivity: {one_line(message)}", file=sys.stderr)


def abandon(stream: Any) -> None:
    """Point a stream that cannot be written at nothing, so that Python does not complain at its end."""
    with suppress(OSError, ValueError, AttributeError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)
