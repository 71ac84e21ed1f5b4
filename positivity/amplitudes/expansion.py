"""Wilson coefficients of an amplitude given as a formula in s, t, u.

On the line t = c s, u = -(1+c) s the amplitude is a series sum_n a_n(c) s^n, and crossing symmetry means
a_n(c) = sum_{2p+3q=n} g_pq sigma2(1,c)^p sigma3(1,c)^q.  Enough values of c determine the g_pq and leave
equations over, which must hold.  Rational amplitudes are expanded in exact rationals, others by Cauchy's
integral at high precision.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flint import ctx as flint_context
from flint import fmpq, fmpq_mat, fmpq_poly, fmpq_series
from mpmath import mp, mpf

from positivity.amplitudes.formula import Formula
from positivity.amplitudes.uv_completions import to_mpf
from positivity.questions.couplings import Coupling, couplings_of_order
from positivity.questions.errors import InputError, shown, whole_number
from solvers.precision import working_digits

if TYPE_CHECKING:
    from sympy import Expr

#: digits of irrational coefficients, and how far from zero a leftover equation may be
DIGITS, _TOLERANCE = 50, 30
#: working digits, and points on the circle of Cauchy's integral
_WORKING, _CIRCLE = 90, 256
_MAX_ORDER = 40
#: where crossing is compared before any expansion
_PROBES = (((1, 10), (1, 7)), ((-1, 9), (1, 13)))


class Expression:
    """An amplitude given as an expression of sympy, with the methods of `Formula`."""

    def __init__(self, expression: Expr) -> None:
        import sympy

        # symbols count by name, whatever their assumptions
        named = {symbol: sympy.Symbol(symbol.name) for symbol in expression.free_symbols}
        strange = sorted(symbol.name for symbol in named if symbol.name not in ("s", "t", "u"))
        if strange:
            raise InputError(f"the amplitude depends on {', '.join(strange)}: put in numbers, masses in units of M = 1")
        self._expression = expression.subs(named)
        self._function: Callable[..., Any] | None = None
        self._polynomials: tuple[Any, Any] | None = None
        self._rational = True

    def __str__(self) -> str:
        return str(self._expression)

    def at(self, s: Any, t: Any, u: Any) -> Any:
        """The value at numbers of mpmath; raises InputError where there is none."""
        import sympy

        if self._function is None:
            self._function = sympy.lambdify(sympy.symbols("s t u"), self._expression, modules="mpmath")
        try:
            return mp.mpmathify(self._function(s, t, u))
        except (ZeroDivisionError, ValueError, TypeError, OverflowError):
            place = f"s={mp.nstr(s, 5)}, t={mp.nstr(t, 5)}, u={mp.nstr(u, 5)}"
            raise InputError(f"the amplitude is not finite at {place}: its states must lie at m^2 >= 1") from None

    def fraction(self, c: fmpq) -> tuple[fmpq_poly, fmpq_poly] | None:
        """Numerator and denominator in s on the line t = c s, u = -(1+c) s; None if it is not rational."""
        import sympy

        symbols = sympy.symbols("s t u")
        if self._polynomials is None and self._rational:
            try:
                above, below = sympy.fraction(sympy.together(self._expression))
                self._polynomials = tuple(sympy.Poly(part, *symbols, domain="QQ") for part in (above, below))  # type: ignore[assignment]
            except (sympy.PolynomialError, sympy.CoercionFailed):
                self._rational = False
        if self._polynomials is None:
            return None
        top, bottom = (_on_line(part, c) for part in self._polynomials)
        if bottom == 0:
            raise InputError("the denominator of the amplitude vanishes where s+t+u = 0")
        return top, bottom


def _on_line(polynomial: Any, c: fmpq) -> fmpq_poly:
    total: dict[int, fmpq] = {}
    for (a, b, d), value in polynomial.terms():
        power = a + b + d
        total[power] = total.get(power, fmpq(0)) + fmpq(int(value.p), int(value.q)) * c**b * (-1 - c) ** d
    return fmpq_poly([total.get(k, fmpq(0)) for k in range(max(total, default=0) + 1)])


Amplitude = Formula | Expression


def read_amplitude(formula: str | Expr) -> Amplitude:
    """The amplitude of a formula, text or an expression of sympy; raises InputError if it is none in s, t, u."""
    if isinstance(formula, str):
        return Formula(formula)
    import sympy

    if not isinstance(formula, sympy.Expr):
        raise InputError(f"amplitude {shown(formula)} is not a formula: give text or a sympy expression in s, t, u")
    return Expression(formula)


def check_crossing(amplitude: Amplitude) -> None:
    """Raise InputError if the amplitude is not symmetric under every exchange of s, t, u, at s+t+u = 0."""
    for first, second in _PROBES:
        with working_digits(DIGITS):
            x, y = to_mpf(fmpq(*first)), to_mpf(fmpq(*second))
            z = -x - y
            point = _number(amplitude, x, y, z)
            for name, values in (("s <-> t", (y, x, z)), ("s <-> u", (z, y, x))):
                other = _number(amplitude, *values)
                if abs(point - other) > mpf(10) ** -_TOLERANCE * max(abs(point), abs(other), 1):
                    raise InputError(
                        f"the amplitude is not symmetric under {name}: at s={mp.nstr(x, 5)}, t={mp.nstr(y, 5)}, "
                        f"u={mp.nstr(z, 5)} it is {mp.nstr(point, 8)}, exchanged {mp.nstr(other, 8)}; add the crossed "
                        "channels"
                    )


def _number(amplitude: Amplitude, *place: Any) -> Any:
    found = amplitude.at(*place)
    if not mp.isfinite(found):
        raise InputError("the amplitude is not finite where |s|, |t|, |u| < 1: its states must lie at m^2 >= 1")
    return found


def expand(amplitude: Amplitude, order: int) -> tuple[dict[Coupling, Any], bool]:
    """{(p, q): g_pq} for orders 2..order, and whether they are exact rationals (else numbers of DIGITS digits).

    Raises InputError if there is no expansion at s = t = u = 0 or it is not crossing symmetric.
    """
    order = whole_number(order, "order", 2, _MAX_ORDER)
    samples = [fmpq(c) for c in range(1, order + 2)]
    fractions = [amplitude.fraction(c) for c in samples]
    exact = [fraction for fraction in fractions if fraction is not None]
    with working_digits(_WORKING):
        if len(exact) == len(samples):
            lines = [_rational_series(*fraction, order) for fraction in exact]
        else:
            # the probes have tested crossing: a few equations more than unknowns are enough
            samples = samples[: order // 6 + 4]
            lines = [_general_series(amplitude.at, c, order) for c in samples]
        found: dict[Coupling, Any] = {}
        for n in range(1, order + 1):
            found |= _fit(n, samples, [line[n] for line in lines], bool(exact))
    return found, bool(exact)


def _rational_series(top: fmpq_poly, bottom: fmpq_poly, order: int) -> list[fmpq]:
    shift = next(k for k in range(bottom.degree() + 1) if bottom[k] != 0)
    if any(top[k] != 0 for k in range(min(shift, top.degree() + 1))):
        raise InputError("the amplitude has a pole at s = t = u = 0, a massless exchange: subtract it")
    saved = flint_context.cap
    try:
        flint_context.cap = order + 1
        series = fmpq_series(top.coeffs()[shift:], order + 1) / fmpq_series(bottom.coeffs()[shift:], order + 1)
        return [series[k] for k in range(order + 1)]
    finally:
        flint_context.cap = saved


def _general_series(function: Callable[..., Any], c: fmpq, order: int) -> list[Any]:
    """Taylor coefficients by Cauchy's integral, half way to the nearest singularity that m^2 >= 1 allows.

    Sampled at _CIRCLE points the error is about 2^-_CIRCLE.  Negative powers, which no analytic function
    has, tell that there is a singularity inside.
    """
    ratio = to_mpf(c)
    radius = 1 / (2 * (1 + ratio))
    angles = [mp.expjpi(mpf(2 * k) / _CIRCLE) for k in range(_CIRCLE)]
    values = [mp.mpmathify(function(radius * a, ratio * radius * a, -(1 + ratio) * radius * a)) for a in angles]

    def coefficient(power: int) -> Any:
        turned = (v * angles[(-power * k) % _CIRCLE] for k, v in enumerate(values))
        return mp.fsum(turned) / _CIRCLE

    scale = max(abs(value) for value in values)
    for power in (-1, -2, -3, order + 3 - _CIRCLE // 2):
        if abs(coefficient(power)) > mpf(10) ** -_TOLERANCE * scale:
            raise InputError(
                "the amplitude has no Taylor expansion at s = t = u = 0 (a massless exchange or loop?), or "
                "states below the cutoff M = 1"
            )
    found = [coefficient(power) / radius**power for power in range(order + 1)]
    real = all(abs(v.imag) <= mpf(10) ** -_TOLERANCE * max(abs(v), 1) for v in found)
    if not real:
        raise InputError("the couplings of the amplitude are complex: below the cutoff it must be real")
    # what is rounding of Cauchy's integral is zero
    return [v.real if abs(v) > mpf(10) ** -DIGITS * scale / radius**k else mpf(0) for k, v in enumerate(found)]


def _fit(n: int, samples: list[fmpq], values: list[Any], exact: bool) -> dict[Coupling, Any]:
    """The g_pq of one order from a_n at the samples; raises InputError if they do not fit."""
    names = couplings_of_order(n) if n > 1 else []
    rows = []
    for c in samples:
        sigma2, sigma3 = 1 + c * c + (1 + c) ** 2, -c * (1 + c)
        rows.append([sigma2**p * sigma3**q for p, q in names])
    size = len(names)
    solved = _solve(rows[:size], values[:size], exact)
    for row, value in zip(rows, values, strict=True):
        fitted = sum((g * (c if exact else to_mpf(c)) for g, c in zip(solved, row, strict=True)), 0)
        gap = abs(fitted - value)
        if (exact and gap != 0) or (not exact and gap > mpf(10) ** -_TOLERANCE * max(abs(value), 1)):
            raise InputError(
                f"at order {n} in the Mandelstam variables the amplitude is no polynomial in s^2+t^2+u^2 and stu: "
                "it is not crossing symmetric, or not analytic at s = t = u = 0"
            )
    return dict(zip(names, solved, strict=True))


def _solve(rows: list[list[fmpq]], values: list[Any], exact: bool) -> list[Any]:
    if not rows:
        return []
    inverse = fmpq_mat(rows).inv()
    size = len(rows)
    if exact:
        return [sum((inverse[i, k] * values[k] for k in range(size)), fmpq(0)) for i in range(size)]
    return [mp.fsum(to_mpf(inverse[i, k]) * values[k] for k in range(size)) for i in range(size)]
