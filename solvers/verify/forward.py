"""Proof of certificates on forward sum rules, tree level or one loop, for rho_J >= 0 and for bounded densities."""

from __future__ import annotations

from typing import Any

from flint import arb, fmpq, fmpz, fmpz_poly

from solvers.verify.budget import BOUNDED_SECONDS, FORWARD_SECONDS, budget
from solvers.verify.costs import expect_forward, expect_table
from solvers.verify.document import Certificate, Refused, Unitary, read
from solvers.verify.large_spin import prove_nonnegative
from solvers.verify.loops import loop_coefficient
from solvers.verify.nonnegative import NotProved, prove_on_interval
from solvers.verify.precision import working_precision
from solvers.verify.proof import BOUNDED, INEQUALITY, Density, Proof
from solvers.verify.rows import infrared, ultraviolet
from solvers.verify.unitary import PRECISION, Functional, upper_bound

Table = list[list[fmpz]]


def verify_forward(data: Any) -> Proof:
    """Prove a certificate (schema eft-positivity/certificate/1); raises Refused with the reason."""
    certificate = read(data)
    with budget(FORWARD_SECONDS if certificate.unitary is None else BOUNDED_SECONDS):
        expect_forward(certificate)
        _check_infrared(certificate)
        _check_loops(certificate)
        if certificate.unitary is not None:
            _check_bound(certificate, certificate.unitary)
        else:
            _check_positive(certificate)
    return _proof(certificate)


def _proof(certificate: Certificate) -> Proof:
    rules = tuple(sorted(rule for rule, value in certificate.sum_rules.items() if value != 0))
    unitary = certificate.unitary
    return Proof(
        kind=INEQUALITY if unitary is None else BOUNDED,
        dimension=certificate.dimension,
        density=Density() if unitary is None else _density(unitary),
        claim=tuple((c, value) for c, value in certificate.claim.items() if value != 0),
        # a certificate that lists no pair is one at tree level
        loops=tuple(certificate.loops.items()) if certificate.loops else None,
        sum_rules=rules,
        order=max((2 * j + power for j, power in rules), default=0),
        bound=fmpq(0) if unitary is None else unitary.bound,
    )


def _density(unitary: Unitary) -> Density:
    return Density(unitary.ceiling, unitary.last_spin, tuple(sorted(unitary.gaps.items())))


def bounded_integral(data: Any) -> arb:
    """Upper bound, as a ball, that the functional of a unitary certificate gives, whatever it claims."""
    certificate = read(data)
    if certificate.unitary is None:
        raise Refused("the density of the certificate is not bounded")
    with budget(BOUNDED_SECONDS):
        expect_forward(certificate)
        return _integral(certificate, certificate.unitary)


def _integral(certificate: Certificate, unitary: Unitary) -> arb:
    functional = heavy_functional(certificate)
    expect_table(functional.table, certificate, unitary)
    try:
        return upper_bound(functional, certificate.dimension, certificate.spin_split, unitary)
    except NotProved as failure:
        raise Refused(str(failure)) from None


def _check_bound(certificate: Certificate, unitary: Unitary) -> None:
    found = _integral(certificate, unitary)
    with working_precision(PRECISION):
        proved = found <= arb(unitary.bound.p) / arb(unitary.bound.q)
    if not proved:
        raise Refused(f"the functional proves only {found.upper().str(12, radius=False)}, not the bound claimed")


def _check_positive(certificate: Certificate) -> None:
    table = heavy_functional(certificate).table
    expect_table(table, certificate, None)
    try:
        _check_low_spins(certificate, table)
        _check_high_spins(certificate, table)
    except NotProved as failure:
        raise Refused(str(failure)) from None


def _check_infrared(certificate: Certificate) -> None:
    total: dict[tuple[int, int], fmpq] = {}
    for (j, power), value in certificate.sum_rules.items():
        for coupling, c in infrared(j, power).items():
            total[coupling] = total.get(coupling, fmpq(0)) + value * c
    for coupling in sorted(total.keys() | certificate.claim.keys()):
        if total.get(coupling, 0) != certificate.claim.get(coupling, 0):
            raise Refused(f"the functional does not give the claim: coefficient of g[{coupling[0]},{coupling[1]}]")


def _check_loops(certificate: Certificate) -> None:
    for (first, second), claimed in (certificate.loops or {}).items():
        name = f"g[{first[0]},{first[1]}] g[{second[0]},{second[1]}]"
        total = fmpq(0)
        for (j, power), value in certificate.sum_rules.items():
            if value == 0:
                continue
            term = loop_coefficient(j, power, first, second, certificate.dimension)
            if term is None:
                raise Refused(f"sum rule k={2 * j}, power={power} has no forward limit with loops of {name}")
            total += term * value
        if total != claimed:
            raise Refused(f"the functional does not give the claim: loop term of {name}")


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
