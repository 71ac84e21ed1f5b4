"""The closed forms against sympy's own series, mpmath's Gegenbauer and crossing of amplitudes."""

from itertools import pairwise

import mpmath
import pytest
import sympy as sp
from flint import fmpq

from positivity.amplitudes.partial_waves import casimir, forward_taylor
from positivity.amplitudes.uv_completions import known_theories, stu_pole
from positivity.questions.couplings import couplings_of_order
from positivity.questions.errors import InputError
from positivity.sum_rules.forward import coupling_kernel, functional_ir, functional_kernel, heavy_kernel, ir_side
from positivity.sum_rules.null_constraints import null_constraints, null_text
from solvers.verify.rows import infrared, ultraviolet


@pytest.mark.parametrize("dimension", [4, 5, 6, 7, 10])
@pytest.mark.parametrize("spin", [0, 2, 4, 8])
def test_partial_wave_is_the_gegenbauer_polynomial(dimension, spin):
    alpha = mpmath.mpf(dimension - 3) / 2
    series = forward_taylor(spin + 2, dimension)
    for z in (mpmath.mpf("0.1"), mpmath.mpf("-0.37")):
        ours = sum(
            mpmath.mpf(int(v.p)) / int(v.q) * z**r
            for r, v in enumerate(p(fmpq(casimir(spin, dimension))) for p in series)
        )
        reference = mpmath.gegenbauer(spin, alpha, 1 + 2 * z) / mpmath.gegenbauer(spin, alpha, 1)
        assert mpmath.almosteq(ours, reference, 1e-12)


@pytest.mark.parametrize("dimension", [4, 5, 8])
@pytest.mark.parametrize("spin", [0, 2, 6])
def test_heavy_kernels_by_symbolic_series(dimension, spin):
    """Expand (2+z)/(1+z)^(j+1) P_J(1+2z) with sympy's Gegenbauer polynomials."""
    z = sp.symbols("z")
    alpha = sp.Rational(dimension - 3, 2)
    wave = sp.expand(sp.gegenbauer(spin, alpha, 1 + 2 * z) / sp.gegenbauer(spin, alpha, 1))
    for j in (1, 2, 4):
        series = sp.series((2 + z) / (1 + z) ** (j + 1) * wave, z, 0, 6).removeO()
        for r in range(6):
            value = heavy_kernel(j, r, dimension)(fmpq(casimir(spin, dimension)))
            assert sp.Rational(int(value.p), int(value.q)) == series.coeff(z, r)


