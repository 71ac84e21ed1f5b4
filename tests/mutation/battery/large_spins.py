"""Gravity at large spin: high energy and large impact parameter, each bound against the quantity it bounds."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath
from flint import arb, ctx, fmpq

from tests.mutation.battery.common import Check, Verifier, collector, ends, holds, not_proved, patched, real
from tests.mutation.battery.gravity import F5, F6, F8, Fraction_to, Terms, smear, smeared, wave_at

CHECKS: list[Check] = []
check = collector(CHECKS)
RISING: Terms = {Fraction(2): Fraction(1), Fraction(3): Fraction(-1)}
FUNCTIONALS = {5: F5, 6: F6, 8: F8}


def value_of(terms: Terms, p: Any) -> Any:
    return sum(real(a) * mpmath.mpf(p) ** real(n) for n, a in terms.items())


# high energy


@check("high_energy.py")
def heights_and_slopes(v: Verifier) -> None:
    """Upper bounds of f on 100 pieces of sqrt(p), and of |f'|, close to them."""
    for dimension, terms in FUNCTIONALS.items():
        f = smeared(v, terms, dimension)
        with ctx.workprec(160):
            heights, slope = v.high_energy._upper_function(f), v.high_energy._largest_slope(f)
        assert len(heights) == 99
        derivative = {n - 1: n * a for n, a in terms.items()}
        size = max(abs(float(value_of(terms, k / 50))) for k in range(51))
        for i in (0, 1, 30, 50, 77, 98):
            places = [((i + mpmath.mpf(k) / 8) / 100) ** 2 for k in range(9)]
            highest = max(0, *(value_of(terms, p) for p in places))
            found = ends(heights[i])[1]
            assert highest * (1 - mpmath.mpf(10) ** -12) <= found <= highest + size * 0.12, (dimension, i)
        steepest = max(abs(value_of(derivative, k / mpmath.mpf(400))) for k in range(1, 401))
        assert steepest <= ends(slope)[1] <= steepest * 1.2


@check("high_energy.py")
def pieces_of_polynomials(v: Verifier) -> None:
    """A polynomial of sqrt(p) around the middle of every piece: exact."""
    with ctx.workprec(160), mpmath.workdps(40):
        local = v.high_energy._on_pieces([fmpq(2), fmpq(-1), fmpq(3)])
        assert len(local) == 100
        for i in (0, 41, 99):
            for u in (-1, 0, 1):
                q = (2 * i + 1 + u) / mpmath.mpf(200)
                total = sum((c * u**k for k, c in enumerate(local[i])), arb(0))
                holds(total, 2 - q + 3 * q * q, 1e-30)


@check("high_energy.py")
def missing_moments(v: Verifier) -> None:
    """S/(16 (K-1)) is above sum_{k>=K} int S (1-p) p^(6+4k), and close."""
    for count in (80, 5):
        with patched(v.high_energy, _MOMENTS=count), mpmath.workdps(30):
            exact_sum = sum(mpmath.mpf(1) / ((4 * k + 7) * (4 * k + 8)) for k in range(count, 20000)) + mpmath.mpf(
                1
            ) / (16 * 20002)
            found = ends(v.high_energy._missing(arb(3)))[1]
            assert 3 * exact_sum <= found <= 3 * exact_sum * (1 + mpmath.mpf(4) / count)
            holds(v.high_energy._missing(arb(3)), mpmath.mpf(3) / (16 * (count - 1)), 1e-14)


@lru_cache(maxsize=50)
def lost_reference(dimension: int, spin: int, x: float) -> mpmath.mpf:
    """int f_+ (2-y)/(1-y)^2 (1-P_J)."""
    terms = FUNCTIONALS[dimension]
    with mpmath.workdps(25):

        def kernel(p: Any) -> Any:
            y = p * p * x
            return (2 - y) / (1 - y) ** 2 * (1 - wave_at(spin, dimension, y))

        return smear(terms, kernel, positive=True)


@check("high_energy.py")
def losses(v: Verifier) -> None:
    """Above the quadrature at spins of and beyond the split, within a factor."""
    for dimension, terms in FUNCTIONALS.items():
        f = smeared(v, terms, dimension)
        with ctx.workprec(160):
            heights, slope = v.high_energy._upper_function(f), v.high_energy._largest_slope(f)
            for low, high in ((0.5, 0.52), (0.86, 0.88)):
                growth, bound = v.high_energy._lost(f, 40, heights, slope, (arb(low), arb(high)))
                assert growth == 0
                for spin in (40, 80):
                    expected = lost_reference(dimension, spin, high)
                    assert expected <= ends(bound)[1] <= 2.6 * expected + 0.3, (
                        dimension,
                        low,
                        spin,
                        float(expected),
                        bound,
                    )


