"""Verification of certificates, and of bounds and regions that hold certificates."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from flint import fmpq

from positivity.certificates import claim_of, proved_value
from positivity.couplings import Combination, coupling_name, order_of, parse_combination, parse_rational
from positivity.loop_range import check_loop_end
from positivity.loop_regions import LOOP_REGION_SCHEMA, check_loop_region
from positivity.problem import Problem
from positivity.results import BOUND_SCHEMA
from positivity.unitary_bounds import check_unitary_end
from solvers.verify import Refused, Unreadable, verify_data
from solvers.verify.document import load

__all__ = ["Refused", "Unreadable", "verify"]

_CHECK_SCHEMA = "eft-positivity/check/1"
_REGION_SCHEMA = "eft-positivity/region/1"
_GRAVITY_SCHEMA = "eft-positivity/gravity/1"


def verify(source: str | os.PathLike[str] | Mapping[str, Any]) -> list[str]:
    """Prove a certificate, or every certificate of a saved bound, region or verdict, or of the data of a figure.

    source: a file name or a parsed document.  Returns one statement per certificate.  Raises
    Refused with the reason if anything is not proved, or if a value is not what its certificate
    proves; Unreadable, a kind of Refused, if the file is missing or not JSON.  Statements are in units
    M = 1 (or U where they say so); method: docs/theory/certificates.md.
    """
    data = dict(source) if isinstance(source, Mapping) else load(source)
    schema = data.get("schema") if isinstance(data, dict) else None
    try:
        if schema == BOUND_SCHEMA:
            return _verify_bound(data)
        if schema == _REGION_SCHEMA:
            return _verify_region(data)
        if schema == LOOP_REGION_SCHEMA:
            return check_loop_region(data)
        if schema == _GRAVITY_SCHEMA:
            return _verify_gravity([data])
        if schema is None and isinstance(data, dict) and set(data) == {"bounds"}:
            return _verify_gravity(data["bounds"])
        if schema == _CHECK_SCHEMA:
            from positivity.verdict_proof import verify_verdict

            return verify_verdict(data)
        if schema is None and isinstance(data, dict) and "provenance" in data:
            return _verify_figure(data)
    except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(f"the document is malformed: {error!r}") from None
    return [_named(verify_data(data))]


def _verify_bound(data: dict[str, Any]) -> list[str]:
    problem = Problem.from_dict(data["problem"])
    coupling = parse_combination(problem.coupling)
    statements = []
    for side, sign, word in (("lower", -1, ">="), ("upper", 1, "<=")):
        end = data[side]
        if end["status"] == "certified":
            _checker(problem)(end, problem, coupling, sign)
            statements.append(f"{problem.ratio} {word} {end['value']} ({problem.scope})")
        elif end.get("certificate"):
            statements.append(_named(verify_data(end["certificate"])))
    if not statements:
        raise Refused("the bound holds no certificate")
    return statements


def _verify_region(data: dict[str, Any]) -> list[str]:
    problem = Problem.from_dict(data["problem"])
    x, y = parse_combination(data["x"]), parse_combination(data["y"])
    statements = []
    for plane in data["half_planes"]:
        end = plane["end"]
        if end["status"] != "certified":
            continue
        a, b = (parse_rational(text) for text in plane["normal"])
        direction = {key: value * a for key, value in x.items()}
        for key, value in y.items():
            direction[key] = direction.get(key, fmpq(0)) + value * b
        _checker(problem)(end, problem, direction, 1)
        statements.append(f"{a}*({data['x']}) + {b}*({data['y']}) <= {end['value']} {problem.over} ({problem.scope})")
    if not statements:
        raise Refused("the region holds no certificate")
    return statements


def _verify_gravity(bounds: list[dict[str, Any]]) -> list[str]:
    statements = []
    for bound in bounds:
        if bound["schema"] != _GRAVITY_SCHEMA:
            raise Refused(f"schema {str(bound['schema'])[:60]!r} is not {_GRAVITY_SCHEMA!r}")
        if bound["status"] != "certified":
            continue
        if bound["fix"]:
            raise Refused("a certificate is about no fixed coupling")
        certificate = bound["certificate"]
        statements.append(verify_data(certificate))
        if certificate["dimension"] != bound["dimension"]:
            raise Refused(f"the certificate is for D={certificate['dimension']}, the bound for D={bound['dimension']}")
        claim = {name: parse_rational(text) for name, text in certificate["claim"].items()}
        for name, value in zip(("g2", "g3"), bound["direction"], strict=True):
            if claim[name] != parse_rational(value):
                raise Refused(f"the certificate is about {claim[name]}*{name}, the bound about {value}*{name}")
        if fmpq(*float(bound["alpha"]).as_integer_ratio()) < claim["8piG"]:
            raise Refused(f"alpha = {bound['alpha']} is stronger than what its certificate proves")
    if not statements:
        raise Refused("no bound holds a certificate")
    return statements


def _verify_figure(data: dict[str, Any]) -> list[str]:
    """Every result in a figure that says it is certified; numerical ones beside it are passed over."""
    claiming = [part for part in _results(data) if '"certified"' in json.dumps(part)]
    if not claiming:
        raise Refused("nothing in this figure is certified")
    return [statement for part in claiming for statement in verify(part)]


def _results(data: Any) -> Iterator[dict[str, Any]]:
    """The outermost documents with a schema, at any depth."""
    if isinstance(data, dict):
        if "schema" in data:
            yield data
        else:
            for value in data.values():
                yield from _results(value)
    elif isinstance(data, list):
        for value in data:
            yield from _results(value)


def _checker(problem: Problem) -> Callable[[Mapping[str, Any], Problem, Combination, int], None]:
    if problem.loops != "tree":
        return check_loop_end
    return _check_end if problem.density == "positive" else check_unitary_end


def _check_end(end: Mapping[str, Any], problem: Problem, coupling: Combination, sign: int) -> None:
    certificate = end["certificate"]
    verify_data(certificate)
    if certificate["dimension"] != problem.dimension:
        raise Refused(f"the certificate is for D={certificate['dimension']}, the problem for D={problem.dimension}")
    if any(rule["k"] + rule["power"] > problem.order for rule in certificate["sum_rules"]):
        raise Refused(f"the certificate uses sum rules above order {problem.order}")
    fixes = [(parse_combination(left), parse_rational(value)) for left, value in problem.fix]
    proved = proved_value(claim_of(certificate), coupling, parse_combination(problem.over), fixes, sign)
    if (parse_rational(end["value"]) - proved) * sign < 0:
        raise Refused(f"the value {end['value']} is stronger than what its certificate proves")


def _named(statement: str) -> str:
    """The verifier's g[p,q] followed by the short names used elsewhere."""
    pairs = sorted({(p, q) for p in range(12) for q in range(8) if f"g[{p},{q}]" in statement}, key=order_of)
    names = ", ".join(f"g[{p},{q}] = {coupling_name((p, q))}" for p, q in pairs)
    return f"{statement}  [{names}]" if names else statement
