"""Smeared rows against rigorous quadrature, forward nulls, limits; and the program built on them."""

import mpmath
import numpy as np
import pytest
from flint import fmpq
from scipy.special import eval_gegenbauer

import positivity
from positivity.amplitudes.partial_waves import casimir
from positivity.programs.sampled import Grid, smeared_bound, tree_problem
from positivity.questions.couplings import parse_combination
from positivity.sum_rules.legendre import (
    MOMENTA,
    MOMENTUM_WEIGHTS,
    enclosure,
    functions,
    null_kernel,
    smeared_nulls,
    smeared_nulls_eikonal,
    smeared_nulls_regge,
)
from positivity.sum_rules.null_constraints import null_constraints


@pytest.mark.parametrize("dimension", [4, 5, 6, 7])
@pytest.mark.parametrize(("spin", "x"), [(0, "1/3"), (2, "1/2"), (4, "9/10"), (10, "3/10"), (30, "1/20")])
def test_rows_lie_in_their_enclosures(dimension, spin, x):
    exact = fmpq(*map(int, x.split("/")))
    ours = smeared_nulls(spin, np.array([int(exact.p) / int(exact.q)]), 4, dimension)[0]
    for k in range(4):
        ball = enclosure(spin, exact, k, dimension)
        assert float(ball.rad()) < 1e-9
        assert float(ball.mid()) == pytest.approx(ours[k], abs=1e-12 * max(1, abs(ours).max()))


@pytest.mark.parametrize("dimension", [4, 6])
@pytest.mark.parametrize("spin", [2, 4, 8])
def test_first_taylor_coefficient_is_the_first_null(dimension, spin):
    """n = y^2 (null of order 4) / 2 + ..., normalised to X(X-8) in D = 4."""
    big_x = casimir(spin, dimension)
    alpha = mpmath.mpf(dimension - 3) / 2
    with mpmath.workdps(40):
        y = mpmath.mpf("1e-9")
        wave = mpmath.gegenbauer(spin, alpha, 1 - 2 * y) / mpmath.gegenbauer(spin, alpha, 1)
        slope = mpmath.mpf(4) * big_x / (dimension - 2)
        value = ((2 - y) * wave - y**2 * (4 - 3 * y)) / (1 - y) ** 2 + slope * y**3 / (1 - y**2) - 2 - (3 - slope) * y
        coefficient = value / y**2
    null = null_constraints(4, dimension)[0].polynomial
    reference = int(null(casimir(6, dimension)))
    with mpmath.workdps(40):
        wave = mpmath.gegenbauer(6, alpha, 1 - 2 * y) / mpmath.gegenbauer(6, alpha, 1)
        slope = mpmath.mpf(4) * casimir(6, dimension) / (dimension - 2)
        other = ((2 - y) * wave - y**2 * (4 - 3 * y)) / (1 - y) ** 2 + slope * y**3 / (1 - y**2) - 2 - (3 - slope) * y
    ratio = coefficient / (other / y**2)
    assert float(ratio) == pytest.approx(int(null(big_x)) / reference, rel=1e-5)


def test_spin_zero_and_the_pole():
    y = np.linspace(0, 0.999, 50)
    assert np.abs(null_kernel(np.ones_like(y), y, np.zeros_like(y), 4)).max() < 1e-8
    near = 1 - np.array([1e-3, 1e-4])
    wave = eval_gegenbauer(8, 0.5, 1 - 2 * near)
    values = null_kernel(wave, near, np.full(2, 72.0), 4)
    assert abs(values[0] - values[1]) < 0.05 * abs(values[0]), "the poles at y = 1 cancel"


@pytest.mark.parametrize("dimension", [4, 5, 7])
def test_limits_of_large_spin(dimension):
    xi, spin = np.array([3.0, 40.0]), 4000
    finite = smeared_nulls(spin, xi / casimir(spin, dimension), 3, dimension)
    assert finite == pytest.approx(smeared_nulls_regge(xi, 3, dimension), rel=1e-4, abs=1e-5)
    x = np.array([0.2, 0.6])
    large = smeared_nulls(400, x, 1, dimension) / casimir(400, dimension)
    assert large == pytest.approx(smeared_nulls_eikonal(x, 1, dimension), rel=2e-2)


def test_quadrature_integrates_the_functions():
    gram = np.einsum("p,pi,pj->ij", MOMENTUM_WEIGHTS, functions(4, MOMENTA), functions(4, MOMENTA))
    assert gram[0, 0] == pytest.approx(1 / 3)
    assert np.linalg.matrix_rank(gram) == 4


def test_smeared_program_in_four_dimensions():
    """0.7529(3) with all smeared nulls; more functions only strengthen; an independent grid agrees."""
    values = {count: smeared_bound(tree_problem(parse_combination("g2"), [], 4, count)) for count in (1, 3, 10)}
    assert values[1].primal > values[3].primal > values[10].primal
    best = values[10]
    assert best.past < 0 and best.error < 2e-4
    assert best.value == pytest.approx(0.7529, abs=3e-4)
    other = smeared_bound(tree_problem(parse_combination("g2"), [], 4, 10), Grid(60, 260.0, 60))
    assert other.primal == pytest.approx(best.primal, abs=1e-4)
    forward = positivity.bound("g2", over="U", order=8, density="unitary").upper
    assert best.primal < float(forward.value)


def test_smeared_values_never_look_certified():
    bound = positivity.bound("g2", over="U", density="unitary", smeared=5)
    assert bound.upper.status == "numerical" and bound.upper.certificate is None
    assert "error" in bound.upper.reason and "smeared" in bound.problem.scope
    assert positivity.Bound.from_dict(bound.to_dict()) == bound
    at_level = positivity.bound("g4", over="g2", density="unitary", smeared=5, fix={"g2": "0.3U"})
    assert float(at_level.lower.text) == pytest.approx(0.080, abs=2e-3)
    assert float(at_level.upper.text) == pytest.approx(0.382, abs=2e-3)


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ({"coupling": "g2", "smeared": 99}, "0 to 24"),
        ({"coupling": "g6'", "smeared": 3}, "linear in X"),
        ({"coupling": "g2", "smeared": 3, "assumptions": positivity.Assumptions(ceiling="1")}, "no assumptions"),
    ],
)
def test_bad_requests(arguments, fragment):
    with pytest.raises(positivity.InputError, match=fragment):
        positivity.bound(**{"density": "unitary", **arguments})


def test_fewer_functions_serve_where_all_are_loose(monkeypatch):
    """A functional of the first functions is one of all of them: its value holds and is taken if it is sharper."""
    from positivity.programs import sampled as smeared_bounds

    problem = smeared_bounds.tree_problem(parse_combination("g2"), [], 4, 8)
    answers = {8: (0.9, 4e-2), 6: (0.76, 2e-6), 4: (0.75, 1e-9)}

    def solved(asked, grid):
        value, error = answers[asked.functions]
        return smeared_bounds.SmearedBound(value, value - error, error, -1.0, asked.functions, (1.0,) * asked.functions)

    monkeypatch.setattr(smeared_bounds, "_best_grid", solved)
    found = smeared_bounds.smeared_bound(problem)
    assert found.value == 0.76 and found.functions == 6 and found.multipliers == (*(1.0,) * 6, 0.0, 0.0)
    answers[8] = (0.757, 1e-6)
    assert smeared_bounds.smeared_bound(problem).functions == 8
