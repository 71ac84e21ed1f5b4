"""Where the rows of a program are sampled: spins, points in s, and their values there."""

from __future__ import annotations

from functools import lru_cache
from math import comb

import numpy as np

REGGE = -1  # the spin that stands for J -> infinity


def default_spins(step: int, dense: int = 160, last: int = 20000, ratio: float = 1.1) -> np.ndarray:
    """All spins up to `dense`, then a geometric list up to `last`, then the Regge limit."""
    spins = list(range(0, dense + 1, step))
    while spins[-1] < last:
        spins.append(max(spins[-1] + step, int(spins[-1] * ratio) // step * step))
    return np.array([*spins, REGGE])


def long_ladder(step: int, last: int) -> np.ndarray:
    """All spins to 500, then steps of half a percent to at least `last`."""
    spins = list(range(0, 500 + step, step))
    while spins[-1] < last:
        spins.append(spins[-1] + max(step, spins[-1] // 200 // step * step))
    return np.array(spins)


def chebyshev(count: int) -> np.ndarray:
    """Extrema of a Chebyshev polynomial moved to [0, 1], both ends included."""
    return (1 - np.cos(np.pi * np.arange(count) / (count - 1))) / 2


@lru_cache(maxsize=64)
def _binomials(degree: int) -> np.ndarray:
    return np.array([float(comb(degree, k)) for k in range(degree + 1)])


def bernstein(degree: int, s: np.ndarray) -> np.ndarray:
    """Bernstein polynomials of a degree at the points s: s.shape + (degree + 1,).

    Computed in the precision of s.
    """
    s = np.asarray(s)
    up = np.ones((*s.shape, degree + 1), s.dtype)
    down = up.copy()
    for k in range(1, degree + 1):
        up[..., k] = up[..., k - 1] * s
        down[..., degree - k] = down[..., degree - k + 1] * (1 - s)
    return np.asarray(_binomials(degree).astype(s.dtype) * up * down)


def local_minima(values: np.ndarray) -> np.ndarray:
    """Mask of entries not above either neighbour along the last axis (nan counts as above)."""
    padded = np.pad(np.where(np.isnan(values), np.inf, values), ((0, 0), (1, 1)), constant_values=np.inf)
    inner = padded[:, 1:-1]
    return np.asarray((inner <= padded[:, :-2]) & (inner <= padded[:, 2:]) & np.isfinite(inner))


def refine_minima(coefficients: np.ndarray, s: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Newton steps towards the minimum of polynomials given by Bernstein coefficients.

    coefficients: (points, m+1).  s: start, kept within [low, high].  Returns the new s.
    """
    degree = coefficients.shape[1] - 1
    if degree < 2:
        return s
    first = degree * np.diff(coefficients, axis=1)
    second = (degree - 1) * np.diff(first, axis=1)
    for _ in range(4):
        slope = np.einsum("ij,ij->i", bernstein(degree - 1, s), first)
        curvature = np.einsum("ij,ij->i", bernstein(degree - 2, s), second)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = np.where(curvature > 0, -slope / curvature, 0)
        s = np.clip(s + np.nan_to_num(step), low, high)
    return s
