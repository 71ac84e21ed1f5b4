"""The proof with gravity: exact parts exactly, enclosures against quadrature, planted functionals refused."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

import mpmath
from flint import arb, ctx, fmpq

from tests.mutation.battery.common import (
    Check,
    Verifier,
    accepted,
    collector,
    ends,
    exact,
    holds,
    in_t,
    load,
    moments_of_wave,
    not_proved,
    patched,
    real,
    refused,
)

CHECKS: list[Check] = []
check = collector(CHECKS)
Terms = dict[Fraction, Fraction]
F6: Terms = {Fraction(t["power"]): Fraction(t["coefficient"]) for t in load("gravity_6")["functions"]}
#: powers with f(1) = 0, half-integers too
F5: Terms = {
    Fraction(3, 2): Fraction(1),
    Fraction(5, 2): Fraction(-3, 7),
    Fraction(4): Fraction(2, 5),
    Fraction(5): Fraction(-34, 35),
}
F8: Terms = {
    Fraction(2): Fraction(1),
    Fraction(3): Fraction(-3, 2),
    Fraction(4): Fraction(1),
    Fraction(6): Fraction(-1, 2),
}


def smeared(v: Verifier, terms: Terms, dimension: int) -> Any:
    convert = lambda x: fmpq(x.numerator, x.denominator)
    return v.smearing.Smeared(dimension, {convert(n): convert(a) for n, a in terms.items()})


def wave_at(spin: Any, dimension: int, y: Any) -> mpmath.mpf:
    if spin <= 8:
        return mpmath.polyval(wave_coefficients(spin, dimension), -y)
    return mpmath.hyp2f1(-spin, spin + dimension - 3, mpmath.mpf(dimension) / 2 - 1, y)


@lru_cache(maxsize=50)
def wave_coefficients(spin: int, dimension: int) -> list[mpmath.mpf]:
    return [real(c) for c in in_t(moments_of_wave(dimension, max(spin, 1))[spin])[::-1]]


@lru_cache(maxsize=1)
def nodes() -> list[tuple[mpmath.mpf, mpmath.mpf]]:
    """q = sqrt(p) from 0 to 1: 96 Gauss-Legendre points, so that half-integer powers are smooth."""
    rule = mpmath.calculus.quadrature.GaussLegendre(mpmath.mp).calc_nodes(6, 200)
    return [((1 + x) / 2, w / 2) for x, w in rule]


def smear(terms: Terms, kernel: Any, positive: bool = False) -> mpmath.mpf:
    """int_0^1 f(p) kernel(p) dp."""
    values = weighted(tuple(terms.items()))
    return sum(((max(f, 0) if positive else f) * kernel(p) for p, f in values), mpmath.mpf(0))


@lru_cache(maxsize=50)
def weighted(terms: tuple[tuple[Fraction, Fraction], ...]) -> list[tuple[mpmath.mpf, mpmath.mpf]]:
    """p and f(p) dp at the nodes."""
    with mpmath.workdps(30):
        return [(q * q, w * 2 * q * sum(real(a) * q ** int(2 * n) for n, a in terms)) for q, w in nodes()]


def heavy(terms: Terms, spin: Any, x: Any, dimension: int) -> mpmath.mpf:
    """F(x, J) as int f [(2-y) P_J - y^2 (4-3y)]/(1-y)^2 + 4 X y^3/((D-2)(1-y^2)), y = p^2 x."""
    big = mpmath.mpf(spin) * (spin + dimension - 3)

    def kernel(p: Any) -> Any:
        y = p * p * x
        first = ((2 - y) * wave_at(spin, dimension, y) - y * y * (4 - 3 * y)) / (1 - y) ** 2
        return first + 4 * big * y**3 / ((dimension - 2) * (1 - y * y))

    return smear(terms, kernel)


@check("smearing.py", "gravity.py", "fixed_spin.py")
def moments(v: Verifier) -> None:
    f = smeared(v, F5, 5)
    for power in (-2, 0, 1, 6):
        assert exact(f.moment(power)) == sum(a / (n + power + 1) for n, a in F5.items())
        assert exact(f.size(power)) == sum(abs(a) / (n + power + 1) for n, a in F5.items())
    assert f.casimir(7) == 63 and smeared(v, F8, 8).casimir(4) == 36
    assert {k: exact(c) for k, c in v.gravity.infrared(f).items()} == {
        "8piG": sum(a / (n - 1) for n, a in F5.items()),
        "g2": 2 * sum(a / (n + 1) for n, a in F5.items()),
        "g3": sum(a / (n + 3) for n, a in F5.items()),
    }


@check("smearing.py", "fixed_spin.py")
def waves_and_their_sonin_constant(v: Verifier) -> None:
    for dimension in (5, 6, 9):
        for spin in range(7):
            wave = in_t(moments_of_wave(dimension, max(spin, 1))[spin])
            found = v.smearing.wave_polynomial(spin, dimension)
            assert found.degree() == spin
            assert [exact(found[r]) for r in range(spin + 1)] == [(-1) ** r * c for r, c in enumerate(wave[: spin + 1])]
        with mpmath.workdps(50), ctx.workprec(200):
            for spin in (2, 10, 60):
                a = mpmath.mpf(dimension - 3) / 2
                value = abs(wave_at(spin, dimension, mpmath.mpf(1) / 2)) * (spin + a) ** a
                holds(v.smearing.sonin_constant(spin, dimension), value, 1e-40)


@check("smearing.py")
def tables_of_balls(v: Verifier) -> None:
    """(3u-1)^2 + (2w-1)^2 + c against a slack just below and just above c, in exact and in wide balls."""
    prove = v.smearing.prove_ball_table
    for scale in (1, 10**20):
        for c, slack, wide in (
            (1, Fraction(1), 0),
            (1, Fraction(1, 2), Fraction(1, 2)),
            (Fraction(1, 3), Fraction(1, 3), 0),
        ):
            for below in (-1, 1):
                c_ball = arb(Fraction_to(c * scale))
                c_ball += arb(0, float(wide * scale)) if wide else 0
                table = [
                    [arb(2 * scale) + c_ball, arb(-4 * scale), arb(4 * scale)],
                    [arb(-6 * scale), arb(0), arb(0)],
                    [arb(9 * scale), arb(0), arb(0)],
                ]
                amount = arb(Fraction_to((slack + Fraction(below, 10**7)) * scale))
                (not_proved(v, prove, table, amount) if below > 0 else prove(table, amount))
    not_proved(v, prove, [[arb(0)]], arb(0))
    not_proved(v, prove, [[arb(10) ** 290]], arb(0))
    not_proved(v, prove, [[arb(1), arb("nan")]], arb(0))
    not_proved(v, prove, [[arb(1)]], arb("inf"))
    # every coefficient's own width counts
    for i in range(2):
        for k in range(2):
            table = [[arb(1), arb(0)], [arb(0), arb(0)]]
            table[i][k] += arb(0, 1.1)
            not_proved(v, prove, table, arb(0))
            table = [[arb(1), arb(0)], [arb(0), arb(0)]]
            table[i][k] += arb(0, 0.9)
            prove(table, arb(0))
    for bits in (1, 4):
        not_proved(v, prove, [[arb(1)], [arb("-1.01")]], arb(0), bits)
        prove([[arb(4)], [arb(-1)]], arb(0), bits)
        prove([[arb(4 * 10**9)], [arb(-(10**9))]], arb(0), bits + 3)
        not_proved(v, prove, [[arb(10**9)], [arb("-1.01e9")]], arb(0), bits)
        # rounding at few bits may not turn 1/3 - 0.34 into zero
        not_proved(v, prove, [[arb(1) / 3], [arb(1)]], arb("0.34"), bits)


def Fraction_to(value: Any) -> fmpq:
    value = Fraction(value)
    return fmpq(value.numerator, value.denominator)


@check("fixed_spin.py")
def kernels_of_one_spin(v: Verifier) -> None:
    for dimension in (5, 6, 8):
        for spin in (0, 2, 4, 6):
            polynomial, kappa = v.fixed_spin.split_kernel(spin, dimension)
            wave = in_t(moments_of_wave(dimension, max(spin, 1))[spin])
            big = Fraction(spin * (spin + dimension - 3))
            for y in (Fraction(1, 7), Fraction(3, 4), Fraction(0)):
                p_j = sum(((-y) ** r * c for r, c in enumerate(wave)), Fraction(0))
                expected = ((2 - y) * p_j - y**2 * (4 - 3 * y)) / (1 - y) ** 2 + 4 * big * y**3 / (
                    (dimension - 2) * (1 - y * y)
                )
                assert exact(polynomial(Fraction_to(y))) + exact(kappa) / (1 + y) == expected
        not_proved(v, v.fixed_spin.split_kernel, 3, dimension)
    series = v.fixed_spin._one_over_plus()
    for y in (Fraction(0), Fraction(1), Fraction(1, 3), Fraction(9, 10)):
        assert abs(exact(series(Fraction_to(y))) - 1 / (1 + y)) <= Fraction(1, 3**64)
    assert abs(exact(series(fmpq(0))) - 1) > Fraction(1, 3**65)


@lru_cache(maxsize=20)
def least_ratio(spin: int, dimension: int) -> tuple[Fraction, Terms, Terms]:
    """c with min over x of F_g - c F_h = 0 to 15 digits, for g = the certificate's f and h = p^2 - p^3."""
    g = F6 if dimension == 6 else F8
    h: Terms = {Fraction(2): Fraction(1), Fraction(3): Fraction(-1)}
    with mpmath.workdps(20):

        def ratio(x: Any) -> Any:
            below = heavy(h, spin, x, dimension)
            return heavy(g, spin, x, dimension) / below if below > 0 else mpmath.inf

        grid = [mpmath.mpf(k) / 12 for k in range(13)]
        values = [ratio(x) for x in grid]
        k = values.index(min(values))
        low, high = grid[max(k - 1, 0)], grid[min(k + 1, 12)]
        golden = (mpmath.sqrt(5) - 1) / 2
        a, b = high - (high - low) * golden, low + (high - low) * golden
        at_a, at_b = ratio(a), ratio(b)
        for _ in range(20):
            if at_a < at_b:
                high, b, at_b = b, a, at_a
                a = high - (high - low) * golden
                at_a = ratio(a)
            else:
                low, a, at_a = a, b, at_b
                b = low + (high - low) * golden
                at_b = ratio(b)
        best = min(at_a, at_b, *values)
        return Fraction(int(best * 10**18), 10**18), g, h


