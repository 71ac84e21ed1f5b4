"""Spectra and rays of a solved program as states with decimal masses and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import fmpq

from positivity.answers.end import State
from positivity.questions.numbers import decimal_text

if TYPE_CHECKING:
    from solvers.program import MeasureProgram
    from solvers.rays import RayPoint
    from solvers.refine import Atom


def states(atoms: tuple[Atom, ...], digits: int) -> tuple[State, ...]:
    """The extremal spectrum, masses and weights to at least `digits` + 10 significant digits.

    The rows of a program lack the common factor x^2 of the sum rules, which the weights make up.
    """
    places = max(digits + 10, 25)
    return tuple(
        State(_significant(1 / a.x, places), a.spin, _significant(a.weight / (a.x * a.x), places), a.limit)
        for a in atoms
    )


def ray_states(points: tuple[RayPoint, ...], program: MeasureProgram) -> tuple[State, ...]:
    """A ray; a spin of -1 stands for J -> infinity, a mass of "inf" for m -> infinity."""
    return tuple(_ray_state(point, program) for point in points)


def ray_text(ray: tuple[State, ...]) -> str:
    """The ray in words."""
    return "states that can be added without limit: " + "; ".join(
        f"J -> infinity with {state.mass_squared}" if state.limit else f"J = {state.spin}, m^2 = {state.mass_squared}"
        for state in ray
    )


def _ray_state(point: RayPoint, program: MeasureProgram) -> State:
    if point.spin < 0:
        xi = "infinity" if point.s >= 1 else f"{program.scale * point.s / (1 - point.s):.6g}"
        return State(f"J^2/m^2 = {xi}", -1, repr(point.weight), True)
    x = program.x_of(point.spin, point.s)
    return State("inf" if x == 0 else repr(1 / x), point.spin, repr(point.weight))


def _significant(value: fmpq, digits: int) -> str:
    """Decimal string with so many significant digits."""
    size, exponent = abs(value), 0
    while size and size * fmpq(10) ** exponent < 1:
        exponent += 1
    return decimal_text(value, exponent + digits)
