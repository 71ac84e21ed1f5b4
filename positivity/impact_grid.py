r"""States of a four-dimensional theory as cells in spin and impact parameter, with their smeared rows.

    < F > = 16 sum_{J even} (2J+1) int dm^2/m^2 rho_J F,     D = 4.

Up to a spin J1 every even spin has its own cells in b = 2J/m; beyond it the sum over spins is an
integral (midpoint rule), in b = (2J+1)/m and w = 1/m^2:  4 int b db int dw rho (w^-2 F), and P_J is
its uniform approximation sqrt(theta/sin theta) J_0((J+1/2) theta).  Derived in docs/theory/weak_gravity.md.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import j0

from positivity.cutoff_functions import TestFunctions

#: products b p up to which the transform is integrated in full, and from which on nothing is left of it
_WINDOW = 150.0, 450.0
_CHUNK = 64


@dataclass(frozen=True)
class ImpactGrid:
    """Cells for momenta down to p_min.

    spins: J1, the last spin with cells of its own.  step: of b in units of M = 1 where p ~ 1.
    share: of b, relative step where b is large.  layers: nodes in w.  reach: largest b p_min.
    """

    p_min: float
    spins: int = 60
    step: float = 0.4
    share: float = 0.025
    layers: int = 5
    reach: float = 200.0

    def finer(self) -> ImpactGrid:
        """An independent one with everything roughly doubled."""
        return ImpactGrid(self.p_min, 2 * self.spins + 10, 0.53 * self.step, 0.53 * self.share, self.layers + 4,
                          2 * self.reach)  # fmt: skip

    def impact_parameters(self) -> tuple[np.ndarray, np.ndarray]:
        """Midpoints and widths of the cells in b of the continuum."""
        edges = [0.0]
        last = self.reach / self.p_min
        while edges[-1] < last:
            b = edges[-1]
            edges.append(b + min(max(self.step, self.share * b), self.step / self.p_min))
        edges_ = np.array(edges)
        return (edges_[1:] + edges_[:-1]) / 2, np.diff(edges_)


#: the sum rules: smeared A_2 and A_4, and the forward limit of A_4
RULES = ("A2", "A4", "A4(0)")


@dataclass(frozen=True)
class Cells:
    """Cells of a grid.

    weights: (n,), 16 sum (2J+1) int dm^2/m^2 x^2 over the cell, for density rho = 1.  rows[rule]:
    (n, functions), x^-2 times the smeared kernel at the middle of the cell.
    """

    weights: np.ndarray
    rows: dict[str, np.ndarray]


def cells(grid: ImpactGrid, functions: TestFunctions, rules: tuple[str, ...] = ("A2",)) -> Cells:
    """All cells with the rows int f_i(p) A(-p^2) for the sum rules asked for; A4(0) is a single row."""
    parts = _continuum(grid, functions, rules)
    parts += [_of_spin(spin, grid, functions, rules) for spin in range(0, grid.spins + 1, 2)]
    weights = np.concatenate([part.weights for part in parts])
    return Cells(weights, {rule: np.vstack([part.rows[rule] for part in parts]) for rule in rules})


def _of_spin(spin: int, grid: ImpactGrid, functions: TestFunctions, rules: tuple[str, ...]) -> Cells:
    """Cells of one spin, uniform in sqrt(w), that is in b."""
    count = max(40, int(np.ceil(2 * spin / grid.step)), int(16 / grid.step))
    edges = np.linspace(0, 1, count + 1) ** 2
    w = (edges[1:] + edges[:-1]) / 2
    p, weights = functions.nodes(2 * spin + 20.0)
    y = np.outer(w, p * p)
    rows = _rows(rules, _legendre(spin, 1 - 2 * y), y, w, functions.values(p) * weights[:, None])
    return Cells(16 * (2 * spin + 1) * w * np.diff(edges), rows)


def _rows(
    rules: tuple[str, ...], wave: np.ndarray, y: np.ndarray, w: np.ndarray, smeared: np.ndarray
) -> dict[str, np.ndarray]:
    """x^-2 times the kernels: A_k = < x^k (2-y) (1-y)^(-k/2-1) P_J >, y = p^2 x; smeared: f_i(p) dp."""
    found = {}
    for rule in rules:
        k = int(rule[1])
        size = w[:, None] ** (k - 2)
        forward = rule.endswith("(0)")
        found[rule] = 2 * size if forward else (wave * (2 - y) / (1 - y) ** (k // 2 + 1) * size) @ smeared
    return found


def _legendre(spin: int, z: np.ndarray) -> np.ndarray:
    before, current = np.zeros_like(z), np.ones_like(z)
    for j in range(spin):
        before, current = current, ((2 * j + 1) * z * current - j * before) / (j + 1)
    return current


def _continuum(grid: ImpactGrid, functions: TestFunctions, rules: tuple[str, ...]) -> list[Cells]:
    """Spins above J1: L = J + 1/2 from J1 + 3/2 on, b = 2 L sqrt(w)."""
    b, width = grid.impact_parameters()
    return [
        _strip(b[start : start + _CHUNK], width[start : start + _CHUNK], grid, functions, rules)
        for start in range(0, len(b), _CHUNK)
    ]


def _strip(
    b: np.ndarray, width: np.ndarray, grid: ImpactGrid, functions: TestFunctions, rules: tuple[str, ...]
) -> Cells:
    nodes, shares = np.polynomial.legendre.leggauss(grid.layers)
    top = np.minimum(1.0, (b / (2 * grid.spins + 3)) ** 2)
    w = (top[:, None] * (nodes + 1) / 2).ravel()
    weights = (4 * b[:, None] * width[:, None] * top[:, None] * shares / 2).ravel()
    bs = np.repeat(b, len(nodes))
    p, p_weights = functions.nodes(_WINDOW[1], b.min(), b.max())
    y = np.outer(w, p * p).clip(max=1 - 1e-12)
    theta = 2 * np.arcsin(np.sqrt(y))
    spin = bs / (2 * np.sqrt(w))
    shape = np.sqrt(np.divide(theta, np.sin(theta), out=np.ones_like(theta), where=theta > 1e-6))
    wave = shape * j0(spin[:, None] * theta) * _window(bs[:, None] * p)
    return Cells(weights, _rows(rules, wave, y, w, functions.values(p) * p_weights[:, None]))


def _window(product: np.ndarray) -> np.ndarray:
    """1 up to the first limit, 0 from the second on, smooth between: what is cut off is smooth times oscillating."""
    t = np.clip((product - _WINDOW[0]) / (_WINDOW[1] - _WINDOW[0]), 0.0, 1.0)
    rising = np.exp(-1 / np.maximum(t, 1e-12))
    falling = np.exp(-1 / np.maximum(1 - t, 1e-12))
    return np.asarray(falling / (rising + falling))
