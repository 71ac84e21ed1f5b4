"""The file of a region while it is traced: each half-plane is on disk as soon as it is found.

Beside FILE.json grows FILE.json.growing, a journal (positivity.journal) that is removed once FILE.json is
written.  A half-plane depends on its normal and on the problem alone, and the normals on the half-planes
before, so a region that was killed and resumed is the region of an undisturbed run.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from positivity.answers.files import PathLike, write_json
from positivity.answers.half_plane import HalfPlane
from positivity.answers.journal import Journal
from positivity.questions.errors import InputError
from positivity.questions.reading import read_object

GROWING_SCHEMA = "eft-positivity/region-growing/1"


class GrowingRegion(Journal):
    """The half-planes of a region that is being traced, in the order in which they are found."""

    schema, kind = GROWING_SCHEMA, "region"

    def __init__(self, output: PathLike, header: Mapping[str, Any], resume: bool) -> None:
        self.output = Path(output)
        super().__init__(f"{output}.growing", {"schema": GROWING_SCHEMA, **header}, resume)

    def check_same(self, found: Mapping[str, Any], header: Mapping[str, Any]) -> None:
        """Raise InputError if the file belongs to another region or other versions."""
        changed = [key for key in header if json.dumps(found.get(key)) != json.dumps(header[key])]
        if changed:
            raise InputError(
                f"{str(self.path)!r} belongs to another region ({', '.join(changed)} differ): "
                "delete it or choose another file"
            )

    def half_planes(self) -> list[HalfPlane]:
        """Those that were there when the file was opened."""
        return [HalfPlane.from_dict(self.row(offset)["half_plane"]) for offset in self.offsets.values()]

    def record(self, plane: HalfPlane) -> None:
        """Put a half-plane on disk."""
        self.append({"key": "; ".join(plane.normal), "half_plane": plane.to_dict()})

    def finish(self, region: Mapping[str, Any]) -> None:
        """Write the region and remove the journal."""
        write_json(self.output, region)
        self.path.unlink(missing_ok=True)


def saved_region(path: PathLike) -> dict[str, Any] | None:
    """The region saved earlier under this name, None if there is none; raises InputError for anything else."""
    if not Path(path).exists():
        return None
    data = read_object(path)
    if not isinstance(data.get("half_planes"), Sequence):
        raise InputError(f"{str(path)!r} is not the data file of a region: choose another name")
    return data
