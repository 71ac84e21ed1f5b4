"""The weak-gravity bound in D = 4: how large 8 pi G Lambda^2 can be with 0 <= rho_J <= 2 (2502.10375).

Smearing a sum rule with any f, int f A_2(-p^2) = 8 pi G int f/p^2 + contact terms, and the right side
of < K_f > <= 32 sum (2J+1) int dm^2/m^2 (K_f)_+ bounds 8 pi G.  Every f gives a valid bound; a linear
program finds the best of a spline space.  p_min, the number of contact terms and the use of forward
sum rules are assumptions: no number is meaningful without them.  docs/theory/weak_gravity.md.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog

from positivity.amplitudes.one_loop import parse_pairs
from positivity.couplings import Coupling, coupling_name, couplings_of_order
from positivity.cutoff_functions import TestFunctions
from positivity.dispersion.arcs import arc_coefficient, arc_pi_power, t_channel
from positivity.dispersion.sum_rules import ir_side
from positivity.errors import InputError
from positivity.impact_grid import Cells, ImpactGrid, cells

CUTOFF_SCHEMA = "eft-positivity/cutoff/1"
_TAYLOR = 120
_LARGEST_DEGREE = 16


@dataclass(frozen=True)
class CutoffProblem:
    """What is assumed, in units of the cutoff Lambda = 1.

    p_min: smallest momentum transfer at which the sum rules are used.  contacts: free contact terms
    c_0, c_1 p^2, ... of A_2 (with k=(2,)).  k: (2,), or (2, 4) for A_2 and A_4
    with shared couplings g_pq of Mandelstam order up to `degree`.  g2: its value, None if free.  loops:
    "tree" or "g2^2", the one-loop term of A_2 (needs g2).  functions: size of the spline space.  mu: the
    pole is 8 pi G/(p^2 + mu^2) instead of 8 pi G/p^2.  g4: the forward sum rule A_4(0) = 4 g4 is used too.
    """

    p_min: float
    contacts: int = 1
    k: tuple[int, ...] = (2,)
    degree: int = 6
    g2: float | None = None
    loops: str = "tree"
    functions: int = 24
    mu: float | None = None
    g4: float | None = None

    def __post_init__(self) -> None:
        TestFunctions(self.p_min, self.functions)
        if self.k not in ((2,), (2, 4)):
            raise InputError(f"k {self.k}: use 2, or 2,4 for both sum rules with shared couplings")
        if not 0 <= self.contacts <= 12:
            raise InputError(f"contacts {self.contacts}: use 0 to 12")
        if not 2 <= self.degree <= _LARGEST_DEGREE:
            raise InputError(f"degree {self.degree}: use 2 to {_LARGEST_DEGREE}")
        if (self.mu is not None and not self.mu > 0) or (self.g4 is not None and not self.g4 > 0):
            raise InputError(f"mu {self.mu}, g4 {self.g4}: use positive numbers in units of the cutoff")
        if self.g4 is not None and self.k != (2,):
            raise InputError("g4 as a forward sum rule goes with A_2 alone: drop --k 2,4")
        if self.loops not in ("tree", "g2^2"):
            raise InputError(f"loops {self.loops!r}: the cutoff program knows 'tree' and 'g2^2'")
        if self.loops != "tree" and (self.g2 is None or self.k != (2,)):
            raise InputError("loops g2^2 need a value of g2, and A_2 alone: add --g2 60")

    @property
    def unknowns(self) -> list[Coupling]:
        """Couplings that occur as contact terms; pseudo-couplings (-r, 0) are independent ones of A_2."""
        if self.k == (2,):
            return [(1, 0), *((-r, 0) for r in range(1, self.contacts))][: self.contacts]
        return [c for n in range(2, self.degree + 1) for c in couplings_of_order(n)]

    @property
    def text(self) -> str:
        """The assumptions in words."""
        if self.k == (2,):
            terms = f"A_2 alone with {self.contacts} free contact term{'s' if self.contacts != 1 else ''}"
        else:
            terms = f"A_2 and A_4 with shared couplings to Mandelstam order {self.degree} and none above"
        fixed = "" if self.g2 is None else f", g2 = {self.g2:g}"
        loops = "no loops" if self.loops == "tree" else "one loop with g2^2"
        pole = "8piG/p^2" if self.mu is None else f"8piG/(p^2+{self.mu:g}^2)"
        fixed += "" if self.g4 is None else f", forward A_4(0) = 4 g4 with g4 = {self.g4:g}"
        return (
            f"D=4, graviton pole {pole}, 0 <= rho_J <= 2, all even spins, masses >= Lambda=1, sum rules used for "
            f"p from {self.p_min:g} to 1; {terms}{fixed}; {loops}, no graviton loops"
        )


@dataclass(frozen=True)
class CutoffBound:
    """max 8 pi G Lambda^2 of a CutoffProblem: numerical.

    value: cost of the functional on an independent finer grid, an upper bound up to its error.
    primal: what a density reaches that satisfies the smeared rules on the coarse grid.  error: |value -
    coarse value| + gap.  coefficients: of the functional on the splines, for each rule.
    """

    problem: CutoffProblem
    value: float
    primal: float
    error: float
    coefficients: dict[str, list[float]]
    seconds: float

    @property
    def ratio(self) -> float:
        """max Lambda/M_P = sqrt(value), M_P the reduced Planck mass."""
        return float(np.sqrt(self.value))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary (schema eft-positivity/cutoff/1)."""
        return {"schema": CUTOFF_SCHEMA, **asdict(self), "max_lambda_over_planck_mass": self.ratio,
                "assumptions": self.problem.text, "status": "numerical"}  # fmt: skip

    def __str__(self) -> str:
        return (
            f"{self.problem.text}\n"
            f"  8piG Lambda^2 <= {self.value:.5g}   Lambda/M_P <= {self.ratio:.4g}   numerical (not proved)\n"
            f"  [{self.primal:.5g}, {self.value:.5g}] with {self.problem.functions} splines per rule, "
            f"error {self.error:.1e} by re-evaluation on a finer grid"
        )


