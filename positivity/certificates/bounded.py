"""From a functional to a verified certificate for a bounded density."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import fmpq

from positivity.certificates.forward import document
from positivity.questions.density import Assumptions
from positivity.questions.loops import Pair
from positivity.questions.numbers import round_outwards
from positivity.questions.units import PRECISION
from positivity.sum_rules.forward import Functional
from solvers.verify import bounded_integral, verify_data
from solvers.verify.precision import working_precision

#: spins proved one by one before the tail estimate
SPLIT = 600


def bounded_certificate(
    functional: Functional,
    dimension: int,
    digits: int,
    assumptions: Assumptions,
    loops: Sequence[Pair] | None = None,
    split: int | None = None,
) -> tuple[dict[str, Any], fmpq]:
    """Certificate that a functional is at most a bound, and the bound; raises Refused.

    split: spins proved one by one.
    """
    data = document(functional, dimension, split or SPLIT, loops)
    data |= {"density": "unitary", "bound": "0", "assumptions": assumptions.to_dict()}
    with working_precision(PRECISION):
        bound = round_outwards(bounded_integral(data), 1, digits + 4)
        data["bound"] = str(bound)
        verify_data(data)
        return data, bound
