"""Exact spectra for vectors of moments: rational masses and weights that reproduce a vector exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq
from scipy.linalg import qr

from solvers.cone import MomentCone, Place
from solvers.deadline import checkpoint
from solvers.exact_linear import first_solution
from solvers.grid import REGGE
from solvers.linear import GrowingProgram
from solvers.program import to_longdouble, value_at

#: a finite spin in place of the Regge limit, and m^2/(1+X) in place of infinite mass
_LARGE_SPIN, _LARGE_MASS = 10**6, 10**6
#: significant digits of m^2 tried in turn: short ones make short weights, long ones sit where the solver put them
_DIGITS = (4, 7, 10, 17)
#: spins of that set: larger ones make its numbers long
_LOW_SPIN = 60
#: corrections of weights, each of which leaves about 1e-9 of what was missing
_CORRECTIONS = 4
#: twice the weight that a fixed set of states gets where it may have any
_UNBOUNDED_ROOM = 0.1
#: weights below this share of the largest are noise of the linear program, unless dropping them fails
_NOISE = 1e-9
#: places of one spin closer than this in s may stand for one state
_CLOSE = 1e-3


@dataclass(frozen=True)
class ExactAtom:
    """A state: even spin, m^2 >= 1, and its weight in <F> = sum weight F(x, X), all exact."""

    spin: int
    mass_squared: fmpq
    weight: fmpq


class Representer:
    """Writes vectors inside a cone as exact sums over states.

    centre: the vector of the cone that rays are shot away from.
    """

    def __init__(self, cone: MomentCone, centre: Sequence[fmpq]) -> None:
        self.cone = cone
        self._centre = list(centre)
        self._atoms: tuple[ExactAtom, ...] | None = None

    def represent(self, places: Sequence[Place], vector: Sequence[fmpq]) -> tuple[ExactAtom, ...] | None:
        """States near `places`, and those of the centre, that reproduce a vector; None if there are none.

        places: the measure of v - t c for some t >= 0, to rounding.
        """
        centre = self._centre_atoms()
        if centre is None:
            return None
        # the states of the centre complete a degenerate set of places, and stand in for the centre
        for chosen in _subsets(places):
            for digits in _DIGITS:
                states = [self._state(place, digits) for place in chosen]
                columns = [*(self._column(*state) for state in states), self._centre]
                found = _solve([*columns, *(self._column(a.spin, a.mass_squared) for a in centre)], vector)
                if found is None:
                    continue
                share, rest = found[len(states)], found[len(states) + 1 :]
                atoms = [ExactAtom(*state, w) for state, w in zip(states, found, strict=False)]
                atoms += [
                    ExactAtom(a.spin, a.mass_squared, share * a.weight + w) for a, w in zip(centre, rest, strict=True)
                ]
                return _merged(atoms)
        return None

    def spread(self, vector: Sequence[fmpq]) -> tuple[ExactAtom, ...] | None:
        """States that reproduce a vector well inside the cone, where `represent` finds none; None if there are none.

        The program gives as much as it can to a fixed set of independent states.  Half of that stays; the weights of
        all states are corrected until the vector is met to far below the rest, which the set then takes exactly.
        """
        fixed = self._independent()
        columns = [self._column(*state) for state in fixed]
        room, places = self.cone.roomiest([self._scaled(column, vector) for column in columns], vector)
        if room <= 0:
            return None
        if np.isinf(room):
            room, places = _UNBOUNDED_ROOM, self._beside(columns, vector)
        states = [*(self._state(place, _DIGITS[-1]) for place in places), *fixed]
        columns = [*(self._column(*state) for state in states[: len(places)]), *columns]
        scaled = np.array([self._scaled(column, vector) for column in columns])
        sizes = np.abs(scaled).max(axis=1)
        start = np.append([place.weight for place in places], np.full(len(fixed), room / 2)) / sizes
        weights = [_rational(w) for w in start]
        for _ in range(_CORRECTIONS):
            missing = _missing(columns, weights, vector)
            # the least change relative to the weights
            change = np.linalg.lstsq((scaled * start[:, None]).T, self._scaled(missing, vector), rcond=None)[0]
            weights = [w + _rational(c) for w, c in zip(weights, change * start, strict=True)]
        last = first_solution(columns[len(places) :], _missing(columns, weights, vector))
        if last is None:
            return None
        weights = [*weights[: len(places)], *(w + c for w, c in zip(weights[len(places) :], last, strict=True))]
        if min(weights) < 0:
            return None
        return _merged([ExactAtom(*state, w) for state, w in zip(states, weights, strict=True)])

    def _beside(self, columns: Sequence[Sequence[fmpq]], vector: Sequence[fmpq]) -> tuple[Place, ...]:
        """The lightest measure for a vector that nothing bounds, less a little of the columns; in its units."""
        sizes = [float(np.abs(self._scaled(column, vector)).max()) for column in columns]
        rest = _missing(columns, [_rational(_UNBOUNDED_ROOM / 2 / size) for size in sizes], vector)
        unit = float(np.abs(self._scaled(rest, vector)).max())
        places = self.cone.lightest(rest).places
        return tuple(Place(place.spin, place.s, place.weight * unit) for place in places)

    def _independent(self) -> list[tuple[int, fmpq]]:
        """As many states as rows, with columns as independent as the points of the program have."""
        matrix, spins, s = self.cone.sampled()
        finite = np.flatnonzero((spins != REGGE) & (spins <= _LOW_SPIN) & (s > 0))
        _, _, order = qr(matrix[finite].T, mode="economic", pivoting=True)
        chosen = finite[order[: matrix.shape[1]]]
        return [self._state(Place(int(spins[i]), float(s[i]), 1.0), _DIGITS[0]) for i in chosen]

    def _scaled(self, column: Sequence[fmpq], vector: Sequence[fmpq]) -> np.ndarray:
        """A column in the conditioned basis, in units of the size of a vector there."""
        basis = self.cone.tables.basis.T
        whole, unit = (basis @ np.array([to_longdouble(v) for v in each]) for each in (column, vector))
        return np.asarray(whole / np.abs(unit).max(), float)

    def _centre_atoms(self) -> tuple[ExactAtom, ...] | None:
        """States of the centre, found once: of all measures on the points the one of largest scaled weight."""
        if self._atoms is None:
            matrix, spins, s = self.cone.sampled()
            program = GrowingProgram(self.cone.scaled(self._centre), 1e9)
            program.add_rows(matrix, np.ones(len(matrix)))
            weights = program.solve().duals
            kept = np.flatnonzero(weights > 0)
            for digits in _DIGITS:
                states = [self._state(Place(int(spins[i]), float(s[i]), 1.0), digits) for i in kept]
                found = _solve([self._column(*state) for state in states], self._centre)
                if found is not None:
                    self._atoms = _merged([ExactAtom(*state, w) for state, w in zip(states, found, strict=True)])
                    break
            else:
                self._atoms = self.spread(self._centre)
        return self._atoms

    def _state(self, place: Place, digits: int) -> tuple[int, fmpq]:
        """Spin and m^2, rounded to so many significant digits."""
        spin = _LARGE_SPIN if place.spin == REGGE else place.spin
        casimir = self.cone.program.ladder.casimir(spin)
        if place.s >= float(self.cone.program.s_end(np.array([spin]))[0]) * (1 - 1e-9):
            return spin, fmpq(1)
        eta = self.cone.program.scale * place.s / (1 - place.s)
        mass = (1 + casimir) * min(1 / max(eta, 1e-300), _LARGE_MASS)
        mantissa, exponent = f"{mass:.{digits - 1}e}".split("e")
        whole = fmpq(int(mantissa.replace(".", "")))
        return spin, max(whole * fmpq(10) ** (int(exponent) - digits + 1), fmpq(1))

    def _column(self, spin: int, mass_squared: fmpq) -> list[fmpq]:
        casimir = self.cone.program.ladder.casimir(spin)
        return [value_at(row, 1 / mass_squared, casimir) for row in self.cone.program.free]


def _missing(columns: Sequence[Sequence[fmpq]], weights: Sequence[fmpq], vector: Sequence[fmpq]) -> list[fmpq]:
    """What a sum over columns lacks, exactly."""
    checkpoint("spectrum")
    return [v - sum((c[i] * w for c, w in zip(columns, weights, strict=True)), fmpq(0)) for i, v in enumerate(vector)]


def _rational(value: float) -> fmpq:
    return fmpq(*float(value).as_integer_ratio())


def _subsets(places: Sequence[Place]) -> list[list[Place]]:
    """Choices of places: without noise, all of them, and neighbours on one spin drawn together."""
    largest = max((place.weight for place in places), default=0.0)
    heavy = [place for place in places if place.weight > _NOISE * largest]
    together = _together(heavy)
    return [choice for choice in (together, heavy, list(places)) if choice is together or len(choice) > len(together)]


def _together(places: Sequence[Place]) -> list[Place]:
    """Places of one spin that stand for one state between the points of the program."""
    merged: list[Place] = []
    for place in sorted(places, key=lambda p: (p.spin, p.s)):
        last = merged[-1] if merged else None
        if last is None or last.spin != place.spin or place.s - last.s > _CLOSE:
            merged.append(place)
            continue
        weight = last.weight + place.weight
        merged[-1] = Place(place.spin, (last.s * last.weight + place.s * place.weight) / weight, weight)
    return merged


def _solve(columns: Sequence[Sequence[fmpq]], vector: Sequence[fmpq], signed: bool = False) -> list[fmpq] | None:
    """Coefficients on the first independent columns that give the vector exactly, or None.

    signed: also negative ones, else there is none of these either.
    """
    found = first_solution(columns, vector)
    return found if found is None or signed or min(found, default=fmpq(0)) >= 0 else None


def _merged(atoms: Sequence[ExactAtom]) -> tuple[ExactAtom, ...]:
    """By spin and mass, equal states added, empty ones dropped."""
    total: dict[tuple[int, fmpq], fmpq] = {}
    for atom in atoms:
        key = atom.spin, atom.mass_squared
        total[key] = total.get(key, fmpq(0)) + atom.weight
    ordered = sorted(total.items(), key=lambda item: (item[0][0], float(item[0][1])))
    return tuple(ExactAtom(spin, mass, weight) for (spin, mass), weight in ordered if weight != 0)
