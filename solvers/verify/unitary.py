"""Upper bounds from a bounded density: <F> <= ceiling * sum_J (n_J/pi) int x^(D/2-3) F_+ dx.

Every functional gives a valid bound, so nothing has to be proved but the integral: spin by spin
below spin_split, and in one estimate for all larger spins.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, fmpq, fmpz, fmpz_poly

from solvers.verify.document import Unitary
from solvers.verify.integral import positive_part, prove_nonpositive, spin_weight, tail
from solvers.verify.nonnegative import NotProved
from solvers.verify.precision import working_precision

PRECISION = 192
#: values of xi beyond which the functional is tried to be proved negative at large spin
_REACHES = [1 << k for k in range(3, 21)]


@dataclass(frozen=True)
class Functional:
    """x^low sum table[e][d] x^e X^d is `common` times the ultraviolet side of a functional."""

    table: list[list[fmpz]]
    low: int
    common: fmpz

    def padded(self) -> list[list[fmpz]]:
        """The table after division by x^2 only."""
        width = len(self.table[0])
        return [[fmpz(0)] * width for _ in range(self.low - 2)] + self.table


def upper_bound(functional: Functional, dimension: int, spin_split: int, unitary: Unitary) -> arb:
    """A ball that holds a valid upper bound on the functional; raises NotProved if there is none."""
    with working_precision(PRECISION):
        table = functional.padded()
        total = arb(0)
        end = spin_split if unitary.last_spin is None else unitary.last_spin + 1
        reach = _REACHES[-1]
        if unitary.last_spin is None:
            above, reach = _tail(table, dimension, spin_split)
            total += above
        for spin in range(0, end, 2):
            total += _spin(table, dimension, spin, reach, unitary.gaps.get(spin, fmpq(1)))
        return total * arb(unitary.ceiling.p) / arb(unitary.ceiling.q) / arb(functional.common)


def _tail(table: list[list[fmpz]], dimension: int, spin: int) -> tuple[arb, int]:
    reason = NotProved("no reach was tried")
    for reach in _REACHES:
        try:
            return tail(table, dimension, spin, reach), reach
        except NotProved as failure:
            reason = failure
    raise NotProved(f"spins from {spin} on: {reason}")


def _spin(table: list[list[fmpz]], dimension: int, spin: int, reach: int, gap: fmpq) -> arb:
    casimir = spin * (spin + dimension - 3)
    coefficients = [fmpz_poly(line)(fmpz(casimir)) for line in table]
    high = 1 / gap
    if casimir > reach and fmpq(reach, casimir) < high:
        try:
            prove_nonpositive(coefficients, fmpq(reach, casimir))
            high = fmpq(reach, casimir)
        except NotProved:
            pass  # the sign is not known there, so all of it is integrated
    return spin_weight(spin, dimension) * positive_part(coefficients, dimension, fmpq(0), high)
