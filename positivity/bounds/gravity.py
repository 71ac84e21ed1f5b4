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
from positivity.programs.gravity_question import CERTIFIED_FUNCTIONS, FUNCTIONS, smearing_space
from positivity.questions.couplings import check_given
from positivity.questions.errors import InputError, known_keywords, shown
from positivity.questions.numbers import as_float, parse_rational


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
