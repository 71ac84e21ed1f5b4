"""From a functional on the improved sum rule to a complete certificate with gravity.

Room is made for the proof at large impact parameter: there the functional is a power of 1/b from
small p plus an oscillation from p = 1, and the program asks that the power exceed the oscillation by
a factor (`OSCILLATION`) at every b.  The rational functional is found here; solvers.verify.gravity
proves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from positivity.programs.gravity_question import question
from positivity.programs.powers import Functional, Program
from positivity.questions.errors import InputError
from positivity.questions.numbers import as_float, parse_rational
from positivity.sum_rules.improved import impact_rows, impact_tail
from positivity.sum_rules.powers import Space
from solvers.deadline import checkpoint
from solvers.verify import Refused
from solvers.verify.gravity import SCHEMA, infrared, verify_gravity
from solvers.verify.smearing import Smeared

#: by how much the non-oscillating part exceeds the oscillation, from b = FROM on; slack of the rows
OSCILLATION, FROM, MARGIN = 1.05, 15.0, 1e-5
#: the X term dominates from this xi on
FORWARD = 250.0
#: (spin_split, xi_split, x_split, least parts) tried in turn
_REGIONS = (
    (60, 400, "1/2", 6),
    (100, 625, "1/2", 6),
    (160, 1600, "1/2", 6),
    (240, 3600, "1/2", 6),
    (100, 625, "1/2", 8),
)
_BITS = 60
#: how often a refused state is put into the program
_REPAIRS = 4


def oscillation_rows(space: Space, factor: float = OSCILLATION) -> np.ndarray:
    """Rows (1 -+ factor) M(b) +- factor I(b) >= 0: M exceeds factor |I - M|; I the impact row, M its power part.

    From b = 600 on M >= 0 alone, by then the oscillation is much smaller.
    """
    b = np.concatenate([np.arange(FROM, 120, 0.2), np.geomspace(120, 600, 300)])
    mellin, _ = impact_tail(space.first, space.dimension)

    def power(b: np.ndarray) -> np.ndarray:
        return np.asarray(mellin / b[:, None] ** (np.asarray(space.first) + 1))

    rows = impact_rows(space.first, b, space.dimension)
    both = [space.pad((1 - sign) * power(b) + sign * rows) for sign in (factor, -factor)]
    return np.vstack([*both, space.pad(power(np.geomspace(600, 1e7, 60)))])


def moment_rows(space: Space) -> np.ndarray:
    """Rows int f p^(6+4k) >= 0, and FORWARD M(x) - N(x) >= 0 for x <= 1/2: the X term of the kernel dominates.

    M = 4/(D-2) int f p^6/(1-y^2), N = int f p^4 (4-3y)/(1-y)^2, y = p^2 x: the kernel holds x^2 (xi M - N).
    """
    n, k = np.asarray(space.first), np.arange(80)[:, None]
    moments, between = 1 / (n + 7 + 4 * k), 1 / (n + 5 + 2 * k)
    rows = []
    for x in np.linspace(0, 0.5, 6):
        main = 4 / (space.dimension - 2) * (x ** (2 * k) * moments).sum(axis=0)
        rows.append(FORWARD * main - ((k + 4) * x**k * between).sum(axis=0))
    return space.pad(np.vstack([moments, *rows]))


def room(space: Space) -> np.ndarray:
    """All rows that make a functional provable."""
    return np.vstack([oscillation_rows(space), moment_rows(space)])


def rational_functional(space: Space, coefficients: np.ndarray, fixed: dict[str, fmpq]) -> Smeared:
    """Dyadic coefficients near the given ones with f(1) = 0 and the fixed claims (g2, g3) exact.

    The last powers absorb the rounding; raises Refused if they cannot.
    """
    scale = 2**_BITS
    values = [fmpq(round(float(c) * scale), scale) for c in coefficients]
    powers = [fmpq(round(2 * n), 2) for n in space.first]
    rows = {"g2": [2 / (n + 1) for n in powers], "g3": [1 / (n + 3) for n in powers], "end": [fmpq(1)] * len(powers)}
    wanted = {**fixed, "end": fmpq(0)}
    last = len(wanted)
    matrix = fmpq_mat([rows[name][-last:] for name in wanted])
    missing = [
        [value - sum((r * v for r, v in zip(rows[name], values, strict=True)), fmpq(0))]
        for name, value in wanted.items()
    ]
    if len(powers) <= last or matrix.rank() < last:
        raise Refused("too few functions to meet the claim exactly")
    change = matrix.solve(fmpq_mat(missing))
    for k in range(last):
        values[len(values) - last + k] += change[k, 0]
    return Smeared(space.dimension, dict(zip(powers, values, strict=True)))


@dataclass(frozen=True)
class Attempt:
    """What came of looking for a provable functional: -alpha 8 pi G is its bound at the held values.

    certificate: the proof, and then alpha is exact; None for the reason given.
    """

    functional: Functional
    alpha: fmpq
    certificate: dict[str, Any] | None
    reason: str = ""


def proof_program(space: Space) -> Program:
    """The program of functionals with room for a proof; raises InputError where there is none."""
    check_space(space)
    return Program(space, extra=room(space), margin=MARGIN)


def attempt(program: Program, direction: tuple[fmpq, fmpq], fix: Mapping[str, fmpq]) -> Attempt:
    """direction.(g2, g3) >= -alpha 8 pi G, with g2 or g3 held in units of 8 pi G, and its certificate if there is one.

    The certificate is about c_G 8 pi G + c_2 g2 + c_3 g3 with the coefficient of what is held as it came out, so that
    alpha = c_G + c value.  Raises InputError if there is no functional.
    """
    space = program.space
    ask = question(space, (as_float(direction[0]), as_float(direction[1])), {k: as_float(v) for k, v in fix.items()})
    # the ends of f meet g2 and g3 up to rounding; a claim of zero is kept as one
    claim = {name: value for name, value in zip(("g2", "g3"), direction, strict=True) if name not in fix}
    found, reason = program.solve(*ask), ""
    for _ in range(_REPAIRS):
        if not found.optimal or not found.bounded:
            status = found.status if found.bounded else "unbounded"
            raise InputError(
                f"direction {tuple(map(as_float, direction))}: no functional with room for a proof ({status}): "
                "change it or them"
            )
        try:
            certificate = certify(rational_functional(space, found.coefficients, claim))
            proved = {name: parse_rational(text) for name, text in certificate["claim"].items()}
            alpha = sum((proved[name] * value for name, value in fix.items()), proved["8piG"])
            return Attempt(found, alpha, certificate)
        except Refused as refusal:
            reason = f"no certificate: {refusal}"
            if refusal.place is None:
                break
            _repair(program, *refusal.place)
            found = program.solve(*ask)
    return Attempt(found, parse_rational(float(ask[0] @ found.coefficients)), None, reason)


def check_space(space: Space) -> None:
    if space.dimension == 4:
        raise InputError(
            "dimension 4: no certificate, the infrared cutoff of the pole is an input and not a consequence of the "
            "sum rule: use D >= 5, or ask for no proof"
        )
    if len(space.exponents) > 1 and any(space.exponents[1:]):
        raise InputError("certificates are for functions on A_2 alone: give one number, e.g. functions (9,)")


def _repair(program: Program, spin: int, x: float) -> None:
    """Sample the spins around a refused state at nearby impact parameters."""
    shift = (program.space.dimension - 3) / 2
    b = 2 * (spin + shift) * np.sqrt(x)
    for other in {2 * round(f * spin / 2) for f in np.linspace(0.7, 2, 27)}:
        near = (np.linspace(0.85, 1.15, 25) * b / 2 / (other + shift)) ** 2
        program.add_states(other, near[near <= 1])


def certify(functional: Smeared) -> dict[str, Any]:
    """The verified certificate of a functional; raises solvers.verify.Refused with the last reason."""
    reason: Refused | None = None
    for spin, xi, x, least in _REGIONS:
        checkpoint("proof")
        # a power 2 parts - 1 would leave a logarithm
        parts = next(n for n in range(least, 20) if 2 * n - 1 not in functional.terms)
        data = document(functional, spin, xi, x, parts)
        try:
            verify_gravity(data)
            return data
        except Refused as refusal:
            # a spin that fails does so at every split
            if refusal.place is not None:
                raise
            reason = refusal
    assert reason is not None
    raise reason


def document(functional: Smeared, spin_split: int, xi_split: int, x_split: str, parts: int) -> dict[str, Any]:
    """Certificate JSON (schema eft-positivity/gravity-certificate/1); proves nothing by itself."""
    return {
        "schema": SCHEMA,
        "dimension": functional.dimension,
        "density": "positive",
        "claim": {name: str(value) for name, value in infrared(functional).items()},
        "functions": [{"power": str(n), "coefficient": str(a)} for n, a in sorted(functional.terms.items())],
        "spin_split": spin_split,
        "xi_split": str(xi_split),
        "x_split": x_split,
        "parts": parts,
    }
