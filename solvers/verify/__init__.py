"""The independent verifier: proves the claim of a certificate for all spins and all masses.

It needs python-flint and nothing else, shares no code with what finds functionals, and derives
the sum rules itself.  A certificate claims that sum coefficient * g_pq >= 0 at M = 1 for every
tree-level shift-symmetric scalar whose partial-wave density is non-negative, and gives a
functional: rational multiples of [t^power] A_k.  The proof has three parts:

(a) the infrared side of the functional is the claim, exactly;
(b) for each even J < spin_split its ultraviolet side is >= 0 for all x = 1/m^2 in [0, 1];
(c) for all real X = J(J+D-3) >= X* = X(spin_split) it is >= 0 on two boxes that cover the rest:
    xi = X x <= X* with x = xi v / X*, v = X*/X in [0, 1], and xi >= X* with X*/xi, x in [0, 1].

A certificate for the density "unitary" claims sum coefficient * g_pq <= bound when 0 <= rho_J <= 2
(or under the further assumptions it names); see `solvers.verify.unitary`.  With "loops" the claim has
also terms coefficient * pi^power g_a g_b, the one-loop arcs; see `solvers.verify.loops`.  Other documents:
`solvers.verify.cutoff`, the weak-gravity bound on the cutoff; `solvers.verify.gravity`, a smearing function
with the graviton pole; `solvers.verify.exclusion`, an interval of g2 that is impossible at one loop.

What was proved is returned as data, a `Proof`; str(proof) is the statement.  Time and memory are bounded
(`solvers.verify.budget`): `time_limit` raises or lowers the limit for one certificate.
"""

from __future__ import annotations

import os
from typing import Any

from solvers.verify.budget import TooCostly, time_limit
from solvers.verify.cutoff import verify_cutoff
from solvers.verify.cutoff_document import SCHEMA as CUTOFF_SCHEMA
from solvers.verify.document import Refused, Unreadable, load
from solvers.verify.exclusion import SCHEMA as EXCLUSION_SCHEMA
from solvers.verify.exclusion import verify_exclusion
from solvers.verify.forward import bounded_integral, verify_forward
from solvers.verify.gravity import SCHEMA as GRAVITY_SCHEMA
from solvers.verify.gravity import verify_gravity
from solvers.verify.proof import Density, Proof

__all__ = [
    "Density",
    "Proof",
    "Refused",
    "TooCostly",
    "Unreadable",
    "bounded_integral",
    "time_limit",
    "verify_data",
    "verify_file",
]

_OTHERS = {GRAVITY_SCHEMA: verify_gravity, CUTOFF_SCHEMA: verify_cutoff, EXCLUSION_SCHEMA: verify_exclusion}


def verify_file(path: str | os.PathLike[str]) -> Proof:
    """Prove the certificate in a file; returns what is proved or raises Refused."""
    return verify_data(load(path))


def verify_data(data: Any) -> Proof:
    """Prove a certificate given as parsed JSON; returns what is proved or raises Refused."""
    schema = data.get("schema") if isinstance(data, dict) else None
    prove = _OTHERS.get(schema, verify_forward) if isinstance(schema, str) else verify_forward
    try:
        return prove(data)
    except (ZeroDivisionError, OverflowError) as error:
        raise Refused(f"a number of the certificate is out of range: {error}") from None
