"""What a proof says at given couplings: by how much they fall short of it."""

from __future__ import annotations

from collections.abc import Mapping

from flint import arb, fmpq

from positivity.certificates.implied.ends import solve_columns
from positivity.questions.couplings import Combination
from positivity.questions.units import Level, natural_unit, to_ball
from solvers.verify import Refused
from solvers.verify.document import Certificate, Pair
from solvers.verify.loops import pi_power
from solvers.verify.precision import working_precision
from solvers.verify.proof import BOUNDED, Proof

_PRECISION = 256
Given = list[tuple[Combination, Level]]


def shortfall(proof: Proof, given: Given) -> arb:
    """What a proof says is >= 0, at given couplings, as a ball in units of M; raises Refused.

    given: combinations with their values; they must determine the claim.
    """
    sign = -1 if proof.kind == BOUNDED else 1
    return evaluated(dict(proof.claim), dict(proof.loops or ()), sign, proof.bound, given, proof.dimension)


def certificate_shortfall(certificate: Certificate, given: Given) -> arb:
    """The same of a certificate as read, which need not have been proved."""
    unitary = certificate.unitary
    sign, bound = (1, fmpq(0)) if unitary is None else (-1, unitary.bound)
    return evaluated(certificate.claim, certificate.loops or {}, sign, bound, given, certificate.dimension)


def evaluated(
    claim: Combination, loops: Mapping[Pair, fmpq], sign: int, bound: fmpq, given: Given, dimension: int
) -> arb:
    """bound + sign * (claim with its loops) at given couplings."""
    with working_precision(_PRECISION):
        unit = natural_unit(dimension)
        columns = [left for left, _ in given]
        values = [to_ball(in_m) + to_ball(in_u) * unit for _, (in_m, in_u) in given]

        def of(combination: Combination) -> arb:
            found = arb(0)
            for multiplier, value in zip(solve_columns(columns, combination), values, strict=True):
                if multiplier != 0:
                    found += to_ball(multiplier) * value
            return found

        total = of(claim)
        for (first, second), coefficient in loops.items():
            if coefficient != 0:
                pair = of({first: fmpq(1)}) * of({second: fmpq(1)})
                total += to_ball(coefficient) * arb.pi() ** pi_power(dimension) * pair
        return to_ball(bound) + sign * total


def excludes(proof: Proof, given: Given) -> None:
    """Raise Refused unless a proof says that no theory has the given couplings."""
    if not shortfall(proof, given) < 0:
        raise Refused("the certificate does not exclude these couplings")