def test_infrared_side_by_symbolic_expansion():
    """[w^j t^r] of M with w = s(s+t), found by eliminating s by hand-free polynomial division."""
    s, t, w = sp.symbols("s t w")
    u = -s - t
    for n in range(2, 11):
        for p, q in couplings_of_order(n):
            amplitude = sp.expand((s**2 + t**2 + u**2) ** p * (s * t * u) ** q)
            # s^2 = w - s t: a crossing-even polynomial in s reduces to one in w and t
            _, reduced = sp.reduced(amplitude, [s**2 + s * t - w], s, t, w)
            assert not reduced.has(s)
            for j in range(1, n // 2 + 1):
                expected = sp.Poly(reduced, w, t).coeff_monomial(w**j * t ** (n - 2 * j))
                value = ir_side(j, n - 2 * j).get((p, q), fmpq(0))
                assert sp.Rational(int(value.p), int(value.q)) == expected


def test_arcs_of_the_stu_pole():
    """A crossing-symmetric amplitude: its contour integrals agree with its couplings."""
    amplitude = lambda s, t: 1 / ((1 - s) * (1 - t) * (1 + s + t))
    theory = stu_pole()
    for j, r in ((1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (3, 2), (1, 4)):
        t = lambda phi: mpmath.mpf("0.05") * mpmath.expjpi(phi)

        def arc(point, j=j):
            radius = mpmath.mpf("0.5")

            def integrand(phi):
                s = -point / 2 + radius * mpmath.expjpi(phi)
                return (2 * s + point) * amplitude(s, point) / (s * (s + point)) ** (j + 1) * (s + point / 2)

            return mpmath.quad(integrand, [0, 0.5, 1, 1.5, 2]) / 4

        # Taylor coefficient in t by Cauchy on a small circle
        samples = 16
        points = [t(mpmath.mpf(2) * k / samples) for k in range(samples)]
        coefficient = sum(arc(point) / point**r for point in points) / samples
        expected = sum(mpmath.mpf(int(c.p)) / int(c.q) * theory.coupling(name) for name, c in ir_side(j, r).items())
        assert abs(coefficient - expected) < 1e-9 * max(1, abs(expected))


@pytest.mark.parametrize("dimension", [4, 5, 7, 10])
def test_null_constraints_have_no_infrared_side(dimension):
    for null in null_constraints(14, dimension):
        assert functional_ir(dict(null.functional)) == {}
        kernel = functional_kernel(dict(null.functional), dimension)
        assert list(kernel) == [null.order]
        assert kernel[null.order].numer() == null.polynomial
        assert null.polynomial.degree() == null.order - 2 * null.j
        assert null.polynomial(0) == 0, "spin-0 exchange is crossing symmetric by itself"


def test_published_nulls_and_couplings():
    texts = [null_text(null) for null in null_constraints(5, 4)]
    assert texts == ["< X(X-8) / m^8 > = 0", "< X(2X^2-43X+150) / m^10 > = 0"]
    assert coupling_kernel((1, 0), 4).coeffs() == [1]
    assert coupling_kernel((0, 1), 4).coeffs() == [3, -2]
    assert coupling_kernel((2, 0), 4).coeffs() == [fmpq(1, 2)]


def test_number_of_nulls():
    nulls = null_constraints(30, 4)
    counts = [sum(null.order == n for null in nulls) for n in range(4, 31)]
    assert counts[:7] == [1, 1, 1, 2, 2, 2, 3]
    assert len(nulls) == 135
    assert all(b - a in (0, 1) for a, b in pairwise(counts))


@pytest.mark.parametrize("dimension", [4, 6, 11])
def test_the_verifier_derives_the_same_rows(dimension):
    for j in range(1, 7):
        rows = ultraviolet(j, 9, dimension)
        for r in range(9):
            assert rows[r] == heavy_kernel(j, r, dimension)
            assert infrared(j, r) == ir_side(j, r)


@pytest.mark.parametrize("dimension", [4, 6])
def test_partial_waves_of_the_stu_pole_satisfy_the_nulls(dimension):
    """Its residue at s = 1, projected on every spin numerically, averages each null to zero."""
    residue = lambda z: 1 / ((1 + (1 - z) / 2) * (2 - (1 - z) / 2))
    alpha = mpmath.mpf(dimension - 3) / 2
    weight = lambda z: (1 - z * z) ** (alpha - mpmath.mpf(1) / 2)
    shares = []
    for spin in range(0, 26, 2):
        wave = lambda z, spin=spin: mpmath.gegenbauer(spin, alpha, z) / mpmath.gegenbauer(spin, alpha, 1)
        above = mpmath.quad(lambda z, w=wave: residue(z) * w(z) * weight(z), [-1, 0, 1])
        below = mpmath.quad(lambda z, w=wave: w(z) ** 2 * weight(z), [-1, 0, 1])
        shares.append((spin, above / below))
    assert all(share > 0 for _, share in shares)
    for null in null_constraints(6, dimension):
        terms = [share * int(null.polynomial(casimir(spin, dimension))) for spin, share in shares]
        assert abs(mpmath.fsum(terms)) < 1e-8 * max(abs(term) for term in terms)


@pytest.mark.parametrize(("order", "dimension"), [(3, 4), (6, 3), (6, 3.5), ("6", 4), (6, True), (99, 4)])
def test_bad_scope(order, dimension):
    with pytest.raises(InputError):
        null_constraints(order, dimension)


def test_known_theories_by_symbolic_series():
    """Couplings of the closed forms from the expansion of the amplitudes themselves."""
    s, t, lam = sp.symbols("s t lambda")
    u = -s - t
    a, b, c = (1 - lam * s), (1 - lam * t), (1 - lam * u)
    for theory, amplitude in zip(known_theories(4)[:2], (1 / a + 1 / b + 1 / c, 1 / (a * b * c)), strict=True):
        for n in range(2, 8):
            term = sp.expand(sp.diff(amplitude, lam, n).subs(lam, 0) / sp.factorial(n))
            ansatz = sum(
                sp.nsimplify(str(theory.coupling((p, q)))) * (s**2 + t**2 + u**2) ** p * (s * t * u) ** q
                for p, q in couplings_of_order(n)
            )
            assert sp.expand(term - ansatz) == 0
