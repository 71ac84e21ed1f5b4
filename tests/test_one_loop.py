"""One-loop amplitudes, arcs and loop-level null constraints."""

import itertools
import json

import mpmath
import pytest
from flint import fmpq

from positivity.amplitudes.one_loop import amplitude, loop_term, running, spin_norm, wave
from positivity.amplitudes.partial_waves import casimir, forward_taylor, spin_weight
from positivity.cli.main import main
from positivity.questions.errors import InputError
from positivity.questions.loops import loop_pairs, pair_text, parse_pairs
from positivity.sum_rules.arcs import (
    arc_coefficient,
    arc_pi_power,
    divergence,
    functional_arc,
    improved_null_coefficient,
    t_channel,
)
from positivity.sum_rules.loop_listing import loop_rows
from solvers.verify.loops import loop_coefficient, pi_power

G2, G3, G4 = (1, 0), (0, 1), (2, 0)


def real(value):
    return mpmath.mpf(int(value.p)) / int(value.q)


@pytest.mark.parametrize("dimension", [4, 5, 6, 7])
def test_waves_are_the_gegenbauer_series(dimension):
    z = fmpq(2, 7)
    for spin in (0, 2, 4, 8):
        series = forward_taylor(spin + 1, dimension)
        expected = sum((p(fmpq(casimir(spin, dimension))) * z**r for r, p in enumerate(series)), fmpq(0))
        assert wave(spin, dimension)(z + z * z) == expected


@pytest.mark.parametrize("dimension", [4, 5, 6, 7, 8])
def test_norms_agree_with_floats(dimension):
    for spin in (0, 2, 6):
        value, power = spin_norm(spin, dimension)
        unit = (4 * mpmath.pi) ** (mpmath.mpf(dimension) / 2)
        assert float(real(value) * mpmath.pi**power / mpmath.pi / unit) == pytest.approx(spin_weight(spin, dimension))


def test_known_coefficients():
    """2501.09717 and the amplitude of the bubble: D=4 g2^2 and its running, D=6 g2 g3."""
    assert loop_term(G2, G2, 4).in_s_and_t2_u2() == (fmpq(41, 480), fmpq(1, 480))
    assert running(loop_term(G2, G2, 4)) == {G4: fmpq(-7, 160)}
    assert loop_term(G3, G2, 6).in_s_and_t2_u2() == (fmpq(23, 26880), fmpq(-1, 26880))
    assert running(loop_term(G2, G2, 5)) == {}


def test_bubble_integral():
    """D=4, g2^2: the cut is the angular average of two tree amplitudes, phase space 1/(16 pi), Bose factor 1/2."""
    tree = lambda z: 2 * (1 + z + z * z)  # at s = 1
    term = loop_term(G2, G2, 4)
    for cosine in (-0.3, 0.4, 0.9):

        def integrand(x, phi, c=cosine):
            other = c * x + mpmath.sqrt((1 - c * c) * (1 - x * x)) * mpmath.cos(phi)
            return tree((x - 1) / 2) * tree((other - 1) / 2)

        average = mpmath.quad(integrand, [-1, 1], [0, 2 * mpmath.pi]) / (4 * mpmath.pi)
        v = (cosine - 1) / 2 * (cosine + 1) / 2
        found = (real(term.polynomial[0]) + real(term.polynomial[1]) * v) / mpmath.pi
        assert float(found) == pytest.approx(float(average / (32 * mpmath.pi)), rel=1e-9)


@pytest.mark.parametrize("dimension", [4, 5, 6, 7, 8])
def test_amplitudes_cross_and_satisfy_unitarity(dimension):
    for pair in loop_pairs(8):
        term = loop_term(*pair, dimension)
        s, t = mpmath.mpc(0.7, 0.3), mpmath.mpc(-0.2, 0.1)
        value = amplitude(term, s, t)
        for a, b in ((t, s), (-s - t, t), (s, -s - t)):
            assert abs(amplitude(term, a, b) - value) <= 1e-10 * abs(value) + 1e-15
        z = mpmath.mpf(-0.3)
        upper, lower = (amplitude(term, mpmath.mpc(1, sign * 1e-30), z) for sign in (1, -1))
        cut = mpmath.polyval([real(c) for c in reversed(term.polynomial.coeffs())], z + z * z)
        assert float(((upper - lower) / 2j).real) == pytest.approx(float(cut * mpmath.pi**term.pi_power), rel=1e-10)


def test_running_makes_the_amplitude_independent_of_mu():
    """mu^2 -> e mu^2 changes the logarithms by the sum over channels of Im/pi, compensated by the couplings."""
    for dimension in (4, 6, 8):
        for pair in loop_pairs(8):
            term = loop_term(*pair, dimension)
            s, t, u = mpmath.mpf(0.9), mpmath.mpf(-0.25), mpmath.mpf(-0.65)
            total = mpmath.mpf(0)
            for a, b, c in ((s, t, u), (t, s, u), (u, s, t)):
                body = mpmath.polyval([real(x) for x in reversed(term.polynomial.coeffs())], -b * c / a**2)
                total += body * a ** int(term.power.p)
            tree = sum(real(v) * (s * s + t * t + u * u) ** p * (s * t * u) ** q for (p, q), v in running(term).items())
            assert abs(tree + total) < 1e-12


