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
with the graviton pole.
"""

from __future__ import annotations

import os
from typing import Any

from flint import arb, fmpq, fmpz, fmpz_poly

from solvers.verify.cutoff import verify_cutoff
from solvers.verify.cutoff_document import SCHEMA as CUTOFF_SCHEMA
from solvers.verify.document import Certificate, Refused, Unreadable, load, read
from solvers.verify.gravity import SCHEMA as GRAVITY_SCHEMA
from solvers.verify.gravity import verify_gravity
from solvers.verify.large_spin import prove_nonnegative
from solvers.verify.loops import loop_coefficient, pi_power
from solvers.verify.nonnegative import NotProved, prove_on_interval
from solvers.verify.precision import working_precision
from solvers.verify.rows import infrared, ultraviolet
from solvers.verify.unitary import PRECISION, Functional, assumptions_text, upper_bound

__all__ = ["Refused", "Unreadable", "bounded_integral", "statement", "verify_data", "verify_file"]

Table = list[list[fmpz]]


def verify_file(path: str | os.PathLike[str]) -> str:
    """Prove the certificate in a file; returns the statement proved or raises Refused."""
    return verify_data(load(path))


def verify_data(data: Any) -> str:
    """Prove a certificate given as parsed JSON; returns the statement proved or raises Refused."""
    if isinstance(data, dict) and data.get("schema") == GRAVITY_SCHEMA:
        return verify_gravity(data)
    if isinstance(data, dict) and data.get("schema") == CUTOFF_SCHEMA:
        return verify_cutoff(data)
    certificate = read(data)
    _check_infrared(certificate)
    _check_loops(certificate)
    if certificate.unitary is not None:
        _check_bound(certificate)
        return statement(certificate)
    table = heavy_functional(certificate).table
    try:
        _check_low_spins(certificate, table)
        _check_high_spins(certificate, table)
    except NotProved as failure:
        raise Refused(str(failure)) from None
    return statement(certificate)


def statement(certificate: Certificate) -> str:
    """One line that says exactly what a verified certificate proves."""
    order = max(2 * j + power for j, power in certificate.sum_rules)
    terms = []
    for (p, q), value in sorted(certificate.claim.items(), key=lambda c: (2 * c[0][0] + 3 * c[0][1], c[0][1])):
        if value != 0:
            terms.append(f"{'-' if value < 0 else '+'} {_short(abs(value))}*g[{p},{q}]")
    for (a, b), value in (certificate.loops or {}).items():
        names = f"g[{a[0]},{a[1]}]*g[{b[0]},{b[1]}]"
        terms.append(f"{'-' if value < 0 else '+'} {_short(abs(value))}*pi^{pi_power(certificate.dimension)}*{names}")
    left = " ".join(terms).removeprefix("+ ")
    level = "tree-level" if certificate.loops is None else "one-loop (those couplings)"
    scope = f"all even spins, all masses m >= M, {level} forward sum rules to order {order}"
    if certificate.unitary is None:
        return f"{left} >= 0 at M=1 in D={certificate.dimension}: rho_J >= 0, {scope}"
    below = _short(certificate.unitary.bound)
    return f"{left} <= {below} at M=1 in D={certificate.dimension}: {assumptions_text(certificate.unitary)}, {scope}"


def _short(value: fmpq) -> str:
    """A rational as a decimal if that is exact and shorter."""
    below, places = int(value.q), 0
    while (10**places) % below and places < 60:
        places += 1
    if below == 1 or (10**places) % below:
        return str(value)
    digits = str(int(value.p) * 10**places // below).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def _check_infrared(certificate: Certificate) -> None:
    total: dict[tuple[int, int], fmpq] = {}
    for (j, power), value in certificate.sum_rules.items():
        for coupling, c in infrared(j, power).items():
            total[coupling] = total.get(coupling, fmpq(0)) + value * c
    for coupling in total.keys() | certificate.claim.keys():
        if total.get(coupling, 0) != certificate.claim.get(coupling, 0):
            raise Refused(f"the functional does not give the claim: coefficient of g[{coupling[0]},{coupling[1]}]")


def _check_loops(certificate: Certificate) -> None:
    for (first, second), claimed in (certificate.loops or {}).items():
        total = fmpq(0)
        for (j, power), value in certificate.sum_rules.items():
            term = loop_coefficient(j, power, first, second, certificate.dimension)
            if term is None and value != 0:
                raise Refused(
                    f"sum rule k={2 * j}, power={power} has no forward limit with loops of "
                    f"g[{first[0]},{first[1]}] g[{second[0]},{second[1]}]"
                )
            total += (term or 0) * value
        if total != claimed:
            raise Refused(f"the loop term of g[{first[0]},{first[1]}] g[{second[0]},{second[1]}] is {total}")


def heavy_functional(certificate: Certificate) -> Functional:
    """The ultraviolet side: integers a[e][d] with x^low sum a[e][d] x^e X^d = common * functional."""
    length: dict[int, int] = {}
    for j, power in certificate.sum_rules:
        length[j] = max(length.get(j, 0), power + 1)
    rows = {j: ultraviolet(j, size, certificate.dimension) for j, size in length.items()}
    orders = [2 * j + power for j, power in certificate.sum_rules]
    low, high = min(orders), max(orders)
    table = [[fmpq(0)] * (high + 1) for _ in range(high - low + 1)]
    for (j, power), value in certificate.sum_rules.items():
        line = table[2 * j + power - low]
        for d, c in enumerate(rows[j][power].coeffs()):
            line[d] += value * c
    common = fmpz(1)
    for line in table:
        for c in line:
            common = common.lcm(c.q)
    width = max((d for line in table for d, c in enumerate(line) if c != 0), default=0) + 1
    return Functional([[(c * common).p for c in line[:width]] for line in table], low, common)


def bounded_integral(data: Any) -> arb:
    """Upper bound, as a ball, that the functional of a unitary certificate gives, whatever it claims."""
    return _integral(read(data))


def _integral(certificate: Certificate) -> arb:
    unitary = certificate.unitary
    if unitary is None:
        raise Refused("the density of the certificate is not bounded")
    try:
        return upper_bound(heavy_functional(certificate), certificate.dimension, certificate.spin_split, unitary)
    except NotProved as failure:
        raise Refused(str(failure)) from None


def _check_bound(certificate: Certificate) -> None:
    unitary = certificate.unitary
    assert unitary is not None
    found = _integral(certificate)
    with working_precision(PRECISION):
        proved = found <= arb(unitary.bound.p) / arb(unitary.bound.q)
    if not proved:
        raise Refused(f"the functional proves only {found.upper().str(12, radius=False)}, not the bound claimed")


def _check_low_spins(certificate: Certificate, table: Table) -> None:
    lines = [fmpz_poly(line) for line in table]
    for spin in range(0, certificate.spin_split, 2):
        casimir = fmpz(spin * (spin + certificate.dimension - 3))
        try:
            prove_on_interval(fmpz_poly([line(casimir) for line in lines]))
        except NotProved as failure:
            place = None if failure.at is None else (spin, failure.at)
            raise Refused(f"spin {spin}: {failure} (x = 1/m^2)", place) from None


def _check_high_spins(certificate: Certificate, table: Table) -> None:
    start = fmpz(certificate.spin_split * (certificate.spin_split + certificate.dimension - 3))
    # a row x^e X^d of order n = e + low has d <= n - 2, so x^(low-2) is restored
    shift = min(2 * j + power for j, power in certificate.sum_rules) - 2
    prove_nonnegative(table, int(start), shift)
