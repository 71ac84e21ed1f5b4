"""Benchmarks of gravity bounds (make bench)."""

import numpy as np

from positivity.sum_rules.improved import smeared


def test_kernels(benchmark):
    """40 spins x 200 masses x 20 functions on A_2 improved."""
    x, powers = np.linspace(0.005, 1, 200), [2 + 0.5 * k for k in range(20)]
    rows = benchmark.pedantic(smeared, ([powers], list(range(0, 80, 2)), x, 6), rounds=3)
    assert rows.shape == (40, 200, 20)
