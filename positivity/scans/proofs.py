"""Proof of the rows of a scan: each claim is verified, and that it is about its point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flint import fmpq

from positivity.certificates import claim_of, proved_value
from positivity.couplings import combination_text, parse_combination, parse_rational
from positivity.problem import Problem
from positivity.scans.spec import ScanSpec
from positivity.unitarity import Level, parse_level
from positivity.verification import Refused, verify

_SIDES = ("lower", "upper")
Row = Mapping[str, Any]


def verify_rows(spec: ScanSpec, rows: Iterable[Row]) -> int:
    """The number of statements proved; raises Refused with the point, also where the evidence was not kept."""
    proved = 0
    for row in rows:
        try:
            if "result" not in row or not _claims(spec, row):
                continue
            _check_point(spec, row)
            proved += _verify_bound(row) if spec.task == "bound" else _verify_verdict(row)
        except Refused as reason:
            raise Refused(f"at {row['point']}: {reason}") from None
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Refused(f"at {row.get('point')}: the row is malformed: {error!r}") from None
    return proved


def _claims(spec: ScanSpec, row: Row) -> bool:
    """Whether anything in a row is said to be proved."""
    if spec.task == "bound":
        return bool(row["status"] == "excluded" or any(row["result"][s]["status"] == "certified" for s in _SIDES))
    # spectra of bounded densities and with loops are numerical
    exact = spec.options["density"] == "positive" and spec.options["loops"] == "tree"
    return bool(row["status"] == "excluded" or (row["status"] == "allowed" and exact))


def _check_point(spec: ScanSpec, row: Row) -> None:
    """Refuse a result that is about other couplings or another scope than its row."""
    request, result = spec.request(row["point"]), row["result"]
    about = result["problem"] if spec.task == "bound" else result
    held = about["fix"] if spec.task == "bound" else about["couplings"]
    wanted = {combination_text(parse_combination(name)): _level(value) for name, value in request["fix"].items()}
    if {combination_text(parse_combination(name)): _level(value) for name, value in held} != wanted:
        raise Refused("the result is for other fixed couplings")
    for key in ("dimension", "order", "density"):
        if about[key] != request[key]:
            raise Refused(f"the result is for another {key}")
    if (about["loops"] == "tree") != (request["loops"] == "tree"):
        raise Refused("the result is for other loops")
    if spec.task == "bound":
        _check_ratio(request, about)
    elif row["status"] != result["status"]:
        raise Refused("the verdict is another one")


def _check_ratio(request: Mapping[str, Any], problem: Mapping[str, Any]) -> None:
    absolute = request["density"] == "unitary" or request["loops"] != "tree"
    over = request["over"] or ("1" if absolute else "g2")
    if parse_combination(problem["coupling"]) != parse_combination(request["target"]) or (
        problem["over"] != over
        and (over in ("1", "U") or parse_combination(problem["over"]) != parse_combination(over))
    ):
        raise Refused("the result is for another ratio")


def _level(value: object) -> Level:
    return parse_level(value, "fixed value")


def _verify_bound(row: Row) -> int:
    data = {**row["result"], "schema": "eft-positivity/bound/1"}
    for side in _SIDES:
        if data[side]["status"] == "certified" and not data[side].get("certificate"):
            raise Refused(f"the certificate of the {side} end was not kept")
    proved = len(verify(data))
    if row["status"] == "excluded":
        _check_excluded(data)
    return proved


def _verify_verdict(row: Row) -> int:
    return len(verify({**row["result"], "versions": {}, "seconds": 0.0}))


def _check_excluded(data: Mapping[str, Any]) -> None:
    """Refuse unless a certificate says -c over + (what the fixed ratios make zero) >= 0 with c > 0."""
    problem = Problem.from_dict(data["problem"])
    fixes = [(parse_combination(name), parse_rational(value)) for name, value in problem.fix]
    certificate = next((data[side]["certificate"] for side in _SIDES if data[side].get("certificate")), None)
    if certificate is None or certificate["dimension"] != problem.dimension:
        raise Refused("there is no certificate of exclusion")
    if not proved_value(claim_of(certificate), {}, parse_combination(problem.over), fixes, 1) < fmpq(0):
        raise Refused("the certificate does not exclude the fixed ratios")
