"""The words that every question takes, checked before any computation."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec

from flint import fmpq

from positivity.questions.couplings import Combination, check_given, parse_combination
from positivity.questions.errors import InputError, check_text, shown, whole_number
from positivity.questions.loops import Pair, loop_pairs, parse_pairs
from positivity.questions.numbers import parse_rational

METHODS = ("lp", "sdp", "sdpa")
DENSITIES = ("positive", "unitary")
MAX_DIGITS = 60
#: smeared nulls that may be asked for
MAX_SMEARED = 24
Fixes = list[tuple[Combination, fmpq]]


def _over(over: object, default: str) -> str:
    """What to divide by; None means the default, nothing else does."""
    return default if over is None else check_text(over, "over", "'g2'")


def parse_fixes(fix: Mapping[str, object] | None) -> Fixes:
    """Exact fixed ratios from {"g4": "0.3"}; raises InputError."""
    return [
        (parse_combination(name), parse_rational(value, f"fixed value of {name}"))
        for name, value in check_given(fix, "fix", 'fix={"g4": "0.3"}').items()
    ]


def check_choices(digits: int, density: str, loops: str, method: str) -> None:
    """Raise InputError for an option out of range."""
    whole_number(digits, "digits", 1, MAX_DIGITS)
    check_text(loops, "loops", "'tree' or 'g2^2,g2g3'")
    if check_text(density, "density", "'positive'") not in DENSITIES:
        raise InputError(f"density {shown(density)} is unknown: use 'positive' or 'unitary'")
    if density == "unitary" and method != "lp":
        raise InputError(f"method {shown(method)} is for density 'positive': drop it")
    if check_text(method, "method", "'lp'") not in METHODS:
        raise InputError(f"method {shown(method)} is unknown: use one of {', '.join(METHODS)}")
    if method == "sdpa" and find_spec("sdpap") is None:
        raise InputError("method 'sdpa' needs SDPA-GMP: pip install 'eft-positivity[sdpa]'")


def loop_choice(loops: str, order: int) -> tuple[Pair, ...]:
    """The pairs of couplings meant by "tree", "all" or "g2^2,g2g3"; raises InputError."""
    return tuple(loop_pairs(order)) if loops == "all" else parse_pairs(loops)
