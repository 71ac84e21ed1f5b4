r"""The linear program of the weak-gravity bound: cells of the density, the infrared side, the cost of a functional.

    max 8piG   with   8piG/(p^2+mu^2) + contact terms = <K_2>(p),  [contact terms = <K_4>(p)],  0 <= rho_J <= 2,

smeared with splines; any f with int f * contact = 0 gives 8piG int f/(p^2+mu^2) <= 32 sum_J (2J+1) int dx/x (K_f)_+
minus the known terms.  Derivation: docs/theory/weak_gravity.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from positivity.questions.couplings import Coupling, order_of
from positivity.questions.loops import Pair, parse_pairs
from positivity.sum_rules.arc_values import arc_value
from positivity.sum_rules.cutoff_rules import CutoffProblem, contact_terms
from positivity.sum_rules.spline_rows import (
    CutoffGrid,
    Rows,
    eikonal_rows,
    eikonal_transform,
    exact_blocks,
    impact_edges,
    large_spin_rows,
    last_impact,
    resolving_nodes,
)
from positivity.sum_rules.splines import Nodes
from solvers.bounded_columns import ColumnSolution, maximise
from solvers.deadline import checkpoint
from solvers.grid import chebyshev

#: smallest x that is resolved where the density at large b may change with x
_FIRST_SHELL = 1e-3
_CEILING = 2.0
_RAY_POINTS, _CELL_NODES = 25, 4


@dataclass(frozen=True)
class Infrared:
    """Infrared side of the rows: pole (rows,), contact (rows, couplings), known (rows,) and the couplings' names."""

    pole: np.ndarray
    contact: np.ndarray
    known: np.ndarray
    couplings: tuple[Coupling, ...]


def infrared(rows: Rows, order: int, mu: float, fixed: dict[Coupling, float], g4: float | None = None) -> Infrared:
    """Tree-level infrared side of the rows, couplings to Mandelstam order `order`.

    fixed: couplings with known values.  g4: known value of A_4(0)/4, if the rows have that sum rule.
    With rows.improved only the terms of A_2(0) and A_2'(0) remain.
    """
    splines, size = rows.splines, rows.count
    pole, known = np.zeros(size), np.zeros(size)
    contact: dict[Coupling, np.ndarray] = {}
    pole[: splines.count] = splines.integrals(lambda p: 1 / (p**2 + mu**2))
    for i, k in enumerate(rows.k):
        part = slice(i * splines.count, (i + 1) * splines.count)
        for coupling, (r, c) in contact_terms(k, min(order, 3) if rows.improved and k == 2 else order).items():
            row = c * splines.integrals(partial(_power, 2 * r))
            if coupling in fixed:
                known[part] += fixed[coupling] * row
            else:
                contact.setdefault(coupling, np.zeros(size))[part] += row
    if rows.forward:
        known[-1] = 4 * (g4 or 0.0)
    names = tuple(sorted(contact, key=lambda c: (order_of(c), c[1])))
    matrix = np.stack([contact[c] for c in names], axis=1) if names else np.zeros((size, 0))
    return Infrared(pole, matrix, known, names)


def _power(exponent: int, p: np.ndarray) -> np.ndarray:
    return np.asarray(p**exponent)


def _arc(j: int, pair: Pair, p: np.ndarray) -> np.ndarray:
    return arc_value(j, pair, -(p**2))


