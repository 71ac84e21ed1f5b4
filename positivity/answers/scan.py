"""The rows of a scan as a table: text, CSV, numpy, pandas, xarray."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from positivity.answers.bound import html_table, text_table
from positivity.answers.files import written
from positivity.answers.journal import line, read
from positivity.answers.plaintext import cell, plain
from positivity.answers.records import SCAN_SCHEMA, stored
from positivity.questions.errors import InputError
from positivity.questions.reading import path_of
from positivity.questions.scans.axes import WHOLE_NUMBERS, numeric
from positivity.questions.scans.plan import answer_class, is_complete
from positivity.questions.scans.spec import ScanSpec
from solvers.files import replacing

if TYPE_CHECKING:
    import numpy as np

_SIDES = ("lower", "upper")
#: a table shows what the file says; only `Scan.verify` proves it again
RECORDED = "statuses as recorded in the file, not proved again here"


@dataclass(frozen=True)
class Scan:
    """The rows of a scan, by place in the grid, couplings in units of M = 1 (or U where written so).

    spec: what was asked.  rows: as in the file (docs/howto/scan.md).  versions: of the software.
    complete: whether every point has a row.
    """

    spec: ScanSpec
    rows: Sequence[Mapping[str, Any]]
    versions: Mapping[str, str] = field(default_factory=dict)
    complete: bool = True

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Scan:
        """Read a file of a scan, also one that is being written; raises InputError."""
        place = path_of(path)
        try:
            with place.open("rb") as stream:
                found = read(place, stream, SCAN_SCHEMA, "scan", lambda row: (row["point"], answer_class(row)))
        except OSError as error:
            raise InputError(f"cannot read {str(path)!r}: {error.strerror}") from None
        if found.header is None:
            raise InputError(f"{str(path)!r} holds no scan yet")
        spec = ScanSpec.from_dict(found.header["spec"])
        values = {key: tuple(point[axis.name] for axis in spec.axes) for key, (point, _) in found.notes.items()}
        keys = sorted(values, key=lambda key: [_order(*pair) for pair in zip(spec.axes, values[key], strict=True)])
        complete = is_complete(spec, {values[key]: answer for key, (_, answer) in found.notes.items()})
        rows = stored(place, [found.offsets[key] for key in keys])
        return cls(spec, rows, found.header["versions"], complete)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file of the scan, JSONL with its evidence, as `Scan.load` reads it; raises InputError."""
        header = {"schema": SCAN_SCHEMA, "spec": self.spec.to_dict(), "versions": dict(self.versions)}
        with written(path), replacing(path, binary=True) as file:
            for data in (header, *self.rows):
                file.write(line(data))

    @property
    def counts(self) -> dict[str, int]:
        """How many rows have each status."""
        return dict(sorted(Counter(row["status"] for row in self.rows).items()))

    def columns(self) -> list[str]:
        """Names of the columns of `table`."""
        names = [axis.name + ("[U]" if axis.unit else "") for axis in self.spec.axes]
        if self.spec.task == "bound":
            for side in _SIDES:
                names += [side, f"{side}_status"]
        return [*names, "status", "reason"]

    def table(self) -> list[dict[str, Any]]:
        """One flat dictionary per row: axes as numbers, ends as decimal strings ("" without one)."""
        found = []
        for row in self.rows:
            flat: dict[str, Any] = {}
            for axis in self.spec.axes:
                text = row["point"][axis.name]
                name = axis.name + ("[U]" if axis.unit else "")
                flat[name] = int(text) if axis.name in WHOLE_NUMBERS else numeric(text)
            if self.spec.task == "bound":
                for side in _SIDES:
                    end = row.get("result", {}).get(side, {})
                    flat |= {side: end.get("value") or "", f"{side}_status": end.get("status", "failed")}
            found.append(flat | {"status": row["status"], "reason": row.get("reason", "")})
        return found

    def __str__(self) -> str:
        counted = ", ".join(f"{number} {status}" for status, number in self.counts.items())
        rows = [tuple(self.columns()), *(tuple(str(v) for v in row.values()) for row in self.table())]
        state = "" if self.complete else " (incomplete)"
        return text_table(
            rows, f"{self.spec.scope}\n{len(self.rows)} points{state}: {counted or 'none'} ({RECORDED})\n"
        )

    def _repr_html_(self) -> str:
        rows = [tuple(self.columns()), *(tuple(str(v) for v in row.values()) for row in self.table())]
        return html_table(rows, f"{self.spec.scope} ({RECORDED})")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary: scope, columns and rows without certificates."""
        return {
            "schema": "eft-positivity/scan-table/1",
            "scope": self.spec.scope,
            "note": RECORDED,
            "spec": self.spec.to_dict(),
            "versions": dict(self.versions),
            "complete": self.complete,
            "counts": self.counts,
            "rows": self.table(),
        }

    def to_csv(self, path: str | os.PathLike[str]) -> None:
        """Write a CSV file whose first lines, beginning with #, carry the scope; raises InputError."""
        with written(path), replacing(path) as file:
            file.write(f"# {plain(self.spec.scope, '')}\n# {plain(str(dict(self.versions)), '')}; {RECORDED}\n")
            writer = csv.DictWriter(file, self.columns(), lineterminator="\n")
            writer.writeheader()
            writer.writerows({name: cell(value) for name, value in row.items()} for row in self.table())

    def to_numpy(self) -> np.ndarray:
        """Structured array with the columns of `table`; ends as floats, nan without one."""
        import numpy as np

        kinds = [(name, self._kind(name)) for name in self.columns()]
        rows = [tuple(self._typed(name, row[name]) for name in self.columns()) for row in self.table()]
        longest = {
            name: max([1, *(len(row[k]) for row in rows)]) for k, (name, kind) in enumerate(kinds) if kind == "U"
        }
        return np.array(rows, dtype=[(name, f"U{longest[name]}" if kind == "U" else kind) for name, kind in kinds])

    def to_pandas(self) -> Any:
        """DataFrame with the same columns; scope and versions in its attrs.  Needs pandas."""
        pandas = _needed("pandas")
        rows = [{name: self._typed(name, value) for name, value in row.items()} for row in self.table()]
        frame = pandas.DataFrame(rows, columns=self.columns())
        frame.attrs = {"scope": self.spec.scope, "versions": dict(self.versions), "complete": self.complete}
        return frame

    def to_xarray(self) -> Any:
        """Dataset with one dimension per axis ("point" if bisected); nan or "" where a row is missing."""
        import numpy as np

        xarray = _needed("xarray")
        attrs = {"scope": self.spec.scope, "complete": str(self.complete)}
        table, names = self.to_numpy(), self.columns()
        axes = names[: len(self.spec.axes)]
        if self.spec.adaptive:
            columns = {name: ("point", table[name]) for name in names}
            return xarray.Dataset(
                {n: c for n, c in columns.items() if n not in axes}, {n: columns[n] for n in axes}, attrs
            )
        grids = [[axis.value(k) for k in axis.coarse] for axis in self.spec.axes]
        places = [
            tuple(grid.index(row["point"][axis.name]) for grid, axis in zip(grids, self.spec.axes, strict=True))
            for row in self.rows
        ]
        blocks = {}
        for name in names[len(axes) :]:
            empty = np.nan if self._kind(name) == "f8" else ""
            block = np.full([len(grid) for grid in grids], empty, dtype=table[name].dtype)
            for place, value in zip(places, table[name], strict=True):
                block[place] = value
            blocks[name] = (axes, block)
        coordinates = {name: [numeric(v) for v in grid] for name, grid in zip(axes, grids, strict=True)}
        return xarray.Dataset(blocks, coordinates, attrs)

    def _kind(self, name: str) -> str:
        if name in WHOLE_NUMBERS:
            return "i8"
        scanned = name in self.columns()[: len(self.spec.axes)]
        return "f8" if scanned or name in _SIDES else "U"

    def _typed(self, name: str, value: Any) -> Any:
        return float(value or "nan") if name in _SIDES else value

    def bounds(self) -> list[Any]:
        """The rows of a scan of bounds as Bound objects, without those that have none."""
        from positivity.answers.bound import Bound

        schema = {"schema": "eft-positivity/bound/1", "versions": dict(self.versions)}
        return [Bound.from_dict({**schema, **row["result"]}) for row in self.rows if "result" in row]


def _order(axis: Any, text: str) -> float:
    return axis.listed.index(text) if axis.listed else numeric(text) * (1 if _rising(axis) else -1)


def _rising(axis: Any) -> bool:
    return numeric(axis.start) < numeric(axis.stop)


def _needed(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError:
        raise InputError(f"{name} is not installed: pip install 'eft-positivity[tables]'") from None