@pytest.mark.parametrize("dimension", [4, 5, 6])
def test_arcs_agree_with_quadrature(dimension):
    """A_k(t) on the two arcs, from the amplitude itself, to 1e-12 relative to its size."""
    t = mpmath.mpf("-0.02")
    for pair in ((G2, G2), (G2, G3), (G2, G4), (G4, G4)):
        term = loop_term(*pair, dimension)
        for j in (1, 2, 3):

            def integrand(angle, j=j, term=term):
                step = (1 + t / 2) * mpmath.expj(angle)
                s = -t / 2 + step
                return (2 * s + t) * amplitude(term, s, t) / (s * (s + t)) ** (j + 1) * step / (4 * mpmath.pi)

            places = [mpmath.pi * k / 2 for k in range(5)]
            with mpmath.workdps(25):
                direct = sum(mpmath.quad(integrand, list(ends)) for ends in itertools.pairwise(places))
                series = sum(real(arc_coefficient(j, r, pair, dimension)) * t**r for r in range(14))
                series *= mpmath.pi ** arc_pi_power(dimension)
                rest = t_channel(j, pair, dimension)
                if rest is not None:
                    root = mpmath.sqrt(-t) if rest.root else mpmath.log(-t)
                    series += real(rest.coefficient) * mpmath.pi**rest.pi_power * t**rest.power * root
                assert abs(direct - series) < 1e-12 * max(abs(series), 1e-3)


def test_the_verifier_derives_the_same_arcs():
    for dimension in range(4, 9):
        assert pi_power(dimension) == arc_pi_power(dimension)
        for pair in loop_pairs(8):
            for j in range(1, 4):
                for r in range(5):
                    own = loop_coefficient(j, r, *pair, dimension)
                    assert (own is None) == (divergence(j, r, pair, dimension) is not None)
                    assert own is None or own == arc_coefficient(j, r, pair, dimension)


def test_forward_null_values():
    """A_2|t^2 - 2 A_4(0), over pi^-2 in D=5 and pi^-3 in D=6, as in 2501.09717."""
    n4 = {(1, 2): fmpq(1), (2, 0): fmpq(-2)}
    assert functional_arc(n4, (G2, G2), 5) == fmpq(1, 1536)
    six = [functional_arc(n4, pair, 6) for pair in ((G2, G2), (G2, G3), (G3, G3), (G2, G4))]
    assert six == [fmpq(1, 13440), fmpq(-1, 26880), fmpq(1, 161280), fmpq(1, 6048)]


@pytest.mark.parametrize("dimension", [4, 5, 6])
def test_which_nulls_survive(dimension):
    """k = 2 nulls diverge from n = 4 (D=4) or 5 (D=5, 6) on; k >= 4 nulls get no loop term."""
    _, nulls = loop_rows(10, dimension)
    for row in nulls:
        order, k = (int(part.split("=")[1]) for part in row.name.split(", "))
        if k >= 4:
            assert row.status == "unchanged"
        else:
            assert (row.status == "diverges") == (order >= (4 if dimension == 4 else 5))


@pytest.mark.parametrize("dimension", [4, 5, 6])
def test_improved_null_closed_form(dimension):
    """Delta(t) is A_2 minus all forward k >= 4 rows, sum_j j t^(2j-2) A_2j(0) + t^(2j-1) A_2j'(0)."""
    t = mpmath.mpf("-0.1")
    for pair in loop_pairs(6):
        scale = mpmath.pi ** arc_pi_power(dimension)
        value = scale * sum(real(arc_coefficient(1, r, pair, dimension)) * t**r for r in range(2, 40))
        for j in range(2, 20):
            flat, slope = (real(arc_coefficient(j, r, pair, dimension)) for r in (0, 1))
            value -= scale * (j * t ** (2 * j - 2) * flat + t ** (2 * j - 1) * slope)
        rest = t_channel(1, pair, dimension)
        root = mpmath.sqrt(-t) if rest.root else mpmath.log(-t)
        value += real(rest.coefficient) * mpmath.pi**rest.pi_power * t**rest.power * root
        front, power = improved_null_coefficient(pair, dimension)
        n = sum(2 * p + 3 * q for p, q in pair)
        integral = mpmath.quad(lambda s, n=n: s ** (mpmath.mpf(dimension - 4) / 2 - 4 + n) / (s - t), [0, 0.1, 1])
        assert abs(value - real(front) * mpmath.pi**power * t**2 * integral) < 1e-13


def test_command(capsys):
    assert main(["amplitude", "--order", "6", "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    first = data["discontinuity"][0]
    assert (first["couplings"], first["A"], first["B"], first["pi_power"]) == (["g2", "g2"], "41/480", "1/480", -1)
    assert data["running"][0]["coefficient"] == "-7/160"
    assert main(["amplitude", "--dimension", "5", "--latex"]) == 0
    assert "sqrt{-s}" in capsys.readouterr().out
    assert main(["nulls", "--loops", "1", "--order", "5"]) == 0
    assert "DIVERGES" in capsys.readouterr().out
    assert main(["amplitude", "--loops", "2"]) == 2


@pytest.mark.parametrize("text", ["g2", "g2g3,g3g2", "g2^3", "h2h3", "g2 g3 g4"])
def test_bad_pairs(text):
    with pytest.raises(InputError, match="loops"):
        parse_pairs(text)


def test_pairs_read_back():
    assert parse_pairs("tree") == ()
    assert [pair_text(p) for p in parse_pairs("g2^2,g2g3, g3^2,g4 g2")] == ["g2^2", "g2 g3", "g3^2", "g2 g4"]
