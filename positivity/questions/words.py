"""The keywords by which a scope is given, and functions that take them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, ParamSpec, TypedDict, TypeVar, get_type_hints

from positivity.questions.density import Assumptions, DensityLike
from positivity.questions.errors import known_keywords
from positivity.questions.loops import Pair

_P = ParamSpec("_P")
_R = TypeVar("_R")

#: what is read as fixed values
FixLike = Mapping[str, object]


class ProgramWords(TypedDict, total=False):
    """Of a program that is handed over."""

    order: int
    dimension: int
    fix: FixLike | None


class CommonWords(ProgramWords, total=False):
    """Of every question but `loops`."""

    density: DensityLike
    assumptions: Assumptions | None
    time_limit: float | None


class CheckWords(CommonWords, total=False):
    """Of `check`."""

    loops: str | tuple[Pair, ...]


class _RegionWords(CommonWords, total=False):
    digits: int
    smeared: int


class RegionWords(_RegionWords, total=False):
    """Of `region`."""

    loops: str | tuple[Pair, ...]


class Words(RegionWords, total=False):
    """Of `bound` and of a `Scope`."""

    method: str


#: what a word means that is not given
DEFAULTS: dict[str, Any] = {
    "order": 8,
    "dimension": 4,
    "fix": None,
    "density": "positive",
    "loops": "tree",
    "smeared": 0,
    "digits": 8,
    "method": "lp",
    "time_limit": None,
    "assumptions": None,
}


def takes_words(kind: Any, **defaults: Any) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]:
    """A function whose **words are those of a TypedDict: its signature shows them, unknown ones are refused."""

    def wrapped(function: Callable[_P, _R]) -> Callable[_P, _R]:
        plain = inspect.signature(function)
        own = [each for each in plain.parameters.values() if each.kind is not each.VAR_KEYWORD]
        hints = get_type_hints(kind)
        words = [
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=defaults.get(name, default), annotation=hints[name]
            )
            for name, default in DEFAULTS.items()
            if name in hints
        ]
        function.__signature__ = plain.replace(parameters=[*own, *words])  # type: ignore[attr-defined]
        return known_keywords(function)

    return wrapped
