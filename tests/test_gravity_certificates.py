"""Complete certificates with gravity: proved, refused when anything is off, and the pieces against quadrature."""

import copy
import itertools
import json
import math
import random

import mpmath
import numpy as np
import pytest
from flint import arb, ctx, fmpq
from scipy.special import eval_gegenbauer, factorial, poch

import positivity
from positivity.cli import main
from positivity.dispersion.improved_sum_rules import impact_rows
from positivity.gravity import gravity_bound, smearing_space
from positivity.gravity_certificates import document, moment_rows, rational_functional
from positivity.gravity_program import Program
from positivity.gravity_rows import Grid, Space
from positivity.verification import verify
from solvers.verify import Refused, verify_data
from solvers.verify import high_energy as high
from solvers.verify import impact as moderate
from solvers.verify.fixed_spin import prove_spin, split_kernel
from solvers.verify.large_impact import Region, _Proof, _Range, prove_large_impact
from solvers.verify.nonnegative import NotProved
from solvers.verify.smearing import Smeared, ball, sonin_constant

NODES, WEIGHTS = ((v + shift) / 2 for v, shift in zip(np.polynomial.legendre.leggauss(1500), (1, 0), strict=True))


def wave(spin, y, dimension):
    """P_J(1-2y) from the hypergeometric series, mpmath."""
    return mpmath.hyp2f1(-spin, spin + dimension - 3, mpmath.mpf(dimension) / 2 - 1, y)


def kernel(spin, y, dimension, p_j=None):
    """The heavy kernel of the improved sum rule as in 2102.08951, eq. 2.20, with x^2 taken out."""
    big_x = spin * (spin + dimension - 3)
    p_j = wave(spin, y, dimension) if p_j is None else p_j
    pole = ((2 - y) * p_j - y**2 * (4 - 3 * y)) / (1 - y) ** 2
    return pole + 4 * big_x * y**3 / ((dimension - 2) * (1 - y**2))


def values(f, spin, x):
    """f, y and P_J on 1500 Gauss-Legendre nodes in p, in double precision from scipy."""
    alpha, y = (f.dimension - 3) / 2, NODES**2 * x
    p_j = eval_gegenbauer(spin, alpha, 1 - 2 * y) / eval_gegenbauer(spin, alpha, 1.0)
    return sum(float(int(a.p) / int(a.q)) * NODES ** float(int(n.p) / int(n.q)) for n, a in f.terms.items()), y, p_j


def quadrature(f, spin, x):
    """int f K."""
    smearing, y, p_j = values(f, spin, x)
    return float((WEIGHTS * smearing * kernel(spin, y, f.dimension, p_j)).sum())


def random_functional(rng, dimension, count=5):
    """f with f(1) = 0, random rational coefficients and int f p^6 > 0."""
    start = fmpq(3, 2) if dimension == 5 else fmpq(2)
    some = [fmpq(rng.randint(-20, 20), 7) for _ in range(count - 1)]
    terms = dict(zip([start + k for k in range(count)], [*some, -sum(some, fmpq(0))], strict=True))
    found = Smeared(dimension, terms)
    return found if found.moment(6) > 0 else Smeared(dimension, {n: -a for n, a in terms.items()})


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
    assert "largest violation 0.0e+00" in str(six) and "certified" in str(six)


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
        (lambda d: d.update(xi_split="100000"), "larger spin_split"),
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
    assert "D=7" in verify_data({**six.certificate, "dimension": 7})


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


@pytest.mark.parametrize("dimension", [5, 6, 7, 9, 10])
def test_fixed_spin_split_is_the_kernel(dimension):
    """q(y) + kappa/(1+y) is the kernel of 2102.08951."""
    for spin in (0, 2, 4, 10):
        polynomial, kappa = split_kernel(spin, dimension)
        for y in (0.1, 0.55, 0.9):
            value = sum(float(int(c.p) / int(c.q)) * y**r for r, c in enumerate(polynomial.coeffs()))
            value += float(int(kappa.p) / int(kappa.q)) / (1 + y)
            assert value == pytest.approx(float(kernel(spin, mpmath.mpf(y), dimension)), rel=1e-9)


