"""Several proofs together, at all values of one coupling: covers, and regions with loops.

Every proof is a quadratic inequality in the scanned coupling g; where one is violated g is impossible, and the least
of those about a target bounds it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import arb

from positivity.certificates.implied.asked import Scope
from positivity.certificates.implied.lowered import PRECISION, Crude, check_applies, lowered, single_levels
from positivity.questions.couplings import Coupling
from solvers.quadratics import Interval, Quadratic, allowed, largest
from solvers.verify import Proof, Refused
from solvers.verify.precision import working_precision

_INFINITY = float("inf")
#: a coefficient that is only what rounding left of an eliminated coupling
_TINY = 1e-30


@dataclass(frozen=True)
class Cut:
    """side * target <= quadratic(g), or 0 <= quadratic(g) for side 0, in units of U."""

    side: int
    quadratic: Quadratic


class Cover:
    """What proofs say together of a target, whatever the scanned coupling (both may be the same)."""

    def __init__(self, proofs: Sequence[Proof], scope: Scope, target: Coupling, scanned: Coupling) -> None:
        if not scope.pairs:
            raise Refused("a cover is about loops, the question has none")
        with working_precision(PRECISION):
            fixed = single_levels(scope)
            if scanned in fixed or target in fixed:
                raise Refused("a coupling of the cover is held fixed")
            for proof in proofs:
                check_applies(proof, scope)
            crude = Crude(scope, fixed, scanned)
            self.target, self.scanned = target, scanned
            self.cuts = [_cut(proof, target, scanned, fixed, crude) for proof in proofs]
            self.where: list[Interval] = allowed([cut.quadratic for cut in self.cuts if cut.side == 0])

    @property
    def excludes(self) -> bool:
        """Whether no value of the scanned coupling is left."""
        return not self.where

    def ends(self) -> tuple[float, float]:
        """The least and the largest value of the scanned coupling that is left; raises Refused if infinite."""
        if not self.where:
            raise Refused("the certificates exclude everything")
        low, high = self.where[0][0], self.where[-1][1]
        if abs(low) == _INFINITY or abs(high) == _INFINITY:
            raise Refused("the certificates leave the free coupling unbounded")
        return low, high

    def bounds(self, side: int) -> list[Quadratic]:
        """The quadratics that side * target does not exceed; raises Refused if there is none."""
        found = [cut.quadratic for cut in self.cuts if cut.side == side]
        if not found:
            raise Refused("no certificate is about this bound")
        return found

    def end(self, side: int) -> arb:
        """The upper bound on side * target; raises Refused where there is none."""
        with working_precision(PRECISION):
            if self.target == self.scanned:
                if not self.where:
                    raise Refused("the certificates exclude everything")
                value = self.where[-1][1] if side > 0 else -self.where[0][0]
                if abs(value) == _INFINITY:
                    raise Refused("the certificates leave the coupling unbounded")
                return arb(value)
            self.ends()
            return largest(self.bounds(side), self.where)[0]


def _cut(proof: Proof, target: Coupling, scanned: Coupling, fixed: dict[Coupling, arb], crude: Crude) -> Cut:
    found = lowered(proof, fixed, scanned)
    weight = found.weight(target) if target != scanned else arb(0)
    aimed = bool(abs(weight) > _TINY)
    scale, error = abs(weight) if aimed else arb(1), arb(0)
    for c in found.unknown:
        if not (aimed and c == target):
            error += abs(found.weight(c)) / scale * crude.size(c)
    if not error.is_finite():
        raise Refused("a certificate is about another coupling too")
    parts = (part / scale for part in (found.constant.c0, found.constant.c1, found.constant.c2))
    side = 0 if not aimed else 1 if weight < 0 else -1
    # without the square of the scanned coupling in the loops everything is linear in it, exactly
    linear = (scanned, scanned) not in proof.pairs
    return Cut(side, Quadratic(*parts).widened(error, linear=linear))


def beyond_the_chord(bounds: Sequence[Quadratic], places: Interval, values: tuple[float, float]) -> float:
    """By how much min_k bounds_k can exceed the straight line through two places: an upper bound, at least 0."""
    with working_precision(PRECISION):
        (low, high), (first, last) = places, values
        slope = (arb(last) - arb(first)) / (arb(high) - arb(low))
        start = arb(first) - slope * arb(low)
        lifted = [Quadratic(q.c0 - start, q.c1 - slope, q.c2) for q in bounds]
        top = largest(lifted, [places])[0]
        return max(0.0, float(top.upper()))
