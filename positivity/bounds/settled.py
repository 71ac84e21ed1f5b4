"""Ends with loops as `positivity.verify` reads them: a proof that does not settle the question is not called one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from positivity.answers.bound import Bound
from positivity.answers.end import End
from positivity.certificates.implied.bounds import bound_statements
from positivity.certificates.implied.prover import Prover
from positivity.questions.couplings import Coupling
from positivity.questions.loops import Pair
from solvers.verify import Refused

#: the one unknown coupling whose size the verifier bounds by itself
_KNOWN_SIZE = (2, 0)


def settled(bound: Bound, pairs: Sequence[Pair], fixed: Sequence[Coupling]) -> Bound:
    """The same, certified ends that do not follow from their certificates being numerical.

    An unknown coupling is eliminated to rounding only; what is left of it must be bounded, which the verifier can
    do for g4.  With others in the loops each end is proved as it would be when it is read from a file.
    """
    unknown = {c for pair in pairs for c in pair} - set(fixed) - {_KNOWN_SIZE}
    if not unknown:
        return bound
    return replace(bound, lower=_settled(bound, "lower"), upper=_settled(bound, "upper"))


def _settled(bound: Bound, side: str) -> End:
    end: End = getattr(bound, side)
    if end.status not in ("certified", "excluded"):
        return end
    nothing = End(None, "not sought")
    alone = replace(bound, upper=nothing) if side == "lower" else replace(bound, lower=nothing)
    try:
        bound_statements(alone.to_dict(), Prover())
        return end
    except Refused as reason:
        status = "numerical" if end.status == "certified" else "no theory"
        return replace(end, status=status, certificate=None, reason=f"not proved: {reason}")
