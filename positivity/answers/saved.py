"""Answers on disk: every answer saves itself, and `load` reads any of them back."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from positivity.answers.files import PathLike, write_json
from positivity.questions.errors import InputError, known_keywords, shown
from positivity.questions.reading import file_of, path_of, read_object

#: schema: (module, class) of the answers that can be read back
_CLASSES = {
    "eft-positivity/bound/1": ("bound", "Bound"),
    "eft-positivity/region/1": ("region", "Region"),
    "eft-positivity/loop-region/1": ("loop_region", "LoopRegion"),
    "eft-positivity/check/1": ("verdict", "Verdict"),
}


class Saved:
    """What all answers have in common: a dictionary for JSON, and a file of it."""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        raise NotImplementedError

    def save(self, path: PathLike) -> None:
        """Write the document, certificates and all, as `positivity.load` and `positivity.verify` read it.

        An existing file is replaced as a whole or left as it was.  Raises InputError.
        """
        write_json(file_of(path), self.to_dict())


@known_keywords
def load(path: PathLike) -> Any:
    """The Bound, Region, LoopRegion, Verdict or Scan in a saved file.

    path: a JSON document, or the JSONL file of a scan.  What it says is not proved again here: that is
    `positivity.verify`.  Units as in the document.  Raises InputError for a file without one of these.
    """
    if path_of(path).suffix == ".jsonl":
        from positivity.answers.scan import Scan

        return Scan.load(path)
    return of_document(read_object(path))


def of_document(data: Mapping[str, Any]) -> Any:
    """The answer of a parsed document; raises InputError."""
    schema = data.get("schema")
    if not isinstance(schema, str) or schema not in _CLASSES:
        raise InputError(f"schema {shown(schema)} is no saved answer: give a bound, a region, a verdict or a scan")
    module, name = _CLASSES[schema]
    return getattr(importlib.import_module(f"positivity.answers.{module}"), name).from_dict(data)
