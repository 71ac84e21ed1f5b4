"""Proof that a spectrum is one: exact averages that obey crossing, and the couplings they give."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flint import fmpq, fmpq_mat, fmpz

from solvers.verify.budget import FORWARD_SECONDS, budget, expect, spend
from solvers.verify.costs import words
from solvers.verify.document import Refused, integer
from solvers.verify.proof import SPECTRUM, Density, Proof
from solvers.verify.rows import infrared, ultraviolet

_MAX_STATES, _MAX_ORDER, _MAX_TEXT = 10_000, 80, 100_000


def verify_spectrum(spectrum: Any, dimension: int, order: int) -> Proof:
    """Prove that a spectrum is one: the proof's claim holds the values of all couplings to the order."""
    couplings = spectrum_couplings(spectrum, dimension, order)
    return Proof(SPECTRUM, dimension, Density(), tuple(couplings.items()), order=order)


def spectrum_couplings(
    spectrum: Sequence[Mapping[str, Any]], dimension: int, order: int
) -> dict[tuple[int, int], fmpq]:
    """All g_pq of orders 2..order, exactly, of a spectrum [{"spin", "mass_squared", "weight"}, ...].

    Raises Refused unless every state has an even spin, m^2 >= 1 and a positive weight, and the averages of
    all sum rules up to the order follow from one set of couplings, that is, every null constraint holds.
    """
    integer(order, "order", 2, _MAX_ORDER)
    integer(dimension, "dimension", 4, 1000)
    if not isinstance(spectrum, list | tuple) or len(spectrum) > _MAX_STATES:
        raise Refused("the spectrum is not a list of states")
    with budget(FORWARD_SECONDS):
        states = [_state(entry) for entry in spectrum]
        _expect(states, order)
        return _couplings(states, dimension, order)


def _expect(states: list[tuple[int, fmpq, fmpq]], order: int) -> None:
    """The sums have the powers of all masses as denominators; then a linear system of them is solved per order."""
    lengths = sum(m.p.bit_length() + m.q.bit_length() for _, m, _ in states) * order
    size = lengths / 64 + words([weight for _, _, weight in states])
    # a sum of fractions of this length is made coprime each time
    sums, solving = order**2 / 4 * len(states) * (5e-6 + size * 6e-8), order**4 / 50 * (1e-6 + size * 3e-8)
    expect(sums + solving, 16.0 * order * size * 8)


def _couplings(states: list[tuple[int, fmpq, fmpq]], dimension: int, order: int) -> dict[tuple[int, int], fmpq]:
    kernels = {j: ultraviolet(j, order - 2 * j + 1, dimension) for j in range(1, order // 2 + 1)}
    couplings: dict[tuple[int, int], fmpq] = {}
    for n in range(2, order + 1):
        sides, averages = [], []
        for j in range(1, n // 2 + 1):
            kernel = kernels[j][n - 2 * j]
            total = fmpq(0)
            for spin, mass, weight in states:
                spend()
                total += weight * kernel(fmpq(spin * (spin + dimension - 3))) / mass**n
            sides.append(infrared(j, n - 2 * j))
            averages.append(total)
        couplings |= _solved(n, sides, averages)
    return couplings


def _state(entry: Mapping[str, Any]) -> tuple[int, fmpq, fmpq]:
    try:
        spin, mass, weight = entry["spin"], _rational(entry["mass_squared"]), _rational(entry["weight"])
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise Refused(f"a state of the spectrum is malformed: {str(error)[:80]!r}") from None
    if isinstance(spin, bool) or not isinstance(spin, int) or not 0 <= spin < 10**9 or spin % 2:
        raise Refused(f"spin {str(spin)[:20]!r} is not even and non-negative")
    if mass < 1 or weight <= 0:
        raise Refused(f"a state of spin {spin} has m^2 < M^2 or no positive weight")
    return spin, mass, weight


def _rational(text: str) -> fmpq:
    if not isinstance(text, str) or len(text) > _MAX_TEXT:
        raise ValueError("numbers are texts")
    above, _, below = text.partition("/")
    whole, _, digits = above.partition(".")
    if not re.fullmatch(r"-?[0-9]*", whole) or not (whole.strip("-") or digits):
        raise ValueError("a number is not a decimal or rational")
    if not re.fullmatch(r"[0-9]*", digits + below):
        raise ValueError("a number is not a decimal or rational")
    return fmpq(fmpz(whole + digits), fmpz(10) ** len(digits) * fmpz(below or "1"))


def _solved(n: int, sides: list[dict[tuple[int, int], fmpq]], averages: list[fmpq]) -> dict[tuple[int, int], fmpq]:
    names = sorted({name for side in sides for name in side})
    matrix = fmpq_mat(
        [[*(side.get(name, fmpq(0)) for name in names), value] for side, value in zip(sides, averages, strict=True)]
    )
    reduced, rank = matrix.rref()
    if rank > len(names):
        raise Refused(f"the spectrum violates a null constraint of order {n}")
    return {name: reduced[i, len(names)] for i, name in enumerate(names)}
