"""A file that grows by one line of JSON per result: a header, then rows, each synced to disk.

A line is written by one call and synced before the work goes on, so that killing the process at any
moment loses at most what had not been recorded; a torn last line is dropped.  Each line ends with a
checksum of what stands before it, so that a damaged one is told from a good one; files of earlier
versions have none and stay readable.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

from positivity.questions.errors import InputError
from solvers.files import replacing, sync_folder

#: last in a line: the first digits of SHA-256 of the line without it
CHECKSUM = "checksum"
_SEAL = re.compile(rb',"checksum":"([0-9a-f]{16})"\}\Z')
#: line numbers named in a message
_NAMED = 5


@dataclass
class Contents:
    """What a file holds: its header (None: no whole line), where each row begins, the bytes of its whole lines.

    offsets: {key: byte}.  notes: {key: what `note` made of the row}.
    """

    header: dict[str, Any] | None = None
    offsets: dict[str, int] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    size: int = 0


def line(data: Mapping[str, Any]) -> bytes:
    """One line with its checksum, which takes the place of one that is there already."""
    body = json.dumps({key: value for key, value in data.items() if key != CHECKSUM}, separators=(",", ":")).encode()
    return body[:-1] + f',"{CHECKSUM}":"{_digest(body)}"}}\n'.encode()


def unpack(text: bytes) -> tuple[dict[str, Any], bool]:
    """The data of a line and whether it had a checksum; raises ValueError if it is damaged."""
    text = text.rstrip(b"\n")
    seal = _SEAL.search(text)
    body = text if seal is None else text[: seal.start()] + b"}"
    data = json.loads(body)
    if not isinstance(data, dict) or CHECKSUM in data or (seal is not None and seal[1].decode() != _digest(body)):
        raise ValueError("the checksum does not match")
    return data, seal is not None


def read(
    path: Path, stream: IO[bytes], schema: str, kind: str, note: Callable[[dict[str, Any]], Any] | None = None
) -> Contents:
    """Read and check a file line by line; a last line that is torn is left out.

    kind: what the file should be, for messages ("scan").  note: what to keep in memory of each row, which is
    dropped otherwise.  Raises InputError if the file is another one, or damaged before its last line.
    """
    found, damaged, sealed = Contents(), [], False
    end = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    for number, text in enumerate(stream, 1):
        if not text.endswith(b"\n"):
            break
        try:
            data, has_checksum = unpack(text)
            if number == 1:
                if data["schema"] != schema:
                    raise ValueError
                found.header, sealed = data, has_checksum
            elif sealed and not has_checksum:
                raise ValueError("a line without its checksum")
            elif (key := str(data["key"])) not in found.offsets:
                found.offsets[key] = found.size
                if note is not None:
                    found.notes[key] = note(data)
        except (ValueError, KeyError, TypeError, RecursionError):
            if number == 1:
                raise InputError(_no_header(path, text, schema, kind)) from None
            if found.size + len(text) == end and not _is_json(text):  # blocks of a crashed disk
                break
            damaged.append(number)
        found.size += len(text)
    if damaged:
        raise InputError(_damage(path, damaged))
    return found


class Journal:
    """An open file of rows, locked against a second writer.

    contents: what was in the file when it was opened.
    """

    schema, kind = "", ""

    def __init__(self, path: str | os.PathLike[str], header: Mapping[str, Any], resume: bool) -> None:
        self.path = Path(path)
        self.contents = Contents()
        self._size = 0
        try:
            self._descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o644)
        except OSError as error:
            raise InputError(f"cannot write {str(path)!r}: {error.strerror}") from None
        try:
            self._lock()
            self._open(header, resume)
        except BaseException:
            os.close(self._descriptor)
            raise

    def _lock(self) -> None:
        try:
            import fcntl
        except ImportError:  # not on this platform
            return
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(
                f"{str(self.path)!r} is being written by another {self.kind}: wait for it or stop it"
            ) from None
        except OSError:  # some network file systems have no locks
            return

    def _open(self, header: Mapping[str, Any], resume: bool) -> None:
        with self.path.open("rb") as stream:
            beginning = stream.read(len(line(header)) + 1)
            torn_header = b"\n" not in beginning and line(header).startswith(beginning)
            if not torn_header:
                self.contents = read(self.path, stream, self.schema, self.kind)
        if torn_header:  # nothing yet, or killed while the header was written
            os.ftruncate(self._descriptor, 0)
            self._write(header)
            sync_folder(self.path.parent)
            return
        if self.contents.header is None:
            raise InputError(f"{str(self.path)!r} is not the file of a {self.kind}: choose another name")
        if not resume:
            raise InputError(
                f"{str(self.path)!r} holds a {self.kind} already: resume it (resume=True) or choose another file"
            )
        self.check_same(self.contents.header, header)
        self._size = self.contents.size
        os.ftruncate(self._descriptor, self._size)

    def check_same(self, found: Mapping[str, Any], header: Mapping[str, Any]) -> None:
        """Raise InputError if the file was begun with another question."""

    @property
    def offsets(self) -> Mapping[str, int]:
        """{key: place of its row} of the rows that were there when the file was opened."""
        return self.contents.offsets

    def row(self, offset: int) -> dict[str, Any]:
        """The row recorded at this place."""
        with os.fdopen(os.dup(self._descriptor), "rb") as stream:
            stream.seek(offset)
            return unpack(stream.readline())[0]

    def append(self, row: Mapping[str, Any]) -> int:
        """Record a result and return its place; it is on disk then.  Raises InputError if the disk refuses."""
        self._check_there()
        place = self._size
        self._write(row)
        return place

    def _write(self, data: Mapping[str, Any]) -> None:
        text = line(data)
        try:
            # an interrupt may have come between an earlier write and the count of its bytes
            os.ftruncate(self._descriptor, self._size)
            os.lseek(self._descriptor, self._size, os.SEEK_SET)
            done = 0
            while done < len(text):
                done += os.write(self._descriptor, text[done:])
            os.fsync(self._descriptor)
        except OSError as error:
            with suppress(OSError):  # leave whole lines behind
                os.ftruncate(self._descriptor, self._size)
            raise InputError(
                f"cannot write {str(self.path)!r}: {error.strerror}; what is recorded is safe, "
                "make room and go on with resume=True"
            ) from None
        self._size += len(text)

    def _check_there(self) -> None:
        """The name must still lead to the file that is written; otherwise its rows are saved under another one."""
        try:
            there = self.path.stat()
        except OSError:
            there = None
        own = os.fstat(self._descriptor)
        if there is not None and (there.st_dev, there.st_ino) == (own.st_dev, own.st_ino):
            return
        rescued = self.path.with_name(self.path.name + ".rescued")
        try:
            with replacing(rescued, binary=True) as target, os.fdopen(os.dup(self._descriptor), "rb") as stream:
                stream.seek(0)
                while block := stream.read(1 << 20):
                    target.write(block)
            saved = f"what it held is in {str(rescued)!r}: rename it and go on with resume=True"
        except OSError:
            saved = "what it held is lost: begin again with another file"
        raise InputError(f"{str(self.path)!r} was deleted or replaced while the {self.kind} was writing it; {saved}")

    def close(self) -> None:
        """Close and unlock."""
        os.close(self._descriptor)


def rows_at(path: Path, offsets: list[int]) -> Iterator[dict[str, Any]]:
    """The rows at these places; raises InputError if the file is no longer the one that was read."""
    try:
        with path.open("rb") as stream:
            for offset in offsets:
                stream.seek(offset)
                yield unpack(stream.readline())[0]
    except (OSError, ValueError) as error:
        raise InputError(f"{str(path)!r} has changed since it was read ({error}): load it again") from None


def _digest(body: bytes) -> str:
    return sha256(body).hexdigest()[:16]


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _no_header(path: Path, text: bytes, schema: str, kind: str) -> str:
    if f'"{schema}"'.encode() in text:
        return f"{str(path)!r} is damaged in line 1, its head: put back a copy or begin again with another file"
    return f"{str(path)!r} is not the file of a {kind}: choose another name"


def _damage(path: Path, numbers: list[int]) -> str:
    named = ", ".join(map(str, numbers[:_NAMED])) + (f" and {len(numbers) - _NAMED} more" * (len(numbers) > _NAMED))
    one = len(numbers) == 1
    return (
        f"{str(path)!r} is damaged in line{'' if one else 's'} {named}: delete {'this line' if one else 'these lines'} "
        f"from the file and go on with resume=True, which computes {'it' if one else 'them'} again"
    )
