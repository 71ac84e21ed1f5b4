r"""Smeared sum rules of the weak-gravity bound, D = 4: heavy kernels and their integrals over cells.

With t = -p^2, x = 1/m^2, y = p^2 x, L = J + 1/2, b = 2 L sqrt(x), the kernels of A_2 and A_4 are

    K_k = x^k (2-y)/(1-y)^{1+k/2} P_J(1-2y),        K_k -> 2 x^k J_0(b p)  as x -> 0 at fixed b,

and the forward k >= 4 sum rules change K_2 to K_2^imp = K_2 + x^2 [ -y^2(4-3y)/(1-y)^2 + 2 J(J+1) y^3/(1-y^2) ]
(2102.08951, eq. 2.20; D = 4).  The heavy average is

    <K> = 16 sum_{J even} (2J+1) int_0^1 dx/x rho_J K  ->  4 int b db int dx/x^2 rho K .

Small b: waves and even spins one by one.  Large b, or x below `x_low`: the eikonal form.  Units of the cutoff.
Derivation: docs/theory/weak_gravity.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.special import j0

from positivity.sum_rules.improved import waves
from positivity.sum_rules.splines import Nodes, Splines

_TINY = 1e-300


@dataclass(frozen=True)
class CutoffGrid:
    """Where the kernels are sampled.

    reach: b up to which waves are summed one by one.  x_low: below it the eikonal form.  shells: in
    log x between x_low and 1, with `nodes` Gauss nodes each; far_shells: in the eikonal form.  step: of
    b in cells up to `fine_until`, four times as much up to `reach`; beyond it steps keep b p of the
    splines still alive below `turn`.  decay: a spline is left out where b exceeds decay over its knot
    interval.  The default resolves 8piG to half a percent, its `finer` to a tenth of that.
    """

    reach: float = 200.0
    x_low: float = 1 / 60
    shells: int = 100
    far_shells: int = 40
    nodes: int = 3
    step: float = 0.1
    fine_until: float = 60.0
    turn: float = 2.0
    decay: float = 45.0

    def finer(self) -> CutoffGrid:
        """Independent of this one, and finer in every direction."""
        return CutoffGrid(
            2 * self.reach, self.x_low / 1.2, 2 * self.shells + 7, 2 * self.far_shells + 3, self.nodes + 1,
            self.step / 1.7, 1.6 * self.fine_until, self.turn / 4.3, 1.5 * self.decay,
        )  # fmt: skip

    def bins(self, b: np.ndarray) -> np.ndarray:
        """The cell in b that every impact parameter belongs to: integers, shape of b."""
        return np.asarray(np.floor(np.minimum(b, (b + 3 * self.fine_until) / 4) / self.step).astype(int))


@dataclass(frozen=True)
class Rows:
    """Which sum rules are smeared.

    splines: of f(p).  spins: the k of the sum rules, (2,) or (2, 4), each with all splines.
    improved: A_2^imp.  forward: the row A_4(0) is appended.
    """

    splines: Splines
    k: tuple[int, ...] = (2,)
    improved: bool = False
    forward: bool = False

    @property
    def count(self) -> int:
        """Number of rows."""
        return len(self.k) * self.splines.count + int(self.forward)


@dataclass(frozen=True)
class Block:
    """Kernels at the points of one rectangle.

    kernels: (first axis, second axis, rows).  weights: the measure (first, second), 16 (2J+1) dx/x.
    b: impact parameter (first, second).  x: (second,).
    """

    kernels: np.ndarray
    weights: np.ndarray
    b: np.ndarray
    x: np.ndarray


def exact_blocks(rows: Rows, grid: CutoffGrid, functional: np.ndarray | None = None) -> Iterator[Block]:
    """One block per shell of x in [x_low, 1]: all even spins with b <= reach, Gauss nodes in log x.

    functional: (rows, m): only these combinations of rows are returned, which is cheaper.
    """
    nodes = rows.splines.nodes(grid.reach)
    edges = np.geomspace(grid.x_low, 1.0, grid.shells + 1)
    t, w = np.polynomial.legendre.leggauss(grid.nodes)
    for low, high in itertools.pairwise(edges):
        half = np.log(high / low) / 2
        x = np.sqrt(low * high) * np.exp(half * t)
        last = int(grid.reach / (2 * np.sqrt(low))) // 2 * 2
        spins = np.arange(0, last + 1, 2)
        kernels = _wave_rows(rows, nodes, x, last, functional)
        # a spin stands for L in [J - 1/2, J + 3/2], a cell of unit weight; the last one is cut at `reach`
        share = np.clip((grid.reach / (2 * np.sqrt(x)) - (spins[:, None] - 0.5)) / 2, 0, 1)
        weights = share * 16 * (2 * spins[:, None] + 1) * (w * half)
        yield Block(kernels, weights, 2 * (spins[:, None] + 0.5) * np.sqrt(x), x)


def _wave_rows(rows: Rows, nodes: Nodes, x: np.ndarray, last: int, functional: np.ndarray | None) -> np.ndarray:
    y = nodes.p**2 * x[:, None]
    waves = even_waves(1 - 2 * y, last)
    spins = np.arange(0, last + 1, 2)
    casimir = (spins * (spins + 1.0))[:, None, None]
    parts = []
    for i, k in enumerate(rows.k):
        front = x[:, None] ** k * (2 - y) / (1 - y) ** (1 + k // 2) * nodes.weights
        part = slice(i * rows.splines.count, (i + 1) * rows.splines.count)
        values = nodes.values if functional is None else nodes.values @ functional[part]
        smeared = (waves * front).reshape(-1, len(nodes.p)) @ values
        smeared = smeared.reshape(len(spins), len(x), -1)
        if k == 2 and rows.improved:
            flat, rising = (a @ values for a in _subtraction(nodes, x))
            smeared = smeared + flat + casimir * rising
        parts.append(smeared)
    if rows.forward:
        row = np.broadcast_to(2 * x[:, None] ** 4, (len(spins), len(x), 1))
        parts.append(row if functional is None else row * functional[-1:])
    return np.concatenate(parts, axis=-1) if functional is None else np.asarray(sum(parts))


def _subtraction(nodes: Nodes, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What the forward rows add to K_2: constant in J, and times J(J+1); (x, p) with quadrature weights."""
    y = nodes.p**2 * x[:, None]
    flat = -(y**2) * (4 - 3 * y) / (1 - y) ** 2
    rising = 2 * y**3 / (1 - y * y)
    scale = x[:, None] ** 2 * nodes.weights
    return flat * scale, rising * scale


