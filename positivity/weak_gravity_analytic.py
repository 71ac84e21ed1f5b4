"""The analytic weak-gravity bound: A_4[phi] >= A_2[phi]^3/(768 Phi^2), and its closed form for a regulated pole.

Derived in docs/theory/weak_gravity.md.  D = 4, 0 <= rho_J <= 2, units Lambda = 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

from flint import acb, arb, ctx

from positivity.errors import InputError

_PRECISION = 128


def bessel_moment() -> arb:
    """int_0^inf x K_0(x)^3 dx, a rigorous ball."""
    with ctx.workprec(_PRECISION):

        def integrand(x: acb, _: bool) -> acb:
            return x * acb.bessel_k(x, 0) ** 3

        inner = acb(0)
        # x K_0^3 has a logarithm at 0: below 2^-40 it is at most x (1 - log(x))^3, and falls with x
        edges = [arb(2) ** e for e in range(-40, 6)]
        for low, high in pairwise(edges):
            inner += acb.integral(integrand, low, high)
        tiny, last = edges[0], edges[-1]
        start = tiny * tiny * (1 - tiny.log()) ** 3
        # K_0(x) <= sqrt(pi/(2x)) e^-x
        end = (arb.pi() / 2) ** arb("1.5") * (-3 * last).exp()
        return inner.real + arb(0, 1) * (start + end)


def regulated_constant() -> arb:
    """c in (8 pi G)^3 <= c g4 mu^2: 3072 / int_0^inf x K_0(x)^3 dx = 5242.5..., a rigorous ball."""
    with ctx.workprec(_PRECISION):
        return 3072 / bessel_moment()


@dataclass(frozen=True)
class AnalyticCutoff:
    """8 pi G Lambda^2 <= (c g4 Lambda^8 mu^2/Lambda^2)^(1/3) for a pole 8 pi G/(p^2 + mu^2).

    mu: in units of Lambda.  g4: in units of Lambda^-8, the forward A_4(0) is 4 g4.
    """

    mu: float
    g4: float

    def __post_init__(self) -> None:
        for name in ("mu", "g4"):
            value = getattr(self, name)
            if not (math.isfinite(value) and value > 0):
                raise InputError(f"{name} {value}: use a positive number in units of the cutoff")

    @property
    def value(self) -> float:
        """Upper bound on 8 pi G Lambda^2, rounded up."""
        with ctx.workprec(_PRECISION):
            found = (regulated_constant() * arb(self.g4) * arb(self.mu) ** 2) ** (arb(1) / 3)
            return math.nextafter(float(found.upper()), math.inf)

    @property
    def ratio(self) -> float:
        """Upper bound on Lambda/M_P."""
        return math.nextafter(math.sqrt(self.value), math.inf)

    def to_dict(self) -> dict[str, object]:
        """JSON-ready dictionary."""
        return {
            "schema": "eft-positivity/analytic-cutoff/1", "mu": self.mu, "g4": self.g4, "value": self.value,
            "max_lambda_over_planck_mass": self.ratio, "status": "analytic", "assumptions": ASSUMPTIONS,
        }  # fmt: skip

    def __str__(self) -> str:
        return (
            f"{ASSUMPTIONS}; mu = {self.mu:g}, g4 = {self.g4:g} (Lambda = 1)\n"
            f"  8piG Lambda^2 <= {self.value:.6g}   Lambda/M_P <= {self.ratio:.5g}   analytic, "
            f"constant {float(regulated_constant().mid()):.3f}"
        )


ASSUMPTIONS = (
    "D=4, pole 8piG/(p^2+mu^2), 0 <= rho_J <= 2, states summed as an integral over impact parameter and mass "
    "(m >= Lambda=1), finite forward A_4(0) = 4 g4, no contact terms in A_2, no graviton loops"
)


def largest_g4() -> float:
    """The g4 that full unitarity allows: g4 <= g2/2 and g2 <= 0.753 U, without gravity."""
    return 0.5 * 0.753 * (4 * math.pi) ** 2