def infrared_of(rows: Rows, problem: CutoffProblem) -> Infrared:
    """Infrared side of a problem, with its one-loop arcs."""
    fixed = {(1, 0): problem.g2} if problem.g2 is not None else {}
    side = infrared(rows, problem.order, problem.mu, fixed, problem.g4)
    if problem.loops == "tree" or problem.g2 is None:
        return side
    known = side.known.copy()
    for i, k in enumerate(rows.k):
        part = slice(i * rows.splines.count, (i + 1) * rows.splines.count)
        for pair in parse_pairs(problem.loops):
            arcs = rows.splines.integrals(partial(_arc, k // 2, pair))
            known[part] += problem.g2**2 * arcs
    return Infrared(side.pole, side.contact, known, side.couplings)


def solve(rows: Rows, side: Infrared, grid: CutoffGrid) -> ColumnSolution:
    """The linear program on cells; multipliers are the coefficients of the functional."""
    free = np.concatenate([side.pole[:, None], side.contact], axis=1)
    objective = np.zeros(free.shape[1])
    objective[0] = 1.0
    return maximise(objective, free, cells(rows, grid), rays(rows), -side.known, _CEILING)


def project(functional: np.ndarray, side: Infrared) -> np.ndarray:
    """The functional with int f * contact = 0 and int f * pole = 1 restored to rounding."""
    free = np.concatenate([side.pole[:, None], side.contact], axis=1)
    scale = np.abs(free).max(axis=0)
    wanted = np.zeros(free.shape[1])
    wanted[0] = 1.0
    for _ in range(2):
        missing = wanted - functional @ free
        functional = functional + np.linalg.lstsq((free / scale).T, missing / scale, rcond=None)[0]
    return functional


def remedy(status: str) -> str:
    """What to do about a program that is not optimal."""
    if status == "infeasible":
        return "no density solves these sum rules; change the fixed couplings"
    if status.startswith("unbounded"):
        return "these test functions give no bound; use more of them"
    return "use fewer test functions"


def cells(rows: Rows, grid: CutoffGrid) -> np.ndarray:
    """int over each cell of the heavy average's measure times the kernels: (cells, rows)."""
    found = []
    for block in exact_blocks(rows, grid):
        checkpoint("cells")
        # nodes of one spin may lie in different cells: along a shell b changes by more than one step
        bins = grid.bins(block.b).ravel()
        order = np.argsort(bins, kind="stable")
        integrals = (block.kernels * block.weights[:, :, None]).reshape(len(bins), -1)[order]
        found.append(np.add.reduceat(integrals, np.flatnonzero(np.diff(bins[order], prepend=-1)), axis=0))
    for patch in _eikonal_patches(rows, grid):
        for x, w in zip(patch.x, patch.x_weights, strict=True):
            checkpoint()
            kernels = eikonal_rows(rows, patch.b, x, patch.transform, patch.nodes)
            in_b = np.einsum("bxr,x->br", kernels, w) * patch.b_weights[:, None]
            found.append(in_b.reshape(-1, patch.per_cell, rows.count).sum(axis=1))
    return np.concatenate(found)


def cost(rows: Rows, functional: np.ndarray, grid: CutoffGrid) -> float:
    """32 sum_J (2J+1) int dx/x (K_f)_+ = 2 int (functional . kernels)_+ over the heavy average's measure.

    functional: (rows,).  The positive part is taken at every node of the grid.
    """
    total = 0.0
    column = functional[:, None]
    for block in exact_blocks(rows, grid, column):
        checkpoint("cost")
        total += float((np.maximum(block.kernels[:, :, 0], 0) * block.weights).sum())
    for patch in _eikonal_patches(rows, grid):
        for x, w in zip(patch.x, patch.x_weights, strict=True):
            checkpoint()
            kernels = eikonal_rows(rows, patch.b, x, patch.transform, patch.nodes) @ functional
            total += float(patch.b_weights @ np.maximum(kernels, 0) @ w)
    return _CEILING * total


def rays(rows: Rows) -> np.ndarray:
    """Kernels of J -> infinity at fixed x, where a positive functional would cost without limit: (rays, rows)."""
    if not rows.improved:
        return np.zeros((0, rows.count))
    return large_spin_rows(rows, np.append(1e-6, chebyshev(_RAY_POINTS)[1:]))


@dataclass(frozen=True)
class _Patch:
    """An eikonal region: b (points,) with weights 4 b db, `per_cell` of them per cell, x (shells, nodes), weights."""

    b: np.ndarray
    b_weights: np.ndarray
    per_cell: int
    x: np.ndarray
    x_weights: np.ndarray
    transform: np.ndarray
    nodes: Nodes


def _eikonal_patches(rows: Rows, grid: CutoffGrid) -> Iterator[_Patch]:
    """The two eikonal regions: x < x_low, and b > reach."""
    stop = last_impact(rows, grid)
    resolved = len(rows.k) > 1 or rows.forward or rows.improved
    # with A_2 alone the sign does not depend on x
    shells = np.geomspace(_FIRST_SHELL, 1.0, grid.far_shells) if resolved else np.array([1.0])
    low = np.array([0.0, *shells[shells < 0.9 * grid.x_low], grid.x_low])
    for start, end, edges in ((0.0, grid.reach, low), (grid.reach, stop, np.array([0.0, *shells]))):
        cells_b = impact_edges(rows, grid, start, end)
        # chunks in b, so that no transform is larger than needed
        for part in np.array_split(np.arange(len(cells_b) - 1), max(1, len(cells_b) // 400)):
            if len(part) == 0:
                continue
            b, b_weights = _gauss_cells(cells_b[part[0] : part[-1] + 2])
            x, x_weights = _gauss_cells(edges)
            nodes = resolving_nodes(rows, float(b.min()), float(b.max()), grid.decay)
            transform = eikonal_transform(rows, b.ravel(), nodes, grid.decay)
            weights = 4 * (b * b_weights).ravel()
            yield _Patch(b.ravel(), weights, b.shape[1], x, x_weights, transform, nodes)


def _gauss_cells(edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gauss nodes and weights in every cell: (cells, nodes) each."""
    t, w = np.polynomial.legendre.leggauss(_CELL_NODES)
    half = np.diff(edges)[:, None] / 2
    return edges[:-1, None] + half * (1 + t), half * w
