"""Why there is no functional: a ray of the measure side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from solvers.exchange import Exchange


@dataclass(frozen=True)
class RayPoint:
    """A point of a ray: spin (-1: J -> infinity), s, and its share in the scaled rows."""

    spin: int
    s: float
    weight: float


def find_ray(exchange: Exchange, weights: np.ndarray) -> tuple[RayPoint, ...]:
    """Points with which every free row sums to zero and the target to a negative number.

    Such a measure, added any number of times, raises -<target> without touching the
    normalisation or the equalities.  Empty if the sampled points hold none.
    """
    from scipy.optimize import linprog

    matrix, targets, spins, places = exchange.sampled()
    values = targets @ np.asarray(weights, float)
    equalities = np.vstack([matrix.T, np.ones(len(matrix))])
    right = np.zeros(len(equalities))
    right[-1] = 1.0
    answer = linprog(values, A_eq=equalities, b_eq=right, method="highs")
    if answer.status != 0 or answer.fun > -1e-9:
        return ()
    kept = np.flatnonzero(answer.x > 1e-12)
    return tuple(RayPoint(int(spins[i]), float(places[i]), float(answer.x[i])) for i in kept)
