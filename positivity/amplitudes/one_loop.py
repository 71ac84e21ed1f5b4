r"""One-loop amplitude of the massless scalar by unitarity, any D >= 4, exact.

Elastic unitarity of S_J = 1 + i f_J gives, from M_tree = sum_J c_J(s) P_J,

    Im_s M_1loop = sum_J c_J(s)^2 s^{(D-4)/2} / (2 n_J) P_J(1+2t/s),      0 < s,

and the amplitude is that discontinuity dressed with -(1/pi) log(-s) (even D) or -sqrt(-s)/sqrt(s)
(odd D), summed over the three channels; its rational ambiguity is absorbed in the couplings at
mu = M = 1.  Source: 2501.09717; derivation in docs/theory/one_loop.md.

Everything is a polynomial in v = z(1+z) = -tu/s^2, z = t/s: sigma2 = 2 s^2 (1+v), sigma3 = -s^3 v.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb, factorial
from typing import Any

from flint import fmpq, fmpq_poly

from positivity.questions.couplings import Coupling, couplings_of_order, order_of
from positivity.questions.errors import check_dimension
from positivity.questions.loops import Pair, in_order


@dataclass(frozen=True)
class LoopTerm:
    """The discontinuity that one pair of couplings g_a g_b gives (cross terms with their factor 2).

    Im_s M = pi^pi_power g_a g_b s^{(D-4)/2 + n} sum_i polynomial[i] v^i, n = n_a + n_b, v = -tu/s^2.
    """

    couplings: Pair
    dimension: int
    polynomial: fmpq_poly
    pi_power: int

    @property
    def order(self) -> int:
        """n = n_a + n_b."""
        return order_of(self.couplings[0]) + order_of(self.couplings[1])

    @property
    def power(self) -> fmpq:
        """(D-4)/2 + n, the power of s that multiplies the polynomial in v."""
        return fmpq(self.dimension - 4, 2) + self.order

    def in_s_and_t2_u2(self) -> tuple[fmpq, fmpq]:
        """(A, B) with Im_s = pi^pi_power g_a g_b s^{(D-4)/2+n-2} [A s^2 + B (t^2+u^2)].

        Raises ValueError where waves above J = 2 contribute and there is no such form.
        """
        if self.polynomial.degree() > 1:
            raise ValueError("spins above 2 contribute: use the polynomial in v")
        slope = self.polynomial[1] / 2
        return self.polynomial[0] - slope, slope


def wave(spin: int, dimension: int) -> fmpq_poly:
    """P_J for even J as a polynomial in v: the explicit Gegenbauer sum in x^2 = 1 + 4v, P_J(v=0) = 1."""
    alpha = fmpq(dimension - 3, 2)
    square, total = fmpq_poly([1, 4]), fmpq_poly([0])
    for k in range(spin // 2 + 1):
        rising = fmpq(1)
        for i in range(spin - k):
            rising *= alpha + i
        factor = rising * (-1) ** k * 2 ** (spin - 2 * k) / (factorial(k) * factorial(spin - 2 * k))
        total += square ** (spin // 2 - k) * factor
    return total / total[0]


def spin_norm(spin: int, dimension: int) -> tuple[fmpq, int]:
    """n_J = rational * pi^power, exactly."""
    half = dimension // 2
    rational = fmpq((dimension + 2 * spin - 3) * factorial(dimension + spin - 4), factorial(spin))
    if dimension % 2 == 0:
        return rational * 4**half / factorial(half - 2), half - 1
    k = (dimension - 3) // 2
    return rational * 2**dimension * 4**k * factorial(k) / factorial(2 * k), k


def tree_polynomial(coupling: Coupling) -> fmpq_poly:
    """sigma2^p sigma3^q / s^n as a polynomial in v."""
    p, q = coupling
    return fmpq_poly([2, 2]) ** p * fmpq_poly([0, -1]) ** q


@lru_cache(maxsize=4096)
def partial_waves(coupling: Coupling, dimension: int) -> tuple[fmpq, ...]:
    """c_J / s^n for J = 0, 2, 4, ...: the partial waves of sigma2^p sigma3^q."""
    rest = tree_polynomial(coupling)
    found: dict[int, fmpq] = {}
    for i in range(rest.degree(), -1, -1):
        basis = wave(2 * i, dimension)
        found[i] = rest[i] / basis[i]
        rest -= basis * found[i]
    return tuple(found[i] for i in range(len(found)))


@lru_cache(maxsize=4096)
def loop_term(first: Coupling, second: Coupling, dimension: int) -> LoopTerm:
    """The one-loop discontinuity of g_first g_second.  Raises InputError for a bad dimension."""
    check_dimension(dimension)
    pair = in_order(first, second)
    factor = fmpq(1, 2) if first == second else fmpq(1)
    total, power = fmpq_poly([0]), 0
    left, right = (partial_waves(c, dimension) for c in pair)
    for i, (a, b) in enumerate(zip(left, right, strict=False)):
        norm, power = spin_norm(2 * i, dimension)
        total += wave(2 * i, dimension) * (a * b * factor / norm)
    return LoopTerm(pair, dimension, total, -power)


def running(term: LoopTerm) -> dict[Coupling, fmpq]:
    """d g_pq / d ln mu^2 = value pi^(pi_power - 1) g_a g_b; empty in odd D, where nothing runs.

    The sum over channels of Im, with the opposite sign, in the basis sigma2^p sigma3^q.
    """
    if term.dimension % 2:
        return {}
    degree = int(term.power.p)
    z, one = fmpq_poly([0, 1]), fmpq_poly([1])
    total = fmpq_poly([0])
    for i, c in enumerate(term.polynomial.coeffs()):
        s_channel = (z * (z + 1)) ** i
        t_channel = z ** (degree - 2 * i) * (z + 1) ** i
        u_channel = (-one - z) ** (degree - 2 * i) * (-z) ** i
        total -= (s_channel + t_channel + u_channel) * c
    return _in_couplings(total, degree)


def _in_couplings(symmetric: fmpq_poly, degree: int) -> dict[Coupling, fmpq]:
    """A crossing-symmetric polynomial at s = 1, t = z in the basis sigma2^p sigma3^q of one degree."""
    rest, found = _in_v(symmetric), {}
    for coupling in sorted(couplings_of_order(degree), key=lambda c: c[1]):
        basis, q = tree_polynomial(coupling), coupling[1]
        value = rest[q] / basis[q]
        rest -= basis * value
        if value != 0:
            found[coupling] = value
    if rest != 0:
        raise ArithmeticError("the sum over channels is not crossing symmetric")
    return found


def _in_v(polynomial: fmpq_poly) -> fmpq_poly:
    """A polynomial in z, symmetric under z -> -1-z, as one in v = z(1+z)."""
    found: list[fmpq] = []
    rest = polynomial
    for i in range(polynomial.degree() // 2 + 1):
        found.append(rest[i])
        rest -= fmpq_poly([0] * i + [comb(i, k) for k in range(i + 1)]) * found[i]
    if rest != 0:
        raise ArithmeticError("the polynomial is not symmetric in t and u")
    return fmpq_poly(found)


def amplitude(term: LoopTerm, s: complex, t: complex) -> Any:
    """The one-loop amplitude of one pair at g_a g_b = 1, as an mpmath number; cuts at s, t, u > 0.

    s, t in units of M^2; the branch is that of mpmath's log and sqrt of -s, -t, -u.
    """
    import mpmath

    s, t = mpmath.mpmathify(s), mpmath.mpmathify(t)
    u, total = -s - t, mpmath.mpf(0)
    for a, b, c in ((s, t, u), (t, s, u), (u, s, t)):
        v = -b * c / a**2
        body = mpmath.polyval([mpmath.mpf(int(x.p)) / int(x.q) for x in reversed(term.polynomial.coeffs())], v)
        if term.dimension % 2 == 0:
            total -= mpmath.log(-a) / mpmath.pi * a ** int(term.power.p) * body
        else:
            total -= mpmath.sqrt(-a) * a ** int((term.power - fmpq(1, 2)).p) * body
    return total * mpmath.pi**term.pi_power
