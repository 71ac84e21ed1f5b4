"""Files that a user gives: regular ones only, with a stated limit of their size.

Limits: 256 MB for results and answers of a solver, 1 MB for specifications; JSON of at most 200 levels.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from positivity.questions.errors import InputError, shown

MEGABYTE = 2**20
MAX_RESULT, MAX_SPECIFICATION = 256 * MEGABYTE, MEGABYTE
MAX_LEVELS = 200
#: characters of a file name
_MAX_NAME = 4096


def path_of(name: object) -> Path:
    """The path of a file name; raises InputError for what is none."""
    if not isinstance(name, str | os.PathLike) or isinstance(os.fspath(name), bytes):
        raise InputError(f"{shown(name)} is no file name: give text or a path")
    text = os.fspath(name)
    if not text or "\0" in text or len(text) > _MAX_NAME:
        raise InputError(f"{shown(text)} is no file name: give the name of a file")
    return Path(text)


def file_of(name: object) -> Path:
    """The path of a file to be written; raises InputError for what names no file."""
    path = path_of(name)
    if not path.name:
        raise InputError(f"{shown(str(path))} is no file name: give the name of a file")
    return path


def read_bytes(name: object, limit: int = MAX_RESULT) -> bytes:
    """The content of a regular file of at most `limit` bytes; raises InputError."""
    path = path_of(name)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise InputError(f"cannot read {shown(str(path))}: it is not a regular file")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise InputError(f"cannot read {shown(str(path))}: {error.strerror or error}") from None
    if len(content) > limit:
        raise InputError(f"cannot read {shown(str(path))}: it is larger than {limit // MEGABYTE} MB, the limit here")
    return content


def read_text(name: object, limit: int = MAX_RESULT) -> str:
    """The text of a regular file in UTF-8; raises InputError."""
    try:
        return read_bytes(name, limit).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"cannot read {shown(str(name))}: it is no text in UTF-8 ({error.reason})") from None


def read_object(name: object, limit: int = MAX_RESULT) -> dict[str, Any]:
    """The object of a JSON file; raises InputError."""
    try:
        data = json.loads(read_text(name, limit))
        if _levels(data) > MAX_LEVELS:
            raise RecursionError
    except RecursionError:
        raise InputError(f"cannot read {shown(str(name))}: it is nested deeper than {MAX_LEVELS} levels") from None
    except InputError:
        raise
    except ValueError as error:
        raise InputError(f"cannot read {shown(str(name))}: it is not JSON ({shown(str(error))[1:-1]})") from None
    if not isinstance(data, dict):
        raise InputError(f"cannot read {shown(str(name))}: it holds no JSON object, so no result of this package")
    return data


def _levels(data: Any) -> int:
    """How deep a JSON document is nested, counted to MAX_LEVELS + 1."""
    depth, level = 0, [data]
    while level and depth <= MAX_LEVELS:
        level = [each for part in level if isinstance(part, dict | list) for each in _parts(part)]
        depth += 1
    return depth


def _parts(part: dict[str, Any] | list[Any]) -> list[Any]:
    return list(part.values()) if isinstance(part, dict) else part
