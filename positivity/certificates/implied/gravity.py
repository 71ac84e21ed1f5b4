"""Saved bounds with the graviton pole: direction . (g2, g3) >= -alpha 8 pi G."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from flint import fmpq

from positivity.certificates.implied.prover import Prover
from positivity.certificates.implied.statement import Statement
from positivity.questions.numbers import parse_rational
from solvers.verify import Refused
from solvers.verify.document import integer
from solvers.verify.proof import GRAVITON, number_text, rounded_up

GRAVITY_SCHEMA = "eft-positivity/gravity/1"


def gravity_statements(bounds: Sequence[Mapping[str, Any]], prover: Prover) -> list[Statement]:
    """One statement for each certified bound; raises Refused."""
    statements = [_statement(bound, prover) for bound in bounds if bound["status"] == "certified"]
    if not statements:
        raise Refused("no bound holds a certificate")
    return statements


def _statement(bound: Mapping[str, Any], prover: Prover) -> Statement:
    if bound["schema"] != GRAVITY_SCHEMA:
        raise Refused(f"one of the bounds is not of schema {GRAVITY_SCHEMA!r}")
    if bound["fix"]:
        raise Refused("a certificate is about no fixed coupling")
    if bound["b_max"] is not None:
        raise Refused("a certificate knows no infrared cutoff b_max")
    alpha = bound["alpha"]
    if isinstance(alpha, bool) or not isinstance(alpha, int | float) or not isfinite(alpha):
        raise Refused("alpha is not a number")
    proof = prover.prove(bound["certificate"])
    if proof.kind != GRAVITON:
        raise Refused("the certificate is of another kind: it knows no graviton")
    dimension = integer(bound["dimension"], "dimension", 4, 40)
    if proof.dimension != dimension:
        raise Refused(f"the certificate is for D={proof.dimension}, the bound for D={dimension}")
    direction = [_exact(value) for value in bound["direction"]]
    if len(direction) != 2:
        raise Refused("the direction has two components")
    claim = dict(proof.claim)
    for coupling, name, value in (((1, 0), "g2", direction[0]), ((0, 1), "g3", direction[1])):
        if claim.get(coupling, fmpq(0)) != value:
            raise Refused(f"the certificate is about another multiple of {name}")
    # 8 pi G >= 0, so a larger alpha says less
    if fmpq(*float(alpha).as_integer_ratio()) < proof.graviton:
        raise Refused(f"alpha = {alpha:.10g} is stronger than what its certificate proves")
    words = " + ".join(f"{number_text(v)}*{n}" for v, n in zip(direction, ("g2", "g3"), strict=True) if v != 0)
    shown = rounded_up(fmpq(*float(alpha).as_integer_ratio()))
    scope = str(proof).partition(" at M=1 in ")[2]
    return Statement(f"{words or '0'} >= -({shown})*8piG", "", scope.replace(": ", ", ", 1))


def _exact(value: Any) -> fmpq:
    if isinstance(value, bool) or not isinstance(value, int | float | str) or len(str(value)) > 100:
        raise Refused("the direction is not of numbers")
    return parse_rational(value)
