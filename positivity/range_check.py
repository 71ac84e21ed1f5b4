"""Is a theory allowed, with one loop or with full unitarity, where couplings have a scale.

One loop, rho_J >= 0: at given couplings every forward row has a known value, so the question is again
whether a vector lies in a cone (as in `positivity.checker`).

0 <= rho_J <= 2: the rows are taken one after the other.  Each has a range at the values of the rows before
it, with a certificate at both ends; outside of it the certificate excludes the theory, inside the densities
at the two ends mix to one with the value wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq

from positivity.amplitudes.one_loop import Pair, pair_text
from positivity.certificates import certify, claim_of
from positivity.checker import claim_text, inside_value, state_of
from positivity.couplings import parse_combination
from positivity.dispersion.sum_rules import Functional, add_to
from positivity.errors import InputError
from positivity.known_rows import KnownRow, KnownRows, known_rows
from positivity.loop_rows import PRECISION, midpoint
from positivity.moments import moments_of
from positivity.problem import Assumptions, DensityStep
from positivity.programs import measure_row
from positivity.unitarity import bounded_certificate, bounded_program, exact_assumptions
from positivity.verdict_proof import violation
from positivity.verdicts import Verdict
from solvers.bounded_measure import BoundedResult
from solvers.cone import MomentCone
from solvers.program import SpinLadder
from solvers.representation import Representer
from solvers.verify import Refused

#: digits of the ranges with full unitarity, and the residual above which a density is no example
_DIGITS, _LARGEST_RESIDUAL = 8, 1e-6
_MAX_REPAIRS = 8
#: decimals of the values that a spectrum with loops reproduces
_PLACES = 40


def check_by_ranges(
    couplings: Mapping[str, object],
    order: int,
    dimension: int,
    density: str,
    pairs: tuple[Pair, ...],
    assumptions: Assumptions | None,
) -> Verdict:
    """The verdict on one point; arguments as in `positivity.check`, density "unitary" or pairs not empty."""
    if density == "positive" and assumptions is not None:
        raise InputError("assumptions on the density need density 'unitary'")
    known = known_rows(couplings, order, dimension, pairs)
    assumed = exact_assumptions(assumptions or Assumptions()) if density == "unitary" else None
    given = tuple((name, str(value).strip()) for name, value in zip(known.names, couplings.values(), strict=True))
    question = _Question(known, dict(given), order, dimension, pairs, assumed)
    found = question.cone() if assumed is None else question.ranges()
    loops = ",".join(pair_text(pair).replace(" ", "") for pair in pairs) or "tree"
    if known.dropped:
        note = f"rows without a forward limit left out: {', '.join(known.dropped)}"
        found["reason"] = "; ".join(text for text in (found.get("reason", ""), note) if text)
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
        with ctx.workprec(PRECISION):
            vector = [_rounded(row.value) for row in rows]
        if not any(vector):
            return {"status": "allowed", "reason": "the free theory: no states at all"}
        reason = "the linear program failed: lower the order"
        for _ in range(_MAX_REPAIRS):
            shot = cone.shoot(vector)
            if shot.status != "outside":
                atoms = Representer(cone, centre).represent(shot.places, vector)
                if atoms is None:
                    reason = f"too close to the boundary at order {self.order}: raise the order or move the point"
                    break
                note = f"weights in units of U = (4 pi)^(D/2), values reproduced to 1e-{_PLACES} U"
                return {"status": "allowed", "spectrum": tuple(map(state_of, atoms)), "reason": note}
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
        left = violation(certificate, self.given, self.dimension)
        if not left < 0:
            raise Refused("the certificate does not exclude these couplings")
        bound = "" if certificate["density"] == "positive" else " (and the bound on it, see the certificate)"
        claim = claim_of(certificate)
        text = claim_text(claim) if claim and certificate["density"] == "positive" and not self.pairs else ""
        return {
            "status": "excluded",
            "certificate": certificate,
            "claim": text or f"the claim of the certificate{bound}",
            "violation": f"{float(left.mid()):.6g}",
        }

    # 0 <= rho_J <= 2

    def ranges(self) -> dict[str, Any]:
        """Rows one after the other, null rows with value zero from the start."""
        zero = [row for row in self.known.rows if row.value == 0 and row.name not in self.given]
        rest = [row for row in self.known.rows if row not in zero]
        known = list(zero)
        mixed: tuple[DensityStep, ...] = ()
        for row in rest:
            found = self._stage(row, known)
            if isinstance(found, dict):
                return found
            mixed = found
            known.append(row)
        residual = self._residual(mixed)
        if residual > _LARGEST_RESIDUAL:
            reason = f"inside every range, but the density found misses the values by {residual:.0e} U: lower the order"
            return {"status": "undecided", "reason": reason}
        return {"status": "allowed", "steps": mixed, "residual": residual}

    def _stage(self, row: KnownRow, known: list[KnownRow]) -> dict[str, Any] | tuple[DensityStep, ...]:
        """Exclude by the range of one row, or the density that has its value and those of the known rows."""
        assert self.assumptions is not None
        program = bounded_program([r.functional for r in known], [row.functional], self.dimension, self.assumptions)
        values, wanted = np.array([float(r.value.mid()) for r in known]), float(row.value.mid())
        ends: list[BoundedResult] = []
        for side in (1, -1):
            end = program.solve(np.array([float(side)]), values, 10.0 ** -(_DIGITS + 1))
            if end.status != "optimal":
                return {"status": "undecided", "reason": f"the range of {row.name} was not found ({end.status})"}
            if side * wanted > end.dual:
                return self._outside(row, known, side, end)
            ends.append(end)
        upper, lower = ends[0].primal, -ends[1].primal
        if not lower <= wanted <= upper:
            reason = (
                f"{row.name} lies within 1e-{_DIGITS} U of an end of its range "
                f"[{lower:.9g}, {upper:.9g}] U: move the point or raise the order"
            )
            return {"status": "undecided", "reason": reason}
        share = (wanted - lower) / max(upper - lower, 1e-300)
        parts = [(ends[0].filled, share), (ends[1].filled, 1 - share)]
        return tuple(
            DensityStep(s.spin, s.low, s.high, s.density * part)
            for steps, part in parts
            for s in steps
            if s.density * part > 0
        )

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

    def _residual(self, steps: tuple[DensityStep, ...]) -> float:
        """The largest error of any row in the density, in units of U."""
        found = moments_of(steps, [row.functional for row in self.known.rows], self.dimension)
        return float(
            max(abs(value - float(row.value.mid())) for value, row in zip(found, self.known.rows, strict=True))
        )


def _rounded(value: arb) -> fmpq:
    """The midpoint of a ball, to _PLACES decimals."""
    scale = fmpq(10) ** _PLACES
    return fmpq((midpoint(value) * scale).round()) / scale