@pytest.mark.parametrize(("dimension", "spin"), [(5, 60), (6, 72), (7, 80), (10, 64)])
def test_moderate_impact_series_is_the_integral(dimension, spin):
    """The double series at random xi and v, against quadrature of the kernel."""
    rng = random.Random(dimension)
    f = random_functional(rng, dimension)
    with ctx.workprec(320):
        columns, rest = moderate._series(f, 60, fmpq(400))
        start = f.casimir(60)
        for xi in (3, 90, 399):
            v = fmpq(start, f.casimir(spin))
            total = sum((c(arb(xi)) * ball(v) ** m for m, c in enumerate(columns)), arb(0))
            exact = quadrature(f, spin, xi / f.casimir(spin))
            assert abs(float(total.mid()) - float(exact)) <= float(rest.upper()) + 1e-11
    assert float(rest.upper()) < 1e-5


@pytest.mark.parametrize("dimension", [5, 6, 7, 8, 10])
@pytest.mark.parametrize("parts", [4, 6])
def test_large_impact_parts_hold_the_integral(dimension, parts):
    """Mellin terms are within boundary terms and remainder of the wave's part, at random J, x to large b."""
    rng = random.Random(10 * dimension + parts)
    f = random_functional(rng, dimension)
    region = Region(60, fmpq(400), fmpq(1, 2), parts)
    proof = None
    with ctx.workprec(160):
        proof = _Proof(f, region)
        for spin in (60, 74, 200):
            low = 400 / f.casimir(spin)
            for x in (low * 1.01, rng.uniform(low, 0.5), 0.5):
                x = min(x, 0.5)
                big_l = spin + (dimension - 3) / 2
                length, x_ball = arb(big_l) * arb(x).sqrt(), arb(x)
                w = _Range(1 / length, 1 / length)
                eta = 1 - ball(proof.a**2) * x_ball / length**2
                ratio = 1 - ball(proof.beta**2 - fmpq(1, 4)) / length**2 / (4 * (1 - x_ball))
                main = proof._mellin(w, x_ball, arb(big_l)) / length ** ball(proof.power)
                # at one state R_s(L) is known: take the exact value out of its range
                exact_main = sum(
                    float(c.mid()) * x**k * float(length.mid()) ** (-2 * float(s)) * ratio_of_gammas(big_l, float(s))
                    for s, k, c in proof.mellin
                )
                allowed = proof._boundary_size(w, x_ball, eta, ratio) + proof._remainder(w, x_ball, x_ball, eta)
                # and the powers of y from 71 on, in the tail
                tail = sum(float(e) * x**k for k, e in enumerate(more_of_the_pole(proof.beta), 71))
                allowed = float((allowed / length ** ball(proof.power)).upper()) + tail * float(f.size(140))
                assert abs(wave_part(f, spin, x) - exact_main) <= allowed * (1 + 1e-6) + 1e-9
                assert main.contains(exact_main) or abs(float(main.mid()) - exact_main) <= float(main.rad()) + 1e-12


def more_of_the_pole(beta):
    """Taylor coefficients of (2-y)(1-y)^(-2-beta) from y^71 on."""
    b = float(int(beta.p) / int(beta.q))
    return [poch(1 + b, k) / factorial(k) + poch(2 + b, k) / factorial(k) for k in range(71, 150)]


def ratio_of_gammas(big_l, s):
    return float(mpmath.mpf(big_l) ** (2 * s) * mpmath.gammaprod([big_l + 0.5 - s], [big_l + 0.5 + s]))


def wave_part(f, spin, x):
    """int f (2-y)/(1-y)^2 P_J."""
    smearing, y, p_j = values(f, spin, x)
    return float((WEIGHTS * smearing * (2 - y) / (1 - y) ** 2 * p_j).sum())


