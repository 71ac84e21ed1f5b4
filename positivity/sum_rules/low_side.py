"""The infrared side of forward rows with one loop at given couplings, and rows free of the unknown ones.

At fixed loop couplings every row is <F> = constant + sum coefficient * (unknown couplings).  All
numbers are balls in units of U = (4 pi)^(D/2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flint import arb, arb_mat, fmpq

from positivity.questions.couplings import Combination, Coupling, coupling_name
from positivity.questions.errors import InputError
from positivity.questions.loops import Pair, pair_text
from positivity.questions.numbers import midpoint
from positivity.questions.units import PRECISION, Level, natural_unit, to_ball
from positivity.sum_rules.arcs import arc_pi_power, functional_arc, functional_divergence
from positivity.sum_rules.forward import Functional, add_to, coupling_functional, functional_ir
from positivity.sum_rules.legendre import loop_nulls
from positivity.sum_rules.null_constraints import null_constraints
from solvers.verify.precision import working_precision


@dataclass(frozen=True)
class Side:
    """constant + sum linear[c] g_c, in units of U."""

    constant: arb
    linear: dict[Coupling, arb]


class LoopTheory:
    """Loops of `pairs` with some couplings fixed: {coupling: level}, or a ball in units of U.

    Raises InputError where a pair is quadratic in an unknown coupling.
    """

    def __init__(self, dimension: int, pairs: Sequence[Pair], fixed: Mapping[Coupling, Level | arb]) -> None:
        self.dimension, self.pairs = dimension, tuple(pairs)
        with working_precision(PRECISION):
            self.unit = natural_unit(dimension)
            self.fixed = {c: self._in_units_of_u(level) for c, level in fixed.items()}
            self._scale = arb.pi() ** arc_pi_power(dimension) * self.unit
        for pair in self.pairs:
            if not any(c in self.fixed for c in pair):
                names = " and ".join(sorted({coupling_name(c) for c in pair}))
                raise InputError(f"loops {pair_text(pair)}: fix {names} too, e.g. {coupling_name(pair[0])} = 0.1U")

    def _in_units_of_u(self, level: Level | arb) -> arb:
        if isinstance(level, arb):
            return level
        in_m, in_u = level
        return to_ball(in_m) / self.unit + to_ball(in_u)

    @property
    def partners(self) -> list[Coupling]:
        """Unknown couplings that occur, linearly, in loops."""
        return sorted({c for pair in self.pairs for c in pair if c not in self.fixed})

    def side(self, functional: Functional) -> Side:
        """Infrared side of a functional; its sum rules must have forward limits."""
        with working_precision(PRECISION):
            return self._side(functional)

    def _side(self, functional: Functional) -> Side:
        constant, linear = arb(0), dict[Coupling, arb]()
        for coupling, value in functional_ir(functional).items():
            if coupling in self.fixed:
                constant += to_ball(value) * self.fixed[coupling]
            else:
                linear[coupling] = linear.get(coupling, arb(0)) + to_ball(value)
        for pair in self.pairs:
            term = self._pair_side(pair, to_ball(functional_arc(functional, pair, self.dimension)) * self._scale)
            constant += term.constant
            for c, v in term.linear.items():
                linear[c] = linear.get(c, arb(0)) + v
        return Side(constant, linear)

    def _pair_side(self, pair: Pair, factor: arb) -> Side:
        """factor * g_a g_b at the fixed couplings."""
        first, second = pair
        if first in self.fixed and second in self.fixed:
            return Side(factor * self.fixed[first] * self.fixed[second], {})
        known, unknown = (first, second) if first in self.fixed else (second, first)
        return Side(arb(0), {unknown: factor * self.fixed[known]})

    def diverges(self, functional: Functional) -> bool:
        """Whether loops spoil the forward limit of a functional."""
        return any(functional_divergence(functional, pair, self.dimension) for pair in self.pairs)

    def nulls(self, order: int) -> list[Functional]:
        """The forward null constraints up to `order` that have a forward limit."""
        if order < 4:
            return []
        found = [dict(null.functional) for null in null_constraints(order, self.dimension)]
        return [functional for functional in found if not self.diverges(functional)]

    def smeared_sides(self, count: int) -> list[Side]:
        """Infrared sides of the smeared nulls k = 0..count-1; numerical."""
        sides = [Side(arb(0), {}) for _ in range(count)]
        for pair in self.pairs:
            for k, value in enumerate(loop_nulls(pair, count, self.dimension)):
                term = self._pair_side(pair, arb(value) * self.unit)
                linear = dict(sides[k].linear)
                for c, v in term.linear.items():
                    linear[c] = linear.get(c, arb(0)) + v
                sides[k] = Side(sides[k].constant + term.constant, linear)
        return sides

    def without(self, functional: Functional, unknown: Sequence[Coupling], wanted: Combination) -> Functional:
        """functional + sum z_c (row of c) with infrared side `wanted` + constant in the unknown couplings.

        The z_c are rationals close to the exact ones: what is left is of the size of 1e-50.
        """
        total = dict(functional)
        add_to(total, self.eliminating(self.side(functional).linear, unknown, wanted), fmpq(1))
        return {rule: value for rule, value in total.items() if value != 0}

    def eliminating(
        self, given: Mapping[Coupling, arb], unknown: Sequence[Coupling], wanted: Combination
    ) -> Functional:
        """sum z_c (row of c) that turns the unknown couplings of `given` into `wanted`."""
        total: Functional = {}
        if not unknown:
            return total
        with working_precision(PRECISION):
            rows = [coupling_functional(c) for c in unknown]
            matrix = arb_mat([[self.side(row).linear.get(c, arb(0)) for row in rows] for c in unknown])
            right = arb_mat(
                [[to_ball(wanted.get(c, fmpq(0))) - given.get(c, arb(0))] for c in unknown],
            )
            solved = matrix.solve(right)
            for i, row in enumerate(rows):
                if not solved[i, 0].contains(0):  # else what is left is as small as what the others leave
                    add_to(total, row, midpoint(solved[i, 0]))
        return total

    def crude(self, coupling: Coupling) -> arb:
        """A bound on |g| in units of U from 0 <= <m^-8> <= <m^-4>; infinite where that gives none."""
        if coupling != (2, 0):
            return arb("inf")
        with working_precision(PRECISION):
            return self._crude(coupling)

    def _crude(self, coupling: Coupling) -> arb:
        top = self.side(coupling_functional((2, 0)))
        low = self.side(coupling_functional((1, 0)))
        # <m^-8>/2 = top, between 0 and <m^-4>/2 = low/2
        slope = top.linear[coupling]
        rest = slope - low.linear.get(coupling, arb(0)) / 2
        if not (slope > 0 and rest > 0 and set(top.linear) | set(low.linear) == {coupling}):
            return arb("inf")
        return abs(top.constant / slope) + abs((low.constant / 2 - top.constant) / rest)
