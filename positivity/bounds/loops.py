"""Bounds with one loop at fixed loop couplings, from forward rows: certified.

The loop couplings are numbers, so every row has a known shift.  A coupling that occurs linearly in
loops (g4 in g2 g4 at fixed g2) is eliminated with its own row.  Method in docs/theory/one_loop.md.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from flint import arb, fmpq

from positivity.answers.end import DensityStep, End
from positivity.bounds.positive import EndSolver
from positivity.certificates.bounded import bounded_certificate
from positivity.programs.bounded import bounded_program
from positivity.programs.build import RatioProgram, measure_row
from positivity.programs.eliminate import LoopProblem
from positivity.programs.sampled import NO_SMEARED_BOUND, SmearedProblem, smeared_bound, smeared_note
from positivity.questions.density import Assumptions
from positivity.questions.numbers import decimal_text, midpoint, parse_rational, round_outwards
from positivity.questions.units import PRECISION, to_ball
from positivity.sum_rules.forward import Functional, add_to, functional_of
from positivity.sum_rules.low_side import LoopTheory
from solvers.bounded_measure import BoundedResult
from solvers.program import MeasureProgram, SpinLadder
from solvers.verify import Refused
from solvers.verify.precision import working_precision


def positive_solver(problem: LoopProblem, digits: int) -> EndSolver | None:
    """The program with rho_J >= 0, homogeneous over the row of g2, the first known row.

    That row must be positive on all states; None if its value is not: no theory at these couplings.
    """
    normal, value = problem.free[0], problem.values[0]
    if not value > 0:
        return None
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
    ratio = RatioProgram(program, tuple(free), (problem.target,))
    return EndSolver(ratio, problem.dimension, digits, "lp", problem.pairs)


def positive_ends(problem: LoopProblem, digits: int) -> tuple[End, End]:
    """Lower and upper end with rho_J >= 0."""
    solver = positive_solver(problem, digits)
    if solver is None:
        reason = "no theory: <m^-4> would not be positive at these couplings (one-loop truncation)"
        return End(None, "no theory", reason), End(None, "no theory", reason)
    return _positive_end(problem, solver, digits, -1), _positive_end(problem, solver, digits, 1)


def _positive_end(problem: LoopProblem, solver: EndSolver, digits: int, side: int) -> End:
    end = solver.end([fmpq(-side)], side)
    if end.status not in ("certified", "numerical"):
        return End(None, end.status, end.reason, end.certificate, ray=end.ray)
    scale, shift = problem.values[0], problem.theory.side(problem.target).constant
    with working_precision(PRECISION):
        reached = None
        if end.spectrum_value is not None:
            reached = f"{float(end.spectrum_value) * float(scale.mid()) - float(shift.mid()):.12g}"
        if end.certificate is None:
            rough = (float("nan") if end.value is None else end.value) * float(scale.mid()) - float(shift.mid())
            return End(repr(rough), "numerical", end.reason, natural=repr(rough))
        found = problem.value(functional_of(end.certificate), arb(0), -side)
        natural = decimal_text(round_outwards(found, side, digits + 2), digits + 2)
    return End(
        natural, "certified", certificate=end.certificate, spectrum_value=reached, digits=end.digits, natural=natural
    )


def unitary_ends(problem: LoopProblem, digits: int, assumptions: Assumptions) -> tuple[End, End]:
    """Lower and upper end with 0 <= rho_J <= ceiling."""
    return _unitary_end(problem, digits, assumptions, -1), _unitary_end(problem, digits, assumptions, 1)


def unitary_functional(
    problem: LoopProblem, digits: int, assumptions: Assumptions, side: int
) -> tuple[BoundedResult, Functional]:
    """The program with 0 <= rho_J <= ceiling solved, and side * target - sum lambda free."""
    program = bounded_program(problem.free, [problem.target], problem.dimension, assumptions)
    values = np.array([float(v.mid()) for v in problem.values])
    result = program.solve(np.array([float(side)]), values, 10.0 ** -(digits + 1))
    functional: Functional = {rule: side * value for rule, value in problem.target.items()}
    if result.status == "optimal":
        for row, multiplier in zip(problem.free, result.multipliers, strict=True):
            add_to(functional, row, -multiplier)
    return result, {rule: value for rule, value in functional.items() if value != 0}


def _unitary_end(problem: LoopProblem, digits: int, assumptions: Assumptions, side: int) -> End:
    result, functional = unitary_functional(problem, digits, assumptions, side)
    if result.status != "optimal":
        if result.status == "infeasible":
            return _unitary_excluded(problem, digits, assumptions)
        return End(None, "failed", f"linear program {result.status}")
    shift = float(problem.theory.side(problem.target).constant.mid())
    steps = tuple(DensityStep(s.spin, s.low, s.high, s.density) for s in result.density)
    try:
        certificate, bound = bounded_certificate(functional, problem.dimension, digits, assumptions, problem.pairs)
        with working_precision(PRECISION):
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


def _unitary_excluded(problem: LoopProblem, digits: int, assumptions: Assumptions) -> End:
    """No density has the fixed values, with the proof if there is one."""
    reason = "no theory has the fixed values"
    program = bounded_program(problem.free, [problem.target], problem.dimension, assumptions)
    multipliers = program.exclusion(np.array([float(v.mid()) for v in problem.values]))
    if multipliers is None:
        return End(None, "no theory", f"{reason} (numerical, not proved)")
    functional: Functional = {}
    for row, multiplier in zip(problem.free, multipliers, strict=True):
        add_to(functional, row, -multiplier)
    try:
        certificate, bound = bounded_certificate(functional, problem.dimension, digits, assumptions, problem.pairs)
        with working_precision(PRECISION):
            if not problem.room(functional, to_ball(bound) / problem.theory.unit) < 0:
                raise Refused("it leaves room for a theory")
    except Refused as refusal:
        return End(None, "no theory", f"{reason} (numerical, the certificate was refused: {refusal})")
    return End(None, "excluded", f"{reason}: excluded, the certificate proves it", certificate)


def smeared_ends(problem: LoopProblem, functions: int, nulls: LoopTheory | None = None) -> tuple[End, End]:
    """Both ends with 0 <= rho_J <= 2 from smeared nulls: numerical, re-evaluated on a finer grid.

    nulls: another theory for the nulls than for the rows of the couplings, see `loop_variants`.
    """
    theory = nulls or problem.theory
    return _smeared_end(problem, functions, theory, -1), _smeared_end(problem, functions, theory, 1)


def _smeared_end(problem: LoopProblem, functions: int, null_theory: LoopTheory, side: int) -> End:
    shift = problem.theory.side(problem.target).constant
    found = smeared_bound(smeared_problem(problem, functions, null_theory, side))
    if found is None:
        return End(
            None, "no theory", "no density was found: no theory (numerical, not proved), or change the functions"
        )
    if not found.valid:
        return End(None, "failed", NO_SMEARED_BOUND)
    natural = decimal_text(fmpq(round((side * found.value - float(shift.mid())) * 10**9), 10**9), 9)
    reached = f"{side * found.primal - float(shift.mid()):.12g}"
    return End(natural, "numerical", smeared_note(found.error), spectrum_value=reached, natural=natural)


def smeared_problem(problem: LoopProblem, functions: int, null_theory: LoopTheory, side: int) -> SmearedProblem:
    """Known rows and smeared nulls at the couplings of a problem; side * target is to be maximised."""
    fixed = tuple((row, float(value.mid())) for row, value in zip(problem.free, problem.values, strict=True))
    nulls, values = [], []
    for given in null_theory.smeared_sides(functions):
        row = problem.theory.eliminating(given.linear, problem.unknown, {})
        nulls.append(row)
        values.append(float((given.constant + problem.theory.side(row).constant).mid()))
    target = {rule: side * value for rule, value in problem.target.items()}
    return SmearedProblem(target, fixed, problem.dimension, functions, tuple(nulls), tuple(values))


def stronger_end(given: End, weaker: End, side: int) -> End:
    """The end of a bounded density, or that of rho_J >= 0, which assumes less and so holds as well, if it is better."""
    if weaker.status == "excluded":
        return given if given.status == "excluded" else weaker
    if weaker.status != "certified" or weaker.natural is None:
        return given
    if given.status == "certified" and given.natural is not None:
        if (parse_rational(given.natural) - parse_rational(weaker.natural)) * side <= 0:
            return given
    elif given.text is None and "no theory" in given.reason:
        return given
    reason = f"{weaker.reason}; proved with rho_J >= 0 alone".removeprefix("; ")
    return replace(weaker, reason=reason, spectrum=(), spectrum_value=given.spectrum_value, digits=None)


def forward_ends(rows: LoopProblem, digits: int, assumed: Assumptions | None) -> tuple[End, End]:
    """Certified ends with rho_J >= 0, or with a bounded density, which those of rho_J >= 0 hold for as well."""
    weaker = positive_ends(rows, digits)
    if assumed is None:
        return weaker
    given = unitary_ends(rows, digits, assumed)
    return stronger_end(given[0], weaker[0], -1), stronger_end(given[1], weaker[1], 1)
