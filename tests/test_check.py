"""Verdicts on points in the space of couplings: never wrong, and each with evidence that can be checked."""

import copy
import json
import random
from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import positivity
from positivity.amplitudes import uv
from positivity.answers.verdict import Verdict
from positivity.questions.couplings import parse_combination
from solvers.verify import Refused, verify_data
from solvers.verify.rows import infrared
from solvers.verify.spectrum import spectrum_couplings
from tests.command import run
from tests.exact import average

LOOPS = "g2^2,g2g3,g3^2,g2g4"


def assert_spectrum(verdict):
    """Averages by the code of the tests, exactly: the couplings are right and every null vanishes."""
    couplings = {}
    for n in range(2, verdict.order + 1):
        for j in range(n // 2, 0, -1):
            value, _ = average(verdict.spectrum, j, n - 2 * j, verdict.dimension)
            side = {c: Fraction(int(v.p), int(v.q)) for c, v in infrared(j, n - 2 * j).items()}
            unknown = [c for c in side if c not in couplings]
            rest = value - sum(side[c] * couplings[c] for c in side if c in couplings)
            if unknown:
                (name,) = unknown
                couplings[name] = rest / side[name]
            else:
                assert rest == 0
    for name, value in verdict.couplings:
        total = sum(Fraction(int(c.p), int(c.q)) * couplings[g] for g, c in parse_combination(name).items())
        assert total == Fraction(value)
    for state in verdict.spectrum:
        assert Fraction(state.mass_squared) >= 1 and Fraction(state.weight) > 0 and state.spin % 2 == 0


def random_theory(rng, theories):
    parts = []
    for _ in range(rng.randint(1, 5)):
        mass = 1 if rng.random() < 0.2 else round(10 ** rng.uniform(0, 3), 4)
        parts.append((rng.choice(theories), round(10 ** rng.uniform(-3, 3), 6), mass))
    return uv.mixture(parts)


@pytest.mark.parametrize(
    ("names", "order", "dimension", "count", "least"),
    [
        ("g2,g3,g4", 6, 4, 500, 0.97),
        ("g2,g3,g4,g5,g6,g6'", 6, 4, 200, 0.8),
        ("g2,g3,g4", 9, 5, 60, 0.8),
        ("g2,g3+2*g4", 8, 7, 40, 0.8),
    ],
)
def test_mixtures_of_known_theories_are_never_excluded(names, order, dimension, count, least):
    rng = random.Random(order + dimension)
    theories = uv.known_theories(dimension)
    checker = positivity.Checker(names.split(","), order=order, dimension=dimension)
    statuses = Counter()
    for i in range(count):
        theory = random_theory(rng, theories)
        verdict = checker.check(list(theory.values(checker.combinations).values()))
        assert verdict.status in ("allowed", "undecided"), theory.amplitude
        statuses[verdict.status] += 1
        if verdict.allowed and i % 10 == 0:
            assert_spectrum(verdict)
    assert statuses["allowed"] >= least * count


@pytest.mark.parametrize(("order", "dimension", "count"), [(6, 4, 500), (10, 4, 60), (7, 6, 60)])
def test_points_outside_are_excluded_with_proofs(order, dimension, count):
    """1e-6 and more outside half-planes that `region` proved and that extremal spectra touch."""
    rng = random.Random(2)
    region = positivity.region("g3", "g4", order=order, dimension=dimension, points=24)
    planes = [plane for plane in region.certified if plane.point]
    checker = positivity.Checker(["g2", "g3", "g4"], order=order, dimension=dimension)
    seen = set()
    for i in range(count):
        plane = rng.choice(planes)
        normal = np.array(plane.line[:2]) / np.hypot(*plane.line[:2])
        step = 1e-6 if i % 4 == 0 else 10 ** rng.uniform(-6, 1)
        point = np.array(plane.point) + step * normal
        verdict = checker.check([1, *map(float, point)])
        assert verdict.excluded, (step, point, verdict.reason)
        data = dict(verdict.certificate)
        if id(verdict.certificate) not in seen:
            verify_data(data)
            seen.add(id(verdict.certificate))
        # what was proved to be >= 0 is negative here, in exact arithmetic
        values = dict(zip([(1, 0), (0, 1), (2, 0)], [Fraction(v) for _, v in verdict.couplings], strict=True))
        claim = sum(Fraction(c["coefficient"]) * values[tuple(c["coupling"])] for c in data["claim"])
        assert claim < 0


def test_touching_points_moved_inside_are_not_excluded():
    region = positivity.region("g3", "g4", order=6, points=16)
    checker = positivity.Checker(["g2", "g3", "g4"], order=6)
    centre = np.array([0.0, 0.25])
    for plane in region.certified:
        if plane.point:
            inner = np.array(plane.point) + 1e-3 * (centre - plane.point)
            verdict = checker.check([1, *map(float, inner)])
            assert verdict.allowed
            assert_spectrum(verdict)


def test_certified_minimum_is_the_border():
    low = Fraction(positivity.bound("g3", order=8).lower.text)
    step = Fraction(1, 10**6)
    inside, outside = (positivity.check({"g2": 1, "g3": str(low + sign * step)}) for sign in (1, -1))
    assert inside.allowed and outside.excluded
    assert_spectrum(inside)


@settings(max_examples=25, deadline=None)
@given(st.fractions(-12, 4, max_denominator=50), st.fractions(0, 1, max_denominator=50), st.integers(-8, 8))
def test_the_verdict_does_not_depend_on_the_normalisation(g3, g4, power):
    scale = Fraction(10) ** power
    plain = positivity.check({"g2": 1, "g3": g3, "g4": g4}, order=5)
    scaled = positivity.check({"g2": str(scale), "g3": str(g3 * scale), "g4": str(g4 * scale)}, order=5)
    assert {plain.status, scaled.status} in ({plain.status}, {plain.status, "undecided"})


def test_extremal_theories_are_recognised_exactly():
    for theory, mass in ((uv.spin0_exchange(), 1), (uv.spin0_exchange(), "7/3"), (uv.stu_pole(), 1)):
        verdict = positivity.check(uv.couplings(theory, order=4, mass_squared=mass), order=6)
        assert verdict.allowed, (theory.name, mass, verdict.reason)
        assert_spectrum(verdict)
    one = positivity.check(uv.couplings(uv.spin0_exchange(), order=6), order=6).spectrum
    assert [(s.spin, s.mass_squared, s.weight) for s in one] == [(0, "1", "1")]


def test_partial_input_leaves_the_rest_free():
    assert positivity.check({"g3": 1}, order=6).allowed
    assert positivity.check({"g4": -1}, order=10).excluded
    assert positivity.check({"g2": 0, "g3": 1}).excluded
    assert positivity.check({"g2": 0}).allowed
    assert positivity.check({"g3": -5, "g4": "0.1"}, order=6).allowed
    # g3 <= 3 g2 and g4 <= g2/2 and g3^2 <= 18 g2 g4
    assert positivity.check({"g2": 1, "g3": "2.9", "g4": "0.4"}).excluded


def test_a_point_on_the_border_is_undecided_and_says_what_to_raise():
    verdict = positivity.check({"g2": 1, "g3": 0, "g4": 0})
    assert verdict.status == "undecided" and "raise the order" in verdict.reason


def test_higher_orders_only_exclude_more():
    """min g3/g2 is -10.612 at order 4 and -10.349 at order 8."""
    statuses = [positivity.check({"g2": 1, "g3": "-10.36"}, order=order).status for order in range(4, 11)]
    assert statuses[0] == "allowed" and statuses[4:] == ["excluded"] * 3
    assert statuses == sorted(statuses)


@pytest.mark.parametrize("couplings", [{"g2": 1, "g3": -5, "g4": "0.3"}, {"g2": 1, "g3+2*g4": -11}])
def test_saved_verdicts_are_proved_again(couplings):
    verdict = positivity.check(couplings, order=7)
    data = json.loads(json.dumps(verdict.to_dict()))
    assert Verdict.from_dict(data) == verdict
    assert verdict.status in positivity.verify(data)[0]
    changed = copy.deepcopy(data)
    changed["couplings"][0][1] = "1.5" if verdict.allowed else "2"
    lies = [changed]
    if verdict.allowed:
        for key, value in (("weight", "1"), ("spin", 3), ("mass_squared", "0.5"), ("weight", "-1"), ("spin", None)):
            changed = copy.deepcopy(data)
            changed["spectrum"][1][key] = value
            lies.append(changed)
        lies.append({**data, "spectrum": []})
    else:
        lies += [{**data, "order": 4}, {**data, "dimension": 5}, {**data, "certificate": None}]
        lies.append({**data, "status": "allowed"})
    for lie in lies:
        with pytest.raises(Refused):
            positivity.verify(lie)


def test_spectra_that_break_crossing_are_refused():
    with pytest.raises(Refused, match="null constraint of order 4"):
        spectrum_couplings([{"spin": 2, "mass_squared": "1", "weight": "1"}], 4, 6)
    assert spectrum_couplings([{"spin": 0, "mass_squared": "1", "weight": "1"}], 4, 6)[0, 2] == 3


def test_full_unitarity():
    outside = positivity.check({"g2": "0.9U"}, order=6, density="unitary")
    assert outside.excluded and outside.certificate["density"] == "unitary"
    assert positivity.verify(json.loads(json.dumps(outside.to_dict())))
    cheap = positivity.check({"g2": "0.1U", "g3": "-2U"}, order=6, density="unitary")
    assert cheap.excluded and cheap.certificate["density"] == "positive"
    inside = positivity.check({"g2": "0.3U", "g3": "-1U", "g4": "0.06U"}, order=6, density="unitary")
    assert inside.allowed and inside.residual < 1e-7
    assert max(step.density for step in inside.steps) <= 1 + 1e-12, "two halves: overlapping steps add to at most 2"
    with pytest.raises(Refused, match="numerical"):
        positivity.verify(json.loads(json.dumps(inside.to_dict())))


def test_the_density_of_a_verdict_by_quadrature():
    """g2 and the n=4 null of the example density, summed with scipy instead of closed forms."""
    from scipy.integrate import quad

    verdict = positivity.check({"g2": "0.2U"}, order=4, density="unitary")
    assert verdict.allowed
    total = np.zeros(2)
    for step in verdict.steps:
        spins = [step.spin] if step.spin >= 0 else range(200, 3000, 2)
        for spin in spins:
            casimir = spin * (spin + 1)
            size = 1.0 if step.spin >= 0 else 1.0 / (1 + casimir)
            weight = 16 * np.pi * (2 * spin + 1) / np.pi / (4 * np.pi) ** 2 * step.density
            low, high = step.low * size, step.high * size
            if step.spin >= 0:
                total[0] += weight * quad(lambda x: x, low, high)[0]
                total[1] += weight * quad(lambda x, c=casimir: c * (c - 8) * x**3, low, high)[0]
            else:
                total += weight * np.array([(high**2 - low**2) / 2, casimir * (casimir - 8) * (high**4 - low**4) / 4])
    assert total == pytest.approx([0.2, 0], abs=2e-6)


def test_one_loop():
    """In D = 6 nothing is allowed for 3.6706 < g2/U < 8.669, whatever g3 and g4 (exact proof in `exclude`)."""
    for g2 in ("4U", "8.5U"):
        verdict = positivity.check({"g2": g2, "g3": "0U", "g4": "0.5U"}, dimension=6, order=4, loops=LOOPS)
        assert verdict.excluded
        assert positivity.verify(json.loads(json.dumps(verdict.to_dict())))
    weak = {"g2": "1/1000U", "g3": "0.0005U", "g4": "0.0003U"}
    for density in ("positive", "unitary"):
        assert positivity.check(weak, dimension=5, order=6, loops=LOOPS, density=density).allowed
    same = positivity.bound(
        "g4", "U", fix={"g2": "0.1U", "g3": "0U"}, order=6, dimension=5, loops=LOOPS, density="positive"
    )
    for end, sign in ((same.lower, 1), (same.upper, -1)):
        for step, status in ((1e-4, "allowed"), (-1e-4, "excluded")):
            g4 = f"{float(end.text) + sign * step:.8f}U"
            verdict = positivity.check({"g2": "0.1U", "g3": "0U", "g4": g4}, dimension=5, order=6, loops=LOOPS)
            assert verdict.status == status, (g4, verdict.reason)


@pytest.mark.parametrize(
    ("couplings", "arguments", "fragment"),
    [
        ({}, {}, "no coupling is given"),
        ({"g1": 1}, {}, "unknown coupling"),
        ({"g2": "x"}, {}, "exact decimal"),
        ({"g2": "0.3U"}, {}, "exact decimal"),
        ({"g9": 1}, {}, "order 8 is below 9"),
        ({"g2": 1, "2*g2": 2}, {}, "given twice"),
        ({"g2": 1}, {"dimension": 3}, "dimension 3"),
        ({"g2": 1}, {"density": "magic"}, "density"),
        ({"g2": 1}, {"loops": LOOPS}, "need a value of g3, g4"),
        ({"g2+g3": 1}, {"loops": "g2^2"}, "single couplings"),
        ({"g2": 1}, {"assumptions": positivity.Assumptions("1")}, "unitary"),
    ],
)
def test_bad_requests_name_the_remedy(couplings, arguments, fragment):
    with pytest.raises(positivity.InputError, match=fragment):
        positivity.check(couplings, **arguments)


def test_command_line(capsys, tmp_path):
    code, out, _ = run(capsys, "check", "g2=1", "g3=-5", "g4=0.3", "--order", "10", "-o", str(tmp_path / "v.json"))
    assert code == 0 and out.startswith("allowed at order 10") and "D=4" in out and "exactly" in out
    code, out, _ = run(capsys, "verify", str(tmp_path / "v.json"))
    assert code == 0 and "PROVED: allowed" in out
    certificate = tmp_path / "c.json"
    code, out, _ = run(capsys, "check", "g2=1", "g3=-11", "--certificate", str(certificate))
    assert code == 3 and "excluded (certified)" in out and "order 8" in out
    verify_data(json.loads(certificate.read_text()))
    code, out, _ = run(capsys, "check", "g2=1", "g3=0", "g4=0", "--json")
    assert code == 4 and json.loads(out)["status"] == "undecided"
    for bad in (["g2"], ["g2=1", "g2=2"], ["g2="], ["g2=1", "--order", "2"]):
        code, out, err = run(capsys, "check", *bad)
        assert code == 2 and out == "" and err.count("\n") == 1
    code, out, _ = run(capsys, "check", "--help")
    assert code == 0 and "example: positivity check" in out and out.count("\n") <= 40


@pytest.mark.parametrize(
    ("couplings", "order", "dimension"),
    [({"g2": 1, "g3": 1}, 30, 4), ({"g2": 1, "g4": "0.28691834805"}, 12, 8)],
)
def test_points_deep_inside_are_allowed_at_high_orders(couplings, order, dimension):
    """The first took minutes, both were called too close to the boundary; spin 0 alone has them."""
    verdict = positivity.check(couplings, order=order, dimension=dimension)
    assert verdict.status == "allowed" and verdict.seconds < 30
    for name, value in couplings.items():
        j, power, factor = {"g2": (1, 0, 2), "g3": (1, 1, -1), "g4": (2, 0, 4)}[name]
        assert average(verdict.spectrum, j, power, dimension)[0] == factor * Fraction(value)


def test_a_centre_that_the_program_meets_degenerately_has_an_exact_spectrum():
    """At D = 8, order 12 none was found, so that nothing was ever allowed there."""
    verdict = positivity.check({"g2": 1, "g3": "-1/2", "g4": "0.3"}, order=12, dimension=8)
    assert verdict.status == "allowed" and any(state.spin for state in verdict.spectrum)


def test_a_mixture_of_known_theories_on_the_boundary_is_allowed():
    couplings = {"g2": "36/25", "g7": "54/25", "g5": "72/25", "g4": "18/25"}
    assert positivity.check(couplings, order=8, dimension=9).status == "allowed"
