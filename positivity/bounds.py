"""The allowed range of a ratio of Wilson coefficients, with certificates and extremal spectra."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from flint import fmpq

from positivity.certificates import certify, decimal_text, rounded_up, weakened
from positivity.couplings import Combination, combination_text, parse_combination, parse_rational
from positivity.errors import InputError
from positivity.programs import Fixes, RatioProgram, ratio_program
from positivity.results import Bound, End, Problem, State
from solvers.verify import Refused

if TYPE_CHECKING:
    from solvers.exchange import Exchange
    from solvers.optimum import Optimum

METHODS = ("lp", "sdp", "sdpa")
MAX_DIGITS = 60
#: refusals of the verifier that are fed back to the linear program before giving up
_MAX_REPAIRS = 8


def bound(
    coupling: str | Mapping[tuple[int, int], object],
    over: str | Mapping[tuple[int, int], object] = "g2",
    *,
    order: int,
    dimension: int = 4,
    fix: Mapping[str, object] | None = None,
    digits: int = 8,
    density: str = "positive",
    loops: str = "tree",
    method: str = "lp",
) -> Bound:
    """Both ends of the range of coupling/over in units M = 1, certified for all spins and masses.

    coupling: a name ("g3", "g6'", "g[0,2]") or a linear combination ("g3+2*g4").  over: the
    normalisation, a coupling without powers of stu.  order: highest Mandelstam order n of the
    sum rules and null constraints.  fix: ratios to `over` held fixed, {"g4": "0.3"}; decimals
    and rationals are exact.  digits: decimal places aimed at; the certified value lies within
    10^(1-digits) of the optimum at this order, above it for an upper and below it for a lower
    bound.  density: "positive" (0 <= rho_J).  loops: "tree".  method: "lp" (linear program),
    "sdp" (sums of squares with Clarabel) or "sdpa" (the same with SDPA-GMP, an optional extra).

    Returns a Bound; an end that could not be certified says so in its status.  Raises InputError
    for a request that makes no sense.  Source: 2011.02957; method in docs/theory/certificates.md.
    """
    started = time.perf_counter()
    target, base = parse_combination(coupling), parse_combination(over)
    fixes = parse_fixes(fix)
    check_choices(digits, density, loops, method)
    ratio = ratio_program([target], base, fixes, order, dimension)
    problem = Problem(
        combination_text(target),
        combination_text(base),
        dimension,
        order,
        tuple((combination_text(left), str(value)) for left, value in fixes),
        density,
        loops,
    )
    solver = EndSolver(ratio, base, dimension, digits, method)
    lower, upper = solver.end([fmpq(1)]), solver.end([fmpq(-1)])
    return Bound(problem, lower, upper, method, versions(), round(time.perf_counter() - started, 4))


def parse_fixes(fix: Mapping[str, object] | None) -> Fixes:
    """Exact fixed ratios from {"g4": "0.3"}; raises InputError."""
    return [(parse_combination(name), parse_rational(value, f"fixed value of {name}")) for name, value in (fix or {}).items()]


def check_choices(digits: int, density: str, loops: str, method: str) -> None:
    """Raise InputError for an option out of range."""
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MAX_DIGITS:
        raise InputError(f"digits {digits!r}: use an integer from 1 to {MAX_DIGITS}")
    if density != "positive":
        raise InputError(f"density {density!r} is unknown: use 'positive'")
    if loops != "tree":
        raise InputError(f"loops {loops!r} is unknown: use 'tree'")
    if method not in METHODS:
        raise InputError(f"method {method!r} is unknown: use one of {', '.join(METHODS)}")


class EndSolver:
    """Solves and certifies combinations of the targets of one ratio program, reusing its work."""

    def __init__(self, ratio: RatioProgram, over: Combination, dimension: int, digits: int, method: str = "lp") -> None:
        from solvers.exchange import Exchange

        self.ratio, self.over, self.dimension = ratio, over, dimension
        self.digits, self.method = digits, method
        self.exchange: Exchange = Exchange(ratio.program)

    def end(self, weights: list[fmpq]) -> End:
        """The largest lower bound on sum weights * targets / over, as an End.

        The value is -c for the smallest c with targets + c over >= 0.  When the leading weight
        is negative it is the upper bound on the opposite combination, and is reported as such.
        """
        from solvers.optimum import optimise

        upper = weights[0] < 0 if len(weights) == 1 else False
        optimum = optimise(self.exchange, weights, self.digits)
        if optimum.status == "infeasible":
            return self._unbounded(weights)
        if optimum.status == "runaway":
            return self._excluded()
        if optimum.status != "optimal":
            return End(None, "failed", f"the linear program is {optimum.status}: lower the order or change digits")
        if self.method != "lp":
            from positivity.conic_bounds import conic_multipliers

            multipliers = conic_multipliers(self.ratio, self.exchange, weights, optimum, self.method)
        else:
            multipliers = optimum.multipliers
        return self._certified(weights, optimum, multipliers, upper)

    def _certified(self, weights: list[fmpq], optimum: Optimum, multipliers: tuple[fmpq, ...], upper: bool) -> End:
        from solvers.optimum import optimise

        sign = 1 if upper else -1
        spectrum = tuple(_state(atom, self.digits) for atom in optimum.atoms)
        exact = None if optimum.exact is None else sign * optimum.exact
        shown = None if exact is None else decimal_text(exact, max(self.digits + 4, 18))
        elementary = self._elementary(weights, multipliers[0])
        if elementary:
            value, certificate, reason = *elementary, ""
        else:
            value, certificate, reason = self._general(weights, multipliers, optimum.contact_spin)
            for _ in range(_MAX_REPAIRS):
                if certificate or self.method != "lp" or not isinstance(reason, Refused) or reason.place is None:
                    break
                self.exchange.watch(*reason.place)
                optimum = optimise(self.exchange, weights, self.digits)
                value, certificate, reason = self._general(weights, optimum.multipliers, optimum.contact_spin)
        if reason:
            reason = f"the verifier refused the functional: {reason}"
        text = decimal_text(sign * value, self.digits + 1)
        status = "certified" if certificate else "numerical"
        reached = None if exact is None else _agreeing_digits(sign * value - exact)
        return End(text, status, str(reason or ""), certificate, spectrum, shown, reached)

    def _general(
        self, weights: list[fmpq], multipliers: tuple[fmpq, ...], contact_spin: int
    ) -> tuple[fmpq, dict[str, Any] | None, Refused | None]:
        """The value rounded outwards, its certificate, or why the verifier refused it."""
        value = rounded_up(multipliers[0], self.digits + 1)
        functional = self.ratio.functional(weights, multipliers)
        functional = weakened(functional, self.over, value - multipliers[0])
        try:
            return value, certify(functional, self.dimension, contact_spin), None
        except Refused as refusal:
            return value, None, refusal

    def _elementary(self, weights: list[fmpq], value: fmpq) -> tuple[fmpq, dict[str, Any]] | None:
        """A bound that needs no null constraint and is a short decimal, if there is one there."""
        near = Fraction(int(value.p), int(value.q)).limit_denominator(1000)
        simple = fmpq(near.numerator, near.denominator)
        if abs(float(simple - value)) > 1e-6 or 10**self.digits % int(simple.q):
            return None
        multipliers = [simple] + [fmpq(0)] * (len(self.ratio.free) - 1)
        try:
            return simple, certify(self.ratio.functional(weights, multipliers), self.dimension)
        except Refused:
            return None

    def _unbounded(self, weights: list[fmpq]) -> End:
        import numpy as np

        from solvers.rays import find_ray

        points = find_ray(self.exchange, np.array([float(w) for w in weights]))
        if not points:
            return End(None, "failed", "no functional was found and no ray either: raise the order")
        ray = tuple(_ray_state(self.exchange, point) for point in points)
        return End(None, "unbounded", "no functional exists: " + _ray_text(ray), ray=ray)

    def _excluded(self) -> End:
        from solvers.optimum import exclusion

        reason = "no theory has the fixed ratios"
        multipliers = exclusion(self.exchange)
        if multipliers is None:
            return End(None, "failed", f"{reason} (numerical, not proved)")
        empty = [fmpq(0)] * len(self.ratio.targets)
        try:
            certificate = certify(self.ratio.functional(empty, multipliers), self.dimension)
        except Refused as refusal:
            return End(None, "failed", f"{reason} (numerical, the certificate was refused: {refusal})")
        return End(None, "failed", f"{reason}: excluded, the certificate proves it", certificate)


def _agreeing_digits(gap: fmpq) -> int:
    size, digits = abs(gap), 0
    while digits < 2 * MAX_DIGITS and size * fmpq(10) ** (digits + 1) < 1:
        digits += 1
    return digits


def _significant(value: fmpq, digits: int) -> str:
    """Decimal string with so many significant digits."""
    size, exponent = abs(value), 0
    while size and size * fmpq(10) ** exponent < 1:
        exponent += 1
    return decimal_text(value, exponent + digits)


def _state(atom: Any, digits: int) -> State:
    places = max(digits + 10, 25)
    return State(_significant(1 / atom.x, places), atom.spin, _significant(atom.weight, places), atom.limit)


def _ray_state(exchange: Exchange, point: Any) -> State:
    if point.spin < 0:
        xi = "inf" if point.s >= 1 else f"{exchange.program.scale * point.s / (1 - point.s):.6g}"
        return State("inf", -1, f"{point.weight:.6g} at xi = J^2/m^2 = {xi}", True)
    x = exchange.program.x_of(point.spin, point.s)
    return State("inf" if x == 0 else repr(1 / x), point.spin, repr(point.weight))


def _ray_text(ray: tuple[State, ...]) -> str:
    words = [
        f"J -> infinity, weight {state.weight}" if state.limit else f"J = {state.spin}, m^2 = {state.mass_squared}"
        for state in ray
    ]
    return "states that can be added without limit: " + "; ".join(words)


def versions() -> dict[str, str]:
    """Versions of the packages a result depends on."""
    found = {}
    for name in ("eft-positivity", "python-flint", "highspy", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
