"""Linear programs over a density bounded on given cells, with unknowns that may take any value.

    maximise cost . z   over free z and 0 <= rho <= ceiling, sigma >= 0,
    free z - columns^T rho - rays^T sigma = values .

Its multipliers a obey a . free = cost and a . rays <= 0, and any such a gives the bound
cost . z <= a . values + ceiling * sum_cells (a . column)_+ .
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np

#: (HiGHS simplex: 1 dual, 4 primal; tolerance), tried in turn
_ATTEMPTS = ((1, 1e-9), (4, 1e-9), (4, 1e-7), (1, 1e-7))
_SMALLEST, _SECONDS = 1e-11, 40.0


@dataclass(frozen=True)
class ColumnSolution:
    """Answer: status ("optimal" or HiGHS's word), z, rho, the multipliers of the original rows, primal value."""

    status: str
    free: np.ndarray
    density: np.ndarray
    multipliers: np.ndarray
    primal: float


def maximise(
    cost: np.ndarray,
    free: np.ndarray,
    columns: np.ndarray,
    rays: np.ndarray,
    values: np.ndarray,
    ceiling: float = 2.0,
) -> ColumnSolution:
    """Solve the program above; free (rows, free), columns (cells, rows), rays (rays, rows), values (rows,).

    Rows are conditioned by a QR decomposition and columns scaled, because HiGHS drops small entries.
    """
    change = _conditioner(np.concatenate([free.T, columns * np.sqrt(len(columns))]))
    # zero rows would vanish from the program unnoticed
    assert np.isfinite(change).all()
    free_c, columns_c, rays_c, values_c = free.T @ change, columns @ change, rays @ change, values @ change
    scales = [np.maximum(np.abs(part).max(axis=1), 1e-300) for part in (free_c, columns_c, rays_c)]
    matrix = np.concatenate(
        [free_c / scales[0][:, None], -columns_c / scales[1][:, None], -rays_c / scales[2][:, None]]
    )
    upper = np.concatenate(
        [np.full(len(free_c), highspy.kHighsInf), ceiling * scales[1], np.full(len(rays_c), highspy.kHighsInf)]
    )
    lower = np.where(np.arange(len(matrix)) < len(free_c), -highspy.kHighsInf, 0.0)
    objective = np.concatenate([-cost / scales[0], np.zeros(len(columns_c) + len(rays_c))])
    # bounds of order one: densities in units of the largest column
    unit = float(scales[1].max())
    status, point, duals = _run(objective, matrix, lower, upper / unit, values_c / unit)
    point = point * unit / np.concatenate(scales)
    z, rho = point[: len(free_c)], point[len(free_c) : len(free_c) + len(columns_c)]
    return ColumnSolution(status, z, rho, change @ -duals, float(cost @ z))


def _conditioner(rows: np.ndarray) -> np.ndarray:
    """An invertible change of rows that makes the given vectors (points, rows) orthonormal."""
    size = rows.shape[1]
    change = np.diag(1 / np.maximum(np.abs(rows).max(axis=0), 1e-300))
    for _ in range(2):
        upper = np.asarray(np.linalg.qr(rows @ change, mode="r"))
        upper = np.where(np.abs(np.diag(upper))[:, None] > 1e-13 * np.abs(upper).max(), upper, np.eye(size))
        change = change @ np.linalg.inv(upper)
    return np.asarray(change)


def _run(
    cost: np.ndarray, matrix: np.ndarray, lower: np.ndarray, upper: np.ndarray, values: np.ndarray
) -> tuple[str, np.ndarray, np.ndarray]:
    count, size = matrix.shape
    status, point, duals = "not run", np.zeros(count), np.zeros(size)
    for strategy, tolerance in _ATTEMPTS:
        highs = highspy.Highs()
        for option, value in {
            "output_flag": False, "threads": 1, "presolve": "off", "simplex_scale_strategy": 0,
            "small_matrix_value": _SMALLEST, "simplex_strategy": strategy, "time_limit": _SECONDS,
            "primal_feasibility_tolerance": tolerance, "dual_feasibility_tolerance": tolerance,
        }.items():  # fmt: skip
            highs.setOptionValue(option, value)
        empty = np.zeros(0, np.int32)
        highs.addRows(size, values, values, 0, np.zeros(size, np.int32), empty, np.zeros(0))
        starts = np.arange(count, dtype=np.int32) * size
        indices = np.tile(np.arange(size, dtype=np.int32), count)
        highs.addCols(count, cost, lower, upper, matrix.size, starts, indices, np.ascontiguousarray(matrix).ravel())
        highs.run()
        status = str(highs.modelStatusToString(highs.getModelStatus())).lower()
        solution = highs.getSolution()
        point, duals = np.array(solution.col_value), np.array(solution.row_dual)
        if status == "optimal":
            break
    return status, point, duals
