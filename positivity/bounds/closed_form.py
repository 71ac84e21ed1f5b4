r"""The weak-gravity bound in closed form: (8piG)^3 <= [3072 / int_0^inf x K_0(x)^3 dx] g4 mu^2 Lambda^6.

In D = 4 at large impact parameter A_2 = 8 int b db J_0(bp) W(b), W = int_0^1 dw rho <= 2, and A_4 has
W_4 = int w^2 rho dw >= W^3/12 in place of W: with 0 <= rho <= 2 the smallest W_4 at given W fills w < W/2
with rho = 2.  For a pole regulated to 8piG/(p^2+mu^2) W = 8piG K_0(mu b)/8, and A_4(0) = 4 g4.
Source: 2502.10375; derivation: docs/theory/weak_gravity.md.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flint import acb, arb, fmpq

from positivity.questions.errors import InputError, known_keywords, shown
from positivity.questions.numbers import parse_rational
from solvers.verify.precision import working_precision

_BITS = 160
#: where the integral of K_0 is cut: K_0(x) <= sqrt(pi/(2x)) e^-x bounds the rest
_CUT, _START = 40, fmpq(1, 2**60)


@lru_cache(maxsize=1)
def bessel_integral() -> arb:
    """int_0^inf x K_0(x)^3 dx as a ball, by verified quadrature; the ends are bounded.

    K_0(x)^3 x <= x (1 + log(1/x))^3 below 2^-60, and K_0(x) <= sqrt(pi/(2x)) e^-x beyond 40.
    """
    with working_precision(_BITS):

        def integrand(x: acb, _: bool) -> acb:
            return x * x.bessel_k(0) ** 3

        middle = arb(0)
        edges = [arb(_START) * arb(2) ** (4 * i) for i in range(15)] + [arb(1), arb(4), arb(12), arb(_CUT)]
        for low, high in itertools.pairwise(edges):
            middle += acb.integral(integrand, acb(low), acb(high)).real
        # below the start: K_0(x) <= 1 + log(1/x) =: l for x < 1, and int_0^a x l^3 <= a^2 l(a)^3 for a < e^-2
        first = arb(_START)
        rest = first**2 * (1 - first.log()) ** 3 + (arb.pi() / 2) ** arb(1.5) * (-3 * arb(_CUT)).exp()
        return middle + rest * arb("0.5 +/- 0.5")


@lru_cache(maxsize=1)
def hoelder_constant() -> arb:
    """3072 / int_0^inf x K_0(x)^3 dx = 5242.528..., a ball."""
    with working_precision(_BITS):
        return 3072 / bessel_integral()


@dataclass(frozen=True)
class AnalyticCutoff:
    """(8piG Lambda^2)^3 <= constant g4 Lambda^8 (mu/Lambda)^2, and what follows for Lambda/M_P.

    mu in units of the cutoff, g4 in units of Lambda^-8.  value, cutoff_over_planck: upper ends, rounded up.
    """

    mu: str
    g4: str
    constant: str
    value: float
    cutoff_over_planck: float

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is assumed, in words."""
        return (
            "D=4, 0 <= rho_J <= 2, all even spins, masses >= Lambda=1",
            f"A_2(-p^2) = 8piG/(p^2+mu^2) for all p, mu = {self.mu} Lambda, no contact terms, graviton loops neglected",
            f"A_4(0) = 4 g4, g4 = {self.g4} Lambda^-8",
            "leading order at large impact parameter: exact as mu/Lambda -> 0, an estimate at mu of order Lambda",
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary (schema eft-positivity/cutoff-analytic/1)."""
        return {
            "schema": "eft-positivity/cutoff-analytic/1",
            "mu": self.mu,
            "g4": self.g4,
            "constant": self.constant,
            "quantity": "8piG Lambda^2",
            "value": self.value,
            "Lambda_over_M_P": self.cutoff_over_planck,
            "status": "closed form, evaluated in ball arithmetic and rounded up",
            "assumptions": list(self.assumptions),
        }

    def __str__(self) -> str:
        return "\n".join(
            [
                *(f"assumed: {text}" for text in self.assumptions),
                f"8piG Lambda^2 <= ({self.constant} g4 mu^2)^(1/3) = {self.value:.6g}   closed form",
                f"Lambda/M_P <= {self.cutoff_over_planck:.6g}",
            ]
        )


@known_keywords
def analytic_cutoff(mu: object, g4: object) -> AnalyticCutoff:
    """The closed form at given mu (units of Lambda) and g4 (units of Lambda^-8), numbers or decimal text.

    Raises InputError unless both are positive.
    """
    exact = {}
    for name, value in (("mu", mu), ("g4", g4)):
        if value is None:
            raise InputError(f"{name} is not given: the closed form needs mu and g4, e.g. mu = 1 and g4 = 50")
        exact[name] = parse_rational(value, name)
        if exact[name] <= 0:
            raise InputError(f"{name} {shown(value)}: give a positive number in units of the cutoff")
    with working_precision(_BITS):
        cube = hoelder_constant() * arb(exact["g4"]) * arb(exact["mu"]) ** 2
        value = cube.root(3)
        return AnalyticCutoff(
            str(exact["mu"]), str(exact["g4"]), hoelder_constant().str(10, radius=False),
            _above(value), _above(value.sqrt()),
        )  # fmt: skip


def _above(ball: arb) -> float:
    """A float not below the ball."""
    found = float(ball.upper())
    while not arb(found) >= ball:
        found *= 1 + 2.0**-50
    return found
