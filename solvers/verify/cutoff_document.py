"""The document of a weak-gravity certificate: a spline in exact numbers, and the claim.  Nothing is proved here."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from flint import fmpq, fmpq_poly

from solvers.verify.document import Refused, integer, names, rational

SCHEMA = "eft-positivity/cutoff-certificate/1"
_KEYS = {"schema", "p_min", "contacts", "breaks", "alpha", "beta", "nodes", "last_spin", "bound"}


@dataclass(frozen=True)
class CutoffCertificate:
    """A parsed certificate: breaks q_i with alpha_i, beta_i, increasing nodes x_i up to 1, J*, the bound."""

    p_min: fmpq
    contacts: int
    breaks: list[fmpq]
    alpha: list[fmpq]
    beta: list[fmpq]
    nodes: list[fmpq]
    last_spin: int
    bound: fmpq

    @property
    def pieces(self) -> list[fmpq_poly]:
        """g between consecutive breaks, as polynomials in q."""
        found, total = [], fmpq_poly([0])
        for q, a, b in zip(self.breaks, self.alpha, self.beta, strict=True):
            shift = fmpq_poly([-q, 1])
            total = total + shift**2 * a + shift**3 * b
            found.append(total)
        return found


def read_certificate(data: dict[str, Any]) -> CutoffCertificate:
    """Check the form of a parsed certificate; raises Refused."""
    if set(data) != _KEYS:
        raise Refused(f"keys missing or unknown: {names(set(data) ^ _KEYS)}")
    lists = {}
    for name in ("breaks", "alpha", "beta", "nodes"):
        if not isinstance(data[name], list) or not 2 <= len(data[name]) <= 5000:
            raise Refused(f"{name} must be a list of rationals")
        lists[name] = [rational(text, f"entry of {name}") for text in data[name]]
    p_min, bound = rational(data["p_min"], "p_min"), rational(data["bound"], "bound")
    breaks, nodes = lists["breaks"], lists["nodes"]
    if not len(breaks) == len(lists["alpha"]) == len(lists["beta"]):
        raise Refused("breaks, alpha and beta differ in length")
    if any(a >= b for values in (breaks, nodes) for a, b in itertools.pairwise(values)):
        raise Refused("breaks and nodes must increase")
    if not (p_min > 0 and p_min**2 <= breaks[0] and breaks[-1] < 1):
        raise Refused("the breaks must lie in p_min^2 <= q < 1")
    if not (nodes[0] > 0 and nodes[-1] == 1):
        raise Refused("the nodes must lie in 0 < x <= 1 and end at 1")
    contacts = integer(data["contacts"], "contacts", 0, 20)
    last = integer(data["last_spin"], "last_spin", 2, 4000)
    if last % 2:
        raise Refused(f"last_spin {last} is odd, only even spins are exchanged")
    return CutoffCertificate(p_min, contacts, breaks, lists["alpha"], lists["beta"], nodes, last, bound)
