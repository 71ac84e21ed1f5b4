"""A bound on the cutoff over the Planck mass, with its scope.  Source: 2502.10375; docs/theory/weak_gravity.md."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from positivity.sum_rules.cutoff_rules import CutoffProblem

CUTOFF_SCHEMA = "eft-positivity/cutoff/1"


@dataclass(frozen=True)
class CutoffFunctional:
    """f_k(p) as cubic B-splines: breaks, orders of vanishing at the ends, coefficients per sum rule.

    normalised to int f_2/(p^2+mu^2) dp = 1.  forward: coefficient of A_4(0).
    """

    breaks: tuple[float, ...]
    drop: tuple[int, int]
    coefficients: Mapping[int, tuple[float, ...]]
    forward: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "breaks": list(self.breaks), "vanishing": list(self.drop), "forward_A4": self.forward,
            "coefficients": {str(k): list(values) for k, values in self.coefficients.items()},
        }  # fmt: skip


@dataclass(frozen=True)
class CutoffBound:
    """Answer: 8piG Lambda^2 <= value, numerical (not proved).

    value: cost of the functional on an independent finer grid.  primal: value of a feasible density
    on the cells of the program, for the same test functions.  grid_error: by how much the cost differs
    between the two grids.  basis_error: by how much the value falls from two thirds of the test functions to
    these, where that is looked at (forward sum rules, which converge slowly): the optimum over all test
    functions lies below the bracket by about as much.  error: the width of the bracket and both together.
    status: "numerical", or with
    the reason "no theory" (numerical too) or "failed".  functions: test functions per sum rule.
    """

    problem: CutoffProblem
    value: float | None
    primal: float | None
    status: str
    reason: str
    functions: int
    functional: CutoffFunctional | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    grid_error: float = 0.0
    basis_error: float = 0.0

    @property
    def cutoff_over_planck(self) -> float | None:
        """max Lambda/M_P = sqrt(8piG Lambda^2), M_P the reduced Planck mass."""
        return math.sqrt(self.value) if self.value is not None else None

    @property
    def error(self) -> float | None:
        """Width of the bracket, grid error, and the change with the basis where it is known."""
        if self.value is None or self.primal is None:
            return None
        return self.value - self.primal + self.grid_error + self.basis_error

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary (schema eft-positivity/cutoff/1)."""
        return {
            "schema": CUTOFF_SCHEMA,
            "problem": self.problem.to_dict(),
            "quantity": "8piG Lambda^2",
            "value": self.value,
            "feasible": self.primal,
            "error": self.error,
            "basis_error": self.basis_error,
            "Lambda_over_M_P": self.cutoff_over_planck,
            "status": self.status,
            "reason": self.reason,
            "functions": self.functions,
            "functional": self.functional.to_dict() if self.functional else None,
            "versions": dict(self.versions),
            "seconds": self.seconds,
        }

    def __str__(self) -> str:
        lines = [f"assumed: {text}" for text in self.problem.assumptions]
        if self.value is None or self.primal is None:
            return "\n".join([*lines, f"failed: {self.reason}"])
        lines.append(
            f"8piG Lambda^2 <= {_upward(self.value)}   numerical (not proved), {self.functions} test functions"
        )
        lines.append(
            f"bracket [{self.primal:.5g}, {self.value:.5g}] of these test functions: feasible density on cells, "
            f"re-costed functional; error {self.error:.1g}"
        )
        lines.append(f"Lambda/M_P <= {_upward(math.sqrt(self.value))}")
        if self.reason:
            lines.append(f"note: {self.reason}")
        return "\n".join(lines)


def _upward(value: float) -> str:
    """Four digits, rounded up."""
    scale = 10.0 ** (3 - math.floor(math.log10(value)))
    return f"{math.ceil(value * scale - 1e-9) / scale:.4g}"
