"""Newton's method on the optimality conditions, to as many digits as asked.

Unknowns: the multipliers, the places and the weights of the contacts.  Equations: the
functional vanishes at every contact, its slope at every inner one, and the weights reproduce the
normalisation and the equalities.  Residuals are evaluated in ball arithmetic, steps are taken
with a double-precision Jacobian (least squares, so that a dual with a flat direction converges
to a nearby solution): each step gains a fixed number of digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import arb, arb_mat, fmpq

from solvers.clusters import clusters
from solvers.deadline import checkpoint
from solvers.exchange import Exchange, ExchangeResult
from solvers.grid import REGGE, bernstein
from solvers.program import from_longdouble
from solvers.verify.precision import working_precision

_MAX_STEPS = 40


@dataclass(frozen=True)
class Atom:
    """A state of the extremal spectrum: a finite spin, x = 1/m^2, and its weight.

    weight: coefficient in <F> = sum weight F(x, X), with <normalisation row> = 1.  limit: the
    state stands for J -> infinity (any larger spin with the same X x serves as well).
    """

    spin: int
    x: fmpq
    weight: fmpq
    limit: bool


@dataclass(frozen=True)
class Refined:
    """A solution of the optimality conditions.

    multipliers: rationals close to the exact ones.  atoms: the primal spectrum.  residual: the
    largest violation of any condition, in scaled units.
    """

    multipliers: tuple[fmpq, ...]
    atoms: tuple[Atom, ...]
    residual: float


class NotRefined(Exception):
    """Newton's method did not converge; the message says how."""


@dataclass
class _Point:
    spin: int
    limit: bool
    end: fmpq | None
    s: arb
    weight: arb
    rows: arb_mat
    target: arb_mat


def refine(
    exchange: Exchange, weights: Sequence[fmpq], result: ExchangeResult, digits: int, large_spin: int
) -> Refined:
    """Solve the optimality conditions near an exchange result; raises NotRefined.

    large_spin: the finite spin that stands in for the Regge limit in the spectrum.
    """
    if not exchange.program.cutoff:
        raise NotRefined("states of mass 0 are no spectrum")
    with working_precision(int(3.33 * digits) + 160):
        return _Newton(exchange, weights, digits, large_spin).run(result)


