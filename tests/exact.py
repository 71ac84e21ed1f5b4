"""Exact averages over a printed spectrum, computed without the package's rows."""

from __future__ import annotations

from fractions import Fraction

from flint import fmpq, fmpq_poly

from positivity.answers.end import State
from solvers.verify.rows import ultraviolet


def average(spectrum: tuple[State, ...], j: int, power: int, dimension: int) -> tuple[Fraction, Fraction]:
    """[t^power] A_{2j} in a spectrum, and the sum of the sizes of its terms."""
    kernel: fmpq_poly = ultraviolet(j, power + 1, dimension)[power]
    total, size = Fraction(0), Fraction(0)
    for state in spectrum:
        x = 1 / Fraction(state.mass_squared)
        value = kernel(fmpq(state.spin * (state.spin + dimension - 3)))
        term = Fraction(state.weight) * Fraction(int(value.p), int(value.q)) * x ** (2 * j + power)
        total += term
        size += abs(term)
    return total, size
