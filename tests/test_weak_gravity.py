"""The weak-gravity bound on the cutoff: closed form, program, certificate, command line."""

import itertools
import json
import math
from dataclasses import replace

import mpmath
import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import j0, k0

from positivity.cli import main
from positivity.dispersion import cutoff_rows
from positivity.dispersion.arc_values import arc_value
from positivity.dispersion.cutoff_rows import CutoffGrid, Rows
from positivity.dispersion.splines import Splines, geometric_splines
from positivity.errors import InputError
from positivity.weak_gravity import cutoff_bound, solve_cutoff
from positivity.weak_gravity_analytic import analytic_cutoff, bessel_integral, hoelder_constant
from positivity.weak_gravity_certificate import certify_cutoff
from positivity.weak_gravity_problem import cutoff_problem
from positivity.weak_gravity_program import contact_terms, cost, infrared_of
from solvers.bounded_columns import maximise
from solvers.verify import Refused, verify_data
from solvers.verify.cutoff import _node_sum
from solvers.verify.cutoff_document import read_certificate

COARSE = CutoffGrid(reach=50, x_low=1 / 60, shells=40)


def decimal(text):
    value = fmpq(*map(int, text.split("/"))) if "/" in text else fmpq(int(text))
    return int(value.p) / int(value.q)


# --- closed form -------------------------------------------------------------------------------


def test_the_constant_is_5242():
    u, w = np.polynomial.legendre.leggauss(80)
    u, w = 17.5 * u - 14, 17.5 * w  # x = e^u from e^-31.5 to e^3.5
    integral = (w * np.exp(2 * u)) @ k0(np.exp(u)) ** 3
    assert abs(float(bessel_integral().mid()) - float(integral)) < 1e-12
    assert hoelder_constant().rad() < 1e-10
    assert abs(float(hoelder_constant().mid()) - 5242.528) < 5e-4


def test_closed_form_against_the_extremal_density():
    """rho = 2 for w < W(b)/2, W = 8piG K0(mu b)/8: A_2 and A_4 by quadrature give back the bound as an equality."""
    mu, big_g = 0.2, 0.7
    u, weight = np.polynomial.legendre.leggauss(400)
    u, weight = 14 * u - 8.6, 14 * weight  # b = e^u
    b = np.exp(u)
    w = big_g * k0(mu * b) / 8
    a2 = 8 * (weight * b * b) @ (j0(0.3 * b) * w)
    assert a2 == pytest.approx(big_g / (0.3**2 + mu**2), rel=1e-6)
    # int_0^{W/2} 2 w^2 dw = W^3/12
    a4 = 8 * (weight * b * b) @ (w**3 / 12)
    assert analytic_cutoff("0.2", f"{a4 / 4:.15f}").value == pytest.approx(big_g, rel=1e-6)


@given(st.fractions(min_value=1, max_value=50, max_denominator=20))
@settings(max_examples=25, deadline=None)
def test_closed_form_is_dimensionally_consistent(scale):
    """The same theory in units of another cutoff: mu -> mu/s, g4 -> g4 s^8, 8piG -> 8piG s^2."""
    first = analytic_cutoff("3/10", "2").value
    other = analytic_cutoff(str(fmpq(3, 10) / fmpq(scale.numerator, scale.denominator)), str(2 * scale**8)).value
    assert other == pytest.approx(first * float(scale) ** 2, rel=1e-12)


# --- kernels -----------------------------------------------------------------------------------


