"""Which points a scan has, in which order, and where it is bisected.

Everything here follows from the specification and from the answers alone, so that a scan that was
killed and resumed visits the same points in the same chains as an undisturbed one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from positivity.questions.scans.axes import WHOLE_NUMBERS
from positivity.questions.scans.spec import ScanSpec

Place = tuple[int, ...]

#: points that start warm from each other, one after the other; more chains than this keep workers busy
CHAIN = 20
#: half a scan of one chain per worker would idle: short scans are cut into at least so many chains
_LEAST_CHAINS = 8


@dataclass(frozen=True)
class Chain:
    """Neighbouring places along the last axis, solved in this order."""

    places: tuple[Place, ...]


def chains(spec: ScanSpec, places: Sequence[Place]) -> list[Chain]:
    """Cut sorted places into chains along the last axis if that is a coupling."""
    if spec.axes[-1].name in WHOLE_NUMBERS:
        return [Chain((place,)) for place in places]
    length = max(1, min(CHAIN, len(places) // _LEAST_CHAINS))
    found: list[list[Place]] = []
    for place in places:
        if found and found[-1][-1][:-1] == place[:-1] and len(found[-1]) < length:
            found[-1].append(place)
        else:
            found.append([place])
    return [Chain(tuple(each)) for each in found]


def coarse_places(spec: ScanSpec) -> list[Place]:
    """The grid before any bisection, the last axis fastest."""
    return list(product(*(axis.coarse for axis in spec.axes)))


class Boundary:
    """Bisects the cells of the adaptive axes at whose corners the answer differs."""

    def __init__(self, spec: ScanSpec) -> None:
        self.spec = spec
        self._adaptive = [k for k, axis in enumerate(spec.axes) if axis.levels]
        self._cells = list(self._first_cells())
        self._known: set[Place] = set(coarse_places(spec))

    def _first_cells(self) -> Iterator[tuple[Place, Place]]:
        """Cells as (low corner, extent); axes that are not bisected have extent 0."""
        steps = [1 << axis.levels if axis.levels else 0 for axis in self.spec.axes]
        for low in product(
            *(axis.coarse[:-1] if step else axis.coarse for axis, step in zip(self.spec.axes, steps, strict=True))
        ):
            yield tuple(low), tuple(steps)

    def next_places(self, answers: Mapping[Place, str]) -> list[Place]:
        """New places, sorted, given the answer at all earlier ones; empty when nothing is left to bisect."""
        smaller = []
        new: set[Place] = set()
        for low, extent in self._cells:
            if len({answers[corner] for corner in _corners(low, extent)}) < 2:
                continue
            halves = [e // 2 if e > 1 else e for e in extent]
            if halves == list(extent):
                continue
            shifts = [(0, h) if h < e else (0,) for h, e in zip(halves, extent, strict=True)]
            for shift in product(*shifts):
                corner = tuple(a + b for a, b in zip(low, shift, strict=True))
                smaller.append((corner, tuple(halves)))
                new.update(_corners(corner, tuple(halves)))
        new -= self._known
        self._known |= new
        self._cells = smaller
        if not new and smaller:
            # all corners of the smaller cells are shared with other cells and known already
            return self.next_places(answers)
        return sorted(new)


def _corners(low: Place, extent: Place) -> list[Place]:
    return list(product(*((a, a + e) if e else (a,) for a, e in zip(low, extent, strict=True))))


def is_complete(spec: ScanSpec, found: Mapping[tuple[str, ...], str]) -> bool:
    """Whether every place of the grid and of all bisections has an answer; found: {values by axis: answer}."""
    places, boundary = coarse_places(spec), Boundary(spec) if spec.adaptive else None
    answers: dict[Place, str] = {}
    while places:
        for place in places:
            answer = found.get(tuple(spec.values(place).values()))
            if answer is None:
                return False
            answers[place] = answer
        places = boundary.next_places(answers) if boundary else []
    return True


def answer_class(row: Mapping[str, Any]) -> str:
    """What a boundary separates: statuses, not values."""
    return str(row.get("answer") or row["status"])
