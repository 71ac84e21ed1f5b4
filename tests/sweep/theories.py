"""Theories whose couplings are known without any sum rule of the package: no certified bound may exclude them.

With rho_J >= 0: mixtures of known amplitudes.  With 0 <= rho_J <= 2: a spin-0 density alone is crossing
symmetric, and for steps of it the couplings are elementary integrals.
"""

from __future__ import annotations

from fractions import Fraction
from math import gamma, pi

from positivity.amplitudes import uv
from positivity.amplitudes.uv_completions import power_sum
from positivity.questions.couplings import parse_combination


def positive_theory(parts, dimension):
    """The mixture of [[kind, weight, mass^2], ...]."""
    kinds = [uv.spin0_exchange(), uv.stu_pole()]
    if dimension < 8:
        kinds.append(uv.heavy_bubbles(dimension))
    return uv.mixture([(kinds[kind % len(kinds)], weight, mass) for kind, weight, mass in parts])


def positive_value(parts, dimension, name):
    """A combination of couplings in the mixture, exactly."""
    theory = positive_theory(parts, dimension)
    combination = parse_combination(name)
    return sum(Fraction(str(c)) * Fraction(str(theory.exact(g))) for g, c in combination.items())


def unitary_value(blocks, dimension, name):
    """The same in units of U for steps [[low, high, rho], ...] of rho_0(x), x = 1/m^2.

    g_c = c_n (n_0/pi) int dx x^((D-4)/2-1) rho_0 x^n with the coefficient c_n of one exchange, <x^2> being g2;
    n_0/U = (D-3) Gamma(D-3) / (pi Gamma(D/2-1)).
    """
    norm = (dimension - 3) * gamma(dimension - 3) / (pi * gamma(dimension / 2 - 1)) / pi
    total = 0.0
    for coupling, factor in parse_combination(name).items():
        power = (dimension - 4) / 2 + 2 * coupling[0] + 3 * coupling[1]
        moment = sum(rho * (high**power - low**power) / power for low, high, rho in blocks)
        total += float(Fraction(str(factor * power_sum(coupling) / power_sum((1, 0))))) * norm * moment
    return total
