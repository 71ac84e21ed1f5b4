r"""Verifier of weak-gravity certificates: 8piG Lambda^2 <= bound in D = 4 with 0 <= rho_J <= 2, in ball arithmetic.

Claim: if A_2(-p^2) = 8piG/p^2 + sum_{i < contacts} c_i p^(2i) for p in [p_min, top] with any real c_i, all
masses are above the cutoff 1 and 0 <= rho_J <= 2, then 8piG <= bound.  The certificate gives f(p) = p g(p^2), g a
cubic spline sum_i [alpha_i (q-q_i)_+^2 + beta_i (q-q_i)_+^3], q = p^2.  For any such f

    8piG int f/p^2 dp <= 32 int du sum_{J even} (2J+1) (K_J)_+,   u = log x, x = 1/m^2,
    K_J = (x^2/2) int dq g phi(qx) P_J(1-2qx),   phi(y) = (2-y)/(1-y)^2 .

Since g vanishes at q = 0 and near q = 1, sum (2J+1) K_J = 0 and the sum is half of sum (2J+1) |K_J|.  It is
bounded from above in four parts (docs/theory/weak_gravity.md): at the nodes x_i, J <= J*, by exact recurrences;
between nodes by h^3/12 times the second derivative in u, which is K_J of g - q g' + q^2 g''; J > J* by Parseval with
J^2(J+1)^2; x below the first node by Parseval with (a + J(J+1))^2.  Nothing of what finds functionals is imported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flint import arb, fmpq, fmpq_poly

from solvers.verify.budget import CUTOFF_SECONDS, budget, spend
from solvers.verify.costs import expect_cutoff
from solvers.verify.cutoff_document import CutoffCertificate, read_certificate
from solvers.verify.document import Refused
from solvers.verify.node_sums import node_sums
from solvers.verify.precision import working_precision
from solvers.verify.proof import CUTOFF, Density, Proof, number_text

_SUBINTERVALS = 16
#: how wide cells of x with one enclosure of the norms may be together, in units of the distance of y = qx to 1
_WIDTH = fmpq(1, 16)
_LOW_BITS = 80


def verify_cutoff(data: dict[str, Any]) -> Proof:
    """Prove a weak-gravity certificate given as parsed JSON; returns what is proved or raises Refused."""
    certificate = read_certificate(data)
    with budget(CUTOFF_SECONDS):
        pieces = certificate.pieces
        if pieces[-1] != 0:
            raise Refused("g does not vanish beyond its last break")
        for power in range(certificate.contacts):
            if _integral(certificate, pieces, fmpq_poly([0] * power + [1])) != 0:
                raise Refused(f"int f p^{2 * power} dp is not zero: the contact term p^{2 * power} is not eliminated")
        proved = upper_bound(certificate)
        if not proved.is_finite():
            raise Refused("the cells between the nodes are too wide: no finite bound")
        if not proved <= arb(certificate.bound):
            raise Refused(f"the enclosure is 8piG <= {proved.str(8)}, weaker than {number_text(certificate.bound)}")
    return Proof(
        CUTOFF,
        4,
        Density(fmpq(2)),
        graviton=fmpq(1),
        bound=certificate.bound,
        contacts=certificate.contacts,
        momenta=(certificate.p_min, certificate.breaks[-1]),
    )


def upper_bound(certificate: CutoffCertificate) -> arb:
    """A bound on 8piG, the upper end of the enclosure (a ball of radius zero)."""
    expect_cutoff(certificate)
    with working_precision(_LOW_BITS):
        return _upper_bound(certificate)


def _upper_bound(certificate: CutoffCertificate) -> arb:
    nodes, pieces = certificate.nodes, certificate.pieces
    sums = node_sums(certificate)
    norm = _pole(certificate, pieces)
    if not norm > 0:
        raise Refused("int f/p^2 dp is not positive")
    boxes = _boxes(certificate, pieces)
    even = arb((certificate.last_spin + 1) * (certificate.last_spin + 2)) / 2
    far = 1 / (arb(2).sqrt() * (certificate.last_spin + 1))
    total, end, curvature, slope = arb(0), nodes[0], arb(0), arb(0)
    for i, (low, high, first, second) in enumerate(zip(nodes[:-1], nodes[1:], sums[:-1], sums[1:], strict=True)):
        step = (arb(high) / arb(low)).log()
        total += step / 2 * (first + second)
        spend()
        if high > end:
            end = _group(nodes, i, certificate.breaks[-1])
            curvature, slope = _norms(boxes, (low, end), _curvature, _casimir)
        top = arb(high)
        total += step**3 / 12 * (even * top**3 / 4 * curvature).sqrt() / 2
        # for x <= 1/2 the even spins carry half of the Parseval sum
        share = arb(1) / 2 if high <= fmpq(1, 2) else arb(1)
        total += step * far * (share * top / 4 * slope).sqrt() / 2
    total += _below(boxes, nodes[0])
    bound = 32 * total / norm
    return bound.upper()


def _integral(certificate: CutoffCertificate, pieces: list[fmpq_poly], weight: fmpq_poly) -> fmpq:
    total = fmpq(0)
    for low, high, piece in zip(certificate.breaks[:-1], certificate.breaks[1:], pieces, strict=False):
        primitive = (piece * weight).integral()
        total += primitive(high) - primitive(low)
    return total


def _pole(certificate: CutoffCertificate, pieces: list[fmpq_poly]) -> arb:
    """int f/p^2 dp = (1/2) int g/q dq."""
    total = arb(0)
    for low, high, piece in zip(certificate.breaks[:-1], certificate.breaks[1:], pieces, strict=False):
        rest = fmpq_poly([piece[k + 1] for k in range(3)]).integral()
        total += arb(rest(high) - rest(low)) + arb(piece[0]) * (arb(high) / arb(low)).log()
    return total / 2


def _group(nodes: list[fmpq], first: int, last_break: fmpq) -> fmpq:
    """The end of the cells from node `first` on whose norms are enclosed together: what holds in all holds in each."""
    low, end = nodes[first], nodes[first + 1]
    for high in nodes[first + 2 :]:
        if (high - low) * last_break > _WIDTH * (1 - high * last_break) or high > low * (1 + _WIDTH):
            break
        end = high
    return end


@dataclass(frozen=True)
class _Box:
    """A small interval of q from `low` to `high` with enclosures of g, g', g'' on it."""

    low: fmpq
    high: fmpq
    q: arb
    width: arb
    g: arb
    slope: arb
    curve: arb


