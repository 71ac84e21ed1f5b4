"""The checks: each takes a copy of the verifier and raises where it is wrong."""

from __future__ import annotations

from tests.mutation.battery import bounded, certificates, cutoff, gravity, large_spins, polynomials, proofs, sum_rules
from tests.mutation.battery.common import Check

#: cheapest first among those of one module
CHECKS: list[Check] = [
    check
    for module in (sum_rules, polynomials, bounded, certificates, proofs, gravity, large_spins, cutoff)
    for check in module.CHECKS
]
