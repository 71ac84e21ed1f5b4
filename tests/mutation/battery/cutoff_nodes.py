"""Weak-gravity certificates at the nodes: moments, cosines and sums over spins against exact values and quadrature."""

from __future__ import annotations

from fractions import Fraction

import mpmath
from flint import arb_mat, ctx, fmpq

from tests.mutation.battery.common import Check, Verifier, collector, exact, holds, patched, real
from tests.mutation.battery.cutoff_quadrature import document, node_sum, replaced
from tests.mutation.battery.gravity import Fraction_to

CHECKS: list[Check] = []
check = collector(CHECKS)


@check("node_sums.py", "wave_sums.py", "cutoff_document.py")
def sums_at_nodes(v: Verifier) -> None:
    """Of the genuine certificate and of a spline with int f dp not zero: all of them, and in lines of two."""
    places = [Fraction(1, 5), Fraction(2, 3), Fraction(1)]
    with mpmath.workdps(35):
        for last, line, bump in ((20, 200, False), (2, 2, False), (20, 2, True)):
            certificate = v.cutoff_document.read_certificate(document(bump))
            assert certificate.pieces[-1] == 0
            some = replaced(v, certificate, last_spin=last, nodes=[Fraction_to(x) for x in places])
            kept = ctx.prec
            with patched(v.node_sums, _LINE=line):
                found = v.node_sums.node_sums(some)
            assert ctx.prec == kept and len(found) == len(places)
            for place, value in zip(places, found, strict=True):
                holds(value, node_sum(place, last, bump), 1e-15)


def wave_integrals(w: Fraction, a: Fraction, b: Fraction, last: int) -> list[Fraction]:
    """int_{-1}^{w-1} [a (w-1-z)^2 + b (w-1-z)^3] T_m(z) dz for m = 0..last, from the coefficients of T_m."""
    cosines, found = [[Fraction(1)], [Fraction(0), Fraction(1)]], []
    for m in range(1, last):
        before = [*cosines[m - 1], Fraction(0), Fraction(0)]
        cosines.append([2 * c - e for c, e in zip([Fraction(0), *cosines[m]], before, strict=True)])
    z = w - 1
    steep = [a * z * z + b * z**3, -2 * a * z - 3 * b * z * z, a + 3 * b * z, -b]
    for line in cosines[: last + 1]:
        terms = [(j + k + 1, c * e) for j, c in enumerate(line) for k, e in enumerate(steep)]
        found.append(sum((c * (z**n - Fraction(-1) ** n) / n for n, c in terms), Fraction(0)))
    return found


@check("node_sums.py", "wave_sums.py")
def moments_of_splines(v: Verifier) -> None:
    """int G T_m dw exactly, for coefficients of which no sum vanishes: every term of the integrations is there."""
    certificate = v.cutoff_document.read_certificate(document())
    alpha, beta = ([Fraction(k * k + sign, 3 + k) for k in range(8)] for sign in (1, -30))
    breaks = [exact(q) for q in certificate.breaks]
    some = replaced(v, certificate, alpha=[Fraction_to(a) for a in alpha], beta=[Fraction_to(b) for b in beta])
    for last in (2, 7):
        places = [Fraction(1, 3), Fraction(9, 10)]
        with mpmath.workdps(60), ctx.workprec(200):
            found = v.node_sums._moments([v.node_sums._Node.of(some, Fraction_to(x)) for x in places], last)
            assert len(found) == last + 1
            for i, x in enumerate(places):
                one = [
                    wave_integrals(2 - 2 * q * x, a / (2 * x) ** 2, b / (2 * x) ** 3, last)
                    for q, a, b in zip(breaks, alpha, beta, strict=True)
                ]
                for line, values in zip(found, zip(*one, strict=True), strict=True):
                    holds(line.entries()[i], real(sum(values)), 1e-40)


@check("wave_sums.py", "node_sums.py")
def sums_of_waves(v: Verifier) -> None:
    """Cosines of multiples and even Legendre polynomials against mpmath, blocks of rows, zero weights, bad points."""
    points = [Fraction(1), Fraction(1, 3), Fraction(-5, 7), Fraction(-1), Fraction(1, 2)]
    exactly = [Fraction_to(z) for z in points]
    with mpmath.workdps(80), ctx.workprec(200):
        for weights in ([1, -3, 0, 5, -1], [0, 0, 2, 0, 0], [0] * 5):
            found = v.wave_sums.cosine_sums(exactly, [fmpq(c) for c in weights], 13)
            assert len(found) == 14
            for m, value in enumerate(found):
                turns = [mpmath.cos(m * mpmath.acos(real(z))) for z in points]
                holds(value, sum(c * t for c, t in zip(weights, turns, strict=True)), 1e-40)
        with patched(v.wave_sums, _ROWS=3):
            waves = v.wave_sums.EvenWaves(12)
        columns = [v.wave_sums.cosine_sums([z], [fmpq(1)], 12)[::2] for z in exactly]
        lines = waves.sums(arb_mat(columns).transpose())
        assert len(lines) == 7
        for half, line in enumerate(lines):
            for value, z in zip(line, points, strict=True):
                holds(value, mpmath.legendre(2 * half, real(z)), 1e-40)
        for outside in (Fraction(3, 2), Fraction(-3, 2)):
            try:
                v.wave_sums.cosine_sums([fmpq(1), Fraction_to(outside)], [fmpq(1), fmpq(1)], 3)
            except AssertionError:
                continue
            raise RuntimeError("a point outside [-1, 1] was taken")


@check("wave_sums.py")
def cosines_stay_narrow(v: Verifier) -> None:
    """4000 multiples of an angle cost 20 bits of 200, and not half a bit for each of the products in a row."""
    with ctx.workprec(200):
        for z in (fmpq(7, 10), fmpq(-5, 7)):
            found = v.wave_sums.cosine_sums([z], [fmpq(1)], 4000)
            assert max(float(value.rad()) for value in found) < 2.0**-178
