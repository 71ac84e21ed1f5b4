r"""Bounds on g2 and g3 in units of 8 pi G with rho_J >= 0 (2102.08951).

int f_1 A_2^imp + int f_2 X_4 + int f_3 X_6 >= 0 for functions of p whose kernel is non-negative on all
states gives  8 pi G int f_1/p^2 + 2 g2 int f_1 + g3 int f_1 p^2 >= 0.  A linear program finds the best
functions (`gravity_program`), numerically, with a scan for violations; with functions on A_2^imp alone
it can be proved for all states (`gravity_certificates`).  docs/theory/gravity.md.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np

from positivity.couplings import check_given
from positivity.errors import InputError, check_dimension, known_keywords, shown, whole_number
from positivity.gravity_program import Functional, Program
from positivity.gravity_rows import Grid, Space
from positivity.limits import within
from positivity.numbers import as_float, parse_rational

GRAVITY_SCHEMA = "eft-positivity/gravity/1"
#: graviton loops spoil the forward limits of the improved rules, see docs/theory/gravity.md
LEADING_ORDER = "leading order in G (no graviton loops)"
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


@dataclass(frozen=True)
class GravityBound:
    """direction[0] g2 + direction[1] g3 >= -alpha 8 pi G, in units M = 1 (g2 M^2, g3 M^4 over 8 pi G).

    alpha: the value.  functions: numbers of powers of p on A_2^imp, X_4, X_6, ...  fix: couplings held,
    in units of 8 pi G.  b_max: infrared cutoff in D = 4, in units 1/M.  exponents, coefficients: the
    functions found, for A_2^imp, X_4, ... in turn.  violation: the largest relative negative value on
    `states` scanned states off the grid of the program, 0 if there is none, found at `lowest`.
    certificate: the proof (schema eft-positivity/gravity-certificate/1), None if the value is numerical,
    for the reason given.
    """

    dimension: int
    direction: tuple[float, float]
    alpha: float
    functions: tuple[int, ...]
    fix: tuple[tuple[str, float], ...]
    b_max: float | None
    exponents: tuple[tuple[float, ...], ...]
    coefficients: tuple[float, ...]
    violation: float
    lowest: str
    states: int
    seconds: float
    certificate: Mapping[str, Any] | None = None
    reason: str = ""

    @property
    def status(self) -> str:
        """ "certified" if there is a proof for all states, else "numerical"."""
        return "numerical" if self.certificate is None else "certified"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary (schema eft-positivity/gravity/1)."""
        return {"schema": GRAVITY_SCHEMA, **asdict(self), "status": self.status, "scope": self.scope}

    @property
    def scope(self) -> str:
        """What the number is about."""
        names = ["A_2 improved", *(f"X_{2 * j}" for j in range(2, 9))]
        used = [f"{n} functions on {name}" for n, name in zip(self.functions, names, strict=False) if n]
        states = "all even spins, masses >= M=1 and impact parameters"
        if self.certificate is None:
            states = "even spins and masses >= M=1 sampled and refined"
        cut = "" if self.b_max is None else f", pole cut at p = 1/b_max, b_max M = {self.b_max:g}"
        level = f"tree level with graviton exchange, {LEADING_ORDER}"
        return f"D={self.dimension}, {level}, rho_J >= 0, {states}, {', '.join(used)}{cut}"

    @property
    def log_coefficient(self) -> float | None:
        """D = 4: c of alpha = c log(b_max M) + const at fixed functional, from the power p of f_1; None elsewhere."""
        if self.b_max is None:
            return None
        return self.coefficients[self.exponents[0].index(1.0)]

    def __str__(self) -> str:
        a, c = self.direction
        held = "".join(f" at {name} = {value:g} 8piG" for name, value in self.fix)
        terms = " ".join(f"{v:+g} {name}" for v, name in ((a, "g2 M^2"), (c, "g3 M^4")) if v).removeprefix("+")
        word = "certified" if self.certificate is not None else "numerical (not proved)"
        lines = [self.scope, f"  {terms.removeprefix('1 ')} >= {-rounded_up(self.alpha):.8g} 8piG{held}   {word}"]
        log = self.log_coefficient
        if log is not None:
            rest = self.alpha - log * float(np.log(self.b_max or 1.0))
            lines.append(f"  alpha = {log:.5g} log(b_max M) {rest:+.5g} with this functional")
        lines.append(f"  states between the grid points: {self.lowest}")
        if self.reason:
            lines.append(f"  {self.reason}")
        return "\n".join(lines)


def rounded_up(alpha: float) -> float:
    """Six decimals, never below the value: what is printed stays true."""
    return math.ceil(alpha * 1e6) / 1e6


class GravityProgram:
    """The linear program of one space, refined as its functionals are found; reused for all directions."""

    def __init__(self, space: Space, grid: Grid | None = None) -> None:
        self.space, self._grid = space, grid

    @cached_property
    def program(self) -> Program:
        """The sampled rows."""
        return Program(self.space, self._grid)

    def bound(
        self, direction: tuple[float, float] = (1.0, 0.0), fix: Mapping[str, float] | None = None
    ) -> GravityBound:
        """The best alpha for direction[0] g2 + direction[1] g3; raises InputError if there is no functional.

        fix: g3 (or g2) held at a value in units of 8 pi G; the direction is then along the other one.
        """
        started = time.perf_counter()
        objective, equations, values = question(self.space, direction, fix or {})
        found = self.program.best(objective, equations, values)
        if not found.optimal:
            raise InputError(
                f"direction {direction}: no functional found in this space ({found.status}): "
                "change it or use more functions"
            )
        if not found.bounded:
            held = ", ".join(f"{name} = {value:g} 8piG" for name, value in (fix or {}).items()) or "this"
            raise InputError(
                f"{held} is excluded (numerical, not proved): no theory has it, so nothing is bounded there"
            )
        return report(found, direction, fix or {}, float(objective @ found.coefficients), time.perf_counter() - started)


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


def report(
    found: Functional, direction: tuple[float, float], fix: Mapping[str, float], alpha: float, seconds: float
) -> GravityBound:
    """The numerical bound of a functional."""
    space, violation = found.space, found.violation
    assert violation is not None
    reason = "for a proof ask for a certificate (functions on A_2 alone, a weaker value)"
    if space.dimension == 4:
        reason = "no certificate in D = 4: the cutoff of the pole is an input, not a consequence of the sum rule"
    elif fix:
        reason = "for a proof ask for a certificate in the direction of this functional, with nothing held fixed"
    return GravityBound(
        space.dimension, (float(direction[0]), float(direction[1])), alpha, tuple(map(len, space.exponents)),
        tuple(fix.items()), space.b_max, space.exponents, tuple(found.coefficients.tolist()),
        max(0.0, -violation.slack), str(violation), violation.states, round(seconds, 3), None, reason,
    )  # fmt: skip


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
            from positivity.gravity_certificates import certified_bound

            return certified_bound(space, direction, fix or {})
        return GravityProgram(space).bound(direction, fix)
