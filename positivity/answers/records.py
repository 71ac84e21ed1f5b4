"""The file of a scan: its specification, then one line of JSON per finished point (positivity.journal)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, overload

from positivity.answers.journal import Journal, rows_at
from positivity.questions.errors import InputError

SCAN_SCHEMA = "eft-positivity/scan/1"
#: rows of a file up to this size are held in memory, those of larger ones read when they are asked for
IN_MEMORY = 64 * 2**20

Row = Mapping[str, Any]


class Records(Journal):
    """The file a scan is writing."""

    schema, kind = SCAN_SCHEMA, "scan"

    def check_same(self, found: Mapping[str, Any], header: Mapping[str, Any]) -> None:
        """Raise InputError if the file was begun with another specification or other versions."""
        # as text: the order of the axes matters
        if json.dumps(found.get("spec")) != json.dumps(header["spec"]):
            changed = [k for k in header["spec"] if found.get("spec", {}).get(k) != header["spec"][k]] or ["grid"]
            raise InputError(
                f"{str(self.path)!r} belongs to another specification ({', '.join(changed)} differ): "
                "choose another file"
            )
        if found.get("versions") != header["versions"]:
            raise InputError(
                f"{str(self.path)!r} was begun with {found.get('versions')}, installed are {header['versions']}: "
                "install the same versions or begin a new file"
            )

    def stored(self, offsets: list[int]) -> Sequence[Row]:
        """The rows at these places, as a sequence that outlives this object."""
        return stored(self.path, offsets)


class Unrecorded:
    """The same for a scan without a file."""

    def __init__(self) -> None:
        self.offsets: Mapping[str, int] = {}
        self._rows: list[Row] = []

    def append(self, row: Row) -> int:
        """Keep a finished point; its place."""
        self._rows.append(row)
        return len(self._rows) - 1

    def row(self, offset: int) -> Row:
        """The row at this place."""
        return self._rows[offset]

    def stored(self, offsets: list[int]) -> Sequence[Row]:
        """The rows at these places."""
        return tuple(self._rows[offset] for offset in offsets)


class StoredRows(Sequence[Row]):
    """Rows that are read from their file each time they are asked for."""

    def __init__(self, path: Path, offsets: list[int]) -> None:
        self.path, self.offsets = path, offsets

    def __len__(self) -> int:
        return len(self.offsets)

    def __iter__(self) -> Iterator[Row]:
        return rows_at(self.path, self.offsets)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        if isinstance(index, slice):
            return StoredRows(self.path, self.offsets[index])
        return next(rows_at(self.path, [self.offsets[index]]))


def stored(path: Path, offsets: list[int]) -> Sequence[Row]:
    """The rows at these places of a file: a tuple, or read when asked for where the file is large."""
    try:
        small = path.stat().st_size <= IN_MEMORY
    except OSError as error:
        raise InputError(f"cannot read {str(path)!r}: {error.strerror}") from None
    return tuple(rows_at(path, offsets)) if small else StoredRows(path, offsets)
