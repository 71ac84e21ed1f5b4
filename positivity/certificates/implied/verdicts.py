"""Saved verdicts: couplings that a certificate excludes, or that a spectrum has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flint import fmpq

from positivity.certificates.implied.asked import Scope, combination, level, level_text, read_scope
from positivity.certificates.implied.contents import check_consistent, check_keys
from positivity.certificates.implied.graviton_verdict import graviton_verdict
from positivity.certificates.implied.lowered import check_applies
from positivity.certificates.implied.prover import Prover
from positivity.certificates.implied.statement import Statement
from positivity.certificates.implied.values import Given, excludes
from positivity.certificates.implied.wording import check_excluded_words, check_predicted
from positivity.questions.couplings import Combination, combination_text
from solvers.verify import Refused
from solvers.verify.spectrum import verify_spectrum

_MOST = 200


def verdict_statement(data: Mapping[str, Any], prover: Prover) -> Statement:
    """What a verdict says and its evidence implies; raises Refused."""
    check_keys(data, "check")
    if "rules" in data:
        return graviton_verdict(data, prover)
    scope, given = verdict_scope(data), read_given(data["couplings"])
    check_consistent(tuple(given), None)
    named = ", ".join(f"{combination_text(left)} = {level_text(value)}" for left, value in given)
    if data["status"] == "excluded":
        proof = prover.prove(data["certificate"])
        check_applies(proof, scope)
        excludes(proof, given)
        check_excluded_words(data, proof, given)
        return Statement(f"excluded: {named}", "", scope.text)
    if data["status"] != "allowed" or scope.absolute:
        numerical = ": its spectrum is numerical" if data["status"] == "allowed" else ""
        raise Refused(f"the verdict holds no proof{numerical}")
    check_predicted(data, _check_spectrum(data["spectrum"], scope, given))
    return Statement(f"allowed: {named}, exactly, by the spectrum", "", scope.text)


def verdict_scope(data: Mapping[str, Any]) -> Scope:
    """The scope of a verdict; raises Refused."""
    problem = {key: data[key] for key in ("dimension", "order", "density", "loops")}
    absolute = data["density"] != "positive" or data["loops"] != "tree"
    assumed = data.get("assumptions")
    return read_scope(
        {**problem, "coupling": "", "over": "1" if absolute else "g2"}
        | ({} if assumed is None else {"assumptions": assumed})
    )[0]


def read_given(couplings: Any) -> Given:
    """[[combination, value], ...] of a verdict; raises Refused."""
    if not isinstance(couplings, list | tuple) or not 0 < len(couplings) <= _MOST:
        raise Refused("the verdict names no couplings")
    found = []
    for entry in couplings:
        if not isinstance(entry, list | tuple) or len(entry) != 2:
            raise Refused("a coupling of the verdict is a pair [combination, value]")
        found.append((combination(entry[0], "coupling"), level(entry[1], "value")))
    return found


def _check_spectrum(spectrum: Any, scope: Scope, given: Given) -> Combination:
    """The couplings of a spectrum, to the order of the verdict, if it has the given ones; raises Refused."""
    proof = verify_spectrum(spectrum, scope.dimension, scope.order)
    has = dict(proof.claim)
    for left, (in_m, in_u) in given:
        if in_u != 0:
            raise Refused("a value in units of U is not that of an exact spectrum")
        if any(key not in has for key in left):
            raise Refused(f"{combination_text(left)} is above the order of the verdict")
        if sum((c * has[key] for key, c in left.items()), fmpq(0)) != in_m:
            raise Refused(f"the spectrum has another {combination_text(left)}")
    return has
