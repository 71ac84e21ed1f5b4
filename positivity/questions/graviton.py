"""Questions with the graviton pole, 8piG = 4 g[2,-1]: what is asked, checked before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from inspect import signature
from typing import Any, TypeVar

from flint import fmpq

from positivity.questions.couplings import (
    EIGHT_PI_G,
    Combination,
    check_given,
    combination_text,
    names_graviton,
    parse_combination,
)
from positivity.questions.density import Assumptions, Density
from positivity.questions.errors import InputError, KeywordError, check_dimension, shown
from positivity.questions.numbers import decimal_or_ratio, parse_rational
from positivity.questions.question import Problem
from positivity.questions.rules import Powers, Rules, Splines, powers, splines

_R = TypeVar("_R")

#: the couplings on the low side of the improved sum rule
LOW_SIDE = ((1, 0), (0, 1))
#: words of other questions, with the value at which they say nothing
_NEUTRAL: dict[str, Any] = {"order": 8, "method": "lp", "assumptions": None, "smeared": 0}
_POWERS = {"functions", "p_min", "b_max"}
_SPLINES = {"functions", "p_min", "mu", "k", "contacts", "degree", "forward_sum_rules"}
_COMMON = {"dimension", "density", "fix", "loops", "rules"}
_HOMOGENEOUS = (
    "8piG: with rho_J >= 0 alone everything is homogeneous in G, which bounds ratios such as g2/8piG and never 8piG "
    "itself: use density 'unitary', or over='8piG'"
)


def graviton_first(route: Callable[..., _R], where: Sequence[str]) -> Callable[[Callable[..., _R]], Callable[..., _R]]:
    """Questions that name the graviton in one of the arguments `where` go to another route, with all their words."""

    def decorated(function: Callable[..., _R]) -> Callable[..., _R]:
        names = list(signature(function).parameters)

        @wraps(function)
        def called(*arguments: Any, **words: Any) -> _R:
            given = dict(zip(names, arguments, strict=False)) | words
            if names_graviton(*(given.get(name) for name in where)):
                return route(*arguments, **words)
            return function(*arguments, **words)

        return called

    return decorated


def ratio_problem(target: object, over: object, words: Mapping[str, Any]) -> Problem:
    """The question of a combination of g2 and g3 over 8piG with rho_J >= 0; raises InputError.

    words: dimension, fix (one of g2 and g3, in units of 8piG), rules or functions, p_min, b_max.
    """
    _known(words, _POWERS)
    wanted = low_side(target, "coupling")
    if parse_combination(over, graviton=True) != EIGHT_PI_G:  # type: ignore[arg-type]
        raise InputError(f"over {shown(over)}: with the graviton divide by 8piG alone, over='8piG'")
    if _density(words) != "positive":
        raise InputError("ratios to 8piG need rho_J >= 0 only: drop the density; it bounds 8piG itself")
    if words.get("loops", "tree") != "tree":
        raise InputError("bounds over 8piG are at tree level: drop the loops")
    rules = rules_of(words, Powers)
    dimension = check_dimension(words.get("dimension", 4))
    check_smearing(dimension, rules)
    fix = _held(words.get("fix"), (1, 0), (0, 1))
    if len(fix) > 1 or any(name in wanted for name in fix):
        raise InputError("fix: hold one of g2 and g3, in units of 8piG, and bound the other, e.g. fix={'g2': 5}")
    held = tuple((combination_text({c: fmpq(1)}), decimal_or_ratio(value)) for c, value in fix.items())
    return Problem(combination_text(wanted), "8piG", dimension, rules.order, held, rules=rules)


def strength_problem(target: object, over: object, words: Mapping[str, Any]) -> Problem:
    """The question of the largest 8piG Lambda^2 with 0 <= rho_J <= 2, D = 4; raises InputError.

    words: fix (g2, g4 in units of Lambda), loops, rules or those of `Splines`.  The rest is checked with the program.
    """
    _known(words, _SPLINES)
    if over not in (None, "1"):
        raise InputError(f"over {shown(over)}: 8piG is bounded in units of the cutoff, leave over out")
    if parse_combination(target, graviton=True) != EIGHT_PI_G:  # type: ignore[arg-type]
        raise InputError(f"coupling {shown(target)}: bound '8piG' itself, or g2 and g3 over='8piG'")
    density = _density(words)
    if density != "unitary":
        raise InputError(_HOMOGENEOUS if density == "positive" else f"density {shown(density)}: use 'unitary'")
    if check_dimension(words.get("dimension", 4)) != 4:
        raise InputError("the bound on 8piG itself is for D = 4: leave the dimension out")
    rules = rules_of(words, Splines)
    fix = _held(words.get("fix"), (1, 0), (2, 0))
    held = tuple((combination_text({c: fmpq(1)}), decimal_or_ratio(value)) for c, value in fix.items())
    loops = words.get("loops", "tree")
    return Problem("8piG", "1", 4, rules.order, held, "unitary", loops, Assumptions(), rules=rules)


def _density(words: Mapping[str, Any]) -> object:
    """The name of the density; raises InputError where more is assumed of it."""
    given = words.get("density", "positive")
    if isinstance(given, str):
        return given
    density = Density.of(given)
    if density not in (Density.of("positive"), Density.of("unitary")):
        raise InputError("with the graviton the density is 'positive' or 'unitary': drop what else is assumed")
    return density.word


def low_side(target: object, what: str) -> Combination:
    """A combination of g2 and g3; raises InputError for another coupling."""
    wanted = parse_combination(target, graviton=True)  # type: ignore[arg-type]
    if not set(wanted) <= set(LOW_SIDE):
        raise InputError(f"{what} {shown(target)}: the improved sum rule with the graviton bounds g2 and g3 over 8piG")
    return wanted


def check_smearing(dimension: int, rules: Powers) -> None:
    """Raise InputError where a space of functions does not exist."""
    if dimension == 4 and rules.p_min is None:
        raise InputError(
            "dimension 4: int dp/p of the graviton pole diverges, so every bound depends on where it is cut: give "
            "p_min (1/b_max), in units of the cutoff, or use D >= 5"
        )
    if dimension != 4 and rules.p_min is not None:
        raise InputError("p_min: the pole is cut in D = 4 only, drop it")


def rules_of(words: Mapping[str, Any], family: type[Any]) -> Any:
    """The rules given as one record or as its words; raises InputError."""
    names = _POWERS if family is Powers else _SPLINES
    given = {name: value for name, value in words.items() if name in names and value is not None}
    rules: Rules | None = words.get("rules")
    if rules is None:
        return powers(**given) if family is Powers else splines(given.pop("p_min", None), **given)
    if given:
        raise InputError(f"{sorted(given)[0]} is part of the rules: give either")
    if not isinstance(rules, family):
        raise InputError(f"rules {shown(rules)}: give positivity.questions.rules.{family.__name__}(...)")
    return rules


def _held(fix: Any, *allowed: tuple[int, int]) -> dict[tuple[int, int], fmpq]:
    found: dict[tuple[int, int], fmpq] = {}
    for name, value in check_given(fix, "fix", 'fix={"g2": 5}').items():
        left = parse_combination(name)
        coupling = next(iter(left))
        if len(left) > 1 or left[coupling] != 1 or coupling not in allowed or coupling in found:
            words = " or ".join(combination_text({c: fmpq(1)}) for c in allowed)
            raise InputError(f"fix {shown(name)}: hold {words}, each once")
        found[coupling] = parse_rational(value, f"fixed value of {name}")
    return found


def _known(words: Mapping[str, Any], own: set[str]) -> None:
    known = _COMMON | own
    for name, value in words.items():
        if name in _NEUTRAL and (value is None or value == _NEUTRAL[name]):
            continue
        if name in _NEUTRAL:
            raise InputError(f"{name} has no meaning with the graviton: drop it")
        if name not in known:
            raise KeywordError(f"{name} is no word of this question: it knows {', '.join(sorted(known))}")
