"""One end of a range: solve, certify, repair what the verifier refuses, or show why there is no bound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import fmpq

from positivity.answers.end import End, contradiction
from positivity.answers.spectra import ray_states, ray_text, states
from positivity.bounds.vanishing import Squeeze, Squeezed, vanishing
from positivity.certificates.forward import certify
from positivity.programs.build import RatioProgram, fewer_rows, split_unseen, with_targets
from positivity.questions.loops import Pair
from positivity.questions.numbers import decimal_text, rounded_up
from positivity.sum_rules.forward import Functional, add_to, functional_ir
from solvers.exchange import Exchange, ExchangeResult
from solvers.optimum import MARGIN, Optimum, exclusion, mixed, optimise, solve_all_spins
from solvers.program import Row, value_at
from solvers.rays import find_ray
from solvers.refine import Atom
from solvers.verify import Refused

if TYPE_CHECKING:
    from solvers.conic import ConicResult

#: refusals of the verifier that are fed back to the solver before giving up
_MAX_REPAIRS = 8
#: shares of the first functional mixed into a sharp one that the verifier refuses
_SHARES = (fmpq(1, 10000), fmpq(1, 1000), fmpq(1, 100), fmpq(1, 10))

#: digits that are nearly always proved; more of them can leave too little slack at high orders
_ROBUST_DIGITS = 12
#: how a note begins where no finite multipliers reach the optimum
_LIMITS = "only limits of spectra"
_AT_INFINITY = f"{_LIMITS} have a fixed ratio of 0: all their masses are far above the cutoff"
_HEAVY = (
    "the sum rules with fewer derivatives are met by further states far above the cutoff, which change nothing else"
)
_NONE = "no theory has the fixed ratios"
_EXCLUDED = f"{_NONE}: excluded, the certificate proves it"


@dataclass(frozen=True)
class Proof:
    """A value that targets + value * over >= 0 holds with, rounded up, and its certificate.

    refusal: why there is no certificate (then value is only numerical).
    """

    value: fmpq
    certificate: dict[str, Any] | None
    refusal: Refused | None = None


class EndSolver:
    """Solves and certifies combinations of the targets of one ratio program, reusing its work."""

    def __init__(
        self, ratio: RatioProgram, dimension: int, digits: int, method: str = "lp", loops: Sequence[Pair] | None = None
    ) -> None:
        self.loops = loops
        #: rows that heavy states meet whatever the rest: the spectrum is without those states
        self._unseen: tuple[Row, ...] = ()
        found = vanishing(ratio) if loops is None else None
        self._squeeze = None if found is None else Squeeze(ratio, found, dimension)
        if loops is None:
            ratio, self._unseen = split_unseen(ratio)
        self._fewer: dict[tuple[int, ...], EndSolver | None] = {}
        self.ratio, self.dimension = ratio, dimension
        self.digits, self.method = digits, method
        self.exchange = Exchange(ratio.program)
        #: (spin, s) at which the functionals found so far touch zero, see Exchange.start_from
        self.contacts: list[tuple[int, float]] = []
        #: what was left out, for the solver of fewer rows that another one falls back on
        self._spare: str | None = None
        #: power of ten taken out of the targets, whose size the tolerances must not see
        self._scale = fmpq(1)

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

    def _proved(self, weights: Sequence[fmpq], first: ExchangeResult) -> tuple[Proof, Optimum]:
        """Certify; a functional too sharp to be proved at many digits gives way to that of fewer digits."""
        proof, optimum = self._attempt(weights, first, self.digits)
        if self.digits > _ROBUST_DIGITS and not _reaches(proof, optimum, _ROBUST_DIGITS - 2):
            plainer, other = self._attempt(weights, first, _ROBUST_DIGITS)
            if plainer.refusal is None and (proof.refusal is not None or plainer.value < proof.value):
                proof = plainer
                optimum = other if optimum.exact is None else optimum
        return proof, optimum

    def _attempt(self, weights: Sequence[fmpq], first: ExchangeResult, digits: int) -> tuple[Proof, Optimum]:
        """Certify; where the verifier sees a negative value, watch that place and solve again."""
        optimum = optimise(self.exchange, weights, digits, first)
        proof = self._softened(weights, optimum, first)
        for _ in range(_MAX_REPAIRS):
            if proof.refusal is None or proof.refusal.place is None:
                break
            self.exchange.watch(*proof.refusal.place)
            first = solve_all_spins(self.exchange, weights)
            if first.status != "optimal":
                break
            optimum = optimise(self.exchange, weights, digits, first)
            proof = self._softened(weights, optimum, first)
        if proof.refusal is not None:
            proof = self._with_more_slack(weights, optimum, proof)
        return proof, optimum

    def _with_more_slack(self, weights: Sequence[fmpq], optimum: Optimum, proof: Proof) -> Proof:
        """The last resort: move towards the functional of a program with a hundred times the margin."""
        inner = self.exchange.solve([float(w) for w in weights], 100 * MARGIN)
        for share in (fmpq(1, 100), fmpq(1, 10), fmpq(1)):
            if inner.status != "optimal" or proof.refusal is None:
                break
            proof = self.prove(weights, mixed(optimum.multipliers, inner.multipliers, share), optimum.contact_spin)
        return proof

    def _softened(self, weights: Sequence[fmpq], optimum: Optimum, first: ExchangeResult) -> Proof:
        """Prove a sharp functional, if need be moved towards the first one, which has more slack.

        A share of it costs that share of the first loss, about 1e-8.
        """
        proof = self.prove(weights, optimum.multipliers, optimum.contact_spin)
        if optimum.multipliers == first.multipliers:
            return proof
        for share in _SHARES:
            if proof.refusal is None:
                break
            softer = mixed(optimum.multipliers, first.multipliers, share)
            proof = self.prove(weights, softer, optimum.contact_spin)
        return proof

    def _spin_zero(self, weights: Sequence[fmpq], value: fmpq) -> Optimum | None:
        """A single spin-0 state, at the cutoff or far above it, if it has the value.

        Spin-0 exchange is crossing symmetric by itself, so it meets every null constraint.
        """
        program = self.ratio.program
        for x in (fmpq(1), fmpq(1, 10**self.digits)):
            over = value_at(program.free[0], x)
            if over == 0 or any(value_at(row, x) != 0 for row in program.free[1:]):
                continue
            found = (
                -sum((w * value_at(row, x) for w, row in zip(weights, program.targets, strict=True)), fmpq(0)) / over
            )
            if abs(found - value) * fmpq(10) ** self.digits <= 10:
                atom = Atom(0, x, 1 / over, limit=bool(x < 1))
                return Optimum((), (atom,), found, 0, "")
        return None

    def prove(self, weights: Sequence[fmpq], multipliers: Sequence[fmpq], contact_spin: int) -> Proof:
        """Round the value up and ask the verifier."""
        value = rounded_up(multipliers[0], self.digits + 1)
        functional = self._scaled_back(weights, [value, *multipliers[1:]])
        try:
            return Proof(value, certify(functional, self.dimension, contact_spin, self.loops))
        except Refused as refusal:
            return Proof(value, None, refusal)

    def _scaled_back(self, weights: Sequence[fmpq], multipliers: Sequence[fmpq]) -> Functional:
        """The functional of the targets asked for."""
        return self.ratio.functional([w * self._scale for w in weights], [m * self._scale for m in multipliers])

    def _elementary(self, weights: Sequence[fmpq], value: fmpq, loss: float) -> tuple[Proof, Optimum] | None:
        """A short decimal that spin-0 exchange reaches and that needs no null constraint, if there is one."""
        near = Fraction(int(value.p), int(value.q)).limit_denominator(1000)
        simple = fmpq(near.numerator, near.denominator)
        if abs(float(simple - value)) > max(1e-6, 3 * loss) or 10**self.digits % int(simple.q):
            return None
        optimum = self._spin_zero(weights, simple)
        if optimum is None:
            return None
        multipliers = [simple] + [fmpq(0)] * (len(self.ratio.free) - 1)
        try:
            return Proof(
                simple, certify(self._scaled_back(weights, multipliers), self.dimension, 0, self.loops)
            ), optimum
        except Refused:
            return None

    def _report(self, proof: Proof, optimum: Optimum | None, side: int) -> End:
        exact = None if optimum is None or optimum.exact is None else side * optimum.exact
        spectrum = () if optimum is None else states(optimum.atoms, self.digits)
        if exact is not None and proof.value - side * exact < -fmpq(1, 10**self.digits) * max(abs(exact), 1):
            return contradiction(decimal_text(side * proof.value, self.digits + 1), decimal_text(exact, self.digits))
        agreed = None if exact is None else _agreeing_digits(side * proof.value - exact, self.digits)
        places = self.digits + 1
        if self.digits > _ROBUST_DIGITS:
            places = min(places, (_ROBUST_DIGITS if agreed is None else agreed) + 1)
        more = max(0, len(str(self._scale.q)) - 1)
        return End(
            text=decimal_text(side * rounded_up(proof.value, places) * self._scale, places + more),
            status="certified" if proof.certificate else "numerical",
            reason=f"the verifier refused the functional: {proof.refusal}" if proof.refusal else "",
            certificate=proof.certificate,
            spectrum=spectrum,
            spectrum_value=None
            if exact is None
            else decimal_text(exact * self._scale, max(self.digits + 4, 18) + more),
            digits=agreed,
            spectrum_note="" if optimum is None else "; ".join(filter(None, (optimum.note, self._missing(optimum)))),
        )

    def _missing(self, optimum: Optimum) -> str:
        """A note where a spectrum is without the heavy states that meet rows of lower order."""
        ladder, small = self.ratio.program.ladder, fmpq(1, 10**self.digits)
        for row in self._unseen:
            terms = [a.weight * value_at(row, a.x, ladder.casimir(a.spin)) for a in optimum.atoms]
            if abs(sum(terms, fmpq(0))) > small * max(map(abs, terms), default=fmpq(0)):
                return _HEAVY
        return ""

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
        for _ in range(_MAX_REPAIRS):
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


def _reaches(proof: Proof, optimum: Optimum, digits: int) -> bool:
    """Whether a proved value agrees with its spectrum to so many decimals."""
    if proof.refusal is not None or optimum.exact is None:
        return False
    return _agreeing_digits(proof.value - optimum.exact, digits) >= digits


def _agreeing_digits(gap: fmpq, digits: int) -> int:
    """Decimal places to which two values agree, at most those printed plus two."""
    size, agreed = abs(gap), 0
    while agreed < digits + 2 and size * fmpq(10) ** (agreed + 1) < 1:
        agreed += 1
    return agreed
