"""Absolute bounds from smeared nulls, 0 <= rho_J <= 2: numerical, with a measured error.

One smeared null per function f_k replaces the tower of j = 1 forward nulls, whose highest order
limits the forward program.  Values are numerical: they are re-evaluated on an independent finer
grid (more spins, one and a half times the range in xi, more nodes), and the difference is the error
quoted.  Past the grid the functional is made negative at a dense set of states by exchange: solve, look at
all of them, add those where it is positive, solve again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from positivity.amplitudes.partial_waves import casimir, spin_weight, tail_weight
from positivity.programs.sampled_states import PastStates, past_states
from positivity.questions.couplings import Combination
from positivity.questions.errors import InputError
from positivity.sum_rules.forward import Functional, combination_functional, functional_kernel
from positivity.sum_rules.legendre import smeared_nulls, smeared_nulls_regge
from solvers.bounded_measure import BoundedProgram
from solvers.grid import REGGE
from solvers.measured_rows import BoundedMeasure
from solvers.sampled_tables import SampledTables

_SCALE = 30.0
#: error in units of U that is good enough, and grids tried until one gives it
ACCEPTED, _ATTEMPTS = 5e-5, 3
#: error above which functionals of fewer functions, which hold as well, are tried; how many fewer, and the fewest
_LOOSE, _FEWER, _FEWEST = 1e-3, 2, 4
#: why an end has no value
NO_SMEARED_BOUND = (
    "not a bound: the functional found is positive at a state past the grid; use fewer or more smearing functions"
)
#: states past the grid: by which shares of a step they are moved, how often some are added, how many at most
SHIFTS, _EXCHANGES, _ADDED = (0.0, 0.5), 12, 60


@dataclass(frozen=True)
class Grid:
    """Spins up to `spins`, xi up to `reach`, Chebyshev nodes per spin."""

    spins: int = 80
    reach: float = 200.0
    nodes: int = 48

    def finer(self) -> Grid:
        """More of everything."""
        return Grid(self.spins + 60, 1.5 * self.reach, self.nodes + 24)


@dataclass(frozen=True)
class SmearedBound:
    """A numerical bound in units of U.

    value: dual value on the finer grid, an upper bound up to its error.  error: its difference
    from the coarse dual plus the gap to the primal value `primal`.  past: largest value of the
    functional at the states looked at past the grid (smeared_states), relative to its rows; unless it is
    negative, value is no bound.  functions: how many.  multipliers: of
    the rows of the problem, in its order.
    """

    value: float
    primal: float
    error: float
    past: float
    functions: int
    multipliers: tuple[float, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether the functional is negative at all states looked at past the grid: else value is no bound."""
        return self.past <= 0


def smeared_note(error: float) -> str:
    """Why a smeared bound is numerical, with its error in units of U."""
    return f"smeared nulls on a grid, error {error:.1e} U by refinement; negative at all states looked at past it"


@dataclass(frozen=True)
class SmearedProblem:
    """Rows of a smeared program; values in units of U.

    target: functional to be maximised.  fixed: (functional, value).  functions: smeared nulls.
    null_rows: forward functionals added to each of them (loops: what eliminates unknown
    couplings); null_values: what each averages to.
    """

    target: Functional
    fixed: tuple[tuple[Functional, float], ...]
    dimension: int
    functions: int
    null_rows: tuple[Functional, ...] = ()
    null_values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.functions <= 24:
            raise InputError(f"functions {self.functions}: use 1 to 24 smearing functions")
        # past the grid a higher power of X could not be balanced by the nulls
        if any(
            poly.degree() > 1
            for row in (self.target, *(left for left, _ in self.fixed), *self.null_rows)
            for poly in functional_kernel(row, self.dimension).values()
        ):
            raise InputError(
                "smeared bounds are for couplings whose sum rule is at most linear in X: g2, g3, g4, g5, g6"
            )

    def first(self, functions: int) -> SmearedProblem:
        """The same with the first functions only, whose bounds hold here too."""
        rows, values = self.null_rows[:functions], self.null_values[:functions]
        return replace(self, functions=functions, null_rows=rows, null_values=values)

    @property
    def values(self) -> np.ndarray:
        """Values of all rows: the fixed ones, then the smeared nulls."""
        nulls = self.null_values or (0.0,) * self.functions
        return np.array([*(value for _, value in self.fixed), *nulls])


def tree_problem(
    target: Combination, fixes: Sequence[tuple[Combination, float]], dimension: int, functions: int
) -> SmearedProblem:
    """Tree level: couplings at fixed values in units of U."""
    fixed = tuple((combination_functional(left), value) for left, value in fixes)
    return SmearedProblem(combination_functional(target), fixed, dimension, functions)


def smeared_bound(problem: SmearedProblem, grid: Grid | None = None) -> SmearedBound | None:
    """Largest value of the target in units of U; None if the program has no solution.

    Where the finer grid disagrees by more than ACCEPTED, or the functional stays positive at a state past
    the grid, the program is solved on finer ones; where that does not help, with fewer of the functions.  The
    value with the smallest error is returned.
    """
    best = _best_grid(problem, grid)
    loose = best is not None and not (best.valid and best.error <= _LOOSE)
    if not loose or problem.functions - _FEWER < _FEWEST:
        return best
    fewer = smeared_bound(problem.first(problem.functions - _FEWER), grid)
    if fewer is None or best is None or (not fewer.valid, fewer.error) >= (not best.valid, best.error):
        return best
    return replace(fewer, multipliers=(*fewer.multipliers, *(0.0,) * _FEWER))


