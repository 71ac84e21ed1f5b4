"""The margin program: where the dual is degenerate, the functional farthest from failing.

When many functionals reach the optimum, the vertices that a linear program returns wander and
the exchange does not settle.  Then the value is weakened a little and the smallest relative
slack is maximised instead, whose solution is well inside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from solvers.exchange import Exchange, ExchangeResult
from solvers.linear import GrowingProgram, LinearSolution

_MAX_ROUNDS = 80
_MAX_WEAKENINGS = 4


def widest_margin(
    exchange: Exchange, weights: Sequence[float], stalled: ExchangeResult, allowance: float
) -> ExchangeResult:
    """Maximise the smallest slack with c_0 at most `allowance` above the stalled value.

    The allowance grows tenfold while no functional with positive slack is found.
    """
    lowest = float(stalled.multipliers[0])
    for _ in range(_MAX_WEAKENINGS):
        result = _solve(exchange, np.asarray(weights, float), lowest + allowance)
        if result.status == "optimal":
            return replace(result, loss=allowance)
        allowance *= 10
    return stalled


def _solve(exchange: Exchange, weights: np.ndarray, limit: float) -> ExchangeResult:
    size = len(exchange.program.free)
    cost = np.zeros(size + 1)
    cost[-1] = -1.0
    model = GrowingProgram(cost, exchange.box)
    value = exchange.basis[0].astype(float)
    matrix, targets, _, _ = exchange.sampled()
    model.add_rows(np.append(-value, 0.0)[None, :], np.array([-limit]))
    count = 0
    for _ in range(_MAX_ROUNDS):
        new = matrix[count:]
        model.add_rows(np.hstack([new, -np.ones((len(new), 1))]), -targets[count:] @ weights)
        count = len(matrix)
        solution = model.solve()
        if not solution.optimal or solution.point[-1] <= 0:
            break
        margin = float(solution.point[-1])
        dips = exchange.violations(solution.point[:-1], weights, 0.5 * margin)
        if float(dips.values.min(initial=np.inf)) >= 0.2 * margin:
            # the weights of the points, in units of the multiplier of the value, are a spectrum
            duals = solution.duals[1:] / max(float(solution.duals[0]), 1e-300)
            return exchange.read(LinearSolution("optimal", solution.point[:-1], duals), True, margin)
        exchange.add_points(dips.owners, dips.s, weights, 0.0)
        matrix, targets, _, _ = exchange.sampled()
    return ExchangeResult("stalled", (), np.zeros(0), ())
