"""What a proof will cost at least, from the sizes of its document, before any of it is done.

The constants were measured on the certificates of this package; an estimate is meant within a factor of
three for those and from below for hostile ones: what is dearer than it looks meets the deadline.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from flint import fmpq, fmpz

from solvers.verify.budget import expect, expect_at_most
from solvers.verify.cutoff_document import CutoffCertificate
from solvers.verify.document import Certificate, Unitary
from solvers.verify.large_impact import Region
from solvers.verify.smearing import Smeared

#: seconds to handle one coefficient of a polynomial of one spin, and per 64-bit word of it
_PER_COEFFICIENT, _PER_WORD = 1.5e-6, 2e-9
#: pieces of the interval [0, 1] that the integral of a bounded density takes for one spin
_PIECES = 60
#: words that a common denominator may have
_MAX_WORDS = 100_000


def words(values: Iterable[fmpq]) -> int:
    """Words of the largest numerator over the common denominator; raises TooCostly where that is huge."""
    common, largest = fmpz(1), 0
    for value in values:
        common = common.lcm(value.q)
        largest = max(largest, value.p.bit_length())
        if common.bit_length() > 64 * _MAX_WORDS:
            expect(float("inf"))
            break
    return int(largest + common.bit_length()) // 64 + 1


def expect_forward(certificate: Certificate) -> None:
    """Refuse before the table is built: its size, and one pass over all spins."""
    orders = [2 * j + power for j, power in certificate.sum_rules]
    size = max(orders, default=2)
    bits = words(certificate.sum_rules.values()) + size
    rows = len({j for j, _ in certificate.sum_rules})
    building = rows * size**2 * 2e-6 + len(orders) * size * bits * _PER_WORD * 4
    pairs = len(certificate.loops or {}) * len(orders) * 1e-3
    expect(building + pairs, 8.0 * size**2 * bits * 4)


def expect_table(table: Sequence[Sequence[fmpz]], certificate: Certificate, unitary: Unitary | None) -> None:
    """Refuse before the spins are gone through."""
    degree, width = len(table), len(table[0])
    largest = max((abs(c) for line in table for c in line), default=fmpz(0)).bit_length()
    spins, last = certificate.spin_split // 2, certificate.spin_split
    if unitary is not None and unitary.last_spin is not None:
        spins, last = unitary.last_spin // 2 + 1, unitary.last_spin
    casimir = (max(last, 2) * (last + certificate.dimension)).bit_length()
    size = (largest + width * casimir) / 64 + degree / 64 + 1
    each = 1e-5 + degree * width * size * _PER_WORD + degree * _PER_COEFFICIENT + degree**2 * size * _PER_WORD
    boxes = 1
    if unitary is not None:
        boxes = _PIECES
        each += 2e-5 + certificate.dimension * 1e-7
    # the two boxes of the large-spin proof: products of a matrix of this size, integer by integer
    square = 4.0 * degree * width * max(degree, width) * (3e-8 + size * _PER_WORD * 4)
    memory = 8.0 * size * (degree + 1) * (width + 1) * 12
    expect(spins * boxes * each + square, memory)


def expect_gravity(functional: Smeared, region: Region) -> None:
    """Refuse a smearing function with a long common denominator, or a split that costs too much."""
    size = words(functional.terms.values()) * len(functional.terms)
    spin, xi = region.spin, max(float(region.xi_start), 1.0)
    spins = sum(1e-4 + j * (2e-6 * j + 4e-9 * j * (j / 8 + size)) for j in range(0, spin, 2))
    strips = 2 * xi**0.5
    terms = 3 * xi**0.5 + 40
    moderate = terms**2 * 4e-5 + strips * (0.01 + terms**2 * 2e-6)
    expect(spins + moderate + size * 1e-4, 8.0 * (terms**2 * 12 + spin**2 * 4 + spin * size * 4))


def expect_cutoff(certificate: CutoffCertificate) -> None:
    """Refuse more nodes, spins and small intervals than the time allows."""
    spins, nodes, breaks = certificate.last_spin, len(certificate.nodes), len(certificate.breaks)
    numbers = [*certificate.breaks, *certificate.alpha, *certificate.beta]
    expect_at_most(spins, 2000, "last_spin")
    expect_at_most(nodes, 1000, "the number of nodes")
    digits = max((v.p.bit_length() + v.q.bit_length() for v in [*numbers, *certificate.nodes]), default=1)
    # the precision grows with what cancels between the breaks: coefficients over (2x)^2 and (2x)^3
    sizes = [v.p.bit_length() - v.q.bit_length() for v in (*certificate.alpha, *certificate.beta)]
    first = certificate.nodes[0]
    bits = 90 + max(0, *sizes) + 3 * max(0, first.q.bit_length() - first.p.bit_length())
    at_node = spins * (breaks * 6e-8 + 3e-6 + spins * 8e-9) * (0.5 + bits / 400 + (bits / 1200) ** 1.6)
    at_node += breaks * (1e-5 + digits * 1e-8)
    ends = certificate.breaks
    boxes = sum(max(16.0, 8 * float((b - a) / (1 - b))) for a, b in pairwise(ends))
    # a line of up to 200 nodes and the matrix of the even spins
    memory = boxes * 1500 + (spins * (2 * breaks + 1500) + spins**2 / 4) * (bits / 8 + 100)
    expect(nodes * (at_node + boxes * 1.2e-5) + boxes * 1e-4, memory)
