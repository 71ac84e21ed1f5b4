"""From a functional on the improved sum rule to a complete certificate with gravity.

Room is made for the proof at large impact parameter: there the functional is a power of 1/b from
small p plus an oscillation from p = 1, and the program asks that the power exceed the oscillation by
a factor (`OSCILLATION`) at every b.  The rational functional is found here; solvers.verify.gravity
proves it.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from positivity.dispersion.improved_sum_rules import impact_rows, impact_tail
from positivity.gravity_rows import Space
from solvers.verify import Refused
from solvers.verify.gravity import SCHEMA, infrared, verify_gravity
from solvers.verify.smearing import Smeared

#: by how much the non-oscillating part exceeds the oscillation, from b = FROM on; slack of the rows
OSCILLATION, FROM, MARGIN = 1.05, 15.0, 1e-5
#: (spin_split, xi_split, x_split, parts) tried in turn
_REGIONS = ((60, 400, "1/2", 6), (100, 625, "1/2", 6), (160, 1600, "1/2", 6), (240, 3600, "1/2", 6), (100, 625, "1/2", 8))
_BITS = 60


def oscillation_rows(space: Space, factor: float = OSCILLATION) -> np.ndarray:
    """Rows (1 -+ factor) M(b) +- factor I(b) >= 0: M exceeds factor |I - M|; I the impact row, M its power part."""
    b = np.concatenate([np.arange(FROM, 120, 0.2), np.geomspace(120, 600, 300)])
    mellin, _ = impact_tail(space.first, space.dimension)
    power = mellin / b[:, None] ** (np.asarray(space.first) + 1)
    rows = impact_rows(space.first, b, space.dimension)
    return np.vstack([space.pad((1 - sign) * power + sign * rows) for sign in (factor, -factor)])


def moment_rows(space: Space) -> np.ndarray:
    """Rows int f p^(6+4k) >= 0: the X term of the kernel is positive at every mass."""
    k = np.arange(80)[:, None]
    return space.pad(1 / (np.asarray(space.first) + 7 + 4 * k))


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


def certify(functional: Smeared) -> dict[str, Any]:
    """The verified certificate of a functional; raises solvers.verify.Refused with the last reason."""
    reason: Refused | None = None
    for spin, xi, x, parts in _REGIONS:
        data = document(functional, spin, xi, x, parts)
        try:
            verify_gravity(data)
            return data
        except Refused as refusal:
            # a spin below the first split fails at every split
            if reason is None or refusal.place is None:
                reason = refusal
            if refusal.place is not None:
                raise refusal from None
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
