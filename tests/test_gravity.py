"""Bounds in units of 8 pi G: kernels against their definition, published values, violations between grid points."""

import json
from dataclasses import replace

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import eval_gegenbauer, roots_gegenbauer

import positivity
from positivity.amplitudes import graviton
from positivity.amplitudes.partial_waves import casimir
from positivity.bounds.gravity import gravity_bound, smearing_space
from positivity.bounds.gravity_sampled import GravityProgram
from positivity.cli.main import main
from positivity.programs.powers import Program
from positivity.sum_rules import improved as improved_sum_rules
from positivity.sum_rules.forward import functional_kernel, heavy_kernel
from positivity.sum_rules.improved import fixed_mass_rows, impact_rows, impact_tail, kernel, smeared
from positivity.sum_rules.null_constraints import null_constraints
from positivity.sum_rules.powers import Grid, at


def wave(spin, y, dimension):
    alpha = (dimension - 3) / 2
    return eval_gegenbauer(spin, alpha, 1 - 2 * y) / eval_gegenbauer(spin, alpha, 1.0)


@pytest.mark.parametrize("s,t", [(fmpq(3, 7), fmpq(-1, 5)), (fmpq(11, 2), fmpq(2, 3))])
def test_the_graviton_is_seen_by_a2_alone(s, t):
    """With w = s(s+t) the exchange is -w/t - 2t - t^3/w: its [w^j] are 1/(-t) at j = 1 and 0 at j >= 2."""
    w = s * (s + t)
    assert graviton.exchange(s, t) == graviton.sum_rule_term(2, t) * w - 2 * t - t**3 / w
    assert graviton.sum_rule_term(4, t) == 0