@pytest.mark.parametrize("k", [2, 4])
def test_kernels_against_quadrature(k):
    """<A_k> of a single heavy state smeared with a single spline, by mpmath with its Legendre functions."""
    splines = geometric_splines(0.2, 6)
    rows = Rows(splines, (k,))
    nodes = splines.nodes(60.0)
    x = np.array([0.05, 0.7])
    found = cutoff_rows._wave_rows(rows, nodes, x, 12, None)
    for spin, place in ((0, 1), (6, 1), (12, 0)):
        for n in (0, splines.count - 1):
            mass = 1 / mpmath.mpf(x[place])
            value = lambda p, n=n: splines.values(np.array([float(p)]))[0, n]

            def integrand(p, mass=mass, spin=spin, value=value):
                t = -(p**2)
                front = (2 * mass + t) / (mass + t) / (mass * (mass + t)) ** (k // 2)
                return value(p) * front * mpmath.legendre(spin, 1 + 2 * t / mass)

            exact = mpmath.quad(integrand, list(splines.breaks))
            assert found[spin // 2, place, n] == pytest.approx(float(exact), rel=1e-9, abs=1e-13)


def test_eikonal_limit():
    """At fixed b the waves tend to the Bessel form, and aliasing does not show up at large b."""
    splines = geometric_splines(0.1, 8)
    rows = Rows(splines, (2,))
    x, spin = 1e-5, 6000
    b = 2 * (spin + 0.5) * math.sqrt(x)
    exact = cutoff_rows._wave_rows(rows, splines.nodes(60.0), np.array([x]), spin, None)[-1, 0] / x**2
    limit = cutoff_rows.eikonal_transform(rows, np.array([b]), splines.nodes(60.0), 1e9)[0]
    assert np.abs(exact - limit).max() < 2e-4 * np.abs(limit).max()
    far = np.array([400.0, 700.0])
    coarse, fine = (cutoff_rows.eikonal_transform(rows, far, splines.nodes(reach), 1e9) for reach in (700.0, 3000.0))
    assert np.abs(coarse - fine).max() < 1e-8


def test_improved_rows_are_the_smeared_nulls():
    """K_2^imp minus its contact terms is the improved null of the smearing module."""
    from positivity.dispersion.smearing import null_kernel

    splines = geometric_splines(0.3, 6)
    rows, x, spin = Rows(splines, (2,), improved=True), np.array([0.3]), 8
    nodes = splines.nodes(40.0)
    found = cutoff_rows._wave_rows(rows, nodes, x, spin, None)[-1, 0]
    y = nodes.p**2 * x
    wave = np.polynomial.legendre.legval(1 - 2 * y, [0] * spin + [1])
    null = null_kernel(wave, y, np.full_like(y, spin * (spin + 1.0)), 4)
    contact = 2 + (3 - 4 * spin * (spin + 1) / 2) * y
    expected = x**2 * (nodes.weights * (null + contact)) @ nodes.values
    assert found == pytest.approx(expected, rel=1e-10, abs=1e-14)


def test_contact_terms():
    """2 g2 + g3 p^2 + 8 g4 p^4 + 2 g5 p^6 in A_2 and 4 g4 + 2 g5 p^2 + (24 g6 + g6') p^4 in A_4."""
    assert contact_terms(2, 5) == {(1, 0): (0, 2.0), (0, 1): (1, 1.0), (2, 0): (2, 8.0), (1, 1): (3, 2.0)}
    assert contact_terms(4, 6) == {(2, 0): (0, 4.0), (1, 1): (1, 2.0), (3, 0): (2, 24.0), (0, 2): (2, 1.0)}


@pytest.mark.parametrize("t", [-0.1, -0.6, -0.9])
@pytest.mark.parametrize("j", [1, 2])
def test_one_loop_arcs_at_finite_t(j, t):
    """Against the amplitude itself on the two arcs |s + t/2| = 1 + t/2."""
    from positivity.amplitudes.one_loop import amplitude, loop_term

    term = loop_term((1, 0), (1, 0), 4)
    radius = 1 + mpmath.mpf(t) / 2

    def integrand(angle):
        step = radius * mpmath.expj(angle)
        s = step - mpmath.mpf(t) / 2
        return amplitude(term, s, t) * (2 * s + t) / (s * (s + t)) ** (j + 1) * step / (2 * mpmath.pi)

    upper = mpmath.quad(integrand, [1e-30, 1, 2, mpmath.pi - mpmath.mpf(10) ** -30])
    lower = mpmath.quad(integrand, [mpmath.pi + mpmath.mpf(10) ** -30, 4, 5, 2 * mpmath.pi - mpmath.mpf(10) ** -30])
    exact = complex((upper + lower) / 2).real
    assert arc_value(j, ((1, 0), (1, 0)), np.array([t]))[0] == pytest.approx(exact, rel=1e-8)


# --- program -----------------------------------------------------------------------------------


def test_columns_program_against_its_closed_solution():
    """max z with z = sum rho c: every density at its ceiling; an unknown that may be anything changes nothing."""
    columns = np.array([[1.0, 1e-7], [2.0, -1e-7], [0.5, 3e-7]])
    free = np.array([[1.0, 0.0], [0.0, 1e-6]])
    found = maximise(np.array([1.0, 0.0]), free, columns, np.zeros((0, 2)), np.zeros(2))
    assert found.status == "optimal" and found.primal <= 7.0 * (1 + 1e-12) and found.dual >= 7.0 * (1 - 1e-12)
    assert found.primal == pytest.approx(7.0, rel=2e-4) and found.dual == pytest.approx(7.0, rel=2e-4)
    assert found.density == pytest.approx([2, 2, 2], rel=1e-3) and found.free[1] == pytest.approx(0.6, rel=1e-3)


@pytest.fixture(scope="module")
def bound():
    return cutoff_bound("0.1", contacts=1, functions=16)


def test_bracket_and_scope(bound):
    assert bound.status == "numerical" and bound.primal < bound.value < 1.03 * bound.primal
    assert 34.5 < bound.value < 36.6
    assert bound.cutoff_over_planck == pytest.approx(math.sqrt(bound.value))
    text = str(bound)
    for part in (
        "numerical (not proved)",
        "0 <= rho_J <= 2",
        "0.1 Lambda <= p",
        "graviton loops neglected",
        "g2",
        "Lambda/M_P",
    ):
        assert part in text
    data = json.loads(json.dumps(bound.to_dict()))
    assert data["schema"] == "eft-positivity/cutoff/1" and data["problem"]["p_min"] == 0.1
    assert len(data["functional"]["coefficients"]["2"]) == 16


def test_any_density_obeys_the_functional(bound):
    """Weak duality on spectra the program has not seen: 8piG int f/p^2 of a density never exceeds the cost."""
    splines = Splines(np.array(bound.functional.breaks), bound.functional.drop)
    rows = Rows(splines)
    f = np.array(bound.functional.coefficients[2])
    rng = np.random.default_rng(1)
    for _ in range(5):
        total = 0.0
        grid = CutoffGrid(reach=float(rng.uniform(20, 60)), x_low=0.02, shells=31)
        for block in cutoff_rows.exact_blocks(rows, grid, f[:, None]):
            density = (
                rng.choice([0.0, 2.0], size=block.b.shape) if rng.random() < 0.5 else 2 * (block.kernels[:, :, 0] > 0)
            )
            total += float((density * block.kernels[:, :, 0] * block.weights).sum())
        assert total <= bound.value * 1.001


def test_functional_is_normalised_and_eliminates_contacts(bound):
    splines = Splines(np.array(bound.functional.breaks), bound.functional.drop)
    f = np.array(bound.functional.coefficients[2])
    assert splines.integrals(lambda p: p**-2.0) @ f == pytest.approx(1, abs=1e-10)
    assert abs(splines.integrals(np.ones_like) @ f) < 1e-10


def test_more_freedom_weakens_and_more_rules_strengthen():
    values = [solve_cutoff(cutoff_problem("0.1", contacts=c), 10, COARSE).value for c in (1, 2, 3)]
    assert values == sorted(values) and values[2] > 2 * values[0]
    shared = solve_cutoff(cutoff_problem("0.1", k=(2, 4), degree=2), 10, COARSE).value
    assert shared < values[0]


def test_larger_fixed_g2_lowers_the_bound():
    question = {"k": (2, 4), "degree": 6}
    values = [solve_cutoff(cutoff_problem("0.1", g2=g, **question), 12, COARSE).value for g in (0, 60)]
    assert values[1] < 0.85 * values[0]
    with_loops = solve_cutoff(cutoff_problem("0.1", g2=60, loops="g2^2", **question), 12, COARSE)
    assert with_loops.value != values[1] and "one-loop arcs of g2^2" in str(with_loops)
    assert solve_cutoff(cutoff_problem("0.1", g2=1e6, **question), 12, COARSE).status == "failed"


def test_program_near_the_closed_form():
    value = solve_cutoff(cutoff_problem(mu=0.3, contacts=0, g4=1), 8, COARSE).value
    assert 1 < value / analytic_cutoff("0.3", 1).value < 1.4


@pytest.mark.slow
def test_program_approaches_the_closed_form():
    """Without contact terms, A_4(0) = 4 g4: ratio to the closed form falls to 1 as mu -> 0, exponent 1/3 in g4."""
    ratios = []
    for mu in (0.2, 0.05):
        value = cutoff_bound(mu=mu, contacts=0, g4=1).value
        ratios.append(value / analytic_cutoff(mu, 1).value)
    assert 1 < ratios[1] < 1.05 and ratios[1] < ratios[0]
    values = [solve_cutoff(cutoff_problem(mu=0.05, contacts=0, g4=g4), 14).value for g4 in (0.01, 0.08)]
    assert math.log(values[1] / values[0]) / math.log(8) == pytest.approx(1 / 3, abs=0.01)


@given(st.floats(min_value=0.3, max_value=3))
@settings(max_examples=5, deadline=None)
def test_program_is_dimensionally_consistent(scale):
    """Rows in units of another scale: the cost of f, a number times Lambda^-2, only knows masses in units of Lambda.

    The measure dm^2/m^2 is scale free and K_2 has dimension -4: integrals over x in [x_low, 1] of kernels at p and over
    x in [x_low/s^2, 1/s^2] of kernels at s p differ by s^-4 at every J.
    """
    splines = geometric_splines(0.2, 6)
    nodes = splines.nodes(30.0)
    x = np.array([0.1, 0.4, 0.9])
    first = cutoff_rows._wave_rows(Rows(splines), nodes, x, 10, None)
    moved = replace(nodes, p=nodes.p * scale)
    other = cutoff_rows._wave_rows(Rows(splines), moved, x / scale**2, 10, None)
    assert other == pytest.approx(first * scale**-4, rel=1e-9)
    one, two = (infrared_of(Rows(splines), cutoff_problem("0.2", contacts=1)).pole for _ in range(2))
    assert one == pytest.approx(two)


# --- bad questions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "fragment"),
    [
        ({"p_min": "0.1", "contacts": 1, "density": "positive"}, "homogeneous in G"),
        ({"contacts": 1}, "p-min is not given"),
        ({"p_min": "0.1"}, "no default"),
        ({"p_min": "0", "contacts": 1}, "p-min 0"),
        ({"p_min": "2", "contacts": 1}, "p-min 2"),
        ({"p_min": "x", "contacts": 1}, "p-min"),
        ({"p_min": "0.1", "contacts": -1}, "contacts -1"),
        ({"p_min": "0.1", "contacts": 1, "k": (4,)}, "use 2, or 2,4"),
        ({"p_min": "0.1", "contacts": 1, "k": (2, 4)}, "--degree"),
        ({"p_min": "0.1", "contacts": 1, "loops": "g2^2"}, "value of g2"),
        ({"p_min": "0.1", "contacts": 1, "g2": 60, "loops": "g2g3"}, "g2^2"),
        ({"p_min": "0.1", "contacts": 1, "g4": -1}, "g4"),
        ({"p_min": "0.1", "contacts": 3, "forward_sum_rules": True}, "two contact terms"),
        ({"p_min": math.nan, "contacts": 1}, "finite"),
    ],
)
def test_bad_questions_name_input_and_remedy(question, fragment):
    with pytest.raises(InputError, match=fragment.replace("^", r"\^")):
        cutoff_problem(**question)
    with pytest.raises(InputError):
        analytic_cutoff("0", "1")


def test_command_line(capsys, tmp_path):
    saved = tmp_path / "cutoff.json"
    assert main(["cutoff", "--p-min", "0.3", "--contacts", "1", "--functions", "8", "-o", str(saved)]) == 1
    out = capsys.readouterr().out
    assert "numerical (not proved)" in out and json.loads(saved.read_text())["status"] == "numerical"
    assert main(["cutoff", "--analytic", "--mu", "1", "--g4", "59", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["Lambda_over_M_P"] == pytest.approx(8.2237, abs=1e-3)
    for arguments, fragment in (
        (["--p-min", "0.1", "--contacts", "1", "--density", "positive"], "homogeneous"),
        (["--analytic", "--mu", "1"], "g4"),
        (["--p-min", "0.1", "--k", "a"], "--k"),
        (["--analytic", "--mu", "1", "--g4", "1", "--p-min", "0.1"], "--p-min"),
    ):
        assert main(["cutoff", *arguments]) == 2
        captured = capsys.readouterr()
        assert fragment in captured.err and captured.out == "" and captured.err.count("\n") == 1
    with pytest.raises(SystemExit):
        main(["cutoff", "--help"])
    out = capsys.readouterr().out
    assert "example: positivity cutoff" in out and out.count("\n") <= 40


def test_the_default_run_is_a_scan(capsys, monkeypatch):
    from positivity.commands import cutoff

    monkeypatch.setattr(cutoff, "SCAN", ("0.5", "0.3"))
    assert main(["cutoff", "--functions", "8"]) == 1
    out = capsys.readouterr().out
    assert "no --p-min given" in out and "\n0.5 " in out and "\n0.3 " in out


# --- certificate -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate():
    return certify_cutoff("0.2", 1, functions=10, last_spin=60, nodes=60)


def test_certificate_is_proved(certificate):
    assert "8piG Lambda^2 <=" in verify_data(certificate)
    # a short enclosure is not sharp, but it is above the cost it encloses
    assert decimal(certificate["bound"]) > 80


def test_node_sums_against_quadrature(certificate):
    """sum (2J+1) |K_J|/2 at one node by the verifier's recurrences and by Gauss-Legendre of the spline itself."""
    parsed = read_certificate(certificate)
    x = parsed.nodes[len(parsed.nodes) // 2]
    value = float(int(x.p)) / float(int(x.q))
    t, w = np.polynomial.legendre.leggauss(80)
    total = np.zeros(parsed.last_spin // 2 + 1)
    breaks = [float(int(q.p)) / float(int(q.q)) for q in parsed.breaks]
    for low, high, piece in zip(breaks[:-1], breaks[1:], parsed.pieces, strict=False):
        q = low + (high - low) * (t + 1) / 2
        g = np.polynomial.polynomial.polyval(q, [float(int(c.p)) / float(int(c.q)) for c in piece.coeffs()])
        y = q * value
        waves = cutoff_rows.even_waves(1 - 2 * y, parsed.last_spin)
        total += waves @ (value**2 / 2 * g * (2 - y) / (1 - y) ** 2 * w * (high - low) / 2)
    spins = np.arange(0, parsed.last_spin + 1, 2)
    assert float(_node_sum(parsed, x).mid()) == pytest.approx(((2 * spins + 1) @ np.abs(total)) / 2, rel=1e-8)


def test_tampered_certificates_are_refused(certificate):
    alpha = list(certificate["alpha"])
    alpha[0] = str(fmpq(3) / 2)
    for change, reason in (
        ({"bound": "70"}, "weaker"),
        ({"alpha": alpha}, "vanish"),
        ({"contacts": 2}, "not eliminated"),
        ({"p_min": "1/4"}, "p_min"),
        ({"nodes": certificate["nodes"][:-1]}, "end at 1"),
        ({"last_spin": 61}, "odd"),
        ({"beta": certificate["beta"][:-1]}, "length"),
        ({"surprise": 1}, "keys"),
    ):
        with pytest.raises(Refused, match=reason):
            verify_data({**certificate, **change})


def test_the_enclosure_holds_the_numerical_cost(certificate):
    """The cost of the same functional on a fine grid lies below the proved value, and not far below."""
    parsed = read_certificate(certificate)
    breaks = np.sqrt([float(int(q.p)) / float(int(q.q)) for q in parsed.breaks])
    splines = Splines(breaks, squared=True)
    p = np.linspace(breaks[0], breaks[-1], 400)[1:-1]
    values = np.zeros_like(p)
    for k, piece in enumerate(parsed.pieces[:-1]):
        inside = (p >= breaks[k]) & (p < breaks[k + 1])
        coefficients = [float(int(c.p)) / float(int(c.q)) for c in piece.coeffs()]
        values[inside] = p[inside] * np.polynomial.polynomial.polyval(p[inside] ** 2, coefficients)
    f = np.linalg.lstsq(splines.values(p), values, rcond=None)[0]
    numerical = cost(Rows(splines), f, CutoffGrid(reach=120)) / float(splines.integrals(lambda p: p**-2.0) @ f)
    assert numerical < decimal(certificate["bound"]) < 1.35 * numerical


# --- long reproductions ------------------------------------------------------------------------


A2, SHARED = {"contacts": 1}, {"k": (2, 4), "degree": 6}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("question", "p_min", "limit"),
    [(A2, "0.1", 35.3), (A2, "0.01", 8.2), (SHARED, "0.1", 45.7), (SHARED, "0.01", 6.4)],
)
def test_values_and_doubled_grids(question, p_min, limit):
    """The value is below the limit, and its functional costs the same, within the error, on grids of twice the size."""
    found = cutoff_bound(p_min, **question)
    assert found.primal < found.value <= limit and found.error < 0.01 * found.value
    problem, splines = found.problem, Splines(np.array(found.functional.breaks), found.functional.drop)
    rows = Rows(splines, problem.k)
    functional = np.concatenate([found.functional.coefficients[k] for k in problem.k])
    doubled = CutoffGrid().finer().finer()
    assert cost(rows, functional, doubled) == pytest.approx(found.value, abs=found.error)


@pytest.mark.slow
@pytest.mark.parametrize(("question", "functions"), [(A2, 112), (SHARED, 96)])
def test_doubled_basis(question, functions):
    """Twice the test functions strengthen the bound, by less than two percent."""
    found = cutoff_bound("0.1", functions=functions // 2, **question)
    doubled = cutoff_bound("0.1", functions=functions, **question)
    assert 0.98 * found.value < doubled.value < found.value


@pytest.mark.slow
def test_forward_sum_rules_strengthen():
    """All forward k >= 4 sum rules: stronger than A_2 with the two contact terms that they leave."""
    forward = [cutoff_bound("0.1", forward_sum_rules=True, functions=n).value for n in (12, 24)]
    assert forward[1] < forward[0] < cutoff_bound("0.1", contacts=2, functions=24).value


@pytest.mark.slow
def test_slope_in_the_logarithm():
    """1/(8piG) grows by log(1/p_min)/16 as p_min -> 0: 16 times the slope climbs to 1."""
    values = [1 / cutoff_bound(p, contacts=1, functions=100).value for p in ("1e-4", "1e-6", "1e-8", "1e-10")]
    slopes = [16 * (two - one) / math.log(100) for one, two in itertools.pairwise(values)]
    assert slopes == sorted(slopes) and 0.95 < slopes[-1] < 1


@pytest.mark.slow
def test_certificate_within_five_percent():
    proved = certify_cutoff("0.1", 1)
    assert "8piG Lambda^2 <=" in verify_data(proved)
    assert decimal(proved["bound"]) < 1.05 * cutoff_bound("0.1", contacts=1).value
