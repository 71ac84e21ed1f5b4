"""The same program as a semidefinite program: a sum of squares for each spin, through cvxpy.

On [0, a] a polynomial of degree m in t = s/a is non-negative if and only if it is
v'Qv + t(1-t) w'Rw (m even) or t v'Qv + (1-t) v'Rv (m odd) with Q, R positive semidefinite.
The identity is imposed at m+1 Chebyshev points, in a Chebyshev basis, which keeps it well
conditioned.  Spins beyond the list are watched by nothing: the verifier decides.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import fmpq

from solvers.exchange import Exchange
from solvers.grid import REGGE, default_spins
from solvers.program import from_longdouble
from solvers.verify.precision import ARITHMETIC

#: margin first kept by the sums of squares, relative to the size of the row, per backend
MARGINS = {"sdp": 1e-7, "sdpa": 1e-8}


@dataclass(frozen=True)
class ConicResult:
    """status: "optimal" or the solver's own word.  multipliers: one rational per free row."""

    status: str
    multipliers: tuple[fmpq, ...]


def conic_spins(step: int) -> np.ndarray:
    """Spins that get a sum of squares: all even to 60, a geometric list to 2000, and the Regge limit."""
    return default_spins(step, dense=60, last=2000, ratio=1.15)


def solve_conic(
    exchange: Exchange, weights: Sequence[fmpq], spins: np.ndarray, backend: str, margin: float
) -> ConicResult:
    """Minimise c_0 with a sum-of-squares certificate for each spin in `spins`.

    backend: "sdp" (Clarabel) or "sdpa" (SDPA-GMP, an optional extra).
    margin: slack kept, relative to the size of the row.
    """
    import cvxpy as cp

    exchange.add_spins(spins)
    numeric, nodes = np.array([float(w) for w in weights]), _nodes(exchange.program.degree)
    c = cp.Variable(len(exchange.program.free))
    constraints = []
    for spin in spins:
        matrix, target = exchange.samples(int(spin), numeric, nodes)
        size = np.abs(matrix).max()
        left = (matrix @ c + target) / size - margin * np.abs(matrix).max(axis=1) / size
        constraints.extend(_sum_of_squares(cp, left, exchange.program.degree))
    problem = cp.Problem(cp.Minimize(exchange.basis[0].astype(float) @ c), constraints)
    status = _run(cp, problem, backend)
    if status not in ("optimal", "optimal_inaccurate") or c.value is None:
        return ConicResult(status, ())
    exact = exchange.basis @ c.value.astype(np.longdouble)
    return ConicResult("optimal", tuple(from_longdouble(v) for v in exact))


def _nodes(degree: int) -> np.ndarray:
    """Chebyshev points of the first kind on [0, 1], one per coefficient."""
    count = degree + 1
    return (1 - np.cos(np.pi * (np.arange(count) + 0.5) / count)) / 2


def _sum_of_squares(cp: Any, left: Any, degree: int) -> list[Any]:
    count, t = degree + 1, _nodes(degree)
    half = degree // 2
    sizes = (half + 1, half) if degree % 2 == 0 else (half + 1, half + 1)
    factors = (np.ones(count), t * (1 - t)) if degree % 2 == 0 else (t, 1 - t)
    total, constraints = 0, []
    for size, factor in zip(sizes, factors, strict=True):
        if size == 0:
            continue
        square = cp.Variable((size, size), PSD=True)
        basis = np.polynomial.chebyshev.chebvander(2 * t - 1, size - 1)
        outer = np.einsum("i,ij,ik->ijk", factor, basis, basis).reshape(count, -1)
        total = total + outer @ cp.vec(square, order="C")
    constraints.append(left == total)
    return constraints


def _run(cp: Any, problem: Any, backend: str) -> str:
    try:
        # warnings about accuracy are answered by the verifier; their filters belong to the process too
        with ARITHMETIC, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            _solve(cp, problem, backend)
    except cp.SolverError as error:
        return f"the solver gave up: {error}"
    return str(problem.status)


def _solve(cp: Any, problem: Any, backend: str) -> None:
    if backend == "sdp":
        problem.solve(solver=cp.CLARABEL, tol_gap_abs=1e-10, tol_gap_rel=1e-10, tol_feas=1e-10, max_iter=400)
    else:
        problem.solve(solver=cp.SDPA, epsilonStar=1e-14, epsilonDash=1e-14, mpfPrecision=256, maxIteration=400)


def spins_with(spins: np.ndarray, spin: int, step: int) -> np.ndarray:
    """The list with a refused spin and its neighbours added, the Regge limit last."""
    near = np.arange(max(0, spin - 2 * step), spin + 3 * step, step)
    finite = np.union1d(spins[spins >= 0], near)
    return np.append(finite, REGGE)
