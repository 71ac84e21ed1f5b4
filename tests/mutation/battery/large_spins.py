"""Gravity at large spin: high energy and large impact parameter, each bound against the quantity it bounds."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath
from flint import arb, ctx, fmpq

from tests.mutation.battery.common import Check, Verifier, collector, ends, exact, holds, not_proved, patched, real
from tests.mutation.battery.gravity import F5, F6, F8, Fraction_to, Terms, smear, smeared, wave_at

CHECKS: list[Check] = []
check = collector(CHECKS)
RISING: Terms = {Fraction(2): Fraction(1), Fraction(3): Fraction(-1)}
#: int f p^2 < 0 with positive higher moments; moments that become negative
FALLING: Terms = {Fraction(3): Fraction(-39, 50), Fraction(4): Fraction(89, 50), Fraction(5): Fraction(-1)}
CHANGING: Terms = {Fraction(2): Fraction(19, 20), Fraction(3): Fraction(-39, 20), Fraction(4): Fraction(1)}
#: p^2 (1-p)^2, whose slope vanishes at both ends
HUMP: Terms = {Fraction(2): Fraction(1), Fraction(3): Fraction(-2), Fraction(4): Fraction(1)}
FUNCTIONALS = {5: F5, 6: F6, 8: F8}


def value_of(terms: Terms, p: Any) -> Any:
    return sum(real(a) * mpmath.mpf(p) ** real(n) for n, a in terms.items())


# high energy


@check("high_energy.py")
def heights_and_slopes(v: Verifier) -> None:
    """Upper bounds of f on 100 pieces of sqrt(p), and of |f'|, close to them."""
    for dimension, terms in (*FUNCTIONALS.items(), (7, HUMP)):
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
def upper_ends_of_balls(v: Verifier) -> None:
    """What is known in a ball counts at the end that is larger: coefficients of pieces, the largest x, f_+."""
    with patched(v.high_energy, _on_pieces=lambda _: [[arb(1, 0.5), arb(0, 0.25)], [arb(-3, 0.5)], [arb(9)]]):
        heights = v.high_energy._upper_function(smeared(v, F6, 6))
    assert [ends(h)[0] == ends(h)[1] for h in heights] == [True, True]
    assert abs(float(heights[0].mid()) - 1.75) < 1e-6 and heights[1] == 0
    f = smeared(v, F6, 6)
    with ctx.workprec(160):
        near = arb(1) + arb(2) ** -70  # the same as 1 in floats
        for pieces, least in (([[arb(1, 0.5)], [arb(0.5)]], arb(1.5)), ([[arb(1)], [near]], near)):
            with patched(v.high_energy, _on_pieces=lambda _, pieces=pieces: pieces):
                assert v.high_energy._largest_slope(f).upper() >= least
    heights = v.high_energy._upper_function(f)
    for low, high, radius in (("0.3", "0.5", 0.05), ("0.5", "0.6", 0.1)):
        wide = v.high_energy._lost(f, 40, heights, arb(1), (arb(low), arb(high, radius)))[1].upper()
        assert wide >= v.high_energy._lost(f, 40, heights, arb(1), (arb(low), arb(high) + arb(radius)))[1].lower()
    for low, high in (("0.2", "0.4"), ("0.3", "0.7")):
        wide = v.high_energy._lost(f, 40, heights, arb(1), (arb(low, 0.1), arb(high)))[1].upper()
        assert wide >= v.high_energy._lost(f, 40, heights, arb(1), (arb(low) - arb(0.1), arb(high)))[1].lower()


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


