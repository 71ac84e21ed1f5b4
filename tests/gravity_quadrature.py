"""The smeared heavy kernel by plain quadrature, for tests of what encloses it."""

import mpmath
import numpy as np
from flint import fmpq
from scipy.special import eval_gegenbauer

from solvers.verify.smearing import Smeared

NODES, WEIGHTS = ((v + shift) / 2 for v, shift in zip(np.polynomial.legendre.leggauss(1500), (1, 0), strict=True))


def wave(spin, y, dimension):
    """P_J(1-2y) from the hypergeometric series, mpmath."""
    return mpmath.hyp2f1(-spin, spin + dimension - 3, mpmath.mpf(dimension) / 2 - 1, y)


def kernel(spin, y, dimension, p_j=None):
    """The heavy kernel of the improved sum rule as in 2102.08951, eq. 2.20, with x^2 taken out."""
    big_x = spin * (spin + dimension - 3)
    p_j = wave(spin, y, dimension) if p_j is None else p_j
    pole = ((2 - y) * p_j - y**2 * (4 - 3 * y)) / (1 - y) ** 2
    return pole + 4 * big_x * y**3 / ((dimension - 2) * (1 - y**2))


def values(f, spin, x):
    """f, y and P_J on 1500 Gauss-Legendre nodes in p, in double precision from scipy."""
    alpha, y = (f.dimension - 3) / 2, NODES**2 * x
    p_j = eval_gegenbauer(spin, alpha, 1 - 2 * y) / eval_gegenbauer(spin, alpha, 1.0)
    return sum(float(int(a.p) / int(a.q)) * NODES ** float(int(n.p) / int(n.q)) for n, a in f.terms.items()), y, p_j


def quadrature(f, spin, x):
    """int f K."""
    smearing, y, p_j = values(f, spin, x)
    return float((WEIGHTS * smearing * kernel(spin, y, f.dimension, p_j)).sum())


def random_functional(rng, dimension, count=5):
    """f with f(1) = 0, random rational coefficients and int f p^6 > 0."""
    start = fmpq(3, 2) if dimension == 5 else fmpq(2)
    some = [fmpq(rng.randint(-20, 20), 7) for _ in range(count - 1)]
    terms = dict(zip([start + k for k in range(count)], [*some, -sum(some, fmpq(0))], strict=True))
    found = Smeared(dimension, terms)
    return found if found.moment(6) > 0 else Smeared(dimension, {n: -a for n, a in terms.items()})
