"""Saved bounds: each end that says it is certified, and fixed values that are said to be impossible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flint import arb, fmpq

from positivity.certificates.implied import graviton
from positivity.certificates.implied.asked import Scope, combination, number, read_scope
from positivity.certificates.implied.contents import check_end, check_keys
from positivity.certificates.implied.covers import Cover
from positivity.certificates.implied.ends import implied_end, implied_exclusion, implied_ratio
from positivity.certificates.implied.lowered import PRECISION
from positivity.certificates.implied.prover import Prover
from positivity.certificates.implied.slices import implied_slice, joined
from positivity.certificates.implied.statement import Statement
from positivity.questions.couplings import Combination, Coupling, combination_text
from positivity.questions.units import to_ball
from solvers.verify import Refused
from solvers.verify.document import integer
from solvers.verify.precision import working_precision
from solvers.verify.proof import number_text

COVER_SCHEMA, STRENGTH_SCHEMA = "eft-positivity/cover/1", "eft-positivity/strength/1"
_SIDES = (("lower", -1), ("upper", 1))
#: statuses of an end beside which a certificate says that nothing is allowed
_UNPROVED = ("numerical", "unbounded")
_G2 = {(1, 0): fmpq(1)}


def bound_statements(data: Mapping[str, Any], prover: Prover) -> list[Statement]:
    """What a saved bound says and its certificates imply; raises Refused."""
    check_keys(data, "bound")
    if graviton.has_rules(data["problem"]):
        return graviton.bound_statements(data, prover)
    if "cutoff_over_planck" in data:
        raise Refused("only a bound on 8piG says something of the cutoff over the Planck mass")
    scope, target = read_scope(data["problem"])
    statements = end_statements(data, scope, combination(target, "coupling"), prover)
    if not statements:
        raise Refused("the bound holds no certificate")
    return statements


def end_statements(
    data: Mapping[str, Any], scope: Scope, target: Combination, prover: Prover
) -> list[Statement]:  # fmt: skip
    """The statements of the ends "lower" and "upper"; raises Refused with the end that is not proved."""
    statements: list[Statement] = []
    for name, side in _SIDES:
        end = data[name]
        if not isinstance(end, Mapping):
            raise Refused(f"the {name} end is malformed")
        check_end(end, scope.absolute)
        if end["status"] == "certified":
            try:
                found = end_statement(end, scope, target, side, prover)
            except Refused as reason:
                raise type(reason)(f"{name} end: {reason}") from None
        elif end["status"] not in _UNPROVED and end.get("certificate") is not None:
            found = exclusion_statement(end["certificate"], scope, target, prover)
        elif end["status"] == "excluded":
            raise Refused(f"the {name} end is said to be excluded and holds no certificate")
        else:
            continue
        statements.append(found)
    return statements


def end_statement(
    end: Mapping[str, Any], scope: Scope, target: Combination, side: int, prover: Prover
) -> Statement:  # fmt: skip
    """The statement of one certified end; raises Refused unless its value is implied."""
    certificate = end.get("certificate")
    if not isinstance(certificate, Mapping):
        raise Refused("the certificate is missing")
    value = number(end["value"], "value")
    if certificate.get("schema") == STRENGTH_SCHEMA:
        return _strength_statement(certificate, end, value, scope, target, side, prover)
    if end.get("excluded") is not None:
        raise Refused("the certificate says nothing of an interval")
    if not scope.absolute:
        proved = implied_ratio(prover.prove(certificate), scope, target, side)
        if (value - side * proved) * side < 0:
            raise Refused(f"the value {number_text(value)} is stronger than what its certificate proves")
    elif certificate.get("schema") == COVER_SCHEMA:
        check_value(end, value, scope, _cover(certificate, scope, target, prover).end(side), side)
    else:
        check_value(end, value, scope, implied_end(prover.prove(certificate), scope, target, side), side)
    subject = scope.ratio(combination_text(target))
    return Statement(subject, "<=" if side > 0 else ">=", scope.text, value)


def check_value(end: Mapping[str, Any], value: fmpq, scope: Scope, proved: arb, side: int) -> None:
    """Refuse values, in units of U and as shown, that are stronger than side * target <= proved (units of U)."""
    with working_precision(PRECISION):
        if end.get("natural") is not None:
            natural = number(end["natural"], "natural")
            if not to_ball(natural) * side - proved >= 0:
                raise Refused(f"the value {number_text(natural)} U is stronger than what its certificate proves")
        if not to_ball(value) * side - proved * scope.divisor() >= 0:
            raise Refused(f"the value {number_text(value)} is stronger than what its certificate proves")


def exclusion_statement(certificate: Any, scope: Scope, target: Combination, prover: Prover) -> Statement:
    """The statement that no theory has the fixed values; raises Refused."""
    if isinstance(certificate, Mapping) and certificate.get("schema") == COVER_SCHEMA:
        if not _cover(certificate, scope, target, prover).excludes:
            raise Refused("the certificates do not exclude the fixed values")
    else:
        implied_exclusion(prover.prove(certificate), scope)
    return Statement("no theory has the fixed values", "", scope.text)


def single(target: Combination) -> Coupling:
    """The coupling of a target that has to be one; raises Refused."""
    ((coupling, factor), *more) = target.items()
    if more or factor != 1:
        raise Refused("a cover is about a single coupling")
    return coupling


def _cover(data: Mapping[str, Any], scope: Scope, target: Combination, prover: Prover) -> Cover:
    scanned = data["scanned"]
    if not isinstance(scanned, list | tuple) or len(scanned) != 2:
        raise Refused("the scanned coupling of a cover is a pair [p, q]")
    free = integer(scanned[0], "p", 0, 40), integer(scanned[1], "q", 0, 40)
    return Cover(prover.prove_all(data["certificates"]), scope, single(target), free)


def excluded_intervals(data: Mapping[str, Any], scope: Scope, prover: Prover) -> list[tuple[fmpq, fmpq]]:
    """The intervals of g2, in units of U, that the slices of a document exclude; raises Refused."""
    if not isinstance(data["slices"], list | tuple) or not data["slices"]:
        raise Refused("the document holds no slices of g2")
    found = []
    for part in data["slices"]:
        low, high = number(part["from"], "from"), number(part["to"], "to")
        proofs = prover.prove_all(part["certificates"])
        if any(proof.order > scope.order for proof in proofs) or scope.order < 4:
            raise Refused(f"a certificate uses sum rules above order {scope.order}")
        implied_slice(proofs, low, high, scope.pairs, scope.dimension)
        found.append((low, high))
    return joined(found)


def intervals_text(intervals: list[tuple[fmpq, fmpq]]) -> str:
    """Excluded intervals of g2 in words."""
    return "no theory has " + " or ".join(f"{number_text(a)} U < g2 < {number_text(b)} U" for a, b in intervals)


def _check_excluded(said: Any, intervals: Sequence[tuple[fmpq, fmpq]]) -> None:
    """Refuse an interval, in units of U, that is not inside what slices exclude, or none at all."""
    if not isinstance(said, list | tuple) or len(said) != 2:
        raise Refused("slices of g2 prove an excluded interval with two ends, the end names none")
    low, high = (number(value, "end of an excluded interval") for value in said)
    if not any(first <= low <= high <= last for first, last in intervals):
        raise Refused("the interval that is said to be excluded is not in what its certificates prove")


def _strength_statement(
    certificate: Mapping[str, Any], end: Mapping[str, Any], value: fmpq, scope: Scope,
    target: Combination, side: int, prover: Prover,
) -> Statement:  # fmt: skip
    """What slices of g2 exclude: the interval, and nothing of what lies beyond it."""
    # the slices are proved with rho_J >= 0, so they hold for every smaller density
    if target != _G2 or side != 1 or scope.fix or not scope.pairs:
        raise Refused("slices of g2 are about the largest g2 at one loop, nothing held")
    intervals = excluded_intervals(certificate, scope, prover)
    _check_excluded(end.get("excluded"), intervals)
    first, last = intervals[0]
    with working_precision(PRECISION):
        check_value(end, value, scope, to_ball(first), 1)
        if not to_ball(value) - to_ball(last) * scope.divisor() < 0:
            raise Refused(f"the value {number_text(value)} lies beyond what its certificates exclude")
    return Statement(intervals_text(intervals), "", scope.text)