def gains(terms: Terms, dimension: int, low: Any, high: Any, count: int = 80) -> Any:
    """(4/(D-2)) sum_k x^(2k+3) int f p^(6+4k), the worse end for every sign."""
    total = mpmath.mpf(0)
    for k in range(count):
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
    # wide steps, few moments: the regular part counts at the end where it is smaller, moments at their worse end
    start, end = mpmath.mpf(2) / 5, mpmath.mpf(7) / 10
    for terms in (F8, RISING, FALLING, CHANGING):
        g = smeared(v, terms, 8)
        zero, two = (sum(real(a) / (real(n) + 1 + k) for n, a in terms.items()) for k in (0, 2))
        with patched(module, _STEPS=2, _MOMENTS=14, _missing=lambda slope: arb("1e-5")), ctx.workprec(160):
            gain = (gains(terms, 8, start, end, 14) - mpmath.mpf("1e-5") * end**31) * 4 / 6 * 60 * 65
            allowed = gain + min(2 * zero + 3 * two * start, 2 * zero + 3 * two * end)
            for factor, growth, proves in ((-1, 0, True), (1, 0, False), (-1e6, -1, True), (-1e6, 1, False)):
                bound = float(allowed + abs(allowed) * factor * 1e-9)
                slowly = float(gain * (1 + growth * 1e-9) * abs(growth))

                def first_step(*given: Any, bound: float = bound, slowly: float = slowly) -> Any:
                    low = ends(given[4][0])[0]
                    return (arb(slowly), arb(bound)) if low < 0.5 else (arb(0), arb(-1e9))

                with patched(module, _lost=first_step):
                    (
                        module.prove_high_energy(g, 60, fmpq(2, 5))
                        if proves
                        else not_proved(v, module.prove_high_energy, g, 60, fmpq(2, 5))
                    )
    off = smeared(v, {**F6, Fraction(2): F6[Fraction(2)] + Fraction(1, 10**9)}, 6)
    not_proved(v, module.prove_high_energy, off, 60, fmpq(1, 2))
    not_proved(v, module.prove_high_energy, smeared(v, F6, 4), 60, fmpq(1, 2))
    with patched(module, _lost=lambda *_: (arb(0), arb(-1e9))):
        module.prove_high_energy(smeared(v, F6, 5), 60, fmpq(1, 2))
        not_proved(v, module.prove_high_energy, smeared(v, F6, 4), 60, fmpq(1, 2))
        not_proved(v, module.prove_high_energy, off, 60, fmpq(1, 2))


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
        (15, fmpq(400), fmpq(1, 2), 6),
    ):
        not_proved(v, form, f, region(*bad))
    not_proved(v, form, smeared(v, F6, 4), region(*good))
    not_proved(v, form, smeared(v, {**F6, Fraction(2): Fraction(1, 7)}, 6), region(*good))

    def two(low: Fraction, high: Fraction) -> Terms:
        return {low: Fraction(1), high: Fraction(-1)}

    low = smeared(v, two(Fraction(1, 2), Fraction(4)), 6)  # nothing else forbids a single part
    form(low, region(60, fmpq(400), fmpq(1, 2), 2))
    not_proved(v, form, low, region(60, fmpq(400), fmpq(1, 2), 1))
    not_proved(v, form, smeared(v, two(Fraction(1, 2), Fraction(4)), 4), region(*good))
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
        for dimension, terms in [*FUNCTIONALS.items(), (6, CHANGING), (7, FALLING)]:
            f = smeared(v, terms, dimension)
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


def after_parts(terms: Terms, dimension: int, parts: int) -> tuple[dict[Any, Fraction], list[Any]]:
    """|coefficients| of y^tau after N times G = y(1-y) d^2 + (beta+1)(1-2y) d, by n, k, singular, and (H_j, y H_j')."""
    beta = Fraction(dimension, 2) - 2
    pole, up, down = [], Fraction(1), Fraction(1)
    for k in range(71):
        pole.append(up + down)
        up, down = up * (1 + beta + k) / (k + 1), down * (2 + beta + k) / (k + 1)
    rows = {(n, (n + 1) / 2 + k <= parts): {} for n in terms for k in (0, 70)}
    for n, a in terms.items():
        for k, e in enumerate(pole):
            rows.setdefault((n, (n + 1) / 2 + k <= parts), {})[(n - 1) / 2 - beta + k] = a * e
    boundary = []
    for _ in range(parts):
        boundary.append([(n, tau, c) for (n, _), row in rows.items() for tau, c in row.items()])
        stepped: dict[Any, Any] = {}
        for key, row in rows.items():
            new = stepped.setdefault(key, {})
            for tau, c in row.items():
                new[tau - 1] = new.get(tau - 1, Fraction(0)) + c * (tau * (tau - 1) + (beta + 1) * tau)
                new[tau] = new.get(tau, Fraction(0)) - c * (tau * (tau - 1) + 2 * (beta + 1) * tau)
        rows = stepped
    found = {}
    for (n, singular), row in rows.items():
        for tau, c in row.items():
            if c != 0:
                found[n, tau - (n - 1) / 2 + beta + parts, singular] = abs(c)
    return found, boundary


