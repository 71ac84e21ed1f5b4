"""Where the one-loop expansion stops being trustworthy, computed from the rows A_2(0) and A_4(0).

At a given g2 the loop term g2^2 of A_2(0) is compared with its tree term 2 g2, and the loop term
g2 g4 of A_4(0) with its tree term.  Where the second one reaches 1 the coefficient of g4 in A_4(0)
changes sign: more g4 would then mean fewer heavy states.  Derived here from docs/theory/one_loop.md.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, fmpq

from positivity.amplitudes.one_loop import parse_pairs
from positivity.couplings import Coupling, parse_combination
from positivity.dispersion.sum_rules import Functional
from positivity.loop_rows import PRECISION, LoopTheory
from positivity.problem import Problem
from positivity.unitarity import natural_unit, parse_level, to_ball
from solvers.precision import working_precision

#: relative size of the loop terms up to which results carry no warning
TRUSTED = 1 / 3
_ROWS: tuple[tuple[str, Functional, Coupling], ...] = (
    ("g2^2", {(1, 0): fmpq(1)}, (1, 0)),
    ("g2g4", {(2, 0): fmpq(1)}, (2, 0)),
)


@dataclass(frozen=True)
class Validity:
    """How large the loop terms are at one g2.

    dimension: D.  g2: in units of U.  sizes: |loop|/tree of g2^2 in A_2(0) and of g2 g4 in A_4(0).
    """

    dimension: int
    g2: float
    sizes: tuple[float, float]

    @property
    def trusted(self) -> bool:
        """Whether the loop terms are at most TRUSTED of the tree terms."""
        return max(self.sizes) <= TRUSTED

    @property
    def text(self) -> str:
        """A warning, or "" where none is needed."""
        if self.trusted:
            return ""
        limit = trusted_g2(self.dimension)
        flip = "; the coefficient of g4 in A_4(0) has changed sign" if self.sizes[1] >= 1 else ""
        return (
            f"the one-loop truncation is not trustworthy here: loop terms are {self.sizes[0]:.0%} (A_2) and "
            f"{self.sizes[1]:.0%} (A_4) of the tree terms, above {TRUSTED:.0%} from g2 = {limit:.3g} U on{flip}"
        )


def validity(dimension: int, g2: float) -> Validity:
    """Sizes of the loop terms at g2 in units of U; both are linear in g2."""
    first, second = _slopes(dimension)
    return Validity(dimension, g2, (abs(g2) * first, abs(g2) * second))


def trusted_g2(dimension: int) -> float:
    """The g2, in units of U, at which the larger loop term reaches TRUSTED of its tree term."""
    return TRUSTED / max(_slopes(dimension))


def sign_flip(dimension: int) -> float:
    """The g2, in units of U, at which the coefficient of g4 in A_4(0) vanishes."""
    return 1 / _slopes(dimension)[1]


def _slopes(dimension: int) -> tuple[float, float]:
    """|loop|/tree per g2/U in both rows."""
    found = []
    with working_precision(PRECISION):
        for loops, row, coupling in _ROWS:
            tree, loop = (
                LoopTheory(dimension, pairs, {(1, 0): arb(1)}).side(row) for pairs in ((), parse_pairs(loops))
            )
            if coupling == (1, 0):
                found.append(abs(float(loop.constant / tree.constant) - 1))
            else:
                found.append(abs(float(loop.linear[coupling] / tree.linear[coupling]) - 1))
    return found[0], found[1]


def loop_warning(problem: Problem, reached: str | None = None) -> str:
    """What to say of a result with loops: "" at tree level or where the truncation is trusted.

    reached: a value of g2 in units of U that the result is about, where it is not fixed.
    """
    if problem.loops == "tree":
        return ""
    for name, value in problem.fix:
        if parse_combination(name) == {(1, 0): 1}:
            in_m, in_u = parse_level(value, name)
            with working_precision(PRECISION):
                level = to_ball(in_m) / natural_unit(problem.dimension) + to_ball(in_u)
            return validity(problem.dimension, float(level)).text
    return "" if reached is None else validity(problem.dimension, float(reached)).text
