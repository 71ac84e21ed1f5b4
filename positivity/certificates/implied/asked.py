"""The question of a document, read strictly: exact numbers, known names, sizes within limits, no text kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flint import arb, fmpq

from positivity.certificates.implied.contents import check_consistent
from positivity.questions.couplings import Combination, combination_text, order_of, parse_combination
from positivity.questions.density import Assumptions
from positivity.questions.errors import InputError
from positivity.questions.loops import Pair, pair_text, parse_pairs
from positivity.questions.numbers import parse_rational
from positivity.questions.question import Problem
from positivity.questions.units import Level, natural_unit, parse_level, to_ball
from solvers.verify import Density, Refused
from solvers.verify.document import integer
from solvers.verify.proof import SCHEME, number_text

_LONGEST, _MOST = 2000, 200
#: orders of couplings in loops and of sum rules that a question may name
_LAST_ORDER, _LAST_DIMENSION, _LAST_SPIN = 80, 1000, 200_000
_KEYS = {"coupling", "over", "dimension", "order", "fix", "density", "loops", "assumptions", "smeared"}
_NEEDED = {"coupling", "over", "dimension", "order"}
_ONE: Combination = {(1, 0): fmpq(1)}


@dataclass(frozen=True)
class Scope:
    """Everything of a question but what is bounded.

    dimension, order: as in Problem.  density: what is assumed.  pairs: whose loops are in, empty at tree level.
    over: what is divided by; None for absolute values, in units of M or, if natural, of U.  fix: (combination,
    level), ratios to `over` at tree level with rho_J >= 0 and absolute values otherwise.
    """

    dimension: int
    order: int
    density: Density
    pairs: tuple[Pair, ...]
    over: Combination | None
    natural: bool
    fix: tuple[tuple[Combination, Level], ...]
    smeared: int

    @property
    def absolute(self) -> bool:
        """Whether fixed values are absolute, not ratios."""
        return self.density.ceiling is not None or bool(self.pairs)

    @cached_property
    def unit(self) -> arb:
        """U at the working precision of the first use."""
        return natural_unit(self.dimension)

    def level(self, level: Level) -> arb:
        """A fixed absolute value in units of U, as a ball."""
        return to_ball(level[0]) / natural_unit(self.dimension) + to_ball(level[1])

    def divisor(self) -> arb:
        """What a value in units of U is multiplied by to be as shown; raises Refused."""
        if self.over is None:
            return arb(1) if self.natural else natural_unit(self.dimension)
        held = next((level for left, level in self.fix if left == self.over), None)
        value = None if held is None else self.level(held)
        if value is None or not value > 0:
            raise Refused("what is divided by is not held at a positive value")
        return 1 / value

    def ratio(self, target: str) -> str:
        """A bounded combination over what it is divided by."""
        return self._problem(target).ratio

    @property
    def text(self) -> str:
        """The scope in words, from the numbers read."""
        scheme = f"; loops with {SCHEME}" if self.pairs else ""
        positive = self.over is None or self.absolute or _is_positive(self.over)
        sign = "" if positive else f", for {combination_text(self.over or {})} > 0"
        return self._problem("g2").scope + sign + scheme

    def _problem(self, coupling: str) -> Problem:
        pairs = [sorted(pair, key=lambda c: (order_of(c), c[1])) for pair in self.pairs]
        names = ",".join(pair_text((a, b)).replace(" ", "") for a, b in pairs) or "tree"
        over = ("U" if self.natural else "1") if self.over is None else combination_text(self.over)
        held = tuple((combination_text(left), level_text(level)) for left, level in self.fix)
        density = self.density
        assumed = None
        if density.ceiling is not None:
            gaps = tuple((spin, number_text(mass)) for spin, mass in density.gaps)
            assumed = Assumptions(number_text(density.ceiling), density.last_spin, gaps)
        word = "positive" if assumed is None else "unitary"
        return Problem(coupling, over, self.dimension, self.order, held, word, names, assumed, self.smeared)


def _is_positive(over: Combination) -> bool:
    """Whether a combination is positive in every interacting theory: g_p0 are the averages <2^(1-p) m^-4p>."""
    return all(q == 0 and value > 0 for (_, q), value in over.items())


def level_text(level: Level) -> str:
    """A fixed value as it is written in a question."""
    in_m, in_u = level
    return f"{number_text(in_u)}U" if in_u != 0 else number_text(in_m)


def read_scope(data: Any) -> tuple[Scope, str]:
    """The scope of a problem as saved, and the text of its target; raises Refused."""
    if not isinstance(data, Mapping) or not _NEEDED <= set(data) <= _KEYS:
        raise Refused("the problem has missing or unknown keys")
    loops, density = text(data.get("loops", "tree"), "loops"), data.get("density", "positive")
    scope = Scope(
        dimension=integer(data["dimension"], "dimension", 4, _LAST_DIMENSION),
        order=integer(data["order"], "order", 2, _LAST_ORDER),
        density=read_density(density, data.get("assumptions")),
        pairs=read_pairs(loops),
        over=None,
        natural=False,
        fix=(),
        smeared=integer(data.get("smeared", 0), "smeared", 0, _MOST),
    )
    over = text(data["over"], "over")
    if over in ("1", "U"):
        if not scope.absolute:
            raise Refused(f"over {over!r} needs a bounded density or loops")
        scope = replace(scope, natural=over == "U")
    else:
        divisor = combination(over, "over")
        if _is_positive({c: -value for c, value in divisor.items()}):
            raise Refused(f"{combination_text(divisor)} is never positive: nothing is divided by it")
        scope = replace(scope, over=divisor)
    fix = read_fixes(data.get("fix", []), scope.absolute)
    check_consistent(fix, None if scope.absolute else scope.over)
    return replace(scope, fix=fix), text(data["coupling"], "coupling")


def read_density(name: Any, assumptions: Any) -> Density:
    """The density of a question: "positive", or "unitary" with its assumptions; raises Refused."""
    if name == "positive":
        if assumptions is not None:
            raise Refused("the density 'positive' has no assumptions")
        return Density()
    if name != "unitary" or not isinstance(assumptions, Mapping):
        raise Refused("the density is neither 'positive' nor 'unitary' with its assumptions")
    if not set(assumptions) <= {"ceiling", "last_spin", "gaps"}:
        raise Refused("assumptions may hold ceiling, last_spin and gaps")
    last = assumptions.get("last_spin")
    gaps: dict[int, fmpq] = {}
    for gap in _list(assumptions.get("gaps", []), "gaps"):
        if not isinstance(gap, Mapping) or set(gap) != {"spin", "mass_squared"}:
            raise Refused("a gap has the keys spin and mass_squared")
        spin = integer(gap["spin"], "spin of a gap", 0, _LAST_SPIN)
        if spin in gaps:
            raise Refused(f"the gap of spin {spin} appears twice")
        gaps[spin] = number(gap["mass_squared"], "gap")
        if gaps[spin] < 1:
            raise Refused(f"the gap of spin {spin} is below the cutoff M = 1")
    ceiling = number(assumptions.get("ceiling", "2"), "ceiling")
    if not 0 < ceiling <= 2:
        raise Refused(f"ceiling {number_text(ceiling)} is outside 0 < ceiling <= 2")
    return Density(
        ceiling,
        None if last is None else integer(last, "last_spin", 0, _LAST_SPIN),
        tuple(sorted(gaps.items())),
    )


def read_pairs(loops: str) -> tuple[Pair, ...]:
    """Pairs of couplings, each by its indices in increasing order, as in a proof; raises Refused."""
    if any(len(digits) > 2 for digits in re.findall(r"\d+", loops)):
        raise Refused("loops of couplings of such an order are not supported")
    try:
        pairs = parse_pairs(loops)
    except InputError as error:
        raise Refused(f"the loops cannot be read: {_quoted(error)}") from None
    return tuple((min(pair), max(pair)) for pair in pairs)


def read_fixes(data: Any, absolute: bool) -> tuple[tuple[Combination, Level], ...]:
    """Held combinations: [[name, value], ...]; raises Refused."""
    found: list[tuple[Combination, Level]] = []
    for entry in _list(data, "fix"):
        if not isinstance(entry, list | tuple) or len(entry) != 2:
            raise Refused("an entry of fix is a pair [combination, value]")
        left = combination(entry[0], "fix")
        value = level(entry[1], "a fixed value") if absolute else (number(entry[1], "a fixed value"), fmpq(0))
        found.append((left, value))
    return tuple(found)


def level(value: Any, what: str) -> Level:
    """An absolute value of a document; raises Refused."""
    try:
        return parse_level(text(value, what), what)
    except InputError as error:
        raise Refused(_quoted(error)) from None


def number(value: Any, what: str) -> fmpq:
    """An exact decimal or rational of a document, given as text; raises Refused."""
    try:
        return parse_rational(text(value, what), what)
    except (InputError, ValueError) as error:
        raise Refused(_quoted(error)) from None


def combination(value: Any, what: str, *, graviton: bool = False) -> Combination:
    """A combination of couplings of a document, 8piG among them if allowed; raises Refused."""
    try:
        return parse_combination(text(value, what), graviton=graviton)
    except (InputError, ValueError) as error:
        raise Refused(f"{what}: {_quoted(error)}") from None


def text(value: Any, what: str) -> str:
    """A short text of a document; raises Refused."""
    if not isinstance(value, str) or len(value) > _LONGEST or re.search(r"\s{20}", value):
        raise Refused(f"{what} is not a short text")
    return value


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list | tuple) or len(value) > _MOST:
        raise Refused(f"{what} is not a list of at most {_MOST} entries")
    return list(value)


def _quoted(error: Exception) -> str:
    """A reason that may repeat the text of a document: printable and short."""
    return "".join(c if c.isprintable() else "?" for c in str(error))[:200]