def _best_grid(problem: SmearedProblem, grid: Grid | None) -> SmearedBound | None:
    grid, best = grid or Grid(), None
    for _ in range(_ATTEMPTS):
        found = _on_grid(problem, grid)
        if found is not None and (best is None or (not found.valid, found.error) < (not best.valid, best.error)):
            best = found
        if best is not None and best.valid and best.error < ACCEPTED:
            break
        grid = Grid(grid.spins + 20, 1.3 * grid.reach, grid.nodes + 12)
    return best


def _on_grid(problem: SmearedProblem, grid: Grid) -> SmearedBound | None:
    past = [Past(problem, past_states(problem.dimension, problem.functions, grid.reach, shift)) for shift in SHIFTS]
    coarse, tables = _program(problem, grid, past[0].first())
    basis = tables.basis.astype(float)
    for _ in range(_EXCHANGES):
        result = coarse.solve(np.ones(1), problem.values, 1e-7)
        if result.status != "optimal":
            return None
        multipliers = np.array([float(int(m.p)) / float(int(m.q)) for m in result.multipliers])
        missed = [each.missed(multipliers, basis) for each in past]
        if not any(len(rows[0]) for rows in missed):
            break
        for rows in missed:
            tables.require(*rows)
    fine, _ = _program(problem, grid.finer(), None)
    value, _ = fine.dual_value(np.ones(1), problem.values, multipliers)
    error = abs(value - result.dual) + result.dual - result.primal
    worst = max(each.largest(multipliers, basis) for each in past)
    return SmearedBound(value, result.primal, error, worst, problem.functions, tuple(multipliers))


class Past:
    """Rows of a problem at states past the grid: the functional target - multipliers . free must be negative there."""

    def __init__(self, problem: SmearedProblem, states: PastStates) -> None:
        self.states = states
        nulls = states.nulls.copy()
        for k, row in enumerate(problem.null_rows):
            nulls[:, k] += states.forward(row)
        self.free = np.column_stack([*(states.forward(left) for left, _ in problem.fixed), nulls])
        self.target = states.forward(problem.target)

    def first(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows to begin with: a few states of every spin, more of infinite spin."""
        place = np.arange(len(self.target))
        chosen = np.where(self.states.spins < 0, place % 4 == 0, place % 37 == 0)
        return self.free[chosen], self.target[chosen, None]

    def values(self, multipliers: np.ndarray, basis: np.ndarray) -> np.ndarray:
        """The functional relative to the largest free row in the given basis: (states,)."""
        sizes = np.abs(self.free @ basis).max(axis=1)
        return np.asarray((self.target - self.free @ multipliers) / sizes)

    def missed(self, multipliers: np.ndarray, basis: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows where the functional is positive, the worst first and of every spin its peaks only."""
        values = self.values(multipliers, basis)
        peaks = self.states.peaks(values, 0.0)
        worst = peaks[np.argsort(-values[peaks])][:_ADDED]
        return self.free[worst], self.target[worst, None]

    def largest(self, multipliers: np.ndarray, basis: np.ndarray) -> float:
        """The largest relative value."""
        return float(self.values(multipliers, basis).max())


def _program(
    problem: SmearedProblem, grid: Grid, past: tuple[np.ndarray, np.ndarray] | None
) -> tuple[BoundedProgram, SampledTables]:
    dimension, functions = problem.dimension, problem.functions
    fixed = [_polynomial_row(left, dimension) for left, _ in problem.fixed]
    wanted = _polynomial_row(problem.target, dimension)
    added = [_polynomial_row(row, dimension) for row in problem.null_rows]

    def rows(spin: int, eta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if spin == REGGE:
            smeared = smeared_nulls_regge(eta, functions, dimension)
        else:
            smeared = smeared_nulls(spin, eta / (1 + casimir(spin, dimension)), functions, dimension)
        if added:
            smeared = smeared + np.column_stack([row(spin, eta) for row in added])
        polynomial = [row(spin, eta) for row in fixed]
        return np.column_stack([*polynomial, smeared]), wanted(spin, eta)[:, None]

    measure = BoundedMeasure(
        power=dimension / 2 - 1,
        weight=lambda spin: spin_weight(spin, dimension),
        tail=(grid.spins, tail_weight(grid.spins, dimension)),
    )
    none = np.zeros((0, len(fixed) + functions)), np.zeros((0, 1))
    tables = SampledTables(
        rows, measure.spins(2), lambda spin: casimir(spin, dimension), grid.reach, grid.nodes, _SCALE, past or none
    )
    return BoundedProgram(tables, lambda spin: casimir(spin, dimension), measure), tables


def _polynomial_row(functional: Functional, dimension: int) -> Callable[[int, np.ndarray], np.ndarray]:
    """A coupling as a function of (spin, eta), without the common x^2."""
    kernel = functional_kernel(functional, dimension)
    terms = {n - 2: [float(int(c.p)) / float(int(c.q)) for c in poly.coeffs()] for n, poly in kernel.items()}

    def row(spin: int, eta: np.ndarray) -> np.ndarray:
        total = np.zeros_like(eta)
        for e, coefficients in terms.items():
            if spin == REGGE:
                total += coefficients[e] * eta**e if len(coefficients) == e + 1 else 0.0
            else:
                big_x = casimir(spin, dimension)
                total += (eta / (1 + big_x)) ** e * sum(c * float(big_x) ** d for d, c in enumerate(coefficients))
        return total

    return row
