"""Functionals found at one value of a coupling, valid at all of its values: quadratic inequalities.

A coupling g that occurs as g^2 in the loops (g3 in g3^2 at fixed g2, or g2 itself) is scanned.  A
functional positive on all states has an infrared side quadratic in g and linear in one target; found
where it is best, it holds everywhere.  Derived in docs/theory/one_loop.md, section "Scans".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flint import arb, fmpq

from positivity.bounds.loops import positive_solver, smeared_problem, unitary_functional
from positivity.certificates.bounded import bounded_certificate
from positivity.certificates.forward import certify
from positivity.programs.eliminate import LoopProblem
from positivity.programs.sampled import smeared_bound
from positivity.questions.couplings import Coupling, coupling_name
from positivity.questions.density import Assumptions
from positivity.questions.errors import InputError
from positivity.questions.levels import Fixes, single_fixes
from positivity.questions.loops import Pair, pair_text
from positivity.questions.units import PRECISION, natural_unit, to_ball
from positivity.sum_rules.forward import Functional, coupling_functional, functional_of
from positivity.sum_rules.low_side import LoopTheory
from solvers.quadratics import Quadratic
from solvers.verify import Refused
from solvers.verify.precision import working_precision

#: a coefficient of an eliminated coupling that is only the rounding of its elimination
_TINY = 1e-30
#: error in units of U of a smeared functional that is still used
_WORST = 1e-3


@dataclass(frozen=True)
class Cut:
    """side * target <= quadratic(g), or 0 <= quadratic(g) for side 0; g and target in units of U.

    certificate: proves it, None if numerical.  error: its numerical error in units of U.
    reached: what an explicit density attains where the cut was found.
    """

    side: int
    quadratic: Quadratic
    certificate: Mapping[str, Any] | None = None
    error: float = 0.0
    reached: float | None = None


@dataclass(frozen=True)
class Question:
    """One scan: target with a scanned coupling (both may be one), the others at `fixes`, units of U.

    assumptions: None for rho_J >= 0.  smeared: number of smeared nulls instead of forward ones.
    """

    target: Coupling
    scanned: Coupling
    fixes: Fixes
    pairs: tuple[Pair, ...]
    order: int
    dimension: int
    digits: int = 8
    assumptions: Assumptions | None = None
    smeared: int = 0


def scanned_coupling(fixed: Sequence[Coupling], pairs: Sequence[Pair]) -> Coupling | None:
    """The coupling without a value that loops contain squared, None if there is none.

    Raises InputError if there are two, or if it multiplies another one without a value.
    """
    squared = sorted({a for a, b in pairs if a == b and a not in fixed})
    if not squared:
        return None
    chosen = squared[0]
    for pair in pairs:
        if pair != (chosen, chosen) and not any(c in fixed for c in pair):
            other = next((c for c in reversed(pair) if c != chosen), chosen)
            raise InputError(
                f"loops {pair_text(pair)}: only one coupling can be free, fix {coupling_name(other)} too, "
                f"e.g. {coupling_name(other)} = 0.1U"
            )
    return chosen


class CutFinder:
    """Finds cuts at given values of the scanned coupling, and reads them from certificates."""

    def __init__(self, question: Question) -> None:
        self.question = question
        fixed = single_fixes(question.fixes)
        scanned = question.scanned
        self._at = {
            g: LoopTheory(question.dimension, question.pairs, fixed | {scanned: (fmpq(0), fmpq(g))}) for g in (0, 1, -1)
        }

    @property
    def theory(self) -> LoopTheory:
        """Rows with the scanned coupling at 0."""
        return self._at[0]

    def infrared(self, functional: Functional, sign: int, excess: arb, certificate: Mapping[str, Any] | None) -> Cut:
        """The cut that sign * (infrared side) + excess >= 0 means; raises Refused if it means none."""
        with working_precision(PRECISION):
            sides = {g: theory.side(functional) for g, theory in self._at.items()}
            constant = Quadratic.through(lambda g: sign * sides[g].constant + excess)
            linear = {c: v for c, v in sides[0].linear.items() if not v.is_zero()}
            weight = sign * linear.get(self.question.target, arb(0))
            aimed = bool(abs(weight) > _TINY)
            scale = abs(weight) if aimed else arb(1)
            error = arb(0)
            for c, value in linear.items():
                if not (aimed and c == self.question.target):
                    # |g_c| <= crude is a sum of moduli of two polynomials, hence at most this times 1 + g^2 or 1 + |g|
                    crude = [theory.crude(c) for theory in self._at.values()]
                    error += abs(value) / scale * (2 * crude[0] + crude[1] + crude[2])
            if not error.is_finite():
                raise Refused("the certificate is about another coupling")
            side = 0 if not aimed else (1 if weight < 0 else -1)
            if (self.question.scanned,) * 2 in self.question.pairs:
                scaled = Quadratic(constant.c0 / scale, constant.c1 / scale, constant.c2 / scale).widened(error)
            else:
                # exactly linear: a ball around a zero coefficient would leave the far ends open
                scaled = Quadratic(constant.c0 / scale, constant.c1 / scale, arb(0)).widened(error, linear=True)
            return Cut(side, scaled, certificate)

    def base(self) -> list[Cut]:
        """<m^-4> >= 0: holds with any density, no program needed."""
        unknown = [c for c in self.theory.partners if not self.theory.diverges(coupling_functional(c))]
        functional = self.theory.without(coupling_functional((1, 0)), unknown, {})
        if self.question.assumptions is not None or self.question.smeared:
            return []
        try:
            data = certify(functional, self.question.dimension, 0, self.question.pairs)
            return [self.infrared(functional, 1, arb(0), data)]
        except Refused:
            return []

    def feasibility(self, g: fmpq) -> list[Cut]:
        """Cuts without the target; g lies outside of what is allowed if one is negative there."""
        problem = self._problem(g, self._probe())
        return [] if problem is None else self._both(problem, g, (-1, 1))

    def bounds(self, g: fmpq, side: int) -> list[Cut]:
        """The best cut on side * target at g, or one that excludes g."""
        problem = self._problem(g, None)
        return [] if problem is None else self._both(problem, g, (side,))

    def _probe(self) -> Functional | None:
        """The row whose range tells whether g is allowed."""
        question = self.question
        if question.scanned != (1, 0) or question.assumptions is not None or question.smeared:
            return coupling_functional(question.scanned)
        # with rho_J >= 0 the row of g2 normalises, so the first null is the one to look at
        nulls = self.theory.nulls(question.order)
        return nulls[0] if nulls else None

    def _problem(self, g: fmpq, probe: Functional | None) -> LoopProblem | None:
        question = self.question
        target = {question.target: fmpq(1)}
        if probe is None and question.target == question.scanned:
            return None
        if probe is not None:
            target = {} if question.target == question.scanned else target
        fixes = [*question.fixes, ({question.scanned: fmpq(1)}, (fmpq(0), g))]
        return LoopProblem(target, fixes, question.pairs, question.order, question.dimension, question.smeared, probe)

    def _both(self, problem: LoopProblem, g: fmpq, sides: Sequence[int]) -> list[Cut]:
        if self.question.smeared:
            found = [self._smeared(problem, g, side) for side in sides]
        elif self.question.assumptions is not None:
            found = [self._unitary(problem, self.question.assumptions, side) for side in sides]
        else:
            found = self._positive(problem, sides)
        return [cut for cut in found if cut is not None]

    def _positive(self, problem: LoopProblem, sides: Sequence[int]) -> list[Cut | None]:
        solver = positive_solver(problem, self.question.digits)
        if solver is None:
            return []
        found: list[Cut | None] = []
        for side in sides:
            end = solver.end([fmpq(-side)], side)
            if end.certificate is None:
                continue
            reached = None
            if end.spectrum_value is not None:
                shift = float(problem.theory.side(problem.target).constant.mid())
                reached = side * (float(end.spectrum_value) * float(problem.values[0].mid()) - shift)
            try:
                cut = self.infrared(functional_of(end.certificate), 1, arb(0), end.certificate)
            except Refused:
                continue
            found.append(replace(cut, reached=reached))
        return found

    def _unitary(self, problem: LoopProblem, assumptions: Assumptions, side: int) -> Cut | None:
        digits = self.question.digits
        result, functional = unitary_functional(problem, digits, assumptions, side)
        if result.status != "optimal":
            return None
        try:
            data, bound = bounded_certificate(functional, problem.dimension, digits, assumptions, problem.pairs)
            with working_precision(PRECISION):
                excess = to_ball(bound) / natural_unit(problem.dimension)
            cut = self.infrared(functional, -1, excess, data)
        except Refused:
            return None
        shift = float(problem.theory.side(problem.target).constant.mid())
        return replace(cut, reached=result.primal - side * shift)

    def _smeared(self, problem: LoopProblem, g: fmpq, side: int) -> Cut | None:
        """Numerical: the dual value is linear in the values of the rows, which are quadratic in g."""
        count = self.question.smeared
        asked = smeared_problem(problem, count, problem.theory, side)
        found = smeared_bound(asked)
        if found is None or not found.valid or found.error > _WORST:
            return None
        values = Quadratic.through(lambda at: self._dual_shift(problem, asked.null_rows, found.multipliers, at))
        target = Quadratic.through(lambda at: side * self._at[at].side(problem.target).constant)
        start = arb(found.value) - values(to_ball(g))
        cut = Quadratic(
            (start + values.c0 - target.c0).mid(), (values.c1 - target.c1).mid(), (values.c2 - target.c2).mid()
        )
        aimed = problem.theory.side(problem.target).linear
        has_target = abs(aimed.get(self.question.target, arb(0))) > _TINY
        reached = found.primal - side * float(problem.theory.side(problem.target).constant.mid())
        return Cut(side if has_target else 0, cut, None, abs(found.error), reached)

    def _dual_shift(
        self, problem: LoopProblem, null_rows: Sequence[Functional], multipliers: Sequence[float], at: int
    ) -> arb:
        theory = self._at[at]
        values = [theory.side(row).constant for row in problem.free]
        nulls = theory.smeared_sides(self.question.smeared)
        values += [null.constant + theory.side(row).constant for null, row in zip(nulls, null_rows, strict=True)]
        return sum((arb(m) * v for m, v in zip(multipliers, values, strict=True)), arb(0))
