"""Saved verdicts on 8piG, g2 and g3: excluded by a certificate with the graviton, or nothing proved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flint import fmpq

from positivity.certificates.implied.asked import combination, number
from positivity.certificates.implied.contents import check_consistent
from positivity.certificates.implied.ends import solve_columns
from positivity.certificates.implied.graviton import check_ratio_proof, claim_of, read_ratios
from positivity.certificates.implied.prover import Prover
from positivity.certificates.implied.statement import Statement
from positivity.questions.couplings import EIGHT_PI_G, GRAVITON, Combination, combination_text
from positivity.questions.graviton import LOW_SIDE
from solvers.verify import Refused
from solvers.verify.proof import number_text

#: relative rounding of numbers with eight digits, and of the violation
_EIGHT, _SIX = fmpq(1, 10**7), fmpq(1, 10**5)
_UNUSED = ("spectrum", "steps", "predicted", "residual", "assumptions")


def graviton_verdict(data: Mapping[str, Any], prover: Prover) -> Statement:
    """What a verdict that names 8piG says and its certificate implies; raises Refused."""
    asked = {key: data[key] for key in ("dimension", "order", "density", "loops", "rules")}
    scope = read_ratios({**asked, "coupling": "g2", "over": "8piG", "fix": []})
    given = _given(data["couplings"])
    if data["status"] != "excluded":
        raise Refused("the verdict holds no proof: with the graviton only exclusions are proved")
    if any(data.get(name) for name in _UNUSED):
        raise Refused("an excluded verdict holds a spectrum or assumptions")
    proof = prover.prove(data["certificate"])
    check_ratio_proof(proof, scope)
    claim = claim_of(proof)
    multipliers = solve_columns([left for left, _ in given], claim)
    left = sum((m * value for m, (_, value) in zip(multipliers, given, strict=True)), fmpq(0))
    if not left < 0:
        raise Refused("the certificate does not exclude these couplings")
    _check_words(data, claim, left)
    named = ", ".join(f"{combination_text(name)} = {number_text(value)}" for name, value in given)
    return Statement(f"excluded: {named}", "", scope.text(proof))


def _given(couplings: Any) -> list[tuple[Combination, fmpq]]:
    """8piG with a positive value, and combinations of g2 and g3; raises Refused."""
    if not isinstance(couplings, list | tuple) or not 2 <= len(couplings) <= 3:
        raise Refused("the verdict names 8piG and one or two couplings")
    found = []
    for entry in couplings:
        if not isinstance(entry, list | tuple) or len(entry) != 2:
            raise Refused("a coupling of the verdict is a pair [combination, value]")
        found.append((combination(entry[0], "coupling", graviton=True), number(entry[1], "value")))
    strengths = [value for left, value in found if left == EIGHT_PI_G]
    if len(strengths) != 1 or not strengths[0] > 0:
        raise Refused("the verdict gives 8piG no positive value")
    if any(left != EIGHT_PI_G and not set(left) <= set(LOW_SIDE) for left, _ in found):
        raise Refused("beside 8piG the verdict is about g2 and g3")
    check_consistent(tuple((left, (value, fmpq(0))) for left, value in found), None)
    return found


def _check_words(data: Mapping[str, Any], claim: Combination, left: fmpq) -> None:
    """Refuse another claim or violation than the certificate's, scaled to a largest coefficient of 1."""
    pole = EIGHT_PI_G[GRAVITON]
    largest = max(abs(value / pole if c == GRAVITON else value) for c, value in claim.items())
    if data.get("claim"):
        said, relation, _ = str(data["claim"])[:2000].partition(" >= 0")
        read = combination(said.replace(" ", ""), "claim", graviton=True)
        same = bool(relation) and set(read) <= set(claim)
        if not same or any(abs(read.get(c, 0) - v / largest) > _EIGHT * pole for c, v in claim.items()):
            raise Refused("the verdict says another claim than its certificate")
    if data.get("violation") is not None:
        said_short = number(data["violation"], "violation")
        if not abs(said_short * largest - left) <= abs(left) * _SIX:
            raise Refused("the verdict says another violation than its certificate")
