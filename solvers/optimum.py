"""From the linear program to as many digits as asked: zoom, Newton, and room for a proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from flint import fmpq

from solvers.exchange import Exchange, ExchangeResult
from solvers.grid import long_ladder
from solvers.program import Row, combine
from solvers.refine import Atom, NotRefined, Refined, refine

#: relative slack kept at every point by the first linear program, and gained by one zoom
MARGIN, ZOOM = 3e-10, 10**5
_MAX_SWEEPS = 6
#: slack asked of a functional that excludes, where the multipliers may reach the box
EXCLUSION_MARGIN = 1e-2
#: digits that the first linear program delivers
LINEAR_DIGITS = 8
#: digits that a zoomed linear program in extended precision can deliver
ZOOM_DIGITS = 13


@dataclass(frozen=True)
class Optimum:
    """Solution of a program: a functional with room for a proof, and a spectrum.

    status: "optimal", "infeasible" (no functional: a ray), "runaway" (the equalities cannot hold:
    see `exclusion`) or "stalled".
    multipliers: rationals, the first is the value; the functional keeps a positive slack.
    atoms: primal spectrum solved by Newton, empty if that failed (then `note` says why).
    exact: the value of the spectrum (None without one).  contact_spin: largest finite spin at
    which the functional nearly vanishes.  result: the last linear program.
    """

    status: str
    multipliers: tuple[fmpq, ...]
    atoms: tuple[Atom, ...]
    exact: fmpq | None
    contact_spin: int
    note: str
    result: ExchangeResult


def optimise(exchange: Exchange, weights: Sequence[fmpq], digits: int) -> Optimum:
    """Minimise c_0 for one combination of the targets to about `digits` digits."""
    result = _solve_all_spins(exchange, weights)
    if result.status == "runaway" and exclusion(exchange) is None:
        result = replace(result, status="optimal")
    if result.status != "optimal":
        return Optimum(result.status, (), (), None, 0, "", result)
    if digits <= LINEAR_DIGITS:
        refined, note = _refined(exchange, weights, result, digits)
        return _optimum(result.multipliers, refined, note, result)
    return _precise(exchange, weights, digits, result)


def _solve_all_spins(exchange: Exchange, weights: Sequence[fmpq]) -> ExchangeResult:
    """The linear program, repeated with the spins of a much longer list at which it fails."""
    numeric = [float(w) for w in weights]
    for _ in range(_MAX_SWEEPS):
        result = exchange.solve(numeric, MARGIN)
        if result.status != "optimal":
            break
        row = functional_row(exchange, weights, result.multipliers)
        top = max((contact.spin for contact in result.contacts), default=0)
        failing = exchange.failing_spins(row, long_ladder(exchange.program.ladder.step, 2 * top), 0.0)
        if not len(np.setdiff1d(failing, exchange.spins)):
            break
        exchange.add_spins(failing)
    return result


def exclusion(exchange: Exchange) -> tuple[fmpq, ...] | None:
    """Multipliers of a functional -free_0 + sum_{i>0} c_i free_i >= 0: no measure meets the equalities.

    None if there is no such functional within the range of the multipliers.
    """
    result = exchange.solve([0.0] * len(exchange.program.targets), EXCLUSION_MARGIN)
    if result.status not in ("optimal", "runaway") or float(result.multipliers[0]) > -EXCLUSION_MARGIN:
        return None
    return tuple(m / -result.multipliers[0] for m in result.multipliers)


def _precise(exchange: Exchange, weights: Sequence[fmpq], digits: int, first: ExchangeResult) -> Optimum:
    program = exchange.program
    target = combine(list(zip(weights, program.targets, strict=True)))
    result, center, coordinates = first, first.multipliers, first.coordinates
    margin = max(MARGIN * 10, 10.0 ** -(digits + 1) * ZOOM)
    for _ in range(2):
        exchange.add_spins(_neighbours(result, exchange.program.ladder.step))
        row = combine([(fmpq(1), target), *zip(center, program.free, strict=True)])
        zoomed = exchange.solve_around(row, fmpq(ZOOM), margin)
        if zoomed.status != "optimal":
            note = f"the zoomed program is {zoomed.status}"
            return _optimum(first.multipliers, None, note, first)
        center = tuple(c + d / ZOOM for c, d in zip(center, zoomed.multipliers, strict=True))
        coordinates = coordinates + zoomed.coordinates / np.longdouble(ZOOM)
        result = replace(zoomed, multipliers=center, coordinates=coordinates)
        if not _new_spins(exchange, result):
            break
    refined, note = _refined(exchange, weights, result, digits)
    if refined is None:
        return _optimum(center, None, note, result)
    if digits <= ZOOM_DIGITS:
        return _optimum(center, refined, note, result)
    return _optimum(_mix(refined, first, digits), refined, note, result)


def _refined(
    exchange: Exchange, weights: Sequence[fmpq], result: ExchangeResult, digits: int
) -> tuple[Refined | None, str]:
    # 1/X of this spin is far below the digits asked, and its powers still fit a double
    large_spin = 2 * 10 ** max(7, digits // 2 + 1)
    try:
        return refine(exchange, weights, result, max(digits + 4, 18), large_spin), ""
    except NotRefined as reason:
        return None, str(reason)


def _mix(refined: Refined, inner: ExchangeResult, digits: int) -> tuple[fmpq, ...]:
    """The exact optimum moved a little towards a functional with slack everywhere."""
    share = fmpq(1, 10 ** (digits - LINEAR_DIGITS))
    return tuple((1 - share) * a + share * b for a, b in zip(refined.multipliers, inner.multipliers, strict=True))


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


def _optimum(multipliers: tuple[fmpq, ...], refined: Refined | None, note: str, result: ExchangeResult) -> Optimum:
    top = max((contact.spin for contact in result.contacts), default=0)
    atoms = refined.atoms if refined else ()
    exact = refined.multipliers[0] if refined else None
    return Optimum("optimal", multipliers, atoms, exact, max(top, 0), note, result)


def functional_row(exchange: Exchange, weights: Sequence[fmpq], multipliers: Sequence[fmpq]) -> Row:
    """The functional as an exact row."""
    program = exchange.program
    return combine([*zip(weights, program.targets, strict=True), *zip(multipliers, program.free, strict=True)])
