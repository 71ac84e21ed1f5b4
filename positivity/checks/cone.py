"""Is a point in the space of couplings allowed?  Tree level, rho_J >= 0, many points at little cost each.

The couplings named and zeros for the nulls form a vector; the theories with rho_J >= 0 fill a convex cone.
A ray from the vector away from a theory well inside (stu poles and spin-0 exchanges at several masses)
leaves the cone in front of it or behind it, which gives a separating functional or a measure.
Method: docs/howto/check.md.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from flint import fmpq
from scipy.optimize import nnls

from positivity.answers.limits import out_of_time
from positivity.answers.verdict import Verdict
from positivity.certificates.forward import certify
from positivity.checks.evidence import average, check_independent, claim_text, inside_value, state_of
from positivity.programs.build import measure_row
from positivity.questions.couplings import (
    combination_text,
    coupling_name,
    couplings_of_order,
    order_of,
    parse_combination,
)
from positivity.questions.errors import InputError, check_dimension, check_order, known_keywords, shown
from positivity.questions.numbers import as_float, parse_rational, significant
from positivity.sum_rules.forward import Functional, add_to, claim_of, combination_functional
from positivity.sum_rules.null_constraints import null_constraints
from solvers.cone import MARGIN, MomentCone, Shot
from solvers.deadline import OutOfTime
from solvers.exact_linear import first_solution
from solvers.program import SpinLadder, value_at
from solvers.representation import ExactAtom, Representer
from solvers.verify import Refused

#: refusals of the verifier that are fed back before giving up
_MAX_REPAIRS = 8
_MAX_PREDICTED = 8
#: gaps tried, in units of the mass that the couplings suggest, and a gap that is worth trying first
_GAPS = (0.7, 0.35, 0.15, 0.05, 0.01)
_LOOKS_HEAVY = 3


#: depth from which a point is not near the boundary
_DEEP = 1e-6
#: 1/m^2 of states of spin 0 that are tried alone
_SPINLESS = [fmpq(k, 60) for k in range(1, 61)]


class Checker:
    """Decides many points in the space of the same couplings, and remembers what it proved.

    names: couplings or combinations of them whose values will be given, all others are free.  order,
    dimension: as in `bound`.  Points are decided by certificates proved for earlier points where these do,
    else by one linear program that is shared by all points (a few milliseconds at order 6).  The verdict on
    a point that some certificate excludes does not depend on the earlier points, its certificate may.
    Values in units M = 1; method: docs/howto/check.md.

    Raises InputError for names that are unknown or dependent, an order too low, a bad dimension.
    """

    @known_keywords
    def __init__(self, names: Sequence[str], *, order: int = 8, dimension: int = 4) -> None:
        dimension = check_dimension(dimension)
        if not isinstance(names, list | tuple):
            raise InputError(f"names {shown(names)}: give a list of couplings, e.g. ['g2', 'g3']")
        self.combinations = [parse_combination(name) for name in names]
        if not self.combinations:
            raise InputError("no coupling is given: give e.g. g2 = 1 and g3 = -5")
        order = check_order(order, max(order_of(c) for each in self.combinations for c in each))
        check_independent(self.combinations)
        self.names = tuple(combination_text(each) for each in self.combinations)
        self.order, self.dimension = order, dimension
        self._functionals = [combination_functional(each) for each in self.combinations]
        if order >= 4:
            self._functionals += [dict(null.functional) for null in null_constraints(order, dimension)]
        rows = tuple(measure_row(f, dimension) for f in self._functionals)
        centre = self._vector([inside_value(each) for each in self.combinations])
        self._cone = MomentCone(rows, SpinLadder(dimension - 3), centre)
        self._representer = Representer(self._cone, centre)
        self._proved: list[tuple[list[fmpq], dict[str, Any]]] = []
        self._directions = np.zeros((0, len(self.names)))

    @known_keywords
    def check(self, values: Sequence[object]) -> Verdict:
        """The verdict on one point: a value per name, exact decimals or rationals, in units of M = 1.

        A list, a tuple or an array of numpy.  Raises InputError.
        """
        started = time.perf_counter()
        if not isinstance(values, list | tuple | np.ndarray) or (isinstance(values, np.ndarray) and values.ndim == 0):
            raise InputError(f"values {shown(values)}: give a list of {len(self.names)} numbers, one per name")
        if len(values) != len(self.names):
            raise InputError(f"{len(values)} values for {len(self.names)} couplings: give one per name")
        exact = [parse_rational(value, f"value of {name}") for name, value in zip(self.names, values, strict=True)]
        try:
            found = (
                self._known(exact) or self._heavier(exact, quick=True) or self._spinless(exact) or self._decide(exact)
            )
            if found["status"] == "undecided":
                found = self._heavier(exact) or found
        except OutOfTime as stop:
            found = {"status": "undecided", "reason": out_of_time(stop)}
        pairs = tuple((name, str(value)) for name, value in zip(self.names, exact, strict=True))
        return Verdict(pairs, self.dimension, self.order, **found, seconds=round(time.perf_counter() - started, 5))

    def _vector(self, values: Sequence[fmpq]) -> list[fmpq]:
        return [*values, *([fmpq(0)] * (len(self._functionals) - len(values)))]

    def _known(self, values: list[fmpq]) -> dict[str, Any] | None:
        """An earlier certificate that excludes the point, the most violated one."""
        if not self._proved or not any(values):
            return None
        numeric = np.array([float(v) for v in values])
        seen = self._directions @ (numeric / np.abs(numeric).max())
        best = int(seen.argmin())
        weights, certificate = self._proved[best]
        return self._excluded(weights, certificate, values) if seen[best] < 0 else None

    def _decide(self, values: list[fmpq]) -> dict[str, Any]:
        vector = self._vector(values)
        if not any(values):
            return {"status": "allowed", "reason": "the free theory: no states at all"}
        for _ in range(_MAX_REPAIRS):
            shot = self._cone.shoot(vector)
            if shot.status != "outside":
                return self._allowed(shot, vector)
            try:
                return self._separated(shot, values)
            except Refused as refusal:
                reason = f"the verifier refused the functional: {refusal}"
                if refusal.place is None:
                    break
                self._cone.watch(*refusal.place)
        return {"status": "undecided", "reason": reason + "; raise the order or move the point"}

    def _separated(self, shot: Shot, values: list[fmpq]) -> dict[str, Any]:
        """Prove the functional; raises Refused."""
        functional: Functional = {}
        for part, factor in zip(self._functionals, shot.multipliers, strict=True):
            add_to(functional, part, factor)
        weights = list(shot.multipliers[: len(values)])
        contact = max((place.spin for place in shot.places), default=0)
        certificate = certify(functional, self.dimension, max(contact, 0))
        found = self._excluded(weights, certificate, values)
        if found is None:
            raise Refused("rounding made the functional positive on the point")
        numeric = np.array([float(w) for w in weights])
        self._proved.append((weights, certificate))
        self._directions = np.vstack([self._directions, numeric / np.abs(numeric).max()])
        return found

    def _excluded(self, weights: list[fmpq], certificate: dict[str, Any], values: list[fmpq]) -> dict[str, Any] | None:
        total = sum((w * v for w, v in zip(weights, values, strict=True)), fmpq(0))
        if total >= 0:
            return None
        claim = claim_of(certificate)
        return {
            "status": "excluded",
            "certificate": certificate,
            "claim": claim_text(claim),
            "violation": significant(total / max(abs(value) for value in claim.values()), 6),
        }

    def _allowed(self, shot: Shot, vector: list[fmpq]) -> dict[str, Any]:
        """A spectrum that reproduces the vector exactly, or why there is none."""
        if shot.status == "failed":
            return {"status": "undecided", "reason": "the linear program failed: lower the order"}
        atoms = self._representer.represent(shot.places, vector)
        if atoms is None and shot.status == "inside":
            # the end of the ray may lie at infinite mass
            atoms = self._representer.represent(self._cone.lightest(vector).places, vector)
            atoms = atoms or self._representer.spread(vector)
        if atoms is not None:
            return self._spectrum(atoms)
        if np.isinf(shot.depth):
            reason = (
                f"nothing bounds this point at order {self.order}, but no exact spectrum was found: raise the order"
            )
            return {"status": "undecided", "reason": reason}
        if shot.depth > _DEEP:
            reason = (
                f"in the numbers of the program the point lies inside ({shot.depth:.0e}, relative), but no exact "
                f"spectrum was found at order {self.order}, so that it is not shown to be allowed: lower the order"
            )
            return {"status": "undecided", "reason": reason}
        where = f"{abs(shot.depth):.0e} {'inside' if shot.depth >= 0 else 'outside'}"
        return {
            "status": "undecided",
            "reason": f"the point is too close to the boundary of what order {self.order} allows ({where}, relative; "
            f"a proof needs about {30 * MARGIN:.0e}): raise the order, or move the point by more than that",
        }

    def _spectrum(self, atoms: Sequence[ExactAtom]) -> dict[str, Any]:
        states = tuple(state_of(atom) for atom in atoms)
        return {"status": "allowed", "spectrum": states, "predicted": self._predicted(atoms)}

    def _spinless(self, values: list[fmpq]) -> dict[str, Any] | None:
        """A spectrum of spin 0 alone, which is crossing symmetric by itself and meets every null at every order."""
        columns = [[value_at(row, x) for row in self._cone.program.free[: len(values)]] for x in _SPINLESS]
        largest = [max(abs(float(column[i])) for column in columns) or 1.0 for i in range(len(values))]
        matrix = np.array([[float(v) for v in column] for column in columns]) / largest
        right = np.array([as_float(v) for v in values]) / largest
        if not 0 < np.abs(right).max() < np.inf:
            return None
        weights, missing = nnls(matrix.T, right / np.abs(right).max())
        used = np.flatnonzero(weights)
        if missing > 1e-9:
            return None
        found = first_solution([columns[i] for i in used], values)
        if found is None or min(found) < 0:
            return None
        atoms = [ExactAtom(0, 1 / _SPINLESS[i], w) for i, w in zip(used, found, strict=True) if w != 0]
        return self._spectrum(atoms)

    def _heavier(self, values: list[fmpq], quick: bool = False) -> dict[str, Any] | None:
        """A spectrum with a gap: masses^2 >= scale, that is the question at M = 1 with g_n scale^n.

        Theories whose states all lie far above the cutoff crowd around the tip of the cone; in units of
        their own mass they do not.  quick: for theories that look heavy, one gap and no new points.
        """
        orders = [{order_of(c) for c in each} for each in self.combinations]
        if any(len(each) > 1 for each in orders):
            return None
        known = [each.pop() for each in orders]
        gaps = self._gaps(dict(zip(known, values, strict=True)))
        if quick:
            gaps = [scale for scale in gaps if scale > _LOOKS_HEAVY][1:2]
        for scale in gaps:
            vector = self._vector([value * scale**n for n, value in zip(known, values, strict=True)])
            shot = self._cone.shoot(vector, decide=not quick)
            atoms = (
                self._representer.represent(shot.places, vector)
                if shot.status == "inside" or not (quick or shot.status == "outside")
                else None
            )
            if atoms is not None:
                # <F> = sum weight F(x, X) over rows that lack the factor x^2
                return self._spectrum([ExactAtom(a.spin, a.mass_squared * scale, a.weight / scale**2) for a in atoms])
        return None

    def _gaps(self, known: Mapping[int, fmpq]) -> list[fmpq]:
        """Masses^2 to try as the lightest of a spectrum, {order: value} being known."""
        present = {n: value for n, value in known.items() if value != 0}
        if len(present) < 2:
            return []
        low, high = min(present), max(present)
        ratio = as_float(abs(present[low] / present[high]))
        if not 0 < ratio < float("inf"):
            return []
        typical = ratio ** (1 / (high - low))
        found = [parse_rational(f"{typical * share:.1e}") for share in _GAPS]
        if {(1, 0), (2, 0)} <= {c for each in self.combinations for c in each} and present.get(4, 0) > 0:
            # the largest possible gap, <x^4> <= x_max^2 <x^2>; all states of a single mass have it
            square = present.get(2, fmpq(0)) / (2 * present[4])
            if square > 0 and square.p.is_square() and square.q.is_square():
                found.insert(0, fmpq(square.p.isqrt(), square.q.isqrt()))
        return [scale for scale in found if scale > fmpq(101, 100)]

    def _predicted(self, atoms: Sequence[ExactAtom]) -> tuple[tuple[str, str], ...]:
        """The lowest couplings that were not given, in this spectrum."""
        given = {c for each in self.combinations if len(each) == 1 for c in each}
        others = [c for n in range(2, self.order + 1) for c in couplings_of_order(n) if c not in given]
        return tuple(
            (coupling_name(c), significant(average(atoms, c, self.dimension), 8)) for c in others[:_MAX_PREDICTED]
        )