@lru_cache(maxsize=20)
def lost_formula(dimension: int, spin: int, low: float, high: float, heights: tuple[str, ...], slope: str) -> Any:
    """The bound as its docstring derives it, piece by piece, in mpmath."""
    beta = mpmath.mpf(dimension) / 2 - 2
    a = beta + mpmath.mpf(1) / 2
    length = spin + a
    rho = abs(wave_at(spin, dimension, mpmath.mpf(1) / 2)) * length**a
    total, x = mpmath.mpf(0), mpmath.mpf(high)
    for i, height in enumerate(heights):
        before, end = (mpmath.mpf(i) / 100) ** 2, (mpmath.mpf(i + 1) / 100) ** 2
        y, least = end**2 * x, before**2 * mpmath.mpf(low)
        product = min(y * (1 - y), least * (1 - least))
        wave = mpmath.mpf(1)
        if product > 0:
            q = 1 - (a * a - a) / (4 * length**2 * product)  # (sin theta)^2 = 4 y (1-y)
            if q > 0:
                wave = min(wave, rho * length**-a * (4 * product) ** (-a / 2) / mpmath.sqrt(q))
        total += mpmath.mpf(height) * (end - before) * (1 + wave) * (2 - y) / (1 - y) ** 2
    last = (mpmath.mpf(99) / 100) ** 2
    width, s = 1 - last, mpmath.mpf(slope)
    if x < mpmath.mpf("0.9"):
        return mpmath.mpf(0), total + 2 * s * width**2 / (1 - x) ** 2
    # f <= S v and 1-P_J <= min(2, 2X(1-y)/(D-2)), 1-y >= c v: int_0^width S v 2/(c v)^2 min(2, (2X/(D-2)) (1-y))
    c, ratio = 1 + last, 2 * mpmath.mpf(spin) * (spin + dimension - 3) / (dimension - 2)
    growth = 4 * s / c**2
    # below v = 2/(ratio c) the slope decides: (2 S ratio/c) times that v; above, (4 S/c^2) log(width/v)
    return growth, total + growth * (1 + mpmath.log(width * ratio * c / 2))


@check("high_energy.py")
def losses_as_derived(v: Verifier) -> None:
    for dimension, terms in FUNCTIONALS.items():
        f = smeared(v, terms, dimension)
        with ctx.workprec(160), mpmath.workdps(40):
            heights, slope = v.high_energy._upper_function(f), v.high_energy._largest_slope(f)
            texts = tuple(mpmath.nstr(ends(h)[1], 35) for h in heights)
            for spin, low, high in ((40, 0.5, 0.53), (90, 0.875, 0.89), (40, 0.96, 1.0), (200, 0.91, 0.93)):
                growth, bound = v.high_energy._lost(f, spin, heights, slope, (arb(low), arb(high)))
                expected = lost_formula(dimension, spin, low, high, texts, mpmath.nstr(ends(slope)[1], 35))
                assert abs(ends(growth)[1] - expected[0]) <= expected[0] * 1e-15
                assert abs(ends(bound)[1] / expected[1] - 1) <= 1e-15, (dimension, spin, low)
    with ctx.workprec(160):
        f = smeared(v, F6, 6)
        not_proved(v, v.high_energy._lost, f, 2, [arb(0)] * 99, arb(1), (arb("0.95"), arb(1)))


def gains(terms: Terms, dimension: int, low: Any, high: Any) -> Any:
    """(4/(D-2)) sum_k x^(2k+3) int f p^(6+4k), the worse end for every sign."""
    total = mpmath.mpf(0)
    for k in range(80):
        moment = sum(real(a) / (real(n) + 7 + 4 * k) for n, a in terms.items())
        total += moment * (low if moment > 0 else high) ** (2 * k + 3)
    return total


