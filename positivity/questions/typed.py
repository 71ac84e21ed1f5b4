"""Records read from documents: every plain field has the type that the record says."""

from __future__ import annotations

import math
import typing
from dataclasses import fields
from functools import lru_cache
from types import NoneType, UnionType
from typing import Any, TypeVar

from positivity.questions.errors import InputError, shown

_T = TypeVar("_T")
_PLAIN = (str, int, float, bool, NoneType)


def checked(record: _T) -> _T:
    """The record; raises InputError if a field that should be text, a number or empty is something else."""
    kind: Any = type(record)
    for name, allowed in _plain_fields(kind):
        value = getattr(record, name)
        fits = isinstance(value, allowed) and (bool in allowed or not isinstance(value, bool))
        if isinstance(value, int) and not isinstance(value, bool) and float in allowed:
            fits = True
        if not fits or (isinstance(value, float) and math.isnan(value)):
            wanted = " or ".join("nothing" if kind is NoneType else kind.__name__ for kind in allowed)
            raise InputError(f"{type(record).__name__}.{name} is {shown(value)}, not {wanted}")
    return record


@lru_cache(maxsize=64)
def _plain_fields(kind: Any) -> tuple[tuple[str, tuple[type, ...]], ...]:
    """Fields of plain types with what they may hold."""
    hints = typing.get_type_hints(kind)
    found: list[tuple[str, tuple[Any, ...]]] = []
    for field in fields(kind):
        hint = hints[field.name]
        allowed = typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)
        if all(each in _PLAIN for each in allowed):
            found.append((field.name, allowed))
    return tuple(found)
