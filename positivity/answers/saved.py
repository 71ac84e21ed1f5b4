"""Answers on disk: every answer writes itself as the document that `positivity.load` reads."""

from __future__ import annotations

from typing import Any, Protocol

from positivity.answers.files import PathLike, write_json
from positivity.questions.reading import file_of


class _Document(Protocol):
    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""


class Saved:
    """What all answers have in common: a file of their dictionary."""

    def save(self: _Document, path: PathLike) -> None:
        """Write the document, certificates and all, as `positivity.load` and `positivity.verify` read it.

        An existing file is replaced as a whole or left as it was.  Raises InputError.
        """
        write_json(file_of(path), self.to_dict())