@lru_cache(maxsize=10)
def after_parts_of(dimension: int, parts: int) -> Any:
    return after_parts(FUNCTIONALS[dimension], dimension, parts)


@check("large_impact.py")
def coefficients_after_parts(v: Verifier) -> None:
    """Singular and regular monomials after N steps, and the boundary functions, by the operator itself."""
    with mpmath.workdps(40), ctx.workprec(160):
        for dimension, parts in ((5, 3), (6, 6), (8, 2)):
            f = smeared(v, FUNCTIONALS[dimension], dimension)
            proof = v.large_impact._Proof(f, v.large_impact.Region(40, fmpq(100), fmpq(1, 2), parts))
            expected, boundary = after_parts_of(dimension, parts)
            found = {(exact(n), k, True): c for n, k, c in proof.singular} | {
                (exact(n), k, False): c for n, k, c in proof.regular
            }
            assert set(found) == set(expected) and len(found) == len(proof.singular) + len(proof.regular)
            for key, c in found.items():
                holds(c, real(expected[key]), 1e-30)
            assert len(proof.boundary) == parts
            x, beta = mpmath.mpf(1) / 3, mpmath.mpf(dimension) / 2 - 2
            for j, ((values, slopes), terms) in enumerate(zip(proof.boundary, boundary, strict=True)):
                # in units of x^((n-1)/2 - beta - j), that are divided out for every power n by x^(-(n+1)/2)
                ones = sum(real(c) * x ** (real(tau) - (real(n) - 1) / 2 + beta + j) for n, tau, c in terms)
                tilted = sum(
                    real(c) * real(tau) * x ** (real(tau) - (real(n) - 1) / 2 + beta + j) for n, tau, c in terms
                )
                for line, value in ((values, ones), (slopes, tilted)):
                    low, high = ends(v.large_impact._evaluate(line, arb(1) / 3))
                    assert abs(low - value) + abs(high - value) <= 1e-25 * (1 + abs(value))


@check("large_impact.py")
def remainders(v: Verifier) -> None:
    """Above |h_N| integrated with |P_J| <= 1, y from 0 to x (regular) and from x to 1 (singular), and not far above."""
    with mpmath.workdps(30), ctx.workprec(160):
        for dimension, parts in ((5, 3), (6, 6), (8, 3), (6, 3)):
            if any(n == 2 * parts - 1 for n in FUNCTIONALS[dimension]):
                continue
            f, x = smeared(v, FUNCTIONALS[dimension], dimension), mpmath.mpf(1) / 2
            proof = v.large_impact._Proof(f, v.large_impact.Region(40, fmpq(100), fmpq(1, 2), parts))
            w, eta = v.large_impact._Range(arb(1) / 11, arb(1) / 11), arb(9) / 10
            least = mpmath.mpf(0)
            for (n, k, singular), c in after_parts_of(dimension, parts)[0].items():
                gap, lead = (real(n) + 1) / 2 + k - parts, parts - (real(n) + 1) / 2
                if not singular:
                    least += real(c) * x**k / gap
                elif gap == 0:
                    least += real(c) * x**lead * -mpmath.log(x)
                else:
                    least += real(c) * x**lead * (1 - x**gap) / gap
            least *= (
                (mpmath.mpf(1) / 11) ** (2 * parts - real(min(FUNCTIONALS[dimension]) + 1))
                / mpmath.mpf("0.9") ** parts
                / 2
            )
            found = ends(proof._remainder(w, arb(1) / 2, arb(1) / 2, eta))[1]
            assert least * (1 - mpmath.mpf(10) ** -15) <= found <= 4 * least, (
                dimension,
                parts,
                float(least),
                float(found),
            )


