"""The words that every question takes, checked before any computation."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from flint import fmpq

from positivity.questions.couplings import Combination, check_given, parse_combination
from positivity.questions.errors import InputError, check_text, shown
from positivity.questions.numbers import parse_rational

METHODS = ("lp", "sdp", "sdpa")
MAX_DIGITS = 60
#: smeared nulls that may be asked for
MAX_SMEARED = 24
Fixes = list[tuple[Combination, fmpq]]


def parse_fixes(fix: Mapping[str, object] | None) -> Fixes:
    """Exact fixed ratios from {"g4": "0.3"}; raises InputError."""
    return [
        (parse_combination(name), parse_rational(value, f"fixed value of {name}"))
        for name, value in check_given(fix, "fix", 'fix={"g4": "0.3"}').items()
    ]


def check_method(method: object, density: str) -> str:
    """The method; raises InputError if it is unknown, not installed or not for this density."""
    if density == "unitary" and method != "lp":
        raise InputError(f"method {shown(method)} is for density 'positive': drop it")
    name = check_text(method, "method", "'lp'")
    if name not in METHODS:
        raise InputError(f"method {shown(method)} is unknown: use one of {', '.join(METHODS)}")
    if name == "sdpa" and find_spec("sdpap") is None:
        raise InputError("method 'sdpa' needs SDPA-GMP: pip install 'eft-positivity[sdpa]'")
    return name
