"""The checks: each takes a copy of the verifier and raises where it is wrong."""

from __future__ import annotations

from tests.mutation.battery import (
    bounded,
    budgets,
    certificates,
    cutoff,
    cutoff_nodes,
    gravity,
    large_spins,
    polynomials,
    proofs,
    sum_rules,
)
from tests.mutation.battery.common import Check

#: cheapest first among those of one module
CHECKS: list[Check] = [
    check
    for module in (
        sum_rules,
        polynomials,
        bounded,
        certificates,
        proofs,
        gravity,
        large_spins,
        cutoff_nodes,
        cutoff,
        budgets,
    )
    for check in module.CHECKS
]