@check("high_energy.py", "smearing.py")
def steps_of_high_energy(v: Verifier) -> None:
    """Each of the 24 steps is asked, and is refused just where gain, regular part and loss stop balancing."""
    module, f, x_start = v.high_energy, smeared(v, F6, 6), mpmath.mpf(1) / 2
    module.prove_high_energy(f, 60, fmpq(1, 2))
    with ctx.workprec(160):
        slope = ends(module._largest_slope(f))[1]
    big = 60 * 63
    for i in (0, 11, 23):
        low, high = (x_start + k * x_start / 24 for k in (i, i + 1))
        gain = (gains(F6, 6, low, high) - slope / (16 * 79) * high**163) * 4 / 4
        zero, two = (sum(real(a) / (real(n) + 1 + k) for n, a in F6.items()) for k in (0, 2))
        allowed = gain * big + min(2 * zero + 3 * two * low, 2 * zero + 3 * two * high)
        for factor, growth, proves in (
            (1 - 1e-9, 0, True),
            (1 + 1e-9, 0, False),
            (0.5, gain * big * (1 - 1e-9), True),
            (0.5, gain * big * (1 + 1e-9), False),
        ):

            def lost(
                f: Any,
                spin: int,
                heights: Any,
                slope: Any,
                span: Any,
                here: Any = (low, high, growth, allowed * factor),
            ) -> Any:
                at = [ends(end)[0] for end in span]
                if abs(at[0] - here[0]) > 1e-6:
                    return arb(0), arb(0)
                assert abs(at[1] - here[1]) < 1e-6
                return arb(float(here[2])), arb(float(here[3]))

            with patched(module, _lost=lost):
                (
                    module.prove_high_energy(f, 60, fmpq(1, 2))
                    if proves
                    else not_proved(v, module.prove_high_energy, f, 60, fmpq(1, 2))
                )
    # the regular part counts at the end of the step where it is smaller, falling (F6) or growing with x
    for terms in (F6, RISING):
        g = smeared(v, terms, 6)
        zero, two = (sum(real(a) / (real(n) + 1 + k) for n, a in terms.items()) for k in (0, 2))
        with patched(module, _STEPS=1, _missing=lambda slope: arb(0)), ctx.workprec(160):
            gain = gains(terms, 6, x_start, mpmath.mpf(1)) * big
            allowed = gain + min(2 * zero + 3 * two * x_start, 2 * zero + 3 * two)
            for factor, proves in ((1 - 1e-9, True), (1 + 1e-9, False)):
                with patched(module, _lost=lambda *_, n=allowed * factor: (arb(0), arb(float(n)))):
                    (
                        module.prove_high_energy(g, 60, fmpq(1, 2))
                        if proves
                        else not_proved(v, module.prove_high_energy, g, 60, fmpq(1, 2))
                    )
    off = smeared(v, {**F6, Fraction(2): F6[Fraction(2)] + Fraction(1, 10**9)}, 6)
    not_proved(v, module.prove_high_energy, off, 60, fmpq(1, 2))
    not_proved(v, module.prove_high_energy, smeared(v, F6, 4), 60, fmpq(1, 2))


# large impact parameter


@check("large_impact.py")
def forms_of_large_impact(v: Verifier) -> None:
    region = lambda *a: v.large_impact.Region(*a)
    good = (60, fmpq(400), fmpq(1, 2), 6)
    form = v.large_impact._check_form
    f = smeared(v, F6, 6)
    form(f, region(*good))
    form(f, region(16, fmpq(16), fmpq(1, 2), 6))
    form(smeared(v, F5, 5), region(16, fmpq(16), fmpq(1, 2), 6))
    form(f, region(60, fmpq(400), fmpq(1, 2), 20))
    not_proved(v, form, f, region(60, fmpq(400), fmpq(1, 2), 2))  # p^3 is there
    form(smeared(v, {Fraction(2): Fraction(1), Fraction(4): Fraction(-1)}, 6), region(60, fmpq(400), fmpq(1, 2), 2))
    for bad in (
        (60, fmpq(400), fmpq(0), 6),
        (60, fmpq(400), fmpq(501, 1000), 6),
        (60, fmpq(400), fmpq(1, 2), 1),
        (60, fmpq(400), fmpq(1, 2), 21),
        (60, fmpq(159, 10), fmpq(1, 2), 6),
        (14, fmpq(400), fmpq(1, 2), 6),
    ):
        not_proved(v, form, f, region(*bad))
    not_proved(v, form, smeared(v, F6, 4), region(*good))
    not_proved(v, form, smeared(v, {**F6, Fraction(2): Fraction(1, 7)}, 6), region(*good))

    def two(low: Fraction, high: Fraction) -> Terms:
        return {low: Fraction(1), high: Fraction(-1)}

    form(smeared(v, two(Fraction(5, 2), Fraction(4)), 6), region(*good))
    not_proved(v, form, smeared(v, two(Fraction(3), Fraction(4)), 6), region(*good))
    form(smeared(v, two(Fraction(3), Fraction(4)), 10), region(60, fmpq(400), fmpq(1, 2), 3))
    not_proved(v, form, smeared(v, two(Fraction(7), Fraction(8)), 16), region(60, fmpq(400), fmpq(1, 2), 3))
    form(smeared(v, two(Fraction(7), Fraction(8)), 16), region(60, fmpq(400), fmpq(1, 2), 5))
    not_proved(v, form, smeared(v, two(Fraction(2), Fraction(11)), 6), region(*good))
    form(smeared(v, two(Fraction(2), Fraction(10)), 6), region(*good))


