r"""Arcs: the infrared side of the sum rules with massless loops.

With cuts down to s = 0 the contour of A_k(t) becomes a pair of arcs that end at s = 1 and u = 1.
The s- and u-channel terms of the one-loop amplitude give

    -(1/pi) FP int_0^1 ds Im_s M (2s+t) / [s(s+t)]^{j+1},   k = 2j,

analytic at t = 0: expand in t/s, int_0^1 s^{p-1} ds -> 1/p and 0 for p = 0.  The t-channel term is
a polynomial in w = s(s+t) times log(-t) or sqrt(-t), so it stays as it is: its w^j coefficient.
Source: 2501.09717; derived in docs/theory/one_loop.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb

from flint import fmpq, fmpq_poly

from positivity.amplitudes.one_loop import loop_term, partial_waves, spin_norm
from positivity.questions.loops import Pair
from positivity.sum_rules.forward import Functional


@dataclass(frozen=True)
class NonAnalytic:
    """The t-channel term of A_{2j}(t): coefficient pi^pi_power t^power L(t) g_a g_b.

    L = log(-t) in even D; in odd D L = sqrt(-t) (the power is an integer).
    """

    coefficient: fmpq
    power: int
    pi_power: int
    root: bool

    @property
    def exponent(self) -> fmpq:
        """How it falls: t^exponent, up to the logarithm."""
        return fmpq(2 * self.power + int(self.root), 2)


def arc_pi_power(dimension: int) -> int:
    """The power of pi in all Taylor coefficients of arcs in D dimensions."""
    return loop_term((1, 0), (1, 0), dimension).pi_power - 1


@lru_cache(maxsize=8192)
def arc_coefficient(j: int, r: int, pair: Pair, dimension: int) -> fmpq:
    """The s- and u-channel part of [t^r] A_{2j}, over pi^arc_pi_power g_a g_b."""
    term = loop_term(*pair, dimension)
    power = term.power - 2 * j - r
    if power == 0:
        return fmpq(0)
    return -arc_integrand(term.polynomial, j, r) / power


def arc_integrand(polynomial: fmpq_poly, j: int, r: int) -> fmpq:
    """[z^r] of polynomial(z+z^2) (2+z) (1+z)^{-j-1}."""
    in_z = polynomial(fmpq_poly([0, 1, 1]))
    total = fmpq(0)
    for i in range(r + 1):
        # (2+z)(1+z)^(-j-1) = (1+z)^(-j) + (1+z)^(-j-1)
        total += in_z[r - i] * (-1) ** i * (comb(j + i - 1, i) + comb(j + i, i))
    return total


def t_channel(j: int, pair: Pair, dimension: int) -> NonAnalytic | None:
    """The non-analytic term of A_{2j}(t), None if there is none."""
    term = loop_term(*pair, dimension)
    coefficient = term.polynomial[j]
    if coefficient == 0:
        return None
    root = dimension % 2 == 1
    power = int((term.power - fmpq(int(root), 2)).p) - 2 * j
    # -(1/pi) log(-t) t^power, and -sqrt(-t) t^power
    return NonAnalytic(-coefficient, power, term.pi_power - (0 if root else 1), root)


def divergence(j: int, r: int, pair: Pair, dimension: int) -> str | None:
    """How [t^r] A_{2j} diverges as t -> 0: "log(-t)", "(-t)^(-1/2)", ...; None where it is finite."""
    found = t_channel(j, pair, dimension)
    if found is None or found.exponent > r:
        return None
    missing = found.exponent - r
    if missing == 0:
        return "log(-t)"
    text = f"(-t)^({missing})" if missing.q != 1 else f"t^({missing})"
    return text if found.root else f"{text} log(-t)"


def functional_arc(functional: Functional, pair: Pair, dimension: int) -> fmpq:
    """Loop term of a combination of sum rules, over pi^arc_pi_power g_a g_b; its t-channel part must vanish."""
    return sum(
        (c * arc_coefficient(j, r, pair, dimension) for (j, r), c in functional.items()),
        fmpq(0),
    )


def functional_divergence(functional: Functional, pair: Pair, dimension: int) -> str | None:
    """How the loop term of a combination of forward sum rules diverges; None where it is finite."""
    found = [divergence(j, r, pair, dimension) for (j, r), c in functional.items() if c != 0]
    return max((text for text in found if text), key=len, default=None)


def improved_null_coefficient(pair: Pair, dimension: int) -> tuple[fmpq, int]:
    """(rational, power of pi) in front of t^2 int_0^1 ds s^p / (s-t), p = (D-4)/2 - 4 + n, in Delta(t).

    A_2^imp(t) - A_2(0) - t A_2'(0) = Delta(t) = (kappa/pi) t^2 int_0^1 ds s^{(D-4)/2-4} c_2(s)^2/[2 n_2 (s-t)],
    kappa = 4(D-1)/(D-2), for pairs without waves above J = 2; raises ValueError for others.
    """
    term = loop_term(*pair, dimension)
    if term.polynomial.degree() > 1:
        raise ValueError("waves above J = 2 contribute to the improved null: no such closed form")
    left, right = (partial_waves(c, dimension) for c in pair)
    factor = fmpq(1, 2) if pair[0] == pair[1] else fmpq(1)
    norm, _ = spin_norm(2, dimension)
    both = left[1] * right[1] if min(len(left), len(right)) > 1 else fmpq(0)
    return fmpq(4 * (dimension - 1), dimension - 2) * both * factor / norm, term.pi_power - 1
