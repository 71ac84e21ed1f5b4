"""A statement of a document that its proofs imply."""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq

from solvers.verify.proof import number_text


@dataclass(frozen=True)
class Statement:
    """subject relation value (scope): every part was parsed and written again, none is text of a document.

    value: exact, None where the statement has none.
    """

    subject: str
    relation: str
    scope: str
    value: fmpq | None = None

    def __str__(self) -> str:
        shown = "" if self.value is None else f" {number_text(self.value)}"
        relation = f" {self.relation}" if self.relation else ""
        scope = f" ({self.scope})" if self.scope else ""
        return f"{self.subject}{relation}{shown}{scope}"

    def at_most(self, other: Statement) -> bool:
        """Whether this says no more than `other`: the same, or a weaker value."""
        if (self.subject, self.relation, self.scope) != (other.subject, other.relation, other.scope):
            return False
        if self.value is None or other.value is None:
            return self.value == other.value
        if self.relation == "<=":
            return bool(self.value >= other.value)
        return bool(self.value <= other.value) if self.relation == ">=" else bool(self.value == other.value)
