r"""The weak-gravity bound on the cutoff: max 8piG Lambda^2 in D = 4 with 0 <= rho_J <= 2.

    result = cutoff_bound("0.1", contacts=1)
    print(result)                       # max 8piG Lambda^2 and max Lambda/M_P with all assumptions

The graviton pole diverges at t = 0, so a smallest momentum transfer p_min (or a regulator mu) is an
input of every such bound, never a default.  Source: 2502.10375; derivation: docs/theory/weak_gravity.md.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from positivity.amplitudes.one_loop import pair_text, parse_pairs
from positivity.couplings import coupling_name, parse_rational
from positivity.errors import InputError

CUTOFF_SCHEMA = "eft-positivity/cutoff/1"
_HOMOGENEOUS = (
    "with rho_J >= 0 only, every sum rule may be multiplied by a positive number: the problem is homogeneous in G "
    "and bounds ratios like g2/(8piG), never 8piG itself; use the unitary density, 0 <= rho_J <= 2"
)
#: numbers of the linear program that are called the same
_FEASIBLE_GAP = 1e-6
#: relative grid error that is worth a note
_LARGE_ERROR = 0.05


@dataclass(frozen=True)
class CutoffProblem:
    """The question, in units of the cutoff Lambda = 1.

    p_min: smallest momentum transfer, t = -p^2, p_min <= p <= 1.  order: contact terms g_pq up to this
    Mandelstam order are free, all higher ones zero.  k: sum rules A_k used, (2,) or (2, 4).  forward:
    all forward k >= 4 sum rules are assumed (A_2^imp).  mu: the pole is 1/(p^2 + mu^2).  g2, g4: fixed
    values (g4 through A_4(0) = 4 g4), None if unknown.  loops: pairs whose one-loop arcs are included.
    """

    p_min: float
    order: int = 2
    k: tuple[int, ...] = (2,)
    forward: bool = False
    mu: float = 0.0
    g2: float | None = None
    g4: float | None = None
    loops: str = "tree"

    @property
    def scope(self) -> str:
        """One line with everything the number depends on."""
        return "; ".join(self.assumptions)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is assumed, in words."""
        reach = f"{self.p_min:g} Lambda <= p <= Lambda" if self.p_min else "0 <= p <= Lambda"
        pole = "graviton pole 8piG/p^2, graviton loops neglected"
        if self.mu:
            pole = f"pole regulated to 8piG/(p^2+mu^2), mu = {self.mu:g} Lambda, graviton loops neglected"
        rules = " and ".join(f"A_{k}(-p^2)" for k in self.k)
        words = [
            "D=4, 0 <= rho_J <= 2, all even spins, masses >= Lambda=1",
            f"{rules} twice subtracted, smeared over {reach}",
            pole,
            self._contact_words(),
        ]
        if self.forward:
            words.append("forward limits of all k >= 4 sum rules assumed to exist, without graviton loops")
        if self.g4 is not None:
            words.append(f"A_4(0) = 4 g4 with g4 = {self.g4:g} Lambda^-8")
        if self.loops != "tree":
            words.append(f"one-loop arcs of {self.loops}, couplings at mu = Lambda; its other orders neglected")
        return tuple(words)

    def _contact_words(self) -> str:
        if self.order < 2:
            return "no contact terms"
        names = contact_names(self)
        known = f"g2 = {self.g2:g} Lambda^-4 fixed, " if self.g2 is not None else ""
        listed = ", ".join(names) if names else "none"
        tail = "" if self.forward else f", all couplings beyond order {self.order} set to zero"
        return f"{known}free contact terms: {listed}{tail}"

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "dimension": 4, "density": "unitary", "p_min": self.p_min, "order": self.order, "k": list(self.k),
            "forward_sum_rules": self.forward, "mu": self.mu, "g2": self.g2, "g4": self.g4, "loops": self.loops,
            "assumptions": list(self.assumptions),
        }  # fmt: skip


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
    between the two grids.  error: the width of the bracket and the grid error together.  status:
    "numerical" or "failed" with the reason.  functions: test functions per sum rule.
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

    @property
    def cutoff_over_planck(self) -> float | None:
        """max Lambda/M_P = sqrt(8piG Lambda^2), M_P the reduced Planck mass."""
        return math.sqrt(self.value) if self.value is not None else None

    @property
    def error(self) -> float | None:
        """Width of the bracket and grid error; more test functions lower the value beyond it."""
        return None if self.value is None or self.primal is None else self.value - self.primal + self.grid_error

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary (schema eft-positivity/cutoff/1)."""
        return {
            "schema": CUTOFF_SCHEMA,
            "problem": self.problem.to_dict(),
            "quantity": "8piG Lambda^2",
            "value": self.value,
            "feasible": self.primal,
            "error": self.error,
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
            f"bracket [{self.primal:.5g}, {self.value:.5g}]: feasible density on cells, re-costed functional; "
            f"error {self.error:.1g}"
        )
        lines.append(f"Lambda/M_P <= {_upward(math.sqrt(self.value))}")
        if self.reason:
            lines.append(f"note: {self.reason}")
        return "\n".join(lines)


def _upward(value: float) -> str:
    """Four digits, rounded up."""
    scale = 10.0 ** (3 - math.floor(math.log10(value)))
    return f"{math.ceil(value * scale - 1e-9) / scale:.4g}"


def contact_names(problem: CutoffProblem) -> list[str]:
    """Names of the free couplings."""
    from positivity.weak_gravity_program import contact_terms

    top = min(problem.order, 3) if problem.forward else problem.order
    found = {c for k in problem.k for c in contact_terms(k, top)}
    names = sorted((coupling_name(c) for c in found), key=lambda name: (len(name), name))
    return [name for name in names if name != "g2" or problem.g2 is None]


def cutoff_problem(
    p_min: object = None,
    *,
    contacts: int | None = None,
    k: Sequence[int] = (2,),
    degree: int | None = None,
    forward_sum_rules: bool = False,
    mu: object = None,
    g2: object = None,
    g4: object = None,
    loops: str = "tree",
    density: str = "unitary",
) -> CutoffProblem:
    """Check a question; every argument as in `cutoff_bound`.  Raises InputError naming what to change."""
    if density == "positive":
        raise InputError(f"density 'positive': {_HOMOGENEOUS}")
    if density != "unitary":
        raise InputError(f"density {density!r}: use 'unitary'")
    low, mass = (_number(value, name) for value, name in ((p_min, "p-min"), (mu, "mu")))
    if low is None and mass is None:
        raise InputError(
            "p-min is not given: an exact pole down to p = 0 with rho_J <= 2 leaves only G = 0; "
            "give the smallest momentum transfer, e.g. --p-min 0.1, or a regulator --mu"
        )
    low, mass = low or 0.0, mass or 0.0
    if not (1e-10 <= low <= 0.8 or (low == 0 and 1e-4 <= mass <= 1)):
        raise InputError(f"p-min {low:g}, mu {mass:g}: use 1e-10 <= p-min <= 0.8, or p-min 0 with 1e-4 <= mu <= 1")
    if mass < 0 or mass > 10:
        raise InputError(f"mu {mass:g}: use 0 to 10, in units of the cutoff")
    if tuple(k) not in ((2,), (2, 4)):
        raise InputError(f"k {','.join(map(str, k))}: use 2, or 2,4")
    order = _order(contacts, degree, tuple(k), forward_sum_rules)
    if forward_sum_rules and (tuple(k) != (2,) or g4 is not None):
        raise InputError("--forward-sum-rules already uses A_4: leave out --k 2,4 and --g4")
    pairs = parse_pairs(loops)
    if any(pair_text(pair) != "g2^2" for pair in pairs):
        raise InputError(f"loops {loops!r}: with gravity only those of g2^2 are included; use g2^2 or tree")
    if pairs and (g2 is None or forward_sum_rules):
        raise InputError("loops of g2^2 need a value of g2, and no --forward-sum-rules: give e.g. --g2 60")
    if g2 is not None and order < 2:
        raise InputError("a fixed g2 needs --contacts 1 or more")
    quartic = _number(g4, "g4")
    if quartic is not None and (quartic <= 0 or pairs):
        raise InputError(f"g4 {quartic:g}: A_4(0) = 4 g4 needs g4 > 0 at tree level; change --g4 or --loops")
    return CutoffProblem(low, order, tuple(k), forward_sum_rules, mass, _number(g2, "g2"), quartic, loops)


def cutoff_bound(p_min: object = None, *, functions: int | None = None, **question: Any) -> CutoffBound:
    """Largest 8piG Lambda^2 for which the smeared sum rules have a solution with 0 <= rho_J <= 2, D = 4.

    p_min: smallest momentum transfer in units of the cutoff (number or decimal text); None only with a
    regulator mu.  contacts: number of free contact terms 2 g2 + g3 p^2 + 8 g4 p^4 + ... in A_2, all
    others zero; with k = (2, 4) give degree instead, the highest Mandelstam order of the shared
    couplings.  forward_sum_rules: use A_2^imp.  mu: pole 1/(p^2 + mu^2).  g2, g4: fixed values in units
    of the cutoff, g4 through A_4(0) = 4 g4.  loops: "tree" or "g2^2".  functions: test functions per
    sum rule (default 64; 24 with forward sum rules, 10 to 20 with mu).  Raises InputError for a bad question,
    before any long computation.
    """
    problem = cutoff_problem(p_min, **question)
    count = _functions(functions, problem)
    return solve_cutoff(problem, count)


def solve_cutoff(problem: CutoffProblem, functions: int, grid: Any = None) -> CutoffBound:
    """Solve the program of a checked problem; grid: a CutoffGrid, by default one that suits the problem."""
    import numpy as np

    from positivity import __version__
    from positivity import weak_gravity_program as program
    from positivity.dispersion.cutoff_rows import CutoffGrid, Rows
    from positivity.dispersion.splines import geometric_splines

    begun = time.perf_counter()
    splines = geometric_splines(problem.p_min, functions, problem.mu)
    rows = Rows(splines, problem.k, problem.forward, problem.g4 is not None)
    grid = grid or CutoffGrid()
    side = program.infrared_of(rows, problem)
    solution = program.solve(rows, side, grid)
    versions = {"eft-positivity": __version__, "numpy": np.__version__}

    def answer(
        value: float | None, primal: float | None, status: str, reason: str, found: Any = None, moved: float = 0.0
    ) -> CutoffBound:
        seconds = round(time.perf_counter() - begun, 2)
        return CutoffBound(problem, value, primal, status, reason, functions, found, versions, seconds, moved)

    if solution.status != "optimal":
        return answer(
            None, None, "failed", f"the linear program is {solution.status}: {program.remedy(solution.status)}"
        )
    functional = program.project(solution.multipliers, side)
    value = program.cost(rows, functional, grid.finer()) - float(functional @ side.known)
    if value <= 0:
        return answer(None, None, "failed", f"the known terms leave no room for a pole: 8piG <= {value:.3g} < 0")
    parts = {k: tuple(functional[i * splines.count : (i + 1) * splines.count]) for i, k in enumerate(problem.k)}
    tail = float(functional[-1]) if rows.forward else 0.0
    reason = ""
    if value < solution.primal - _FEASIBLE_GAP * value:
        reason = "the re-costed functional lies below the feasible density: the grids do not agree, raise them"
    moved = abs(value + float(functional @ side.known) - program.cost(rows, functional, grid))
    if moved > _LARGE_ERROR * value:
        reason = f"the cost moves by {moved:.2g} between two grids: use fewer test functions (--functions)"
    spline_data = CutoffFunctional(tuple(splines.breaks), splines.drop, parts, tail)
    return answer(value, solution.primal, "numerical", reason, spline_data, moved)


def _functions(functions: int | None, problem: CutoffProblem) -> int:
    if functions is None:
        if problem.mu:
            # knots much narrower than mu near p = 1 need impact parameters beyond the grid
            return max(10, min(20, round(10 + 3 * math.log(1 / problem.mu))))
        return 24 if problem.forward else 64
    if isinstance(functions, bool) or not isinstance(functions, int) or not 6 <= functions <= 120:
        raise InputError(f"functions {functions!r}: use 6 to 120 test functions")
    return functions


def _order(contacts: int | None, degree: int | None, k: tuple[int, ...], forward: bool) -> int:
    """Mandelstam order of the highest free contact term."""
    if forward:
        if contacts not in (None, 2) or degree is not None:
            raise InputError(
                "--forward-sum-rules leave exactly two contact terms, g2 and g3: drop --contacts, --degree"
            )
        return 3
    if k == (2, 4):
        if contacts is not None or degree is None:
            raise InputError(
                "--k 2,4 shares couplings: give --degree N, their highest Mandelstam order, not --contacts"
            )
        if not 1 <= degree <= 16:
            raise InputError(f"degree {degree}: use 1 (no contact terms) to 16")
        return degree
    if contacts is None or degree is not None:
        raise InputError("the number of free contact terms has no default: give e.g. --contacts 1")
    if isinstance(contacts, bool) or not isinstance(contacts, int) or not 0 <= contacts <= 12:
        raise InputError(f"contacts {contacts!r}: use 0 to 12 free contact terms")
    return contacts + 1


def _number(value: object, name: str) -> float | None:
    """A finite number, or text with one; None stays None."""
    if value is None:
        return None
    if isinstance(value, str):
        exact = parse_rational(value, f"--{name}")
        return float(int(exact.p)) / float(int(exact.q))
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InputError(f"{name} {value!r}: use a finite number")
    return float(value)
