"""One end of a range: value, status, certificate, spectrum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from fractions import Fraction
from types import NoneType
from typing import Any

from positivity.questions.errors import InputError, reading, shown
from positivity.questions.numbers import parse_rational
from positivity.questions.typed import checked

#: what each status of an end of a range means
STATUS_TEXT = {
    "certified": "proved for all even spins and all masses >= M by the certificate",
    "numerical": "NOT proved: the solver's number without a certificate",
    "unbounded": "no bound exists at this order: the ray shows it",
    "excluded": "no theory has the fixed values: the certificate proves it",
    "no theory": "NOT proved: no theory with the fixed values was found, and no certificate that there is none",
    "not sought": "not asked for",
    "failed": "no answer, for the reason given",
}
#: an end with one of these has no theory to bound
EMPTY = ("excluded", "no theory")


def present_status(data: Mapping[str, Any]) -> str:
    """The status of an end of a saved document: version 0.1 called all that has no value "failed"."""
    status, reason = str(data["status"]), str(data.get("reason", ""))
    if status != "failed":
        return status
    if data.get("certificate"):
        return "excluded"
    if reason.startswith(("not sought", "not asked")):
        return "not sought"
    return "no theory" if "no theory" in reason else status


@dataclass(frozen=True)
class State:
    """One state of a spectrum: <F> = sum weight F(m^2, J) with <over> = 1.

    mass_squared: decimal string in units of M^2 ("inf" on a ray to infinite mass).  spin: even
    integer.  weight: decimal string, in units M = 1.  limit: the spin stands in for J -> infinity.  The
    average <...> is that of docs/theory/sum_rules.md.
    """

    mass_squared: str
    spin: int
    weight: str
    limit: bool = False


@dataclass(frozen=True)
class DensityStep:
    """An interval of constant density of an extremal theory with 0 <= rho <= ceiling.

    spin: even, -1 for all larger spins at the same J^2/m^2.  low, high: ends in x = 1/m^2 (for
    spin -1 in xi = J^2/m^2), in units M = 1.  density: rho there, S_J = 1 + i f_J and rho_J = Im f_J
    (docs/theory/conventions.md).
    """

    spin: int
    low: float
    high: float
    density: float


def states_of(data: Any) -> tuple[State, ...]:
    """Inverse of the states of a document."""
    return tuple(checked(State(**state)) for state in data)


def steps_of(data: Any) -> tuple[DensityStep, ...]:
    """Inverse of the steps of a document."""
    return tuple(checked(DensityStep(**step)) for step in data)


@dataclass(frozen=True)
class End:
    """One end of the range of a ratio, in units M = 1 (method: docs/theory/certificates.md).

    text: the value as a decimal string, None if there is none, rounded outwards: what is stated.  value, exact: the
    same number as a float (the nearest one) and as a Fraction.  status: "certified", "numerical",
    "unbounded", "excluded", "no theory", "not sought" or "failed" (see STATUS_TEXT).  reason: why it is not
    certified, or "".  certificate: a document for `positivity verify`, of the value or, if excluded, of
    the exclusion, or None.  spectrum: extremal spectrum
    that satisfies the null constraints.  spectrum_value: the ratio the spectrum has (None
    without one): no valid bound can lie inside it.  digits: decimal places to which value and
    spectrum_value agree, None without a spectrum.  ray: states that can be added without limit
    when the end is unbounded.  spectrum_note: why there is no spectrum, or "".  natural: the value in
    units of U = (4 pi)^(D/2), for a bounded density.  density: its extremal density.  excluded: (from, to),
    in units of U, where all that is known is that nothing lies between: then the value is where that interval
    begins, and no bound.  Ends are equal if all of this is, and hashable.
    """

    text: str | None
    status: str
    reason: str = ""
    certificate: Mapping[str, Any] | None = field(default=None, hash=False)
    spectrum: tuple[State, ...] = ()
    spectrum_value: str | None = None
    digits: int | None = None
    ray: tuple[State, ...] = ()
    spectrum_note: str = ""
    natural: str | None = None
    density: tuple[DensityStep, ...] = ()
    excluded: tuple[str, str] | None = None

    @property
    def value(self) -> float | None:
        """The value as the nearest float, None if there is none; `text` and `exact` are rounded outwards."""
        return None if self.text is None else float(Fraction(self.text))

    @property
    def exact(self) -> Fraction | None:
        """The value as an exact fraction, None if there is none."""
        return None if self.text is None else Fraction(self.text)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary; its "value" is the text."""
        interval = {"excluded": list(self.excluded)} if self.excluded else {}
        return (
            {"value": self.text}
            | {key: value for key, value in asdict(self).items() if key not in ("text", "excluded")}
            | interval
            | {
                "spectrum": [asdict(state) for state in self.spectrum],
                "ray": [asdict(state) for state in self.ray],
                "density": [asdict(step) for step in self.density],
            }
        )

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> End:
        """Inverse of to_dict; unknown keys and wrong types are an InputError."""
        with reading("the end of a range"):
            states = {key: states_of(data.get(key, ())) for key in ("spectrum", "ray")}
            interval = tuple(map(str, data["excluded"])) if data.get("excluded") else None
            rest = {"density": steps_of(data.get("density", ())), "status": present_status(data), "excluded": interval}
            plain = {key: value for key, value in data.items() if key != "value"}
            end = cls(text=data["value"], **{**plain, **states, **rest})
            for value in (end.text, end.natural, *(end.excluded or ())):
                if value is not None:
                    parse_rational(value, "value of an end")
            if end.status not in STATUS_TEXT or not isinstance(end.certificate, Mapping | NoneType):
                raise InputError(f"an end with status {shown(end.status)} is none of this version")
            return checked(end)


def contradiction(value: object, reached: object) -> End:
    """No end at all where a bound lies inside the value of its own spectrum: one of them is wrong."""
    return End(None, "failed", f"the bound {value} and its own spectrum, {reached}, contradict each other: report this")