class _Newton:
    def __init__(self, exchange: Exchange, weights: Sequence[fmpq], digits: int, large_spin: int) -> None:
        self.program = exchange.program
        self.exchange = exchange
        self.weights = list(weights)
        self.digits = digits
        self.degree = self.program.degree
        self.scale = fmpq(int(self.program.scale))
        self.basis = arb_mat([[_arb(from_longdouble(v)) for v in line] for line in exchange.basis])
        self.size = len(self.program.free)
        self.large_spin = large_spin

    def run(self, result: ExchangeResult) -> Refined:
        points = [self._point(*group) for group in clusters(self.exchange, result, self.weights)]
        c = self.basis.solve(arb_mat([[_arb(value)] for value in result.multipliers]))
        c = arb_mat([[c[k, 0].mid()] for k in range(self.size)])
        for _ in range(len(points)):
            start = [(point.s, point.weight) for point in points], arb_mat(c)
            try:
                residual = self._converge(points, c)
            except NotRefined:
                doomed = _negative(points) if _negative(points) is not None else _twin(points)
                if doomed is None:
                    raise
                for point, (s, weight) in zip(points, start[0], strict=True):
                    point.s, point.weight = s, weight
                c = start[1]
            else:
                doomed = _negative(points)
                if doomed is None:
                    return self._answer(points, c, residual)
            del points[doomed]
        raise NotRefined("no contact keeps a positive weight")

    def _converge(self, points: list[_Point], c: arb_mat) -> float:
        """Newton steps, in place, until every condition holds to the digits asked."""
        goal, best = 10.0 ** -(self.digits + 6), np.inf
        for _ in range(_MAX_STEPS):
            checkpoint("Newton")
            jacobian, equations = self._system(points, c)
            residual = max(abs(float(v.mid())) for v in equations)
            if residual < goal:
                return residual
            if not np.isfinite(residual) or residual > 1e3 * min(best, 1e3):
                raise NotRefined(f"Newton diverges at residual {residual:.1e}")
            best = min(best, residual)
            right = -np.array([float((v / residual).mid()) for v in equations])
            self._move(points, c, _least_squares(jacobian, right), residual)
        raise NotRefined(f"Newton stalls at residual {best:.1e}")

    def _point(self, spin: int, s: float, weight: float) -> _Point:
        limit = spin == REGGE
        actual = self.large_spin if limit else spin
        casimir = self.program.ladder.casimir(actual)
        end = fmpq(1 + casimir) / (1 + casimir + self.scale)
        at_end = s >= float(self.program.s_end(np.array([spin]))[0]) * (1 - 1e-9)
        fixed = at_end or s <= 1e-12
        exact = end if at_end else (fmpq(0) if s <= 1e-12 else _rational(s))
        rows = [self._column(row, casimir) for row in self.program.free]
        target = [arb(0)] * (self.degree + 1)
        for factor, row in zip(self.weights, self.program.targets, strict=True):
            target = [a + _arb(factor) * b for a, b in zip(target, self._column(row, casimir), strict=True)]
        table = arb_mat([[column[k] for column in rows] for k in range(self.degree + 1)]) * self.basis
        return _Point(
            actual,
            limit,
            exact if fixed else None,
            _arb(exact),
            _arb(_rational(weight)),
            table,
            arb_mat([[v] for v in target]),
        )

    def _column(self, row, casimir: int) -> list[arb]:  # type: ignore[no-untyped-def]
        """Coefficients of s^k (1-s)^(degree-k), k = e - e0, of a scaled row at one spin."""
        column = [arb(0)] * (self.degree + 1)
        for e, poly in row.items():
            k = e - self.program.low
            column[k] = _arb(poly(fmpq(casimir)) / fmpq(1 + casimir) ** e * self.scale**k)
        return column

    def _system(self, points: list[_Point], c: arb_mat) -> tuple[np.ndarray, list[arb]]:
        inner = [i for i, point in enumerate(points) if point.end is None]
        count, size = len(points), self.size
        jacobian = np.zeros((size + count + len(inner), size + count + len(inner)))
        sums = [-self.basis[0, k] for k in range(size)]
        values: list[arb] = []
        slopes: list[arb] = []
        for i, point in enumerate(points):
            checkpoint()
            basis = arb_mat(self._powers(point.s))
            rows = basis * point.rows
            value = rows * c + basis * point.target
            values.append(value[0, 0])
            row = np.array([float(rows[0, k].mid()) for k in range(size)])
            jacobian[:size, size + i] = row
            jacobian[size + i, :size] = row
            for k in range(size):
                sums[k] += point.weight * rows[0, k]
            if point.end is None:
                at = size + count + len(slopes)
                slopes.append(value[1, 0])
                slope = np.array([float(rows[1, k].mid()) for k in range(size)])
                jacobian[at, :size] = slope
                jacobian[:size, at] = float(point.weight.mid()) * slope
                jacobian[at, at] = self._curvature(point, c)
        return jacobian, sums + values + slopes

    def _powers(self, s: arb) -> list[list[arb]]:
        """s^k (1-s)^(degree-k) and its derivative, k = 0..degree."""
        m, rest = self.degree, 1 - s
        up, down = [arb(1)], [arb(1)]
        for _ in range(m):
            up.append(up[-1] * s)
            down.append(down[-1] * rest)
        slope = []
        for k in range(m + 1):
            term = arb(0)
            if k:
                term += k * up[k - 1] * down[m - k]
            if k < m:
                term -= (m - k) * up[k] * down[m - k - 1]
            slope.append(term)
        return [[up[k] * down[m - k] for k in range(m + 1)], slope]

    def _curvature(self, point: _Point, c: arb_mat) -> float:
        table = point.rows * c + point.target
        coefficients = np.array([float(table[k, 0].mid()) for k in range(self.degree + 1)])
        binomials = bernstein(self.degree, np.array([0.5]))[0] * 2.0**self.degree
        second = self.degree * (self.degree - 1) * np.diff(coefficients / binomials, n=2)
        return float(bernstein(self.degree - 2, np.array([float(point.s.mid())]))[0] @ second)

    def _move(self, points: list[_Point], c: arb_mat, step: np.ndarray, scale: float) -> None:
        count, size, at = len(points), self.size, self.size + len(points)
        for k in range(size):
            c[k, 0] = (c[k, 0] + arb(step[k]) * arb(scale)).mid()
        for i, point in enumerate(points):
            point.weight = (point.weight + arb(step[size + i]) * arb(scale)).mid()
            if point.end is None:
                point.s = (point.s + arb(step[at]) * arb(scale)).mid()
                at += 1
        if at != len(step) or count != len(points):
            raise AssertionError("step and unknowns differ in number")

    def _answer(self, points: list[_Point], c: arb_mat, residual: float) -> Refined:
        original = self.basis * c
        atoms = []
        for point in points:
            s = _exact(point.s, self.digits) if point.end is None else point.end
            weight = _exact(point.weight, self.digits)
            casimir = self.program.ladder.casimir(point.spin)
            eta = self.scale * s / (1 - s)
            x = eta / (1 + casimir)
            if not 0 < x <= 1:
                raise NotRefined(f"a state of spin {point.spin} leaves the mass range")
            # undo the scaling of the row: (x (1+X))^e0 (1 + eta/scale)^degree
            weight = weight / (eta**self.program.low * (1 + eta / self.scale) ** self.degree)
            atoms.append(Atom(point.spin, x, weight, point.limit))
        values = tuple(_exact(original[k, 0], self.digits) for k in range(self.size))
        return Refined(values, tuple(atoms), residual)


