r"""Bounds on g2 and g3 in units of 8 pi G with rho_J >= 0 (2102.08951): numerical, with a violation scan.

int f A_2^imp(-p^2) + int h X_4(-p^2) >= 0 for f, h whose kernel is non-negative on all states gives
8 pi G int f/p^2 + 2 g2 int f + g3 int f p^2 >= 0.  A linear program finds the best f and h; the
constraints are refined where a scan between the grid points finds violations.  docs/theory/gravity.md.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.special import eval_gegenbauer, hyp0f1

from positivity.dispersion.higher_nulls import x4_kernel, x4_large_casimir
from positivity.dispersion.smearing import null_kernel
from positivity.errors import InputError
from positivity.partial_waves import casimir

GRAVITY_SCHEMA = "eft-positivity/gravity/1"
_NODES, _MANY_NODES, _ROUNDS, _REACH, _FAR = 500, 1600, 12, 400.0, 1500.0


@dataclass(frozen=True)
class SmearingSpace:
    """f = p^a (1-p) L_k(2p-1), k < first, on A_2^imp, and h = p^2 (1-p)^2 L_k(2p-1), k < second, on X_4.

    a = 2 in D >= 6 and 3/2 in D = 5: the transform of p^a falls like b^(-a-1) with a positive
    coefficient, the oscillations from p = 1 like b^(-(D+1)/2): slower, so it can be positive at large b.
    """

    dimension: int
    first: int = 8
    second: int = 6

    def __post_init__(self) -> None:
        if isinstance(self.dimension, bool) or not isinstance(self.dimension, int) or self.dimension < 4:
            raise InputError(f"dimension {self.dimension!r}: use an integer from 5 to 12")
        if self.dimension == 4:
            raise InputError(
                "dimension 4: int dp/p of the pole diverges, so every bound depends on an infrared cutoff b_max; "
                "bounds with it are not available yet: use D >= 5, or positivity cutoff for full unitarity"
            )
        if self.dimension > 12:
            raise InputError(f"dimension {self.dimension}: use 5 to 12")
        if not 4 <= self.first <= 14 or not 0 <= self.second <= 12:
            raise InputError(f"functions {self.first},{self.second}: use 4 to 14 for A_2 and 0 to 12 for X_4")

    @cached_property
    def _samples(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self._sampled(_NODES)

    @cached_property
    def _many_samples(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        return self._sampled(_MANY_NODES)

    def _sampled(self, nodes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """p, and both sets of functions times dp; p = u^2 makes half-integer powers smooth."""
        x, weights = np.polynomial.legendre.leggauss(nodes)
        u = (x + 1) / 2
        p, shares = u * u, weights * u
        power = 1.5 if self.dimension == 5 else 2.0
        found = []
        for count, a, zero in ((self.first, power, 1), (self.second, 2.0, 2)):
            legendre = np.polynomial.legendre.legvander(2 * p - 1, max(count, 1) - 1)[:, :count]
            found.append((p**a * (1 - p) ** zero * shares)[:, None] * legendre)
        return p, found[0], found[1]

    def moment(self, power: int) -> np.ndarray:
        """int f p^power, zero for h: (first + second,)."""
        p, f, _ = self._samples
        return np.concatenate([p**power @ f, np.zeros(self.second)])

    def rows(self, spin: int, x: np.ndarray) -> np.ndarray:
        """x^-2 times the kernels at 1/m^2 = x: (len(x), first + second)."""
        p, f, h = self._samples
        y = np.outer(x, p * p)
        alpha, big_x = (self.dimension - 3) / 2, casimir(spin, self.dimension)
        wave = eval_gegenbauer(spin, alpha, 1 - 2 * y) / eval_gegenbauer(spin, alpha, 1.0)
        all_x = np.full_like(y, big_x)
        improved = null_kernel(wave, y, all_x, self.dimension) + 2 + (3 - 4 * big_x / (self.dimension - 2)) * y
        higher = x4_kernel(wave, y, all_x, self.dimension) if self.second else y
        return np.hstack([improved @ f, x[:, None] ** 2 * (higher @ h)])

    def eikonal(self, b: np.ndarray) -> np.ndarray:
        """m -> infinity at fixed b = 2J/m: 2 int f 0F1(; D/2-1; -b^2 p^2/4); X_4 falls like x^2."""
        p, f, _ = self._many_samples
        wave = 2 * hyp0f1(self.dimension / 2 - 1, -((np.outer(b, p) / 2) ** 2))
        return np.hstack([wave @ f, np.zeros((len(b), self.second))])

    def large_spin(self, x: np.ndarray) -> np.ndarray:
        """J -> infinity at fixed mass: the leading power of X, that of X_4 if it is there."""
        p, f, h = self._samples
        y = np.outer(x, p * p)
        if self.second:
            return np.hstack([np.zeros((len(x), self.first)), x4_large_casimir(y) @ h])
        return np.asarray((y**3 / (1 - y * y)) @ f)


def _states(space: SmearingSpace, density: float, shift: float) -> np.ndarray:
    """Rows, each scaled to largest entry 1: low spins one by one, high ones sampled, and the three limits."""
    spins = [*range(0, 42, 2), *range(44, 80, 6), *range(80, 200, 20), 300, 600, 1500]
    if density > 1:
        spins = [*range(0, 82, 2), *range(84, 220, 8), 250, 420, 900, 2000]
    found = []
    for spin in spins:
        count = int(density * (24 + 2.5 * min(spin, 200)))
        root = (np.arange(count) + 0.5 + shift) / count * min(1.0, _REACH / max(2 * spin, 1))
        found.append(space.rows(spin, np.append(np.clip(root, 1e-6, 1) ** 2, 1 - 1e-6)[: count + (2 * spin < _REACH)]))
    b = np.concatenate(
        [np.arange(0.02, 150, 0.25 / density) + 0.1 * shift, np.geomspace(150, _REACH, int(400 * density))]
    )
    found += [space.eikonal(b), space.large_spin(np.linspace(0.01, 0.999, int(60 * density)))]
    rows = np.vstack(found)
    return np.asarray(rows / np.abs(rows).max(axis=1, keepdims=True))


@dataclass(frozen=True)
class GravityBound:
    """direction[0] g2 + direction[1] g3 >= -alpha 8 pi G, in units M = 1 (g2 M^2, g3 M^4 over 8 pi G).

    alpha: the value.  violation: largest negative value of the functional on the refined states,
    relative to its largest value there; 0 if it is non-negative on all of them.  Numerical.
    """

    dimension: int
    direction: tuple[float, float]
    alpha: float
    violation: float
    functions: tuple[int, int]
    coefficients: tuple[float, ...]
    states: int
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary (schema eft-positivity/gravity/1)."""
        return {"schema": GRAVITY_SCHEMA, **asdict(self), "status": "numerical", "scope": self.scope}

    @property
    def scope(self) -> str:
        """What the number is about."""
        return (
            f"D={self.dimension}, tree level with graviton exchange, rho_J >= 0, even spins, masses >= M=1 sampled and "
            f"refined, {self.functions[0]} functions on A_2 improved, {self.functions[1]} on X_4"
        )

    def __str__(self) -> str:
        a, c = self.direction
        return (
            f"{self.scope}\n  {a:g} g2 M^2 {c:+g} g3 M^4 >= -{self.alpha:.6g} 8piG   numerical (not proved), "
            f"largest violation {self.violation:.1e} on {self.states} states"
        )


