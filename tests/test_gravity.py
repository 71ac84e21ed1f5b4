"""Bounds in units of 8 pi G: kernels against their definition, published values, violations between grid points."""

import json

import numpy as np
import pytest
from flint import fmpq
from scipy.special import eval_gegenbauer

import positivity
from positivity.cli import main
from positivity.dispersion.higher_nulls import x4_kernel
from positivity.dispersion.null_constraints import null_constraints
from positivity.dispersion.sum_rules import functional_kernel, heavy_kernel
from positivity.gravity import GravityProgram, SmearingSpace, gravity_bound
from positivity.partial_waves import casimir


def wave(spin, y, dimension):
    alpha = (dimension - 3) / 2
    return eval_gegenbauer(spin, alpha, 1 - 2 * y) / eval_gegenbauer(spin, alpha, 1.0)


@pytest.mark.parametrize("dimension", [4, 5, 6, 7, 10])
@pytest.mark.parametrize("spin", [0, 2, 4, 6, 8])
def test_x4_against_its_definition(dimension, spin):
    """The sums over all forward rules, term by term, with the exact forward kernels."""
    big_x = casimir(spin, dimension)

    def forward(j, r):
        return float(heavy_kernel(j, r, dimension)(fmpq(big_x)))

    for y in (0.1, 0.45):
        total = (2 - y) * wave(spin, y, dimension) / (1 - y) ** 3
        for m in range(2, 60):
            total -= (m * (m - 1) / 2 - m * (m >= 3)) * y ** (2 * m - 4) * forward(m, 0)
        for p in range(1, 60):
            total += p * y ** (2 * p - 1) * forward(p + 1, 1)
        for p in range(60):
            total -= y ** (2 * p + 2) * forward(p + 2, 2)
        found = x4_kernel(np.array([wave(spin, y, dimension)]), np.array([y]), np.array([float(big_x)]), dimension)
        assert found[0] == pytest.approx(total, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("dimension", [5, 6, 8])
def test_x4_starts_with_the_first_k4_null(dimension):
    """Lowest order in t: proportional to the first null with k >= 4; zero on J = 0 and 2."""
    null = next(n for n in null_constraints(8, dimension) if all(j >= 2 for j, _ in dict(n.functional)))
    kernel = functional_kernel(dict(null.functional), dimension)
    y, values, exact = np.array([1e-3]), [], []
    for spin in (0, 2, 4, 6):
        big_x = casimir(spin, dimension)
        found = x4_kernel(wave(spin, y, dimension), y, np.array([float(big_x)]), dimension)
        values.append(float(found[0]) / 1e-9)
        exact.append(float(next(iter(kernel.values()))(fmpq(big_x))))
    assert values[:2] == pytest.approx([0, 0], abs=1e-4)
    assert values[3] / values[2] == pytest.approx(exact[3] / exact[2], rel=2e-2)


def test_rows_have_their_limits():
    """At small x and fixed b the rows are the eikonal ones."""
    space = SmearingSpace(6, 6, 4)
    spin, b = 400, 7.0
    x = np.array([(b / (2 * spin + 3)) ** 2])
    assert space.rows(spin, x)[0] == pytest.approx(space.eikonal(np.array([b]))[0], rel=2e-3, abs=1e-6)


@pytest.fixture(scope="module")
def six():
    return GravityProgram(SmearingSpace(6, 8, 6))


def test_least_g2_in_six_dimensions(six):
    """2102.08951: about 9.73 with 17 functions; (8, 6) reach less, without a violation between the grid points."""
    found = six.bound()
    assert 9.4 < found.alpha <= 9.73 and found.violation == 0
    assert "not proved" in str(found) and found.to_dict()["status"] == "numerical"


def test_a_functional_that_is_bad_between_grid_points_is_found(six):
    """Planted: the optimal functional minus a little of a bump between two points of the first grid."""
    good = np.array(six.bound().coefficients)
    assert six.violation_of(good) == 0
    worse = good + 1e-3 * np.linalg.norm(good) * np.eye(len(good))[2]
    assert six.violation_of(worse) > 0 or six.violation_of(2 * good - worse) > 0


def test_directions_are_consistent(six):
    """alpha is homogeneous of degree one and convex in the direction."""
    one, two, both = six.bound((1, 0)), six.bound((1, -0.2)), six.bound((2, -0.2))
    assert both.alpha <= one.alpha + two.alpha + 1e-6
    assert six.bound((3, 0)).alpha == pytest.approx(3 * one.alpha, rel=1e-5)


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["--dimension", "4"], "b_max"),
        (["--dimension", "20"], "5 to 12"),
        (["--functions", "8"], "two numbers"),
        (["--functions", "2,2"], "4 to 14"),
        (["--direction", "0,0"], "not both zero"),
    ],
)
def test_bad_requests(arguments, fragment, capsys):
    assert main(["gravity", *arguments]) == 2
    assert fragment in capsys.readouterr().err


def test_command_line(capsys, monkeypatch):
    # fewer impact parameters: only the form of the answer is tested
    monkeypatch.setattr("positivity.gravity._FAR", 200.0)
    assert main(["gravity", "--dimension", "8", "--functions", "5,0", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["bounds"][0]["status"] == "numerical"
    assert issubclass(positivity.InputError, Exception)


@pytest.mark.slow
def test_rays_in_seven_dimensions():
    """2102.08951: g2 - g3/3 + 18.0717 >= 0 within 2%, and the least g2."""
    program = GravityProgram(SmearingSpace(7, 9, 7))
    assert program.bound((1, -1 / 3)).alpha == pytest.approx(18.0717, rel=0.02)
    assert program.bound().alpha < 7.073


@pytest.mark.slow
@pytest.mark.parametrize("dimension", [5, 8, 10])
def test_other_dimensions(dimension):
    assert gravity_bound(dimension).violation == 0
