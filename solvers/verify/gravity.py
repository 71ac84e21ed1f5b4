"""Certificates with gravity: a functional on the improved sum rule, for all spins, masses and impact parameters.

A certificate claims  c_G 8 pi G + c_2 g2 + c_3 g3 >= 0  at M = 1, in D >= 5, for every tree-level
low-energy amplitude with a graviton pole whose partial-wave density is non-negative, and gives the
smearing function f(p) = sum a_n p^n.  With y = p^2 x, x = 1/m^2, X = J(J+D-3) the proof shows

    F(x, J) = int_0^1 f(p) K(y, J) dp >= 0,    all even J, 0 < x <= 1,
    K = (2-y) P_J(1-2y)/(1-y)^2 - y^2 (4-3y)/(1-y)^2 + 4 X y^3/((D-2)(1-y^2)),

the heavy side of A_2(t = -p^2) improved by all forward sum rules of k >= 4, whose low-energy side
is 8 pi G/p^2 + 2 g2 + g3 p^2 (2102.08951, eq. 2.20).  Four parts cover all states, J* = spin_split:

(a) each even J < J*, all x: `fixed_spin`;
(b) J >= J*, xi = X x <= xi_split, among them every impact parameter b = 2 sqrt(xi) up to that:
    `moderate_impact`;
(c) J >= J*, xi >= xi_split, x <= x_split, so also b -> infinity: `large_impact`;
(d) J >= J*, x >= x_split: `high_energy`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from solvers.verify.budget import GRAVITY_SECONDS, budget
from solvers.verify.costs import expect_gravity
from solvers.verify.document import Refused, _entries, integer, names, rational, shown
from solvers.verify.fixed_spin import prove_spin
from solvers.verify.high_energy import prove_high_energy
from solvers.verify.impact import prove_moderate_impact
from solvers.verify.large_impact import Region, prove_large_impact
from solvers.verify.nonnegative import NotProved
from solvers.verify.proof import GRAVITON, Density, Proof
from solvers.verify.smearing import Smeared

SCHEMA = "eft-positivity/gravity-certificate/1"
_KEYS = {"schema", "dimension", "density", "claim", "functions", "spin_split", "xi_split", "x_split", "parts"}
_COUPLINGS = ("8piG", "g2", "g3")
_MAX_FUNCTIONS, _MAX_POWER, _MAX_SPLIT = 40, 60, 2000
_HALF_INTEGER = re.compile(r"[0-9]{1,3}(/2)?")


@dataclass(frozen=True)
class GravityCertificate:
    """A certificate as read: nothing in it has been proved yet."""

    functional: Smeared
    claim: dict[str, fmpq]
    region: Region


def verify_gravity(data: Any) -> Proof:
    """Prove a certificate given as parsed JSON; returns what is proved or raises Refused."""
    certificate = read_gravity(data)
    with budget(GRAVITY_SECONDS):
        expect_gravity(certificate.functional, certificate.region)
        _check_claim(certificate)
        _prove(certificate)
    claim = certificate.claim
    couplings = (((1, 0), claim["g2"]), ((0, 1), claim["g3"]))
    return Proof(
        GRAVITON,
        certificate.functional.dimension,
        Density(),
        tuple((c, value) for c, value in couplings if value != 0),
        graviton=claim["8piG"],
    )


def _prove(certificate: GravityCertificate) -> None:
    functional, region = certificate.functional, certificate.region
    try:
        for spin in range(0, region.spin, 2):
            try:
                prove_spin(functional, spin)
            except NotProved as failure:
                place = None if failure.at is None else (spin, failure.at)
                raise Refused(f"spin {spin}: {failure} (x = 1/m^2)", place) from None
        prove_high_energy(functional, region.spin, region.x_end)
        prove_large_impact(functional, region)
        prove_moderate_impact(functional, region.spin, region.xi_start)
    except NotProved as failure:
        raise Refused(f"spins from {region.spin} on: {failure}") from None


def read_gravity(data: Any) -> GravityCertificate:
    """Check the form of a parsed certificate; raises Refused."""
    if not isinstance(data, dict) or data.get("schema") != SCHEMA:
        raise Refused(f"not a document of schema {SCHEMA!r}")
    if set(data) != _KEYS:
        raise Refused(f"keys missing or unknown: {names(set(data) ^ _KEYS)}")
    if data["density"] != "positive":
        raise Refused("a certificate with gravity is for the density 'positive'")
    dimension = integer(data["dimension"], "dimension", 5, 40)
    claim = data["claim"]
    if not isinstance(claim, dict) or set(claim) != set(_COUPLINGS):
        raise Refused(f"the claim has the keys {list(_COUPLINGS)}")
    terms: dict[fmpq, fmpq] = {}
    for entry in _entries(data["functions"], "functions", {"power", "coefficient"}):
        if not isinstance(entry["power"], str) or not _HALF_INTEGER.fullmatch(entry["power"]):
            raise Refused(f"power {shown(entry['power'])} is not an integer or a half-integer 'n/2'")
        power = rational(entry["power"], "power")
        if not 1 < power <= _MAX_POWER or power in terms:
            raise Refused(f"power {power} appears twice or is outside 1 < power <= {_MAX_POWER}")
        terms[power] = rational(entry["coefficient"], f"coefficient of p^{power}")
    terms = {power: value for power, value in terms.items() if value != 0}
    if not 2 <= len(terms) <= _MAX_FUNCTIONS:
        raise Refused(f"a functional has 2 to {_MAX_FUNCTIONS} powers of p")
    spin = integer(data["spin_split"], "spin_split", 2, _MAX_SPLIT)
    if spin % 2:
        raise Refused(f"spin_split {spin} is odd, only even spins are exchanged")
    region = Region(
        spin,
        rational(data["xi_split"], "xi_split"),
        rational(data["x_split"], "x_split"),
        integer(data["parts"], "parts", 2, 20),
    )
    values = {name: rational(claim[name], f"claim on {name}") for name in _COUPLINGS}
    return GravityCertificate(Smeared(dimension, terms), values, region)


def infrared(functional: Smeared) -> dict[str, fmpq]:
    """The low-energy side: int f (8 pi G/p^2 + 2 g2 + g3 p^2)."""
    return {"8piG": functional.moment(-2), "g2": 2 * functional.moment(0), "g3": functional.moment(2)}


def _check_claim(certificate: GravityCertificate) -> None:
    if not any(value != 0 for value in certificate.claim.values()):
        raise Refused("the claim is empty")
    found = infrared(certificate.functional)
    for name, claimed in certificate.claim.items():
        if found[name] != claimed:
            raise Refused(f"the functional does not give the claim: coefficient of {name}")
