"""Absolute bounds with a bounded density, 0 <= rho_J <= 2: solve, certify, convert units.

Every functional F = target - sum lambda free gives <target> <= sum lambda <free> + ceiling *
int F_+, so the certificate is the functional with an upper bound on that integral.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

import numpy as np
from flint import fmpq

from positivity.answers.end import DensityStep, End, contradiction
from positivity.certificates.bounded import SPLIT, bounded_certificate
from positivity.programs.bounded import bounded_program
from positivity.questions.couplings import Combination, combination_text, order_of
from positivity.questions.density import Assumptions, exact_assumptions
from positivity.questions.errors import check_dimension, check_order
from positivity.questions.numbers import decimal_text, round_outwards
from positivity.questions.units import PRECISION, Level, natural_unit, to_ball
from positivity.sum_rules.forward import Functional, add_to, combination_functional
from positivity.sum_rules.null_constraints import null_constraints
from solvers.verify import Refused
from solvers.verify.precision import working_precision

#: doublings of the latter while the estimate costs more than this share of the value
_DOUBLINGS, _COSTLY = 3, 5e-7
#: how far a proved value may lie inside that of a density of the linear program, and values that are noise
_CONTRADICTION, _NOISE = 1e-8, 1e-14
#: rounding of the averages of that density, which enter its value with the multipliers
_ROUNDING = 1e-11
#: distance of a proved value from that of a density, relative, from which on fewer rows are tried
_LOOSE = 1e-5


class UnitarySolver:
    """Largest value of a combination of couplings at fixed other ones, in units of U.

    couplings: the targets.  fixes: (combination, level).
    """

    def __init__(
        self,
        couplings: Sequence[Combination],
        fixes: Sequence[tuple[Combination, Level]],
        order: int,
        dimension: int,
        digits: int,
        assumptions: Assumptions,
    ) -> None:
        check_dimension(dimension)
        named = [*couplings, *(left for left, _ in fixes)]
        check_order(order, max(4, *(2 * p + 3 * q for each in named for p, q in each)), "full unitarity")
        self.dimension, self.digits, self.assumptions = dimension, min(digits, 10), exact_assumptions(assumptions)
        self.couplings, self.fixes, self.order = list(couplings), list(fixes), order
        nulls = [dict(null.functional) for null in null_constraints(order, dimension)]
        self.free = [*(combination_functional(left) for left, _ in fixes), *nulls]
        self.targets = [combination_functional(each) for each in couplings]
        self.program = bounded_program(self.free, self.targets, dimension, assumptions)

    def end(self, weights: Sequence[fmpq], side: int) -> End:
        """As `solve`, the end alone."""
        return self.solve(weights, side)[0]

    def solve(self, weights: Sequence[fmpq], side: int) -> tuple[End, np.ndarray | None]:
        """The largest -sum weights * targets / U, reported as the end side * value, and where it is reached.

        Where the proof costs much more than a density reaches, proofs that use fewer rows are tried: they are
        valid too, and the best one is kept.
        """
        found, point = self._solve(weights, side)
        if not _loose(found, side):
            return found, point
        for spare, what in self._with_fewer_rows():
            weaker = spare._solve(weights, side)[0]
            if weaker.status == "certified" and weaker.exact is not None:
                if found.status != "certified" or found.exact is None or side * (weaker.exact - found.exact) < 0:
                    found = self._proved_by(weaker, found, what)
                if not _loose(found, side):
                    break
        return found, point

    def _with_fewer_rows(self) -> Iterator[tuple[UnitarySolver, str]]:
        """The same question with nulls to a lower order, or without one of the fixed values."""
        named = [order_of(c) for each in [*self.couplings, *(left for left, _ in self.fixes)] for c in each]
        rest = self.dimension, self.digits, self.assumptions
        for order in range(self.order - 1, max(4, *named) - 1, -1):
            yield UnitarySolver(self.couplings, self.fixes, order, *rest), f"proved with sum rules to order {order}"
        for i, (left, _) in enumerate(self.fixes):
            fewer = [*self.fixes[:i], *self.fixes[i + 1 :]]
            yield UnitarySolver(self.couplings, fewer, self.order, *rest), f"proved without {combination_text(left)}"

    def _proved_by(self, weaker: End, found: End, what: str) -> End:
        """The proof of fewer rows beside the density that meets all of them."""
        if found.spectrum_value is None or weaker.value is None:
            return replace(weaker, spectrum_note=what)
        gap = abs(weaker.value - float(found.spectrum_value))
        kept = {"spectrum_value": found.spectrum_value, "density": found.density, "digits": _agreeing(gap)}
        return replace(weaker, spectrum_note=what, **kept)  # type: ignore[arg-type]

    def _solve(self, weights: Sequence[fmpq], side: int) -> tuple[End, np.ndarray | None]:
        signs = [-w for w in weights]
        result = self.program.solve(np.array([float(w) for w in signs]), self._levels(), 10.0 ** -(self.digits + 1))
        if result.status == "infeasible":
            return self._excluded(), None
        if result.status != "optimal":
            return End(
                None, "failed", f"the linear program on cells ended with {result.status!r}: lower the order"
            ), None
        steps = tuple(DensityStep(s.spin, s.low, s.high, s.density) for s in result.density)
        functional = self._functional(signs, result.multipliers)
        try:
            certificate, value = self.certify(functional, result.multipliers, result.dual)
        except Refused as refusal:
            reason = f"the verifier refused the functional: {refusal}"
            value = decimal_text(fmpq(round(side * result.dual * 10**12), 10**12), self.digits + 2)
            return End(value, "numerical", reason, natural=value, density=steps), result.moments
        beyond = result.primal - float(value) - _CONTRADICTION * max(1.0, abs(result.primal))
        if beyond > _ROUNDING * sum(abs(float(m)) for m in result.multipliers):
            return contradiction(side * float(value), side * result.primal), None
        end = End(
            text=decimal_text(side * value, self.digits + 2),
            status="certified",
            certificate=certificate,
            spectrum_value=f"{side * result.primal if abs(result.primal) > _NOISE else 0.0:.12g}",
            digits=_agreeing(float(value) - result.primal),
            natural=decimal_text(side * value, self.digits + 2),
            density=steps,
        )
        if beyond > 0:  # its value is known to rounding only, and that puts it outside
            note = f"a density reaches the value to its own rounding, {result.primal - float(value):.0e}"
            end = replace(end, spectrum_value=None, digits=None, spectrum_note=note)
        return end, result.moments

    def _excluded(self) -> End:
        """No theory has the fixed values, with the proof if there is one."""
        reason = "no theory has the fixed values"
        multipliers = self.program.exclusion(self._levels())
        if multipliers is not None:
            try:
                certificate, value = self._certified(self._functional((), multipliers), multipliers, SPLIT)
            except Refused as refusal:
                return End(None, "no theory", f"{reason} (numerical, the certificate was refused: {refusal})")
            if value < 0:
                return End(None, "excluded", f"{reason}: excluded, the certificate proves it", certificate)
        return End(None, "no theory", f"{reason} (numerical, not proved)")

    def _levels(self) -> np.ndarray:
        """Values of the free rows in units of U."""
        unit = float(natural_unit(self.dimension))
        fixed = [float(in_m) / unit + float(in_u) for _, (in_m, in_u) in self.fixes]
        return np.array([*fixed, *([0.0] * (len(self.free) - len(fixed)))])

    def _functional(self, signs: Sequence[fmpq], multipliers: Sequence[fmpq]) -> Functional:
        """signs: of the targets, none for a functional without them."""
        total: Functional = {}
        for functional, sign in zip(self.targets, signs, strict=False):
            add_to(total, functional, sign)
        for functional, multiplier in zip(self.free, multipliers, strict=True):
            add_to(total, functional, -multiplier)
        return {rule: value for rule, value in total.items() if value != 0}

    def certify(
        self, functional: Functional, multipliers: Sequence[fmpq], expected: float
    ) -> tuple[dict[str, Any], fmpq]:
        """Certificate and the value in units of U it proves, both rounded up; raises Refused.

        expected: the value to floating-point accuracy; where the estimate of the large spins costs much more,
        more spins are proved one by one.
        """
        least = expected + max(_COSTLY * abs(expected), 10.0 ** -(self.digits + 1))
        found = self._certified(functional, multipliers, SPLIT)
        for doubling in range(1, _DOUBLINGS + 1):
            if found[1] <= fmpq(*least.as_integer_ratio()):
                break
            found = min(found, self._certified(functional, multipliers, SPLIT << doubling), key=itemgetter(1))
        return found

    def _certified(
        self, functional: Functional, multipliers: Sequence[fmpq], split: int
    ) -> tuple[dict[str, Any], fmpq]:
        data, bound = bounded_certificate(functional, self.dimension, self.digits, self.assumptions, split=split)
        with working_precision(PRECISION):
            value = to_ball(bound) / natural_unit(self.dimension)
            for (_, (in_m, in_u)), multiplier in zip(self.fixes, multipliers, strict=False):
                value += to_ball(multiplier) * (to_ball(in_m) / natural_unit(self.dimension) + to_ball(in_u))
            return data, round_outwards(value, 1, self.digits + 2)


def _loose(end: End, side: int) -> bool:
    """Whether a proof costs much more than a density reaches, or there is none."""
    if end.status == "numerical":
        return True
    if end.status != "certified" or end.value is None or end.spectrum_value is None:
        return False
    reached = float(end.spectrum_value)
    return side * (end.value - reached) > _LOOSE * max(1.0, abs(reached))


def _agreeing(gap: float) -> int:
    digits = 0
    while digits < 12 and abs(gap) * 10 ** (digits + 1) < 1:
        digits += 1
    return digits
