"""What is asked and what is answered about one end: plain frozen records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from positivity.questions.density import Assumptions, density_text
from positivity.questions.errors import reading
from positivity.questions.rules import LEADING_ORDER, Powers, Rules, Splines, rules_from_dict
from positivity.questions.typed import checked
from positivity.questions.units import Level, parse_level

#: in which scheme one-loop terms are: a coupling means another number at another scale
SCHEME = "couplings at mu=M, arcs of radius M"


@dataclass(frozen=True)
class Problem:
    """The question: scope of a bound.  Ratios are in units of the cutoff, M = 1.

    coupling, over: linear combinations of couplings as text.  dimension: D.  order: highest
    Mandelstam order of the sum rules used.  fix: ((combination, value), ...), ratios to `over`
    held fixed.  density: "positive" (rho_J >= 0) or "unitary" (then with `assumptions`, over may
    be "1" or "U", and fixes are absolute, in units of M or U).  smeared: number of smeared nulls
    used instead of the forward ones.  loops: "tree" or the pairs of couplings,
    "g2^2,g2g3", whose one-loop terms are in (then values are absolute).  rules: with the graviton, the sum rules
    used: `Powers` for ratios to 8piG, `Splines` for 8piG itself; order is then that of the couplings on their low
    side.  Conventions: docs/theory/conventions.md.
    """

    coupling: str
    over: str
    dimension: int
    order: int
    fix: tuple[tuple[str, str], ...] = ()
    density: str = "positive"
    loops: str = "tree"
    assumptions: Assumptions | None = None
    smeared: int = 0
    rules: Rules | None = None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        assumptions = {} if self.assumptions is None else {"assumptions": self.assumptions.to_dict()}
        if self.rules is not None:
            assumptions |= {"rules": self.rules.to_dict()}
        hidden = {"assumptions", "rules"} | (set() if self.smeared else {"smeared"})
        plain = {key: value for key, value in asdict(self).items() if key not in hidden}
        return plain | {"fix": [list(pair) for pair in self.fix]} | assumptions

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Problem:
        """Inverse of to_dict; raises InputError."""
        with reading("the problem of a document"):
            given = data.get("assumptions")
            assumptions = Assumptions.from_dict(given) if given is not None else None
            fix = tuple((str(a), str(b)) for a, b in data.get("fix", ()))
            rules = rules_from_dict(data["rules"]) if data.get("rules") is not None else None
            return checked(cls(**{**data, "fix": fix, "assumptions": assumptions, "rules": rules}))

    @property
    def absolute(self) -> bool:
        """Whether values are absolute, in units of M or U, not ratios to `over`."""
        return self.assumptions is not None or self.loops != "tree"

    def same(self, other: Problem) -> bool:
        """Whether two questions are the same, however their fixed values are written."""
        return replace(self, fix=()) == replace(other, fix=()) and _exact(self) == _exact(other)

    @property
    def ratio(self) -> str:
        """The bounded ratio as text, e.g. "g3/g2"."""
        if self.over == "1":
            return self.coupling
        numerator = f"({self.coupling})" if any(c in self.coupling[1:] for c in "+-") else self.coupling
        denominator = f"({self.over})" if any(c in self.over for c in "+-*") else self.over
        return f"{numerator}/{denominator}"

    @property
    def scope(self) -> str:
        """One line that says what a number for this problem is about."""
        if isinstance(self.rules, Splines):
            return "; ".join(self.rules.words(dict(self.fix), self.loops))
        over = "" if self.absolute else f"/{self.over}"
        rules = f"forward sum rules to order {self.order}"
        if self.smeared:
            rules = f"{self.smeared} smeared nulls of the improved k = 2 sum rule"
        held = [(f"{name}{over}", value) for name, value in self.fix]
        if isinstance(self.rules, Powers):
            level = f"tree level with graviton exchange, {LEADING_ORDER}"
            return scope_line(self.dimension, level, density_text(self.assumptions), self.rules.text, held)
        return scope_line(self.dimension, level_text(self.loops), density_text(self.assumptions), rules, held)


def _exact(problem: Problem) -> dict[str, Level]:
    return {name: parse_level(value, name) for name, value in problem.fix}


def level_text(loops: str) -> str:
    """Which loops are in, in words."""
    return "tree level" if loops == "tree" else f"one loop with {loops} ({SCHEME})"


def scope_line(dimension: object, level: str, density: str, rules: str, held: Sequence[tuple[str, str]]) -> str:
    """The scope of a number in words, the one place that has them; held: (name, value) of what is fixed."""
    fixed = "".join(f", {name} = {value}" for name, value in held)
    return f"D={dimension}, {level}, {density}, all even spins, masses >= M=1, {rules}{fixed}"
