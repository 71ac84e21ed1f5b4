r"""The weak-gravity bound on the cutoff: max 8piG Lambda^2 in D = 4 with 0 <= rho_J <= 2.

    result = cutoff_bound("0.1", contacts=1)
    print(result)                       # max 8piG Lambda^2 and max Lambda/M_P with all assumptions

The graviton pole diverges at t = 0, so a smallest momentum transfer p_min (or a regulator mu) is an
input of every such bound, never a default.  Source: 2502.10375; derivation: docs/theory/weak_gravity.md.
"""

from __future__ import annotations

import math
import time
from dataclasses import replace
from typing import Any

from positivity.answers.cutoff import CutoffBound, CutoffFunctional
from positivity.answers.limits import out_of_time, within
from positivity.questions.errors import known_keywords, whole_number
from positivity.sum_rules.cutoff_rules import CutoffProblem, cutoff_problem
from solvers.deadline import OutOfTime

#: numbers of the linear program that are called the same
_FEASIBLE_GAP = 1e-6
#: relative grid error that is worth a note
_LARGE_ERROR = 0.05


@known_keywords
def cutoff_bound(
    p_min: object = None, *, functions: int | None = None, time_limit: float | None = None, **question: Any
) -> CutoffBound:
    """Largest 8piG Lambda^2 for which the smeared sum rules have a solution with 0 <= rho_J <= 2, D = 4.

    p_min: smallest momentum transfer in units of the cutoff (number or decimal text); None only with a
    regulator mu.  contacts: number of free contact terms 2 g2 + g3 p^2 + 8 g4 p^4 + ... in A_2, all
    others zero; with k = (2, 4) give degree instead, the highest Mandelstam order of the shared
    couplings.  forward_sum_rules: use A_2^imp.  mu: pole 1/(p^2 + mu^2).  g2, g4: fixed values in units
    of the cutoff, g4 through A_4(0) = 4 g4.  loops: "tree" or "g2^2".  functions: test functions per
    sum rule (default 64; 32 with forward sum rules, 10 to 20 with mu).  time_limit: seconds after which the
    status is "failed" for that reason.  Raises InputError for a bad question, before any long computation.
    """
    problem = cutoff_problem(p_min, **question)
    functions = default_functions(functions, problem)
    with within(time_limit):
        try:
            return cutoff_of(problem, functions)
        except OutOfTime as stop:
            return CutoffBound(problem, None, None, "failed", out_of_time(stop), functions)


def cutoff_of(problem: CutoffProblem, functions: int) -> CutoffBound:
    """The answer to a checked question, with its change with the basis where that is large; raises OutOfTime."""
    found = solve_cutoff(problem, functions)
    if not problem.forward or found.value is None:
        return found
    try:
        return _with_basis_error(found)
    except OutOfTime as stop:
        reason = f"its change with the test functions is not known, {stop}"
        return replace(found, reason=f"{found.reason}; {reason}".removeprefix("; "))


def _with_basis_error(found: CutoffBound) -> CutoffBound:
    """The same with its change from a smaller basis: with forward sum rules the values still fall."""
    assert found.value is not None
    fewer = max(6, 2 * found.functions // 3)
    coarse = solve_cutoff(found.problem, fewer)
    if coarse.value is None:
        return replace(found, reason=f"{found.reason}; {fewer} test functions give no value".removeprefix("; "))
    note = f"not converged in the test functions: {fewer} give {coarse.value:.4g}, more of them lower the value further"
    seconds = round(found.seconds + coarse.seconds, 2)
    reason = f"{found.reason}; {note}".removeprefix("; ")
    return replace(found, reason=reason, basis_error=abs(coarse.value - found.value), seconds=seconds)


def solve_cutoff(problem: CutoffProblem, functions: int, grid: Any = None) -> CutoffBound:
    """Solve the program of a checked problem; grid: a CutoffGrid, by default one that suits the problem."""
    import numpy as np

    from positivity.answers.version import __version__
    from positivity.programs import cells as program
    from positivity.sum_rules.spline_rows import CutoffGrid, Rows
    from positivity.sum_rules.splines import geometric_splines

    begun = time.perf_counter()
    splines = geometric_splines(problem.p_min, functions, problem.mu, steep=problem.forward)
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
        status = "no theory" if solution.status == "infeasible" else "failed"
        return answer(None, None, status, f"the linear program is {solution.status}: {program.remedy(solution.status)}")
    functional = program.project(solution.multipliers, side)
    value = program.cost(rows, functional, grid.finer()) - float(functional @ side.known)
    if value <= 0:
        return answer(None, None, "no theory", f"the known terms leave no room for a pole: 8piG <= {value:.3g} < 0")
    parts = {k: tuple(functional[i * splines.count : (i + 1) * splines.count]) for i, k in enumerate(problem.k)}
    tail = float(functional[-1]) if rows.forward else 0.0
    reason = ""
    if value < solution.primal - _FEASIBLE_GAP * value:
        reason = "the re-costed functional lies below the feasible density: the grids do not agree, raise them"
    moved = abs(value + float(functional @ side.known) - program.cost(rows, functional, grid))
    if moved > _LARGE_ERROR * value:
        reason = f"the cost moves by {moved:.2g} between two grids: use fewer test functions"
    spline_data = CutoffFunctional(tuple(splines.breaks), splines.drop, parts, tail)
    return answer(value, solution.primal, "numerical", reason, spline_data, moved)


def default_functions(functions: int | None, problem: CutoffProblem) -> int:
    """How many test functions a sum rule has; raises InputError."""
    if functions is None:
        if problem.mu:
            # knots much narrower than mu near p = 1 need impact parameters beyond the grid
            return max(10, min(20, round(10 + 3 * math.log(1 / problem.mu))))
        return 32 if problem.forward else 64
    return whole_number(functions, "functions", 6, 120)