@pytest.mark.parametrize("dimension", [4, 5, 6, 7, 10])
@pytest.mark.parametrize("spin", [0, 2, 4, 6, 8])
def test_x4_against_its_definition(dimension, spin):
    """The sums over all forward rules of docs/theory/gravity.md, term by term, with the exact forward kernels."""
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
        found = kernel(2, spin, np.array([y]), dimension)
        assert found[0] == pytest.approx(total, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("dimension", [5, 6, 8])
def test_x4_starts_with_the_first_k4_null(dimension):
    """Lowest order in t: proportional to the first null with k >= 4; zero on J = 0 and 2."""
    null = next(n for n in null_constraints(8, dimension) if all(j >= 2 for j, _ in dict(n.functional)))
    exact = functional_kernel(dict(null.functional), dimension)
    values = [float(kernel(2, spin, np.array([1e-3]), dimension)[0]) / 1e-9 for spin in (0, 2, 4, 6)]
    expected = [float(next(iter(exact.values()))(fmpq(casimir(spin, dimension)))) for spin in (4, 6)]
    assert values[:2] == pytest.approx([0, 0], abs=1e-4)
    assert values[3] / values[2] == pytest.approx(expected[1] / expected[0], rel=2e-2)


@pytest.mark.parametrize("dimension", [4, 5, 6, 7, 10])
@pytest.mark.parametrize("j", [1, 2, 3, 4])
def test_a_known_amplitude_obeys_the_sum_rules(dimension, j):
    """1/((1-s)(1-t)(1-u)) = 1/(1 - sigma2/2 - sigma3): g2 = 1/2, g3 = 1, all X_k zero; its spins from quadrature."""
    # the shares fall like 5.8^-J, and X^j enlarges their rounding
    spins = range(0, 26, 2)
    z, weights = roots_gegenbauer(120, (dimension - 3) / 2)
    residue = 1 / ((1 - (z - 1) / 2) * (2 + (z - 1) / 2))
    for y in (0.1, 0.5, 0.85):
        total = 0.0
        for spin in spins:
            p_j = wave(spin, (1 - z) / 2, dimension)
            share = (weights * residue * p_j).sum() / (weights * p_j**2).sum()
            total += share * float(kernel(j, spin, np.array([y]), dimension)[0])
        assert total == pytest.approx(1 + y if j == 1 else 0.0, abs=1e-9 * 30 ** (j - 1) * (1 - y) ** (-j - 1))


@settings(max_examples=20, deadline=None)
@given(st.floats(0.1, 20), st.floats(1, 5), st.sampled_from([0, 2, 8]), st.sampled_from([5, 6, 9]))
def test_rescaling_the_cutoff(cutoff, ratio, spin, dimension):
    """int_0^M dp p^n of the dimensionful sum rule scales as M^(n-3), its pole as M^(n-1), g2 M^(n+1), g3 M^(n+3).

    So alpha is a number: g2 >= -alpha 8 pi G / M^2 and the slopes of g3 are in units of 1/M^2.
    """
    n, mass = 3, ratio * cutoff
    nodes, weights = np.polynomial.legendre.leggauss(200)
    root = (nodes + 1) / 2  # of p: half-integer powers are smooth in it
    p, weights = cutoff * root**2, cutoff * root * weights
    t, m2, big_x = -p * p, mass**2, casimir(spin, dimension)
    p_j = wave(spin, -t / m2, dimension)
    improved = (2 * m2 + t) * p_j / (m2 * (m2 + t) ** 2)
    improved = improved - t**2 / m2**3 * (
        (4 * m2 + 3 * t) / (m2 + t) ** 2 + 4 * t * big_x / (dimension - 2) / (m2**2 - t**2)
    )
    if ratio < 1.05:
        return  # the double pole at p = m needs the care that `kernels` takes
    row = smeared([[n]], [spin], np.array([1 / ratio**2]), dimension)[0, 0, 0]
    # A_2 of 2102.08951 is over m^2 less than ours: <m^-4 K>
    assert (weights * p**n * improved).sum() * m2 * mass**-2 == pytest.approx(
        cutoff ** (n - 3) * row / ratio**4, rel=1e-8, abs=1e-12 * cutoff ** (n - 3)
    )
    space = smearing_space(dimension, (6,))
    sides = space.infrared()
    for k, power in enumerate(space.first):
        for line, extra in zip(sides, (-2, 0, 2), strict=True):
            factor = 2 if extra == 0 else 1
            direct = factor * (weights * p ** (power + extra)).sum()
            assert direct == pytest.approx(cutoff ** (power + extra + 1) * line[k], rel=1e-9)


def test_rows_have_their_limits():
    """At small x and fixed b the rows are the impact ones; at large J and fixed x X^j times those of fixed mass."""
    powers, spin, b = [2.0, 3.0, 4.5], 400, 7.0
    x = np.array([(b / (2 * spin + 3)) ** 2])
    found = smeared([powers, powers], [spin], x, 6)[0, 0]
    assert found[:3] == pytest.approx(impact_rows(powers, np.array([b]), 6)[0], rel=2e-3, abs=1e-6)
    assert np.abs(found[3:]).max() < 1e-6
    for j, exponents in ((1, [powers]), (2, [[], powers])):
        row = smeared(exponents, [400], np.array([0.7]), 6)[0, 0] / casimir(400, 6) ** j
        assert row == pytest.approx(fixed_mass_rows(j, powers, np.array([0.7]), 6)[0], rel=1e-3)


@pytest.mark.parametrize("dimension", [5, 6, 7, 10])
def test_large_impact_parameter(dimension):
    """f = p^n - p^(n+1) has no leading oscillation: b^(n+1) times its transform tends to the Mellin coefficient."""
    n = 1.5 if dimension == 5 else 2.0
    mellin, _ = impact_tail([n, n + 1], dimension)
    b = np.array([2000.0, 2001.0, 2002.0, 2003.0])
    rows = impact_rows([n, n + 1], b, dimension) @ np.array([1.0, -1.0])
    power = mellin[0] * b ** (-n - 1) - mellin[1] * b ** (-n - 2)
    allowed = 30 * b ** (-(dimension + 1) / 2) + 1e-15
    assert (np.abs(rows - power) < allowed).all()
    if dimension > 6:
        assert rows == pytest.approx(power, rel=0.05)


@pytest.mark.parametrize("b", [30.0, 300.0, 1000.0])
def test_no_aliasing(b, monkeypatch):
    """Twice the nodes change nothing; too few nodes do, so the test sees aliasing."""
    powers, spin = [2.0, 3.5, 9.0], 200
    x = np.array([(min(b, 300) / (2 * spin)) ** 2])

    def rows():
        return impact_rows(powers, np.array([b]), 6), smeared([powers, powers], [spin], x, 6)

    usual, found = improved_sum_rules.nodes_for, rows()
    monkeypatch.setattr(improved_sum_rules, "nodes_for", lambda impact: 2 * usual(impact))
    for first, second in zip(found, rows(), strict=True):
        assert first == pytest.approx(second, rel=1e-7, abs=1e-10 * np.abs(second).max())
    monkeypatch.setattr(improved_sum_rules, "nodes_for", lambda impact: max(8, int(impact / 8)))
    assert rows()[0] != pytest.approx(found[0], rel=1e-3)


@pytest.fixture(scope="module")
def six():
    return GravityProgram(smearing_space(6, (8, 6)), Grid(spins=20, last=60, top=200, nodes=24, reach=60))


@pytest.fixture(scope="module")
def least(six):
    return six.bound()


def test_least_g2_in_six_dimensions(least):
    """2102.08951: about 9.73 with 17 functions; (8, 6) reach less, without a violation between the grid points."""
    assert 9.4 < least.alpha <= 9.73 and least.violation == 0
    assert "not proved" in str(least) and "certificate" in str(least) and least.to_dict()["status"] == "numerical"


def test_a_functional_that_is_bad_between_grid_points_is_found(six, least):
    """Planted: positive on every sample and in both limits, negative in between; the scan finds the place."""
    program = Program(six.space, Grid(spins=4, last=8, top=10, nodes=4, step=3.0, reach=30))
    sides = six.space.infrared()
    program._dips = lambda coefficients: None
    found = program.solve(sides[0], sides[1:], np.array([1.0, 0.0]))
    assert program.slack(program._points, found.coefficients).min() > -1e-12
    assert float(sides[0] @ found.coefficients) < least.alpha
    violation = program.scan(found, Grid()).violation
    assert violation.slack < -1e-6 and violation.states > 1000
    row = at(six.space, violation.spin, np.array([violation.place])).rows[0]
    assert row @ found.coefficients < 0


def test_directions_are_consistent(six, least):
    """alpha is homogeneous of degree one and convex in the direction."""
    two, both = six.bound((1, -0.2)), six.bound((2, -0.2))
    assert both.alpha <= least.alpha + two.alpha + 1e-6
    assert six.bound((3, 0)).alpha == pytest.approx(3 * least.alpha, rel=1e-5)


def test_g3_held(six, least):
    """At the g3 where a half-plane's line is best, holding g3 gives that line's g2; nowhere less than g3 free."""
    line, held = six.bound((1, -0.1)), 4.0
    found = six.bound(fix={"g3": held})
    assert -found.alpha >= -least.alpha - 1e-6
    assert -found.alpha >= 0.1 * held - line.alpha - 1e-6
    assert "g3 = 4 8piG" in str(found)


def test_an_excluded_value_bounds_nothing(six):
    with pytest.raises(positivity.InputError, match="excluded"):
        six.bound((0, 1), {"g2": -30.0})
    assert -six.bound((0, 1), {"g2": 30.0}).alpha < six.bound((0, -1), {"g2": 30.0}).alpha


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["--dimension", "4"], "--b-max"),
        (["--dimension", "4", "--b-max", "0.5"], "above 1"),
        (["--b-max", "100"], "--b-max"),
        (["--dimension", "20"], "5 to 12"),
        (["--functions", "8,x"], "e.g. 9,8"),
        (["--functions", "2,2"], "5 to 16"),
        (["--functions", "8,8,8,8,8"], "1 to 4"),
        (["--direction", "0,0"], "not both zero"),
        (["--direction", "1"], "two numbers"),
        (["--fix", "g4=1"], "hold g2 or g3"),
        (["--fix", "g3=x"], "number"),
        (["--fix", "g3=1", "--direction", "1,1"], "1,0"),
    ],
)
def test_bad_requests(arguments, fragment, capsys):
    assert main(["gravity", *arguments]) == 2
    assert fragment in capsys.readouterr().err