def cutoff(problem: CutoffProblem, grid: ImpactGrid | None = None) -> CutoffBound:
    """The best functional of the spline space and its cost; raises InputError if the program has no answer."""
    started = time.perf_counter()
    # with the forward sum rule the sign changes with w at fixed b
    grid = grid or ImpactGrid(problem.p_min, layers=5 if problem.g4 is None else 24)
    functions = TestFunctions(problem.p_min, problem.functions)
    rules = _rules(problem)
    infrared = _Infrared(problem, functions, rules)
    coarse = cells(grid, functions, rules)
    primal, functional = _solve(coarse, infrared)
    value = _cost(cells(grid.finer(), functions, rules), functional, infrared)
    error = abs(value - _cost(coarse, functional, infrared)) + abs(_cost(coarse, functional, infrared) - primal)
    split = np.split(functional, np.cumsum([len(infrared.nothing(rule)) for rule in rules])[:-1])
    coefficients = {rule: part.tolist() for rule, part in zip(rules, split, strict=True)}
    return CutoffBound(problem, value, primal, error, coefficients, round(time.perf_counter() - started, 3))


def _rules(problem: CutoffProblem) -> tuple[str, ...]:
    return (*(f"A{k}" for k in problem.k), *(("A4(0)",) if problem.g4 is not None else ()))


