"""One supporting line of a region."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from positivity.answers.end import End
from positivity.questions.errors import InputError, reading, shown
from positivity.questions.numbers import parse_rational


@dataclass(frozen=True)
class HalfPlane:
    """normal[0] * x + normal[1] * y <= end.text, in units M = 1.

    normal: exact rationals as text.  end: value, status, certificate and spectrum as for a bound.
    point: where the extremal spectrum touches it, None if unknown.
    """

    normal: tuple[str, str]
    end: End
    point: tuple[float, float] | None

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return {"normal": list(self.normal), "end": self.end.to_dict(), "point": self.point}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> HalfPlane:
        """Inverse of the entry of a document; raises InputError."""
        with reading("a half-plane"):
            first, second = (str(parse_rational(text, "normal")) for text in data["normal"])
            point = None if data["point"] is None else tuple(float(x) for x in data["point"])
            if point is not None and (len(point) != 2 or not all(map(math.isfinite, point))):
                raise InputError(f"a half-plane that touches at {shown(point)}: two numbers are needed")
            plane = cls((first, second), End.from_dict(data["end"]), point)
            if plane.end.text is None or (first, second) == ("0", "0"):
                raise InputError("a half-plane without a value or a direction")
            return plane

    @property
    def line(self) -> tuple[float, float, float]:
        """(a, b, h) of a x + b y <= h as floats; h is nan if there is no value."""
        a, b = (float(fmpq(*_fraction(text))) for text in self.normal)
        return a, b, float("nan") if self.end.value is None else self.end.value


def _fraction(text: str) -> tuple[int, int]:
    above, _, below = text.partition("/")
    return int(above), int(below or "1")
