"""Files of results: replaced as a whole or left as they were, with errors of one line."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from positivity.questions.errors import InputError
from solvers import files

PathLike = str | os.PathLike[str]


@contextmanager
def written(path: PathLike) -> Iterator[None]:
    """Turn an OSError while `path` is written into an InputError that names it."""
    try:
        yield
    except OSError as error:
        raise InputError(f"cannot write {str(path)!r}: {error.strerror or error}") from None


def write_text(path: PathLike, text: str) -> None:
    """Replace a file by a text; on InputError (full disk, no permission) the old file is as it was."""
    with written(path):
        files.write_text(path, text)


def write_json(path: PathLike, data: Mapping[str, Any]) -> None:
    """Replace a file by JSON; on InputError the old file is as it was."""
    write_text(path, json.dumps(data, indent=1) + "\n")
