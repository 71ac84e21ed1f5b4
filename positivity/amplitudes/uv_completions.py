"""Known crossing-symmetric amplitudes and their Wilson coefficients in closed form.

All have a non-negative density at masses >= m, so their couplings lie inside every valid bound.
Constants are dropped.  Conventions: docs/theory/conventions.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb

from flint import fmpq
from mpmath import mp, mpf

from positivity.questions.couplings import Combination, Coupling, combination_text, order_of
from positivity.questions.errors import InputError, check_dimension, known_keywords, shown
from positivity.questions.numbers import parse_rational
from solvers.precision import working_digits

_DIGITS = 40


@dataclass(frozen=True)
class Theory:
    """An amplitude at mass 1.

    name: for legends.  amplitude: formula with m = 1.  coefficient: (p, q) -> g_{pq}.  rational: the same
    as exact rationals, None where the couplings are irrational.
    """

    name: str
    amplitude: str
    coefficient: Callable[[Coupling], mpf]
    rational: Callable[[Coupling], fmpq] | None = None

    def exact(self, coupling: Coupling, mass_squared: object = 1) -> fmpq:
        """g_{pq} at the given mass as a rational; raises InputError where it is irrational."""
        if self.rational is None:
            raise InputError(f"the couplings of {self.name} are irrational: use values(), to 40 digits")
        return self.rational(coupling) / parse_rational(mass_squared, "mass^2") ** order_of(coupling)

    def values(self, names: Sequence[Combination], mass_squared: object = 1) -> dict[str, str]:
        """{name: value} of combinations of couplings, as text for `positivity.check`.

        Exact rationals where they are rational, else decimals correct to about 35 digits.
        """
        found = {}
        for name in names:
            if self.rational is not None:
                value = sum((c * self.exact(g, mass_squared) for g, c in name.items()), fmpq(0))
                found[combination_text(name)] = str(value)
            else:
                found[combination_text(name)] = mp.nstr(self.combination(name, mass_squared), 35, strip_zeros=False)
        return found

    def coupling(self, coupling: Coupling, mass_squared: object = 1) -> mpf:
        """g_{pq} at the given mass: it scales as m^(-2n), relative to g at m = 1."""
        with working_digits(_DIGITS):
            mass = mass_squared if isinstance(mass_squared, mpf) else to_mpf(parse_rational(mass_squared, "mass^2"))
            return +(self.coefficient(coupling) / mass ** order_of(coupling))

    def ratio(self, coupling: Combination, over: Combination, mass_squared: object = 1) -> mpf:
        """Ratio of two combinations of couplings."""
        with working_digits(_DIGITS):
            return self.combination(coupling, mass_squared) / self.combination(over, mass_squared)

    def combination(self, combination: Combination, mass_squared: object = 1) -> mpf:
        """sum c_{pq} g_{pq} at the given mass."""
        with working_digits(_DIGITS):
            return mp.fsum(
                mpf(int(c.p)) / int(c.q) * self.coupling(name, mass_squared) for name, c in combination.items()
            )


def power_sum(coupling: Coupling) -> fmpq:
    """Coefficient of sigma2^p sigma3^q in s^n + t^n + u^n, n = 2p + 3q.

    From sum_n x^n (s^n+t^n+u^n) = (3 - sigma2 x^2/2) / (1 - sigma2 x^2/2 - sigma3 x^3).
    """
    p, q = coupling
    return fmpq(3 * comb(p + q, q) - (comb(p + q - 1, q) if p else 0), 2**p)


def _stu(coupling: Coupling) -> fmpq:
    # (1-s)(1-t)(1-u) = 1 - sigma2/2 - sigma3
    p, q = coupling
    return fmpq(comb(p + q, q), 2**p)


def _stu_spin0_share(dimension: int) -> mpf:
    """J = 0 part of the residue 1/((1-t)(2+t)) of the stu pole at s = 1; (2/3) ln 2 in D = 4."""
    with working_digits(_DIGITS):
        half = (mpf(check_dimension(dimension)) - 4) / 2

        def measure(z: mpf) -> mpf:
            return (1 - z * z) ** half

        def residue(z: mpf) -> mpf:
            t = -(1 - z) / 2
            return measure(z) / ((1 - t) * (2 + t))

        return mp.quad(residue, [-1, 0, 1]) / mp.quad(measure, [-1, 0, 1])


def _bubble_moment(order: int, dimension: int) -> fmpq:
    """int_0^1 dx x^(n-1-(D-4)/2) (1-x)^((D-3)/2): the bubble with its threshold at 1.

    This is B(a, b) with a = n - (D-4)/2, b = (D-1)/2, one of them an integer: B(a, k) = (k-1)!/(a)_k.
    """
    a, b = order - fmpq(dimension - 4, 2), fmpq(dimension - 1, 2)
    if a.q == 1:
        a, b = b, a
    value = fmpq(1) / a
    for k in range(1, int(b.p)):
        value *= k / (a + k)
    return value


def _exact_theory(name: str, amplitude: str, rational: Callable[[Coupling], fmpq]) -> Theory:
    return Theory(name, amplitude, lambda coupling: to_mpf(rational(coupling)), rational)


def to_mpf(value: fmpq) -> mpf:
    """The nearest number of the current precision."""
    return mpf(int(value.p)) / int(value.q)


def spin0_exchange() -> Theory:
    """1/(m^2-s) + 1/(m^2-t) + 1/(m^2-u)."""
    return _exact_theory("spin-0 exchange", "1/(1-s) + 1/(1-t) + 1/(1-u)", power_sum)


def stu_pole() -> Theory:
    """1/((m^2-s)(m^2-t)(m^2-u))."""
    return _exact_theory("stu pole", "1/((1-s)(1-t)(1-u))", _stu)


@known_keywords
def stu_minus_spin0(dimension: int = 4) -> Theory:
    """The stu pole with its spin-0 state at s = m^2 removed; extremal at g4/g2 = 1/2."""
    share = _stu_spin0_share(dimension)
    return Theory(
        "stu pole minus spin 0",
        f"1/((1-s)(1-t)(1-u)) - {mp.nstr(share, 8)} (1/(1-s) + 1/(1-t) + 1/(1-u))",
        lambda coupling: to_mpf(_stu(coupling)) - share * to_mpf(power_sum(coupling)),
    )


@known_keywords
def heavy_bubbles(dimension: int = 4) -> Theory:
    """One-loop bubbles B(s)+B(t)+B(u) of a heavy scalar with its two-particle threshold at m^2.

    Raises InputError for D >= 8, where the moment that gives g2 diverges.
    """
    dimension = check_dimension(dimension)
    if dimension >= 8:
        raise InputError(f"heavy bubbles in D={dimension}: their g2 diverges from D=8 on")
    return _exact_theory(
        "heavy-scalar bubbles",
        "B(s) + B(t) + B(u)",
        lambda coupling: power_sum(coupling) * _bubble_moment(order_of(coupling), dimension),
    )


@known_keywords
def known_theories(dimension: int = 4) -> list[Theory]:
    """All of the above that exist in D dimensions."""
    theories = [spin0_exchange(), stu_pole(), stu_minus_spin0(dimension)]
    return [*theories, heavy_bubbles(dimension)] if dimension < 8 else theories


def check_theory(theory: object) -> Theory:
    """A theory; raises InputError for anything else."""
    if not isinstance(theory, Theory):
        raise InputError(f"{shown(theory)} is no theory: give e.g. uv.stu_pole() or uv.from_amplitude(...)")
    return theory


@known_keywords
def mixture(terms: Sequence[tuple[Theory, object, object]]) -> Theory:
    """Sum of weight * theory(mass^2) over terms (theory, weight >= 0, mass^2 >= 1).

    Exact when every theory is; weights and masses are read as exact decimals.  Raises InputError for a
    negative weight or a mass below the cutoff.
    """
    if not isinstance(terms, list | tuple) or not all(
        isinstance(term, list | tuple) and len(term) == 3 for term in terms
    ):
        raise InputError(f"terms {shown(terms)}: give a list of (theory, weight, mass^2)")
    parts = [(check_theory(t), parse_rational(w, "weight"), parse_rational(m, "mass^2")) for t, w, m in terms]
    for theory, weight, mass in parts:
        if weight < 0 or mass < 1:
            raise InputError(f"{theory.name}: weight {weight}, mass^2 {mass}: use weight >= 0 and mass^2 >= 1 (M = 1)")

    def rational(coupling: Coupling) -> fmpq:
        return sum((w * theory.exact(coupling, m) for theory, w, m in parts), fmpq(0))

    def coefficient(coupling: Coupling) -> mpf:
        return mp.fsum(to_mpf(w) * theory.coupling(coupling, to_mpf(m)) for theory, w, m in parts)

    exact = all(theory.rational is not None for theory, _, _ in parts)
    text = " + ".join(f"{w} * ({theory.name} at m^2 = {m})" for theory, w, m in parts)
    return Theory(" + ".join(t.name for t, _, _ in parts), text, coefficient, rational if exact else None)


@dataclass(frozen=True)
class PlaneMarker:
    """A labelled point of a plane."""

    label: str
    x: float
    y: float
