"""Ranges with a coupling free that loops contain squared: cutting quadratics, proved where the rows allow it.

At the outermost value of the scanned coupling that the cuts so far allow, a program gives the best
functional; its quadratic inequality holds everywhere and moves the outermost value inwards.  The same
for a target: the largest value of the least of the quadratics.  docs/theory/one_loop.md, "Scans".
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from flint import arb, fmpq

from positivity.answers.end import End
from positivity.bounds.cut_finder import Cut, CutFinder, Question
from positivity.bounds.loops import stronger_end
from positivity.programs.sampled import smeared_note
from positivity.questions.errors import InputError
from positivity.questions.numbers import decimal_text, round_outwards
from positivity.questions.units import PRECISION, to_ball
from solvers.quadratics import Interval, allowed, largest
from solvers.verify.precision import working_precision

COVER_SCHEMA = "eft-positivity/cover/1"
_INFINITY = float("inf")
_STEPS, _FARTHEST, _INSIDE = 40, 4000.0, 1e-4
#: relative distance of places at which the same functionals are found
_SAME = 1e-9


@dataclass
class Scan:
    """Cuts found so far, and what they allow for the scanned coupling."""

    finder: CutFinder
    cuts: list[Cut] = field(default_factory=list)
    #: values of the scanned coupling at which the program found a density, or nearly so
    inside: list[float] = field(default_factory=list)

    @property
    def tolerance(self) -> float:
        question = self.finder.question
        return 2e-5 if question.smeared else float(10.0 ** -(min(question.digits, 8) - 1))

    def intervals(self) -> list[Interval]:
        """Where no cut excludes the scanned coupling."""
        return _where(self.cuts)

    def reached(self) -> list[float]:
        """Values with a density, as far as the program tells: without those that cuts found later exclude."""
        return [g for g in self.inside if any(low <= g <= high for low, high in self.intervals())]

    def extend(self) -> None:
        """Cut until both outermost values are settled, or nothing is left."""
        self.cuts += self.finder.base()
        for side in (-1, 1):
            self._settle(side)

    def _settle(self, side: int) -> None:
        for step in range(_STEPS):
            found = self.intervals()
            if not found:
                return
            end = found[-1][1] if side > 0 else found[0][0]
            place = _rational(self._place(found, end, side, step))
            new = self.finder.feasibility(place)
            self.cuts += new
            if len(new) == 2 and all(cut.quadratic(to_ball(place)) > -self.tolerance for cut in new):
                self.inside.append(_float(place))
            left = self.intervals()
            moved = not left or abs((left[-1][1] if side > 0 else left[0][0]) - end) > self.tolerance
            if abs(end) < _INFINITY and not moved:
                return
            if abs(_float(place)) > _FARTHEST:
                return

    def _place(self, found: list[Interval], end: float, side: int, step: int) -> float:
        """Just inside the end; far out where there is none yet."""
        if abs(end) == _INFINITY:
            known = [value for interval in found for value in interval if abs(value) < _INFINITY]
            return side * 4.0**step + (known[0] if known else 0.0)
        width = sum(high - low for low, high in found)
        inner = min(width, 1.0) * 1e-6 if width < _INFINITY else 1e-6
        return end - side * max(inner, min(width / 4, 1e-9))

    def bound(self, side: int) -> tuple[arb, list[Cut], float | None]:
        """side * target <= the ball, what proves it together with the scan, and the best value reached."""
        mine: list[Cut] = []
        low, high = self.intervals()[0][0], self.intervals()[-1][1]
        if abs(low) == _INFINITY or abs(high) == _INFINITY:
            return arb("inf"), [], None  # nothing bounds the scanned coupling
        for place in ((low + high) / 2, (3 * low + high) / 4, (low + 3 * high) / 4):
            mine += self._cuts_at(place, side)
        best: float | None = None
        top, place = arb("inf"), _INFINITY
        for _ in range(_STEPS):
            if not mine:
                break
            last = place
            top, place = largest([cut.quadratic for cut in mine], self.intervals())
            if abs(place - last) <= _SAME * (1 + abs(place)):
                break  # no functional found there is better than those there are
            before = len(self.cuts)
            # an end of the intervals may lie a little outside of what is allowed, where no density is found
            new = self._cuts_at(place, side) or self._cuts_at(_clipped(place, low, high), side)
            mine += new
            here = [cut.quadratic(place) for cut in new]
            best = max((v for v in (best, *(cut.reached for cut in new)) if v is not None), default=None)
            if len(self.cuts) == before and (not here or top - min(here, key=float) < self.tolerance):
                break
        return top, mine, best

    def _cuts_at(self, place: float, side: int) -> list[Cut]:
        g = _rational(place)
        found = self.finder.bounds(g, side)
        aimed = [cut for cut in found if cut.side == side]
        others = [cut for cut in found if cut.side == 0]
        if not aimed and not others:
            others = [cut for cut in self.finder.feasibility(g) if cut.side == 0 and cut.quadratic(to_ball(g)) < 0]
        self.cuts += others
        return aimed


def _clipped(place: float, low: float, high: float) -> float:
    """A place moved inside of an interval by a share of its width."""
    room = _INSIDE * (high - low)
    return min(max(place, low + room), high - room)


def _where(cuts: list[Cut]) -> list[Interval]:
    return allowed([cut.quadratic for cut in cuts if cut.side == 0])


def _rational(value: float) -> fmpq:
    above, below = float(f"{value:.12g}").as_integer_ratio()
    return fmpq(above, below)


def _float(value: fmpq) -> float:
    return int(value.p) / int(value.q)


def scanned_ends(question: Question) -> tuple[End, End]:
    """Lower and upper end of the target, whatever the scanned coupling, in units of U.

    Where a bounded density gives none, that of rho_J >= 0 holds as well.
    """
    ends = _scanned_ends(question)
    if question.assumptions is None or question.smeared or all(end.status == "certified" for end in ends):
        return ends
    weaker = _scanned_ends(replace(question, assumptions=None))
    return stronger_end(ends[0], weaker[0], -1), stronger_end(ends[1], weaker[1], 1)


def _scanned_ends(question: Question) -> tuple[End, End]:
    with working_precision(PRECISION):
        scan = Scan(CutFinder(question))
        scan.extend()
        if not scan.intervals():
            end = _empty_end(scan)
            return end, end
        return _end(scan, -1), _end(scan, 1)


def _empty_end(scan: Scan) -> End:
    reason = "no theory at these couplings, whatever the scanned one"
    used = needed(scan.cuts)
    if all(cut.certificate is not None for cut in used):
        return End(
            None, "excluded", f"{reason}: excluded, the certificates prove it", _cover(scan.finder.question, used)
        )
    return End(None, "no theory", f"{reason} (numerical, not proved)")


def _end(scan: Scan, side: int) -> End:
    question = scan.finder.question
    mine: list[Cut] = []
    if question.target == question.scanned:
        value = _outermost(scan.intervals(), side)
        reached: float | None = max((side * g for g in scan.reached()), default=None)
    else:
        value, mine, reached = scan.bound(side)
    if not value.is_finite():
        return End(None, "failed", "not resolved: no cut bounds it; raise the order, or fix more couplings")
    places = 9 if question.smeared else question.digits + 2
    natural = decimal_text(side * round_outwards(value, 1, places), places)
    shown = None if reached is None else f"{side * reached:.10g}"
    used = needed([*scan.cuts, *mine], side)
    if all(cut.certificate is not None for cut in used):
        return End(natural, "certified", certificate=_cover(question, used), spectrum_value=shown, natural=natural)
    error = max(cut.error for cut in used)
    reason = f"{smeared_note(error)}; all values of the scanned coupling"
    return End(natural, "numerical", reason, spectrum_value=shown, natural=natural)


def _outermost(intervals: list[Interval], side: int) -> arb:
    """side * g <= this on all the intervals."""
    return arb(intervals[-1][1] if side > 0 else -intervals[0][0])


def needed(cuts: list[Cut], side: int = 0) -> list[Cut]:
    """Without cuts that another one found later makes superfluous: those whose loss changes nothing."""
    kept = [cut for cut in cuts if cut.side in (0, side)]

    def answer(chosen: list[Cut]) -> tuple[object, object]:
        where = _where(chosen)
        aimed = [cut.quadratic for cut in chosen if cut.side == side != 0]
        ends = (where[0][0], where[-1][1]) if where else None
        if not aimed or not where or abs(ends[0]) == _INFINITY or abs(ends[1]) == _INFINITY:  # type: ignore[index]
            return ends, None
        return ends if side == 0 else None, float(largest(aimed, where)[0])

    whole = answer(kept)
    for cut in list(kept):
        fewer = [other for other in kept if other is not cut]
        if fewer and answer(fewer) == whole:
            kept = fewer
    return kept


def _cover(question: Question, cuts: list[Cut]) -> dict[str, Any]:
    return {
        "schema": COVER_SCHEMA,
        "scanned": list(question.scanned),
        "certificates": [dict(cut.certificate) for cut in cuts if cut.certificate is not None],
    }


def check_question(question: Question) -> None:
    """Raise InputError for what a scan cannot do, before any program is solved."""
    rows = CutFinder(question).theory
    if question.smeared and question.scanned == (1, 0) and question.target != (1, 0):
        raise InputError("fix g2, e.g. g2 = 0.3U")
    if not question.smeared and question.scanned != (1, 0) and not any(j == 1 for f in rows.nulls(4) for j, _ in f):
        raise InputError(
            f"in D={question.dimension} these loops make every k = 2 null diverge (docs/theory/one_loop.md): "
            "use density 'unitary' with smeared = 10 (numerical), or D >= 5 and order >= 4"
        )
