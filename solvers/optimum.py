"""From the linear program to as many digits as asked: zoom, Newton, and room for a proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from flint import fmpq

from solvers.exchange import Exchange, ExchangeResult
from solvers.grid import long_ladder
from solvers.margin import widest_margin
from solvers.program import Row, combine
from solvers.refine import Atom, NotRefined, refine

#: relative slack kept at every point by the first linear program, and gained by one zoom
MARGIN, ZOOM = 3e-10, 10**5
#: slack asked of a functional that excludes, where the multipliers may reach the box
EXCLUSION_MARGIN = 1e-2
#: digits that the first linear program and a zoomed one in extended precision can deliver
LINEAR_DIGITS, ZOOM_DIGITS = 8, 13
#: margins tried in turn where the program breaks down
_MARGINS = (MARGIN, 1e2 * MARGIN, 1e4 * MARGIN)
_MAX_SWEEPS = 6
#: times the range of the multipliers is widened, and by how much
_WIDENINGS, _WIDER = 2, 30.0
#: weakening of a degenerate value that makes room for the margin program
_DEGENERATE_ALLOWANCE = 3e-9


@dataclass(frozen=True)
class Optimum:
    """A functional with room for a proof, and a spectrum.

    multipliers: rationals, the first is the value; the functional keeps a positive slack.
    atoms: primal spectrum solved by Newton, empty if that failed (then `note` says why).
    exact: the value of the spectrum (None without one).  contact_spin: largest finite spin at
    which the functional nearly vanishes.
    """

    multipliers: tuple[fmpq, ...]
    atoms: tuple[Atom, ...]
    exact: fmpq | None
    contact_spin: int
    note: str


def solve_all_spins(exchange: Exchange, weights: Sequence[fmpq]) -> ExchangeResult:
    """The linear program, repeated with the spins of a much longer list at which it fails.

    Where multipliers reach the end of their range the range is widened: near the end of what the equalities
    allow they are large.  Status "excluded": the equalities cannot hold at all, see `exclusion`.
    """
    exchange.widen(type(exchange).box / exchange.box)
    result = _solve_on_ladder(exchange, weights)
    if result.status != "optimal" or not result.at_box:
        return result
    if exclusion(exchange) is not None:
        return replace(result, status="excluded")
    for _ in range(_WIDENINGS):
        exchange.widen(_WIDER)
        wider = _solve_on_ladder(exchange, weights)
        if wider.status != "optimal" or wider.multipliers[0] > result.multipliers[0]:
            break
        gained = float(result.multipliers[0] - wider.multipliers[0])
        result = replace(wider, short=gained if wider.at_box else 0.0)
        if not result.at_box:
            break
    return result


def solve_with_room(exchange: Exchange, weights: Sequence[fmpq], margins: Sequence[float]) -> ExchangeResult:
    """The linear program with the first of these margins that it has a solution with."""
    for margin in margins:
        result = _solve_on_ladder(exchange, weights, (margin,))
        if result.status == "optimal":
            break
    return result


def _solve_on_ladder(
    exchange: Exchange, weights: Sequence[fmpq], margins: Sequence[float] = _MARGINS
) -> ExchangeResult:
    numeric = [float(w) for w in weights]
    for _ in range(_MAX_SWEEPS):
        result = _solve_sampled(exchange, numeric, margins)
        if result.status != "optimal":
            return result
        failing = _failing_spins(exchange, weights, result)
        if not len(np.setdiff1d(failing, exchange.spins)):
            break
        exchange.add_spins(failing)
    return result


def _solve_sampled(exchange: Exchange, weights: list[float], margins: Sequence[float]) -> ExchangeResult:
    """The linear program on the spins watched; where it breaks down, with the next margin."""
    for margin in margins:
        result = exchange.solve(weights, margin)
        if result.status == "stalled" and result.multipliers:
            return widest_margin(exchange, weights, result, _DEGENERATE_ALLOWANCE)
        if result.status != "stalled":
            break
    return result


def _failing_spins(exchange: Exchange, weights: Sequence[fmpq], result: ExchangeResult) -> np.ndarray:
    row = functional_row(exchange, weights, result.multipliers)
    ladder = long_ladder(exchange.program.ladder.step, 2 * _top_spin(result))
    return exchange.failing_spins(row, ladder, 0.0)


def exclusion(exchange: Exchange) -> tuple[fmpq, ...] | None:
    """Multipliers of a functional -free_0 + sum_{i>0} c_i free_i >= 0: no measure meets the equalities.

    None if there is no such functional within the range of the multipliers.
    """
    result = exchange.solve([0.0] * len(exchange.program.targets), EXCLUSION_MARGIN)
    if result.status != "optimal" or float(result.multipliers[0]) > -EXCLUSION_MARGIN:
        return None
    return tuple(m / -result.multipliers[0] for m in result.multipliers)


def optimise(exchange: Exchange, weights: Sequence[fmpq], digits: int, first: ExchangeResult) -> Optimum:
    """From an optimal linear program to about `digits` digits, with the extremal spectrum."""
    if digits > LINEAR_DIGITS or first.loss > _allowed(digits):
        return _precise(exchange, weights, digits, first)
    return _optimum(exchange, weights, first, first.multipliers, digits)


def _allowed(digits: int) -> float:
    """Loss in value that leaves room for rounding: a twentieth of the last digit promised."""
    return 0.05 * 10.0 ** (1 - digits)


def _precise(exchange: Exchange, weights: Sequence[fmpq], digits: int, first: ExchangeResult) -> Optimum:
    program = exchange.program
    target = combine(list(zip(weights, program.targets, strict=True)))
    result, center, coordinates = first, first.multipliers, first.coordinates
    # the loss is proportional to the margin
    margin = max(10 * MARGIN, ZOOM * MARGIN * min(1.0, _allowed(digits) / max(first.loss, MARGIN)))
    for _ in range(2):
        exchange.add_spins(_neighbours(result, program.ladder.step))
        row = combine([(fmpq(1), target), *zip(center, program.free, strict=True)])
        with exchange.zoomed_on(row, fmpq(ZOOM)):
            zoomed = exchange.solve([1.0], margin)
            if zoomed.status == "stalled" and zoomed.multipliers:
                zoomed = widest_margin(exchange, [1.0], zoomed, ZOOM * _allowed(min(digits, 12)))
        if zoomed.status != "optimal":
            optimum = _optimum(exchange, weights, first, first.multipliers, digits)
            return replace(optimum, note=optimum.note or f"the zoomed program is {zoomed.status}")
        center = tuple(c + d / ZOOM for c, d in zip(center, zoomed.multipliers, strict=True))
        coordinates = coordinates + zoomed.coordinates / np.longdouble(ZOOM)
        result = replace(zoomed, multipliers=center, coordinates=coordinates)
        if not _new_spins(exchange, result):
            break
    return _optimum(exchange, weights, result, center, digits, first)


def _optimum(
    exchange: Exchange,
    weights: Sequence[fmpq],
    result: ExchangeResult,
    multipliers: tuple[fmpq, ...],
    digits: int,
    inner: ExchangeResult | None = None,
) -> Optimum:
    """Newton from a linear program; beyond ZOOM_DIGITS its functional, moved towards `inner`."""
    # 1/X of this spin is far below the digits asked, and its powers still fit a double
    large_spin = 2 * 10 ** max(7, digits // 2 + 1)
    top = max(_top_spin(result), 0)
    try:
        refined = refine(exchange, weights, result, max(digits + 4, 18), large_spin)
    except NotRefined as reason:
        return Optimum(multipliers, (), None, top, str(reason))
    if inner is not None and digits > ZOOM_DIGITS:
        # the exact optimum has no slack; its neighbour loses 1e-8 of this share
        multipliers = mixed(refined.multipliers, inner.multipliers, fmpq(1, 10 ** (digits - LINEAR_DIGITS)))
    return Optimum(multipliers, refined.atoms, refined.multipliers[0], top, "")


def mixed(sharp: Sequence[fmpq], inner: Sequence[fmpq], share: fmpq) -> tuple[fmpq, ...]:
    """A sharp functional moved by a share towards one with more slack."""
    return tuple((1 - share) * a + share * b for a, b in zip(sharp, inner, strict=True))


def _neighbours(result: ExchangeResult, step: int) -> np.ndarray:
    """Spins around the contacts at which the true contacts may lie."""
    spins: list[int] = []
    for spin in {contact.spin for contact in result.contacts if contact.spin > 0}:
        width = max(2 * step, spin // 5)
        stride = max(step, width // 40 // step * step)
        spins.extend(range(max(0, (spin - width) // step * step), spin + width, stride))
    return np.unique(np.array(spins, int))


def _new_spins(exchange: Exchange, result: ExchangeResult) -> bool:
    """Watch the spins next to the contacts; whether any was not watched before."""
    step = exchange.program.ladder.step
    near = {c.spin + k * step for c in result.contacts if c.spin > 0 for k in range(-12, 13)}
    new = np.setdiff1d([spin for spin in near if spin >= 0], exchange.spins)
    exchange.add_spins(new)
    return bool(len(new))


def _top_spin(result: ExchangeResult) -> int:
    return max((contact.spin for contact in result.contacts), default=0)


def functional_row(exchange: Exchange, weights: Sequence[fmpq], multipliers: Sequence[fmpq]) -> Row:
    """The functional as an exact row."""
    program = exchange.program
    return combine([*zip(weights, program.targets, strict=True), *zip(multipliers, program.free, strict=True)])
