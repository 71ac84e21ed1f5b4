r"""Bounds on g2 and g3 in units of 8 pi G with rho_J >= 0 (2102.08951).

int f_1 A_2^imp + int f_2 X_4 + int f_3 X_6 >= 0 for functions of p whose kernel is non-negative on all
states gives  8 pi G int f_1/p^2 + 2 g2 int f_1 + g3 int f_1 p^2 >= 0.  A linear program finds the best
functions (`gravity_program`), numerically, with a scan for violations; with functions on A_2^imp alone
it can be proved for all states (`gravity_certificates`).  docs/theory/gravity.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from positivity.answers.gravity import GravityBound
from positivity.answers.limits import within
from positivity.bounds.gravity_sampled import GravityProgram
from positivity.questions.couplings import check_given
from positivity.questions.errors import InputError, check_dimension, known_keywords, shown, whole_number
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


def _pair(direction: object) -> tuple[float, float]:
    """Two numbers; raises InputError."""
    if not isinstance(direction, Sequence | np.ndarray) or isinstance(direction, str) or np.size(direction) != 2:
        raise InputError(f"direction {shown(direction)}: give two numbers, e.g. (1, 0)")
    first, second = (as_float(parse_rational(part, "direction")) for part in direction)  # type: ignore[attr-defined]
    return first, second


@known_keywords
def gravity_bound(
    dimension: int,
    direction: tuple[float, float] = (1.0, 0.0),
    functions: Sequence[int] | None = None,
    *,
    fix: Mapping[str, float] | None = None,
    b_max: float | None = None,
    certify: bool = False,
    time_limit: float | None = None,
) -> GravityBound:
    """direction[0] g2 M^2 + direction[1] g3 M^4 >= -alpha 8 pi G with rho_J >= 0.  Source: 2102.08951.

    dimension: D = 5..12, or 4 with b_max, the infrared cutoff in units 1/M.  functions: numbers of
    powers of p on A_2^imp, X_4, X_6, ... (default 9, 8).  fix: {"g3": value} in units of 8 pi G.
    certify: a functional on A_2^imp alone (default 9 powers), proved for all spins, masses and impact
    parameters, D = 5..12; a little weaker.  The status of the result says which it is, and if there is
    no proof its reason says why.  time_limit: seconds.  Raises InputError, also when they are over.
    """
    direction, held = _pair(direction), check_given(fix, "fix", 'fix={"g3": 5}')
    fix = {name: as_float(parse_rational(value, f"fixed value of {name}")) for name, value in held.items()}
    if functions is None:
        functions = CERTIFIED_FUNCTIONS if certify else FUNCTIONS
    space = smearing_space(dimension, functions, b_max, certify=certify)
    with within(time_limit):
        if certify:
            from positivity.bounds.gravity_proved import certified_bound

            return certified_bound(space, direction, fix or {})
        return GravityProgram(space).bound(direction, fix)
