"""Where cells are cut: at the ends of the intervals in which a functional is positive, and inside of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

#: an interval inside a single cell is about to shrink around a contact: cuts at these shares of it as well
_SHARES = np.array([1 / 6, 1 / 36, 1 / 216])
#: cells emptier, or fuller, than this count as empty or full; cuts around an end, in units of the width of its cell
_EMPTY, _AROUND = 1e-6, 1 / 64
#: cells are not cut into narrower ones (in s)
_NARROWEST = 1e-13


@dataclass(frozen=True)
class Intervals:
    """Where a functional is positive: index of the spin, both ends and the place of its largest value."""

    owner: np.ndarray
    low: np.ndarray
    high: np.ndarray
    peak: np.ndarray

    @property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """Owners and places of all ends."""
        return np.concatenate([self.owner, self.owner]), np.concatenate([self.low, self.high])

    def inside(self, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Owners and places inside the chosen intervals, ever closer to their peaks."""
        owner, low, high, peak = (part[chosen] for part in (self.owner, self.low, self.high, self.peak))
        left = peak[:, None] - _SHARES * (peak - low)[:, None]
        right = peak[:, None] + _SHARES * (high - peak)[:, None]
        return np.repeat(owner, 2 * len(_SHARES)), np.hstack([left, right]).ravel()


class CellIndex:
    """Finds the cells, given by owner and ends, that hold places."""

    def __init__(self, owner: np.ndarray, low: np.ndarray, high: np.ndarray) -> None:
        self.owner, self.low, self.high = owner, low, high
        self._order = np.lexsort((low, owner))
        # one key for both: owners are whole numbers, places lie in [0, 1]
        self._keys = self._key(owner, low)[self._order]

    def _key(self, owner: np.ndarray, place: np.ndarray) -> np.ndarray:
        return np.asarray(owner.astype(np.longdouble) * 2 + place)

    def holding(self, owner: np.ndarray, place: np.ndarray) -> np.ndarray:
        """Index of the cell with each place strictly inside, -1 where there is none."""
        at = np.searchsorted(self._keys, self._key(owner, place), side="right") - 1
        found = self._order[np.maximum(at, 0)]
        within = (self.owner[found] == owner) & (self.low[found] < place) & (place < self.high[found])
        return np.asarray(np.where((at >= 0) & within, found, -1))

    def pieces(self, where: Intervals, filling: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """What cuts make of cells: the cells that are cut, and for each piece its cell and its ends (pieces, 2).

        filling: density of every cell in units of the ceiling.
        """
        middle = self.holding(where.owner, (where.low + where.high) / 2)
        single = (middle >= 0) & (self.low[middle] <= where.low) & (where.high <= self.high[middle])
        owner, place = (np.concatenate(pair) for pair in zip(where.ends, where.inside(single), strict=True))
        cell = self.holding(owner, place)
        cell, place = cell[cell >= 0], place[cell >= 0]
        cell, place = (np.concatenate(pair) for pair in zip((cell, place), self._filled(where, filling), strict=True))
        cut = np.unique(cell)
        parent = np.concatenate([cut, cut, cell])
        edge = np.concatenate([self.low[cut], self.high[cut], place])
        order = np.lexsort((edge, parent))
        parent, edge = parent[order], edge[order]
        wide = (parent[1:] == parent[:-1]) & (np.diff(edge) > _NARROWEST)
        return cut, parent[1:][wide], np.stack([edge[:-1], edge[1:]], axis=-1)[wide]

    def _filled(self, where: Intervals, filling: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Cells and places: a cell that is filled in part is full on one side of the true end of the interval."""
        cells, places = [], []
        for end, full_above in ((where.low, True), (where.high, False)):
            cell = self.holding(where.owner, end)
            cell = cell[cell >= 0]
            cell = cell[(filling[cell] > _EMPTY) & (filling[cell] < 1 - _EMPTY)]
            width = self.high[cell] - self.low[cell]
            true = self.high[cell] - filling[cell] * width if full_above else self.low[cell] + filling[cell] * width
            for shift in (-_AROUND, 0, _AROUND):
                inside = np.clip(true + shift * width, self.low[cell], self.high[cell])
                cells.append(cell)
                places.append(inside)
        return np.concatenate(cells), np.concatenate(places)
