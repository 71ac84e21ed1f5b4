r"""The higher smeared null X_4(t) of 2102.08951 at finite t = -p^2, any D.

All couplings of A_4(t) with at most two powers of stu are replaced by forward sum rules,

    X_4 = A_4 - sum_{m>=2} [C(m,2) - m theta(m>=3)] t^{2m-4} A_{2m}(0) - sum_{p>=1} p t^{2p-1} A'_{2p+2}(0)
              - sum_{p>=0} t^{2p+2} A''_{2p+4}(0)/2 = 0,

at tree level; it starts at t^3 with the k = 4 null of order 7 and vanishes on J = 0 and 2.  Derived in
docs/theory/gravity.md; the sums over m and p are geometric.
"""

from __future__ import annotations

import numpy as np


def x4_kernel(wave: np.ndarray, y: np.ndarray, big_x: np.ndarray, dimension: int) -> np.ndarray:
    """x^-4 times the heavy kernel of X_4(-p^2), y = p^2 x, from the values of P_J(1-2y); all of one shape."""
    z = y * y
    zeroth, first, second = 1 / (1 - z), z / (1 - z) ** 2, z * (1 + z) / (1 - z) ** 3
    slope = 2 * big_x / (dimension - 2)
    curvature = big_x * (big_x - (dimension - 2)) / (dimension * (dimension / 2 - 1))
    forward = 2 * (-second / 2 - first / 2 + zeroth - 2)
    once = ((2 * slope - 3) * first - 2 * second) / y
    twice = z * ((2 * curvature - 5 * slope + 9) * zeroth + (6 - 2 * slope) * first + second)
    return np.asarray((2 - y) * wave / (1 - y) ** 3 + forward + once - twice)


def x4_large_casimir(y: np.ndarray) -> np.ndarray:
    """The sign of its X^2 term at fixed mass: -y^2/(1-y^2) up to a positive constant."""
    return np.asarray(-y * y / (1 - y * y))
