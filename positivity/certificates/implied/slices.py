"""Intervals of g2 that proofs with rho_J >= 0 exclude at one loop, whatever g3 and g4.

A functional F that is positive on all states stays so when y A_4(0) is added, y >= 0; y(g2) is chosen such
that g4 cancels in the infrared side.  What is left is a quadratic in g3, its coefficients balls for a ball of g2.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from flint import arb, fmpq

from positivity.certificates.implied.asked import Scope
from positivity.certificates.implied.lowered import PRECISION, row_proof
from positivity.questions.couplings import Coupling
from positivity.questions.loops import Pair
from positivity.questions.units import natural_unit, to_ball
from solvers.quadratics import Quadratic, allowed
from solvers.verify import Density, Proof, Refused
from solvers.verify.loops import pi_power
from solvers.verify.precision import working_precision
from solvers.verify.proof import INEQUALITY

Interval = tuple[fmpq, fmpq]
_G2, _G3, _G4 = (1, 0), (0, 1), (2, 0)
#: power of g3 (or "g4") and of g2 of every term that may occur; pairs are sorted by their indices
_PLACES = {
    (_G2,): (0, 1), (_G3,): (1, 0), (_G4,): ("g4", 0),
    (_G2, _G2): (0, 2), (_G3, _G2): (1, 1), (_G3, _G3): (2, 0), (_G2, _G4): ("g4", 1),
}  # fmt: skip


def implied_slice(proofs: Sequence[Proof], low: fmpq, high: fmpq, pairs: Sequence[Pair], dimension: int) -> None:
    """Raise Refused unless proofs exclude every g2 in [low, high], in units of U, whatever g3 and g4."""
    if not 0 <= low < high:
        raise Refused("a slice of g2 is empty")
    for proof in proofs:
        if proof.kind != INEQUALITY or proof.dimension != dimension or set(proof.pairs) != set(pairs):
            raise Refused("a certificate of a slice is for another dimension, density or other loops")
    with working_precision(PRECISION):
        fourth = Family(_fourth(dimension, tuple(pairs)))
        quadratics = [_on(Family(proof), fourth, to_ball(low), to_ball(high)) for proof in proofs]
        used = [quadratic for quadratic in quadratics if quadratic is not None]
        if not used or allowed(used):
            raise Refused("the certificates of a slice of g2 do not exclude it")


def joined(intervals: Sequence[Interval]) -> list[Interval]:
    """Neighbouring closed intervals together."""
    found: list[Interval] = []
    for low, high in sorted(intervals, key=lambda interval: interval[0]):
        if found and low <= found[-1][1]:
            found[-1] = found[-1][0], max(high, found[-1][1])
        else:
            found.append((low, high))
    assert all(a[1] < b[0] for a, b in pairwise(found))
    return found


@lru_cache(maxsize=64)
def _fourth(dimension: int, pairs: tuple[Pair, ...]) -> Proof:
    return row_proof({(2, 0): fmpq(1)}, dimension, pairs)


class Family:
    """The infrared side of a proof as polynomials in g2: of 1, g3, g3^2 and g4, in units of U."""

    def __init__(self, proof: Proof) -> None:
        scale = arb.pi() ** pi_power(proof.dimension) * natural_unit(proof.dimension)
        self.parts: dict[object, list[arb]] = {power: [arb(0)] * 3 for power in (0, 1, 2, "g4")}
        self.about_more = False
        terms: list[tuple[tuple[Coupling, ...], arb]] = [((c,), to_ball(value)) for c, value in proof.claim]
        terms += [(pair, to_ball(value) * scale) for pair, value in proof.loops or () if value != 0]
        for names, value in terms:
            place = _PLACES.get(names)
            if place is None:
                self.about_more = True
            else:
                self.parts[place[0]][int(place[1])] += value  # type: ignore[call-overload]

    def at(self, power: object, g2: arb) -> arb:
        """One coefficient at a g2."""
        return _quadratic(self.parts[power])(g2)

    def between(self, power: object, low: arb, high: arb) -> arb:
        """Its values from low to high, in Taylor form around the middle."""
        quadratic = _quadratic(self.parts[power])
        middle, reach = (low + high) / 2, (high - low) / 2
        step = arb(0, 1) * reach
        slope = quadratic.c1 + 2 * quadratic.c2 * middle
        return quadratic(middle) + step * slope + step * step * quadratic.c2


def _quadratic(parts: Sequence[arb]) -> Quadratic:
    return Quadratic(parts[0], parts[1], parts[2])


def _on(family: Family, fourth: Family, low: arb, high: arb) -> Quadratic | None:
    """A quadratic in g3 that is not negative for all g2 from low to high; None where y would be negative."""
    if family.about_more or fourth.about_more:
        return None
    # the coefficients of g4 are linear in g2, so their ratio is between its values at the ends
    ends = [(family.at("g4", g), fourth.at("g4", g)) for g in (low, high)]
    if not all(a <= 0 and slope > 0 for a, slope in ends):
        return None
    y = (-ends[0][0] / ends[0][1]).union(-ends[1][0] / ends[1][1])
    return Quadratic(*(family.between(k, low, high) + y * fourth.between(k, low, high) for k in (0, 1, 2)))


def scope_of_proofs(proofs: Sequence[Proof]) -> Scope:
    """The scope that proofs of slices share, nothing held; raises Refused where they differ."""
    kinds = {(proof.kind, proof.dimension, frozenset(proof.pairs)) for proof in proofs}
    if len(kinds) != 1 or not proofs[0].pairs:
        raise Refused("the certificates of the slices are not about the same loops and dimension")
    order = max(4, *(proof.order for proof in proofs))
    return Scope(proofs[0].dimension, order, Density(), proofs[0].pairs, None, True, (), 0)
