"""Both ends of a range of ratios; two proved ends in the wrong order prove that nothing lies between."""

from __future__ import annotations

from dataclasses import replace

from flint import fmpq

from positivity.answers.end import End
from positivity.answers.limits import timed
from positivity.bounds.positive import EndSolver
from positivity.certificates.forward import certify
from positivity.sum_rules.forward import Functional, add_to, functional_of
from solvers.verify import Refused


def both_ends(solver: EndSolver) -> tuple[End, End]:
    """The lower and the upper end of the one target of a solver.

    Where no theory has the fixed ratios every value bounds the target.  A functional may then be found on each
    side, and the sum of a lower end L and an upper end U < L is a proof: (U - L) over >= 0 with over > 0.
    """
    lower, upper = timed(solver, [fmpq(1)], -1), timed(solver, [fmpq(-1)], 1)
    if any(end.status == "excluded" for end in (lower, upper)):
        # what one end has proved is true of both
        proved = lower if lower.status == "excluded" else upper
        return (proved if lower.status != "excluded" else lower), (proved if upper.status != "excluded" else upper)
    if not _crossed(lower, upper):
        return lower, upper
    total: Functional = {}
    for end in (lower, upper):
        assert end.certificate is not None
        add_to(total, functional_of(end.certificate), fmpq(1))
    reason = "no theory has the fixed ratios"
    try:
        certificate = certify({k: v for k, v in total.items() if v != 0}, solver.dimension, 0, solver.loops)
    except Refused as refusal:
        empty = End(None, "no theory", f"{reason} (numerical, the certificate was refused: {refusal})")
    else:
        empty = End(None, "excluded", f"{reason}: excluded, the certificate proves it", certificate)
    return empty, replace(empty)


def _crossed(lower: End, upper: End) -> bool:
    if lower.certificate is None or upper.certificate is None or lower.exact is None or upper.exact is None:
        return False
    return lower.exact > upper.exact
