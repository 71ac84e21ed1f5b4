"""Large spins at small mass: J >= J*, x_c <= x <= 1, f(1) = 0.  The X term of the kernel dominates.

    F >= int f (2+3y) + (4X/(D-2)) x^3 int f p^6/(1-y^2) - int f_+ (2-y)/(1-y)^2 (1 - P_J).

0 <= 1 - P_J <= min(1 + |P_J|, 2X(1-y)/(D-2)): the slope of P_J is largest at y = 0 and 1, and |P_J| is
bounded by its Sonin function.  The last integral is bounded on pieces of p and x; on the last piece
of p it grows like the logarithm of X, the X term like X.
"""

from __future__ import annotations

from flint import arb, arb_poly, fmpq

from solvers.verify.budget import spend
from solvers.verify.precision import working_precision
from solvers.verify.smearing import PRECISION, Smeared, ball, certainly, sonin_constant

#: pieces of p (in sqrt(p)) and of x, and moments summed
_PIECES, _STEPS, _MOMENTS = 100, 24, 80


def prove_high_energy(functional: Smeared, spin: int, x_start: fmpq) -> None:
    """Prove F >= 0 for all even J >= spin and x in [x_start, 1]."""
    with working_precision(PRECISION // 2):
        certainly(functional.dimension >= 5, "the large-spin proof is for D >= 5")
        certainly(sum(functional.terms.values(), fmpq(0)) == 0, "f(1) is not 0")
        moments = [functional.moment(6 + 4 * k) for k in range(_MOMENTS)]
        heights, slope = _upper_function(functional), _largest_slope(functional)
        big_x = ball(fmpq(functional.casimir(spin)))
        for i in range(_STEPS):
            spend()
            low, high = (x_start + (1 - x_start) * fmpq(k, _STEPS) for k in (i, i + 1))
            # 1/(1-y^2) = sum y^(2k): negative moments count at the larger x
            gain = sum((ball(m * (low if m > 0 else high) ** (2 * k + 3)) for k, m in enumerate(moments)), arb(0))
            gain -= _missing(slope) * ball(high) ** (2 * _MOMENTS + 3)
            gain *= ball(fmpq(4, functional.dimension - 2))
            regular = [ball(2 * functional.moment(0) + 3 * functional.moment(2) * end) for end in (low, high)]
            growth, lost = _lost(functional, spin, heights, slope, (ball(low), ball(high)))
            enough = gain * big_x > lost - regular[0].min(regular[1])
            # beyond X* the gain grows by `gain` per unit of X, the loss by at most growth/X*
            certainly(
                bool(enough and gain * big_x > growth), f"X term too small at x = {float(low.p) / float(low.q):.3g}"
            )


def _lost(
    functional: Smeared, spin: int, heights: list[arb], slope: arb, ends: tuple[arb, arb]
) -> tuple[arb, arb]:  # fmt: skip
    """(c, bound) with int f_+ (2-y)/(1-y)^2 (1-P_J) <= bound + c log(X/X*), even J >= spin, x between the ends."""
    lightest, x = ends
    beta = fmpq(functional.dimension, 2) - 2
    a, total = beta + fmpq(1, 2), arb(0)
    length = ball(spin + a)
    front = sonin_constant(spin, functional.dimension) / length ** ball(a)
    for i, height in enumerate(heights):
        before, end = ball(fmpq(i, _PIECES) ** 2), ball(fmpq(i + 1, _PIECES) ** 2)
        y = (end**2 * x).upper()
        # (2-y)/(1-y)^2 grows with y; y(1-y) is smallest at the largest or the smallest y of piece and step
        least = before**2 * lightest
        product = (y * (1 - y)).min(least * (1 - least)).lower()
        q_ratio = 1 - ball(beta**2 - fmpq(1, 4)) / (4 * length**2 * product) if product > 0 else arb(-1)
        wave = arb(1)
        if q_ratio > 0:
            wave = wave.min(front * (4 * product) ** ball(-a / 2) / q_ratio.sqrt())
        total += height * (end - before) * (1 + wave) * (2 - y) / (1 - y) ** 2
    # last piece, away from x = 1: 1-P_J <= 2 and int f <= S width^2/2
    last = ball(fmpq(_PIECES - 1, _PIECES) ** 2)
    width = 1 - last
    if x < arb("0.9"):
        return arb(0), total + 2 * slope * width**2 / (1 - x) ** 2
    # last piece: f <= S v, v = 1-p <= width, 1-y >= c v, c = 1+p, and (2-y)/(1-y)^2 <= 2/(1-y)^2
    c = 1 + last
    ratio = 2 * ball(fmpq(functional.casimir(spin), functional.dimension - 2))
    growth = 4 * slope / c**2
    argument = width * ratio * c / 2
    certainly(argument > 1, "spin_split is too small")
    return growth, total + growth * (1 + argument.log())


def _upper_function(functional: Smeared) -> list[arb]:
    """Upper bounds of max(f, 0) on all pieces but the last."""
    degree = max(int((2 * n).p) for n in functional.terms)
    coefficients = [fmpq(0)] * (degree + 1)
    for n, a in functional.terms.items():
        coefficients[int((2 * n).p)] += a
    pieces = _on_pieces(coefficients)[:-1]
    return [(c[0] + sum((abs(d) for d in c[1:]), arb(0))).upper().max(arb(0)) for c in pieces]


def _largest_slope(functional: Smeared) -> arb:
    """S with |f(p)| <= S (1-p): an upper bound of |f'| on [0, 1]."""
    degree = max(int((2 * n).p) for n in functional.terms) - 2
    coefficients = [fmpq(0)] * (degree + 1)
    for n, a in functional.terms.items():
        coefficients[int((2 * n).p) - 2] += n * a
    sizes = [sum((abs(c) for c in local), arb(0)).upper() for local in _on_pieces(coefficients)]
    return max(sizes, key=lambda size: float(size.mid())) * arb("1.000001")


def _on_pieces(coefficients: list[fmpq]) -> list[list[arb]]:
    """A polynomial in q = sqrt(p) around the middle of every piece, in units of half its width."""
    whole = arb_poly([ball(c) for c in coefficients])
    half = ball(fmpq(1, 2 * _PIECES))
    return [whole(arb_poly([ball(fmpq(2 * i + 1, 2 * _PIECES)), half])).coeffs() for i in range(_PIECES)]


def _missing(slope: arb) -> arb:
    """Bound on sum_{k >= _MOMENTS} int |f| p^(6+4k) with |f| <= S (1-p): int p^m (1-p) <= 1/m^2."""
    return slope / (16 * (_MOMENTS - 1))
