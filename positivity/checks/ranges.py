"""Is a theory allowed, with one loop or with full unitarity, where couplings have a scale.

One loop, rho_J >= 0: at given couplings every forward row has a known value, so the question is again
whether a vector lies in a cone (as in `positivity.checks.cone`).

0 <= rho_J <= 2: what rho_J >= 0 excludes is excluded; else the rows are taken one after the other.  Each
has a range at the values of the rows before it, with a certificate at both ends; outside of it the
certificate excludes the theory.  Inside all ranges an explicit density is the example.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, fmpq

from positivity.answers.end import DensityStep
from positivity.answers.verdict import Verdict
from positivity.certificates.bounded import bounded_certificate
from positivity.certificates.forward import certify
from positivity.certificates.implied.values import certificate_shortfall
from positivity.checks.densities import density_with
from positivity.checks.evidence import claim_text, inside_value, state_of
from positivity.programs.bounded import bounded_program
from positivity.programs.build import measure_row
from positivity.questions.couplings import parse_combination
from positivity.questions.density import Assumptions
from positivity.questions.levels import level_text
from positivity.questions.loops import Pair, pairs_text
from positivity.questions.numbers import as_float, midpoint, parse_rational, significant
from positivity.questions.scope import Scope
from positivity.questions.units import PRECISION, parse_level
from positivity.sum_rules.forward import Functional, add_to, claim_of, coupling_functional
from positivity.sum_rules.known_rows import KnownRow, KnownRows, known_rows
from solvers.bounded_measure import BoundedResult
from solvers.cone import MomentCone
from solvers.program import SpinLadder
from solvers.representation import Representer
from solvers.verify import Refused
from solvers.verify.document import read
from solvers.verify.precision import working_precision

#: digits of the ranges with full unitarity, and the residual above which a density is no example
_DIGITS, _LARGEST_RESIDUAL = 8, 1e-6
_MAX_REPAIRS = 8
#: decimals of the values that a spectrum with loops reproduces
_PLACES = 40


def check_by_ranges(couplings: Mapping[str, object], scope: Scope) -> Verdict:
    """The verdict on one point, in a scope with a bounded density or loops."""
    order, dimension, pairs, assumed = scope.order, scope.dimension, scope.loops, scope.density.assumptions
    known = known_rows(couplings, order, dimension, pairs)
    given = tuple((name, level_text(value)) for name, value in zip(known.names, couplings.values(), strict=True))
    question = _Question(known, dict(given), order, dimension, pairs, assumed)
    found = question.cone() if assumed is None else question.ranges()
    if known.dropped:
        note = f"rows without a forward limit left out: {', '.join(known.dropped)}"
        found["reason"] = "; ".join(text for text in (found.get("reason", ""), note) if text)
    density, loops = scope.density.word, pairs_text(pairs)
    return Verdict(given, dimension, order, density=density, loops=loops, assumptions=assumed, **found)


@dataclass(frozen=True)
class _Question:
    known: KnownRows
    given: dict[str, str]
    order: int
    dimension: int
    pairs: tuple[Pair, ...]
    assumptions: Assumptions | None

    @property
    def _loops(self) -> tuple[Pair, ...] | None:
        return self.pairs or None

    # rho_J >= 0

    def cone(self) -> dict[str, Any]:
        """Membership in the cone of all rows."""
        rows = self.known.rows
        centre = [self._inside(row) for row in rows]
        cone = MomentCone(tuple(measure_row(r.functional, self.dimension) for r in rows), self._ladder, centre)
        with working_precision(PRECISION):
            vector = [_rounded(row.value) for row in rows]
        if not any(vector):
            return {"status": "allowed", "reason": "the free theory: no states at all"}
        reason = "the linear program failed: lower the order"
        for _ in range(_MAX_REPAIRS):
            shot = cone.shoot(vector)
            if shot.status != "outside":
                representer = Representer(cone, centre)
                atoms = representer.represent(shot.places, vector)
                if atoms is None and shot.status == "inside":
                    atoms = representer.spread(vector)
                if atoms is None:
                    reason = f"too close to the boundary at order {self.order}: raise the order or move the point"
                    break
                note = "weights in units of U = (4 pi)^(D/2)"
                states = tuple(map(state_of, atoms))
                return {"status": "allowed", "spectrum": states, "residual": 10.0**-_PLACES, "reason": note}
            functional: Functional = {}
            for row, factor in zip(rows, shot.multipliers, strict=True):
                add_to(functional, row.functional, factor)
            try:
                contact = max((place.spin for place in shot.places), default=0)
                return self._excluded(certify(functional, self.dimension, max(contact, 0), self._loops))
            except Refused as refusal:
                reason = f"the verifier refused the functional: {refusal}"
                if refusal.place is None:
                    break
                cone.watch(*refusal.place)
        return {"status": "undecided", "reason": reason}

    @property
    def _ladder(self) -> SpinLadder:
        return SpinLadder(self.dimension - 3)

    def _inside(self, row: KnownRow) -> fmpq:
        """The average of a row in the theory well inside: zero for a null."""
        return inside_value(parse_combination(row.name)) if row.name in self.given else fmpq(0)

    def _excluded(self, certificate: dict[str, Any]) -> dict[str, Any]:
        """The verdict of a verified certificate; raises Refused if it does not exclude the couplings."""
        given = [(parse_combination(name), parse_level(value, name)) for name, value in self.given.items()]
        left = certificate_shortfall(read(certificate), given)
        if not left < 0:
            raise Refused("the certificate does not exclude these couplings")
        claim = claim_of(certificate)
        largest = max((abs(value) for value in claim.values()), default=fmpq(1))
        side = ">= 0"
        if certificate["density"] == "unitary":
            side = f"<= {significant(parse_rational(certificate['bound']) / largest, 8)}"
        left_side = claim_text(claim).removesuffix(" >= 0") + (" + its one-loop terms" if self.pairs else "")
        return {
            "status": "excluded",
            "certificate": certificate,
            "claim": f"{left_side} {side}",
            "violation": f"{float(left.mid()) / as_float(largest):.6g}",
        }

    # 0 <= rho_J <= 2

    def ranges(self) -> dict[str, Any]:
        """Rows one after the other, null rows with value zero from the start.

        What rho_J >= 0 alone excludes is excluded at once.
        """
        first = self.cone()
        if first["status"] == "excluded":
            return first
        zero = [row for row in self.known.rows if row.value == 0 and row.name not in self.given]
        rest = [row for row in self.known.rows if row not in zero]
        # a program needs a known row
        known = zero or [rest.pop(0)]
        for row in rest:
            found = self._stage(row, known)
            if found is not None:
                return found
            known.append(row)
        return self._example(known)

    def _stage(self, row: KnownRow, known: list[KnownRow]) -> dict[str, Any] | None:
        """The verdict if the value of a row is outside its range at those of the known rows."""
        wanted = float(row.value.mid())
        for side in (1, -1):
            end = self._solve(row.functional, known, side)
            if end.status == "unbounded":
                continue
            if end.status != "optimal":
                return {"status": "undecided", "reason": f"the range of {row.name} was not found ({end.status})"}
            if side * wanted > end.dual:
                return self._outside(row, known, side, end)
            if side * wanted > end.primal:
                word = f"within 1e-{_DIGITS} U of the end {side * end.dual:.9g} U of its range"
                reason = f"{row.name} lies {word}: move the point or raise the order"
                return {"status": "undecided", "reason": reason}
        return None

    def _solve(self, target: Functional, known: list[KnownRow], side: int, fill: bool = False) -> BoundedResult:
        assert self.assumptions is not None
        program = bounded_program([r.functional for r in known], [target], self.dimension, self.assumptions)
        values = np.array([float(r.value.mid()) for r in known])
        return program.solve(np.array([float(side)]), values, 10.0 ** -(_DIGITS + 1), fill)

    def _example(self, known: list[KnownRow]) -> dict[str, Any]:
        """A density with all known rows, between the largest and the least of a coupling that is not given."""
        named = {c for name in self.given for c in parse_combination(name)}
        free = next((p, 0) for p in range(1, self.order + 1) if (p, 0) not in named)
        mixed: list[DensityStep] = []
        for side in (1, -1):
            end = self._solve(coupling_functional(free), known, side, fill=True)
            if end.status != "optimal":
                reason = f"inside every range, but no density was found ({end.status}): move the point"
                return {"status": "undecided", "reason": reason}
            mixed += [DensityStep(s.spin, s.low, s.high, s.density / 2) for s in end.filled]
        patched = self.assumptions is not None and self.assumptions.last_spin is None and not self.assumptions.gaps
        functionals, values = [row.functional for row in known], [float(row.value.mid()) for row in known]
        steps, residual = density_with(
            mixed, functionals, values, self.dimension, _ceiling(self.assumptions) / 2, patched
        )
        if residual > _LARGEST_RESIDUAL:
            reason = f"inside every range, but the density found misses the values by {residual:.0e} U: lower the order"
            return {"status": "undecided", "reason": reason}
        return {"status": "allowed", "steps": steps, "residual": residual}

    def _outside(self, row: KnownRow, known: list[KnownRow], side: int, end: BoundedResult) -> dict[str, Any]:
        assert self.assumptions is not None
        functional: Functional = {rule: side * value for rule, value in row.functional.items()}
        for other, multiplier in zip(known, end.multipliers, strict=True):
            add_to(functional, other.functional, -multiplier)
        functional = {rule: value for rule, value in functional.items() if value != 0}
        try:
            certificate, _ = bounded_certificate(functional, self.dimension, _DIGITS, self.assumptions, self._loops)
            return self._excluded(certificate)
        except Refused as refusal:
            return {"status": "undecided", "reason": f"outside the range of {row.name}, not proved: {refusal}"}


def _ceiling(assumptions: Assumptions | None) -> float:
    return 2.0 if assumptions is None else float(parse_rational(assumptions.ceiling))


def _rounded(value: arb) -> fmpq:
    """The midpoint of a ball, to _PLACES decimals."""
    scale = fmpq(10) ** _PLACES
    return fmpq((midpoint(value) * scale).round()) / scale
