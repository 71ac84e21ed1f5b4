"""Answers on disk: every answer writes itself as the document that `positivity.load` reads."""

from __future__ import annotations

from typing import Any

from positivity.answers.files import PathLike, write_json
from positivity.questions.reading import file_of


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
