"""One spin, all masses: the smeared kernel as an exact polynomial in x plus kappa int f/(1+y).

(1+y) K is a polynomial in y for even J, so K = q(y) + kappa/(1+y) with rational q and kappa.  The
last term is expanded in y - 1/2, where it converges like 3^-N, with its remainder.
"""

from __future__ import annotations

from functools import lru_cache

from flint import fmpq, fmpq_poly, fmpz, fmpz_poly

from solvers.verify.nonnegative import NotProved, prove_on_interval
from solvers.verify.smearing import Smeared, wave_polynomial

#: terms of 1/(1+y) around y = 1/2; the remainder is below 3^-64 = 3e-31
_TERMS = 64


def split_kernel(spin: int, dimension: int) -> tuple[fmpq_poly, fmpq]:
    """q and kappa with K = q(y) + kappa/(1+y); raises NotProved if the double pole does not cancel."""
    wave = wave_polynomial(spin, dimension)
    slope = fmpq(4 * spin * (spin + dimension - 3), dimension - 2)
    y, plus = fmpq_poly([0, 1]), fmpq_poly([1, 1])
    square = fmpq_poly([1, -2, 1])
    top = fmpq_poly([2, 3]) * square * plus - (2 - y) * (1 - wave) * plus + y**3 * fmpq_poly([1, -1]) * slope
    quotient, rest = divmod(top, square)
    if rest != 0:
        raise NotProved(f"the kernel of spin {spin} has a pole at t = -m^2")
    polynomial, kappa = divmod(quotient, plus)
    return polynomial, kappa[0]


@lru_cache(maxsize=1)
def _one_over_plus() -> fmpq_poly:
    """sum_{k < _TERMS} (2/3) (-2/3)^k (y-1/2)^k; 1/(1+y) differs by at most 3^-_TERMS on [0, 1]."""
    u = fmpq_poly([fmpq(-1, 2), 1]) * fmpq(-2, 3)
    total, power = fmpq_poly([0]), fmpq_poly([1])
    for _ in range(_TERMS):
        total += power
        power *= u
    return total * fmpq(2, 3)


def prove_spin(functional: Smeared, spin: int) -> None:
    """Prove F(x, J) >= 0 for all x in [0, 1]; raises NotProved with the place."""
    polynomial, kappa = split_kernel(spin, functional.dimension)
    polynomial += _one_over_plus() * kappa
    smeared = [c * functional.moment(2 * r) for r, c in enumerate(polynomial.coeffs())]
    smeared[0] -= abs(kappa) * functional.size(0) / fmpq(3) ** _TERMS
    common = fmpz(1)
    for c in smeared:
        common = common.lcm(c.q)
    prove_on_interval(fmpz_poly([(c * common).p for c in smeared]))
