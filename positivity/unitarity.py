"""Absolute bounds with a bounded density, 0 <= rho_J <= 2: solve, certify, convert units.

Every functional F = target - sum lambda free gives <target> <= sum lambda <free> + ceiling *
int F_+, so the certificate is the functional with an upper bound on that integral.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np
from flint import arb, fmpq

from positivity.amplitudes.one_loop import Pair
from positivity.certificates import decimal_text, document
from positivity.couplings import Combination, combination_text, parse_combination, parse_rational
from positivity.dispersion.null_constraints import null_constraints
from positivity.dispersion.sum_rules import Functional, add_to, combination_functional
from positivity.errors import InputError, check_dimension, check_order, shown, whole_number
from positivity.partial_waves import spin_weight, tail_weight
from positivity.problem import Assumptions, DensityStep, End, contradiction
from positivity.programs import measure_row
from positivity.units import Level as Level
from positivity.units import natural_unit as natural_unit
from positivity.units import parse_level as parse_level
from positivity.units import to_ball as to_ball
from solvers.bounded_measure import BoundedMeasure, BoundedProgram
from solvers.precision import working_precision
from solvers.program import MeasureProgram, SpinLadder
from solvers.tables import RowTables
from solvers.verify import Refused, bounded_integral, verify_data

#: spins that get cells of their own; spins proved one by one before the tail estimate
CELL_SPINS, SPLIT = 200, 600
#: largest spin that an assumption may name
MAX_LAST_SPIN = 1000
#: doublings of the latter while the estimate costs more than this share of the value
_DOUBLINGS, _COSTLY = 3, 5e-7
_PRECISION = 192
#: how far a proved value may lie inside that of a density of the linear program, and values that are noise
_CONTRADICTION, _NOISE = 1e-8, 1e-14


def level_text(value: object) -> str:
    """A fixed value as a document keeps it: text as it was given, numbers as exact rationals."""
    return value.strip() if isinstance(value, str) else str(parse_rational(value))


def held_levels(fix: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    """Fixed values as a problem keeps them: ((combination, value), ...)."""
    return tuple((combination_text(parse_combination(name)), level_text(value)) for name, value in fix.items())


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
        self.fixes = list(fixes)
        nulls = [dict(null.functional) for null in null_constraints(order, dimension)]
        self.free = [*(combination_functional(left) for left, _ in fixes), *nulls]
        self.targets = [combination_functional(each) for each in couplings]
        self.program = bounded_program(self.free, self.targets, dimension, assumptions)

    def end(self, weights: Sequence[fmpq], side: int) -> End:
        """As `solve`, the end alone."""
        return self.solve(weights, side)[0]

    def solve(self, weights: Sequence[fmpq], side: int) -> tuple[End, np.ndarray | None]:
        """The largest -sum weights * targets / U, reported as the end side * value, and where it is reached."""
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
        if float(value) < result.primal - _CONTRADICTION * max(1.0, abs(result.primal)):
            return contradiction(side * float(value), side * result.primal), None
        end = End(
            value=decimal_text(side * value, self.digits + 2),
            status="certified",
            certificate=certificate,
            spectrum_value=f"{side * result.primal if abs(result.primal) > _NOISE else 0.0:.12g}",
            digits=_agreeing(float(value) - result.primal),
            natural=decimal_text(side * value, self.digits + 2),
            density=steps,
        )
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
        with working_precision(_PRECISION):
            value = to_ball(bound) / natural_unit(self.dimension)
            for (_, (in_m, in_u)), multiplier in zip(self.fixes, multipliers, strict=False):
                value += to_ball(multiplier) * (to_ball(in_m) / natural_unit(self.dimension) + to_ball(in_u))
            return data, round_outwards(value, 1, self.digits + 2)


def bounded_program(
    free: Sequence[Functional], targets: Sequence[Functional], dimension: int, assumptions: Assumptions
) -> BoundedProgram:
    """The program on cells of forward rows: `free` at given values, `targets` to be maximised."""
    program = MeasureProgram(
        tuple(measure_row(f, dimension) for f in free),
        SpinLadder(dimension - 3),
        tuple(measure_row(f, dimension) for f in targets),
    )
    measure = BoundedMeasure(
        power=dimension / 2 - 1,
        weight=lambda spin: spin_weight(spin, dimension),
        tail=(CELL_SPINS, tail_weight(CELL_SPINS, dimension)),
        ceiling=float(parse_rational(assumptions.ceiling)),
        gaps=tuple((spin, float(parse_rational(mass))) for spin, mass in assumptions.gaps),
        last_spin=assumptions.last_spin,
    )
    ladder = program.ladder
    return BoundedProgram(RowTables(program, measure.spins(ladder.step)), ladder.casimir, measure)


def bounded_certificate(
    functional: Functional,
    dimension: int,
    digits: int,
    assumptions: Assumptions,
    loops: Sequence[Pair] | None = None,
    split: int | None = None,
) -> tuple[dict[str, Any], fmpq]:
    """Certificate that a functional is at most a bound, and the bound; raises Refused.

    split: spins proved one by one.
    """
    data = document(functional, dimension, split or SPLIT, loops)
    data |= {"density": "unitary", "bound": "0", "assumptions": assumptions.to_dict()}
    with working_precision(_PRECISION):
        bound = round_outwards(bounded_integral(data), 1, digits + 4)
        data["bound"] = str(bound)
        verify_data(data)
        return data, bound


def exact_assumptions(assumptions: Assumptions) -> Assumptions:
    """The same with rationals written as in a certificate.

    Raises InputError for a ceiling outside (0, 2], an odd spin or a gap below the cutoff.
    """
    if not isinstance(assumptions, Assumptions):
        raise InputError(f"assumptions {shown(assumptions)}: give positivity.Assumptions(ceiling=..., ...)")
    ceiling = parse_rational(assumptions.ceiling, "ceiling")
    if not 0 < ceiling <= 2:
        raise InputError(f"ceiling {shown(assumptions.ceiling)}: full unitarity allows 0 < rho <= 2")
    last = assumptions.last_spin
    last = None if last is None else whole_number(last, "last spin", 0, MAX_LAST_SPIN)
    if not isinstance(assumptions.gaps, tuple | list):
        raise InputError(f"gaps {shown(assumptions.gaps)}: give pairs (spin, m^2), e.g. gaps=((2, '4'),)")
    return Assumptions(str(ceiling), last, tuple(map(_exact_gap, assumptions.gaps)))


def _exact_gap(gap: object) -> tuple[int, str]:
    if not isinstance(gap, tuple | list) or len(gap) != 2:
        raise InputError(f"gap {shown(gap)}: give a pair (spin, m^2), e.g. (2, '4')")
    spin, mass = whole_number(gap[0], "spin of a gap", 0, MAX_LAST_SPIN), parse_rational(gap[1], "m^2 of a gap")
    if spin % 2 or mass < 1:
        raise InputError(f"gap {spin}:{shown(gap[1])}: use an even spin and m^2 >= 1 in units of the cutoff")
    return spin, str(mass)


def parse_fixes(fix: dict[str, object]) -> list[tuple[Combination, Level]]:
    """Absolute fixed values {"g2": "0.3U"}; raises InputError."""
    return [(parse_combination(name), parse_level(value, f"fixed value of {name}")) for name, value in fix.items()]


def round_outwards(value: arb, side: int, decimals: int) -> fmpq:
    """A decimal with so many places above (side 1) or below (side -1) a ball."""
    scaled = (side * value * arb(10) ** decimals).upper().ceil()
    return side * fmpq(scaled.unique_fmpz()) / fmpq(10) ** decimals


def _agreeing(gap: float) -> int:
    digits = 0
    while digits < 12 and abs(gap) * 10 ** (digits + 1) < 1:
        digits += 1
    return digits
