"""Absolute values of couplings: in units of the cutoff M = 1 and of the natural unit U = (4 pi)^(D/2)."""

from __future__ import annotations

from flint import arb, fmpq

from positivity.questions.numbers import parse_rational

PRECISION = 192

#: a fixed value in units of M and one in units of U
Level = tuple[fmpq, fmpq]


def natural_unit(dimension: int) -> arb:
    """U = (4 pi)^(D/2), the natural size of g2 M^D."""
    return (4 * arb.pi()) ** (arb(dimension) / 2)


def parse_level(text: object, what: str) -> Level:
    """An absolute value such as "0.3U" or 25: (part in units of M, part in units of U); raises InputError."""
    if isinstance(text, str) and text.rstrip().upper().endswith("U"):
        return fmpq(0), parse_rational(text.strip()[:-1].rstrip("* ") or "1", what)
    return parse_rational(text, what), fmpq(0)


def to_ball(value: fmpq) -> arb:
    """A rational as a ball of the working precision."""
    return arb(value.p) / arb(value.q)