def test_command_line(capsys, monkeypatch, tmp_path):
    # fewer states: only the form of the answer is tested
    monkeypatch.setattr("positivity.bounds.gravity_sampled.Grid", Grid)
    monkeypatch.setattr("positivity.programs.powers.Grid", lambda: Grid(spins=10, last=20, top=30, nodes=12, reach=30))
    target = tmp_path / "g.json"
    arguments = ["gravity", "--dimension", "8", "--functions", "5", "--json", "--output", str(target)]
    assert main(arguments) == 0, "a numerical answer was asked for"
    (bound,) = json.loads(capsys.readouterr().out)["bounds"]
    assert main([*arguments, "--require-certified"]) == 1 and capsys.readouterr().out
    assert bound["status"] == "numerical" and bound["schema"] == "eft-positivity/gravity/1"
    assert main(["verify", str(target)]) == 1
    assert "no bound holds a certificate" in capsys.readouterr().out


def test_four_dimensions_show_the_logarithm():
    """alpha = c log(b_max M) + const: c of the functional is the slope between two cutoffs, about 17."""
    space = smearing_space(4, (8,), 1e8)
    found = GravityProgram(space, Grid(spins=20, last=60, top=200, nodes=24)).bound()
    assert "log(b_max M)" in str(found) and "no certificate in D = 4" in str(found)
    coefficients = np.array(found.coefficients)
    further = replace(space, b_max=1e9).infrared()[0] @ coefficients - found.alpha
    assert further == pytest.approx(found.log_coefficient * np.log(10), rel=1e-6)
    assert 17.0 < found.log_coefficient < 17.9


@pytest.mark.slow
def test_rays_in_seven_dimensions():
    """2102.08951: g2 - g3/3 + 18.0717 >= 0 within 2%, and the least g2."""
    program = GravityProgram(smearing_space(7, (10, 9)))
    assert program.bound((1, -1 / 3)).alpha == pytest.approx(18.0717, rel=0.02)
    assert program.bound((1, 0.1298)).alpha == pytest.approx(2.7585, rel=0.003)
    assert program.bound().alpha < 6.89


@pytest.mark.slow
@pytest.mark.parametrize(("dimension", "alpha"), [(5, 18.52), (6, 9.626), (8, 5.589), (10, 4.309)])
def test_other_dimensions(dimension, alpha):
    found = gravity_bound(dimension)
    assert found.alpha < alpha and found.violation < 1e-6
    assert issubclass(positivity.InputError, Exception)