def combined(g: Terms, h: Terms, c: Fraction) -> Terms:
    return {n: g.get(n, Fraction(0)) - c * h.get(n, Fraction(0)) for n in {**g, **h}}


@check("fixed_spin.py", "nonnegative.py")
def planted_at_one_spin(v: Verifier) -> None:
    """Positive at all masses but for one part in 10^7, at the first spins of D = 6."""
    for spin in (0, 2, 4):
        c, g, h = least_ratio(spin, 6)
        v.fixed_spin.prove_spin(smeared(v, combined(g, h, c - abs(c) / 10**7), 6), spin)
        not_proved(v, v.fixed_spin.prove_spin, smeared(v, combined(g, h, c + abs(c) / 10**7), 6), spin)


@check("fixed_spin.py")
def expansion_in_few_terms(v: Verifier) -> None:
    """With a coarse expansion of 1/(1+y) its remainder decides: spin 4 has kappa != 0."""
    c, g, h = least_ratio(2, 6)
    with patched(v.fixed_spin, _TERMS=20):
        v.fixed_spin._one_over_plus.cache_clear()
        _, kappa = v.fixed_spin.split_kernel(2, 6)
        size = abs(exact(kappa)) * sum(abs(a) / (n + 1) for n, a in combined(g, h, c).items()) / 3**20
        for factor, proves in ((Fraction(97, 100), False), (Fraction(103, 100), True)):
            terms = combined(g, h, c - factor * size / heavy_at_zero(h))
            f = smeared(v, terms, 6)
            (v.fixed_spin.prove_spin(f, 2) if proves else not_proved(v, v.fixed_spin.prove_spin, f, 2))
    v.fixed_spin._one_over_plus.cache_clear()


