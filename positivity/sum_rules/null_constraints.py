"""Null constraints: combinations of forward sum rules whose infrared side vanishes by crossing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from flint import fmpq, fmpz_poly

from positivity.questions.couplings import Coupling, coupling_latex, coupling_name, couplings_of_order, order_of
from positivity.questions.errors import check_dimension, check_order, known_keywords
from positivity.sum_rules.forward import (
    Functional,
    add_to,
    coupling_functional,
    coupling_kernel,
    functional_kernel,
    ir_side,
)


@dataclass(frozen=True)
class NullConstraint:
    """One null constraint < polynomial(X) / m^{2n} > = 0 at tree level, masses in any units.

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


@known_keywords
def null_constraints(order: int, dimension: int = 4) -> list[NullConstraint]:
    """All tree-level null constraints with Mandelstam order 4..`order`, lowest order first.

    Their numbers for n = 4, 5, ..., 10 are 1, 1, 1, 2, 2, 2, 3.  Raises InputError for an
    order below 4 or a dimension that is not an integer >= 4.  Masses in units of the cutoff, M = 1.  Source:
    2011.02957 section 3.
    """
    dimension = check_dimension(dimension)
    order = check_order(order, 4, "null constraints, which begin at order 4")
    return [null for n in range(4, order + 1) for null in _nulls_at_order(n, dimension)]


def null_text(null: NullConstraint) -> str:
    """The constraint as a person writes it: "< X(X-8) / m^8 > = 0"."""
    return f"< {factored(null.polynomial)} / m^{2 * null.order} > = 0"


def null_latex(null: NullConstraint) -> str:
    r"""LaTeX of the constraint: \left\langle \frac{...}{m^{8}} \right\rangle = 0."""
    body = factored(null.polynomial, latex=True)
    return rf"\left\langle \frac{{{body}}}{{m^{{{2 * null.order}}}}} \right\rangle = 0"


def coupling_polynomial(coupling: Coupling, dimension: int) -> tuple[fmpz_poly, int]:
    """Integers N(X) and d with g_{pq} = < N(X) / (d m^{2n}) >."""
    kernel = coupling_kernel(coupling, dimension)
    return kernel.numer(), int(kernel.denom())


def coupling_text(coupling: Coupling, dimension: int) -> str:
    """The sum rule of one coupling as a person writes it: "g3 = < (3-2X) / m^6 >"."""
    numerator, denominator = coupling_polynomial(coupling, dimension)
    mass = f"m^{2 * order_of(coupling)}"
    below = f"({denominator} {mass})" if denominator != 1 else mass
    return f"{coupling_name(coupling)} = < {factored(numerator)} / {below} >"


def coupling_sum_rule_latex(coupling: Coupling, dimension: int) -> str:
    """LaTeX of the sum rule of one coupling."""
    numerator, denominator = coupling_polynomial(coupling, dimension)
    below = f"{denominator if denominator != 1 else ''} m^{{{2 * order_of(coupling)}}}".strip()
    body = factored(numerator, latex=True).removeprefix("(").removesuffix(")")
    body = body if body.count("(") == 0 else factored(numerator, latex=True)
    return rf"{coupling_latex(coupling)} = \left\langle \frac{{{body}}}{{{below}}} \right\rangle"


def factored(polynomial: fmpz_poly, latex: bool = False) -> str:
    """An integer polynomial in X factored over the integers, sums in parentheses, X first."""
    if polynomial.degree() < 1:
        return str(polynomial)
    content, factors = polynomial.factor()
    if content < 0 and len(factors) == 1:
        # "3-2X" reads better than "-(2X-3)"
        return _times(abs(int(content)), "(" + _sum(-factors[0][0], latex, ascending=True) + ")")
    pieces = []
    for factor, power in sorted(factors, key=_reading_order):
        body = _sum(factor, latex)
        exponent = (f"^{{{power}}}" if latex else f"^{power}") if power > 1 else ""
        pieces.append((body if factor == fmpz_poly([0, 1]) else f"({body})") + exponent)
    return ("-" if content < 0 else "") + _times(abs(int(content)), "".join(pieces))


def _times(content: int, body: str) -> str:
    return body if content == 1 else f"{content}{body}"


def _reading_order(factor: tuple[fmpz_poly, int]) -> tuple[bool, int, list[int]]:
    """X itself first, then by degree, then by root."""
    polynomial = factor[0]
    bare = polynomial == fmpz_poly([0, 1])
    return not bare, polynomial.degree(), [abs(int(c)) for c in polynomial.coeffs()]


def _sum(polynomial: fmpz_poly, latex: bool, ascending: bool = False) -> str:
    powers = range(polynomial.degree() + 1)
    text = ""
    for power in powers if ascending else reversed(powers):
        c = int(polynomial[power])
        if c == 0:
            continue
        variable = r"\mathcal{X}" if latex else "X"
        exponent = (f"^{{{power}}}" if latex else f"^{power}") if power > 1 else ""
        size = "" if abs(c) == 1 and power else str(abs(c))
        text += ("-" if c < 0 else "+" if text else "") + size + (variable + exponent if power else "")
    return text
