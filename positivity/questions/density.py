"""What is assumed of the spectral density rho_J."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from positivity.questions.errors import InputError, reading, shown, whole_number
from positivity.questions.numbers import parse_rational
from positivity.questions.typed import checked

#: largest spin that an assumption may name
MAX_LAST_SPIN = 1000


@dataclass(frozen=True)
class Assumptions:
    """What is assumed of a bounded density: 0 <= rho_J <= ceiling, and less if asked.

    ceiling: a rational as text, at most 2 (full unitarity).  last_spin: no states above it (low-spin
    dominance), None for none assumed.  gaps: ((spin, m^2), ...), no states of the spin below m^2, in units
    of M^2.  Method: docs/theory/full_unitarity.md.
    """

    ceiling: str = "2"
    last_spin: int | None = None
    gaps: tuple[tuple[int, str], ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As in a certificate."""
        data: dict[str, Any] = {"ceiling": self.ceiling}
        if self.last_spin is not None:
            data["last_spin"] = self.last_spin
        if self.gaps:
            data["gaps"] = [{"spin": spin, "mass_squared": mass} for spin, mass in self.gaps]
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Assumptions:
        """Inverse of to_dict; raises InputError."""
        with reading("assumptions"):
            gaps = tuple((int(gap["spin"]), str(gap["mass_squared"])) for gap in data.get("gaps", ()))
            return checked(cls(data["ceiling"], data.get("last_spin"), gaps))

    @property
    def text(self) -> str:
        """In words."""
        words = [f"0 <= rho_J <= {self.ceiling}"]
        if self.last_spin is not None:
            words.append(f"no states of spin above {self.last_spin}")
        words += [f"no states of spin {spin} below m^2 = {mass}" for spin, mass in self.gaps]
        return ", ".join(words)


def exact_assumptions(assumptions: Assumptions) -> Assumptions:
    """The same with rationals written as in a certificate.

    Raises InputError for a ceiling outside (0, 2], an odd spin or a gap below the cutoff.
    """
    if not isinstance(assumptions, Assumptions):
        raise InputError(f"assumptions {shown(assumptions)}: give positivity.Assumptions(ceiling=..., ...)")
    ceiling = parse_rational(assumptions.ceiling, "ceiling")
    if not 0 < ceiling <= 2:
        raise InputError(f"ceiling {shown(assumptions.ceiling)}: full unitarity allows 0 < rho <= 2")
    last = assumptions.last_spin
    last = None if last is None else whole_number(last, "last spin", 0, MAX_LAST_SPIN)
    if not isinstance(assumptions.gaps, tuple | list):
        raise InputError(f"gaps {shown(assumptions.gaps)}: give pairs (spin, m^2), e.g. gaps=((2, '4'),)")
    return Assumptions(str(ceiling), last, tuple(map(_exact_gap, assumptions.gaps)))


def _exact_gap(gap: object) -> tuple[int, str]:
    if not isinstance(gap, tuple | list) or len(gap) != 2:
        raise InputError(f"gap {shown(gap)}: give a pair (spin, m^2), e.g. (2, '4')")
    spin, mass = whole_number(gap[0], "spin of a gap", 0, MAX_LAST_SPIN), parse_rational(gap[1], "m^2 of a gap")
    if spin % 2 or mass < 1:
        raise InputError(f"gap {spin}:{shown(gap[1])}: use an even spin and m^2 >= 1 in units of the cutoff")
    return spin, str(mass)
