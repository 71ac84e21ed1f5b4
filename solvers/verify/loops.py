"""One-loop terms of the forward sum rules, derived for the verifier alone.

Elastic unitarity puts states of spin J and "mass" s on 0 < s < 1 with the density of the tree
waves, rho_J = c_J(s)^2 s^{(D-4)/2} / (2 n_J); their s- and u-channel arcs are minus the finite part
of the heavy average over them.  The t-channel term t^e log(-t) or t^e sqrt(-t) of A_k must vanish
as t -> 0 faster than the powers used, else there is no forward sum rule.
"""

from __future__ import annotations

from math import factorial

from flint import fmpq, fmpq_poly

from solvers.verify.rows import Coupling, ultraviolet, wave_series


def pi_power(dimension: int) -> int:
    """All loop terms carry this power of pi: -1 of the arc, and 1/n_J ~ pi^-((D-2)//2)."""
    return -1 - (dimension - 2) // 2


def loop_coefficient(j: int, power: int, first: Coupling, second: Coupling, dimension: int) -> fmpq | None:
    """Loop term of [t^power] A_{2j} over pi^pi_power g_first g_second; None where it diverges."""
    left, right = (_waves(c, dimension) for c in (first, second))
    doubled = 1 if first == second else 2
    densities = {
        spin: left[spin] * right[spin] * doubled / (2 * _norm(spin, dimension)) for spin in left if spin in right
    }
    order = 2 * (first[0] + second[0]) + 3 * (first[1] + second[1])
    exponent = fmpq(dimension - 4, 2) + order - 2 * j
    if exponent <= power and _t_channel(densities, j, dimension) != 0:
        return None
    if exponent == power:
        return fmpq(0)
    kernel = ultraviolet(j, power + 1, dimension)[power]
    total = sum((rho * kernel(fmpq(spin * (spin + dimension - 3))) for spin, rho in densities.items()), fmpq(0))
    return -total / (exponent - power)


def _waves(coupling: Coupling, dimension: int) -> dict[int, fmpq]:
    """Partial waves of sigma2^p sigma3^q at s = 1, from the highest power of z = t/s down."""
    p, q = coupling
    rest = fmpq_poly([2, 2, 2]) ** p * fmpq_poly([0, -1, -1]) ** q
    found: dict[int, fmpq] = {}
    for spin in range(rest.degree(), -1, -2):
        basis = _legendre(spin, dimension)
        found[spin] = rest[spin] / basis[spin]
        rest -= basis * found[spin]
    return found


def _legendre(spin: int, dimension: int) -> fmpq_poly:
    casimir = fmpq(spin * (spin + dimension - 3))
    return fmpq_poly([row(casimir) for row in wave_series(spin + 1, dimension)])


def _t_channel(densities: dict[int, fmpq], j: int, dimension: int) -> fmpq:
    """Coefficient of w^j in the crossed discontinuity sum rho_J P_J(1+2s/t), w = s(s+t), at t = 1."""
    rest = sum((_legendre(spin, dimension) * rho for spin, rho in densities.items()), fmpq_poly([0]))
    square, value = fmpq_poly([0, 1, 1]), fmpq(0)
    for power in range(rest.degree() // 2, j - 1, -1):
        value = rest[2 * power]
        rest -= square**power * value
    return value if rest.degree() >= 0 or value != 0 else fmpq(0)


def _norm(spin: int, dimension: int) -> fmpq:
    """n_J / pi^((D-2)//2), n_J = (4 pi)^(D/2) (D+2J-3) Gamma(D+J-3) / (pi Gamma(D/2-1) Gamma(J+1))."""
    value = fmpq(2) ** dimension * (dimension + 2 * spin - 3) * factorial(dimension + spin - 4) / factorial(spin)
    half = fmpq(dimension, 2) - 2
    while half > 0:  # Gamma(D/2-1) = (D/2-2)(D/2-3)...; Gamma(1/2) = sqrt(pi) is in the power of pi
        value /= half
        half -= 1
    return value
