"""The range of a ratio as a result object, and tables as text and HTML."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flint import fmpq

from positivity.answers.end import End
from positivity.answers.saved import Saved
from positivity.questions.errors import InputError, reading, shown
from positivity.questions.numbers import decimal_text, parse_rational, root_above
from positivity.questions.question import Problem
from positivity.questions.rules import Splines
from positivity.questions.typed import checked

BOUND_SCHEMA = "eft-positivity/bound/1"
#: of the cutoff over the Planck mass
_DECIMALS = 5


@dataclass(frozen=True)
class Bound(Saved):
    """The range of a ratio of Wilson coefficients, in units M = 1 or those of `problem.over`.

    problem: the question with its scope.  lower, upper: the two ends.  method: how the
    functional was found.  versions: of the software used.  seconds: wall time.
    Source: 2011.02957 and what `positivity.cite` names; method: docs/theory/certificates.md.
    """

    problem: Problem
    lower: End
    upper: End
    method: str = "lp"
    versions: Mapping[str, str] = field(default_factory=dict, compare=False)
    seconds: float = field(default=0.0, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary (schema eft-positivity/bound/1)."""
        return {
            "schema": BOUND_SCHEMA,
            "problem": self.problem.to_dict(),
            "lower": self.lower.to_dict(),
            "upper": self.upper.to_dict(),
            "method": self.method,
            "versions": dict(self.versions),
            "seconds": self.seconds,
            **({"warning": self.warning} if self.warning else {}),
            **({"cutoff_over_planck": self.cutoff_over_planck} if self.cutoff_over_planck else {}),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Bound:
        """Inverse of to_dict; raises InputError for another schema or a damaged document."""
        with reading("the bound"):
            if data.get("schema") != BOUND_SCHEMA:
                raise InputError(f"schema {shown(data.get('schema'))} is not {BOUND_SCHEMA!r}")
            problem, lower, upper = data["problem"], End.from_dict(data["lower"]), End.from_dict(data["upper"])
            rest = data.get("method", "lp"), dict(data.get("versions", {})), data.get("seconds", 0.0)
            return checked(cls(Problem.from_dict(problem), lower, upper, *rest))

    @property
    def warning(self) -> str:
        """What to beware of: where the one-loop truncation is not trustworthy, "" elsewhere."""
        if self.problem.loops == "tree":
            return ""
        from positivity.sum_rules.truncation import loop_warning, scale_note

        said = loop_warning(self.problem, self.upper.natural), scale_note(self.problem, self.lower.natural)
        return "; ".join(filter(None, said))

    @property
    def cutoff_over_planck(self) -> str | None:
        """Of a bound on 8piG: the largest M/M_P = sqrt(8piG M^2), M_P the reduced Planck mass, rounded up."""
        value = self.upper.to_dict()["value"]
        if not isinstance(self.problem.rules, Splines) or value is None:
            return None
        scale = 10**_DECIMALS
        return decimal_text(fmpq(root_above(parse_rational(value) * scale**2), scale), _DECIMALS)

    def ends(self) -> tuple[tuple[str, End], tuple[str, End]]:
        """(("lower", end), ("upper", end))."""
        return ("lower", self.lower), ("upper", self.upper)

    def __str__(self) -> str:
        table = text_table(bound_rows([self]), f"{self.problem.scope}\n")
        if self.cutoff_over_planck:
            table += f"\nM/M_P <= {self.cutoff_over_planck}, the cutoff over the reduced Planck mass"
        return f"{table}\nWARNING: {self.warning}" if self.warning else table

    def _repr_html_(self) -> str:
        return html_table(bound_rows([self]), ". ".join(filter(None, (self.problem.scope, self.warning))))

    def plot(self, side: str = "lower", path: str | None = None) -> Any:
        """Figure of one end: functional versus m^2 at the touching spins, or the bang-bang density.

        side: "lower" or "upper".  path: saved there (PDF or PNG) if given.  Returns the figure.
        """
        from positivity.answers.functional_plots import plot_density, plot_functional

        if side not in ("lower", "upper"):
            raise InputError(f"side {side!r}: use 'lower' or 'upper'")
        draw = plot_functional if self.problem.density == "positive" else plot_density
        return draw(self.problem, side, getattr(self, side), path)


Rows = list[tuple[str, ...]]


def bound_rows(bounds: list[Bound]) -> Rows:
    """Header and one row per end of each bound."""
    rows: Rows = [("ratio", "end", "value", "status", "digits", "spectrum says")]
    for bound in bounds:
        for side, end in bound.ends():
            sign = ">=" if side == "lower" else "<="
            value = f"{sign} {end.text}" if end.text is not None else "-"
            if end.natural is not None and bound.problem.over == "1":
                value += f" = {end.natural} U"
            value = _excluded(end) or value
            status = end.status if end.status != "numerical" else "numerical (not proved)"
            note = end.reason or (f"{end.spectrum_value[:20]}" if end.spectrum_value else "-")
            rows.append((bound.problem.ratio, side, value, status, str(end.digits or "-"), note))
    return rows


def _excluded(end: End) -> str:
    """An interval where nothing lies, which says nothing of what is beyond it; "" for other ends."""
    return "none from {} U to {} U".format(*end.excluded) if end.excluded else ""


def text_table(rows: Rows, heading: str = "") -> str:
    """Aligned plain-text table; the first row is the header."""
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]) - 1)]
    lines = [
        "  ".join([*(cell.ljust(w) for cell, w in zip(row, widths, strict=False)), row[-1]]).rstrip() for row in rows
    ]
    lines.insert(1, "-" * max(len(lines[0]), sum(widths) + 2 * len(widths)))
    return heading + "\n".join(lines)


def html_table(rows: Rows, caption: str = "") -> str:
    """HTML table with the same content as text_table."""
    cells = [
        "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in row) + "</tr>"
        for row, tag in zip(rows, ["th"] + ["td"] * (len(rows) - 1), strict=True)
    ]
    return f"<table><caption>{html.escape(caption)}</caption>{''.join(cells)}</table>"
