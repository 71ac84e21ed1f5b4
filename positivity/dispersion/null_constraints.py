"""Null constraints: combinations of forward sum rules whose infrared side vanishes by crossing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flint import fmpq, fmpz_poly

from positivity.couplings import coupling_name, couplings_of_order
from positivity.dispersion.sum_rules import (
    Functional,
    add_to,
    coupling_functional,
    functional_kernel,
    ir_side,
)
from positivity.errors import check_dimension, check_order


@dataclass(frozen=True)
class NullConstraint:
    """One null constraint < polynomial(X) / m^{2n} > = 0 at tree level.

    order: Mandelstam order n.  j: the subtraction level of the sum rule [t^{n-2j}] A_{2j} it
    comes from.  polynomial: primitive integer polynomial in X = J(J+D-3), positive leading
    coefficient, degree n-2j.  functional: the same as rational multiples of the sum rules
    (j, r) = [t^r] A_{2j}.  Source: 2011.02957 section 3, closed form derived in
    docs/theory/sum_rules.md.
    """

    order: int
    dimension: int
    j: int
    polynomial: fmpz_poly
    functional: tuple[tuple[tuple[int, int], fmpq], ...]

    def coefficients(self) -> list[int]:
        """Coefficients of the polynomial in X, ascending."""
        return [int(c) for c in self.polynomial.coeffs()]


@lru_cache(maxsize=1024)
def _nulls_at_order(n: int, dimension: int) -> tuple[NullConstraint, ...]:
    solved = {(n - q) // 2 for _, q in couplings_of_order(n)}
    nulls = []
    for j in range(n // 2, 0, -1):
        if j in solved:
            continue
        functional: Functional = {(j, n - 2 * j): fmpq(1)}
        for coupling, value in ir_side(j, n - 2 * j).items():
            add_to(functional, coupling_functional(coupling), -value)
        kernel = functional_kernel(functional, dimension)[n]
        scale = fmpq(kernel.denom()) / kernel.numer().content()
        if kernel.numer().leading_coefficient() < 0:
            scale = -scale
        polynomial = (kernel * scale).numer()
        terms = tuple((rule, value * scale) for rule, value in functional.items())
        nulls.append(NullConstraint(n, dimension, j, polynomial, terms))
    return tuple(nulls)


def null_constraints(order: int, dimension: int = 4) -> list[NullConstraint]:
    """All tree-level null constraints with Mandelstam order 4..`order`, lowest order first.

    Their numbers for n = 4, 5, ..., 10 are 1, 1, 1, 2, 2, 2, 3.  Raises InputError for an
    order below 4 or a dimension that is not an integer >= 4.
    """
    check_dimension(dimension)
    check_order(order, 4, "null constraints, which begin at order 4")
    return [null for n in range(4, order + 1) for null in _nulls_at_order(n, dimension)]


def null_text(null: NullConstraint, variable: str = "X") -> str:
    """The constraint as a person writes it: "< X(X-8) / m^8 > = 0"."""
    return f"< {factored(null.polynomial, variable)} / m^{2 * null.order} > = 0"


def null_latex(null: NullConstraint) -> str:
    r"""LaTeX of the constraint: \left\langle \frac{...}{m^{8}} \right\rangle = 0."""
    body = factored(null.polynomial, r"\mathcal{X}", latex=True)
    return rf"\left\langle \frac{{{body}}}{{m^{{{2 * null.order}}}}} \right\rangle = 0"


def coupling_text(coupling: tuple[int, int], dimension: int) -> str:
    """The sum rule of one coupling as a person writes it: "g3 = < (3-2X) / m^6 >"."""
    n = 2 * coupling[0] + 3 * coupling[1]
    kernel = functional_kernel(coupling_functional(coupling), dimension)[n]
    denominator = int(kernel.denom())
    below = f"({denominator} m^{2 * n})" if denominator != 1 else f"m^{2 * n}"
    return f"{coupling_name(coupling)} = < {factored(kernel.numer())} / {below} >"


def factored(polynomial: fmpz_poly, variable: str = "X", latex: bool = False) -> str:
    """An integer polynomial factored over the integers, in readable form."""
    if polynomial.degree() < 1:
        return str(polynomial)
    content, factors = polynomial.factor()
    single = len(factors) == 1 and factors[0][1] == 1
    factors = sorted(factors, key=lambda f: (f[0].degree(), [int(c) for c in reversed(f[0].coeffs())]))
    pieces = [] if abs(content) == 1 else [str(abs(content))]
    for factor, power in factors:
        body = _sum(factor, variable, latex)
        bare = body == variable
        exponent = (f"^{{{power}}}" if latex else f"^{power}") if power > 1 else ""
        wrap = not bare and not (single and abs(content) == 1 and content > 0)
        pieces.append((f"({body})" if wrap else body) + exponent)
    return ("-" if content < 0 else "") + "".join(pieces)


def _sum(polynomial: fmpz_poly, variable: str, latex: bool) -> str:
    text = ""
    coefficients = [int(c) for c in polynomial.coeffs()]
    for power in range(len(coefficients) - 1, -1, -1):
        c = coefficients[power]
        if c == 0:
            continue
        sign = "-" if c < 0 else ("+" if text else "")
        exponent = (f"^{{{power}}}" if latex else f"^{power}") if power > 1 else ""
        size = "" if abs(c) == 1 and power else str(abs(c))
        text += sign + size + (variable + exponent if power else "")
    return text