@check("large_impact.py")
def boundary_terms(v: Verifier) -> None:
    """Sonin's bound with both sums of H_j, H_j' over powers of -1/xi, in mpmath: xi = l^2 - a^2 x."""
    with mpmath.workdps(30), ctx.workprec(160):
        for dimension, parts in ((5, 3), (6, 6), (8, 2)):
            terms = FUNCTIONALS[dimension]
            f, x, length = smeared(v, terms, dimension), mpmath.mpf("0.25"), mpmath.mpf(12)
            proof = v.large_impact._Proof(f, v.large_impact.Region(40, fmpq(100), fmpq(1, 2), parts))
            a, beta = mpmath.mpf(dimension - 3) / 2, mpmath.mpf(dimension) / 2 - 2
            eta, q = 1 - a * a * x / length**2, mpmath.mpf("0.97")
            w = v.large_impact._Range(1 / arb(12), 1 / arb(12))
            slopes = values = mpmath.mpf(0)
            bend = a * (1 - 2 * x) / (2 * (1 - x))
            for j, line in enumerate(after_parts_of(dimension, parts)[1]):
                at = lambda weight, line=line, j=j, x=x, beta=beta: sum(
                    real(c) * weight(real(tau)) * x ** (real(tau) - (real(n) - 1) / 2 + beta + j) for n, tau, c in line
                )
                h = at(lambda tau: 1) if j else mpmath.mpf(0)  # h_0 = f(1) E = 0
                xi = length**2 * eta
                slopes += (-1 / xi) ** (j + 1) * length**2 * (bend * h + at(lambda tau: tau))
                values += -((-1 / xi) ** (j + 1)) * length**3 * h
            front = ends(proof.sonin)[1] / 2 * (4 * (1 - x)) ** (-a / 2) * (1 - x) ** (beta + 1)
            expected = (
                front * mpmath.sqrt(slopes**2 / q + values**2 / (1 - x)) * length ** (real(min(terms) + 1) - a - 2)
            )
            found = ends(proof._boundary_size(w, arb("0.25"), arb(float(eta)), arb("0.97")))[1]
            assert abs(found / expected - 1) < 1e-10, (dimension, float(found), float(expected))


@check("large_impact.py")
def boxes_cover_the_region(v: Verifier) -> None:
    """The boxes that are decided tile the unit square, and one undecided point anywhere refuses."""
    f, region = smeared(v, F6, 6), v.large_impact.Region(60, fmpq(400), fmpq(1, 2), 6)
    seen: list[tuple[Fraction, ...]] = []

    def small(self: Any, *box: Any) -> bool:
        w0, w1, x0, x1 = (exact(c) for c in box)
        decided = (w1 - w0) * (x1 - x0) <= Fraction(1, 16)
        if decided:
            seen.append((w0, w1, x0, x1))
        return decided

    with patched(v.large_impact._Proof, holds=small):
        assert v.large_impact.prove_large_impact(f, region) > len(seen)
    assert sum((b - a) * (d - c) for a, b, c, d in seen) == 1
    points = [(Fraction(i, 7), Fraction(k, 7)) for i in range(8) for k in range(8)]
    assert all(any(a <= u <= b and c <= w <= d for a, b, c, d in seen) for u, w in points)
    assert all(0 <= a < b <= 1 and 0 <= c < d <= 1 for a, b, c, d in seen)
    for u, w in ((0, 0), (1, 1), (0, 1), (1, 0), (Fraction(1, 3), Fraction(5, 7))):

        def missing(self: Any, *box: Any, u: Any = u, w: Any = w) -> bool:
            a, b, c, d = (exact(e) for e in box)
            return not (a <= u <= b and c <= w <= d)

        with patched(v.large_impact._Proof, holds=missing):
            not_proved(v, v.large_impact.prove_large_impact, f, region)


