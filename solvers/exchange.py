"""Exchange algorithm: the linear program on finitely many points, points added where it fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
from flint import fmpq

from solvers.deadline import checkpoint
from solvers.grid import bernstein, chebyshev, default_spins
from solvers.linear import GrowingProgram, LinearSolution
from solvers.program import MeasureProgram, Row, combine, from_longdouble
from solvers.separation import Dips, SpinSampler
from solvers.tables import RowTables

_START = chebyshev(11)
#: points added in one round: a zoomed program dips everywhere at first (order 24: half the time, two thirds of the
#: memory of adding all)
_MOST_NEW = 400
#: where a contact is looked for in a neighbouring program, relative to its s (measured: a third fewer rounds)
_AROUND = (1.0, *(1 + sign * shift for shift in (1e-4, 3e-4, 1e-3, 3e-3) for sign in (1, -1)))


@dataclass(frozen=True)
class Contact:
    """A point of the measure: spin (-1: Regge limit), s, and its weight in the scaled program."""

    spin: int
    s: float
    weight: float


@dataclass(frozen=True)
class ExchangeResult:
    """Outcome of one exchange run.

    status: "optimal", "infeasible" (no functional: the primal has a ray) or "stalled".
    multipliers: exact rationals, one per free row, the first being the value.  coordinates: the
    same in the basis of the exchange; at_box: whether any is at the end of its range.
    contacts: points with positive weight.  loss: how much the margin costs in value.  short: about how far
    the range of the multipliers may keep the value from the optimum.
    """

    status: str
    multipliers: tuple[fmpq, ...]
    coordinates: np.ndarray
    contacts: tuple[Contact, ...]
    at_box: bool = False
    loss: float = 0.0
    short: float = 0.0


class Exchange:
    """A program sampled on a growing set of points; solves for any combination of its targets."""

    #: range of the multipliers in the basis of the exchange; wider ones are for programs that need them
    box = 1e4
    max_rounds = 80

    def __init__(self, program: MeasureProgram, spins: np.ndarray | None = None) -> None:
        self.program = program
        self.tables = RowTables(program, default_spins(program.ladder.step) if spins is None else spins)
        self._sampler = SpinSampler(program, self.tables.spins)
        self._start_points()

    @property
    def spins(self) -> np.ndarray:
        """The spins watched; -1 is the Regge limit."""
        return self.tables.spins

    @property
    def basis(self) -> np.ndarray:
        """Change of basis: multipliers of the rows = basis @ coordinates."""
        return self.tables.basis

    def add_spins(self, spins: np.ndarray) -> None:
        """Watch more spins; points are added where they violate."""
        if self.tables.add(spins):
            self._sampler = SpinSampler(self.program, self.tables.spins)

    def widen(self, factor: float) -> None:
        """Let the multipliers range further."""
        self.box *= factor
        self._model.set_box(self.box)

    def _start_points(self) -> None:
        self._owner = np.zeros(0, int)
        self._s = np.zeros(0)
        self._scale = np.zeros(0)
        self._target_values = np.zeros((0, self.tables.targets.shape[-1]))
        self._model = GrowingProgram(self.basis[0].astype(float), self.box)
        owners = np.repeat(np.arange(len(self.spins)), len(_START))
        s = (self.program.s_end(self.spins)[:, None] * _START).ravel()
        self.add_points(owners, s, np.zeros(self.tables.targets.shape[-1]), 0.0)

    def add_points(self, owners: np.ndarray, s: np.ndarray, weights: np.ndarray, margin: float) -> None:
        """Add rows at the places s of the spins with these indices."""
        matrix, targets = self.tables.free_values(owners, s), self.tables.target_values(owners, s)
        size = np.abs(matrix).max(axis=1)
        # a point that no free row reaches: only its target decides
        scale = 1 / np.where(size > 1e-30, size, np.maximum(np.abs(targets).max(axis=1), 1e-30))
        matrix, targets = matrix * scale[:, None], targets * scale[:, None]
        self._model.add_rows(matrix, margin - targets @ weights)
        self._owner = np.concatenate([self._owner, owners])
        self._s = np.concatenate([self._s, s])
        self._scale = np.concatenate([self._scale, scale])
        self._target_values = np.concatenate([self._target_values, targets])

    @contextmanager
    def zoomed_on(self, row: Row, zoom: fmpq) -> Iterator[None]:
        """Within the context the only target is zoom times a functional given as its exact row.

        This is iterative refinement: rows that are off by 1e-9 are off by 1e-4 when zoomed, and
        the program of the correction, zoom * row + sum_i c_i free_i >= margin, has the same matrix.
        """
        saved = self.program
        try:
            self._set_targets((combine([(zoom, row)]),))
            yield
        finally:
            self._set_targets(saved.targets)

    def _set_targets(self, targets: tuple[Row, ...]) -> None:
        self.program = replace(self.program, targets=targets)
        self.tables.set_targets(self.tables.of(targets, self.spins))
        self._target_values = self.tables.target_values(self._owner, self._s) * self._scale[:, None]

    def watch(self, spin: int, x: float) -> None:
        """Watch a spin and its neighbours from now on, and add the point x = 1/m^2 of it."""
        step = self.program.ladder.step
        self.add_spins(np.arange(max(0, spin - 4 * step), spin + 5 * step, step))
        eta = x * (1 + self.program.ladder.casimir(spin))
        point = np.array([eta / (eta + self.program.scale)])
        self.add_points(np.array([self.tables.index[spin]]), point, np.zeros(self.tables.targets.shape[-1]), 0.0)

    def start_from(self, contacts: Sequence[tuple[int, float]]) -> None:
        """Add points around (spin, s), where a neighbouring program touched zero: a warm start, never an assumption."""
        if not contacts:
            return
        spins = np.array([spin for spin, _ in contacts])
        ends = dict(zip(spins.tolist(), self.program.s_end(spins).tolist(), strict=True))
        kept = sorted({(spin, min(s * factor, ends[spin])) for spin, s in contacts for factor in _AROUND})
        self.add_spins(np.unique(spins))
        owners = np.array([self.tables.index[spin] for spin, _ in kept])
        self.add_points(owners, np.array([s for _, s in kept]), np.zeros(self.tables.targets.shape[-1]), 0.0)

    def solve(self, weights: Sequence[float] | np.ndarray, margin: float) -> ExchangeResult:
        """Minimise c_0 with sum_k weights_k target_k + sum_i c_i free_i >= margin everywhere.

        margin: slack, relative to the size of the row, that every point must keep, so that the
        functional found can be proved non-negative between the points and at all spins.
        """
        factors = np.asarray(weights, float)
        self._model.set_lower(margin - self._target_values @ factors)
        solution, clean = self._model.solve(), False
        for _ in range(self.max_rounds):
            if not solution.optimal:
                break
            checkpoint("points")
            dips = self.violations(solution.point, factors, 0.5 * margin)
            clean = float(dips.values.min(initial=np.inf)) >= 0.2 * margin
            if clean:
                break
            self.add_points(dips.owners, dips.s, factors, margin)
            solution = self._model.solve()
        return self.read(solution, clean, margin)

    def violations(self, point: np.ndarray, weights: np.ndarray, level: float) -> Dips:
        """Dips of the functional below `level`, relative to the size of the row; the lowest if there are very many."""
        dips = self._sampler.dips(self.tables.coefficients(point, weights))
        # rows are at most of the order of a hundred: spare the memory of those far from failing
        low = dips.values < 1e3 * level
        dips = Dips(dips.owners[low], dips.s[low], dips.values[low])
        rows = self.tables.free_values(dips.owners, dips.s)
        relative = dips.values / np.maximum(np.abs(rows).max(axis=1), 1e-30)
        bad = np.flatnonzero(relative < level)
        bad = np.sort(bad[np.argsort(relative[bad], kind="stable")[:_MOST_NEW]])
        return Dips(dips.owners[bad], dips.s[bad], relative[bad])

    def slack_function(self, result: ExchangeResult, weights: Sequence[float]) -> Callable[[int, float], float]:
        """The scaled functional as a function of (spin, s) for the spins of this exchange."""
        coefficients = self.tables.coefficients(result.coordinates, np.asarray(weights, float))

        def value(spin: int, s: float) -> float:
            sample = bernstein(self.program.degree, np.array([s], np.longdouble))[0]
            return float(sample @ coefficients[self.tables.index[spin]])

        return value

    def moments(self, contacts: Sequence[Contact]) -> np.ndarray:
        """Average of each target in the measure of these contacts, with <free_0> = 1."""
        owners = np.array([self.tables.index[contact.spin] for contact in contacts], int)
        targets = self.tables.target_values(owners, np.array([contact.s for contact in contacts]))
        return np.asarray(np.array([contact.weight for contact in contacts]) @ targets)

    def sampled(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Scaled free rows (points, rows), targets (points, targets), spins and places s so far."""
        matrix = self.tables.free_values(self._owner, self._s) * self._scale[:, None]
        return matrix, self._target_values, self.spins[self._owner], self._s

    def samples(self, spin: int, weights: np.ndarray, places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Free rows and weighted target of one spin at `places`, given as fractions of its s interval."""
        i = self.tables.index[spin]
        sample = bernstein(self.program.degree, self.program.s_end(self.spins[i : i + 1]) * places)
        return sample @ self.tables.free_double[i], (sample @ self.tables.targets[i]).astype(float) @ weights

    def failing_spins(self, row: Row, spins: np.ndarray, level: float) -> np.ndarray:
        """Those of `spins` at which a functional, given as its exact row, dips below `level`."""
        coefficients = self.program.spin_coefficients(row, spins)
        dips = SpinSampler(self.program, spins).dips(coefficients)
        return np.unique(spins[dips.owners[dips.values < level]])

    def read(self, solution: LinearSolution, clean: bool, margin: float) -> ExchangeResult:
        """The result of a linear program whose rows are the points so far."""
        if not solution.optimal:
            status = solution.status if solution.status == "infeasible" else "stalled"
            return ExchangeResult(status, (), np.zeros(0), ())
        coordinates = solution.point.astype(np.longdouble)
        exact = tuple(from_longdouble(v) for v in self.basis @ coordinates)
        contacts = tuple(
            Contact(int(self.spins[self._owner[i]]), float(self._s[i]), float(solution.duals[i] * self._scale[i]))
            for i in np.flatnonzero(solution.duals > 0)
        )
        at_box = bool(np.abs(solution.point).max(initial=0) >= 0.99 * self.box)
        loss = margin * float(solution.duals.sum())
        return ExchangeResult("optimal" if clean else "stalled", exact, coordinates, contacts, at_box, loss)
