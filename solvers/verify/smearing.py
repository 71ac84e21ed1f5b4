"""Smearing functions for the verifier: f(p) = sum a_n p^n, their moments, and polynomials in balls.

The heavy kernel of the improved sum rule, y = p^2 x, x = 1/m^2, X = J(J+D-3), is

    K = 2 + 3y - (2-y)(1-P_J(1-2y))/(1-y)^2 + (4X/(D-2)) y^3/(1-y^2),

and F(x, J) = int_0^1 f(p) K(p^2 x, J) dp has to be >= 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import arb, fmpq, fmpq_poly, fmpz

from solvers.verify.nonnegative import NotProved, prove_on_square

PRECISION = 320


@dataclass(frozen=True)
class Smeared:
    """dimension, and f as {n: a_n} with n > 1 integer or half-integer."""

    dimension: int
    terms: dict[fmpq, fmpq]

    def moment(self, power: int) -> fmpq:
        """int_0^1 f p^power, exact."""
        return sum((a / (n + power + 1) for n, a in self.terms.items()), fmpq(0))

    def size(self, power: int) -> fmpq:
        """Upper bound on int_0^1 |f| p^power: the terms without their signs."""
        return sum((abs(a) / (n + power + 1) for n, a in self.terms.items()), fmpq(0))

    def casimir(self, spin: int) -> int:
        return spin * (spin + self.dimension - 3)


def ball(value: fmpq) -> arb:
    """A rational as a ball of the working precision."""
    return arb(value)


def sonin_constant(spin: int, dimension: int) -> arb:
    """rho(J) = |P_J(0)| L^a, a = (D-3)/2, L = J + a, even J: an upper bound at all larger even spins too.

    With theta = arccos(1-2y), q = L^2 - (a^2-a)/sin^2 theta and v = (sin theta)^a P_J, the function
    q v^2 + v'^2 is largest at theta = pi/2 (D >= 5), where it is below (L P_J(0))^2.  So
    |P_J| <= rho L^-a (sin theta)^-a (1 - (a^2-a)/(L sin theta)^2)^(-1/2) while that is real.
    rho decreases: rho(J+2)/rho(J) = (M-a)/(M+a) ((M+1)/(M-1))^a <= 1, M = L+1, a >= 1, since
    artanh(a/M) >= a artanh(1/M).
    """
    a, half = fmpq(dimension - 3, 2), fmpq(spin, 2)
    gammas = ball(a + fmpq(1, 2)).gamma() * ball(half + fmpq(1, 2)).gamma() / ball(half + a + fmpq(1, 2)).gamma()
    return gammas / arb.pi().sqrt() * ball(spin + a) ** ball(a)


def certainly(condition: bool, what: str, at: float | None = None) -> None:
    """Raise NotProved unless a comparison of balls came out true."""
    if not condition:
        raise NotProved(what, at)


def prove_ball_table(table: Sequence[Sequence[arb]], slack: arb, bits: int = 160) -> None:
    """Prove sum table[i][k] u^i v^k - slack >= 0 on [0, 1]^2 for balls: rounded down to integers.

    Every coefficient is replaced by a dyadic number; what that changes is added to the slack.
    """
    scale = max((abs(float(c.mid())) for line in table for c in line), default=0.0)
    certainly(0 < scale < 1e280, "the functional vanishes or overflows")
    unit = arb(2) ** bits / arb(scale)
    integers: list[list[fmpz]] = []
    lost = slack * unit
    for line in table:
        rounded = [(c * unit).mid().floor().unique_fmpz() for c in line]
        certainly(None not in rounded, "precision")
        lost = sum((abs(c * unit - r) for c, r in zip(line, rounded, strict=True)), lost)
        integers.append(rounded)
    below = lost.upper().ceil().unique_fmpz()
    certainly(below is not None, "precision")
    integers[0][0] -= below
    prove_on_square(integers)


def wave_polynomial(spin: int, dimension: int) -> fmpq_poly:
    """P_J(1-2y) = 2F1(-J, J+D-3; D/2-1; y), exact."""
    coefficients, current = [], fmpq(1)
    for r in range(spin + 1):
        coefficients.append(current)
        current *= fmpq((r - spin) * (spin + dimension - 3 + r)) / ((fmpq(dimension, 2) - 1 + r) * (r + 1))
    return fmpq_poly(coefficients)