@check("large_impact.py")
def one_box(v: Verifier) -> None:
    """holds: Mellin minus boundary minus remainder plus x^2 (xi m - c) at the worst corner, in the box's ranges."""
    f, region = smeared(v, F8, 8), v.large_impact.Region(40, fmpq(100), fmpq(1, 3), 4)
    asked: list[Any] = []
    with mpmath.workdps(30), ctx.workprec(160):
        proof = v.large_impact._Proof(f, region)
        a, beta = mpmath.mpf(5) / 2, mpmath.mpf(2)
        m, c = ends(proof.rest_slope)[0], ends(proof.rest_constant)[1]
        for w0, w1, x0, x1 in (
            (0, 1, 0, 1),
            (Fraction(1, 4), Fraction(1, 2), Fraction(1, 8), Fraction(1, 4)),
            (Fraction(1, 2), Fraction(5, 8), 0, Fraction(1, 2)),
            (Fraction(1, 2), 1, Fraction(3, 4), 1),
        ):
            box = tuple(Fraction_to(e) for e in (w0, w1, x0, x1))
            low, high = real(Fraction(w0)) / 10, real(Fraction(w1)) / 10
            x_low, x_high = real(Fraction(x0)) / 3, real(Fraction(x1)) / 3
            first = 40 + a
            if x0:
                most = 1 / (first * mpmath.sqrt(x_low))
                if low > most:
                    with patched(proof_class(proof), _mellin=lambda *_: arb(-1e9)):
                        assert proof.holds(*box)
                    continue
                high = min(high, most)
            rest = (1 / high**2 - a * a * x_high) * m - c
            needed = -(x_low**2) * rest / high**3
            sizes = {"_boundary_size": 0.25, "_remainder": 0.125}

            def boundary(self: Any, w: Any, x: Any, eta: Any, q: Any) -> Any:
                asked.append((w, x, eta, q))
                return arb(0.25)

            def remainder(self: Any, w: Any, x: Any, top: Any, eta: Any) -> Any:
                asked.append((w, x, eta, top))
                return arb(0.125)

            least = max(first, 1 / (high * mpmath.sqrt(x_high)))
            for shift, proves in ((1e-9, True), (-1e-9, False)):
                at = needed + sum(sizes.values()) + shift * (1 + abs(needed))

                def mellin(self: Any, w: Any, x: Any, spin: Any, at: Any = at, least: Any = least) -> Any:
                    assert least * (1 - 1e-12) <= ends(spin)[0] <= least
                    return arb(float(at))

                with patched(proof_class(proof), _mellin=mellin, _boundary_size=boundary, _remainder=remainder):
                    assert proof.holds(*box) == (proves and rest > 0), (box, shift)
            (w, x, eta, q), (_, _, other, top) = asked[0], asked[1]
            asked.clear()
            for found, values in (
                (w.low, (low,)),
                (w.high, (high,)),
                (x, (x_low, x_high)),
                (top, (x_high,)),
                (eta, (1 - a * a * x_low * low**2, 1 - a * a * x_high * high**2)),
                (
                    q,
                    (
                        1 - (beta**2 - mpmath.mpf(1) / 4) * low**2 / (4 * (1 - x_low)),
                        1 - (beta**2 - mpmath.mpf(1) / 4) * high**2 / (4 * (1 - x_high)),
                    ),
                ),
            ):
                bottom, roof = ends(found)
                assert all(bottom <= n * (1 + 1e-12) + 1e-15 and n * (1 - 1e-12) - 1e-15 <= roof for n in values)
                spread = max(values) - min(values)
                assert roof - bottom <= 3 * spread + 1e-12
            assert ends(other) == ends(eta)


def proof_class(proof: Any) -> Any:
    return type(proof)
