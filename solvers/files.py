"""A file is replaced as a whole or left as it was: written beside, synced, then renamed."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

#: file names may have 255 bytes; what is added must fit
_LONGEST = 200


@contextmanager
def replacing(path: str | os.PathLike[str], *, binary: bool = False) -> Iterator[IO[Any]]:
    """A file open for writing (UTF-8, newlines as given, or bytes) that takes the place of `path` at the end.

    Until then, and whenever anything goes wrong (a full disk, a limit, an interrupt), the old file stays and nothing
    is left beside it; after a kill -9 the part written may stay as .NAME.*.part.  Permissions of the old file are
    kept, links are followed; devices and pipes are written to directly.  Raises OSError.
    """
    target = Path(os.path.realpath(path))
    mode = _mode(target)
    if mode is not None and not stat.S_ISREG(mode):
        with _opened(os.open(target, os.O_WRONLY), binary) as stream:
            yield stream
        return
    part = target.with_name(f".{target.name[:_LONGEST]}.{secrets.token_hex(4)}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with _opened(descriptor, binary) as stream:
            if mode is not None:
                part.chmod(stat.S_IMODE(mode))
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(target)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise
    sync_folder(target.parent)


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Replace a file by a text in UTF-8; raises OSError and leaves the old file then."""
    with replacing(path) as stream:
        stream.write(text)


def sync_folder(folder: Path) -> None:
    """Make a new name in a folder outlive a crash, where the system can."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _mode(target: Path) -> int | None:
    try:
        return target.stat().st_mode
    except FileNotFoundError:
        return None


def _opened(descriptor: int, binary: bool) -> IO[Any]:
    if binary:
        return os.fdopen(descriptor, "wb")
    return os.fdopen(descriptor, "w", encoding="utf-8", newline="")
