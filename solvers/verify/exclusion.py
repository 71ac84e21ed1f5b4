r"""An interval of g2 that is impossible at one loop, D >= 5, rho_J >= 0, by one functional with a free weight.

    F = A_2(0) - kappa A_2'(0) + gamma A_4(0) + delta ([t^2] A_2 - 2 A_4(0)) = < x^2 K >,

K a quadratic form in (1, x, x X).  gamma(g2) is chosen so that g4 drops out of the infrared side; where K is
then positive semidefinite and the rest, a quadratic in g3, negative for every g3, no theory has this g2.
With G = g2 pi^P, P the power of pi of the arcs, everything is rational.  Loops of g2^2, g2 g3, g3^2 and g2 g4.
Derived in docs/theory/one_loop.md; shares nothing with what finds kappa and delta.
"""

from __future__ import annotations

from typing import Any

from flint import fmpq, fmpq_poly

from solvers.verify.budget import FORWARD_SECONDS, budget
from solvers.verify.document import Refused, integer, names, rational
from solvers.verify.loops import loop_coefficient
from solvers.verify.nonnegative import NotProved, prove_on_interval
from solvers.verify.proof import INTERVAL, Density, Proof
from solvers.verify.rows import Coupling, infrared, ultraviolet

SCHEMA = "eft-positivity/exclusion/1"
_KEYS = {"schema", "dimension", "kappa", "delta", "low", "high"}
_LONGEST = 400
_G2, _G3, _G4 = (1, 0), (0, 1), (2, 0)
_PAIRS = ((_G2, _G2), (_G3, _G2), (_G2, _G4), (_G3, _G3))

Rules = dict[tuple[int, int], fmpq]


def verify_exclusion(data: Any) -> Proof:
    """Prove a document of schema eft-positivity/exclusion/1; raises Refused."""
    if set(data) != _KEYS:
        raise Refused(f"keys missing or unknown: {names(set(data) ^ _KEYS)}")
    dimension = integer(data["dimension"], "dimension", 5, 40)
    for name in ("kappa", "delta", "low", "high"):
        if isinstance(data[name], str) and len(data[name]) > _LONGEST:
            raise Refused(f"{name} has more than {_LONGEST} digits")
    kappa, delta, low, high = (rational(data[name], name) for name in ("kappa", "delta", "low", "high"))
    if not (kappa > 0 and delta > 0 and 0 < low < high):
        raise Refused("kappa and delta must be positive, and 0 < low < high")
    fixed: Rules = {(1, 0): fmpq(1), (1, 1): -kappa, (1, 2): delta, (2, 0): -2 * delta}
    with budget(FORWARD_SECONDS):
        for name, polynomial in _conditions(fixed, dimension).items():
            if not _positive(polynomial(fmpq_poly([low, high - low]))):
                raise Refused(f"g2 pi^P in {data['low']}..{data['high']} is not excluded: {name} is not positive")
    return Proof(
        INTERVAL,
        dimension,
        Density(),
        loops=tuple((pair, fmpq(0)) for pair in _PAIRS),
        sum_rules=tuple(sorted(fixed)),
        order=4,
        interval=(low, high),
    )


def _conditions(fixed: Rules, dimension: int) -> dict[str, fmpq_poly]:
    """Polynomials in G that are all positive where G is excluded."""
    weighted: Rules = {(2, 0): fmpq(1)}
    plain, slope = (_infrared(rules, dimension) for rules in (fixed, weighted))
    below = slope[_G4]  # coefficient of g4 in A_4(0); gamma = above / below cancels g4
    above = -plain[_G4]
    one, g3, g3_squared = (plain[name] * below + slope[name] * above for name in (None, _G3, (_G3, _G3)))
    return {
        "the coefficient of g4 in A_4(0)": below,
        "the kernel": above - _least_gamma(fixed, dimension) * below,
        "minus the coefficient of g3^2": -g3_squared,
        "minus the discriminant in g3": 4 * one * g3_squared - g3 * g3,
    }


def _infrared(rules: Rules, dimension: int) -> dict[Any, fmpq_poly]:
    """Coefficients of 1, g3, g3^2 and g4 as polynomials in G, all couplings times pi^P."""
    tree: dict[Coupling, fmpq] = {}
    for (j, power), value in rules.items():
        for coupling, c in infrared(j, power).items():
            tree[coupling] = tree.get(coupling, fmpq(0)) + value * c
    loops = {pair: _loop(rules, pair, dimension) for pair in _PAIRS}
    if any(value != 0 for coupling, value in tree.items() if coupling not in (_G2, _G3, _G4)):
        raise Refused("the functional is about other couplings too")
    zero = fmpq(0)
    return {
        None: fmpq_poly([0, tree.get(_G2, zero), loops[_PAIRS[0]]]),
        _G3: fmpq_poly([tree.get(_G3, zero), loops[_PAIRS[1]]]),
        _G4: fmpq_poly([tree.get(_G4, zero), loops[_PAIRS[2]]]),
        (_G3, _G3): fmpq_poly([loops[_PAIRS[3]]]),
    }


def _loop(rules: Rules, pair: tuple[Coupling, Coupling], dimension: int) -> fmpq:
    total = fmpq(0)
    for (j, power), value in rules.items():
        term = loop_coefficient(j, power, *pair, dimension)
        if term is None:
            raise Refused(f"a sum rule has no forward limit in D={dimension}")
        total += term * value
    return total


def _least_gamma(fixed: Rules, dimension: int) -> fmpq:
    """The least gamma for which K is positive semidefinite as a form in (1, x, y = x X), by its Schur complement."""
    form: dict[tuple[int, int], fmpq] = {}  # {(a, b): coefficient of x^a y^b}
    for (j, power), value in fixed.items():
        for d, c in enumerate(ultraviolet(j, power + 1, dimension)[power].coeffs()):
            place = 2 * j + power - 2 - d, d
            form[place] = form.get(place, fmpq(0)) + value * c
    zero = fmpq(0)
    one, square = form[0, 0], form.get((0, 2), zero)
    cross = form.get((0, 1), zero) / 2
    left = one * square - cross * cross
    if not (one > 0 and left > 0 and all(a >= 0 and a + b <= 2 for a, b in form)):
        raise Refused("the kernel is negative at large spin: delta is too small for kappa")
    first, mixed = form.get((1, 0), zero) / 2, form.get((1, 1), zero) / 2
    # v^T B^-1 v for the block B of 1 and y, v its products with x
    needed = (square * first * first - 2 * cross * first * mixed + one * mixed * mixed) / left
    return (needed - form.get((2, 0), zero)) / ultraviolet(2, 1, dimension)[0][0]


def _positive(polynomial: fmpq_poly) -> bool:
    """Whether a polynomial is > 0 on [0, 1], proved."""
    if not (polynomial(fmpq(0)) > 0 and polynomial(fmpq(1)) > 0):
        return False
    numerator = polynomial.numer()
    try:
        prove_on_interval(numerator)
    except NotProved:
        return False
    # where it is not negative it can only vanish twice
    return bool(numerator.gcd(numerator.derivative()).degree() <= 0)
