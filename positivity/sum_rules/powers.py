"""The rows of the gravity program: which states are sampled, and the functional on them.

A functional is sum_j int dp f_j(p) (A_2^imp for j = 1, X_{2j} for j >= 2), f_j a sum of powers of p.
Three kinds of rows: massive states (J, x = 1/m^2); the limit J, m -> infinity at impact parameter b;
the limit J -> infinity at fixed mass, where the highest X_k decides.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from positivity.questions.errors import InputError, check_dimension
from positivity.sum_rules.improved import fixed_mass_rows, impact_rows, impact_tail, infrared_moments, smeared

#: spin numbers that stand for the limits in Points
IMPACT, FIXED_MASS = -1, -2


@dataclass(frozen=True)
class Space:
    """The functions: exponents of p for A_2^imp, X_4, X_6, ... in turn.

    vanishing: how many of f_1(1), f_1'(1), ... are set to zero; each makes the oscillation of the
    transform of f_1 fall one power of b faster.  b_max: infrared cutoff in D = 4, where the pole is
    integrated over p > 1/b_max only; None elsewhere.
    """

    dimension: int
    exponents: tuple[tuple[float, ...], ...]
    vanishing: int = 0
    b_max: float | None = None

    def __post_init__(self) -> None:
        check_dimension(self.dimension)
        if not self.exponents or not self.exponents[0]:
            raise InputError("no functions: give A_2 at least one, e.g. functions (7, 6, 4)")
        if (self.b_max is None) == (self.dimension == 4):
            raise InputError("b_max: D = 4 needs an infrared cutoff (b_max, in units 1/M), D > 4 has none")
        if self.b_max is not None and not 1 < self.b_max < 1e100:
            raise InputError(f"b_max {self.b_max}: use a number above 1, in units 1/M")
        if min(self.exponents[0]) < 1 or (self.b_max is None and min(self.exponents[0]) == 1):
            raise InputError("exponents of A_2 must exceed 1 (be 1 or more in D = 4): the pole is not integrable")

    @property
    def size(self) -> int:
        return sum(map(len, self.exponents))

    @property
    def first(self) -> tuple[float, ...]:
        return self.exponents[0]

    def pad(self, block: np.ndarray) -> np.ndarray:
        """Rows of A_2^imp alone, with zeros for the nulls."""
        return np.hstack([block, np.zeros((len(block), self.size - block.shape[1]))])

    def massive(self, spins: list[int], x: np.ndarray) -> np.ndarray:
        """(len(spins), len(x), size)."""
        return smeared(self.exponents, spins, x, self.dimension)

    def impact(self, b: np.ndarray) -> np.ndarray:
        """(len(b), size)."""
        return self.pad(impact_rows(self.first, b, self.dimension))

    def fixed_mass(self, x: np.ndarray) -> np.ndarray:
        """(len(x), size): the coefficient of the highest power of X present."""
        last = max(j for j, e in enumerate(self.exponents) if e)
        block = fixed_mass_rows(last + 1, self.exponents[last], x, self.dimension)
        before = sum(map(len, self.exponents[:last]))
        return np.hstack([np.zeros((len(x), before)), block, np.zeros((len(x), self.size - before - block.shape[1]))])

    def tail(self) -> np.ndarray:
        """Rows (1 or 2, size) that decide the sign of the functional as b -> infinity.

        With v derivatives vanishing at p = 1 the oscillation is f^(v)(1) cos b^(-(D-1)/2-v); a smaller
        power without oscillation decides alone.
        """
        n = np.asarray(self.first)
        mellin, size = impact_tail(self.first, self.dimension)
        power = (self.dimension - 1) / 2 + self.vanishing
        slower = (n + 1 < power - 1e-9) & (mellin != 0)
        if slower.any():
            return self.pad(np.where(n == n[slower].min(), mellin, 0.0)[None, :])
        leading = np.where(np.abs(n + 1 - power) < 1e-9, mellin, 0.0)
        end = size * self._derivative(self.vanishing)
        return self.pad(np.array([leading + end, leading - end]))

    def _derivative(self, order: int) -> np.ndarray:
        """Row of f_1^(order)(1)."""
        n = np.asarray(self.first, float)
        return np.asarray(np.prod([n - i for i in range(order)], axis=0) * np.ones(len(n)))

    def infrared(self) -> np.ndarray:
        """(3, size): coefficients of 8 pi G, g2 and g3."""
        return self.pad(infrared_moments(self.first, self.b_max))

    def ends(self) -> np.ndarray:
        """(vanishing, size): what is set to zero at p = 1."""
        rows = np.array([self._derivative(v) for v in range(self.vanishing)]).reshape(self.vanishing, len(self.first))
        return self.pad(rows)


@dataclass(frozen=True)
class Grid:
    """Where the rows are sampled.

    spins: every even spin up to here, then a geometric list to `last`, the largest for which all
    masses are sampled, and a sparser one up to `top` at impact parameters 2J/m up to 1.3 times the
    reach; beyond, the limit J -> infinity stands for them.
    nodes: masses per spin, in x.  step, reach: impact parameters, also used for 2J/m.  shift: of the
    masses and impact parameters, in units of their distance.
    """

    spins: int = 40
    last: int = 120
    top: int = 900
    nodes: int = 40
    step: float = 0.35
    reach: float = 90.0
    shift: float = 0.0

    def finer(self, shift: float = 0.31) -> Grid:
        """An independent grid: about twice as dense, further out, shifted off the first."""
        dense, far = 2 + shift, 1.2 + shift
        return Grid(
            2 * round(0.75 * self.spins), 2 * self.last, 2 * self.top, int(dense * self.nodes) | 1, self.step / dense,
            far * self.reach, shift,
        )  # fmt: skip

    def spin_list(self) -> list[int]:
        """The spins sampled, increasing."""
        result, spin = list(range(0, self.spins + 1, 2)), float(self.spins)
        while (1.1 + 0.1 * self.shift) * spin < self.last:
            spin *= 1.1 + 0.1 * self.shift
            result.append(2 * round(spin / 2))
        while spin < self.top:
            result.append(2 * round(spin / 2))
            spin *= 1.5 + 0.1 * self.shift
        return sorted(set(result))

    def masses(self, spin: int) -> np.ndarray:
        """x = 1/m^2 in (0, 1] at which a spin is sampled."""
        k = np.arange(self.nodes) + 1 - self.shift
        x = np.append(np.sin(np.pi * k / (2 * self.nodes)) ** 2, 1.0)
        if spin:
            b = np.arange(1 - self.shift, self.reach / self.step) * self.step
            x = np.concatenate([x, (b[b < 2 * spin] / (2 * spin)) ** 2])
        if spin > self.last:
            x = x[4 * spin * spin * x < (1.3 * self.reach) ** 2]
        return np.unique(x[x > 1e-9])

    def states(self) -> Iterator[tuple[int, np.ndarray]]:
        """All (spin, places), the limits first."""
        yield IMPACT, self.impacts()
        yield FIXED_MASS, np.linspace(0.02 - 0.01 * self.shift, 1, self.nodes)
        for spin in self.spin_list():
            yield spin, self.masses(spin)

    def impacts(self) -> np.ndarray:
        near = np.arange(0, self.reach, self.step) + self.shift * self.step
        far = np.arange(self.reach, 4 * self.reach, 2.1 * self.step)
        return np.concatenate([near, far])


@dataclass(frozen=True)
class Points:
    """Sampled states and their rows: spin (or IMPACT, FIXED_MASS), place (x or b), rows (len, size)."""

    spin: np.ndarray
    place: np.ndarray
    rows: np.ndarray

    def __add__(self, other: Points) -> Points:
        return Points(
            np.concatenate([self.spin, other.spin]),
            np.concatenate([self.place, other.place]),
            np.concatenate([self.rows, other.rows]),
        )

    def take(self, which: np.ndarray) -> Points:
        """The states selected by an index array."""
        return Points(self.spin[which], self.place[which], self.rows[which])


def sample(space: Space, grid: Grid) -> Points:
    """All rows of a grid."""
    parts = [at(space, spin, places) for spin, places in grid.states()]
    return sum(parts[1:], parts[0])


def at(space: Space, spin: int, places: np.ndarray) -> Points:
    """Rows of one spin, or of one limit, at given x or b."""
    if spin == IMPACT:
        rows = space.impact(places)
    elif spin == FIXED_MASS:
        rows = space.fixed_mass(places)
    else:
        rows = space.massive([spin], places)[0]
    return Points(np.full(len(places), spin), places, rows)
