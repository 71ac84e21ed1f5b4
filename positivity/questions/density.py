"""What is assumed of the spectral density rho_J."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from flint import fmpq

from positivity.questions.errors import InputError, check_text, reading, shown, whole_number
from positivity.questions.numbers import parse_rational
from positivity.questions.typed import checked

DENSITIES = ("positive", "unitary")
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
        raise InputError(f"assumptions {shown(assumptions)}: give positivity.Density(ceiling=..., ...) as density")
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


@dataclass(frozen=True, init=False)
class Density:
    """What is assumed of rho_J, parsed: rho_J >= 0 alone, or 0 <= rho_J <= ceiling and less if asked.

    ceiling: at most 2 (full unitarity), None for rho_J >= 0.  last_spin, gaps: as in `Assumptions`; they need a
    ceiling, as no certificate for rho_J >= 0 states them.  Numbers are exact: text, integers, fractions or
    decimals; frozen and hashable.  Masses in units M = 1.
    Raises InputError.  Method: docs/theory/full_unitarity.md.
    """

    ceiling: fmpq | None
    last_spin: int | None
    gaps: tuple[tuple[int, fmpq], ...]

    def __init__(
        self, ceiling: object = None, last_spin: int | None = None, gaps: Sequence[tuple[int, object]] = ()
    ) -> None:
        if ceiling is None:
            if last_spin is not None or gaps:
                raise InputError(
                    "a last spin or gaps need a ceiling, e.g. Density(ceiling=2, last_spin=4): "
                    "certificates for rho_J >= 0 state neither"
                )
            exact, parsed = None, Assumptions()
        else:
            parsed = exact_assumptions(Assumptions(str(parse_rational(ceiling, "ceiling")), last_spin, gaps))  # type: ignore[arg-type]
            exact = parse_rational(parsed.ceiling)
        if len({spin for spin, _ in parsed.gaps}) < len(parsed.gaps):
            raise InputError(f"gaps {shown(gaps)}: a spin is given twice, drop one")
        known = tuple(sorted((spin, parse_rational(mass)) for spin, mass in parsed.gaps))
        for name, value in (("ceiling", exact), ("last_spin", parsed.last_spin), ("gaps", known)):
            object.__setattr__(self, name, value)

    @classmethod
    def of(cls, given: object) -> Density:
        """From "positive", "unitary", a Density, Assumptions, or their dictionary; raises InputError."""
        if isinstance(given, Density):
            return given
        if isinstance(given, Assumptions):
            return cls.of_assumptions(given)
        if isinstance(given, Mapping):
            return cls._from_mapping(given)
        if check_text(given, "density", "'positive'") not in DENSITIES:
            raise InputError(f"density {shown(given)} is unknown: use 'positive' or 'unitary'")
        return cls(2 if given == "unitary" else None)

    @classmethod
    def of_assumptions(cls, given: object) -> Density:
        """From the record of a document; raises InputError for anything else."""
        if not isinstance(given, Assumptions):
            raise InputError(f"assumptions {shown(given)}: give positivity.Density(ceiling=..., ...) as the density")
        return cls(given.ceiling, given.last_spin, given.gaps)

    @classmethod
    def _from_mapping(cls, given: Mapping[str, Any]) -> Density:
        unknown = set(given) - {"ceiling", "last_spin", "gaps"}
        if unknown:
            raise InputError(f"density: unknown key {shown(min(unknown, key=str))}; use ceiling, last_spin, gaps")
        gaps = given.get("gaps", ())
        if not isinstance(gaps, list | tuple):
            raise InputError(f"gaps {shown(gaps)}: give pairs (spin, m^2), e.g. gaps=((2, '4'),)")
        pairs = [tuple(gap.values()) if isinstance(gap, Mapping) else gap for gap in gaps]
        return cls(given.get("ceiling"), given.get("last_spin"), tuple(pairs))

    @property
    def word(self) -> str:
        """ "positive" or "unitary", as in documents."""
        return "positive" if self.ceiling is None else "unitary"

    @property
    def assumptions(self) -> Assumptions | None:
        """As in a certificate; None for rho_J >= 0."""
        if self.ceiling is None:
            return None
        return Assumptions(str(self.ceiling), self.last_spin, tuple((spin, str(mass)) for spin, mass in self.gaps))

    @property
    def text(self) -> str:
        """In words."""
        return density_text(self.assumptions)

    def to_dict(self) -> str | dict[str, Any]:
        """The word where that is all, else as in a certificate."""
        assumed = self.assumptions
        return self.word if assumed in (None, Assumptions()) else assumed.to_dict()  # type: ignore[union-attr]

    def __reduce__(self) -> tuple[Any, ...]:
        return Density.of, (self.to_dict(),)


#: what is read as a density
DensityLike: TypeAlias = str | Density | Mapping[str, Any]


def density_text(assumptions: Assumptions | None) -> str:
    """In words, for every line of scope."""
    return "rho_J >= 0" if assumptions is None else assumptions.text
