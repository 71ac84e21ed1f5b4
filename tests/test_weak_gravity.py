"""The weak-gravity bound: analytic anchors, the program, its grids, its errors."""

import json
from math import log

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import eval_legendre, j0, k0

import positivity
from positivity.cli import main
from positivity.cutoff_functions import TestFunctions
from positivity.impact_grid import ImpactGrid, cells
from positivity.weak_gravity import CutoffProblem, cutoff
from positivity.weak_gravity_analytic import AnalyticCutoff, bessel_moment, largest_g4, regulated_constant


def test_closed_form():
    """3072 / int x K0^3 = 5242.528: the ball agrees with two other quadratures."""
    assert float(regulated_constant().mid()) == pytest.approx(5242.528, abs=5e-4)
    assert float(regulated_constant().rad()) < 1e-9
    assert float(bessel_moment().mid()) == pytest.approx(quad(lambda x: x * k0(x) ** 3, 0, 40)[0], rel=1e-9)
    assert float(bessel_moment().mid()) == pytest.approx(
        float(mpmath.quad(lambda x: x * mpmath.besselk(0, x) ** 3, [0, 1, 30])), rel=1e-10
    )
    assert 8 < AnalyticCutoff(1.0, largest_g4()).ratio < 8.5


def test_bathtub_and_hoelder_on_random_densities():
    """A_4[phi] >= A_2[phi]^3/(768 Phi^2) for densities in [0, 2] and phi with a positive transform."""
    random = np.random.default_rng(1)
    b = np.linspace(1e-3, 60, 4000)
    w = np.linspace(0, 1, 200)
    transform = np.exp(-b / 3)
    for _ in range(20):
        density = 2 * random.random((len(b), 1)) ** random.integers(1, 6) * (random.random(len(w)) < random.random())
        first, fourth = (np.trapezoid(density * w**n, w, axis=1) for n in (0, 2))
        a2 = 8 * np.trapezoid(b * transform * first, b)
        a4 = 8 * np.trapezoid(b * transform * fourth, b)
        phi = np.trapezoid(b * transform, b)
        assert a4 >= a2**3 / (768 * phi**2) * (1 - 1e-2)


def test_rows_against_direct_quadrature():
    """Cells of spin 6 and of the continuum (against the exact Legendre function at the nearest spin)."""
    functions, grid = TestFunctions(0.1, 6), ImpactGrid(0.1, spins=10, reach=3.0)
    found = cells(grid, functions, ("A2", "A4"))
    p, weights = functions.nodes(400.0)
    values = functions.values(p) * weights[:, None]
    count = max(40, int(np.ceil(12 / grid.step)))
    start = -sum(max(40, int(np.ceil(2 * j / grid.step))) for j in (6, 8, 10))
    edges = np.linspace(0, 1, count + 1) ** 2
    for cell in (5, 30):
        x = (edges[cell] + edges[cell + 1]) / 2
        y = p * p * x
        for rule, k in (("A2", 2), ("A4", 4)):
            m2 = 1 / x
            kernel = (2 * m2 - p * p) / (m2 - p * p) * eval_legendre(6, 1 - 2 * y) / (m2 * (m2 - p * p)) ** (k // 2)
            assert found.rows[rule][start + cell] == pytest.approx((kernel / x**2) @ values, rel=1e-9, abs=1e-14)


def test_parseval_of_the_measure():
    """A_2 of W = K0(mu b)/..: the cells sum to the pole 1/(p^2+mu^2), smeared."""
    mu, grid = 0.3, ImpactGrid(0.1, spins=40, step=0.1, share=0.01, layers=8)
    b, width = grid.impact_parameters()
    functions = TestFunctions(0.1, 8)
    p, weights = functions.nodes(60.0)
    pole = (weights / (p * p + mu * mu)) @ functions.values(p)
    transform = np.array([(j0(x * p) * weights) @ functions.values(p) for x in b])
    assert (b * width * k0(mu * b)) @ transform == pytest.approx(pole, rel=5e-3, abs=1e-3 * np.abs(pole).max())


@pytest.mark.parametrize(("p_min", "functions", "limit"), [(0.1, 24, 35.6), (0.01, 28, 8.2)])
def test_one_contact_term(p_min, functions, limit):
    found = cutoff(CutoffProblem(p_min, functions=functions))
    assert 0.98 * limit < found.primal <= found.value * 1.001 and found.value <= limit
    assert found.error < 0.006 * found.value
    assert "numerical" in str(found) and found.to_dict()["status"] == "numerical"


def test_more_functions_lower_the_bound_and_more_contacts_raise_it():
    few, many = (cutoff(CutoffProblem(0.1, functions=n)).value for n in (10, 20))
    assert many < few
    assert cutoff(CutoffProblem(0.1, contacts=2, functions=10)).value > few


def test_a_fixed_g2_tightens_and_loops_move_it_little():
    """Three contact terms with g2 fixed: lower than free; the loop term moves it by percents at most."""
    free = cutoff(CutoffProblem(0.1, contacts=3, functions=12)).value
    fixed = [
        cutoff(CutoffProblem(0.1, contacts=3, g2=60.0, loops=loops, functions=12)).value for loops in ("tree", "g2^2")
    ]
    assert max(fixed) < free
    assert fixed[1] == pytest.approx(fixed[0], rel=0.05)


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_dimensional_consistency_of_the_analytic_bound(factor):
    """Lambda -> factor Lambda at fixed mu, g4, G: 8 pi G Lambda^2 and Lambda/M_P scale as their dimensions say."""
    mu, g4 = 0.2, 3.0  # at Lambda = 1
    here = AnalyticCutoff(mu, g4).value
    there = AnalyticCutoff(mu / factor, g4 * factor**8).value
    # (8 pi G)^3 <= c g4 mu^2 has no Lambda: in units of the new cutoff the bound on 8 pi G Lambda^2 grows by factor^2
    assert there / factor**2 == pytest.approx(here, rel=1e-12)


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["--density", "positive"], "homogeneous"),
        (["--analytic"], "--mu"),
        (["--p-min", "2"], "p_min"),
        (["--p-min", "0.1", "--k", "3"], "k (3,)"),
        (["--p-min", "0.1", "--loops", "g2^2"], "need a value of g2"),
        (["--p-min", "0.1", "--mu", "1"], "--analytic"),
        (["--analytic", "--mu", "-1"], "mu"),
    ],
)
def test_bad_requests(arguments, fragment, capsys):
    assert main(["cutoff", *arguments]) == 2
    assert fragment in capsys.readouterr().err


