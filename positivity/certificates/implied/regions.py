"""Saved regions: half-planes at tree level and with a bounded density, and outlines with loops."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from itertools import pairwise
from math import isfinite
from typing import Any

from flint import arb, fmpq

from positivity.certificates.implied import graviton
from positivity.certificates.implied.asked import Scope, combination, number, read_scope
from positivity.certificates.implied.bounds import end_statement, single
from positivity.certificates.implied.contents import check_end, check_keys
from positivity.certificates.implied.covers import Cover, beyond_the_chord
from positivity.certificates.implied.lowered import PRECISION
from positivity.certificates.implied.polygons import check_outer
from positivity.certificates.implied.prover import Prover
from positivity.certificates.implied.statement import Statement
from positivity.questions.couplings import Combination, combination_text
from solvers.quadratics import Quadratic, largest
from solvers.verify import Refused
from solvers.verify.precision import working_precision
from solvers.verify.proof import number_text

#: rounding of an outline in doubles, relative to the largest value of a coupling in what is proved
_ROUNDING = 1e-9
_MOST_ROWS = 20_000


def region_statements(data: Mapping[str, Any], prover: Prover) -> list[Statement]:
    """One statement for each certified half-plane; raises Refused."""
    check_keys(data, "region")
    if graviton.has_rules(data["problem"]):
        ratios = graviton.read_ratios(data["problem"])
        return _half_planes(
            data, False, ratios.ratio, partial(graviton.end_statement, scope=ratios, side=1, prover=prover)
        )
    scope, _ = read_scope(data["problem"])
    return _half_planes(data, scope.absolute, scope.ratio, partial(end_statement, scope=scope, side=1, prover=prover))


def _half_planes(
    data: Mapping[str, Any], absolute: bool, ratio: Callable[[str], str], proved: Callable[..., Statement]
) -> list[Statement]:
    """The statements of the certified half-planes, each proved as an upper end; ratio: names what is bounded."""
    x, y = combination(data["x"], "x"), combination(data["y"], "y")
    statements, lines = [], []
    for plane in data["half_planes"]:
        end = plane["end"]
        check_end(end, absolute)
        if end["status"] != "certified":
            continue
        a, b = (number(text, "normal") for text in plane["normal"])
        try:
            found = proved(end, target=_sum(x, a, y, b))
        except Refused as reason:
            raise type(reason)(f"half-plane ({number_text(a)}, {number_text(b)}): {reason}") from None
        lines.append((a, b, number(end["value"], "value")))
        left = f"{number_text(a)}*({combination_text(x)}) + {number_text(b)}*({combination_text(y)})"
        statements.append(Statement(ratio(left), found.relation, found.scope, found.value))
    if not statements:
        raise Refused("the region holds no certificate")
    check_outer(data.get("outer", []), lines)
    return statements


def _sum(x: Combination, a: fmpq, y: Combination, b: fmpq) -> Combination:
    total = {key: value * a for key, value in x.items()}
    for key, value in y.items():
        total[key] = total.get(key, fmpq(0)) + value * b
    total = {key: value for key, value in total.items() if value != 0}
    if not total:
        raise Refused("the normal of a half-plane vanishes")
    return total


def loop_region_statements(data: Mapping[str, Any], prover: Prover) -> list[Statement]:
    """What the certificates of a region with loops say of its outline; raises Refused."""
    check_keys(data, "loop-region")
    if data["status"] != "certified":
        raise Refused("the region is numerical: it holds nothing to prove")
    scope, _ = read_scope(data["problem"])
    x, y = (single(combination(data[name], name)) for name in ("x", "y"))
    if x == y:
        raise Refused("the region is about one coupling twice")
    cover = Cover(prover.prove_all(data["certificates"]), scope, y, x)
    rows = _rows(data["outline"])
    subject = f"({_named(scope, x)}, {_named(scope, y)})"
    if cover.excludes:
        return [Statement(f"no theory has any {subject} at the fixed values", "", scope.text)]
    if not rows:
        raise Refused("the region is said to be empty, the certificates leave something")
    with working_precision(PRECISION):
        unit = scope.divisor()
        sizes = _sizes(cover, unit)
        _check_rows(rows, cover, unit, sizes)
        beyond = _beyond(rows, cover, unit, sizes[1])
    low, high = (f"{v:.12g}" for v in (rows[0][0], rows[-1][0]))
    rounding = [f"{1.1 * _ROUNDING * size:.1g}" for size in sizes]
    between = "" if beyond == 0 else f"; between them it reaches at most {1.05 * beyond:.2g} beyond the straight lines"
    text = (
        f"lies in the outline: the first in [{low}, {high}] to {rounding[0]}, the second between the values "
        f"of its {len(rows)} rows there to {rounding[1]}{between}"
    )
    return [Statement(subject, text, scope.text)]


def _named(scope: Scope, coupling: tuple[int, int]) -> str:
    return scope.ratio(combination_text({coupling: fmpq(1)}))


def _rows(outline: Any) -> list[tuple[float, float, float]]:
    if not isinstance(outline, list | tuple) or len(outline) > _MOST_ROWS:
        raise Refused("the outline is not a list of rows")
    rows = []
    for row in outline:
        if not isinstance(row, list | tuple) or len(row) != 3:
            raise Refused("a row of the outline has three numbers")
        if any(isinstance(v, bool) or not isinstance(v, int | float) or not isfinite(v) for v in row):
            raise Refused("a row of the outline is not of finite numbers")
        rows.append((float(row[0]), float(row[1]), float(row[2])))
    if any(a[0] >= b[0] for a, b in pairwise(rows)) or len(rows) == 1:
        raise Refused("the rows of the outline do not increase")
    return rows


def _sizes(cover: Cover, unit: arb) -> tuple[float, float]:
    """The largest absolute values of both couplings, as shown, in what is proved."""
    first = max(map(abs, cover.ends()))
    second = max((abs(largest(cover.bounds(side), cover.where)[0]) for side in (1, -1)), key=float)
    return float((unit * first).upper()), float((unit * second).upper())


def _check_rows(
    rows: list[tuple[float, float, float]], cover: Cover, unit: arb, sizes: tuple[float, float]
) -> None:  # fmt: skip
    """Refuse an outline that is smaller, at its rows or at its ends, than what is proved."""
    low, high = cover.ends()
    first, last = rows[0][0], rows[-1][0]
    near, slack = (_ROUNDING * size for size in sizes)
    if not (arb(low) * unit >= first - near and arb(high) * unit <= last + near):
        raise Refused("the outline is narrower than what its certificates prove")
    top, bottom = cover.bounds(1), cover.bounds(-1)
    for place, least, most in rows:
        at = _inside(arb(place) / unit, low, high)
        if at is None:
            continue  # nothing is allowed there
        if not (_at(top, at) * unit <= most + slack and _at(bottom, at) * unit <= -least + slack):
            raise Refused("the outline is smaller than the region that the certificates prove")


def _inside(place: arb, low: float, high: float) -> float | None:
    """A place of the outline in units of U, moved by its rounding into what is allowed."""
    near = float(place.mid())
    moved = min(max(near, low), high)
    return moved if abs(moved - near) <= 10 * _ROUNDING * max(abs(low), abs(high)) else None


def _at(bounds: list[Quadratic], place: float) -> arb:
    return min((bound(place).upper() for bound in bounds), key=float)


def _beyond(rows: list[tuple[float, float, float]], cover: Cover, unit: arb, size: float) -> float:
    """By how much the second coupling can lie outside the straight lines between rows, as shown."""
    scale, worst = float(unit.upper()), 0.0
    plain = float(unit.mid())
    low, high = cover.ends()
    for (a, least, most), (b, next_least, next_most) in pairwise(rows):
        places = max(low, a / plain), min(high, b / plain)
        if places[0] >= places[1]:
            continue
        for side, ends in ((1, (most, next_most)), (-1, (-least, -next_least))):
            values = _chord(a / plain, b / plain, (ends[0] / plain, ends[1] / plain), places)
            worst = max(worst, scale * beyond_the_chord(cover.bounds(side), places, values))
    return worst if worst > 2 * _ROUNDING * size else 0.0


def _chord(a: float, b: float, ends: tuple[float, float], places: tuple[float, float]) -> tuple[float, float]:
    """The straight line through the ends at other places."""
    first, last = (ends[0] + (ends[1] - ends[0]) * (place - a) / (b - a) for place in places)
    return first, last
