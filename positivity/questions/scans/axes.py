"""One axis of a scan: exact values on a linear or logarithmic lattice, or a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Any

from flint import fmpq

from positivity.questions.couplings import combination_text, parse_combination
from positivity.questions.errors import InputError
from positivity.questions.numbers import decimal_text, parse_rational

#: axes that are not couplings
WHOLE_NUMBERS = ("order", "dimension")
SCALES = ("linear", "log")
_KEYS = {"from", "to", "points", "scale", "adaptive", "values"}
_LOG_DIGITS = 12
MAX_POINTS, MAX_LEVELS = 100_000, 20


@dataclass(frozen=True)
class Axis:
    """One scanned quantity.

    name: a coupling or a combination of them as text, or "order" or "dimension".  listed: the
    values, if they are given one by one.  Otherwise `points` values from `start` to `stop` (text,
    exact; "0.3U" in units of U), spaced as `scale` says, and `levels` bisections of the intervals
    in which the answer changes.
    """

    name: str
    listed: tuple[str, ...] = ()
    start: str = ""
    stop: str = ""
    points: int = 0
    scale: str = "linear"
    levels: int = 0

    @classmethod
    def from_dict(cls, name: str, data: Mapping[str, Any]) -> Axis:
        """Read an axis; raises InputError."""
        where = f"grid.{name}"
        if not isinstance(data, Mapping):
            raise InputError(f"{where}: write a table such as {{from = 0.1, to = 0.4, points = 31}}")
        unknown = set(data) - _KEYS
        if unknown:
            raise InputError(f"{where}: unknown key {sorted(unknown)[0]!r}; use {', '.join(sorted(_KEYS))}")
        canonical = name if name in WHOLE_NUMBERS else combination_text(parse_combination(name))
        if "values" in data:
            return cls(canonical, _listed(where, canonical, data))
        for key in ("from", "to", "points"):
            if key not in data:
                raise InputError(f"{where}: {key!r} is missing (or give values = [...])")
        if canonical in WHOLE_NUMBERS:
            raise InputError(f"{where}: give values = [4, 6, 8]")
        points, levels = data["points"], data.get("adaptive", 0)
        for key, number, low, high in (("points", points, 2, MAX_POINTS), ("adaptive", levels, 0, MAX_LEVELS)):
            if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
                raise InputError(f"{where}: {key} {number!r}: use an integer from {low} to {high}")
        axis = cls(canonical, (), str(data["from"]), str(data["to"]), points, data.get("scale", "linear"), levels)
        axis._check(where)
        return axis

    def to_dict(self) -> dict[str, Any]:
        """As in a specification."""
        if self.listed:
            return {"values": [int(v) for v in self.listed] if self.name in WHOLE_NUMBERS else list(self.listed)}
        ends = {"from": self.start, "to": self.stop, "points": self.points, "scale": self.scale}
        return ends | ({"adaptive": self.levels} if self.levels else {})

    def _check(self, where: str) -> None:
        if self.scale not in SCALES:
            raise InputError(f"{where}: scale {self.scale!r}: use 'linear' or 'log'")
        if _unit(self.start) != _unit(self.stop):
            raise InputError(f"{where}: from and to have different units: write both with U or both without")
        low, high = (_number(text, where) for text in (self.start, self.stop))
        if low == high:
            raise InputError(f"{where}: from and to are the same: hold the coupling in [fix]")
        if self.scale == "log" and not (low > 0 and high > 0):
            raise InputError(f"{where}: a log scale needs positive from and to")

    @property
    def unit(self) -> str:
        """ "U" for values in units of U, otherwise ""."""
        return _unit(self.listed[0] if self.listed else self.start)

    @property
    def size(self) -> int:
        """Number of lattice positions, those of all bisections included."""
        return len(self.listed) or ((self.points - 1) << self.levels) + 1

    @property
    def coarse(self) -> range:
        """Lattice positions of the grid before any bisection."""
        return range(0, self.size, 1 << self.levels)

    def value(self, position: int) -> str:
        """The value at a lattice position: an exact decimal or rational, the same on every machine."""
        if self.listed:
            return self.listed[position]
        low, high = _number(self.start, self.name), _number(self.stop, self.name)
        share = fmpq(position, self.size - 1)
        value = low + share * (high - low) if self.scale == "linear" else _between(low, high, share)
        return exact_text(value) + self.unit


def exact_text(value: fmpq) -> str:
    """A decimal where that is exact with at most 30 places, else p/q."""
    rest, places = int(value.q), 0
    for prime in (2, 5):
        power = 0
        while rest % prime == 0:
            rest, power = rest // prime, power + 1
        places = max(places, power)
    return decimal_text(value, places) if rest == 1 and places <= 30 else str(value)


def numeric(text: str) -> float:
    """The number in front of the unit."""
    value = _number(text, "value")
    return int(value.p) / int(value.q)


def _listed(where: str, name: str, data: Mapping[str, Any]) -> tuple[str, ...]:
    if set(data) != {"values"} or not isinstance(data["values"], list | tuple) or not data["values"]:
        raise InputError(f"{where}: give either values = [...] or from, to and points")
    if name in WHOLE_NUMBERS:
        if any(isinstance(v, bool) or not isinstance(v, int) for v in data["values"]):
            raise InputError(f"{where}: values must be integers")
        found = [str(v) for v in data["values"]]
    else:
        found = [exact_text(_number(v, where)) + _unit(v) for v in data["values"]]
    if len(set(found)) < len(found):
        raise InputError(f"{where}: a value is given twice: drop one")
    if len({_unit(v) for v in found}) > 1:
        raise InputError(f"{where}: the values have different units: write all with U or all without")
    return tuple(found)


def _unit(text: object) -> str:
    return "U" if str(text).strip().upper().endswith("U") else ""


def _number(text: object, where: str) -> fmpq:
    if _unit(text):
        text = str(text).strip()[:-1].rstrip("* ")
    return parse_rational(text, f"{where}: value")


def _between(low: fmpq, high: fmpq, share: fmpq) -> fmpq:
    """low^(1-share) high^share, the ends exact, else to _LOG_DIGITS digits in decimal arithmetic."""
    if share in (0, 1):
        return high if share == 1 else low
    with localcontext() as context:
        context.prec = 40
        first, last, part = (Decimal(int(v.p)) / Decimal(int(v.q)) for v in (low, high, share))
        found = (first.ln() + part * (last.ln() - first.ln())).exp()
        context.prec = _LOG_DIGITS
        return parse_rational(str(+found), "value")
