"""Benchmarks of the weak-gravity bound (make bench): one bound, and its linear program against HiGHS."""

import numpy as np
import pytest
from scipy.optimize import linprog

from positivity import cutoff_bound
from positivity.programs.cells import cells, infrared_of, solve
from positivity.sum_rules.cutoff_rules import cutoff_problem
from positivity.sum_rules.spline_rows import CutoffGrid, Rows
from positivity.sum_rules.splines import geometric_splines


@pytest.mark.slow
def test_one_cutoff_bound(benchmark):
    """One contact term, p_min = 0.1, 64 test functions, cost on the finer grid included."""
    found = benchmark.pedantic(cutoff_bound, ("0.1",), {"contacts": 1}, rounds=1)
    assert found.value < 35.3


COARSE = CutoffGrid(reach=60, x_low=1 / 40, shells=40, step=0.3)


def _program():
    rows = Rows(geometric_splines(0.1, 24))
    return rows, infrared_of(rows, cutoff_problem("0.1", contacts=1))


def test_program_by_newton(benchmark):
    rows, side = _program()
    benchmark.pedantic(solve, (rows, side, COARSE), rounds=2)


def test_program_by_highs(benchmark):
    """The same cells through scipy's HiGHS."""
    rows, side = _program()
    columns = cells(rows, COARSE)
    scale = np.abs(columns).max(axis=0)
    matrix = np.concatenate([columns.T, -side.pole[:, None], -side.contact], axis=1) / scale[:, None]
    price = np.zeros(matrix.shape[1])
    price[len(columns)] = -1
    bounds = [(0, 2)] * len(columns) + [(None, None)] * (1 + side.contact.shape[1])
    found = benchmark.pedantic(
        linprog, (price,), {"A_eq": matrix, "b_eq": np.zeros(len(matrix)), "bounds": bounds}, rounds=1
    )
    assert abs(-found.fun / solve(rows, side, COARSE).primal - 1) < 1e-3
