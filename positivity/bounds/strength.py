"""An interval of g2 that is excluded at one loop, whatever the other couplings: bisection, and a proof over it.

It begins at the largest g2 where theories were found.  Nothing is said of g2 beyond it: there the loop terms
are as large as the tree terms, and functionals no longer exclude.

At one g2 a scan of g3 shows that theories exist or that none does.  With rho_J >= 0 its functionals F
hold at larger g2 too: F + y A_4(0) is positive on all states for y >= 0, and y(g2) cancels g4 in the
infrared side; what is left is a quadratic in g3 with coefficients that are balls for a ball of g2.
Derived in docs/theory/one_loop.md, section "The largest g2".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flint import arb, fmpq

from positivity.answers.end import End
from positivity.bounds.cut_finder import CutFinder, Question
from positivity.bounds.scanned import Scan
from positivity.questions.density import Assumptions
from positivity.questions.errors import InputError
from positivity.questions.loops import Pair
from positivity.questions.numbers import decimal_text, parse_rational
from positivity.questions.units import PRECISION, to_ball
from positivity.sum_rules.forward import Functional, coupling_functional, functional_of
from positivity.sum_rules.low_side import LoopTheory, Side
from solvers.quadratics import Interval, Quadratic, allowed, largest
from solvers.verify.precision import working_precision

STRENGTH_SCHEMA = "eft-positivity/strength/1"
_G2, _G3, _G4 = (1, 0), (0, 1), (2, 0)
#: |g3| in units of U up to which places for functionals are sought
_FAR = 4000.0
_DIGITS = 6
_MOST_SLICES, _SMALLEST, _PLACES = 60, 1e-5, 15
_HIGHEST = 6


def question_at(
    g2: fmpq, pairs: tuple[Pair, ...], order: int, dimension: int, assumptions: Assumptions | None, smeared: int = 0
) -> Question:
    """The scan of g3 at g2 in units of U.

    With rho_J >= 0 the nulls above order _HIGHEST are not used: they move the end by 3e-5 U in D=5, in twice the time.
    """
    if assumptions is None and not smeared:
        order = min(order, _HIGHEST)
    fixes = [({_G2: fmpq(1)}, (fmpq(0), g2))]
    return Question(_G3, _G3, fixes, pairs, order, dimension, _DIGITS, assumptions, smeared)


def largest_g2(
    pairs: tuple[Pair, ...], order: int, dimension: int, assumptions: Assumptions | None = None, smeared: int = 0
) -> End:
    """Where the excluded g2 begin, in units of U: an End with the interval `excluded`, no bound beyond it.

    Certified with rho_J >= 0, which holds for bounded densities as well: the certificate proves that no g2 lies
    in the interval.  Otherwise numerical: theories were found below, none at the places tried.
    """
    _check(pairs)
    with working_precision(PRECISION):
        if assumptions is not None and not smeared:
            weaker = _searched(pairs, order, dimension, None, 0)
            if weaker.status == "certified":
                return replace(weaker, reason=f"{weaker.reason}; proved with rho_J >= 0 alone".removeprefix("; "))
        return _searched(pairs, order, dimension, assumptions, smeared)


def _searched(
    pairs: tuple[Pair, ...], order: int, dimension: int, assumptions: Assumptions | None, smeared: int
) -> End:
    inside, outside, tried = _bracket(pairs, order, dimension, assumptions, smeared)
    if inside is None or outside is None:
        return End(None, "failed", "not resolved: no g2 was found to be excluded up to 64 U")
    tolerance = 1e-3 if smeared else 2e-5
    while (outside - inside) > tolerance * max(1.0, outside):
        middle = (inside + outside) / 2
        if _allowed_at(middle, pairs, order, dimension, assumptions, smeared):
            inside = middle
        else:
            outside = middle
    if assumptions is not None or smeared:
        return _numerical(inside, outside, tried)
    return _certified(inside, outside, pairs, order, dimension)


def _check(pairs: Sequence[Pair]) -> None:
    for pair in pairs:
        other = [c for c in pair if c not in (_G2, _G3)]
        if other and not (set(pair) == {_G2, _G4}):
            raise InputError("the largest g2 is sought with loops of g2^2, g2g3, g3^2, g2g4: drop the others")


def _bracket(
    pairs: tuple[Pair, ...], order: int, dimension: int, assumptions: Assumptions | None, smeared: int
) -> tuple[float | None, float | None, float]:
    """The last g2 with theories, the first without, and the largest one tried; None where there is none."""
    inside, value = None, 0.125
    while value <= 64:
        if _allowed_at(value, pairs, order, dimension, assumptions, smeared):
            inside = value
        elif inside is not None:
            return inside, value, value
        else:
            return None, None, value
        value *= 2
    return inside, None, value


def _allowed_at(
    g2: float, pairs: tuple[Pair, ...], order: int, dimension: int, assumptions: Assumptions | None, smeared: int
) -> bool:
    scan = Scan(CutFinder(question_at(_decimal(g2), pairs, order, dimension, assumptions, smeared)))
    scan.extend()
    return bool(scan.intervals())


def _decimal(value: float) -> fmpq:
    return fmpq(round(value * 10**8), 10**8)


def _numerical(inside: float, outside: float, tried: float) -> End:
    text, last = (decimal_text(_decimal(value), 6) for value in (outside, tried))
    reason = f"theories were found at {inside:.6g} U, none at the g2 tried from {text} U to {last} U"
    return End(text, "numerical", reason, spectrum_value=repr(inside), natural=text, excluded=(text, last))


def _certified(inside: float, outside: float, pairs: tuple[Pair, ...], order: int, dimension: int) -> End:
    slices: list[dict[str, Any]] = []
    # just above the last allowed g2 the functionals have no room yet
    for shift in (0.0, 1e-5, 1e-4, 1e-3):
        slices = slices or _slices(_decimal(outside * (1 + shift)), pairs, order, dimension)
    text = decimal_text(_decimal(outside), 8)
    if not slices:
        reason = "excluded at this g2, but not proved beyond it"
        return End(text, "numerical", reason, natural=text, excluded=(text, text))
    last = _below(parse_rational(slices[-1]["to"]))
    document = {"schema": STRENGTH_SCHEMA, "slices": slices}
    reason = "larger g2 are not excluded: there the one-loop truncation says nothing"
    # one unit in the last place above the proved one
    natural = decimal_text(parse_rational(slices[0]["from"]) + fmpq(1, 10**8), 8)
    return End(
        natural, "certified", reason, document, spectrum_value=repr(inside), natural=natural, excluded=(natural, last)
    )


def _below(value: fmpq) -> str:
    """A decimal not above a value."""
    return decimal_text(fmpq((value * 10**4).floor(), 10**4), 4)


def _slices(start: fmpq, pairs: tuple[Pair, ...], order: int, dimension: int) -> list[dict[str, Any]]:
    """Intervals of g2, one after the other, each excluded by functionals, as far as they reach."""
    slices: list[dict[str, Any]] = []
    begin, step = start, 1e-4
    while len(slices) < _MOST_SLICES:
        step = min(8 * step, 0.25)
        found: list[Mapping[str, Any]] = []
        while step > _SMALLEST and not found:
            end = begin + _decimal(step * float(begin))
            found = _excluding(begin, end, pairs, order, dimension)
            step = step if found else step / 4
        if not found:
            break
        slices.append({"from": str(begin), "to": str(end), "certificates": [dict(document) for document in found]})
        begin = end
    return slices


def _excluding(low: fmpq, high: fmpq, pairs: tuple[Pair, ...], order: int, dimension: int) -> list[Mapping[str, Any]]:
    """Functionals that exclude [low, high], or none.

    Those whose y grows with g2 are found at its lower end, the others at its upper end.
    """
    finders = [
        CutFinder(question_at(g2, pairs, order, dimension, None))
        for g2 in (low * (1 - fmpq(1, 10**9)), high * (1 + fmpq(1, 10**9)))
    ]
    documents: list[Mapping[str, Any]] = []
    quadratics: list[Quadratic] = []
    place = fmpq(0)
    for step in range(_PLACES):
        for cut in (cut for finder in finders for cut in [*finder.base(), *finder.feasibility(place)]):
            assert cut.certificate is not None
            held = _Family(functional_of(cut.certificate), pairs, dimension).on(to_ball(low), to_ball(high))
            if held is not None:
                quadratics.append(held)
                documents.append(cut.certificate)
        if not quadratics:
            break
        left = allowed(quadratics)
        if not left:
            return _fewest(documents, quadratics)
        place = _next_place(quadratics, left, step)
    return []


def _next_place(quadratics: Sequence[Quadratic], left: Sequence[Interval], step: int) -> fmpq:
    """By turns near either end of what is left, and where the quadratics are farthest from excluding."""
    inner = [(max(low, -_FAR), min(high, _FAR)) for low, high in left if low < _FAR and high > -_FAR]
    if not inner:
        return fmpq(0)
    low, high = inner[0][0], inner[-1][1]
    place = (low, high, largest(quadratics, inner)[1])[step % 3]
    margin = min(1.0, high - low) / 100
    return _decimal(min(max(place, low + margin), high - margin))


def _fewest(documents: list[Mapping[str, Any]], quadratics: list[Quadratic]) -> list[Mapping[str, Any]]:
    """Without those that are not needed to exclude everything."""
    kept = list(range(len(quadratics)))
    for k in range(len(quadratics)):
        fewer = [i for i in kept if i != k]
        if fewer and not allowed([quadratics[i] for i in fewer]):
            kept = fewer
    return [documents[i] for i in kept]


def excluded_between(
    documents: Sequence[Mapping[str, Any]], low: fmpq, high: fmpq, pairs: tuple[Pair, ...], dimension: int
) -> bool:
    """Whether functionals positive on all states exclude every g2 in [low, high], in units of U, whatever g3, g4."""
    with working_precision(PRECISION):
        families = [_Family(functional_of(document), pairs, dimension) for document in documents]
        return _excluded(families, low, high)


def _excluded(families: Sequence[_Family], low: fmpq, high: fmpq) -> bool:
    found = [family.on(to_ball(low), to_ball(high)) for family in families]
    quadratics = [quadratic for quadratic in found if quadratic is not None]
    return bool(quadratics) and not allowed(quadratics)


class _Family:
    """The infrared side of F + y A_4(0), y(g2) >= 0 such that g4 cancels, for intervals of g2."""

    def __init__(self, functional: Functional, pairs: tuple[Pair, ...], dimension: int) -> None:
        theories = {
            (a, b): LoopTheory(dimension, pairs, {_G2: arb(a), _G3: arb(b)}) for a in (0, 1, -1) for b in (0, 1, -1)
        }
        self._plain, self._a = self._in_g2({at: theory.side(functional) for at, theory in theories.items()})
        row = coupling_functional(_G4)
        self._fourth, self._slope = self._in_g2({at: theory.side(row) for at, theory in theories.items()})

    @staticmethod
    def _in_g2(sides: Mapping[tuple[int, int], Side]) -> tuple[list[Quadratic], Quadratic | None]:
        """Coefficients of 1, g3, g3^2 and of g4, each quadratic in g2; None if another coupling is left."""

        def in_g3(a: int) -> Quadratic:
            return Quadratic.through(lambda b: sides[a, b].constant)

        rows = {a: in_g3(a) for a in (0, 1, -1)}
        constants = [Quadratic.through(lambda a, name=name: getattr(rows[a], name)) for name in ("c0", "c1", "c2")]  # type: ignore[misc]
        if any(c != _G4 and not v.is_zero() for side in sides.values() for c, v in side.linear.items()):
            return constants, None
        return constants, Quadratic.through(lambda a: sides[a, 0].linear.get(_G4, arb(0)))

    def on(self, low: arb, high: arb) -> Quadratic | None:
        """For all g2 from low to high; None where y would be negative."""
        if self._a is None or self._slope is None:
            return None
        # the coefficients of g4 are linear in g2, so their ratio is between its values at the ends
        ends = [(self._a(g), self._slope(g)) for g in (low, high)]
        if not all(a <= 0 and slope > 0 for a, slope in ends):
            return None
        y = (-ends[0][0] / ends[0][1]).union(-ends[1][0] / ends[1][1])
        parts = [
            _between(plain, low, high) + y * _between(fourth, low, high)
            for plain, fourth in zip(self._plain, self._fourth, strict=True)
        ]
        return Quadratic(*parts)


def _between(quadratic: Quadratic, low: arb, high: arb) -> arb:
    """Its values from low to high, in Taylor form around the middle."""
    middle, reach = (low + high) / 2, (high - low) / 2
    step = arb(0, 1) * reach
    slope = quadratic.c1 + 2 * quadratic.c2 * middle
    return quadratic(middle) + step * slope + step * step * quadratic.c2