def heavy_at_zero(terms: Terms) -> Fraction:
    return 2 * sum(a / (n + 1) for n, a in terms.items())


# moderate impact parameters


@check("impact.py")
def series_of_moderate_impact(v: Verifier) -> None:
    """The double series is the integral to its stated rest, at real masses of integer spins; the rest is tiny."""
    for dimension, terms in ((6, F6), (5, F5), (8, F8)):
        f = smeared(v, terms, dimension)
        with ctx.workprec(320), mpmath.workdps(40):
            columns, rest = v.impact._series(f, 20, fmpq(60))
            assert 0 <= rest.upper() < arb("1e-8")
            for spin, xi, expected in impact_references(dimension):
                ratio = arb(f.casimir(20)) / arb(f.casimir(spin))
                total = sum((c(arb(xi)) * ratio**m for m, c in enumerate(columns)), arb(0))
                low, high = ends(total)
                slack = ends(rest)[1] + mpmath.mpf(10) ** -18
                assert low - slack <= expected <= high + slack, (dimension, spin, xi, low - expected, slack)


@lru_cache(maxsize=3)
def impact_references(dimension: int) -> list[tuple[int, int, mpmath.mpf]]:
    terms = {5: F5, 6: F6, 8: F8}[dimension]
    with mpmath.workdps(30):
        return [
            (spin, xi, heavy(terms, spin, mpmath.mpf(xi) / (spin * (spin + dimension - 3)), dimension))
            for spin in (20, 22, 44)
            for xi in (1, 27, 60)
        ]


