"""Test functions of the momentum transfer on [p_min, 1]: cubic B-splines in log p that vanish at both ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from scipy.interpolate import BSpline

from positivity.errors import InputError

_DEGREE = 3


@dataclass(frozen=True)
class TestFunctions:
    """`count` cubic B-splines with uniform knots in log p on [p_min, 1], with double zeros at both ends.

    multiplicity: of the end knots; a zero of order 4 - multiplicity.  The transform int f J_0(b p) of a
    function with a zero of order z falls like b^(-z-3/2); the cost int b db |..| is finite for z >= 1,
    and z = 2 keeps its tail small.  Inside they are twice continuously differentiable.
    """

    p_min: float
    count: int
    multiplicity: tuple[int, int] = (2, 2)

    #: not a test class
    __test__ = False

    def __post_init__(self) -> None:
        if not 0 < self.p_min < 1:
            raise InputError(f"p_min {self.p_min}: use a momentum between 0 and the cutoff 1, e.g. 0.1")
        if not 4 <= self.count <= 80:
            raise InputError(f"{self.count} test functions: use 4 to 80")

    @cached_property
    def knots(self) -> Any:
        """Knots in log p from log p_min to 0, repeated at the ends."""
        low, high = self.multiplicity
        inner = np.linspace(np.log(self.p_min), 0.0, self.count + _DEGREE + 3 - low - high)
        ends = [np.full(low - 1, inner[0]), inner, np.full(high - 1, 0.0)]
        return np.concatenate(ends)

    @cached_property
    def _splines(self) -> list[BSpline]:
        return [
            BSpline.basis_element(self.knots[i : i + _DEGREE + 2], extrapolate=False)
            for i in range(len(self.knots) - _DEGREE - 1)
        ]

    def values(self, p: np.ndarray) -> np.ndarray:
        """f_i(p): (len(p), count)."""
        u = np.log(p)
        return np.asarray(np.nan_to_num(np.column_stack([spline(u) for spline in self._splines])))

    def nodes(
        self, phase: float, b_low: float | None = None, b_high: float | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Gauss-Legendre nodes and weights in p, knot interval by knot interval.

        phase: largest b p to resolve.  b_low, b_high: leave out p where all b p is beyond the phase.
        """
        found_p, found_w = [], []
        for low, high in pairwise(self.knots):
            if high <= low:
                continue
            if b_low is not None and b_low * np.exp(low) > phase:
                continue
            largest = phase if b_high is None else min(phase * (b_high / (b_low or b_high)), b_high * np.exp(high))
            number = int(np.ceil(0.6 * min(largest, 4 * phase) * (high - low))) + 12
            x, weights = np.polynomial.legendre.leggauss(number)
            u = (low + high) / 2 + (high - low) / 2 * x
            found_p.append(np.exp(u))
            found_w.append(np.exp(u) * weights * (high - low) / 2)
        return np.concatenate(found_p), np.concatenate(found_w)

    def moment(self, power: int) -> np.ndarray:
        """int f_i p^power dp: (count,)."""
        return self.integral(lambda p: p**power)

    def integral(self, weight: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
        """int f_i weight(p) dp for a smooth weight: (count,)."""
        p, weights = self.nodes(60.0)
        return np.asarray((weights * weight(p)) @ self.values(p))
