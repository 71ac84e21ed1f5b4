"""The answer to "is this theory allowed?" as a plain record with its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from flint import arb, fmpq, fmpz

from positivity.answers.bound import html_table, text_table
from positivity.answers.end import DensityStep, State, states_of, steps_of
from positivity.answers.saved import Saved
from positivity.questions.density import Assumptions
from positivity.questions.errors import InputError, reading, shown
from positivity.questions.question import Problem
from positivity.questions.rules import Rules, rules_from_dict
from positivity.questions.typed import checked

CHECK_SCHEMA = "eft-positivity/check/1"

#: what each status means
STATUS_TEXT = {
    "allowed": "a spectrum with these couplings exists, so no bound from these sum rules excludes them",
    "excluded": "no theory in this scope has these couplings: the certificate proves it",
    "undecided": "neither a spectrum nor a certificate was found",
}
_SHOWN_STATES = 24


@dataclass(frozen=True)
class Verdict(Saved):
    """Whether given couplings are possible, with a proof or an example.

    couplings: ((combination, value), ...) as text, values in units of M = 1 ("0.3U" in units of U);
    what is not named is free.  dimension: D.  order: highest Mandelstam order of the sum rules.
    density, loops, assumptions: as in Problem.  status: "allowed", "excluded" or "undecided" (STATUS_TEXT);
    allowed is meant at this order, a higher one can still exclude.

    excluded: `certificate` is a verified document, `claim` what it proves, scaled to a largest coefficient
    of 1, and `violation` by how much the couplings fall short of it (a negative decimal).  allowed:
    `spectrum` with rational weights reproduces everything exactly (with loops to `residual`, in units of U),
    or for 0 <= rho_J <= 2 `steps` of constant density (steps that overlap add) do so to `residual`, the
    largest error of any sum rule.  `predicted`: the other couplings in that spectrum.  undecided: `reason`
    says why and what to raise.  versions, seconds: as in Bound.  rules: as in Problem.  Method: docs/howto/check.md.
    """

    couplings: tuple[tuple[str, str], ...]
    dimension: int
    order: int
    status: str
    density: str = "positive"
    loops: str = "tree"
    assumptions: Assumptions | None = None
    reason: str = ""
    certificate: Mapping[str, Any] | None = field(default=None, hash=False)
    claim: str = ""
    violation: str | None = None
    spectrum: tuple[State, ...] = ()
    steps: tuple[DensityStep, ...] = ()
    residual: float | None = None
    predicted: tuple[tuple[str, str], ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict, compare=False)
    seconds: float = field(default=0.0, compare=False)
    rules: Rules | None = None

    @property
    def allowed(self) -> bool:
        """Whether a spectrum was found."""
        return self.status == "allowed"

    @property
    def excluded(self) -> bool:
        """Whether a certificate excludes the couplings."""
        return self.status == "excluded"

    @property
    def scope(self) -> str:
        """One line: dimension, level, density, spins, masses, order."""
        asked = Problem("", "1", self.dimension, self.order, (), self.density, self.loops, self.assumptions)
        if self.rules is not None:
            asked = Problem("", "8piG", self.dimension, self.order, rules=self.rules)
        return asked.scope

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary (schema eft-positivity/check/1)."""
        return {
            "schema": CHECK_SCHEMA,
            **{key: value for key, value in asdict(self).items() if key != "rules"},
            **({} if self.rules is None else {"rules": self.rules.to_dict()}),
            "couplings": [list(pair) for pair in self.couplings],
            "predicted": [list(pair) for pair in self.predicted],
            "assumptions": None if self.assumptions is None else self.assumptions.to_dict(),
            "certificate": None if self.certificate is None else dict(self.certificate),
            "spectrum": [asdict(state) for state in self.spectrum],
            "steps": [asdict(step) for step in self.steps],
            "scope": self.scope,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Verdict:
        """Inverse of to_dict; raises InputError for another schema or a damaged document."""
        with reading("the verdict"):
            if data.get("schema") != CHECK_SCHEMA:
                raise InputError(f"schema {shown(data.get('schema'))} is not {CHECK_SCHEMA!r}")
            given = {key: value for key, value in data.items() if key not in ("schema", "scope")}
            assumed, rules = given["assumptions"], given.get("rules")
            return checked(
                cls(
                    **{
                        **given,
                        "couplings": tuple((str(a), str(b)) for a, b in given["couplings"]),
                        "predicted": tuple((str(a), str(b)) for a, b in given["predicted"]),
                        "rules": None if rules is None else rules_from_dict(rules),
                        "assumptions": None if assumed is None else Assumptions.from_dict(assumed),
                        "spectrum": states_of(given["spectrum"]),
                        "steps": steps_of(given["steps"]),
                    }
                )
            )

    def __str__(self) -> str:
        word = {"allowed": f"allowed at order {self.order}", "excluded": "excluded (certified)"}
        named = ", ".join(f"{name} = {value}" for name, value in self.couplings)
        lines = [f"{word.get(self.status, self.status)}: {named}", self.scope]
        if self.reason:
            lines.append(self.reason)
        if self.excluded:
            lines.append(f"proved for every theory in this scope: {self.claim}; here this fails by {self.violation}")
        if self.spectrum or self.steps:
            lines.append(self._evidence())
        if self.predicted:
            lines.append("its other couplings: " + ", ".join(f"{name} = {value}" for name, value in self.predicted))
        return "\n".join(lines)

    def _evidence(self) -> str:
        if self.spectrum:
            how = "exactly" if self.residual is None else f"to {self.residual:.0e} U"
            heading = f"this spectrum has these couplings and satisfies every null constraint, {how}:\n"
            return text_table(self._state_rows(), heading)
        heading = f"this density has these couplings and satisfies the nulls to {self.residual:.0e} U"
        heading += " (numerical; overlapping steps add):\n"
        return text_table(self._step_rows(), heading)

    def _state_rows(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = [("J", "m^2", "weight")]
        shown = self.spectrum[:_SHOWN_STATES]
        rows += [(str(s.spin), _short(s.mass_squared), _short(s.weight)) for s in shown]
        if len(self.spectrum) > len(shown):
            rows.append(("...", f"{len(self.spectrum) - len(shown)} more", "see the document"))
        return rows

    def _step_rows(self) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = [("J", "m^2 from", "m^2 to", "rho")]
        finite = [step for step in self.steps if step.spin >= 0]
        for step in finite[:_SHOWN_STATES]:
            top = f"{1 / step.low:.6g}" if step.low > 0 else "infinity"
            rows.append((str(step.spin), f"{1 / step.high:.6g}", top, f"{step.density:.6g}"))
        if len(finite) > _SHOWN_STATES:
            rows.append(("...", f"{len(finite) - _SHOWN_STATES} more", "", "see the document"))
        return rows

    def _repr_html_(self) -> str:
        words: list[tuple[str, ...]] = [("status", "reason"), (self.status, self.reason or self.claim)]
        rows = self._state_rows() if self.spectrum else words
        return html_table(rows, f"{self.status}: {self.scope}")


def _short(text: str) -> str:
    """To 8 digits, of a rational of any length."""
    above, slash, below = text.partition("/")
    value = arb(fmpq(fmpz(above), fmpz(below))) if slash else arb(text)
    return f"{float(value):.8g}"