class _Infrared:
    """The infrared side of all smeared rows: graviton, free couplings, and what is known."""

    def __init__(self, problem: CutoffProblem, functions: TestFunctions, rules: tuple[str, ...]) -> None:
        self.problem, self.functions = problem, functions
        self.graviton = np.concatenate([self._pole(rule) for rule in rules])
        columns = {c: np.concatenate([self._coupling(c, rule) for rule in rules]) for c in problem.unknowns}
        self.known = np.zeros(len(self.graviton))
        if problem.g2 is not None:
            given = columns.pop((1, 0), np.concatenate([self._coupling((1, 0), rule) for rule in rules]))
            self.known = problem.g2 * given
        if problem.loops == "g2^2" and problem.g2 is not None:
            self.known = self.known + problem.g2**2 * self._loop()
        if problem.g4 is not None:
            self.known[-1] = 4 * problem.g4
        self.free = np.column_stack([*columns.values()]) if columns else np.zeros((len(self.graviton), 0))

    def _pole(self, rule: str) -> np.ndarray:
        """int f_i / (p^2 + mu^2); the graviton is in A_2 only."""
        if rule != "A2":
            return self.nothing(rule)
        return self.functions.integral(lambda p: 1 / (p * p + (self.problem.mu or 0.0) ** 2))

    def nothing(self, rule: str) -> np.ndarray:
        return np.zeros(1 if rule == "A4(0)" else self.functions.count)

    def _coupling(self, coupling: Coupling, rule: str) -> np.ndarray:
        """int f_i [g_pq of the rule]; a pseudo-coupling (-r, 0) is p^(2r) itself."""
        if rule == "A4(0)":
            return self.nothing(rule)
        if coupling[0] < 0:
            return self.functions.moment(-2 * coupling[0])
        p, q = coupling
        j = 2 if rule == "A4" else 1
        r = 2 * p + 3 * q - 2 * j
        if r < 0:
            return self.nothing(rule)
        size = ir_side(j, r).get(coupling)
        if size is None:
            return self.nothing(rule)
        return np.asarray(float(size) * (-1) ** r * self.functions.moment(2 * r))

    def _loop(self) -> np.ndarray:
        """int f_i of the g2^2 term of A_2(-p^2): arcs of the s and u channels, and the t-channel logarithm."""
        pair = parse_pairs("g2^2")[0]
        p, weights = self.functions.nodes(200.0)
        t = -p * p
        power = np.pi ** arc_pi_power(4)
        total = sum((float(arc_coefficient(1, r, pair, 4)) * power * t**r for r in range(_TAYLOR)), np.zeros_like(t))
        channel = t_channel(1, pair, 4)
        if channel is not None:
            total = total + float(channel.coefficient) * np.pi**channel.pi_power * t**channel.power * np.log(-t)
        return np.asarray((weights * total) @ self.functions.values(p))


def _solve(states: Cells, infrared: _Infrared) -> tuple[float, np.ndarray]:
    """(largest 8 pi G, functional normalised to int f/p^2 = 1)."""
    heavy = (np.hstack(list(states.rows.values())) * states.weights[:, None]).T
    size = np.abs(heavy).max(axis=1) + np.abs(infrared.graviton)
    matrix = np.column_stack([heavy, -infrared.graviton, -infrared.free]) / size[:, None]
    count, others = heavy.shape[1], infrared.free.shape[1]
    cost = np.zeros(matrix.shape[1])
    cost[count] = -1
    bounds = [(0.0, 2.0)] * count + [(None, None)] * (1 + others)
    found = linprog(cost, A_eq=matrix, b_eq=infrared.known / size, bounds=bounds, method="highs")
    if found.status != 0:
        raise InputError(
            f"the cutoff program has no answer ({found.message.split('.')[0]}): change g2 or the functions"
        )
    functional = found.eqlin.marginals / size
    return float(-found.fun), functional / (infrared.graviton @ functional)


def _cost(states: Cells, functional: np.ndarray, infrared: _Infrared) -> float:
    """The bound that a functional with int f/p^2 = 1 and no free contact term gives."""
    kernel = np.hstack(list(states.rows.values())) @ functional
    return float(2 * states.weights @ np.maximum(kernel, 0) - infrared.known @ functional)


def contact_names(problem: CutoffProblem) -> list[str]:
    """Names of the free contact terms."""
    return [coupling_name(c) if c[0] >= 0 else f"c{-c[0]}" for c in problem.unknowns]
