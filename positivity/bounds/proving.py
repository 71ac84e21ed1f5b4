"""Proving a functional that was found: softened where the verifier refuses it, reported with its spectrum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import fmpq

from positivity.answers.end import End, contradiction
from positivity.answers.spectra import states
from positivity.certificates.forward import certify
from positivity.programs.build import RatioProgram
from positivity.questions.loops import Pair
from positivity.questions.numbers import decimal_text, rounded_up
from positivity.sum_rules.forward import Functional
from solvers.exchange import Exchange, ExchangeResult
from solvers.optimum import MARGIN, Optimum, mixed, optimise, solve_all_spins
from solvers.program import Row, value_at
from solvers.refine import Atom
from solvers.verify import Refused

#: refusals of the verifier that are fed back to the solver before giving up
MAX_REPAIRS = 8
#: shares of the first functional mixed into a sharp one that the verifier refuses
_SHARES = (fmpq(1, 10000), fmpq(1, 1000), fmpq(1, 100), fmpq(1, 10))
#: digits that are nearly always proved; more of them can leave too little slack at high orders
_ROBUST_DIGITS = 12
_HEAVY = (
    "the sum rules with fewer derivatives are met by further states far above the cutoff, which change nothing else"
)


@dataclass(frozen=True)
class Proof:
    """A value that targets + value * over >= 0 holds with, rounded up, and its certificate.

    refusal: why there is no certificate (then value is only numerical).
    """

    value: fmpq
    certificate: dict[str, Any] | None
    refusal: Refused | None = None


class Prover:
    """Proves functionals of one ratio program, and finds others where the verifier refuses one.

    unseen: rows that heavy states meet whatever the rest: a spectrum is without those states.
    """

    def __init__(
        self, ratio: RatioProgram, dimension: int, digits: int, loops: Sequence[Pair] | None, unseen: tuple[Row, ...]
    ) -> None:
        self.ratio, self.dimension, self.digits, self.loops = ratio, dimension, digits, loops
        self.exchange = Exchange(ratio.program)
        self._unseen = unseen
        #: power of ten taken out of the targets, whose size the tolerances must not see
        self._scale = fmpq(1)

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
        for _ in range(MAX_REPAIRS):
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
        agreed = None if exact is None else agreeing_digits(side * proof.value - exact, self.digits)
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


def _reaches(proof: Proof, optimum: Optimum, digits: int) -> bool:
    """Whether a proved value agrees with its spectrum to so many decimals."""
    if proof.refusal is not None or optimum.exact is None:
        return False
    return agreeing_digits(proof.value - optimum.exact, digits) >= digits


def agreeing_digits(gap: fmpq, digits: int) -> int:
    """Decimal places to which two values agree, at most those printed plus two."""
    size, agreed = abs(gap), 0
    while agreed < digits + 2 and size * fmpq(10) ** (agreed + 1) < 1:
        agreed += 1
    return agreed
