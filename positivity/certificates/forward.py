"""From a functional found by a solver to a certificate document that the verifier accepts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flint import fmpq, fmpq_mat

from positivity.questions.couplings import Combination, Coupling, order_of
from positivity.questions.loops import Pair
from positivity.sum_rules.arcs import functional_arc
from positivity.sum_rules.forward import Functional, functional_ir
from solvers.deadline import checkpoint
from solvers.verify import Refused, verify_data
from solvers.verify.document import SCHEMA

#: the spins proved one by one before the large-spin proof takes over; doubled until it works, and
#: at last all spins at which the functional nearly vanishes
FIRST_SPLIT, LAST_SPLIT = 8, 1 << 10


def document(
    functional: Functional, dimension: int, spin_split: int, loops: Sequence[Pair] | None = None
) -> dict[str, Any]:
    """Certificate JSON (schema eft-positivity/certificate/1) of a functional; proves nothing by itself.

    loops: pairs of couplings whose one-loop terms the claim holds; None at tree level.
    """
    claim = functional_ir(functional)
    terms = {} if loops is None else {"loops": loop_terms(functional, dimension, loops)}
    return {
        "schema": SCHEMA,
        "dimension": dimension,
        "density": "positive",
        "claim": [
            {"coupling": [p, q], "coefficient": str(claim[p, q])}
            for p, q in sorted(claim, key=lambda c: (order_of(c), c[1]))
        ],
        "sum_rules": [
            {"k": 2 * j, "power": r, "coefficient": str(value)}
            for (j, r), value in sorted(functional.items())
            if value != 0
        ],
        "spin_split": spin_split,
        **terms,
    }


def loop_terms(functional: Functional, dimension: int, pairs: Sequence[Pair]) -> list[dict[str, Any]]:
    """The one-loop part of a claim: coefficients of pi^power g_a g_b."""
    return [
        {
            "couplings": [list(c) for c in pair],
            "coefficient": str(functional_arc(functional, pair, dimension)),
        }
        for pair in pairs
    ]


def certify(
    functional: Functional, dimension: int, contact_spin: int = 0, loops: Sequence[Pair] | None = None
) -> dict[str, Any]:
    """The certificate of a functional, verified; raises solvers.verify.Refused with the last reason.

    contact_spin: largest spin at which the functional nearly vanishes; the proof spin by spin
    may have to reach beyond it.
    """
    reason: Refused | None = None
    for split in _splits(contact_spin):
        checkpoint("proof")
        data = document(functional, dimension, split, loops)
        try:
            verify_data(data)
            return data
        except Refused as refusal:
            reason = refusal
            # a low spin that fails will fail at every split
            if refusal.place is not None:
                break
    assert reason is not None
    raise reason


def _splits(contact_spin: int) -> Iterator[int]:
    split = FIRST_SPLIT
    while split <= LAST_SPLIT:
        yield split
        split *= 2
    beyond = contact_spin + 2 + contact_spin % 2
    if beyond > LAST_SPLIT:
        yield beyond


def proved_value(
    claim: Combination, coupling: Combination, over: Combination, fix: list[tuple[Combination, fmpq]], side: int
) -> fmpq:
    """The bound on coupling/over that a claim implies when every fix holds.

    Solves claim = c over - side coupling + sum mu_i (fix_i - f_i over) for c and mu; side = +1
    for an upper, -1 for a lower bound; returns side * c.  Raises Refused if there is no solution.
    """
    columns: list[Combination] = [over] + [_minus(left, over, value) for left, value in fix]
    right = dict(claim)
    for key, value in coupling.items():
        right[key] = right.get(key, fmpq(0)) + side * value
    keys: list[Coupling] = sorted(set(right).union(*columns))
    matrix = fmpq_mat([[column.get(key, fmpq(0)) for column in columns] + [right.get(key, fmpq(0))] for key in keys])
    reduced, rank = matrix.rref()
    pivots = [next(k for k in range(len(columns) + 1) if reduced[row, k] != 0) for row in range(rank)]
    if len(columns) in pivots:
        raise Refused("the claim of the certificate is not about this bound")
    if 0 not in pivots or any(reduced[0, k] != 0 for k in range(1, len(columns))):
        raise Refused("the fixed ratios do not determine the bound")
    return reduced[0, len(columns)] * side


def _minus(left: Combination, over: Combination, factor: fmpq) -> Combination:
    total = dict(left)
    for key, value in over.items():
        total[key] = total.get(key, fmpq(0)) - factor * value
    return total
