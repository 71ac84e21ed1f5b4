"""Everything of a question but what is asked for: parsed and checked once, text only at the edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self, Unpack

from flint import fmpq

from positivity.questions.couplings import (
    Combination,
    Coupling,
    check_given,
    combination_text,
    order_of,
    parse_combination,
)
from positivity.questions.density import Density
from positivity.questions.errors import (
    InputError,
    check_dimension,
    check_order,
    check_text,
    check_time_limit,
    reading,
    shown,
    whole_number,
)
from positivity.questions.loops import Pair, loop_pairs, pairs_text, parse_pairs
from positivity.questions.numbers import decimal_or_ratio, parse_rational
from positivity.questions.options import MAX_DIGITS, MAX_SMEARED, check_method
from positivity.questions.question import Problem
from positivity.questions.units import Level, parse_level
from positivity.questions.words import DEFAULTS, Words, takes_words

#: a combination that can be hashed
Terms = tuple[tuple[Coupling, fmpq], ...]


@dataclass(frozen=True)
class Held:
    """A combination of couplings held at in_m + in_u U, a ratio (in_u = 0) where the scope is one of ratios."""

    terms: Terms
    in_m: fmpq
    in_u: fmpq

    @property
    def combination(self) -> Combination:
        """The combination as a dictionary."""
        return dict(self.terms)

    @property
    def name(self) -> str:
        """The combination as text."""
        return combination_text(self.combination)

    @property
    def text(self) -> str:
        """The value as text that is read back exactly."""
        return f"{decimal_or_ratio(self.in_u)}U" if self.in_u != 0 else decimal_or_ratio(self.in_m)


@dataclass(frozen=True, init=False)
class Scope:
    """What a number is about: dimension, order, density, loops, fixed couplings, and how exactly it is wanted.

    Fields are exact and hashable: density is a `Density`, loops a tuple of pairs of couplings (empty at tree
    level), fix a tuple of `Held`.  smeared: number of Legendre-smeared nulls instead of the forward ones.
    digits, method, time_limit: as in `bound`, where all words are explained.  Raises InputError.
    """

    dimension: int
    order: int
    density: Density
    loops: tuple[Pair, ...]
    fix: tuple[Held, ...]
    smeared: int
    digits: int
    method: str
    time_limit: float | None
    #: "all" loops were asked for: those of another order are then other ones
    every_loop: bool = field(compare=False, repr=False)

    @takes_words(Words)
    def __init__(self, **words: Unpack[Words]) -> None:
        given = DEFAULTS | dict(words)
        put = partial(object.__setattr__, self)
        put("digits", whole_number(given["digits"], "digits", 1, MAX_DIGITS))
        put("density", _density(given["density"], given["assumptions"]))
        put("method", check_method(given["method"], self.density.word))
        put("smeared", whole_number(given["smeared"], "smeared", 0, MAX_SMEARED))
        put("order", check_order(given["order"]))
        put("dimension", check_dimension(given["dimension"]))
        check_time_limit(given["time_limit"])
        put("time_limit", given["time_limit"])
        put("every_loop", given["loops"] == "all")
        put("loops", _pairs(given["loops"], self.order))
        put("fix", _held(given["fix"], self.absolute))
        self._check()

    def _check(self) -> None:
        """Raise InputError for words that do not go together."""
        if self.loops and self.method != "lp":
            raise InputError(f"method {self.method!r} knows no loops: drop it")
        if self.smeared and self.density.to_dict() != "unitary":
            raise InputError("smeared nulls need density 'unitary' and no assumptions")

    @property
    def absolute(self) -> bool:
        """Whether values are absolute, in units of M or U, not ratios."""
        return self.density.ceiling is not None or bool(self.loops)

    @property
    def ratios(self) -> list[tuple[Combination, fmpq]]:
        """Fixed ratios of a scope that is not absolute."""
        return [(held.combination, held.in_m) for held in self.fix]

    @property
    def levels(self) -> list[tuple[Combination, Level]]:
        """Fixed absolute values."""
        return [(held.combination, (held.in_m, held.in_u)) for held in self.fix]

    def given(self, couplings: Mapping[str, object]) -> dict[str, object]:
        """Values of couplings with those of the scope: a fixed ratio as a combination with g2 that is 0."""
        named = [parse_combination(name) for name in couplings]
        held: dict[str, object] = {}
        for each in self.fix:
            if each.combination in named:
                raise InputError(f"{each.name} is given and held in the scope: drop one")
            if self.absolute:
                held[each.name] = each.text
                continue
            ratio = {**each.combination, (1, 0): each.combination.get((1, 0), fmpq(0)) - each.in_m}
            held[combination_text({c: value for c, value in ratio.items() if value != 0})] = "0"
        return {**held, **couplings}

    @property
    def default_over(self) -> str:
        """What is divided by unless something else is said: "g2", or "1" for absolute values."""
        return "1" if self.absolute else "g2"

    def over(self, given: object, default: str | None = None) -> str:
        """What to divide by; None means the default, nothing else does; raises InputError."""
        return (default or self.default_over) if given is None else check_text(given, "over", "'g2'")

    def problem(self, coupling: str, over: str) -> Problem:
        """The question about one or two combinations, as documents keep it."""
        # ratios are written as in the documents of version 0.1
        fix = tuple((held.name, held.text if self.absolute else str(held.in_m)) for held in self.fix)
        return Problem(
            coupling, over, self.dimension, self.order, fix,
            self.density.word, pairs_text(self.loops), self.density.assumptions, self.smeared,
        )  # fmt: skip

    @property
    def scope(self) -> str:
        """One line that says what a number is about."""
        return self.problem("g2", self.default_over).scope

    def __str__(self) -> str:
        return self.scope

    def words(self) -> dict[str, Any]:
        """The words that make this scope, JSON-ready."""
        return self.to_dict() | ({"loops": "all"} if self.every_loop else {})

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary, complete and canonical."""
        return {
            "dimension": self.dimension,
            "order": self.order,
            "density": self.density.to_dict(),
            "loops": pairs_text(self.loops),
            "fix": {held.name: held.text for held in self.fix},
            "smeared": self.smeared,
            "digits": self.digits,
            "method": self.method,
            "time_limit": self.time_limit,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Inverse of to_dict; raises InputError."""
        with reading("the scope", "see docs/reference/python.md"):
            return cls(**data)

    @takes_words(Words)
    def replace(self, **words: Unpack[Words]) -> Self:
        """The same scope but for some words; raises InputError."""
        return self.from_dict({**self.words(), **words})

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_dict, (self.words(),)


def _density(given: object, assumptions: object) -> Density:
    """The density in one record; assumptions: of a bounded density, given beside its name."""
    if assumptions is None:
        return Density.of(given)
    if isinstance(given, str) and Density.of(given).word == "positive":
        raise InputError("assumptions on the density need density 'unitary'")
    if not isinstance(given, str):
        raise InputError("assumptions are given beside a density that has its own: drop one")
    return Density.of_assumptions(assumptions)


def _pairs(given: object, order: int) -> tuple[Pair, ...]:
    """From "tree", "all", "g2^2,g2g3", or pairs ((p, q), (p, q))."""
    if not isinstance(given, str) and isinstance(given, list | tuple):
        names = []
        for pair in given:
            if not isinstance(pair, list | tuple) or len(pair) != 2:
                raise InputError(f"loops {shown(pair)}: write pairs of couplings such as ('g2', 'g3'), or text")
            names.append("".join(_single(part) for part in pair))
        given = ",".join(names) or "tree"
    text = check_text(given, "loops", "'tree' or 'g2^2,g2g3'")
    return tuple(loop_pairs(order)) if text == "all" else parse_pairs(text)


def _single(coupling: object) -> str:
    """One coupling of a pair, a name or indices, as text."""
    if isinstance(coupling, str):
        return coupling
    (name,) = check_given({coupling: 1}, "loops", "('g2', 'g3')")
    return name


def _held(given: object, absolute: bool) -> tuple[Held, ...]:
    """From {"g2": "0.3U"}, {"g4": "0.3"} or records; raises InputError."""
    if isinstance(given, tuple) and all(isinstance(each, Held) for each in given):
        given = {held.name: held.text for held in given}
    found = []
    for name, value in check_given(given, "fix", 'fix={"g4": "0.3"}').items():
        terms, what = tuple(sorted(parse_combination(name).items())), f"fixed value of {name}"
        if not absolute and isinstance(value, str) and value.rstrip().upper().endswith("U"):
            raise InputError(f"{what} {shown(value)}: values in units of U need density 'unitary' or loops")
        level = parse_level(value, what) if absolute else (parse_rational(value, what), fmpq(0))
        found.append(Held(terms, *level))
    if len({held.terms for held in found}) < len(found):
        raise InputError(f"fix {shown(given)}: a coupling is held twice, drop one")
    # in one order, so that the same scope is the same record
    return tuple(sorted(found, key=lambda held: [(order_of(c), c, f) for c, f in held.terms]))
