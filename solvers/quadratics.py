"""Quadratic inequalities in one coupling: where they all hold, and how large something can be there.

A cut is P(g) >= 0.  Everything is proved in ball arithmetic: what is called excluded is, and a
maximum is not below the true one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flint import arb

_INFINITY = float("inf")

Interval = tuple[float, float]


@dataclass(frozen=True)
class Quadratic:
    """c0 + c1 g + c2 g^2."""

    c0: arb
    c1: arb
    c2: arb

    @classmethod
    def through(cls, value_at: Callable[[int], arb]) -> Quadratic:
        """The one with these values at 0, 1, -1."""
        zero, plus, minus = (value_at(g) for g in (0, 1, -1))
        return cls(zero, (plus - minus) / 2, (plus + minus) / 2 - zero)

    def __call__(self, g: arb | float) -> arb:
        g = arb(g)
        return self.c0 + g * (self.c1 + g * self.c2)

    def plus(self, other: Quadratic) -> Quadratic:
        """The sum of both."""
        return Quadratic(self.c0 + other.c0, self.c1 + other.c1, self.c2 + other.c2)

    def minus(self, other: Quadratic) -> Quadratic:
        """The difference."""
        return Quadratic(self.c0 - other.c0, self.c1 - other.c1, self.c2 - other.c2)

    def widened(self, error: arb, linear: bool = False) -> Quadratic:
        """With an error of at most error (1 + g^2), or error (1 + |g|) of a linear one."""
        ball = arb(0, 1) * error
        if linear:
            return Quadratic(self.c0 + ball, self.c1 + ball, self.c2)
        return Quadratic(self.c0 + ball, self.c1, self.c2 + ball)

    def below(self, interval: Interval) -> arb:
        """An upper bound of its values on the interval; infinite where there is none or it is not seen."""
        low, high = interval
        if not low <= high:
            raise ValueError(f"{interval} is no interval")
        if low == -_INFINITY:
            if high == _INFINITY:
                return self._below_everywhere()
            return Quadratic(self.c0, -self.c1, self.c2).below((-high, _INFINITY))
        if high == _INFINITY:
            slope = self.c1 + 2 * self.c2 * arb(low)
            return self(low).upper() if slope <= 0 and self.c2 <= 0 else self._below_everywhere()
        found = _larger(self(low), self(high))
        if self.c2 < 0:
            top = -self.c1 / (2 * self.c2)
            if not (top < low or top > high):
                found = _larger(found, self._below_everywhere())
        elif not self.c2 >= 0:
            # a coefficient that may have either sign moves the values by no more than this
            found += abs(self.c2).upper() * (arb(high) - arb(low)) ** 2
        return found.upper()

    def _below_everywhere(self) -> arb:
        if not self.c2 < 0:
            return arb("inf")
        return (self.c0 - self.c1 * self.c1 / (4 * self.c2)).upper()

    def breaks(self) -> list[float]:
        """Where its upper bound over the balls of the coefficients may change sign, and 0 if that has a kink there."""
        found = Quadratic(self.c0.upper(), self.c1.upper(), self.c2.upper()).roots()
        if self.c1.is_exact():
            return found
        left = Quadratic(self.c0.upper(), self.c1.lower(), self.c2.upper()).roots()
        return [0.0, *(g for g in found if g > 0), *(g for g in left if g < 0)]

    def roots(self) -> list[float]:
        """Real roots, approximate."""
        a, b, c = (float(v.mid()) for v in (self.c2, self.c1, self.c0))
        if abs(a) * (1 + abs(c)) < 1e-30 * (b * b + 1e-300):
            return [-c / b] if b else []
        inside = b * b - 4 * a * c
        if inside < 0:
            return []
        half = -(b + (1 if b >= 0 else -1) * inside**0.5) / 2
        return sorted({half / a, c / half} if half else {0.0})


def _larger(a: arb, b: arb) -> arb:
    return arb.max(a, b).upper()


def allowed(cuts: Sequence[Quadratic]) -> list[Interval]:
    """Intervals outside of which some cut is violated, proved; rounded outwards by 1e-12."""
    places = sorted({place for cut in cuts for place in cut.breaks()})
    kept: list[Interval] = []
    for low, high in pairwise([-_INFINITY, *places, _INFINITY]):
        inner = low + _slack(low), high - _slack(high)
        if inner[0] > inner[1] or not any(cut.below(inner) < 0 for cut in cuts):
            kept.append((low, high))
        else:
            kept += [(end, end) for end in (low, high) if abs(end) < _INFINITY]
    return _joined([(low - _slack(low), high + _slack(high)) for low, high in kept], cuts)


def _slack(place: float) -> float:
    return 1e-12 * (1 + abs(place)) if abs(place) < _INFINITY else 0.0


def _joined(intervals: Sequence[Interval], cuts: Sequence[Quadratic]) -> list[Interval]:
    """Overlapping ones together; points that a cut excludes with room dropped."""
    merged: list[Interval] = []
    for low, high in intervals:
        if merged and low <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return [interval for interval in merged if not any(cut.below(interval) < 0 for cut in cuts)]


def largest(bounds: Sequence[Quadratic], where: Sequence[Interval]) -> tuple[arb, float]:
    """An upper bound of min_k bounds_k(g) over the intervals, and where it is reached, approximately."""
    best, place = arb("-inf"), 0.0
    for low, high in where:
        for inner in pairwise(_breakpoints(bounds, low, high)):
            top = min((bound.below(inner) for bound in bounds), key=float)
            if not top <= best:
                best, place = top, _top(bounds, inner)
    return best, place


def _breakpoints(bounds: Sequence[Quadratic], low: float, high: float) -> list[float]:
    inside = {g for i, a in enumerate(bounds) for b in bounds[:i] for g in a.minus(b).roots() if low < g < high}
    return sorted({low, *inside, high}) if low < high else [low, high]


def _top(bounds: Sequence[Quadratic], interval: Interval) -> float:
    low, high = interval
    chosen = min(bounds, key=lambda bound: float(bound.below(interval)))
    places = [low, high]
    if chosen.c2 < 0:
        top = float((-chosen.c1 / (2 * chosen.c2)).mid())
        places += [top] if low < top < high else []
    return max(places, key=lambda g: float(chosen(g).mid()))
