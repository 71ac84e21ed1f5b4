"""The file of a scan: a header, then one line of JSON per finished point, each synced to disk.

A line is written by one call and synced before the scan goes on, so that killing the process at
any moment loses at most the points that had not been recorded; a torn last line is dropped.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from positivity.errors import InputError

SCAN_SCHEMA = "eft-positivity/scan/1"


class Records:
    """An open file of rows, locked against a second writer.

    rows: {key: row} found in the file when it was opened.
    """

    def __init__(self, path: str | os.PathLike[str], header: Mapping[str, Any], resume: bool) -> None:
        self.path = Path(path)
        self.rows: dict[str, dict[str, Any]] = {}
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
            raise InputError(f"{str(self.path)!r} is being written by another scan: wait for it or stop it") from None
        except OSError:  # some network file systems have no locks
            return

    def _open(self, header: Mapping[str, Any], resume: bool) -> None:
        content = self.path.read_bytes()
        found, rows, self._size = parse(self.path, content)
        if found is None:
            if not _line(header).startswith(content):  # more than a header torn while it was written
                raise InputError(f"{str(self.path)!r} is not the file of a scan: choose another name")
            self._size = 0
            os.ftruncate(self._descriptor, 0)
            self._write(header)
            _sync_folder(self.path.parent)
            return
        if not resume:
            raise InputError(f"{str(self.path)!r} holds a scan already: resume it or choose another file")
        check_same(self.path, found, header)
        os.ftruncate(self._descriptor, self._size)
        self.rows = rows

    def append(self, row: Mapping[str, Any]) -> None:
        """Record a finished point; on return it is on disk.  Raises InputError if the disk refuses."""
        self._write(row)

    def _write(self, data: Mapping[str, Any]) -> None:
        line = _line(data)
        try:
            # an interrupt may have come between an earlier write and the count of its bytes
            os.ftruncate(self._descriptor, self._size)
            os.lseek(self._descriptor, self._size, os.SEEK_SET)
            done = 0
            while done < len(line):
                done += os.write(self._descriptor, line[done:])
            os.fsync(self._descriptor)
        except OSError as error:
            with suppress(OSError):  # leave whole lines behind
                os.ftruncate(self._descriptor, self._size)
            raise InputError(
                f"cannot write {str(self.path)!r}: {error.strerror}; what is recorded is safe, make room and resume it"
            ) from None
        self._size += len(line)

    def close(self) -> None:
        """Close and unlock."""
        os.close(self._descriptor)


def _line(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, separators=(",", ":")) + "\n").encode()


def check_same(path: Path, found: Mapping[str, Any], header: Mapping[str, Any]) -> None:
    """Raise InputError if a file was begun with another specification or other versions."""
    # as text: the order of the axes matters
    if json.dumps(found.get("spec")) != json.dumps(header["spec"]):
        changed = [k for k in header["spec"] if found.get("spec", {}).get(k) != header["spec"][k]] or ["grid"]
        raise InputError(
            f"{str(path)!r} belongs to another specification ({', '.join(changed)} differ): choose another file"
        )
    if found.get("versions") != header["versions"]:
        raise InputError(
            f"{str(path)!r} was begun with {found.get('versions')}, installed are {header['versions']}: "
            "install the same versions or begin a new file"
        )


def parse(path: Path, content: bytes) -> tuple[dict[str, Any] | None, dict[str, dict[str, Any]], int]:
    """Header (None where there is no whole line), rows by key, and the length of the whole lines in bytes.

    A last line that is torn is left out.  Raises InputError if anything else is no scan.
    """
    whole = content.rfind(b"\n") + 1
    lines = content[:whole].split(b"\n")[:-1]
    if not lines:
        return None, {}, 0
    header: dict[str, Any] | None = None
    rows: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(lines, 1):
        try:
            data = json.loads(line)
            if number == 1:
                if data["schema"] != SCAN_SCHEMA:
                    raise ValueError
                header = data
            else:
                rows.setdefault(data["key"], data)
        except (ValueError, KeyError, TypeError):
            if number == len(lines) > 1:  # blocks of a crashed disk
                whole -= len(line) + 1
                break
            what = "is not the file of a scan" if number == 1 else f"is damaged in line {number}"
            raise InputError(f"{str(path)!r} {what}: choose another name") from None
    return header, rows, whole


def _sync_folder(folder: Path) -> None:
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)