def test_command_line(capsys, tmp_path):
    assert main(["cutoff", "--analytic", "--mu", "1", "--g4", "59.45", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["status"] == "analytic"
    target = tmp_path / "c.json"
    assert main(["cutoff", "--p-min", "0.2", "--functions", "8", "-o", str(target)]) == 1
    out = capsys.readouterr().out
    assert "not proved" in out and "from 0.2 to 1" in out
    assert json.loads(target.read_text())["problem"]["p_min"] == 0.2
    assert issubclass(positivity.InputError, Exception)


@pytest.mark.slow
def test_approach_to_the_closed_form():
    """No contact terms, forward A_4(0) = 4 g4: the ratio falls towards 1, and g4^(1/3)."""
    ratios = []
    for mu in (0.2, 0.1, 0.05):
        grid = ImpactGrid(mu / 15, step=0.6, share=0.05, layers=20)
        found = cutoff(CutoffProblem(mu / 15, contacts=0, mu=mu, g4=1.0, functions=16), grid)
        ratios.append(found.value / AnalyticCutoff(mu, 1.0).value)
    assert ratios[0] > ratios[1] > ratios[2] and ratios[2] < 1.06
    grid = ImpactGrid(0.1 / 15, step=0.6, share=0.05, layers=20)
    eighth = cutoff(CutoffProblem(0.1 / 15, contacts=0, mu=0.1, g4=0.125, functions=16), grid)
    one = cutoff(CutoffProblem(0.1 / 15, contacts=0, mu=0.1, g4=1.0, functions=16), grid)
    assert eighth.value / one.value == pytest.approx(0.5, rel=0.03)


@pytest.mark.slow
def test_slope_of_the_logarithm():
    """1/(8 pi G) grows by 1/16 per unit of log(1/p_min)."""
    low, high = (1 / cutoff(CutoffProblem(p, functions=32)).value for p in (1e-5, 1e-6))
    assert (high - low) / log(10) == pytest.approx(1 / 16, rel=0.15)


@pytest.mark.slow
def test_doubling_everything_supports_the_error():
    found = cutoff(CutoffProblem(0.1, functions=24))
    doubled = cutoff(CutoffProblem(0.1, functions=24), ImpactGrid(0.1).finer())
    assert doubled.value == pytest.approx(found.value, abs=2 * found.error)
    assert cutoff(CutoffProblem(0.1, functions=56)).value <= 35.4
