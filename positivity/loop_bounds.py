"""Bounds with one loop at fixed loop couplings, from forward rows: certified.

The loop couplings are numbers, so every row has a known shift.  A coupling that occurs linearly in
loops (g4 in g2 g4 at fixed g2) is eliminated with its own row.  Method in docs/theory/one_loop.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq

from positivity.amplitudes.one_loop import Pair, pair_text, parse_pairs
from positivity.certificates import decimal_text, functional_of
from positivity.couplings import Combination, Coupling, combination_text, order_of, parse_rational
from positivity.dispersion.sum_rules import Functional, add_to, combination_functional, coupling_functional
from positivity.ends import EndSolver
from positivity.errors import InputError, check_dimension, check_order
from positivity.loop_rows import PRECISION, LoopTheory, midpoint
from positivity.problem import Assumptions, DensityStep, End, Problem
from positivity.programs import RatioProgram, measure_row
from positivity.smeared_bounds import SmearedProblem, smeared_bound
from positivity.unitarity import (
    Level,
    bounded_certificate,
    bounded_program,
    exact_assumptions,
    parse_fixes,
    round_outwards,
    to_ball,
)
from positivity.unitary_bounds import check_shown, displayed, divisor, smeared_warning
from solvers.program import MeasureProgram, SpinLadder
from solvers.verify import Refused, verify_data

#: highest order of nulls that a program with rho_J >= 0 falls back to when it stalls
LAST_POSITIVE = 6

Fixes = list[tuple[Combination, Level]]


class LoopProblem:
    """Rows for one target at fixed couplings, free of the unknown ones.

    target: Q with infrared side target + constant.  free: (functional, value in units of U).
    """

    def __init__(
        self,
        target: Combination,
        fixes: Fixes,
        pairs: tuple[Pair, ...],
        order: int,
        dimension: int,
        smeared: int = 0,
    ) -> None:
        check_dimension(dimension)
        check_order(order, max(4, *(order_of(c) for c in target)), "bounds with loops")
        self.theory = LoopTheory(dimension, pairs, _single(fixes))
        self.dimension, self.coupling, self.pairs = dimension, target, pairs
        unknown = sorted({*self.theory.partners, *target} - set(self.theory.fixed))
        if not smeared and not any(j == 1 for row in self.theory.nulls(4) for j, _ in row):
            raise InputError(
                f"in D={dimension} these loops make every k = 2 null diverge (see positivity nulls --loops 1): "
                "use --density unitary --smeared 10 (numerical), or D >= 5 and order >= 4"
            )
        for c in unknown:
            if self.theory.diverges(coupling_functional(c)):
                raise InputError(f"the sum rule of {combination_text({c: fmpq(1)})} diverges with these loops")
        if set(target) <= set(self.theory.fixed):
            raise InputError(f"{combination_text(target)!r} is fixed already: ask for another coupling")
        plain = combination_functional(target)
        self.target = self.theory.without(plain, unknown, target)
        rows = [coupling_functional(c) for c in self.theory.fixed] + ([] if smeared else self.theory.nulls(order))
        self.free = [self.theory.without(row, unknown, {}) for row in rows]
        self.values = [self.theory.side(row).constant for row in self.free]
        self.unknown = unknown
        self.order, self._fixes = order, fixes

    def at_order(self, order: int) -> LoopProblem:
        """The same question with nulls to another order."""
        return LoopProblem(self.coupling, self._fixes, self.pairs, order, self.dimension)

    def value(self, functional: Functional, excess: arb, sign: int) -> arb:
        """The bound on the target, in units of U, that sign * (infrared side) <= sign * excess implies.

        The coefficient of the target must have this sign: then it is an upper bound for sign > 0.
        Raises Refused if the functional is about something else.
        """
        with ctx.workprec(PRECISION):
            found = self.theory.side(functional)
            main = next(c for c in sorted(self.coupling) if c not in self.theory.fixed)
            factor = found.linear.get(main, arb(0)) / to_ball(self.coupling[main])
            rest = arb(0)
            for c in {*found.linear, *self.coupling} - {main}:
                left = found.linear.get(c, arb(0)) - factor * to_ball(self.coupling.get(c, fmpq(0)))
                if c in self.theory.fixed:
                    rest -= factor * to_ball(self.coupling.get(c, fmpq(0))) * self.theory.fixed[c]
                elif left != 0:
                    rest += arb(0, 1) * abs(left) * self.theory.crude(c)
            total = (excess - found.constant - rest) / factor
            if not (factor * sign > 0 and total.is_finite()):
                raise Refused("the claim of the certificate does not bound this coupling")
            return total


def _single(fixes: Fixes) -> dict[Coupling, Level]:
    fixed: dict[Coupling, Level] = {}
    for left, level in fixes:
        if len(left) != 1 or next(iter(left.values())) != 1:
            raise InputError(f"with loops fix single couplings, not {combination_text(left)!r}")
        fixed[next(iter(left))] = level
    return fixed


def positive_ends(problem: LoopProblem, digits: int) -> tuple[End, End]:
    """Lower and upper end with rho_J >= 0: a homogeneous program over the row of g2.

    The first free row (that of g2) must be positive on all states and have a positive value.
    """
    normal, value = problem.free[0], problem.values[0]
    if not value > 0:
        reason = "no theory: <m^-4> would not be positive at these couplings (one-loop truncation)"
        return End(None, "failed", reason), End(None, "failed", reason)
    free = [normal]
    for row, level in zip(problem.free[1:], problem.values[1:], strict=True):
        shifted = dict(row)
        add_to(shifted, normal, -midpoint(level / value))
        free.append(shifted)
    program = MeasureProgram(
        tuple(measure_row(f, problem.dimension) for f in free),
        SpinLadder(problem.dimension - 3),
        (measure_row(problem.target, problem.dimension),),
    )
    solver = EndSolver(
        RatioProgram(program, tuple(free), (problem.target,)), problem.dimension, digits, "lp", problem.pairs
    )
    return _positive_end(problem, solver, digits, -1), _positive_end(problem, solver, digits, 1)


def _positive_end(problem: LoopProblem, solver: EndSolver, digits: int, side: int) -> End:
    end = solver.end([fmpq(-side)], side)
    if end.status not in ("certified", "numerical"):
        return End(None, end.status, end.reason, end.certificate, ray=end.ray)
    scale, shift = problem.values[0], problem.theory.side(problem.target).constant
    with ctx.workprec(PRECISION):
        reached = None
        if end.spectrum_value is not None:
            reached = f"{float(end.spectrum_value) * float(scale.mid()) - float(shift.mid()):.12g}"
        if end.certificate is None:
            rough = float(end.value or "nan") * float(scale.mid()) - float(shift.mid())
            return End(repr(rough), "numerical", end.reason, natural=repr(rough))
        found = problem.value(functional_of(end.certificate), arb(0), -side)
        natural = decimal_text(round_outwards(found, side, digits + 2), digits + 2)
    return End(
        natural, "certified", certificate=end.certificate, spectrum_value=reached, digits=end.digits, natural=natural
    )


def unitary_ends(problem: LoopProblem, digits: int, assumptions: Assumptions) -> tuple[End, End]:
    """Lower and upper end with 0 <= rho_J <= ceiling."""
    return _unitary_end(problem, digits, assumptions, -1), _unitary_end(problem, digits, assumptions, 1)


def _unitary_end(problem: LoopProblem, digits: int, assumptions: Assumptions, side: int) -> End:
    program = bounded_program(problem.free, [problem.target], problem.dimension, assumptions)
    values = np.array([float(v.mid()) for v in problem.values])
    result = program.solve(np.array([float(side)]), values, 10.0 ** -(digits + 1))
    if result.status != "optimal":
        reason = "no theory has the fixed values (numerical, not proved)"
        return End(None, "failed", reason if result.status == "infeasible" else f"linear program {result.status}")
    shift = float(problem.theory.side(problem.target).constant.mid())
    steps = tuple(DensityStep(s.spin, s.low, s.high, s.density) for s in result.density)
    functional: Functional = {rule: side * value for rule, value in problem.target.items()}
    for row, multiplier in zip(problem.free, result.multipliers, strict=True):
        add_to(functional, row, -multiplier)
    functional = {rule: value for rule, value in functional.items() if value != 0}
    try:
        certificate, bound = bounded_certificate(functional, problem.dimension, digits, assumptions, problem.pairs)
        with ctx.workprec(PRECISION):
            found = problem.value(functional, to_ball(bound) / problem.theory.unit, side)
            natural = decimal_text(round_outwards(found, side, digits + 2), digits + 2)
    except Refused as refusal:
        rough = repr(side * result.dual - shift)
        return End(rough, "numerical", f"the verifier refused the functional: {refusal}", natural=rough, density=steps)
    return End(
        natural,
        "certified",
        certificate=certificate,
        spectrum_value=f"{side * result.primal - shift:.12g}",
        natural=natural,
        density=steps,
    )


def smeared_ends(problem: LoopProblem, functions: int, nulls: LoopTheory | None = None) -> tuple[End, End]:
    """Both ends with 0 <= rho_J <= 2 from smeared nulls: numerical, re-evaluated on a finer grid.

    nulls: another theory for the nulls than for the rows of the couplings, see `loop_variants`.
    """
    theory = nulls or problem.theory
    return _smeared_end(problem, functions, theory, -1), _smeared_end(problem, functions, theory, 1)


def _smeared_end(problem: LoopProblem, functions: int, null_theory: LoopTheory, side: int) -> End:
    theory, shift = problem.theory, problem.theory.side(problem.target).constant
    fixed = tuple((row, float(value.mid())) for row, value in zip(problem.free, problem.values, strict=True))
    nulls, values = [], []
    for given in null_theory.smeared_sides(functions):
        row = theory.eliminating(given.linear, problem.unknown, {})
        nulls.append(row)
        values.append(float((given.constant + theory.side(row).constant).mid()))
    target = {rule: side * value for rule, value in problem.target.items()}
    found = smeared_bound(SmearedProblem(target, fixed, problem.dimension, functions, tuple(nulls), tuple(values)))
    if found is None:
        return End(None, "failed", "no density was found: no theory (numerical, not proved), or change the functions")
    natural = decimal_text(fmpq(round((side * found.value - float(shift.mid())) * 10**9), 10**9), 9)
    reached = f"{side * found.primal - float(shift.mid()):.12g}"
    return End(natural, "numerical", smeared_warning(found), spectrum_value=reached, natural=natural)


def loop_range(
    coupling: Combination,
    over: str,
    fix: Mapping[str, object],
    order: int,
    dimension: int,
    digits: int,
    density: str,
    pairs: tuple[Pair, ...],
    assumptions: Assumptions | None,
    smeared: int = 0,
) -> tuple[Problem, End, End]:
    """Problem and both ends; `over` is "1" (units of M), "U", or a coupling that is held fixed.

    density: "positive" or "unitary" (then with assumptions).  Raises InputError.
    """
    if not 1 <= digits <= 10:
        raise InputError(f"digits {digits}: with loops use 1 to 10")
    fixes = parse_fixes(dict(fix))
    if (1, 0) not in _single(fixes):
        raise InputError("with loops the problem is not homogeneous: fix g2, e.g. --fix g2=0.3U")
    assumed = exact_assumptions(assumptions or Assumptions()) if density == "unitary" else None
    held = tuple((combination_text(left), str(value)) for (left, _), value in zip(fixes, fix.values(), strict=True))
    names = ",".join(pair_text(pair).replace(" ", "") for pair in pairs)
    problem = Problem(combination_text(coupling), over, dimension, order, held, density, names, assumed, smeared)
    divisor(problem)
    rows = LoopProblem(coupling, fixes, pairs, order, dimension, smeared)
    if smeared:
        if assumed != Assumptions():
            raise InputError("smeared nulls need density 'unitary' and no assumptions: add --density unitary")
        ends = smeared_ends(rows, smeared)
    else:
        ends = forward_ends(rows, digits, assumed)
    lower, upper = (_shown(problem, end, side, digits) for side, end in zip((-1, 1), ends, strict=True))
    return problem, lower, upper


def forward_ends(rows: LoopProblem, digits: int, assumed: Assumptions | None) -> tuple[End, End]:
    """Certified ends; with rho_J >= 0 the nulls above LAST_POSITIVE are left out where they stall."""
    ends = positive_ends(rows, digits) if assumed is None else unitary_ends(rows, digits, assumed)
    if assumed is None and rows.order > LAST_POSITIVE and any("stalled" in end.reason for end in ends):
        # without the k = 2 nulls of orders 5 and 6 the k >= 4 ones fall behind at large spin
        fewer = positive_ends(rows.at_order(LAST_POSITIVE), digits)
        note = f"nulls above order {LAST_POSITIVE} left out: the program with them stalls"
        ends = (replace(fewer[0], reason=fewer[0].reason or note), replace(fewer[1], reason=fewer[1].reason or note))
    return ends


def _shown(problem: Problem, end: End, side: int, digits: int) -> End:
    if end.natural is None:
        return end
    end = replace(end, value=displayed(problem, end.natural, side, digits))
    if end.spectrum_value is None:
        return end
    reached = f"{float(end.spectrum_value) * float(divisor(problem).mid()):.10g}"
    return replace(end, spectrum_value=reached)


def check_loop_end(end: Mapping[str, Any], problem: Problem, coupling: Combination, side: int) -> None:
    """Verify the certificate of an end and that it proves its value; raises Refused."""
    certificate = end["certificate"]
    verify_data(certificate)
    pairs = parse_pairs(problem.loops)
    listed = {tuple(sorted(map(tuple, term["couplings"]))) for term in certificate.get("loops", [])}
    if listed != {tuple(sorted(pair)) for pair in pairs}:
        raise Refused("the certificate is about other loops")
    if certificate["dimension"] != problem.dimension or certificate["density"] != problem.density:
        raise Refused("the certificate is for another dimension or density")
    theory = LoopProblem(coupling, parse_fixes(dict(problem.fix)), pairs, problem.order, problem.dimension)
    functional = functional_of(certificate)
    with ctx.workprec(PRECISION):
        if problem.assumptions is None:
            proved = theory.value(functional, arb(0), -side)
        else:
            if certificate.get("assumptions") != problem.assumptions.to_dict():
                raise Refused("the certificate assumes something else than the problem")
            bound = to_ball(parse_rational(certificate["bound"])) / theory.theory.unit
            proved = theory.value(functional, bound, side)
        check_shown(end, problem, proved, side)
