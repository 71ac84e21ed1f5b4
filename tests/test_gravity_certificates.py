"""Complete certificates with gravity: proved, and refused when anything is off."""

import copy
import json
import math
import random

import numpy as np
import pytest
from flint import fmpq

import positivity
from positivity.bounds.gravity import gravity_bound, smearing_space
from positivity.certificates.verification import verify
from positivity.cli.main import main
from positivity.programs.powers import Program
from positivity.programs.provable import document, moment_rows, rational_functional
from positivity.sum_rules.improved import impact_rows
from positivity.sum_rules.powers import Grid, Space
from solvers.verify import Refused, verify_data
from solvers.verify import high_energy as high
from solvers.verify import impact as moderate
from solvers.verify.fixed_spin import prove_spin
from solvers.verify.large_impact import Region, prove_large_impact
from solvers.verify.nonnegative import NotProved
from solvers.verify.smearing import Smeared
from tests.gravity_quadrature import quadrature


@pytest.fixture(scope="module")
def six():
    return gravity_bound(6, certify=True)


@pytest.fixture(scope="module")
def functional(six):
    terms = {fmpq(int(t["power"])): fmpq(*map(int, t["coefficient"].split("/"))) for t in six.certificate["functions"]}
    return Smeared(6, terms)


def test_least_g2_in_six_dimensions_is_certified(six):
    assert six.status == "certified" and six.alpha < 9.95
    (statement,) = verify(six.certificate)
    for part in ("g2 + 9.9", "D=6", "all even spins", "all impact parameters", "k>=4"):
        assert part in statement
    assert "no violation" in str(six) and "certified" in str(six)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d.update(dimension=5), "negative|undecided"),
        (lambda d: d.update(density="unitary"), "positive"),
        (lambda d: d["claim"].update({"8piG": "9"}), "does not give the claim"),
        (lambda d: d["claim"].update({"g3": "1/1000"}), "does not give the claim"),
        (lambda d: d["claim"].update({"g2": "NaN"}), "rational"),
        (lambda d: d.update(claim=dict.fromkeys(d["claim"], "0")), "does not give|empty"),
        (lambda d: d["functions"][3].update(coefficient=math.nan), "rational"),
        (lambda d: d["functions"][3].update(power="1"), "outside 1 < power"),
        (lambda d: d["functions"].pop(), "claim|f\\(1\\)"),
        (lambda d: d["functions"].append(d["functions"][0]), "twice"),
        (lambda d: d.update(spin_split=2), "X term|xi_split"),
        (lambda d: d.update(xi_split="4"), "too small"),
        (lambda d: d.update(xi_split="100000"), "larger spin_split|time limit"),
        (lambda d: d.update(x_split="3/4"), "x_split"),
        (lambda d: d.update(parts=2), "parts"),
        (lambda d: d.update(note="hello"), "unknown"),
    ],
)
def test_tampered_documents_are_refused(six, change, reason):
    data = copy.deepcopy(dict(six.certificate))
    change(data)
    with pytest.raises(Refused, match=reason):
        verify_data(data)


def test_a_certificate_holds_in_higher_dimensions(six):
    """P_J of D = 7 is a positive sum of those of D = 6, and the kernel is linear in it: the verifier must agree."""
    assert "D=7" in str(verify_data({**six.certificate, "dimension": 7}))


def test_a_functional_with_a_zero_claim_is_refused():
    """All three infrared moments vanish: nothing is claimed, and nothing divides by it."""
    matrix = [[1 / (n + 1 + m) for n in range(2, 5)] for m in (-2, 0, 2)]
    tail = np.linalg.solve(matrix, [-1 / (5 + 1 + m) for m in (-2, 0, 2)])
    exact = [fmpq(round(float(v) * 10**6), 10**6) for v in tail]
    data = document(Smeared(6, dict(zip(map(fmpq, (2, 3, 4, 5)), [*exact, fmpq(1)], strict=True))), 60, 400, "1/2", 6)
    data["claim"] = dict.fromkeys(data["claim"], "0")
    with pytest.raises(Refused):
        verify_data(data)


def perturbed(functional, bump):
    """A functional plus powers; f(1) = 0 is restored with the highest power, the claim is recomputed."""
    terms = dict(functional.terms)
    for power, value in bump.items():
        terms[fmpq(power)] = terms.get(fmpq(power), fmpq(0)) + value
    top = max(terms)
    terms[top] -= sum(terms.values(), fmpq(0))
    return Smeared(functional.dimension, terms)


@pytest.mark.parametrize(
    "bump",
    [
        {2: fmpq(-1)},
        {5: fmpq(60)},
        {9: fmpq(-3000), 8: fmpq(1500)},
        {40: fmpq(-100), 39: fmpq(100)},
    ],
)
def test_spurious_functionals_are_refused(functional, bump):
    with pytest.raises(Refused, match=r"negative|undecided|too small|no positive|X term"):
        verify_data(document(perturbed(functional, bump), 60, 400, "1/2", 6))


