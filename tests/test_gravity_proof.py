"""The pieces of the proof with gravity against quadrature and against the bounds they rest on."""

import itertools
import math
import random

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb, ctx, fmpq
from scipy.special import factorial, poch

from solvers.verify import high_energy as high
from solvers.verify import impact as moderate
from solvers.verify.fixed_spin import split_kernel
from solvers.verify.large_impact import Region, _Proof, _Range, prove_large_impact
from solvers.verify.nonnegative import NotProved
from solvers.verify.smearing import Smeared, ball, sonin_constant
from tests.gravity_quadrature import WEIGHTS, kernel, quadrature, random_functional, values, wave


@pytest.mark.parametrize("dimension", [5, 6, 7, 9, 10])
def test_fixed_spin_split_is_the_kernel(dimension):
    """q(y) + kappa/(1+y) is the kernel of 2102.08951."""
    for spin in (0, 2, 4, 10):
        polynomial, kappa = split_kernel(spin, dimension)
        for y in (0.1, 0.55, 0.9):
            value = sum(float(int(c.p) / int(c.q)) * y**r for r, c in enumerate(polynomial.coeffs()))
            value += float(int(kappa.p) / int(kappa.q)) / (1 + y)
            assert value == pytest.approx(float(kernel(spin, mpmath.mpf(y), dimension)), rel=1e-9)


@pytest.mark.parametrize("dimension", [4, 5, 6, 7, 10])
@pytest.mark.parametrize("spin", [0, 2, 4, 8])
def test_kernel_is_its_definition_exactly(dimension, spin):
    """A_2(t) - sum_{n>=2} [n t^(2n-2) A_2n(0) + t^(2n-1) A_2n'(0)] of one state at m = 1, as an exact series in t."""
    t, order = sympy.Symbol("t"), 20
    alpha = sympy.Rational(dimension - 3, 2)
    wave = sympy.gegenbauer(spin, alpha, 1 + 2 * t) / sympy.gegenbauer(spin, alpha, 1)
    wave = sympy.Poly(sympy.expand(wave), t)

    def taylor(n):
        """Coefficients of A_2n(t) = (2+t) P_J(1+2t)/(1+t)^(n+1)."""
        top = (wave * sympy.Poly(2 + t, t)).all_coeffs()[::-1]
        geometric = [sympy.binomial(n + i, i) * (-1) ** i for i in range(order)]
        return [sum(top[i] * geometric[r - i] for i in range(min(r + 1, len(top)))) for r in range(order)]

    series = taylor(1)
    for n in range(2, order):
        forward = taylor(n)
        for power, term in ((2 * n - 2, n * forward[0]), (2 * n - 1, forward[1])):
            if power < order:
                series[power] -= term
    polynomial, kappa = split_kernel(spin, dimension)
    for r, expected in enumerate(series):
        found = (polynomial[r] + kappa * (-1) ** r) * (-1) ** r  # y = -t
        assert sympy.Rational(int(found.p), int(found.q)) == expected


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


def test_few_parts_cannot_beat_a_high_power():
    """What is left after N parts falls like l^-2N: refused when that is slower than the leading term."""
    with pytest.raises(NotProved, match="parts"):
        prove_large_impact(Smeared(16, {fmpq(7): fmpq(1), fmpq(8): fmpq(-1)}), Region(60, fmpq(400), fmpq(1, 2), 3))
