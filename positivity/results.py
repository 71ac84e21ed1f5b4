"""Result objects: frozen, printable as text and HTML, convertible to and from JSON."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

BOUND_SCHEMA = "eft-positivity/bound/1"

#: what each status of an end of a range means
STATUS_TEXT = {
    "certified": "proved for all even spins and all masses >= M by the certificate",
    "numerical": "NOT proved: the solver's number without a certificate",
    "unbounded": "no bound exists at this order: the ray shows it",
    "failed": "no answer",
}


@dataclass(frozen=True)
class State:
    """One state of a spectrum: <F> = sum weight F(m^2, J) with <over> = 1.

    mass_squared: decimal string in units of M^2 ("inf" on a ray to infinite mass).  spin: even
    integer.  weight: decimal string.  limit: the spin stands in for J -> infinity.
    """

    mass_squared: str
    spin: int
    weight: str
    limit: bool = False


@dataclass(frozen=True)
class End:
    """One end of the range of a ratio.

    value: decimal string, None if there is none, rounded outwards.  status: "certified",
    "numerical", "unbounded" or "failed" (see STATUS_TEXT).  reason: why it is not certified, or
    "".  certificate: a document for `positivity verify`, or None.  spectrum: extremal spectrum
    that satisfies the null constraints.  spectrum_value: the ratio the spectrum has (None
    without one): no valid bound can lie inside it.  digits: decimal places to which value and
    spectrum_value agree, None without a spectrum.  ray: states that can be added without limit
    when the end is unbounded.  spectrum_note: why there is no spectrum, or "".
    """

    value: str | None
    status: str
    reason: str = ""
    certificate: Mapping[str, Any] | None = None
    spectrum: tuple[State, ...] = ()
    spectrum_value: str | None = None
    digits: int | None = None
    ray: tuple[State, ...] = ()
    spectrum_note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return asdict(self) | {
            "spectrum": [asdict(state) for state in self.spectrum],
            "ray": [asdict(state) for state in self.ray],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> End:
        """Inverse of to_dict; unknown keys are an error."""
        states = {key: tuple(State(**state) for state in data.get(key, ())) for key in ("spectrum", "ray")}
        return cls(**{**data, **states})


@dataclass(frozen=True)
class Problem:
    """The question: scope of a bound.  Ratios are in units of the cutoff, M = 1.

    coupling, over: linear combinations of couplings as text.  dimension: D.  order: highest
    Mandelstam order of the sum rules used.  fix: ((combination, value), ...), ratios to `over`
    held fixed.  density: "positive" (rho_J >= 0).  loops: "tree".
    """

    coupling: str
    over: str
    dimension: int
    order: int
    fix: tuple[tuple[str, str], ...] = ()
    density: str = "positive"
    loops: str = "tree"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return asdict(self) | {"fix": [list(pair) for pair in self.fix]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Problem:
        """Inverse of to_dict."""
        return cls(**{**data, "fix": tuple((str(a), str(b)) for a, b in data.get("fix", ()))})

    @property
    def ratio(self) -> str:
        """The bounded ratio as text, e.g. "g3/g2"."""
        numerator = f"({self.coupling})" if any(c in self.coupling[1:] for c in "+-") else self.coupling
        denominator = f"({self.over})" if any(c in self.over for c in "+-*") else self.over
        return f"{numerator}/{denominator}"

    @property
    def scope(self) -> str:
        """One line that says what a number for this problem is about."""
        held = "".join(f", {name}/{self.over} = {value}" for name, value in self.fix)
        return (
            f"D={self.dimension}, {'tree level' if self.loops == 'tree' else 'loops ' + self.loops}, "
            f"rho_J >= 0, all even spins, masses >= M=1, forward sum rules to order {self.order}{held}"
        )


@dataclass(frozen=True)
class Bound:
    """The range of a ratio of Wilson coefficients.

    problem: the question with its scope.  lower, upper: the two ends.  method: how the
    functional was found.  versions: of the software used.  seconds: wall time.
    """

    problem: Problem
    lower: End
    upper: End
    method: str = "lp"
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

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
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Bound:
        """Inverse of to_dict; raises ValueError for another schema."""
        if data.get("schema") != BOUND_SCHEMA:
            raise ValueError(f"schema {data.get('schema')!r} is not {BOUND_SCHEMA!r}")
        return cls(
            Problem.from_dict(data["problem"]),
            End.from_dict(data["lower"]),
            End.from_dict(data["upper"]),
            data.get("method", "lp"),
            data.get("versions", {}),
            data.get("seconds", 0.0),
        )

    def ends(self) -> tuple[tuple[str, End], tuple[str, End]]:
        """(("lower", end), ("upper", end))."""
        return ("lower", self.lower), ("upper", self.upper)

    def __str__(self) -> str:
        return text_table(bound_rows([self]), f"{self.problem.scope}\n")

    def _repr_html_(self) -> str:
        return html_table(bound_rows([self]), self.problem.scope)

    def plot(self, side: str = "lower", path: str | None = None) -> Any:
        """Figure of the dual story of one end: functional versus m^2 at the touching spins.

        side: "lower" or "upper".  path: saved there (PDF or PNG) if given.  Returns the figure.
        """
        from positivity.plotting import plot_functional

        return plot_functional(self, side, path)


Rows = list[tuple[str, ...]]


def bound_rows(bounds: list[Bound]) -> Rows:
    """Header and one row per end of each bound."""
    rows: Rows = [("ratio", "end", "value", "status", "digits", "spectrum says")]
    for bound in bounds:
        for side, end in bound.ends():
            sign = ">=" if side == "lower" else "<="
            value = f"{sign} {end.value}" if end.value is not None else "-"
            status = end.status if end.status != "numerical" else "numerical (not proved)"
            note = end.reason or (f"{end.spectrum_value[:20]}" if end.spectrum_value else "-")
            rows.append((bound.problem.ratio, side, value, status, str(end.digits or "-"), note))
    return rows


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
