"""Saved answers read back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from positivity.answers.files import PathLike
from positivity.questions.errors import InputError, known_keywords, shown
from positivity.questions.reading import path_of, read_object


@known_keywords
def load(path: PathLike) -> Any:
    """The Bound, Region, LoopRegion, Verdict or Scan in a saved file.

    path: a JSON document, or the JSONL file of a scan.  What it says is not proved again here: that is
    `positivity.verify`.  In the units of the document; formats: docs/reference/files.md.  Raises InputError for a file
    without one of these.
    """
    if path_of(path).suffix == ".jsonl":
        from positivity.answers.scan import Scan

        return Scan.load(path)
    return of_document(read_object(path))


def of_document(data: Mapping[str, Any]) -> Any:
    """The answer of a parsed document; raises InputError."""
    from positivity.answers.bound import BOUND_SCHEMA, Bound
    from positivity.answers.loop_region import LOOP_REGION_SCHEMA, LoopRegion
    from positivity.answers.region import REGION_SCHEMA, Region
    from positivity.answers.verdict import CHECK_SCHEMA, Verdict

    readers = {BOUND_SCHEMA: Bound, REGION_SCHEMA: Region, LOOP_REGION_SCHEMA: LoopRegion, CHECK_SCHEMA: Verdict}
    schema = data.get("schema")
    if not isinstance(schema, str) or schema not in readers:
        raise InputError(f"schema {shown(schema)} is no saved answer: give a bound, a region, a verdict or a scan")
    return readers[schema].from_dict(data)  # type: ignore[attr-defined]