@check("impact.py")
def rest_of_short_series(v: Verifier) -> None:
    """Truncated early, the series differs from the integral by less than the rest, at the largest x and elsewhere."""
    dimension, terms = 6, F6
    f = smeared(v, terms, dimension)
    for powers, count in ((6, 19), (6, 30), (24, 19), (24, 22)):
        with (
            patched(v.impact, _POWERS=powers, _wave_terms=lambda *_, n=count: n),
            ctx.workprec(320),
            mpmath.workdps(40),
        ):
            columns, rest = v.impact._series(f, 20, fmpq(60))
            for r in (1, 2, count):  # the limit of large spin: every power up to the last one that is kept
                moment = real(sum((a / (n + 2 * r + 1) for n, a in terms.items()), Fraction(0)))
                holds(columns[0][r], (-1) ** r * 2 * moment / (mpmath.rf(2, r) * mpmath.factorial(r)), 1e-30)
            for spin, xi, expected in impact_references(dimension):
                ratio = arb(f.casimir(20)) / arb(f.casimir(spin))
                total = sum((c(arb(xi)) * ratio**m for m, c in enumerate(columns)), arb(0))
                # the ratio of consecutive terms is below 1/4
                assert abs(ends(total)[0] - expected) <= ends(rest)[1]


@check("impact.py")
def rests_by_parts(v: Verifier) -> None:
    """Each of the three bounds of the rest is as derived in its docstring, from separately summed remainders."""
    f = smeared(v, F6, 6)
    for powers, terms, xi in ((24, 40, 60), (2, 19, 60), (5, 60, 100), (3, 8, 1)):
        with patched(v.impact, _POWERS=powers), ctx.workprec(320), mpmath.workdps(60):
            found = v.impact._rest(f, fmpq(460), fmpq(xi), terms)
            x = mpmath.mpf(xi) / 460
            sizes = {
                k: sum(abs(real(a)) / (n + k + 1) for n, a in ((real(n), a) for n, a in F6.items()))
                for k in (0, 6, 2 * powers)
            }
            term = mpmath.mpf(xi) ** (terms + 1) / (mpmath.rf(2, terms + 1) * mpmath.factorial(terms + 1))
            wave = 2 * term * (2 - x) / (1 - x) ** 2 * sizes[0]
            # sum over k >= K of (k+2) y^k, each |P_J - 1| <= 2, y <= x p^2
            many = 2 * (powers + 2) * x**powers / (1 - x) ** 2 * sizes[2 * powers]
            pole = 2 * xi * x ** (2 + powers) / (1 - x * x) * sizes[6]
            holds(found, wave + many * (1 + term) + pole, 1e-30)


@check("impact.py")
def number_of_wave_terms(v: Verifier) -> None:
    """Enough that later terms fall by a quarter at least and are below 1e-40."""
    with ctx.workprec(320):
        for xi, half in ((fmpq(400), fmpq(2)), (fmpq(1, 100), fmpq(3, 2)), (fmpq(1000), fmpq(5, 2))):
            r = v.impact._wave_terms(xi, half)
            value = mpmath.mpf(1)
            for i in range(r):
                value *= real(xi) / ((real(half) + i) * (i + 1))
            assert value < mpmath.mpf("1e-39") and r * r >= 4 * exact(xi), (r, value)