def _hull(low: fmpq, high: fmpq) -> arb:
    return arb((low + high) / 2, arb((high - low) / 2).upper())


def _boxes(certificate: CutoffCertificate, pieces: list[fmpq_poly]) -> list[_Box]:
    found = []
    for low, high, piece in zip(certificate.breaks[:-1], certificate.breaks[1:], pieces, strict=False):
        # small against the distance to q = 1, where powers of 1/(1 - y) are large
        count = max(_SUBINTERVALS, int(8 * (high - low) / (1 - high)) + 1)
        width = (high - low) / count
        for k in range(count):
            middle = low + width * (fmpq(2 * k + 1, 2))
            # Taylor form about the middle keeps the balls small
            t = arb(0, arb(width / 2).upper())
            derivatives = [piece]
            for _ in range(3):
                derivatives.append(derivatives[-1].derivative())
            values = [arb(d(middle)) for d in derivatives]
            found.append(
                _Box(
                    low + width * k, low + width * (k + 1), arb(middle) + t, arb(width),
                    values[0] + t * (values[1] + t * (values[2] / 2 + t * values[3] / 6)),
                    values[1] + t * (values[2] + t * values[3] / 2), values[2] + t * values[3],
                )
            )  # fmt: skip
    return found


_Integrand = Callable[[_Box, arb, arb], arb]


def _norms(boxes: list[_Box], cell: tuple[fmpq, fmpq], *integrands: _Integrand) -> list[arb]:
    """Upper bounds, over all x in the cell, of int dq integrand(q, x, y = qx)^2 for each integrand."""
    totals, x = [arb(0)] * len(integrands), _hull(*cell)
    for box in boxes:
        # q x is increasing in both: its hull stays below 1 where the product of two balls may not
        y = _hull(box.low * cell[0], box.high * cell[1])
        sizes = [arb(abs(integrand(box, x, y)).upper()) for integrand in integrands]
        totals = [total + box.width * size**2 for total, size in zip(totals, sizes, strict=True)]
    return totals


def _phi(y: arb) -> arb:
    """phi with the inverse first: a power of a wide ball 1 - y may hold zero where the ball does not."""
    return (2 - y) * (1 / (1 - y)) ** 2


def _plain(box: _Box, x: arb, y: arb) -> arb:
    """g phi."""
    return box.g * _phi(y)


def _curvature(box: _Box, x: arb, y: arb) -> arb:
    """(g - q g' + q^2 g'') phi."""
    return (box.g - box.q * box.slope + box.q**2 * box.curve) * _phi(y)


def _casimir(box: _Box, x: arb, y: arb) -> arb:
    """d/dq [q (1-qx) d/dq (g phi)], J(J+1) acting on g phi times x."""
    inverse = 1 / (1 - y)
    third = x * (3 + y) * inverse**3  # d/dq of y(3-y)/(1-y)^2
    second = (2 - y) * inverse + y * inverse**2 + y * (3 - y) * inverse**2
    return box.curve * box.q * (2 - y) * inverse + box.slope * second + box.g * third


def _below(boxes: list[_Box], first: fmpq) -> arb:
    """int over u < log(first) of sum (2J+1) |K_J| / 2.

    sum_{J even} (2J+1)/(a+J(J+1))^2 <= (1+3/a)/(2a) for a = c/x >= 6.
    """
    plain, casimir = (norm.sqrt() for norm in _norms(boxes, (fmpq(0), first), _plain, _casimir))
    c = arb((casimir / plain).mid())
    if not c >= 6 * arb(first):
        raise Refused("the first node is too large for the bound on what lies below it")
    front = ((1 + 3 * arb(first) / c) / (2 * c)).sqrt()
    return arb(first) * front * (c * plain + casimir) / 4
