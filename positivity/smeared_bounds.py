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
from positivity.dispersion.sum_rules import combination_functional, functional_kernel
from positivity.errors import InputError
from positivity.partial_waves import casimir, spin_weight, tail_weight
from solvers.bounded_measure import BoundedMeasure, BoundedProgram
from solvers.grid import REGGE
from solvers.sampled_tables import SampledTables

_SCALE = 30.0


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
    of the functional beyond the grid (must be negative).  functions: how many.
    """

    value: float
    primal: float
    error: float
    past: float
    functions: int


def smeared_bound(
    target: Combination,
    fixes: Sequence[tuple[Combination, float]],
    dimension: int,
    functions: int,
    grid: Grid | None = None,
) -> SmearedBound | None:
    """Largest value of a combination of couplings in units of U; fixes in units of U.

    None if the program has no solution.  Raises InputError for fewer than one or more than 24 functions.
    """
    if not 1 <= functions <= 24:
        raise InputError(f"functions {functions}: use 1 to 24 smearing functions")
    grid = grid or Grid()
    coarse, fine = (_program(target, fixes, dimension, functions, g) for g in (grid, grid.finer()))
    values = np.array([*(value for _, value in fixes), *([0.0] * functions)])
    result = coarse.solve(np.ones(1), values, 1e-7)
    if result.status != "optimal":
        return None
    multipliers = np.array([float(int(m.p)) / float(int(m.q)) for m in result.multipliers])
    value, past = fine.dual_value(np.ones(1), values, multipliers)
    error = abs(value - result.dual) + result.dual - result.primal
    return SmearedBound(value, result.primal, error, past, functions)


def _program(
    target: Combination, fixes: Sequence[tuple[Combination, float]], dimension: int, functions: int, grid: Grid
) -> BoundedProgram:
    fixed = [_polynomial_row(left, dimension) for left, _ in fixes]
    wanted = _polynomial_row(target, dimension)

    def rows(spin: int, eta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if spin == REGGE:
            nulls = smeared_nulls_regge(eta, functions, dimension)
        else:
            nulls = smeared_nulls(spin, eta / (1 + casimir(spin, dimension)), functions, dimension)
        polynomial = [row(spin, eta) for row in fixed]
        return np.column_stack([*polynomial, nulls]), wanted(spin, eta)[:, None]

    measure = BoundedMeasure(
        power=dimension / 2 - 1,
        weight=lambda spin: spin_weight(spin, dimension),
        tail=(grid.spins, tail_weight(grid.spins, dimension)),
    )
    x = np.linspace(0.005, 0.999, grid.nodes)
    linear = [_linear_in_casimir(left, dimension, x) for left, _ in fixes]
    eikonal = np.column_stack([*linear, smeared_nulls_eikonal(x, functions, dimension)])
    limits = eikonal, _linear_in_casimir(target, dimension, x)[:, None]
    spins = measure.spins(2)
    tables = SampledTables(rows, spins, lambda spin: casimir(spin, dimension), grid.reach, grid.nodes, _SCALE, limits)
    return BoundedProgram(tables, lambda spin: casimir(spin, dimension), measure)


def _linear_in_casimir(combination: Combination, dimension: int, x: np.ndarray) -> np.ndarray:
    """Coefficient of X in a coupling, at fixed x; raises InputError if a higher power leads."""
    kernel = functional_kernel(combination_functional(combination), dimension)
    if any(poly.degree() > 1 for poly in kernel.values()):
        raise InputError("smeared bounds are for couplings whose sum rule is at most linear in X: g2, g3, g4, g5, g6")
    return sum((float(int(p[1].p)) / float(int(p[1].q)) * x ** (n - 2) for n, p in kernel.items()), np.zeros_like(x))


def _polynomial_row(combination: Combination, dimension: int) -> Callable[[int, np.ndarray], np.ndarray]:
    """A coupling as a function of (spin, eta), without the common x^2."""
    kernel = functional_kernel(combination_functional(combination), dimension)
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