@check("large_impact.py")
def poles_in_series(v: Verifier) -> None:
    with mpmath.workdps(30):
        for beta in (Fraction(1, 2), Fraction(1), Fraction(2)):
            found = v.large_impact._pole_series(Fraction_to(beta), 12)
            assert len(found) == 13
            expected = mpmath.taylor(lambda y, b=beta: (2 - y) * (1 - y) ** (-2 - real(b)), 0, 12)
            assert all(abs(real(a) - b) < 1e-15 * b for a, b in zip(found, expected, strict=True))


@check("large_impact.py")
def ranges(v: Verifier) -> None:
    with ctx.workprec(160):
        w = v.large_impact._Range(arb(2) / 3, arb(3) / 4)
        for k in (Fraction(2), Fraction(1, 2), Fraction(0)):
            low, high = ends(w.power(Fraction_to(k)))
            small, large = (mpmath.mpf(2) / 3) ** real(k), (mpmath.mpf(3) / 4) ** real(k)
            assert low <= small + 1e-15 and high >= large - 1e-15 and high - low <= (large - small) * 1.01 + 1e-15
        low, high = ends(v.large_impact._Range(arb(0), arb(1) / 2).power(fmpq(1, 2)))
        assert low <= 0 and high >= mpmath.sqrt(0.5) - 1e-15
        assert v.large_impact._evaluate([arb(2), arb(3), arb(5)], arb(7)) == 2 + 21 + 245


def gamma_ratio(length: Any, s: Any) -> Any:
    return length ** (2 * s) * mpmath.gammaprod([length + 0.5 - s], [length + 0.5 + s])


@lru_cache(maxsize=100)
def wave_part(dimension: int, spin: int, x: float) -> mpmath.mpf:
    """int f (2-y)/(1-y)^2 P_J."""
    with mpmath.workdps(25):

        def kernel(p: Any) -> Any:
            y = p * p * x
            return (2 - y) / (1 - y) ** 2 * wave_at(spin, dimension, y)

        return smear(FUNCTIONALS[dimension], kernel)


@check("large_impact.py")
def mellin_terms(v: Verifier) -> None:
    """Gamma(s) Gamma(D/2-1)/Gamma(D/2-1-s) e_k a_n/2 for (n+1)/2 + k = s <= N, R_s from its first value to 1."""
    with mpmath.workdps(30), ctx.workprec(160):
        for dimension, terms in FUNCTIONALS.items():
            f, parts = smeared(v, terms, dimension), 6
            proof = v.large_impact._Proof(f, v.large_impact.Region(40, fmpq(100), fmpq(1, 2), parts))
            length, x = mpmath.mpf(9), mpmath.mpf("0.1")
            beta = mpmath.mpf(dimension) / 2 - 2
            pole = mpmath.taylor(lambda y, b=beta: (2 - y) * (1 - y) ** (-2 - b), 0, parts + 1)
            power = min(terms) + 1
            for spin in (40, 90):
                big = spin + (mpmath.mpf(dimension) - 3) / 2
                low = high = mpmath.mpf(0)
                for n, a in terms.items():
                    for k in range(parts + 1):
                        s = (real(n) + 1) / 2 + k
                        if s <= parts:
                            term = (
                                mpmath.gamma(s)
                                * mpmath.gamma(beta + 1)
                                * mpmath.rgamma(beta + 1 - s)
                                * real(a)
                                / 2
                                * pole[k]
                            )
                            term *= x**k * length ** (real(power) - 2 * s)
                            both = sorted((term, term * gamma_ratio(big, s)))
                            low, high = low + both[0], high + both[1]
                w = v.large_impact._Range(1 / arb(9), 1 / arb(9))
                found = ends(proof._mellin(w, arb("0.1"), arb(float(big))))
                width = high - low
                assert found[0] <= low + 1e-12 and found[1] >= high - 1e-12
                assert found[1] - found[0] <= width * 1.0001 + 1e-12, (found, low, high)