def planted(monkeypatch, grid, extra, leading=None):
    """The optimum of a program that lacks states, with room everywhere else; leading: its coefficient of p^2."""
    space = smearing_space(6, (12,))
    sides = space.infrared()
    monkeypatch.setattr(Space, "tail", lambda self: np.zeros((0, self.size)))
    equations, wanted = sides[1:], np.array([1.0, 0.0])
    if leading is not None:
        equations, wanted = np.vstack([equations, np.eye(space.size)[:1]]), np.append(wanted, leading)
    found = Program(space, grid, extra=extra, margin=1e-5).solve(sides[0], equations, wanted)
    return rational_functional(space, found.coefficients, {"g2": fmpq(1), "g3": fmpq(0)})


def test_a_functional_bad_only_at_large_impact_parameter(monkeypatch):
    """a_2 < 0: every part of the proof accepts it but the one for b to infinity."""
    space = smearing_space(6, (12,))
    bad = planted(monkeypatch, Grid(reach=30), moment_rows(space), leading=-0.5)
    for spin in range(0, 60, 2):
        prove_spin(bad, spin)
    moderate.prove_moderate_impact(bad, 60, fmpq(400))
    high.prove_high_energy(bad, 60, fmpq(1, 2))
    with pytest.raises(NotProved, match="large b"):
        prove_large_impact(bad, Region(60, fmpq(400), fmpq(1, 2), 8))
    with pytest.raises(Refused, match="large b"):
        verify_data(document(bad, 60, 400, "1/2", 8))
    far = 2000.0
    terms = {float(n): float(int(a.p) / int(a.q)) for n, a in bad.terms.items()}
    assert impact_rows(list(terms), np.array([far]), 6)[0] @ np.array(list(terms.values())) < 0


def test_a_functional_bad_only_at_large_spin(monkeypatch):
    """Only spins below 60 were sampled: those are proved, the whole is refused."""

    class Low(Grid):
        def states(self):
            return ((spin, self.masses(spin)) for spin in range(0, 60, 2))

    bad = planted(monkeypatch, Low(), moment_rows(smearing_space(6, (12,))))
    for spin in range(0, 60, 2):
        prove_spin(bad, spin)
    with pytest.raises(Refused, match="spins from 60 on"):
        verify_data(document(bad, 60, 400, "1/2", 8))


def test_a_functional_without_room_is_refused():
    """The optimum of the program touches zero, and beyond the grid nothing is known about it."""
    space = smearing_space(6, (9,))
    sides = space.infrared()
    found = Program(space).solve(sides[0], sides[1:], np.array([1.0, 0.0]))
    exact = rational_functional(space, found.coefficients, {"g2": fmpq(1), "g3": fmpq(0)})
    with pytest.raises(Refused):
        verify_data(document(exact, 60, 400, "1/2", 6))


def test_the_certified_functional_is_positive_where_it_was_not_sampled(functional):
    """Quadrature of the kernel at random spins and masses, to large J and large b."""
    rng = random.Random(6)
    for _ in range(200):
        spin = 2 * rng.choice([rng.randint(0, 30), rng.randint(30, 120)])
        x = 0.97 * rng.random() ** 3
        assert quadrature(functional, spin, x) > -1e-6


@pytest.mark.slow
def test_command_line(tmp_path, capsys):
    target, result = tmp_path / "g.json", tmp_path / "r.json"
    assert main(["gravity", "--dimension", "8", "--certificate", str(target), "--output", str(result)]) == 0
    assert "certified" in capsys.readouterr().out
    for name in (target, result):
        assert main(["verify", str(name)]) == 0
        assert "PROVED" in capsys.readouterr().out
    data = json.loads(result.read_text())
    data["bounds"][0]["alpha"] -= 1e-9
    with pytest.raises(Refused, match="stronger"):
        verify(data)


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["--dimension", "4"], "D >= 5"),
        (["--functions", "9,8"], "A_2 alone"),
        (["--direction", "1,0", "--direction", "0,1"], "one --direction"),
        (["--fix", "g3=1"], "fix nothing"),
    ],
)
def test_bad_requests(arguments, fragment, capsys, tmp_path):
    assert main(["gravity", "--certificate", str(tmp_path / "c.json"), *arguments]) == 2
    assert fragment in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(("dimension", "alpha"), [(5, 18.70), (7, 7.36), (8, 6.13), (9, 5.43), (10, 5.03)])
def test_other_dimensions(dimension, alpha):
    found = positivity.gravity_bound(dimension, certify=True)
    assert found.status == "certified" and found.alpha < alpha
