"""A bound on couplings in units of 8 pi G, with its scope.  Source: 2102.08951; method: docs/theory/gravity.md."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

GRAVITY_SCHEMA = "eft-positivity/gravity/1"
#: graviton loops spoil the forward limits of the improved rules, see docs/theory/gravity.md
LEADING_ORDER = "leading order in G (no graviton loops)"


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
