"""The rows of one question with one loop: a target, known rows, and no unknown couplings in either."""

from __future__ import annotations

from flint import arb, fmpq

from positivity.questions.couplings import Combination, combination_text, order_of
from positivity.questions.errors import InputError, check_dimension, check_order
from positivity.questions.levels import Fixes, single_fixes
from positivity.questions.loops import Pair
from positivity.questions.units import PRECISION, to_ball
from positivity.sum_rules.forward import Functional, combination_functional, coupling_functional
from positivity.sum_rules.low_side import LoopTheory
from solvers.verify import Refused
from solvers.verify.precision import working_precision


class LoopProblem:
    """Rows for one target at fixed couplings, free of the unknown ones.

    target: Q with infrared side target + constant.  free: functionals, values: theirs in units of U.
    probe: instead of a coupling, the row of this functional is the target and no known row; then
    `coupling` says only which couplings are unknown.
    """

    def __init__(
        self,
        target: Combination,
        fixes: Fixes,
        pairs: tuple[Pair, ...],
        order: int,
        dimension: int,
        smeared: int = 0,
        probe: Functional | None = None,
    ) -> None:
        check_dimension(dimension)
        check_order(order, max([4, *(order_of(c) for c in target)]), "bounds with loops")
        self.theory = LoopTheory(dimension, pairs, single_fixes(fixes))
        self.dimension, self.coupling, self.pairs = dimension, target, pairs
        unknown = sorted({*self.theory.partners, *target} - set(self.theory.fixed))
        if not smeared and not any(j == 1 for row in self.theory.nulls(4) for j, _ in row):
            raise InputError(
                f"in D={dimension} these loops make every k = 2 null diverge (docs/theory/one_loop.md): "
                "use density 'unitary' with smeared = 10 (numerical), or D >= 5 and order >= 4"
            )
        for c in unknown:
            if self.theory.diverges(coupling_functional(c)):
                raise InputError(f"the sum rule of {combination_text({c: fmpq(1)})} diverges with these loops")
        if target and set(target) <= set(self.theory.fixed):
            raise InputError(f"{combination_text(target)!r} is fixed already: ask for another coupling")
        if probe is None:
            self.target = self.theory.without(combination_functional(target), unknown, target)
        else:
            self.target = self.theory.without(probe, unknown, {})
        rows = [coupling_functional(c) for c in self.theory.fixed] + ([] if smeared else self.theory.nulls(order))
        rows = [row for row in rows if row != probe]
        self.free = [self.theory.without(row, unknown, {}) for row in rows]
        self.values = [self.theory.side(row).constant for row in self.free]
        self.unknown = unknown
        self.order = order

    def value(self, functional: Functional, excess: arb, sign: int) -> arb:
        """The bound on the target, in units of U, that sign * (infrared side) <= sign * excess implies.

        The coefficient of the target must have this sign: then it is an upper bound for sign > 0.
        Raises Refused if the functional is about something else.
        """
        with working_precision(PRECISION):
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

    def room(self, functional: Functional, bound: arb) -> arb:
        """bound - (infrared side) in units of U, at most; what is left of unknown couplings counts with its size."""
        found = self.theory.side(functional)
        total = bound - found.constant
        for c, value in found.linear.items():
            if not value.is_zero():
                total += abs(value).upper() * self.theory.crude(c)
        return total
