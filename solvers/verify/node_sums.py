r"""Weak-gravity certificates at the nodes x: sum over even J <= J* of (2J+1) |K_J(x)| / 2, in balls.

With z = 1-2qx, w = 1+z and w_i = 2-2 q_i x the kernel of g = sum_i alpha_i (q-q_i)_+^2 + beta_i (q-q_i)_+^3 is

    K_J = (x/2) int dw (w+2)/w^2 G P_J(z),   G = sum_i a_i (w_i-w)_+^2 + b_i (w_i-w)_+^3,

a_i = alpha_i/(2x)^2, b_i = beta_i/(2x)^3.  P_J is a sum of Chebyshev polynomials T_m with known coefficients
(`wave_sums`), so the same with T_m is found first.  int G T_m = sum_i 2 a_i I_3 + 6 b_i I_4, where I_k is the k-fold
integral of T_m from -1 to z_i; only the sums of a_i T_m(z_i) and b_i T_m(z_i) are taken over the breaks, then

    I_k,m = [I_k-1,m+1/(m+1) - I_k-1,m-1/(m-1)]/2 - (-1)^m/(m^2-1) I_k-1,0   (m >= 2),
    I_k,1 = (I_k-1,2 - I_k-1,0)/4,   I_k,0 = w_i^k/k!,

and G T_m is divided by w twice.  All of this is the same for every node: a line has one entry for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial

from flint import arb, arb_mat, ctx, fmpq

from solvers.verify.budget import spend
from solvers.verify.cutoff_document import CutoffCertificate
from solvers.verify.wave_sums import EvenWaves, cosine_sums

#: bits kept beyond those that cancel between the breaks, and what each doubling of J* loses in the recurrences
_BITS, _PER_DOUBLING = 64, 4
#: nodes of one line
_LINE = 200


def node_sums(certificate: CutoffCertificate) -> list[arb]:
    """sum_{J even <= J*} (2J+1) |K_J| / 2 at every node; the working precision is as before afterwards."""
    nodes, found, kept = certificate.nodes, [], ctx.prec
    try:
        for i in range(0, len(nodes), _LINE):
            places = [_Node.of(certificate, x) for x in nodes[i : i + _LINE]]
            large = max(abs(c).ceil().bit_length() for place in places for c in (*place.square, *place.cubic))
            ctx.prec = _BITS + large + _PER_DOUBLING * certificate.last_spin.bit_length()
            sums = _sums(places, certificate.last_spin)
            ctx.prec = kept
            found += [total * arb(place.x) / 4 for total, place in zip(sums, places, strict=True)]
    finally:
        ctx.prec = kept
    return found


@dataclass(frozen=True)
class _Node:
    """x, w_i, a_i and b_i of one node."""

    x: fmpq
    w: list[fmpq]
    square: list[fmpq]
    cubic: list[fmpq]

    @classmethod
    def of(cls, certificate: CutoffCertificate, x: fmpq) -> _Node:
        front, steep = 1 / (2 * x) ** 2, 1 / (2 * x) ** 3
        return cls(
            x, [2 - 2 * q * x for q in certificate.breaks],
            [a * front for a in certificate.alpha], [b * steep for b in certificate.beta],
        )  # fmt: skip

    def folded(self, fold: int) -> arb:
        """sum_i 6 b_i I_fold + 2 a_i I_(fold-1) of J = 0; without the second for fold = 1."""
        total = sum((b * w**fold for w, b in zip(self.w, self.cubic, strict=True)), fmpq(0)) * fmpq(6, factorial(fold))
        if fold > 1:
            flat = sum((a * w ** (fold - 1) for w, a in zip(self.w, self.square, strict=True)), fmpq(0))
            total += flat * fmpq(2, factorial(fold - 1))
        return arb(total)

    def divided(self) -> tuple[arb, arb]:
        """int G/w dw and int G/w^2 dw: what diverges at w = 0 cancels in the sums, as G vanishes there."""
        once, twice, rest, other = arb(0), arb(0), fmpq(0), fmpq(0)
        for w, a, b in zip(self.w, self.square, self.cubic, strict=True):
            # a (w_i-w)^2 + b (w_i-w)^3 = c_0 + c_1 w + c_2 w^2 - b w^3
            bw = b * w
            c0, c1, c2 = (a + bw) * w * w, -(2 * a + 3 * bw) * w, a + 3 * bw
            log = arb(w).log()
            once += c0 * log
            twice += c1 * log
            rest += (c1 + (c2 / 2 - bw / 3) * w) * w
            other += (c2 - bw / 2) * w - c0 / w
        return once + rest, twice + other


def _sums(places: Sequence[_Node], last: int) -> list[arb]:
    """sum_{J even <= last} (2J+1) |int (w+2)/w^2 G P_J dw| at each node."""
    first, second = zip(*(place.divided() for place in places), strict=True)
    once = _divide(_moments(places, last), _line(first))
    twice = _divide(once, _line(second))
    cosines = [(one + two * 2).entries() for one, two in zip(once[::2], twice[::2], strict=True)]
    totals = [arb(0)] * len(places)
    for half, kernels in enumerate(EvenWaves(last).sums(arb_mat(cosines))):
        totals = [total + (4 * half + 1) * abs(kernel) for total, kernel in zip(totals, kernels, strict=True)]
    return totals


def _moments(places: Sequence[_Node], last: int) -> list[arb_mat]:
    """int G T_m dw, m = 0..last, in lines."""
    top = last + 4
    square, cubic = [], []
    for place in places:
        spend()
        points = [w - 1 for w in place.w]
        square.append(cosine_sums(points, place.square, top))
        cubic.append(cosine_sums(points, place.cubic, top))
    found = _integrate(
        [_line(line) * 6 for line in zip(*cubic, strict=True)], _line([place.folded(1) for place in places])
    )
    found = [one + _line(two) * 2 for one, two in zip(found, zip(*square, strict=True), strict=False)]
    for fold in (2, 3, 4):
        spend()
        found = _integrate(found, _line([place.folded(fold) for place in places]))
    return found


def _line(values: Sequence[arb]) -> arb_mat:
    return arb_mat([list(values)])


def _integrate(source: Sequence[arb_mat], start: arb_mat) -> list[arb_mat]:
    """The integrals from -1 of what the source integrates, one entry shorter; `start` is that of m = 0."""
    found = [start, (source[2] - source[0]) / 4]
    for m in range(2, len(source) - 1):
        ends = source[0] / (m * m - 1)
        inner = (source[m + 1] / (m + 1) - source[m - 1] / (m - 1)) / 2
        found.append(inner + ends if m % 2 else inner - ends)
    return found


def _divide(source: Sequence[arb_mat], start: arb_mat) -> list[arb_mat]:
    """M_m of weight 1/w from source_m = M_m of weight 1: w M = source, w = 1 + z, started at m = 0.

    2 w T_m = T_{m+1} + 2 T_m + T_{m-1}: with h_m = (-1)^m M_m the steps are h_1 - h_0 = -source_0 and
    h_{m+1} - h_m = h_m - h_{m-1} - 2 (-1)^m source_m.
    """
    found, current, step = [start], start, -source[0]
    for m in range(1, len(source)):
        current = current + step
        found.append(-current if m % 2 else current)
        step = step + source[m] * 2 if m % 2 else step - source[m] * 2
    return found
