"""UV completions whose couplings are known: theories that every valid bound must allow.

    from positivity import uv
    theory = uv.mixture([(uv.spin0_exchange(), 1, 1), (uv.stu_pole(), "1/2", 4)])
    theory.exact((0, 1))                        # g3 as a rational, units M = 1
    positivity.check(uv.couplings(theory, order=6))
    uv.from_amplitude("1/((1-s)*(1-t)*(1-u))")  # your own, expanded and checked for crossing

All but `from_amplitude` have rho_J >= 0 and states at m^2 >= 1 by construction; constants are dropped.
Sources: 2011.02957 section 4 (exchange and stu pole), closed forms derived in positivity.amplitudes.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING

from flint import fmpq
from mpmath import mpf

from positivity.amplitudes.expansion import check_crossing, expand, read_amplitude
from positivity.amplitudes.uv_completions import (
    Theory,
    check_theory,
    heavy_bubbles,
    known_theories,
    mixture,
    spin0_exchange,
    stu_minus_spin0,
    stu_pole,
    to_mpf,
)
from positivity.questions.couplings import Coupling, coupling_name, couplings_of_order, order_of, parse_combination
from positivity.questions.errors import InputError, check_order, check_text, known_keywords, shown
from positivity.questions.numbers import parse_rational
from solvers.precision import working_digits

if TYPE_CHECKING:
    from sympy import Expr

    from positivity.amplitudes.uv_completions import PlaneMarker

__all__ = [
    "Theory",
    "couplings",
    "from_amplitude",
    "heavy_bubbles",
    "known_theories",
    "markers",
    "mixture",
    "spin0_exchange",
    "stu_minus_spin0",
    "stu_pole",
]


@known_keywords
def couplings(theory: Theory, *, order: int = 8, mass_squared: object = 1) -> dict[str, str]:
    """{name: value} of all couplings up to a Mandelstam order, in units of M = 1, ready for `positivity.check`.

    mass_squared: of the lightest state, in units of M^2.  Exact rationals where the theory has them, else
    35 digits.  Raises InputError for a bad order or a mass below the cutoff.
    """
    order, mass = check_order(order), _mass(mass_squared)
    names = [{c: fmpq(1)} for n in range(2, order + 1) for c in couplings_of_order(n)]
    return check_theory(theory).values(names, mass)


@known_keywords
def markers(
    x: str, y: str, over: str = "g2", theories: Iterable[Theory] | None = None, *, mass_squared: object = 1
) -> list[PlaneMarker]:
    """Labelled points (x/over, y/over) of theories for a figure of a region; default the known ones in D = 4."""
    from positivity.amplitudes.uv_completions import PlaneMarker

    first, second, base = (parse_combination(text) for text in (x, y, over))
    mass = to_mpf(_mass(mass_squared))
    if theories is not None and (not isinstance(theories, list | tuple)):
        raise InputError(f"theories {shown(theories)}: give a list of theories, e.g. [uv.stu_pole()]")
    return [
        PlaneMarker(theory.name, float(theory.ratio(first, base, mass)), float(theory.ratio(second, base, mass)))
        for theory in (known_theories() if theories is None else map(check_theory, theories))
    ]


@known_keywords
def from_amplitude(formula: str | Expr, *, order: int = 12, name: str = "") -> Theory:
    """Your own amplitude as a theory, its couplings expanded to Mandelstam order `order`.

    formula: in s, t, u with s+t+u = 0, as text or a sympy expression, masses as numbers in units of M = 1.
    Rational amplitudes give exact rationals, others 50 digits.  Text is read by a grammar of its own and never
    run: numbers, s, t, u, + - * / ** and brackets, pi, E, I, and exp, log, sqrt, gamma, sin, ... (all of them, and
    the limits of size, in positivity.amplitudes.formula).  An expression of sympy is taken as it is.  Unitarity
    is not checked: `positivity.check` of its couplings does.

    Raises InputError if the formula holds other symbols, is not symmetric under every exchange of s, t and
    u, has no Taylor expansion at s = t = u = 0 (massless exchange or loop), or describes no interaction.
    """
    expression = read_amplitude(formula)
    check_crossing(expression)
    found, exact = expand(expression, order)
    if not any(found.values()):
        raise InputError(f"the amplitude has no coupling up to order {order}: constants are dropped")

    def known(coupling: Coupling) -> mpf | fmpq:
        if coupling not in found:
            name, needed = coupling_name(coupling), order_of(coupling)
            raise InputError(f"{name} is of order {needed}, the expansion went to {order}: raise order")
        return found[coupling]

    def rational(coupling: Coupling) -> fmpq:
        return known(coupling)

    @lru_cache(maxsize=256)
    def coefficient(coupling: Coupling) -> mpf:
        value = known(coupling)
        return to_mpf(value) if exact else +value

    text = str(expression)
    check_text(name, "name", "'my theory'")
    with working_digits(40):
        return Theory(name or text[:60], text, coefficient, rational if exact else None)


def _mass(mass_squared: object) -> fmpq:
    mass = parse_rational(mass_squared, "mass^2")
    if mass < 1:
        raise InputError(f"mass^2 {shown(mass_squared)} is below the cutoff M = 1: use 1 or more")
    return mass
