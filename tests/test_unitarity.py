"""Full unitarity: values, soundness, refusals, assumptions, the limit of weak coupling."""

import copy
from math import pi

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq, fmpz

import positivity
from positivity.amplitudes.partial_waves import casimir, spin_weight, tail_weight
from positivity.bounds.bounded import UnitarySolver
from positivity.certificates.verification import verify
from positivity.questions.couplings import parse_combination
from positivity.questions.levels import parse_fixes
from positivity.questions.units import natural_unit
from positivity.sum_rules.forward import coupling_kernel
from solvers.verify import Refused, verify_data
from solvers.verify import integral as integral_module
from solvers.verify.integral import positive_part, tail

#: max g2/U: the order-4 values of 2011.02957 and its D = 5, 6 analogues; the others by two solvers here
MAX_G2 = {(4, 4): 0.793719, (5, 4): 2.48410, (6, 4): 8.39967, (4, 8): 0.75432}


def test_partial_wave_weights():
    assert spin_weight(4, 4) == pytest.approx(16 * pi * 9 / pi / (4 * pi) ** 2)
    for dimension in (4, 5, 6, 9):
        direct = sum(
            spin_weight(j, dimension) * (1 + casimir(j, dimension)) ** (-dimension / 2) for j in range(300, 60000, 2)
        )
        assert tail_weight(300, dimension) == pytest.approx(direct, rel=1e-4)
        exact = integral_module.spin_weight(6, dimension) / natural_unit(dimension)
        assert float(exact.mid()) == pytest.approx(spin_weight(6, dimension), rel=1e-12)


@pytest.mark.parametrize(("dimension", "order"), MAX_G2)
def test_maximal_g2(dimension, order):
    bound = positivity.bound("g2", order=order, dimension=dimension, density="unitary")
    assert bound.upper.status == "certified"
    assert float(bound.upper.natural) == pytest.approx(MAX_G2[dimension, order], rel=1e-5)
    primal = float(bound.upper.spectrum_value) / float(natural_unit(dimension).mid())
    assert 0 <= float(bound.upper.natural) - primal < 1e-6
    assert len(verify(bound.to_dict())) == 2
    assert float(bound.upper.text) == pytest.approx(float(bound.upper.natural) * (4 * pi) ** (dimension / 2))


@pytest.mark.parametrize("dimension", [4, 5, 6])
def test_ladder_of_orders(dimension):
    values = []
    for order in (4, 6, 8):
        end = positivity.bound("g2", over="U", order=order, dimension=dimension, density="unitary").upper
        assert end.status == "certified" and end.digits >= 6
        values.append(float(end.text))
    assert values[0] > values[1] > values[2]


def test_order_ten_in_four_dimensions():
    end = positivity.bound("g2", over="U", order=10, density="unitary").upper
    assert end.status == "certified" and float(end.text) < 0.7531
    assert float(end.text) - float(end.spectrum_value) < 1e-6


@pytest.mark.parametrize(
    ("level", "g3", "g4"),
    [
        ("0.1U", (-9.871, 2.023), (0.0264, 0.4607)),
        ("0.3U", (-8.825, -1.698), (0.0800, 0.3818)),
        ("0.5U", (-7.627, -3.654), (0.1339, 0.3024)),
        ("0.7U", (-6.012, -5.060), (0.1876, 0.2244)),
    ],
)
def test_ranges_at_fixed_g2(level, g3, g4):
    """Order 8; each end is bracketed by a certified dual and a feasible primal value."""
    for coupling, expected in (("g3", g3), ("g4", g4)):
        bound = positivity.bound(coupling, over="g2", order=8, density="unitary", fix={"g2": level})
        for (_, end), value in zip(bound.ends(), expected, strict=True):
            assert end.status == "certified", end.reason
            assert float(end.text) == pytest.approx(value, abs=6e-4)
            assert float(end.text) == pytest.approx(float(end.spectrum_value), abs=1e-5)
        assert len(verify(bound.to_dict())) == 2


def test_ranges_do_not_depend_on_the_cells(monkeypatch):
    fixes = parse_fixes({"g2": "0.3U"})
    values = []
    for spins, split in ((120, 300), (200, 600), (320, 800)):
        monkeypatch.setattr("positivity.programs.bounded.CELL_SPINS", spins)
        monkeypatch.setattr("positivity.certificates.bounded.SPLIT", split)
        solver = UnitarySolver([parse_combination("g3")], fixes, 6, 4, 8, positivity.Assumptions())
        values.append(float(solver.solve([fmpq(1)], -1)[0].value))
    assert np.ptp(values) < 1e-6


def test_weak_coupling_tends_to_the_positive_region():
    small = "0.001U"
    for coupling in ("g3", "g4"):
        unitary = positivity.bound(coupling, over="g2", order=6, density="unitary", fix={"g2": small})
        positive = positivity.bound(coupling, order=6)
        for (_, ours), (_, limit) in zip(unitary.ends(), positive.ends(), strict=True):
            assert ours.status == "certified"
            assert float(ours.value) == pytest.approx(float(limit.value), abs=0.02)


