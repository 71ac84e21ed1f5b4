"""What is asked and what is answered about one end: plain frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

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
