"""One end of a range: solve, certify, repair what the verifier refuses, or show why there is no bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from flint import fmpq

from positivity.answers.end import End
from positivity.answers.spectra import ray_states, ray_text
from positivity.bounds.proving import MAX_REPAIRS, Proof, Prover
from positivity.bounds.vanishing import Squeeze, Squeezed, vanishing
from positivity.certificates.forward import certify
from positivity.programs.build import RatioProgram, fewer_rows, split_unseen, with_targets
from positivity.questions.loops import Pair
from positivity.questions.numbers import rounded_up
from positivity.sum_rules.forward import Functional, add_to, functional_ir
from solvers.optimum import Optimum, exclusion, solve_all_spins
from solvers.program import Row, value_at
from solvers.rays import find_ray
from solvers.refine import Atom
from solvers.verify import Refused

if TYPE_CHECKING:
    from solvers.conic import ConicResult

#: how a note begins where no finite multipliers reach the optimum
_LIMITS = "only limits of spectra"
_AT_INFINITY = f"{_LIMITS} have a fixed ratio of 0: all their masses are far above the cutoff"
_NONE = "no theory has the fixed ratios"
_EXCLUDED = f"{_NONE}: excluded, the certificate proves it"


class EndSolver(Prover):
    """Solves and certifies combinations of the targets of one ratio program, reusing its work."""

    def __init__(
        self, ratio: RatioProgram, dimension: int, digits: int, method: str = "lp", loops: Sequence[Pair] | None = None
    ) -> None:
        found = vanishing(ratio) if loops is None else None
        self._squeeze = None if found is None else Squeeze(ratio, found, dimension)
        unseen: tuple[Row, ...] = ()
        if loops is None:
            ratio, unseen = split_unseen(ratio)
        super().__init__(ratio, dimension, digits, loops, unseen)
        self.method = method
        self._fewer: dict[tuple[int, ...], EndSolver | None] = {}
        #: (spin, s) at which the functionals found so far touch zero, see Exchange.start_from
        self.contacts: list[tuple[int, float]] = []
        #: what was left out, for the solver of fewer rows that another one falls back on
        self._spare: str | None = None

    def end(self, weights: Sequence[fmpq], side: int) -> End:
        """As `solve`, the end alone."""
        plain = self.method == "lp" and self.loops is None and self._squeeze is None
        at_once = self._without_nulls(weights, side) if plain else None
        return at_once or self.solve(weights, side)[0]

    def _without_nulls(self, weights: Sequence[fmpq], side: int) -> End | None:
        """The end where the couplings' own rows alone prove what spin-0 exchange reaches: no program to solve."""
        self._scale = fmpq(1)
        rows, over = self.ratio.program.targets, self.ratio.program.free[0]
        lowest = min((min(row) for row, w in zip(rows, weights, strict=True) if w != 0 and row), default=0)
        reached = [fmpq(0)] if lowest > min(over) else []  # far above the cutoff
        if value_at(over, fmpq(1)) != 0:
            total = sum((w * value_at(row, fmpq(1)) for w, row in zip(weights, rows, strict=True)), fmpq(0))
            reached.append(-total / value_at(over, fmpq(1)))
        found = self._elementary(weights, max(reached), 0.0) if reached else None
        return self._report(*found, side) if found else None

    def solve(self, weights: Sequence[fmpq], side: int) -> tuple[End, np.ndarray | None]:
        """One end, and the values of the targets (in units of over) in the extremal spectrum.

        The end is side * c for the smallest c with sum weights * targets + c over >= 0:
        side is +1 if side * c is an upper bound (weights -1), -1 for a lower one (weights +1).
        """
        squeezed = self._squeezed(weights, side) or self._of_fewer_targets(weights, side)
        if squeezed is not None:
            return squeezed
        self._scale = _scale_of(self.ratio.functional(weights, [fmpq(0)] * len(self.ratio.free)))
        weights = [w / self._scale for w in weights]
        if self.method != "lp":
            return self._conic_end(weights, side), None
        end, point = self._linear(weights, side)
        if self._spare is None and not _promised(end, self.digits):
            end = self._with_fewer_rows([w * self._scale for w in weights], side, end)
        return end, point

    def _of_fewer_targets(self, weights: Sequence[fmpq], side: int) -> tuple[End, np.ndarray | None] | None:
        """Without targets of weight zero, where these alone are of so low an order: x is divided out."""
        used = tuple(i for i, weight in enumerate(weights) if weight != 0)
        if self.loops is not None or not used or len(used) == len(weights):
            return None
        if used not in self._fewer:
            ratio = with_targets(self.ratio, used)
            needed = ratio.program.low > self.ratio.program.low or bool(split_unseen(ratio)[1])
            self._fewer[used] = EndSolver(ratio, self.dimension, self.digits, self.method) if needed else None
        solver = self._fewer[used]
        return None if solver is None else (solver.solve([weights[i] for i in used], side)[0], None)

    def _squeezed(self, weights: Sequence[fmpq], side: int) -> tuple[End, np.ndarray | None] | None:
        """Where a fixed ratio of 0 sends all masses to infinity; None where that decides nothing."""
        self._scale, squeeze = fmpq(1), self._squeeze
        if squeeze is None:
            return None
        judged, excludes = squeeze.exclusion()
        target = functional_ir(self.ratio.functional(weights, [fmpq(0)] * len(self.ratio.free)))
        found = squeeze.squeezed(target, fmpq(1, 10 ** (self.digits + 2))) if judged and excludes is None else None
        if not judged or squeeze.unseen(target):
            return None
        if excludes is not None:
            return self._excluded_by(excludes), None
        proof = None if found is None else self._as_squeezed(weights, found)
        if found is None or proof is None:
            return End(None, "failed", f"{_AT_INFINITY}, and no bound was found there: raise the order"), None
        x = fmpq(1, 10**self.digits)
        atom = Atom(0, x, 1 / value_at(self.ratio.program.free[0], x), limit=True)
        optimum = Optimum((), () if found.limit is None else (atom,), found.limit, 0, _AT_INFINITY)
        point = np.array([float(squeeze.limit(functional_ir(each))) for each in self.ratio.targets])
        return self._report(proof, optimum, side), None if found.limit is None else point

    def _as_squeezed(self, weights: Sequence[fmpq], found: Squeezed) -> Proof | None:
        """The limit itself where the couplings' own rows prove it, else a value next to it; None if refused."""
        if found.limit is not None:
            plain = self.prove(weights, [found.limit, *[fmpq(0)] * (len(self.ratio.free) - 1)], 0)
            if plain.refusal is None:
                return plain
        value, functional = rounded_up(found.value, self.digits + 1), dict(found.functional)
        add_to(functional, self.ratio.free[0], value - found.value)
        try:
            return Proof(value, certify(functional, self.dimension, 0))
        except Refused:
            return None

    def _linear(self, weights: Sequence[fmpq], side: int) -> tuple[End, np.ndarray | None]:
        first = solve_all_spins(self.exchange, weights)
        if first.status != "optimal":
            return self._no_end(weights, first.status), None
        self.contacts += [(contact.spin, contact.s) for contact in first.contacts]
        point = self.exchange.moments(first.contacts)
        elementary = self._elementary(weights, first.multipliers[0], first.loss)
        if elementary is not None:
            return self._report(*elementary, side), point
        end = self._report(*self._proved(weights, first), side)
        return (
            replace(end, spectrum_note=_short_note(first.short)) if first.short and not end.spectrum else end
        ), point

    def _with_fewer_rows(self, weights: Sequence[fmpq], side: int, found: End) -> End:
        """The best of an end and those of programs with fewer rows, which are valid too."""
        if found.certificate is not None and found.text is None:
            return found  # excluded
        best = found
        for ratio, what in fewer_rows(self.ratio):
            spare = EndSolver(ratio, self.dimension, self.digits, loops=self.loops)
            spare._spare = what
            end = spare.end(weights, side)
            if end.status != "certified" or end.exact is None:
                continue
            if best.exact is None or best.status != "certified" or side * (end.exact - best.exact) < 0:
                best = replace(end, spectrum_note="; ".join(filter(None, (end.spectrum_note, what))))
            if _promised(end, self.digits):
                break
        return best

    def _no_end(self, weights: Sequence[fmpq], status: str) -> End:
        if status == "infeasible":
            return self._unbounded(weights)
        if status == "excluded":
            return self._excluded()
        return End(None, "failed", f"the linear program {status}: try other digits, a lower order or method 'sdp'")

    def _unbounded(self, weights: Sequence[fmpq]) -> End:
        points = find_ray(self.exchange, np.array([float(w) for w in weights]))
        if not points:
            return End(None, "failed", "no functional was found and no ray either: raise the order")
        ray = ray_states(points, self.ratio.program)
        return End(None, "unbounded", f"no functional exists: {ray_text(ray)}", ray=ray)

    def _excluded(self) -> End:
        multipliers = exclusion(self.exchange)
        if multipliers is None:
            return End(None, "no theory", f"{_NONE} (numerical, not proved)")
        return self._excluded_by(self.ratio.functional([fmpq(0)] * len(self.ratio.targets), multipliers))

    def _excluded_by(self, functional: Functional) -> End:
        try:
            certificate = certify(functional, self.dimension, 0, self.loops)
        except Refused as refusal:
            return End(None, "no theory", f"{_NONE} (numerical, the certificate was refused: {refusal})")
        return End(None, "excluded", _EXCLUDED, certificate)

    def _conic_end(self, weights: Sequence[fmpq], side: int) -> End:
        """The same by sums of squares; spins the verifier refuses get one too."""
        from solvers.conic import MARGINS, conic_spins, solve_conic, spins_with

        step = self.ratio.program.ladder.step
        spins, margin = conic_spins(step), MARGINS[self.method]
        for _ in range(MAX_REPAIRS):
            result = solve_conic(self.exchange, weights, spins, self.method, margin)
            if result.status != "optimal":
                return self._conic_failure(weights, result)
            elementary = self._elementary(weights, result.multipliers[0], 10 * margin)
            proof = elementary[0] if elementary else self.prove(weights, result.multipliers, 0)
            if proof.refusal is None or proof.refusal.place is None:
                break
            spins, margin = spins_with(spins, proof.refusal.place[0], step), 3 * margin
        return self._report(proof, None, side)

    def _conic_failure(self, weights: Sequence[fmpq], result: ConicResult) -> End:
        if result.status.startswith(("infeasible", "unbounded")):
            first = solve_all_spins(self.exchange, weights)
            if first.status != "optimal":
                return self._no_end(weights, first.status)
        return End(None, "failed", f"the semidefinite program ended with {result.status!r}: use method 'lp'")


def _scale_of(functional: Functional) -> fmpq:
    """The power of ten of a combination of couplings, 1 unless it is far from one."""
    largest = max((abs(value) for value in functional_ir(functional).values()), default=fmpq(1))
    power = len(str(int(largest.floor()))) - 1 if largest >= 1 else -len(str(int((1 / largest).floor())))
    return fmpq(10) ** power if largest > 0 and abs(power) > 1 else fmpq(1)


def _promised(end: End, digits: int) -> bool:
    """Whether an end agrees with its spectrum as it should."""
    return end.status in ("certified", "unbounded") and (end.text is None or (end.digits or 0) >= min(digits, 12) - 1)


def _short_note(short: float) -> str:
    return (
        f"{_LIMITS} have the fixed ratios, and the multipliers of the optimum grow without limit: "
        f"the value may lie about {short:.0e} outside of it"
    )