@lru_cache(maxsize=3)
def least_at_impact(low: Any, high: Any) -> tuple[Fraction, Terms, Terms]:
    """c with F_g - c F_h = 0 at the lowest xi of an interval, J to infinity: kernel 2 0F1(;D/2-1;-p^2 xi)."""
    g, h = F6, {Fraction(2): Fraction(1), Fraction(3): Fraction(-1)}

    floats = [[(float(p), float(f)) for p, f in weighted(tuple(terms.items()))] for terms in (g, h)]

    def at(terms: Terms, xi: float) -> float:
        total = 0.0
        for p, f in floats[terms is h]:
            term = wave = 1.0
            for k in range(40):
                term *= -(float(p) ** 2) * xi / ((k + 1) * (k + 2))
                wave += term
            total += 2 * float(f) * wave
        return total

    grid = [low + (high - low) * k / 60 for k in range(61)]
    best = min(at(g, xi) / at(h, xi) for xi in grid if at(h, xi) > 0)
    return Fraction(best), g, h


@check("impact.py", "smearing.py")
def planted_at_one_impact_parameter(v: Verifier) -> None:
    """Negative by little at one xi only in the limit of large spin, at the last strip's end, or nowhere."""
    prove = v.impact.prove_moderate_impact
    c, g, h = least_at_impact(0, 9)
    prove(smeared(v, combined(g, h, c * Fraction(999, 1000)), 6), 20, fmpq(9))
    not_proved(v, prove, smeared(v, combined(g, h, c * Fraction(1001, 1000)), 6), 20, fmpq(9))
    f = smeared(v, F6, 6)
    for end in (Fraction(17, 2), Fraction(4), Fraction(1, 9)):  # the strips cover [0, end] without gaps
        strips: list[Any] = []
        with patched(
            v.impact, _prove_strip=lambda columns, rest, low, high, into=strips: into.append((exact(low), exact(high)))
        ):
            prove(f, 20, Fraction_to(end))
        assert strips[0][0] == 0 and strips[-1][1] == end and all(a[1] == b[0] for a, b in pairwise(strips))
    not_proved(v, prove, f, 20, fmpq(461, 4))
    prove(f, 4, fmpq(7))
    not_proved(v, prove, f, 4, fmpq(71, 10))


@check("impact.py", "smearing.py", "gravity.py")
def strips(v: Verifier) -> None:
    """A strip is proved down to its rest: xi (2 - xi) + v + 1/2 on [0, 2], short and long in both powers."""
    prove = v.impact._prove_strip
    from flint import arb_poly

    with ctx.workprec(320):
        columns = [arb_poly([arb(1) / 2, 2, -1]), arb_poly([1])]
        for rest, proves in ((0.499, True), (0.501, False)):
            (
                prove(columns, arb(rest), fmpq(0), fmpq(2))
                if proves
                else not_proved(v, prove, columns, arb(rest), fmpq(0), fmpq(2))
            )
        prove(columns, arb(1.2), fmpq(1), fmpq(3, 2))
        not_proved(v, prove, columns, arb(0), fmpq(2), fmpq(5, 2))
        not_proved(v, prove, columns, arb(0.5), fmpq(2), fmpq(5, 2))
        # powers that are not kept count with their size
        for m, power in ((0, 25), (0, 21), (20, 0), (13, 3), (13, 0)):
            many = [arb_poly([1])] + [arb_poly([0])] * 20
            for size, proves in ((-0.9, True), (-1.1, False), (0.9, True), (1.1, False)):
                line = [0] * power + [size]
                some = list(many)
                some[m] = some[m] + arb_poly(line)
                (
                    prove(some, arb(0), fmpq(0), fmpq(1))
                    if proves
                    else not_proved(v, prove, some, arb(0), fmpq(0), fmpq(1))
                )
        for m, power in ((0, 19), (0, 20), (12, 0)):  # those kept with their sign
            for size, proves in ((5, True), (-0.9, True), (-1.1, False)):
                some = [arb_poly([1])] + [arb_poly([0])] * 20
                some[m] = some[m] + arb_poly([0] * power + [size])
                (
                    prove(some, arb(0), fmpq(0), fmpq(1))
                    if proves
                    else not_proved(v, prove, some, arb(0), fmpq(0), fmpq(1))
                )


