"""Directions without an end: theories without gravity that can be added to any theory with it.

They change g2 and g3 and leave 8piG, so that what they lower has no lower bound over 8piG.
"""

from __future__ import annotations

from collections.abc import Mapping

from flint import fmpq

from positivity.amplitudes.uv_completions import Theory, known_theories

_G2, _G3 = {(1, 0): fmpq(1)}, {(0, 1): fmpq(1)}
#: m^2 of the theories that are added
_MASSES = (1, 4, 1000)


def endless(direction: tuple[fmpq, fmpq], fix: Mapping[str, fmpq], dimension: int) -> tuple[str, int | None] | None:
    """What lowers direction . (g2, g3) without limit, and m^2 of its one spin-0 state; None if no known theory does.

    fix: g2 or g3 held; then two theories together that leave it.
    """
    if "g2" in fix:
        return None  # positive in every theory: nothing leaves it
    slopes = [(theory, mass, _slope(theory, mass)) for theory in known_theories(dimension) for mass in _MASSES]
    if "g3" in fix:
        # one raises g3 and one lowers it; both raise g2
        mixed = any(s > 0 for *_, s in slopes) and any(s < 0 for *_, s in slopes)
        return (
            ("mixtures of known theories without gravity that leave g3", None) if mixed and direction[0] < 0 else None
        )
    for theory, mass, slope in slopes:
        if (
            float(direction[0].p) / float(direction[0].q) + float(direction[1].p) / float(direction[1].q) * slope
            < -1e-9
        ):
            return f"{theory.name} at m^2 = {mass} M^2", mass if theory.name == "spin-0 exchange" else None
    return None


def _slope(theory: Theory, mass: int) -> float:
    """g3/g2."""
    return float(theory.ratio(_G3, _G2, mass))