def even_waves(z: np.ndarray, last: int) -> np.ndarray:
    """P_J(z) for J = 0, 2, ..., last in D = 4: (last/2 + 1, *z.shape)."""
    spins = range(0, last + 1, 2)
    found = waves(spins, (1 - z) / 2, 4)
    return np.stack([found[spin] for spin in spins])


def eikonal_transform(rows: Rows, b: np.ndarray, nodes: Nodes, decay: float) -> np.ndarray:
    """2 int dp B_n(p) J_0(b p): (len(b), splines), zero where b exceeds decay / (shortest knot interval)."""
    found = np.zeros((len(b), rows.splines.count))
    limits = decay / rows.splines.widths()
    ends = rows.splines.ends()
    order = np.argsort(b)
    for part in np.array_split(order, max(1, len(b) // 128)):
        alive = limits > b[part].min()
        if alive.any():
            used = nodes.p < ends[alive].max()
            kernel = 2 * j0(b[part, None] * nodes.p[used]) * nodes.weights[used]
            keep = np.where(b[part, None] <= limits[alive], 1.0, 0.0)
            found[np.ix_(part, alive)] = (kernel @ nodes.values[np.ix_(used, alive)]) * keep
    return found


def resolving_nodes(rows: Rows, b: float, top: float, decay: float) -> Nodes:
    """Nodes for impact parameters in [b, top]: they resolve every interval under a spline still alive at b."""
    alive = decay / rows.splines.widths() > b
    width = rows.splines.longest()[alive].max() if alive.any() else 0.0
    return rows.splines.nodes(top, width=width)


def impact_edges(rows: Rows, grid: CutoffGrid, start: float, stop: float) -> np.ndarray:
    """Edges of cells in b from start to stop, fine enough for the splines still alive."""
    limits = grid.decay / rows.splines.widths()
    ends = rows.splines.ends()
    edges = [start]
    while edges[-1] < stop:
        alive = limits > edges[-1]
        if not alive.any():
            break
        step = 4 * grid.step if edges[-1] < grid.reach else grid.turn / ends[alive].max()
        edges.append(min(edges[-1] + step, stop))
    return np.array(edges)


def last_impact(rows: Rows, grid: CutoffGrid) -> float:
    """The largest b of the grid: no spline is alive beyond it."""
    return float(max(grid.decay / rows.splines.widths().min(), 1.01 * grid.reach))


def eikonal_rows(rows: Rows, b: np.ndarray, x: np.ndarray, transform: np.ndarray, nodes: Nodes) -> np.ndarray:
    """Kernels over x^2 at (b, x): (len(b), len(x), rows); transform from `eikonal_transform` at these b."""
    parts = []
    for k in rows.k:
        part = transform[:, None, :] * (x[:, None] ** (k - 2))
        if k == 2 and rows.improved:
            flat, rising = (a @ nodes.values for a in _subtraction(nodes, np.maximum(x, _TINY)))
            casimir = b[:, None] ** 2 / (4 * x) - 0.25
            part = part + (flat + casimir[:, :, None] * rising) / x[:, None] ** 2
        parts.append(part)
    if rows.forward:
        parts.append(np.broadcast_to(2 * x[:, None] ** 2, (len(b), len(x), 1)))
    return np.concatenate(parts, axis=-1)


def large_spin_rows(rows: Rows, x: np.ndarray) -> np.ndarray:
    """Coefficient of J(J+1) x^5 in the kernels at fixed x: (len(x), rows); zero without A_2^imp."""
    found = np.zeros((len(x), rows.count))
    if rows.improved:
        nodes = rows.splines.nodes(0.0, 24)
        found[:, : rows.splines.count] = (_subtraction(nodes, x)[1] @ nodes.values) / x[:, None] ** 5
    return found
