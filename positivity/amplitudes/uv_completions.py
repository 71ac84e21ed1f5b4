"""Known crossing-symmetric amplitudes and their Wilson coefficients in closed form.

All have a non-negative density at masses >= m, so their couplings lie inside every valid bound.
Constants are dropped.  Conventions: docs/theory/conventions.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb

from mpmath import mp, mpf

from positivity.couplings import Combination, Coupling, order_of
from positivity.errors import InputError

_DIGITS = 40


@dataclass(frozen=True)
class Theory:
    """An amplitude at mass 1.

    name: for legends.  amplitude: formula with m = 1.  coefficient: (p, q) -> g_{pq}.
    """

    name: str
    amplitude: str
    coefficient: Callable[[Coupling], mpf]

    def coupling(self, coupling: Coupling, mass_squared: object = 1) -> mpf:
        """g_{pq} at the given mass: it scales as m^(-2n), relative to g at m = 1."""
        with mp.workdps(_DIGITS):
            return +(self.coefficient(coupling) / mpf(mass_squared) ** order_of(coupling))

    def ratio(self, coupling: Combination, over: Combination, mass_squared: object = 1) -> mpf:
        """Ratio of two combinations of couplings."""
        with mp.workdps(_DIGITS):
            return self.combination(coupling, mass_squared) / self.combination(over, mass_squared)

    def combination(self, combination: Combination, mass_squared: object = 1) -> mpf:
        """sum c_{pq} g_{pq} at the given mass."""
        with mp.workdps(_DIGITS):
            return mp.fsum(
                mpf(int(c.p)) / int(c.q) * self.coupling(name, mass_squared) for name, c in combination.items()
            )


def power_sum(coupling: Coupling) -> mpf:
    """Coefficient of sigma2^p sigma3^q in s^n + t^n + u^n, n = 2p + 3q.

    From sum_n x^n (s^n+t^n+u^n) = (3 - sigma2 x^2/2) / (1 - sigma2 x^2/2 - sigma3 x^3).
    """
    p, q = coupling
    value = 3 * comb(p + q, q) - (comb(p + q - 1, q) if p else 0)
    return mpf(value) / 2**p


def _stu(coupling: Coupling) -> mpf:
    # (1-s)(1-t)(1-u) = 1 - sigma2/2 - sigma3
    p, q = coupling
    return mpf(comb(p + q, q)) / 2**p


def _stu_spin0_share(dimension: int) -> mpf:
    """J = 0 part of the residue 1/((1-t)(2+t)) of the stu pole at s = 1; (2/3) ln 2 in D = 4."""
    with mp.workdps(_DIGITS):
        half = (mpf(dimension) - 4) / 2

        def measure(z: mpf) -> mpf:
            return (1 - z * z) ** half

        def residue(z: mpf) -> mpf:
            t = -(1 - z) / 2
            return measure(z) / ((1 - t) * (2 + t))

        return mp.quad(residue, [-1, 0, 1]) / mp.quad(measure, [-1, 0, 1])


def _bubble_moment(order: int, dimension: int) -> mpf:
    """int_0^1 dx x^(n-1-(D-4)/2) (1-x)^((D-3)/2): the bubble with its threshold at 1."""
    return mp.beta(order - (mpf(dimension) - 4) / 2, (mpf(dimension) - 1) / 2)


def spin0_exchange() -> Theory:
    """1/(m^2-s) + 1/(m^2-t) + 1/(m^2-u)."""
    return Theory("spin-0 exchange", "1/(1-s) + 1/(1-t) + 1/(1-u)", power_sum)


def stu_pole() -> Theory:
    """1/((m^2-s)(m^2-t)(m^2-u))."""
    return Theory("stu pole", "1/((1-s)(1-t)(1-u))", _stu)


def stu_minus_spin0(dimension: int = 4) -> Theory:
    """The stu pole with its spin-0 state at s = m^2 removed; extremal at g4/g2 = 1/2."""
    share = _stu_spin0_share(dimension)
    return Theory(
        "stu pole minus spin 0",
        f"1/((1-s)(1-t)(1-u)) - {mp.nstr(share, 8)} (1/(1-s) + 1/(1-t) + 1/(1-u))",
        lambda coupling: _stu(coupling) - share * power_sum(coupling),
    )


def heavy_bubbles(dimension: int = 4) -> Theory:
    """One-loop bubbles B(s)+B(t)+B(u) of a heavy scalar with its two-particle threshold at m^2.

    Raises InputError for D >= 8, where the moment that gives g2 diverges.
    """
    if dimension >= 8:
        raise InputError(f"heavy bubbles in D={dimension}: their g2 diverges from D=8 on")
    return Theory(
        "heavy-scalar bubbles",
        "B(s) + B(t) + B(u)",
        lambda coupling: power_sum(coupling) * _bubble_moment(order_of(coupling), dimension),
    )


def known_theories(dimension: int = 4) -> list[Theory]:
    """All of the above that exist in D dimensions."""
    theories = [spin0_exchange(), stu_pole(), stu_minus_spin0(dimension)]
    return [*theories, heavy_bubbles(dimension)] if dimension < 8 else theories


def mixture(terms: Sequence[tuple[Theory, object, object]]) -> Theory:
    """Sum of weight * theory(mass^2) over terms (theory, weight >= 0, mass^2 >= 1)."""
    return Theory(
        " + ".join(theory.name for theory, _, _ in terms),
        "mixture",
        lambda coupling: mp.fsum(mpf(w) * theory.coupling(coupling, m) for theory, w, m in terms),
    )