def test_assumptions_strengthen_the_bound():
    def largest(**assumptions):
        given = positivity.Assumptions(**assumptions)
        bound = positivity.bound("g2", over="U", order=6, density="unitary", assumptions=given)
        assert bound.upper.status == "certified"
        assert given.text in bound.problem.scope
        assert len(verify(bound.to_dict())) == 2
        return float(bound.upper.text)

    full = largest()
    assert largest(ceiling="1") == pytest.approx(full / 2, abs=1e-6)
    assert largest(last_spin=6) < largest(last_spin=20) < full
    assert largest(gaps=((0, "2"),)) < full


def explicit_couplings(steps, dimension, orders):
    """<[kernel of g_pq]> of a piecewise constant density, integrated with mpmath."""
    values = {}
    for name in orders:
        coupling = parse_combination(name)
        ((p, q),) = coupling
        kernel = coupling_kernel((p, q), dimension)
        n = 2 * p + 3 * q
        total = mpmath.mpf(0)
        for spin, low, high, rho in steps:
            big_x = casimir(spin, dimension)
            factor = kernel(fmpq(big_x))
            power = n + mpmath.mpf(dimension) / 2 - 2
            moment = (mpmath.mpf(high) ** power - mpmath.mpf(low) ** power) / power
            total += rho * mpmath.mpf(int(factor.p)) / int(factor.q) * moment * spin_weight(spin, dimension)
        values[p, q] = total
    return values


@pytest.mark.parametrize(("weights", "dimension"), [((1, 0), 4), ((0, 1), 4), ((1, -0.3), 5), ((0.2, 1), 6)])
def test_explicit_densities_are_never_excluded(weights, dimension):
    """Optimal densities of one problem satisfy the bounds of every other one."""
    solver = UnitarySolver(
        [parse_combination("g2"), parse_combination("g3")], [], 6, dimension, 8, positivity.Assumptions()
    )
    directions = [[fmpq(a), fmpq(b)] for a, b in ((-1, 0), (0, -1), (0, 1), (-1, 1), (-1, -1))]
    ends = [(d, solver.solve(d, 1)[0]) for d in directions]
    chosen, _ = solver.solve([fmpq(-int(10 * w)) / 10 for w in weights], 1)
    steps = [(s.spin, s.low, s.high, s.density) for s in chosen.density if s.spin >= 0]
    values = explicit_couplings(steps, dimension, ("g2", "g3"))
    for direction, end in ends:
        left = -sum(float(d) * float(v) for d, v in zip(direction, (values[1, 0], values[0, 1]), strict=True))
        assert left <= float(end.text) + 2e-4  # the density above the cells' last spin is left out


@pytest.fixture(scope="module")
def certificate():
    return positivity.bound("g2", order=6, density="unitary").upper.certificate


def refuse(data, fragment):
    with pytest.raises(Refused, match=fragment):
        verify_data(data)


def test_tampering_is_refused(certificate):
    lower = str(fmpq(*map(int, (certificate["bound"] + "/1").split("/")[:2])) - fmpq(1, 1000))
    refuse({**certificate, "bound": lower}, "proves only")
    for part in ("sum_rules", "claim"):
        for i in range(len(certificate[part])):
            changed = copy.deepcopy(dict(certificate))
            changed[part][i]["coefficient"] = "12345/678"
            refuse(changed, "does not give the claim")
    refuse({**certificate, "dimension": 5}, "proves only")
    refuse({**certificate, "assumptions": {"ceiling": "3"}}, "ceiling")
    refuse({**certificate, "assumptions": {"ceiling": "0"}}, "ceiling")
    refuse({**certificate, "assumptions": {"note": 1}}, "assumptions")
    refuse({**certificate, "assumptions": {"gaps": [{"spin": 0, "mass_squared": "1/2"}]}}, "below the cutoff")
    refuse({**certificate, "bound": "nan"}, "rational")
    refuse({**certificate, "bound": "1/0"}, "zero")
    refuse({k: v for k, v in certificate.items() if k != "bound"}, "keys")
    refuse({**certificate, "density": "positive"}, "keys")


def test_a_functional_that_grows_at_large_spin_is_refused(certificate):
    """Without its nulls the functional is positive at all spins: its integral does not exist."""
    bare = {**certificate, "sum_rules": [{"k": 2, "power": 0, "coefficient": "1/2"}]}
    bare["claim"] = [{"coupling": [1, 0], "coefficient": "1"}]
    refuse(bare, "spins from")


