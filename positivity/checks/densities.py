"""Averages of forward rows in a density of steps, in closed form per step, and densities with exact averages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import gamma, pi

import numpy as np
from flint import fmpq_poly

from positivity.amplitudes.partial_waves import casimir, spin_weight
from positivity.answers.end import DensityStep
from positivity.programs.bounded import CELL_SPINS
from positivity.sum_rules.forward import Functional, functional_kernel
from solvers.program import to_longdouble

#: spins summed one by one where a step stands for all larger ones; beyond, the leading power of the spin
_LAST_SPIN = 4000
#: spins of the few states that make up for what a program puts at xi -> infinity
_PATCH_SPINS = (200, 300, 500, 1000, 3000, 10_000, 100_000)


def moment_table(steps: Sequence[DensityStep], functionals: Sequence[Functional], dimension: int) -> np.ndarray:
    """<functional> / U of each step at density 1, U = (4 pi)^(D/2): (steps, functionals).

    <F> = (1/pi) sum_J n_J int dx x^((D-4)/2-1) rho_J F.  A step of spin -1 is the same interval in
    x (1+X) for every even J >= CELL_SPINS.
    """
    table = np.zeros((len(steps), len(functionals)))
    tail_spins = np.arange(CELL_SPINS, _LAST_SPIN, 2)
    for k, functional in enumerate(functionals):
        kernel = functional_kernel(functional, dimension)
        finite = [i for i, step in enumerate(steps) if step.spin >= 0]
        spins = np.array([steps[i].spin for i in finite], int)
        low, high = (np.array([getattr(steps[i], end) for i in finite], np.longdouble) for end in ("low", "high"))
        table[finite, k] = _averages(kernel, spins, low, high, dimension)
        for i, step in enumerate(steps):
            if step.spin < 0:
                scale = 1 + _casimirs(tail_spins, dimension)
                low, high = np.longdouble(step.low) / scale, np.longdouble(step.high) / scale
                each = _averages(kernel, tail_spins, low, high, dimension)
                table[i, k] = float(each.sum() + _beyond(kernel, step, dimension))
    return table


def density_with(
    steps: Sequence[DensityStep],
    functionals: Sequence[Functional],
    values: Sequence[float],
    dimension: int,
    ceiling: float,
    patched: bool = True,
) -> tuple[tuple[DensityStep, ...], float]:
    """A density near the given one, at most `ceiling` on every step, with averages `values`; the error left.

    A program lets weight sit at xi -> infinity without a ceiling; here a tiny density at a large spin does
    the same (if patched), and the rest gives way: the linear program of the least change.  Empty if none.
    """
    from scipy.optimize import linprog

    every = [*steps, *(DensityStep(spin, 0.5, 1.0, 0.0) for spin in _PATCH_SPINS if patched)]
    table = moment_table(every, functionals, dimension)
    density = np.array([step.density for step in every])
    size = np.maximum(np.abs(table).max(axis=1), 1e-300)
    matrix = (table / size[:, None]).T
    answer = linprog(
        np.ones(2 * len(every)),
        A_eq=np.hstack([matrix, -matrix]),
        b_eq=np.array(values) - density @ table,
        bounds=[(0, max(ceiling - d, 0) * s) for d, s in zip(density, size, strict=True)]
        + [(0, d * s) for d, s in zip(density, size, strict=True)],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10},
    )
    if answer.status != 0:
        return (), float("inf")
    more, less = answer.x.reshape(2, -1) / size
    density = np.clip(density + more - less, 0, ceiling)
    error = float(np.abs(density @ table - np.array(values)).max(initial=0))
    return _joined([replace(s, density=float(d)) for s, d in zip(every, density, strict=True) if d > 0]), error


def _joined(steps: Sequence[DensityStep]) -> tuple[DensityStep, ...]:
    """Neighbours of one spin and density as one step."""
    found: list[DensityStep] = []
    for step in steps:
        last = found[-1] if found else None
        if last and (last.spin, last.density) == (step.spin, step.density) and abs(last.high - step.low) < 1e-12:
            found[-1] = replace(last, high=step.high)
        else:
            found.append(step)
    return tuple(found)


def _casimirs(spins: np.ndarray, dimension: int) -> np.ndarray:
    return np.array([casimir(int(j), dimension) for j in spins], np.longdouble)


def _averages(
    kernel: dict[int, fmpq_poly], spins: np.ndarray, low: np.ndarray, high: np.ndarray, dimension: int
) -> np.ndarray:
    """n_J/(pi U) int x^(D/2-3) sum_n poly_n(X) x^n dx for each spin with its interval."""
    casimirs = _casimirs(spins, dimension)
    total = np.zeros(len(spins), np.longdouble)
    for n, kernel_n in kernel.items():
        poly = np.zeros(len(spins), np.longdouble)
        for c in reversed(kernel_n.coeffs()):
            poly = poly * casimirs + to_longdouble(c)
        power = np.longdouble(dimension) / 2 - 2 + n
        total += poly * (high**power - low**power) / power
    return np.asarray(total * np.array([spin_weight(int(j), dimension) for j in spins], np.longdouble))


def _beyond(kernel: dict[int, fmpq_poly], step: DensityStep, dimension: int) -> float:
    """The rest of the sum over J: sum n_J/(pi U) (1+X)^(-D/2) times the Regge limit of the row."""
    rest = 2 / (pi**2 * gamma(dimension / 2 - 1)) / (4 * (_LAST_SPIN - 1 + (dimension - 3) / 2) ** 2)
    total = np.longdouble(0)
    for n, poly in kernel.items():
        leading = to_longdouble(poly[n - 2]) if poly.degree() >= n - 2 else np.longdouble(0)
        power = np.longdouble(dimension) / 2 - 2 + n
        total += leading * (np.longdouble(step.high) ** power - np.longdouble(step.low) ** power) / power
    return float(total * rest)
