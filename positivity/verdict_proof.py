"""Proof of a saved verdict: the certificate excludes its couplings, or the spectrum has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flint import arb, fmpq

from positivity.amplitudes.one_loop import parse_pairs
from positivity.certificates import claim_of
from positivity.couplings import Combination, parse_combination, parse_rational
from positivity.unitarity import Level, natural_unit, parse_level, to_ball
from positivity.verdicts import Verdict
from solvers.precision import working_precision
from solvers.verify import Refused, verify_data
from solvers.verify.loops import pi_power
from solvers.verify.spectrum import spectrum_couplings

_PRECISION = 256


def verify_verdict(data: Mapping[str, Any]) -> list[str]:
    """Prove a verdict given as JSON; returns the statement or raises Refused."""
    verdict = Verdict.from_dict(data)
    named = ", ".join(f"{name} = {value}" for name, value in verdict.couplings)
    if verdict.status == "excluded":
        assert_excludes(verdict)
        return [f"excluded: {named} ({verdict.scope})"]
    if verdict.status != "allowed" or verdict.density != "positive" or verdict.loops != "tree":
        raise Refused(f"the verdict {verdict.status!r} holds no proof" + _numerical(verdict))
    _assert_allows(verdict, data["spectrum"])
    return [f"allowed: {named}, exactly, by the spectrum ({verdict.scope})"]


def _numerical(verdict: Verdict) -> str:
    return ": its spectrum is numerical" if verdict.allowed else ""


def _assert_allows(verdict: Verdict, spectrum: list[dict[str, Any]]) -> None:
    found = spectrum_couplings(spectrum, verdict.dimension, verdict.order)
    for name, value in verdict.couplings:
        total = sum((c * found[g] for g, c in parse_combination(name).items()), fmpq(0))
        if total != parse_rational(value):
            raise Refused(f"the spectrum has another {name}")


def assert_excludes(verdict: Verdict) -> None:
    """Verify the certificate of a verdict and that it excludes its couplings; raises Refused."""
    certificate = verdict.certificate
    verify_data(certificate)
    assert certificate is not None
    if certificate["dimension"] != verdict.dimension:
        raise Refused(f"the certificate is for D={certificate['dimension']}, the verdict for D={verdict.dimension}")
    pairs = {tuple(sorted(map(tuple, term["couplings"]))) for term in certificate.get("loops", [])}
    if pairs != {tuple(sorted(pair)) for pair in parse_pairs(verdict.loops)}:
        raise Refused("the certificate is about other loops")
    if any(rule["k"] + rule["power"] > verdict.order for rule in certificate["sum_rules"]):
        raise Refused(f"the certificate uses sum rules above order {verdict.order}")
    # what holds for rho_J >= 0 holds for smaller densities
    if certificate["density"] != "positive":
        assumed = None if verdict.assumptions is None else verdict.assumptions.to_dict()
        if certificate["density"] != verdict.density or certificate.get("assumptions") != assumed:
            raise Refused("the certificate assumes something else than the verdict")
    if not violation(certificate, dict(verdict.couplings), verdict.dimension) < 0:
        raise Refused("the certificate does not exclude these couplings")


def violation(certificate: Mapping[str, Any], couplings: Mapping[str, str], dimension: int) -> arb:
    """What a certificate proves to be >= 0, at given couplings, as a ball in units of M; raises Refused.

    {combination: value} must determine the claim: a combination of couplings that is not given is unknown.
    """
    with working_precision(_PRECISION):
        unit = natural_unit(dimension)
        given = [(parse_combination(name), _ball(parse_level(value, name), unit)) for name, value in couplings.items()]
        claim = claim_of(certificate)
        total = _evaluated(claim, given)
        for term in certificate.get("loops", []):
            first, second = (_evaluated({(c[0], c[1]): fmpq(1)}, given) for c in term["couplings"])
            coefficient = to_ball(parse_rational(term["coefficient"]))
            total += coefficient * arb.pi() ** pi_power(dimension) * first * second
        if certificate["density"] == "unitary":
            # the claim is sum c g <= bound
            return to_ball(parse_rational(certificate["bound"])) - total
        return total


def _ball(level: Level, unit: arb) -> arb:
    in_m, in_u = level
    return to_ball(in_m) + to_ball(in_u) * unit


def _evaluated(claim: Combination, given: list[tuple[Combination, arb]]) -> arb:
    """sum c g from the values of combinations that span it; raises Refused."""
    from flint import fmpq_mat

    keys = sorted({*claim, *(key for left, _ in given for key in left)})
    zero = fmpq(0)
    matrix = fmpq_mat([[*(left.get(key, zero) for left, _ in given), claim.get(key, zero)] for key in keys])
    reduced, rank = matrix.rref()
    total, column = arb(0), 0
    for line in range(rank):
        while reduced[line, column] == 0:
            column += 1
        if column == len(given):
            raise Refused("the certificate is about couplings that are not given")
        total += to_ball(reduced[line, len(given)]) * given[column][1]
    return total
