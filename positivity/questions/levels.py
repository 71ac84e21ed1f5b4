"""Couplings held at absolute values, in units of M or of U = (4 pi)^(D/2)."""

from __future__ import annotations

from collections.abc import Mapping

from positivity.questions.couplings import Combination, Coupling, combination_text, parse_combination
from positivity.questions.errors import InputError
from positivity.questions.numbers import parse_rational
from positivity.questions.units import Level as Level
from positivity.questions.units import parse_level as parse_level

Fixes = list[tuple[Combination, Level]]


def level_text(value: object) -> str:
    """A fixed value as a document keeps it: text as it was given, numbers as exact rationals."""
    return value.strip() if isinstance(value, str) else str(parse_rational(value))


def held_levels(fix: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Fixed values as a problem keeps them: ((combination, value), ...)."""
    return tuple((combination_text(parse_combination(name)), level_text(value)) for name, value in fix.items())


def parse_fixes(fix: dict[str, object]) -> list[tuple[Combination, Level]]:
    """Absolute fixed values {"g2": "0.3U"}; raises InputError."""
    return [(parse_combination(name), parse_level(value, f"fixed value of {name}")) for name, value in fix.items()]


def single_fixes(fixes: Fixes) -> dict[Coupling, Level]:
    fixed: dict[Coupling, Level] = {}
    for left, level in fixes:
        if len(left) != 1 or next(iter(left.values())) != 1:
            raise InputError(f"with loops fix single couplings, not {combination_text(left)!r}")
        fixed[next(iter(left))] = level
    return fixed
