"""Large spins at moderate impact parameter: J >= J*, xi = X x <= xi_c.

With v = X*/X in [0, 1] and x = xi v/X* the kernel is a double power series,

    F = int f [2 + 3y + (4/(D-2)) xi x^2 p^6/(1-y^2)] + int f (2-y)/(1-y)^2 (P_J - 1),
    P_J - 1 = sum_{r>=1} (-p^2 xi)^r prod_{i<r} (1 - i(i+D-3) v/X*) / ((D/2-1)_r r!),

truncated in both powers with a bound on the rest: for an integer spin every factor of the product
is in [0, 1] until one vanishes.  Then strips of xi, each a short polynomial in two variables.
"""

from __future__ import annotations

from flint import arb, arb_poly, fmpq

from solvers.verify.budget import spend
from solvers.verify.nonnegative import NotProved
from solvers.verify.precision import working_precision
from solvers.verify.smearing import PRECISION, Smeared, ball, certainly, prove_ball_table

#: width of a strip in sqrt(xi), and the degrees kept in it
_STRIP, _DEGREE_XI, _DEGREE_V = fmpq(1, 2), 20, 12
#: powers of y = p^2 x kept
_POWERS = 24


def prove_moderate_impact(functional: Smeared, spin: int, xi_end: fmpq) -> None:
    """Prove F >= 0 for all integer spins J >= spin and xi in [0, xi_end], x <= xi_end/X*."""
    with working_precision(PRECISION):
        certainly(xi_end * 4 <= functional.casimir(spin), "xi_split needs a larger spin_split: 4 xi <= X*")
        columns, rest = _series(functional, spin, xi_end)
        root = fmpq(0)
        while root * root < xi_end:
            spend()
            low, high = root * root, min((root + _STRIP) ** 2, xi_end)
            try:
                _prove_strip(columns, rest, low, high)
            except NotProved as failure:
                raise NotProved(f"{failure}, b between {float(2 * root):.3g} and {float(2 * root) + 1:.3g}") from None
            root += _STRIP


def _series(functional: Smeared, spin: int, xi_end: fmpq) -> tuple[list[arb_poly], arb]:
    """Polynomials in xi multiplying v^0, v^1, ..., and a bound on what is left out."""
    dimension, start = functional.dimension, fmpq(functional.casimir(spin))
    half = fmpq(dimension, 2) - 1
    terms = _wave_terms(xi_end, half)
    table = [[arb(0)] * (terms + _POWERS + 3) for _ in range(terms + _POWERS + 3)]
    moments = [ball(functional.moment(2 * k)) for k in range(terms + _POWERS + 8)]
    table[0][0] += 2 * moments[0]
    table[1][1] += 3 * moments[1] / ball(start)
    for k in range(0, _POWERS, 2):
        table[2 + k][3 + k] += moments[3 + k] * ball(fmpq(4, dimension - 2) / start ** (2 + k))
    product, front = arb_poly([1]), arb(1)
    for r in range(1, terms + 1):
        i = r - 1
        product *= arb_poly([arb(1), -ball(fmpq(i * (i + dimension - 3)) / start)])
        front = -front / ball((half + i) * r)
        line = product.coeffs()
        for k in range(_POWERS):
            factor = front * (k + 2) * moments[r + k] / ball(start) ** k
            for m, c in enumerate(line):
                table[m + k][r + k] += factor * c
    return [arb_poly(line) for line in table], _rest(functional, start, xi_end, terms)


def _wave_terms(xi_end: fmpq, half: fmpq) -> int:
    """How many powers of xi until the terms of P_J are below 1e-40."""
    term, r = ball(xi_end) / ball(half), 1
    while not term < arb("1e-40") or fmpq(r) * r < 4 * xi_end:
        term = term * ball(xi_end) / ball((half + r) * (r + 1))
        r += 1
    return r


def _rest(functional: Smeared, start: fmpq, xi_end: fmpq, terms: int) -> arb:
    """Bound on the truncated powers of p^2 xi and of y, for x <= x_end = xi_end/X* <= 1/4."""
    x = ball(xi_end / start)
    half = fmpq(functional.dimension, 2) - 1
    term = arb(1)
    for r in range(terms + 1):
        term = term * ball(xi_end) / ball((half + r) * (r + 1))
    # the ratio of consecutive terms is below 1/4, and (2-y)/(1-y)^2 below its value at x_end
    wave = 2 * term * (2 - x) / (1 - x) ** 2 * ball(functional.size(0))
    # sum_{k >= K} (k+2) x^k <= (K+2) x^K / (1-x)^2; |P_J - 1| <= 2
    powers = 2 * (_POWERS + 2) * x**_POWERS / (1 - x) ** 2 * ball(functional.size(2 * _POWERS))
    # 4/(D-2) <= 2
    pole = 2 * ball(xi_end) * x ** (2 + _POWERS) / (1 - x**2) * ball(functional.size(6))
    return wave + powers * (1 + term) + pole


def _prove_strip(columns: list[arb_poly], rest: arb, low: fmpq, high: fmpq) -> None:
    line = arb_poly([ball(low), ball(high - low)])
    slack, table = rest, []
    for m, column in enumerate(columns):
        coefficients = column(line).coeffs()
        if m > _DEGREE_V:
            slack += sum((abs(c) for c in coefficients), arb(0))
            continue
        slack += sum((abs(c) for c in coefficients[_DEGREE_XI + 1 :]), arb(0))
        kept = coefficients[: _DEGREE_XI + 1]
        table.append(kept + [arb(0)] * (_DEGREE_XI + 1 - len(kept)))
    # transposed: u (along xi) first
    prove_ball_table([list(column) for column in zip(*table, strict=True)], slack)