def _negative(points: list[_Point]) -> int | None:
    """The contact with the most negative weight: the optimum does not touch there."""
    lowest = min(range(len(points)), key=lambda i: float(points[i].weight.mid()))
    weight = float(points[lowest].weight.mid())
    return lowest if weight <= 0 and np.isfinite(weight) else None


def _twin(points: list[_Point]) -> int | None:
    """The lighter of two contacts at neighbouring large spins and the same place, if there are any."""
    for i, a in enumerate(points):
        for k, b in enumerate(points[i + 1 :], start=i + 1):
            close = abs(float(a.s.mid()) - float(b.s.mid())) < 1e-2
            if close and a.spin != b.spin and abs(a.spin - b.spin) < 0.03 * a.spin:
                return i if float(a.weight.mid()) < float(b.weight.mid()) else k
    return None


def _least_squares(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Least-squares solution of a symmetric system after equilibrating it."""
    scale = np.ones(len(matrix))
    for _ in range(4):
        scaled = matrix * scale[:, None] * scale
        largest = np.abs(scaled).max(axis=1)
        scale /= np.sqrt(np.where(largest > 0, largest, 1))
    scaled = matrix * scale[:, None] * scale
    return scale * np.linalg.lstsq(scaled, right * scale, rcond=1e-14)[0]


def _arb(value: fmpq) -> arb:
    return arb(value.p) / arb(value.q)


def _rational(value: float) -> fmpq:
    numerator, denominator = float(value).as_integer_ratio()
    return fmpq(numerator, denominator)


def _exact(value: arb, digits: int) -> fmpq:
    """The midpoint of a ball as a dyadic rational, rounded well below the digits asked."""
    mantissa, exponent = value.mid().man_exp()
    number = fmpq(mantissa) * fmpq(2) ** int(exponent)
    if number == 0:
        return number
    size = int(abs(number.p)).bit_length() - int(number.q).bit_length()
    shift = fmpq(2) ** (int(3.33 * digits) + 120 - size)
    return (number * shift).round() / shift
