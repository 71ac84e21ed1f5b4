"""Where one loop stops being trustworthy: f_0 at the cutoff, and the loop terms in the rows A_2(0) and A_4(0).

The tree-level partial wave f_0 at s = M^2 of the couplings that are in must obey |Re f_0| <= 1 (|f_0| <= 2 of
S_0 = 1 + i f_0): beyond that the EFT breaks unitarity below its own cutoff.  At a given g2 the loop term g2^2 of
A_2(0) is compared with its tree term 2 g2, and the loop term g2 g4 of A_4(0) with its tree term; where the second
ratio reaches 1 the coefficient of g4 in A_4(0) changes sign: more g4 would then mean fewer heavy states.
Derived here; docs/theory/one_loop.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flint import arb, fmpq

from positivity.amplitudes.one_loop import loop_term, partial_waves, running, spin_norm
from positivity.questions.couplings import Coupling, parse_combination
from positivity.questions.loops import parse_pairs
from positivity.questions.question import Problem
from positivity.questions.units import PRECISION, natural_unit, parse_level, to_ball
from positivity.sum_rules.forward import Functional
from positivity.sum_rules.low_side import LoopTheory
from solvers.verify.precision import working_precision

#: relative size of the loop terms up to which results carry no warning
TRUSTED = 1 / 3
#: largest |Re f_0| of a unitary wave
LARGEST_WAVE = 1.0
_G2, _G4 = (1, 0), (2, 0)
_ROWS: tuple[tuple[str, Functional, Coupling], ...] = (
    ("g2^2", {(1, 0): fmpq(1)}, (1, 0)),
    ("g2g4", {(2, 0): fmpq(1)}, (2, 0)),
)


@dataclass(frozen=True)
class Validity:
    """How large the loop terms and the tree-level f_0 are at one g2.

    dimension: D.  g2: in units of U.  sizes: |loop|/tree of g2^2 in A_2(0) and of g2 g4 in A_4(0).  wave: f_0 at
    s = M^2 of the given couplings at tree level, real.
    """

    dimension: int
    g2: float
    sizes: tuple[float, float]
    wave: float

    @property
    def trusted(self) -> bool:
        """Whether |f_0| <= 1 and the loop terms are at most TRUSTED of the tree terms."""
        return max(self.sizes) <= TRUSTED and abs(self.wave) <= LARGEST_WAVE

    @property
    def text(self) -> str:
        """A warning, or "" where none is needed."""
        if self.trusted:
            return ""
        said = []
        if abs(self.wave) > LARGEST_WAVE:
            broken = "|f_0| <= 2 and |Re f_0| <= 1" if abs(self.wave) > 2 else "|Re f_0| <= 1"
            limit = LARGEST_WAVE / abs(tree_wave({_G2: 1.0}, self.dimension))
            said.append(
                f"the tree-level partial wave f_0 at the cutoff is {self.wave:.3g}, against {broken} of unitarity "
                f"(g2 alone: from {limit:.3g} U on)"
            )
        if max(self.sizes) > TRUSTED:
            flip = "; the coefficient of g4 in A_4(0) has changed sign" if self.sizes[1] >= 1 else ""
            said.append(
                f"loop terms are {self.sizes[0]:.0%} (A_2) and {self.sizes[1]:.0%} (A_4) of the tree terms, "
                f"above {TRUSTED:.0%} from g2 = {TRUSTED / max(_slopes(self.dimension)):.3g} U on{flip}"
            )
        return f"the one-loop truncation is not trustworthy here: {'; '.join(said)}"


def validity(dimension: int, g2: float, others: Mapping[Coupling, float] | None = None) -> Validity:
    """Sizes of the loop terms at g2 and f_0 of it and the others, all in units of U."""
    first, second = _slopes(dimension)
    wave = tree_wave({**(others or {}), _G2: g2}, dimension)
    return Validity(dimension, g2, (abs(g2) * first, abs(g2) * second), wave)


def tree_wave(couplings: Mapping[Coupling, float], dimension: int, spin: int = 0) -> float:
    """f_J at s = M^2 at tree level, by projection of sum g_pq sigma2^p sigma3^q; couplings in units of U.

    S_J = 1 + i f_J; g2 alone in D = 4: (5/3) g2/(16 pi).
    """
    norm, power = spin_norm(spin, dimension)
    with working_precision(PRECISION):
        unit = natural_unit(dimension) / (to_ball(norm) * arb.pi() ** power)
        total = arb(0)
        for coupling, value in couplings.items():
            waves = partial_waves(coupling, dimension)
            total += arb(value) * to_ball(waves[spin // 2]) if spin // 2 < len(waves) else arb(0)
        return float((total * unit).mid())


def trusted_g2(dimension: int) -> float:
    """The g2, in units of U, from which f_0 or the larger loop term is too large, others zero."""
    wave = abs(tree_wave({_G2: 1.0}, dimension))
    return min(TRUSTED / max(_slopes(dimension)), LARGEST_WAVE / wave)


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
    levels = _levels(problem)
    g2 = levels.pop(_G2, None if reached is None else float(reached))
    return "" if g2 is None else validity(problem.dimension, g2, levels).text


def _levels(problem: Problem) -> dict[Coupling, float]:
    """The single couplings that are fixed, in units of U."""
    found = {}
    for name, value in problem.fix:
        left = parse_combination(name)
        if len(left) == 1:
            ((coupling, factor),) = left.items()
            in_m, in_u = parse_level(value, name)
            with working_precision(PRECISION):
                level = to_ball(in_m) / natural_unit(problem.dimension) + to_ball(in_u)
                found[coupling] = float(level / to_ball(factor))
    return found


def scale_note(problem: Problem, lowest: str | None) -> str:
    """Where a g4 that may be negative at mu = M has run to zero; "" if it may not, or does not run.

    lowest: the lower end of g4 in units of U.  dg4/dln mu^2 of g2^2 in D = 4.
    """
    g2 = _levels(problem).get(_G2)
    pairs = parse_pairs(problem.loops)
    if lowest is None or not float(lowest) < 0 or g2 is None or problem.coupling != "g4" or (_G2, _G2) not in pairs:
        return ""
    term = loop_term(_G2, _G2, problem.dimension)
    slope = running(term).get(_G4) if problem.dimension % 2 == 0 else None
    if not slope:
        return ""
    with working_precision(PRECISION):
        unit = natural_unit(problem.dimension)
        rate = to_ball(slope) * arb.pi() ** (term.pi_power - 1) * unit * g2**2
        # g4(mu) = g4(M) + rate ln(mu^2/M^2)
        scale = float((-float(lowest) / (2 * rate)).exp())
    return f"g4 < 0 is a statement at mu = M: at this end g4(mu) = 0 at mu = {scale:.4g} M"