# documents


@check("gravity.py", "document.py")
def forms_of_gravity(v: Verifier) -> None:
    """What is read, and refused: everything else about these documents is genuine."""
    data = load("gravity_6")
    functions = data["functions"]
    one = {"power": "2", "coefficient": "1"}
    for change, reason in (
        ({"dimension": 4}, "outside"),
        ({"dimension": 41}, "outside"),
        ({"density": "unitary"}, "positive"),
        ({"spin_split": 61}, "odd"),
        ({"spin_split": 1}, "outside"),
        ({"spin_split": 2001}, "outside"),
        ({"parts": 1}, "outside"),
        ({"parts": 21}, "outside"),
        ({"note": 1}, "unknown"),
        ({"claim": {"8piG": "1"}}, "keys"),
        ({"claim": []}, "keys"),
        ({"functions": [one]}, "2 to"),
        ({"functions": [one, {"power": "3", "coefficient": "0"}]}, "2 to"),
        ({"functions": [*functions, functions[0]]}, "twice"),
        ({"functions": [*functions, {"power": "1", "coefficient": "1"}]}, "outside"),
        ({"functions": [*functions, {"power": "121/2", "coefficient": "1"}]}, "outside"),
        ({"functions": [{"power": 2, "coefficient": "1"}]}, "half"),
        ({"functions": [{"power": "2/3", "coefficient": "1"}]}, "half"),
        ({"functions": [{"power": str(k), "coefficient": "1"} for k in range(2, 43)]}, "2 to"),
        ({"x_split": "x"}, "rational"),
        ({"claim": dict.fromkeys(data["claim"], "0")}, "empty"),
    ):
        refused(v, {**data, **change}, reason)
    for name in ("8piG", "g2", "g3"):
        claim = {**data["claim"], name: str(Fraction(data["claim"][name]) - Fraction(1, 10**30))}
        refused(v, {**data, "claim": claim}, f"coefficient of {name}")
    for bad in ([], {**data, "schema": "eft-positivity/gravity-certificate/2"}, {**data, "claim": [*data["claim"]]}):
        not_proved(v, v.gravity.read_gravity, bad)
    v.gravity.read_gravity(
        {
            **data,
            "functions": [{"power": str(k), "coefficient": "1"} for k in range(2, 42)],
            "spin_split": 2000,
            "parts": 20,
            "dimension": 40,
        }
    )
    v.gravity.read_gravity(
        {
            **data,
            "functions": [{"power": "3/2", "coefficient": "1"}, {"power": "60", "coefficient": "1"}],
            "spin_split": 2,
            "parts": 2,
            "dimension": 5,
        }
    )


@check("gravity.py")
def parts_of_gravity(v: Verifier) -> None:
    """All four parts are asked, for the region of the document; each refusal refuses the whole."""
    data = load("gravity_6")
    calls: list[Any] = []
    names = ("prove_spin", "prove_high_energy", "prove_large_impact", "prove_moderate_impact")
    recorders = {name: lambda *a, n=name: calls.append((n, *a[1:])) for name in names}
    with patched(v.gravity, **recorders):
        text = accepted(v, data)
    assert "g2 + 9.9281175308*8piG >= 0" in text and "D=6" in text
    region = v.large_impact.Region(60, fmpq(400), fmpq(1, 2), 6)
    expected = [("prove_spin", spin) for spin in range(0, 60, 2)]
    expected += [
        ("prove_high_energy", 60, fmpq(1, 2)),
        ("prove_large_impact", region),
        ("prove_moderate_impact", 60, fmpq(400)),
    ]
    assert sorted(map(repr, calls)) == sorted(map(repr, expected))
    for name in names:

        def fails(*a: Any) -> None:
            raise v.NotProved("planted", 0.25)

        try:
            with patched(v.gravity, **{**recorders, name: fails}):
                v.init.verify_data(data)
        except v.Refused as reason:
            assert "planted" in str(reason) and (
                reason.place == (0, 0.25) if name == "prove_spin" else reason.place is None
            )
        else:
            raise AssertionError(f"accepted without {name}")