def test_integrals_of_positive_parts():
    """Against mpmath, with roots inside the interval, in even and odd dimension."""
    for dimension in (4, 5, 6, 7):
        for coefficients in ([1, -3], [-1, 5, -5], [2, -13, 24, -13], [1, 0, 0, -2], [-1, 2, -1]):
            f = lambda x, c=coefficients: max(sum(v * x**e for e, v in enumerate(c)), 0)
            roots = [float(r.real) for r in np.roots(coefficients[::-1]) if abs(r.imag) < 1e-12 and 0 < r.real < 1]
            weight = mpmath.mpf(dimension) / 2 - 1
            exact = mpmath.quad(lambda x, w=weight, f=f: x**w * f(x), sorted({0, 1, *roots}))
            ours = positive_part([fmpz(c) for c in coefficients], dimension, fmpq(0), fmpq(1))
            assert float(ours.mid()) == pytest.approx(float(exact), abs=1e-10)
            assert ours >= arb(float(exact)) - 1e-12


@pytest.mark.parametrize("dimension", [4, 5, 6])
def test_the_tail_estimate_holds_the_sum(dimension):
    """1 - X^2 x^2 + X x^2: the sum over spins 40..2000 lies just below the estimate for all from 40."""
    table = [[fmpz(1), fmpz(0), fmpz(0)], [fmpz(0)] * 3, [fmpz(0), fmpz(1), fmpz(-1)]]
    estimate = tail(table, dimension, 40, 16)
    total = arb(0)
    for spin in range(40, 2001, 2):
        big_x = casimir(spin, dimension)
        row = [fmpz(1), fmpz(0), fmpz(big_x - big_x**2)]
        total += integral_module.spin_weight(spin, dimension) * positive_part(row, dimension, fmpq(0), fmpq(4, big_x))
    assert total <= estimate
    assert float((total / estimate).mid()) > 0.97


@pytest.mark.parametrize(
    ("spin", "shift", "near"), [(40, 60, 2e-3), (40, -60, 2e-3), (600, 60, 3e-7), (600, -60, 3e-7)]
)
@pytest.mark.parametrize("dimension", [4, 7])
def test_the_tail_estimate_is_off_in_second_order_only(dimension, spin, shift, near):
    """1 - xi^2 (1 - b/X): its positive part has the integral (1 - b/X)^(-D/4) 8 / (D (D+4)), summed by mpmath.

    At J = 40 the first order in b/X is three percent.
    """
    table = [[fmpz(1), fmpz(0), fmpz(0)], [fmpz(0)] * 3, [fmpz(0), fmpz(shift), fmpz(-1)]]
    half = mpmath.mpf(dimension) / 2

    def term(n):
        j = spin + 2 * n
        ratio = mpmath.gammaprod([dimension + j - 3], [half - 1, j + 1])
        weight = (4 * mpmath.pi) ** half * (dimension + 2 * j - 3) * ratio / mpmath.pi**2
        big_x = j * (j + dimension - 3)
        return weight * big_x**-half * (1 - shift / big_x) ** (-half / 2) * 8 / (dimension * (dimension + 4))

    with mpmath.workdps(25):
        exact = mpmath.nsum(term, [0, mpmath.inf], method="euler-maclaurin")
        above = mpmath.mpf(tail(table, dimension, spin, 16).upper().str(25, radius=False)) / exact - 1
    assert 0 <= above < near


def test_region_in_units_of_u():
    region = positivity.region("g2", "g4", order=6, density="unitary", points=10)
    assert len(region.certified) == len(region.half_planes) >= 10
    assert len(verify(region.to_dict())) == len(region.half_planes)
    assert region.outer[:, 0].max() == pytest.approx(0.76991, abs=1e-4)
    assert "0 <= rho_J <= 2" in str(region)
    assert positivity.Region.from_dict(region.to_dict()).to_dict() == region.to_dict()


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        ({"coupling": "g2", "order": 3}, "order 3"),
        ({"coupling": "g3", "over": "g2"}, "fix it"),
        ({"coupling": "g3", "fix": {"g2": "x"}}, "exact decimal"),
        ({"coupling": "g3", "over": "g2", "fix": {"g2": "0U"}}, "positive"),
        ({"coupling": "g2", "method": "sdp"}, "method"),
        ({"coupling": "g2", "assumptions": positivity.Assumptions(ceiling="3")}, "ceiling"),
        ({"coupling": "g2", "assumptions": positivity.Assumptions(last_spin=-2)}, "last spin"),
        ({"coupling": "g2", "assumptions": positivity.Assumptions(gaps=((1, "2"),))}, "even spin"),
    ],
)
def test_bad_requests(arguments, fragment):
    with pytest.raises(positivity.InputError, match=fragment):
        positivity.bound(**{"density": "unitary", "order": 6, **arguments})


def test_impossible_levels_are_said_to_be():
    bound = positivity.bound("g3", order=6, density="unitary", fix={"g2": "0.9U"})
    assert bound.upper.status == "excluded" and "no theory" in bound.upper.reason
