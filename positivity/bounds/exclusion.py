r"""A short exact proof that strong coupling is impossible at one loop, D >= 5, rho_J >= 0.

The combination  A_2(0) - kappa A_2'(0) + gamma A_4(0) + delta n_4 = < x^2 K >,  n_4 = [t^2] A_2 - 2 A_4(0),
has a kernel K that is a quadratic form in (1, x, xX): it is non-negative for all spins and masses
when a 3x3 matrix is.  gamma(g2) cancels g4 in the infrared side; what is left is a quadratic in g3
that is negative for every g3 in an interval of g2, which is therefore excluded.  Loops of g2^2,
g2 g3, g3^2 and g2 g4 are in.  Derived in docs/theory/one_loop.md.

With G = g2 pi^P (P the power of pi of the arcs) everything is rational in any D.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flint import arb, fmpq, fmpq_poly, fmpz_poly

from positivity.answers.limits import within
from positivity.questions.errors import InputError, check_dimension
from positivity.questions.loops import loop_pairs
from positivity.sum_rules.arcs import arc_pi_power, functional_arc
from positivity.sum_rules.forward import Functional, functional_ir, heavy_kernel
from solvers.deadline import checkpoint
from solvers.verify.nonnegative import NotProved, prove_on_interval
from solvers.verify.precision import working_precision

EXCLUSION_SCHEMA = "eft-positivity/exclusion/1"
_G = fmpq_poly([0, 1])
_A2: Functional = {(1, 0): fmpq(1)}
_SLOPE: Functional = {(1, 1): fmpq(1)}
_A4: Functional = {(2, 0): fmpq(1)}
_NULL: Functional = {(1, 2): fmpq(1), (2, 0): fmpq(-2)}


@dataclass(frozen=True)
class Exclusion:
    """No theory has low < g2 < high (in units of U), whatever g3 and g4.

    dimension: D.  kappa, delta: the weights of A_2'(0) and of the null.  low, high: g2 pi^P at M = 1.
    Truncation: one loop with g2^2, g2 g3, g3^2, g2 g4.
    """

    dimension: int
    kappa: fmpq
    delta: fmpq
    low: fmpq
    high: fmpq

    def natural(self, value: fmpq) -> arb:
        """g2 / U of a value of g2 pi^P."""
        with working_precision(128):
            unit = (4 * arb.pi()) ** (arb(self.dimension) / 2)
            return arb(value.p) / arb(value.q) / (unit * arb.pi() ** arc_pi_power(self.dimension))

    def to_dict(self) -> dict[str, object]:
        """JSON-ready dictionary (schema eft-positivity/exclusion/1)."""
        values = {name: str(getattr(self, name)) for name in ("kappa", "delta", "low", "high")}
        return {"schema": EXCLUSION_SCHEMA, "dimension": self.dimension, **values}

    @property
    def functional(self) -> str:
        """The functional that excludes the interval, in words."""
        conditions = _Conditions(self.dimension, self.kappa, self.delta)
        return (
            f"  functional: A_2(0) - {self.kappa} A_2'(0) + gamma A_4(0) + {self.delta} ([t^2]A_2 - 2 A_4(0)),  "
            f"non-negative iff gamma >= {conditions.least_gamma}\n"
            f"  gamma(g2) cancels g4; the rest is negative definite in g3, "
            f"for G = g2 pi^{arc_pi_power(self.dimension)} from {self.low} to {self.high}"
        )

    def __str__(self) -> str:
        low, high = (self.natural(v) for v in (self.low, self.high))
        return (
            f"D={self.dimension}, rho_J >= 0, all even spins, masses >= M=1, one loop with g2^2, g2 g3, "
            f"g3^2, g2 g4 (truncation!), couplings at mu=M, arcs of radius M:\n"
            f"  no theory has {low.upper().str(7, radius=False)} U < g2 < {high.lower().str(7, radius=False)} U, "
            f"whatever g3 and g4\n{self.functional}"
        )


class _Conditions:
    """The exact conditions under which g2 is excluded, as polynomials in G that must be positive."""

    def __init__(self, dimension: int, kappa: fmpq, delta: fmpq) -> None:
        self.dimension, self.kappa, self.delta = dimension, kappa, delta

    @cached_property
    def least_gamma(self) -> fmpq:
        """The smallest gamma for which K = 2 - kappa h_11 x + (2 gamma + delta N) x^2 >= 0 for all real x, X.

        As a form in (1, x, y = xX); positive semidefinite by its Schur complements.
        """
        h, null = heavy_kernel(1, 1, self.dimension), self._null_kernel
        # K = 2 - kappa (h0 x + h1 y) + 2 gamma x^2 + delta (n1 x y + n2 y^2)
        b, c = -self.kappa * h[0] / 2, -self.kappa * h[1] / 2
        off, square = self.delta * null[1] / 2, self.delta * null[2]
        left = square - c * c / 2
        if not left > 0:
            raise InputError(
                f"kappa {self.kappa}, delta {self.delta}: the kernel is negative at large spin, raise delta"
            )
        mixed = off - b * c / 2
        return (b * b / 2 + mixed * mixed / left) / 2

    @cached_property
    def _null_kernel(self) -> fmpq_poly:
        return heavy_kernel(1, 2, self.dimension) - heavy_kernel(2, 0, self.dimension) * 2

    def _weighted(self, value_of: dict[str, fmpq]) -> tuple[fmpq, fmpq]:
        """(part without gamma, coefficient of gamma)."""
        plain = value_of["A2"] - self.kappa * value_of["slope"] + self.delta * value_of["null"]
        return plain, value_of["A4"]

    def _arc(self, index: int) -> tuple[fmpq, fmpq]:
        pair = _PAIRS[index]
        rows = {"A2": _A2, "slope": _SLOPE, "A4": _A4, "null": _NULL}
        return self._weighted({name: functional_arc(row, pair, self.dimension) for name, row in rows.items()})

    def polynomials(self) -> dict[str, fmpq_poly]:
        """All must be positive at a G for it to be excluded."""
        tree = functional_ir(_A4)[2, 0]
        a, b = self._arc(2)  # g2 g4
        # (tree + b G) gamma + a G = 0; everything is multiplied by below = tree + b G > 0
        below, gamma = tree + b * _G, -a * _G
        pieces = [plain * below + slope * gamma for plain, slope in (self._arc(i) for i in (0, 1, 3))]
        constant = 2 * _G * below + pieces[0] * _G * _G
        linear = self.kappa * below + pieces[1] * _G
        quadratic = pieces[2]
        return {
            "the coefficient of g4 in A_4(0)": below,
            "the kernel": gamma - self.least_gamma * below,
            "minus the coefficient of g3^2": -quadratic,
            "minus the discriminant in g3": 4 * constant * quadratic - linear * linear,
        }


_PAIRS = loop_pairs(6)  # g2^2, g2 g3, g2 g4, g3^2


def exclude(
    dimension: int, kappa: fmpq, delta: fmpq, low: fmpq | None = None, high: fmpq | None = None
) -> Exclusion | None:
    """The widest interval of g2 that this functional excludes, proved, or the one asked for.

    low, high: g2 pi^P, both or none.  Returns None if nothing is excluded.  Raises InputError for
    a dimension below 5, kappa <= 0, delta <= 0, or an interval that is not excluded.
    """
    check_dimension(dimension)
    if dimension < 5:
        raise InputError("dimension 4: the n=4 null diverges there, the proof needs D >= 5")
    if kappa <= 0 or delta <= 0:
        raise InputError("kappa and delta must be positive")
    conditions = _Conditions(dimension, kappa, delta)
    polynomials = conditions.polynomials()
    if low is None or high is None:
        found = _interval(polynomials)
        if found is None:
            return None
        low, high = found
    for name, polynomial in polynomials.items():
        try:
            _prove_positive(polynomial, low, high)
        except NotProved:
            raise InputError(f"g2 pi^P in {low}..{high} is not excluded: {name} is not positive") from None
    return Exclusion(dimension, kappa, delta, low, high)


def _prove_positive(polynomial: fmpq_poly, low: fmpq, high: fmpq) -> None:
    """Prove polynomial > 0 on [low, high]; raises NotProved."""
    moved = polynomial(fmpq_poly([low, high - low]))
    prove_on_interval(moved.numer())
    if not (polynomial(low) > 0 and polynomial(high) > 0) or _has_root(moved.numer()):
        raise NotProved("not positive at an end")


def _has_root(polynomial: fmpz_poly) -> bool:
    """Whether a non-negative polynomial vanishes inside [0, 1]: then it has a double root there."""
    common = polynomial.gcd(polynomial.derivative())
    return bool(common.degree() > 0)


def _interval(polynomials: dict[str, fmpq_poly]) -> tuple[fmpq, fmpq] | None:
    """The widest interval between the real roots in which all are positive, ends rounded inwards."""
    places = sorted({0.0, *(r for p in polynomials.values() for r in _real_roots(p) if r > 0)})
    best: tuple[fmpq, fmpq] | None = None
    for low, high in zip(places, [*places[1:], 2 * places[-1] + 1], strict=True):
        margin = (high - low) * 1e-6
        if margin <= 0:
            continue
        a, b = _decimal(low + margin), _decimal(high - margin)
        middle = (a + b) / 2
        if all(p(middle) > 0 for p in polynomials.values()) and (best is None or b - a > best[1] - best[0]):
            best = a, b
    return best


def _decimal(value: float) -> fmpq:
    return fmpq(round(value * 10**8), 10**8)


def _real_roots(polynomial: fmpq_poly) -> list[float]:
    numerator = polynomial.numer()
    if numerator.degree() < 1:
        return []
    roots = [factor.complex_roots() for factor, _ in numerator.factor()[1]]
    return [float(root.real.mid()) for found in roots for root, _ in found if abs(float(root.imag.mid())) < 1e-9]


def best_exclusion(dimension: int, *, time_limit: float | None = None) -> Exclusion | None:
    """The functional with the lowest excluded g2, by search over kappa and delta; then proved.

    time_limit: seconds.  Raises InputError, also when they are over.
    """
    with within(time_limit):
        return _best_exclusion(dimension)


def _best_exclusion(dimension: int) -> Exclusion | None:
    from scipy.optimize import minimize

    def lowest(logs: tuple[float, float]) -> float:
        checkpoint("search")
        kappa, delta = (fmpq(round(10**9 * 2.718281828**v), 10**9) for v in logs)
        try:
            found = _interval(_Conditions(dimension, kappa, delta).polynomials())
        except InputError:
            return 1e3
        return 1e3 if found is None else float(found[0].p) / float(found[0].q)

    check_dimension(dimension)
    starts = [(a, b) for a in (-3.0, -2.0, -1.0, 0.0) for b in (-5.0, -4.0, -3.0, -2.0, -1.0)]
    start = min(starts, key=lowest)
    found = minimize(lowest, start, method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-8, "maxiter": 300})
    kappa, delta = (fmpq(round(10**6 * 2.718281828**v), 10**6) for v in found.x)
    return exclude(dimension, kappa, delta)