class GravityProgram:
    """The linear program of one space, refined as its functionals are found; reused for all directions.

    Raises InputError for a space that makes no sense.
    """

    def __init__(self, space: SmearingSpace) -> None:
        self.space = space
        coarse = _states(space, 1.0, 0.0)
        # orthogonal columns: the polynomials are nearly dependent on the states
        self._change = np.linalg.inv(np.linalg.qr(coarse)[1])
        self._rows = _scaled(coarse @ self._change)

    @cached_property
    def _fine(self) -> np.ndarray:
        return _scaled(np.vstack([_states(self.space, 3.0, 0.31), _states(self.space, 2.3, -0.2)]) @ self._change)

    def bound(self, direction: tuple[float, float] = (1.0, 0.0)) -> GravityBound:
        """The best alpha for a direction in the (g2, g3) plane; raises InputError if there is no functional."""
        started = time.perf_counter()
        if not all(np.isfinite(direction)) or direction == (0.0, 0.0):
            raise InputError(f"direction {direction}: use two finite numbers, not both zero")
        violation = np.inf
        for _ in range(_ROUNDS):
            point, alpha = self._solve(direction)
            values = self._fine @ point
            violation = max(0.0, float(-values.min() / np.abs(values).max()))
            bad = values < 1e-10
            if not bad.any():
                break
            self._rows = np.vstack([self._rows, self._fine[bad]])
        coefficients = tuple((self._change @ point).tolist())
        functions = (self.space.first, self.space.second)
        seconds = round(time.perf_counter() - started, 3)
        return GravityBound(
            self.space.dimension, direction, alpha, violation, functions, coefficients, len(self._fine), seconds
        )

    def _solve(self, direction: tuple[float, float]) -> tuple[np.ndarray, float]:
        cost = self.space.moment(-2) @ self._change
        equal = np.array([2 * self.space.moment(0) @ self._change, self.space.moment(2) @ self._change])
        bounds = [(None, None)] * len(cost)
        found = linprog(
            cost, A_ub=-self._rows, b_ub=np.full(len(self._rows), -1e-9), A_eq=equal, b_eq=direction, bounds=bounds,
            method="highs",
        )  # fmt: skip
        if found.status != 0:
            raise InputError(
                f"direction {direction}: no functional in this space bounds it; change it or the functions"
            )
        return found.x, float(found.fun)

    def violation_of(self, coefficients: np.ndarray) -> float:
        """Largest relative violation of any functional on the refined states; 0 if there is none."""
        values = self._fine @ np.linalg.solve(self._change, coefficients)
        return max(0.0, float(-values.min() / np.abs(values).max()))


def _scaled(rows: np.ndarray) -> np.ndarray:
    return np.asarray(rows / np.abs(rows).max(axis=1, keepdims=True))


def gravity_bound(
    dimension: int, direction: tuple[float, float] = (1.0, 0.0), functions: tuple[int, int] = (8, 6)
) -> GravityBound:
    """c2 g2 M^2 + c3 g3 M^4 >= -alpha 8 pi G for one direction (c2, c3), D = 5..12.

    functions: sizes of the spaces for A_2 improved and X_4.  Raises InputError.  Source: 2102.08951.
    """
    return GravityProgram(SmearingSpace(dimension, *functions)).bound(direction)
