"""The functions of a bound in units of 8 pi G, and its question as a linear program."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from positivity.questions.errors import InputError, check_dimension, shown, whole_number
from positivity.questions.numbers import as_float, parse_rational
from positivity.sum_rules.powers import Space

#: numbers of powers of p on A_2, X_4, X_6, ..., and for a certificate
FUNCTIONS, CERTIFIED_FUNCTIONS = (9, 8), (9,)
_LARGEST_DIMENSION, _MOST_FUNCTIONS, _MOST_BLOCKS = 12, 16, 4


def smearing_space(
    dimension: int, functions: Sequence[int] = FUNCTIONS, b_max: float | None = None, *, certify: bool = False
) -> Space:  # fmt: skip
    """f_1 = p^a (a_0 + a_1 p + ...) with f_1(1) = 0 on A_2^imp, and powers p^2, p^3, ... on X_4, X_6, ...

    functions: how many powers each has.  a = 2 in D >= 6 and 3/2 in D = 5: the transform of p^a falls
    like b^(-a-1) with a positive coefficient, the oscillation from p = 1 faster.  D = 4: a = 1, whose
    pole is cut at p = 1/b_max, and f_1'(1) = 0 too.  certify: a = (D-3)/2 from D = 9 on, where a slower
    power makes the proof at large b long.  Raises InputError.
    """
    dimension = check_dimension(dimension)
    b_max = None if b_max is None else as_float(parse_rational(b_max, "b_max"))
    if dimension == 4 and b_max is None:
        raise InputError(
            "dimension 4: int dp/p of the graviton pole diverges, so every bound depends on an infrared cutoff on "
            "the impact parameter: give b_max, in units 1/M, or use D >= 5"
        )
    if dimension > _LARGEST_DIMENSION:
        raise InputError(f"dimension {dimension}: use 5 to {_LARGEST_DIMENSION}, or 4 with b_max")
    if isinstance(functions, str) or not isinstance(functions, Sequence) or not 1 <= len(functions) <= _MOST_BLOCKS:
        raise InputError(f"functions {shown(functions)}: give 1 to {_MOST_BLOCKS} integers, for A_2, X_4, X_6, X_8")
    counts = tuple(whole_number(n, "number of functions", 0, _MOST_FUNCTIONS) for n in functions)
    if not 5 <= counts[0] <= _MOST_FUNCTIONS or not all(0 <= n <= _MOST_FUNCTIONS for n in counts[1:]):
        raise InputError(
            f"functions {','.join(map(str, counts))}: use 5 to {_MOST_FUNCTIONS} for A_2, "
            f"0 to {_MOST_FUNCTIONS} for the nulls"
        )
    first = {4: 1.0, 5: 1.5}.get(dimension, 2.0)
    if certify and dimension >= 9:
        first = (dimension - 3) / 2
    starts = [first] + [2.0] * (len(counts) - 1)
    exponents = tuple(tuple(a + k for k in range(n)) for a, n in zip(starts, counts, strict=True))
    return Space(dimension, exponents, 2 if dimension == 4 else 1, b_max)


def question(
    space: Space, direction: tuple[float, float], fix: Mapping[str, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Objective, equations and their values for `Program.best`; raises InputError."""
    if not all(np.isfinite(direction)) or tuple(direction) == (0.0, 0.0):
        raise InputError(f"direction {direction}: use two finite numbers, not both zero")
    if len(fix) > 1 or not set(fix) <= {"g2", "g3"}:
        raise InputError(f"fix {dict(fix)}: hold g2 or g3, one of them, e.g. g3=5 in units of 8 pi G")
    sides = space.infrared()
    objective, kept = sides[0], [0, 1]
    for name, value in fix.items():
        held = int(name == "g3")
        if not np.isfinite(value):
            raise InputError(f"fix {name}={value}: use a finite number")
        if direction[held] != 0 or direction[1 - held] == 0:
            raise InputError(f"direction {direction} with {name} held: use {'1,0' if held else '0,1 or 0,-1'}")
        objective = objective + value * sides[1 + held]
        kept.remove(held)
    return objective, sides[1:][kept], np.array([direction[k] for k in kept], dtype=float)