@check("large_impact.py")
def parts_hold_the_integral(v: Verifier) -> None:
    """Wave's part minus Mellin terms within boundary terms and remainder, which are not far above it."""
    with mpmath.workdps(25), ctx.workprec(160):
        for dimension, terms in FUNCTIONALS.items():
            f = smeared(v, terms, dimension)
            for parts, spin, x in ((2, 40, 0.3), (6, 40, 0.5), (4, 44, 0.2)):
                proof = v.large_impact._Proof(f, v.large_impact.Region(40, fmpq(100), fmpq(1, 2), parts))
                big = spin + (mpmath.mpf(dimension) - 3) / 2
                length = big * mpmath.sqrt(x)
                inverse = 1 / arb(float(length))
                w = v.large_impact._Range(inverse, inverse)
                a, beta = mpmath.mpf(dimension - 3) / 2, mpmath.mpf(dimension) / 2 - 2
                eta = arb(float(1 - a * a * x / length**2))
                ratio = arb(float(1 - (beta**2 - mpmath.mpf(1) / 4) / length**2 / (4 * (1 - x))))
                power = real(min(terms) + 1)
                main = sum(
                    ends(c)[0] * mpmath.mpf(x) ** k * length ** (-2 * real(s)) * gamma_ratio(big, real(s))
                    for s, k, c in proof.mellin
                )
                boundary = ends(proof._boundary_size(w, arb(x), eta, ratio))[1] / length**power
                rest = ends(proof._remainder(w, arb(x), arb(x), eta))[1] / length**power
                assert boundary >= 0 and rest >= 0
                gap = abs(wave_part(dimension, spin, x) - main)
                assert gap <= boundary + rest + mpmath.mpf(10) ** -12, (dimension, parts)


@check("large_impact.py")
def rest_of_the_kernel(v: Verifier) -> None:
    """x^2 (xi m - c) is below x^2 (xi M - N) minus the tail of E, and as derived."""
    with mpmath.workdps(60), ctx.workprec(160):
        for dimension, terms in FUNCTIONALS.items():
            f = smeared(v, terms, dimension)
            if f.moment(6) <= 0:
                f, terms = smeared(v, {n: -a for n, a in terms.items()}, dimension), {n: -a for n, a in terms.items()}
            for kept in (70, 12):
                for end in (Fraction(1, 2), Fraction(1, 3)):
                    with patched(v.large_impact, _KEPT=kept):
                        proof = v.large_impact._Proof(f, v.large_impact.Region(40, fmpq(100), Fraction_to(end), 4))
                    x = real(end)
                    moment = lambda k, t=terms: sum(real(a) / (real(n) + 1 + k) for n, a in t.items())
                    size = lambda k, t=terms: sum(abs(real(a)) / (real(n) + 1 + k) for n, a in t.items())
                    slope = moment(6) + sum(min(moment(6 + 4 * k), 0) * x ** (2 * k) for k in range(1, 40))
                    slope = (slope - x**80 / (1 - x * x) * size(166)) * 4 / (dimension - 2)
                    constant = 4 * moment(4) + sum((k + 4) * x**k * max(moment(4 + 2 * k), 0) for k in range(1, kept))
                    constant += size(4 + 2 * kept) * (kept + 4) * x**kept / (1 - x) ** 2
                    beta = mpmath.mpf(dimension) / 2 - 2
                    series = sum(
                        real(e) * x**k
                        for k, e in enumerate(
                            v.large_impact._pole_series(Fraction_to(Fraction(dimension, 2) - 2), kept)
                        )
                    )
                    tail = (2 - x) / (1 - x) ** (2 + beta) - series
                    holds(proof.rest_slope, slope, 1e-25)
                    holds(proof.rest_constant, constant + tail / x**2 * size(2 * kept), 1e-12)


@check("large_impact.py")
def planted_at_large_impact(v: Verifier) -> None:
    """A coefficient of p^2 that is negative, zero or too small is refused; a comfortable one proved in a few boxes."""
    prove = v.large_impact.prove_large_impact
    region = v.large_impact.Region(60, fmpq(400), fmpq(1, 8), 6)
    f = smeared(v, F6, 6)
    assert prove(f, region) > 1
    for change in (Fraction(-2), Fraction(-1)):
        lead = F6[Fraction(2)]
        terms = {**F6, Fraction(2): lead + change * lead * Fraction(1001, 1000)}
        top = max(terms)
        terms[top] -= sum(terms.values())
        not_proved(v, prove, smeared(v, terms, 6), region)
