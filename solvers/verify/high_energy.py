"""Large spins at small mass: J >= J*, x_c <= x <= 1, f(1) = 0.  The X term of the kernel dominates.

    F >= int f (2+3y) + (4X/(D-2)) x^3 int f p^6/(1-y^2) - int f_+ (2-y)/(1-y)^2 (1 - P_J),

0 <= 1 - P_J <= min(2, 2X(1-y)/(D-2)): the slope of P_J at y = 1 is its largest.  With |f| <= S (1-p)
and 1-y >= 1-p the last integral is at most 4S (1 + log(X/(D-2))), if the factor 2-y <= 2 is kept.
"""

from __future__ import annotations

from flint import arb, ctx, fmpq

from solvers.verify.smearing import PRECISION, Smeared, ball, certainly

_PIECES, _MOMENTS = 400, 30


def prove_high_energy(functional: Smeared, spin: int, x_start: fmpq) -> None:
    """Prove F >= 0 for all even J >= spin and x in [x_start, 1]."""
    with ctx.workprec(PRECISION // 2):
        moments = [functional.moment(6 + 4 * k) for k in range(_MOMENTS)]
        certainly(all(m >= 0 for m in moments), "a moment int f p^(6+4k) is negative")
        certainly(sum(functional.terms.values(), fmpq(0)) == 0, "f(1) is not 0")
        slope = _largest_slope(functional)
        # moments beyond are bounded with |f| <= S (1-p)
        below = ball(x_start) ** 3 * sum((ball(m) * ball(x_start) ** (2 * k) for k, m in enumerate(moments)), arb(0))
        below -= _missing(slope)
        below *= ball(fmpq(4, functional.dimension - 2))
        first, second = functional.moment(0), functional.moment(2)
        regular = ball(min(2 * first + 3 * second, 2 * first + 3 * second * x_start))
        big_x = ball(fmpq(functional.casimir(spin)))
        ratio = big_x / (functional.dimension - 2)
        lost = 4 * slope * (1 + ratio.log()) - regular
        certainly(big_x * below > lost, "the X term does not dominate at x in [x_split, 1]: raise spin_split")
        # from there on the left side grows by `below` per unit of X, the right one by at most 4S/X*
        certainly(below * big_x > 4 * slope, "the X term does not keep dominating: raise spin_split")


def _missing(slope: arb) -> arb:
    """Bound on sum_{k >= _MOMENTS} int |f| p^(6+4k), |f| <= S (1-p): int p^m (1-p) <= 1/m^2."""
    return slope / (4 * (4 * _MOMENTS))


def _largest_slope(functional: Smeared) -> arb:
    """S with |f(p)| <= S (1-p): an upper bound of |f'| on [0, 1], piece by piece."""
    largest = arb(0)
    for i in range(_PIECES):
        p = arb(i).union(arb(i + 1)) / _PIECES
        total = sum((ball(n * a) * _power(p, n - 1) for n, a in functional.terms.items()), arb(0))
        largest = largest.max(abs(total).upper())
    return largest


def _power(p: arb, exponent: fmpq) -> arb:
    low, high = p.lower(), p.upper()
    start = low ** ball(exponent) if low > 0 else arb(0)
    return start.union(high ** ball(exponent))
