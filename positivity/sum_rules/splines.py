r"""Test functions of the momentum transfer p: splines on geometric knots, with their moments.

f(p) = sum_n a_n B_n(p), cubic B-splines on [p_low, p_high], t = -p^2.  The splines that do not
vanish at an end are left out, so that the Bessel transform falls fast enough for the integrals over
impact parameter to converge: f ~ (p - end)^drop there.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BSpline

DEGREE = 3
_HALVINGS = 6


@dataclass(frozen=True)
class Nodes:
    """Quadrature in p: nodes (n,), weights (n,), values of the splines there (n, splines)."""

    p: np.ndarray
    weights: np.ndarray
    values: np.ndarray


class Splines:
    """B-splines on the given knots, in units of the cutoff (0 <= p <= 1).

    breaks: increasing, in p; the first and last are the ends of the support.  drop: order of vanishing
    at the two ends.  squared: the functions are p times a spline in p^2, as certificates need them.
    """

    def __init__(
        self, breaks: np.ndarray, drop: tuple[int, int] = (2, 2), degree: int = DEGREE, squared: bool = False
    ) -> None:
        self.breaks, self.drop, self.degree, self.squared = np.asarray(breaks, float), drop, degree, squared
        self._knots = np.concatenate([np.full(degree, breaks[0]), breaks, np.full(degree, breaks[-1])])
        total = len(self._knots) - degree - 1
        self._kept = np.arange(drop[0], total - drop[1])
        self.count = len(self._kept)

    def widths(self) -> np.ndarray:
        """The shortest knot interval under each spline: beyond b ~ 1/width its transform dies."""
        steps = np.diff(self._knots)
        return np.array([min(h for h in steps[i : i + self.degree + 1] if h > 0) for i in self._kept])

    def longest(self) -> np.ndarray:
        """The longest knot interval under each spline, which its quadrature has to resolve."""
        steps = np.diff(self._knots)
        return np.array([max(steps[i : i + self.degree + 1]) for i in self._kept])

    def ends(self) -> np.ndarray:
        """Where each spline ends: (splines,)."""
        return np.asarray(self._knots[self._kept + self.degree + 1])

    def values(self, p: np.ndarray) -> np.ndarray:
        """B_n(p): (len(p), splines)."""
        if self.squared:
            matrix = BSpline.design_matrix(p * p, self._knots**2, self.degree).toarray() * p[:, None]
        else:
            matrix = BSpline.design_matrix(p, self._knots, self.degree).toarray()
        return np.asarray(matrix[:, self._kept])

    def nodes(self, reach: float, extra: int = 5, width: float = np.inf) -> Nodes:
        """Gauss-Legendre nodes that resolve cos(b p) for b <= reach on intervals up to `width`.

        On wider intervals they resolve b <= reach * width / interval only.
        """
        p, w = [], []
        breaks = self._graded()
        for low, high in itertools.pairwise(breaks):
            # P_J(1 - 2 p^2 x) turns by b d(arcsin p) at x = 1
            turn = np.arcsin(high) - np.arcsin(low)
            x, v = _gauss(int(np.ceil(reach * min(turn, width) / 3)) + extra)
            p.append(low + (high - low) * (x + 1) / 2)
            w.append(v * (high - low) / 2)
        nodes = np.concatenate(p)
        return Nodes(nodes, np.concatenate(w), self.values(nodes))

    def _graded(self) -> np.ndarray:
        """The breaks, with the last interval halved towards p = 1, where kernels at x = 1 are steep."""
        if self.breaks[-1] < 1:
            return self.breaks
        inner = 1 - (1 - self.breaks[-2]) * 0.5 ** np.arange(1, _HALVINGS)
        return np.concatenate([self.breaks[:-1], inner, [1.0]])

    def integrals(self, function: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """int B_n(p) function(p) dp for a function smooth on the scale of the knots: (splines,)."""
        nodes = self.nodes(0.0, 24)
        return np.asarray((nodes.weights * function(nodes.p)) @ nodes.values)


def _gauss(count: int) -> tuple[np.ndarray, np.ndarray]:
    return np.polynomial.legendre.leggauss(count)


def geometric_splines(p_min: float, count: int, mu: float = 0.0, steep: bool = False) -> Splines:
    """`count` splines on [p_min, 1]: geometric knots, never farther apart than 1/(count/3).

    p_min = 0 needs a scale mu > 0, where the knots begin to be geometric.  steep: a simple zero at p = 1
    instead of a double one, for kernels that a term linear in J(J+1) makes negative at large impact parameter.
    """
    drop = (2 if p_min > 0 else 1, 1 if steep else 2)
    intervals = count + sum(drop) - DEGREE
    if p_min > 0:
        return Splines(np.geomspace(p_min, 1.0, intervals + 1), drop)
    return Splines(np.concatenate([[0.0], np.geomspace(mu / 3, 1.0, intervals)]), drop)
