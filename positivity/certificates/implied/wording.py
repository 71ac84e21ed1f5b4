"""What a saved verdict says in words of its evidence: the claim, by how much it fails, and the other couplings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flint import fmpq

from positivity.certificates.implied.asked import combination, number, text
from positivity.certificates.implied.values import Given, shortfall
from positivity.questions.couplings import Combination, combination_text
from positivity.questions.units import to_ball
from solvers.verify import Proof, Refused
from solvers.verify.proof import BOUNDED

#: relative rounding of numbers with eight digits, and of those with six
_EIGHT, _SIX = fmpq(1, 10**7), fmpq(1, 10**5)
_CLAIM = re.compile(r"(?P<left>.+?)(?P<loops> \+ its one-loop terms)? (?P<relation>>= 0|<= (?P<bound>\S+))")


def check_excluded_words(data: Mapping[str, Any], proof: Proof, given: Given) -> None:
    """Refuse an excluded verdict that says anything but what its certificate proves; raises Refused."""
    if any(data.get(name) for name in ("spectrum", "steps", "predicted")) or data.get("residual") is not None:
        raise Refused("an excluded verdict holds a spectrum")
    largest = max((abs(value) for _, value in proof.claim), default=fmpq(1))
    if data.get("claim"):
        _check_claim(text(data["claim"], "claim"), proof, largest)
    if data.get("violation") is not None:
        said = to_ball(number(data["violation"], "violation"))
        if not abs(said * to_ball(largest) - (left := shortfall(proof, given))) <= abs(left) * to_ball(_SIX):
            raise Refused("the verdict says another violation than its certificate")


def _check_claim(claim: str, proof: Proof, largest: fmpq) -> None:
    """The claim is scaled to a largest coefficient of 1 and rounded to eight digits."""
    found = _CLAIM.fullmatch(claim)
    said: Combination = {} if found is None else combination(found["left"].replace(" ", ""), "claim")
    same = found is not None and bool(found["loops"]) == bool(proof.pairs)
    same = same and _close(said, {c: value / largest for c, value in proof.claim}, _EIGHT)
    same = same and bool(found and found["bound"]) == (proof.kind == BOUNDED)
    if same and found is not None and found["bound"]:
        bound = proof.bound / largest
        same = abs(number(found["bound"], "claim") - bound) <= abs(bound) * _EIGHT
    if not same:
        raise Refused("the verdict says another claim than its certificate")


def check_predicted(data: Mapping[str, Any], has: Combination) -> None:
    """Refuse an allowed verdict with other couplings than its spectrum has, or with words of an exclusion."""
    if any(data.get(name) for name in ("certificate", "claim", "violation", "steps")):
        raise Refused("an allowed verdict holds an exclusion")
    for entry in data.get("predicted") or ():
        name, value = entry
        left = combination(name, "predicted")
        if any(key not in has for key in left):
            raise Refused(f"{combination_text(left)} is above the order of the verdict")
        exact = sum((c * has[key] for key, c in left.items()), fmpq(0))
        if not abs(number(value, "predicted") - exact) <= abs(exact) * _EIGHT:
            raise Refused(f"the spectrum has another {combination_text(left)}")


def _close(first: Combination, second: Combination, error: fmpq) -> bool:
    return set(first) == set(second) and all(abs(first[c] - v) <= abs(v) * error for c, v in second.items())