@pytest.mark.parametrize("dimension", [5, 6, 7, 9])
def test_ratio_of_gammas_falls_to_one(dimension):
    """R_s(L) >= 1, decreasing in L, for s >= 1/2: what the Mellin terms rest on."""
    for s in (0.5, 1.25, 1.5, 3, 5.75):
        values = [ratio_of_gammas(j + (dimension - 3) / 2, s) for j in range(20, 400, 2)]
        assert all(a >= b - 1e-12 and b >= 1 - 1e-12 for a, b in itertools.pairwise(values))


@pytest.mark.parametrize("dimension", [5, 6, 7, 8, 11])
def test_sonin_bound(dimension):
    """|P_J| <= rho L^-a (sin theta)^-a q^(-1/2) where q > 0, and rho falls with J."""
    a = (dimension - 3) / 2
    rhos = [float(sonin_constant(j, dimension).mid()) for j in range(4, 200, 2)]
    assert all(u >= v * (1 - 1e-12) for u, v in itertools.pairwise(rhos))
    for spin in (4, 12, 40, 100):
        big_l, rho = spin + a, float(sonin_constant(spin, dimension).mid())
        assert rho == pytest.approx(abs(float(wave(spin, mpmath.mpf(1) / 2, dimension))) * big_l**a, rel=1e-10)
        for theta in np.linspace(0.02, math.pi / 2, 150):
            q = 1 - (a * a - a) / (big_l * math.sin(theta)) ** 2
            if q > 0:
                value = abs(float(wave(spin, mpmath.mpf(math.sin(theta / 2) ** 2), dimension)))
                assert value <= rho * (big_l * math.sin(theta)) ** -a / math.sqrt(q) * (1 + 1e-9)


@pytest.mark.parametrize("dimension", [5, 6, 8, 10])
def test_high_energy_loss_is_an_upper_bound(dimension):
    """int f_+ (2-y)/(1-y)^2 (1-P_J) at random x of a step and spins far above the split."""
    rng = random.Random(dimension)
    f = random_functional(rng, dimension)
    with ctx.workprec(160):
        heights, slope = high._upper_function(f), high._largest_slope(f)
        for low, end in ((0.5, 0.52), (0.8, 0.82), (0.98, 1.0)):
            growth, bound = high._lost(f, 60, heights, slope, (arb(low), arb(end)))
            for spin in (60, 61 + 15, 300):
                x = rng.uniform(low, end)
                allowed = bound + growth * (arb(f.casimir(spin)) / f.casimir(60)).log()
                assert lost_integral(f, spin, x) <= float(allowed.upper()) * (1 + 1e-9)


def test_high_energy_covers_the_light_end_of_a_step():
    """y(1-y) on a piece of p is bounded over all masses of the step: a wide step gives a weaker bound, not the same."""
    f = random_functional(random.Random(3), 8)
    with ctx.workprec(160):
        heights, slope = high._upper_function(f), high._largest_slope(f)
        narrow = high._lost(f, 60, heights, slope, (arb("0.6"), arb("0.6")))[1]
        wide = high._lost(f, 60, heights, slope, (arb("0.1"), arb("0.6")))[1]
    assert narrow < wide


def lost_integral(f, spin, x):
    smearing, y, p_j = values(f, spin, x)
    return float((WEIGHTS * np.maximum(smearing, 0) * (2 - y) / (1 - y) ** 2 * (1 - p_j)).sum())


def test_the_certified_functional_is_positive_where_it_was_not_sampled(functional):
    """Quadrature of the kernel at random spins and masses, to large J and large b."""
    rng = random.Random(6)
    for _ in range(200):
        spin = 2 * rng.choice([rng.randint(0, 30), rng.randint(30, 120)])
        x = 0.97 * rng.random() ** 3
        assert quadrature(functional, spin, x) > -1e-6


def test_few_parts_cannot_beat_a_high_power(functional):
    """What is left after N parts falls like l^-2N: refused when that is slower than the leading term."""
    with pytest.raises(NotProved, match="parts"):
        prove_large_impact(Smeared(16, {fmpq(7): fmpq(1), fmpq(8): fmpq(-1)}), Region(60, fmpq(400), fmpq(1, 2), 3))


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
