"""Averages of forward rows in a density of steps, in closed form per step: a check of what programs return."""

from __future__ import annotations

from collections.abc import Sequence
from math import gamma, pi

import numpy as np

from positivity.dispersion.sum_rules import Functional, functional_kernel
from positivity.partial_waves import casimir, spin_weight
from positivity.problem import DensityStep
from positivity.unitarity import CELL_SPINS
from solvers.program import to_longdouble

#: spins summed one by one where a step stands for all larger ones; beyond, the leading power of the spin
_LAST_SPIN = 4000


def moments_of(steps: Sequence[DensityStep], functionals: Sequence[Functional], dimension: int) -> list[float]:
    """<functional> / U in the density, U = (4 pi)^(D/2); steps that overlap add.

    <F> = (1/pi) sum_J n_J int dx x^((D-4)/2-1) rho_J F.  A step of spin -1 is the same interval in
    x (1+X) for every even J >= CELL_SPINS.
    """
    return [_moment(steps, functional, dimension) for functional in functionals]


def _moment(steps: Sequence[DensityStep], functional: Functional, dimension: int) -> float:
    kernel = functional_kernel(functional, dimension)
    powers = list(kernel)
    finite = [step for step in steps if step.spin >= 0]
    tail = [step for step in steps if step.spin < 0]
    spins = np.array([step.spin for step in finite], int)
    total = np.longdouble(0)
    if finite:
        low, high, density = (np.array([getattr(s, key) for s in finite], np.longdouble) for key in _FIELDS)
        weights = np.array([spin_weight(int(j), dimension) for j in spins])
        total += _sum(kernel, powers, spins, low, high, density * weights, dimension)
    if tail:
        spins = np.arange(CELL_SPINS, _LAST_SPIN, 2)
        weights = np.array([spin_weight(int(j), dimension) for j in spins])
        for step in tail:
            scale = 1 + np.array([casimir(int(j), dimension) for j in spins], np.longdouble)
            low, high = np.longdouble(step.low) / scale, np.longdouble(step.high) / scale
            total += _sum(kernel, powers, spins, low, high, step.density * weights, dimension)
            total += _beyond(kernel, step, dimension)
    return float(total)


_FIELDS = ("low", "high", "density")


def _sum(kernel, powers, spins, low, high, weights, dimension) -> np.longdouble:  # type: ignore[no-untyped-def]
    """sum over steps of weight * int x^(D/2-3) sum_n poly_n(X) x^n dx."""
    casimirs = np.array([casimir(int(j), dimension) for j in spins], np.longdouble)
    total = np.zeros(len(spins), np.longdouble)
    for n in powers:
        poly = np.zeros(len(spins), np.longdouble)
        for c in reversed(kernel[n].coeffs()):
            poly = poly * casimirs + to_longdouble(c)
        power = np.longdouble(dimension) / 2 - 2 + n
        total += poly * (high**power - low**power) / power
    return np.longdouble((total * weights).sum())


def _beyond(kernel, step: DensityStep, dimension: int) -> np.longdouble:  # type: ignore[no-untyped-def]
    """The rest of the sum over J: sum n_J/(pi U) (1+X)^(-D/2) times the Regge limit of the row."""
    rest = 2 / (pi**2 * gamma(dimension / 2 - 1)) / (4 * (_LAST_SPIN - 1 + (dimension - 3) / 2) ** 2)
    total = np.longdouble(0)
    for n, poly in kernel.items():
        leading = to_longdouble(poly[n - 2]) if poly.degree() >= n - 2 else np.longdouble(0)
        power = np.longdouble(dimension) / 2 - 2 + n
        total += leading * (np.longdouble(step.high) ** power - np.longdouble(step.low) ** power) / power
    return total * rest * np.longdouble(step.density)
