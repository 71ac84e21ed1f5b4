"""Absolute bounds from smeared nulls, 0 <= rho_J <= 2: numerical, with a measured error.

One smeared null per function f_k replaces the tower of j = 1 forward nulls, whose highest order
limits the forward program.  Values are numerical: they are re-evaluated on an independent finer
grid (more spins, twice the range in xi, more nodes), and the difference is the error quoted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from positivity.couplings import Combination
from positivity.dispersion.smearing import smeared_nulls, smeared_nulls_eikonal, smeared_nulls_regge
from positivity.dispersion.sum_rules import Functional, combination_functional, functional_kernel
from positivity.errors import InputError
from positivity.partial_waves import casimir, spin_weight, tail_weight
from solvers.bounded_measure import BoundedMeasure, BoundedProgram
from solvers.grid import REGGE
from solvers.sampled_tables import SampledTables

_SCALE = 30.0
#: error in units of U that is good enough, and grids tried until one gives it
ACCEPTED, _ATTEMPTS = 5e-5, 3


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
    from the coarse dual plus the gap to the primal value `primal`.  past: largest relative value
    of the functional beyond the grid (must be negative).  functions: how many.  multipliers: of
    the rows of the problem, in its order.
    """

    value: float
    primal: float
    error: float
    past: float
    functions: int
    multipliers: tuple[float, ...] = ()


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

    Where the finer grid disagrees by more than ACCEPTED the program is solved on finer ones; the
    value with the smallest error is returned.
    """
    grid, best = grid or Grid(), None
    for _ in range(_ATTEMPTS):
        found = _on_grid(problem, grid)
        if found is not None and (best is None or found.error < best.error):
            best = found
        if best is not None and best.error < ACCEPTED:
            break
        grid = Grid(grid.spins + 20, 1.3 * grid.reach, grid.nodes + 12)
    return best


def _on_grid(problem: SmearedProblem, grid: Grid) -> SmearedBound | None:
    coarse, fine = (_program(problem, g) for g in (grid, grid.finer()))
    result = coarse.solve(np.ones(1), problem.values, 1e-7)
    if result.status != "optimal":
        return None
    multipliers = np.array([float(int(m.p)) / float(int(m.q)) for m in result.multipliers])
    value, past = fine.dual_value(np.ones(1), problem.values, multipliers)
    error = abs(value - result.dual) + result.dual - result.primal
    return SmearedBound(value, result.primal, error, past, problem.functions, tuple(multipliers))


def _program(problem: SmearedProblem, grid: Grid) -> BoundedProgram:
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
    x = np.linspace(0.005, 0.999, grid.nodes)
    linear = [_linear_in_casimir(left, dimension, x) for left, _ in problem.fixed]
    nulls = smeared_nulls_eikonal(x, functions, dimension)
    for k, row in enumerate(problem.null_rows):
        nulls[:, k] += _linear_in_casimir(row, dimension, x)
    limits = np.column_stack([*linear, nulls]), _linear_in_casimir(problem.target, dimension, x)[:, None]
    spins = measure.spins(2)
    tables = SampledTables(rows, spins, lambda spin: casimir(spin, dimension), grid.reach, grid.nodes, _SCALE, limits)
    return BoundedProgram(tables, lambda spin: casimir(spin, dimension), measure)


def _linear_in_casimir(functional: Functional, dimension: int, x: np.ndarray) -> np.ndarray:
    """Coefficient of X in a coupling, at fixed x; raises InputError if a higher power leads."""
    kernel = functional_kernel(functional, dimension)
    if any(poly.degree() > 1 for poly in kernel.values()):
        raise InputError("smeared bounds are for couplings whose sum rule is at most linear in X: g2, g3, g4, g5, g6")
    return sum((float(int(p[1].p)) / float(int(p[1].q)) * x ** (n - 2) for n, p in kernel.items()), np.zeros_like(x))


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
