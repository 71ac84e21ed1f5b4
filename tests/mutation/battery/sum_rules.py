"""Sum rules, loop terms and spectra against expansions of their own."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import comb
from typing import Any

import mpmath
from flint import fmpq, fmpq_mat

from tests.mutation.battery.common import Check, Verifier, collector, exact, in_t, moments_of_wave, real

CHECKS: list[Check] = []
check = collector(CHECKS)


@lru_cache(maxsize=50)
def state_series(spin: int, j: int, dimension: int, length: int) -> list[Fraction]:
    """[z^r] of (2+z) (1+z)^(-j-1) P_J(1+2z) by binomials and the hypergeometric series of one spin."""
    wave = [Fraction(1)]
    for r in range(min(spin, length - 1)):
        wave.append(wave[-1] * Fraction(2 * (spin - r) * (spin + dimension - 3 + r), (r + 1) * (dimension - 2 + 2 * r)))
    front = [2 * a + b for a, b in zip([*wave, Fraction(0)], [Fraction(0), *wave], strict=True)]
    pole = [Fraction((-1) ** i * comb(j + i, i)) for i in range(length)]
    return [sum((front[i] * pole[r - i] for i in range(min(r + 1, len(front)))), Fraction(0)) for r in range(length)]


@check("rows.py", "loops.py")
def infrared_side(v: Verifier) -> None:
    expected: dict[tuple[int, int], dict[tuple[int, int], int]] = {}
    for p in range(9):
        for q in range(6):
            for a in range(p + 1):  # (2(w+t^2))^p (-t w)^q
                place = (a + q, 2 * (p - a) + q)
                expected.setdefault(place, {})[p, q] = (-1) ** q * 2**p * comb(p, a)
    for j in range(1, 6):
        for power in range(6):
            assert v.rows.infrared(j, power) == expected.get((j, power), {}), (j, power)


@check("rows.py", "loops.py")
def ultraviolet_side(v: Verifier) -> None:
    for dimension in (4, 5, 7):
        for spin in range(1, 7):  # the series used here is the wave of the three-term recurrence
            wave = in_t(moments_of_wave(dimension, spin)[spin])
            pole = [Fraction((-1) ** i * comb(1 + i, i)) for i in range(4)]
            front = [2 * a + b for a, b in zip([*wave, 0, 0, 0], [0, *wave, 0, 0], strict=True)]
            assert state_series(spin, 1, dimension, 4) == [
                sum(front[i] * pole[r - i] for i in range(min(r + 1, len(front)))) for r in range(4)
            ]
        for j, length in ((1, 1), (1, 6), (2, 5), (3, 3)):
            found = v.rows.ultraviolet(j, length, dimension)
            assert len(found) == length and all(f.degree() == r for r, f in enumerate(found))
            for spin in range(0, 2 * length + 2):
                series = state_series(spin, j, dimension, length)
                for f, value in zip(found, series, strict=True):
                    assert exact(f(fmpq(spin * (spin + dimension - 3)))) == value


PAIRS = [
    ((1, 0), (1, 0)),
    ((1, 0), (0, 1)),
    ((0, 1), (0, 1)),
    ((1, 0), (2, 0)),
    ((2, 0), (2, 0)),
    ((0, 2), (0, 1)),
    ((1, 1), (2, 0)),
    ((1, 0), (0, 2)),
    ((1, 0), (1, 1)),
    ((0, 2), (1, 0)),
    ((3, 0), (2, 0)),
]


def tree_waves(coupling: tuple[int, int], dimension: int) -> dict[int, Fraction]:
    """c_J of sigma2^p sigma3^q at s = 1 by orthogonality, y = 1+2t: sigma2 = (3+y^2)/2, sigma3 = (1-y^2)/4."""
    p, q = coupling
    amplitude = [Fraction(1)]
    for factor in [(Fraction(3, 2), Fraction(1, 2))] * p + [(Fraction(1, 4), Fraction(-1, 4))] * q:
        amplitude = [
            a * factor[0] + b * factor[1]
            for a, b in zip([*amplitude, Fraction(0)], [Fraction(0), *amplitude], strict=True)
        ]
    # <y^(2k)> with weight (1-y^2)^(D/2-2), normalised: (2k-1)!!/((D-1)(D+1)...(D+2k-3))
    moments = [Fraction(1)]
    for k in range(1, 30):
        moments.append(moments[-1] * (2 * k - 1) / (dimension - 3 + 2 * k))
    found = {}
    for spin in range(0, 2 * (p + q) + 1, 2):
        wave = moments_of_wave(dimension, max(spin, 1))[spin][::2]
        product = sum(
            (a * b * moments[i + k] for i, a in enumerate(amplitude) for k, b in enumerate(wave)), Fraction(0)
        )
        found[spin] = product / sum(a * b * moments[i + k] for i, a in enumerate(wave) for k, b in enumerate(wave))
    return found


def wave_norm(spin: int, dimension: int) -> mpmath.mpf:
    """n_J in numbers."""
    d, j = mpmath.mpf(dimension), mpmath.mpf(spin)
    top = (4 * mpmath.pi) ** (d / 2) * (d + 2 * j - 3) * mpmath.gamma(d + j - 3)
    return top / (mpmath.pi * mpmath.gamma(d / 2 - 1) * mpmath.gamma(j + 1))


@lru_cache(maxsize=1000)
def loop_density(first: Any, second: Any, dimension: int) -> dict[int, mpmath.mpf]:
    left, right = tree_waves(first, dimension), tree_waves(second, dimension)
    doubled = 1 if first == second else 2
    return {
        spin: doubled * real(left[spin] * right[spin]) / (2 * wave_norm(spin, dimension))
        for spin in left
        if spin in right
    }


@lru_cache(maxsize=1)
def loop_references() -> list[tuple[Any, ...]]:
    with mpmath.workdps(40):
        return [
            (j, power, *pair, dimension, loop_reference(j, power, *pair, dimension))
            for dimension in (4, 5, 6, 7, 8)
            for pair in PAIRS
            for j in (1, 2, 3, 4)
            for power in range(5)
            if dimension < 7 or power < 3
        ]


def loop_reference(j: int, power: int, first: Any, second: Any, dimension: int) -> mpmath.mpf | None:
    """-(1/pi) FP int_0^1 ds Im M (2s+t)/[s(s+t)]^(j+1) at [t^power], or None if t^e log(-t) comes first."""
    density = loop_density(first, second, dimension)
    order = sum(2 * p + 3 * q for p, q in (first, second))
    exponent = mpmath.mpf(dimension - 4) / 2 + order - 2 * j
    # the crossed discontinuity in w = s(s+1), t = 1: y = 1+2s, y^2 = 1+4w
    crossed = mpmath.mpf(0)
    for spin, rho in density.items():
        for k, c in enumerate(moments_of_wave(dimension, max(spin, 1))[spin][::2]):
            crossed += rho * real(c) * comb(k, j) * 4**j
    size = sum(abs(rho) for rho in density.values())
    if exponent <= power and abs(crossed) > size * mpmath.mpf(10) ** -30:
        return None
    if exponent == power:
        return mpmath.mpf(0)
    kernel = sum(rho * real(state_series(s, j, dimension, power + 1)[power]) for s, rho in density.items())
    return -kernel / (exponent - power) / mpmath.pi


@check("loops.py")
def loop_terms(v: Verifier) -> None:
    with mpmath.workdps(40):
        for j, power, first, second, dimension, expected in loop_references():
            found = v.loops.loop_coefficient(j, power, first, second, dimension)
            assert (found is None) == (expected is None), (j, power, first, second, dimension)
            if found is not None:
                value = real(found) * mpmath.pi ** v.loops.pi_power(dimension)
                assert abs(value - expected) <= mpmath.mpf(10) ** -30 * (abs(expected) + 1e-20)
        # the bubble of g2 in D = 4: A_2(0) = -7 g2^2/(80 pi^2)
        assert exact(v.loops.loop_coefficient(1, 0, (1, 0), (1, 0), 4)) == Fraction(-7, 80)


@check("loops.py")
def crossed_discontinuity(v: Verifier) -> None:
    """[w^j] of sum rho_J P_J(1+2s) with (1+2s)^2 = 1+4w."""
    densities = {0: Fraction(5, 3), 2: Fraction(-7, 2), 4: Fraction(3), 6: Fraction(1, 9)}
    for some in (densities, {2: Fraction(1)}, {0: Fraction(2)}, {}, {4: Fraction(1), 2: Fraction(-3)}):
        for dimension in (4, 5, 8):
            for j in range(5):
                expected = sum(
                    (
                        rho * c * comb(k, j) * 4**j
                        for spin, rho in some.items()
                        for k, c in enumerate(moments_of_wave(dimension, max(spin, 1))[spin][::2])
                    ),
                    Fraction(0),
                )
                found = v.loops._t_channel({s: fmpq(r.numerator, r.denominator) for s, r in some.items()}, j, dimension)
                assert exact(found) == expected


@lru_cache(maxsize=1)
def states() -> list[tuple[int, Fraction, Fraction]]:
    """Spins 0 to 8 in D = 4 whose nulls of orders 4, 5 and 6 are exactly zero: (spin, m^2, weight)."""
    spins = (4, 6, 8)
    for masses in product((1, 2, 3, 4), repeat=3):
        rows = [
            [null(s, n) / Fraction(m) ** n for s, m in zip(spins, masses, strict=True)] + [-null(2, n)]
            for n in (4, 5, 6)
        ]
        matrix = fmpq_mat([[fmpq(c.numerator, c.denominator) for c in row] for row in rows])
        reduced, rank = matrix.rref()
        weights = [exact(reduced[i, 3]) for i in range(3)]
        if rank == 3 and min(weights) > 0:
            heavy = [(s, Fraction(m), w) for s, m, w in zip(spins, masses, weights, strict=True)]
            return [(0, Fraction(3, 2), Fraction(1, 3)), (2, Fraction(1), Fraction(1)), *heavy]
    raise AssertionError("no spectrum")


def null(spin: int, n: int) -> Fraction:
    """The null of order n in D = 4: A_2 = 8 g4 t^2 - 2 g5 t^3 + 24 g6 t^4, A_4 = 4 g4 - 2 g5 t, A_6 = 8 g6."""

    def side(j: int, power: int) -> Fraction:
        return state_series(spin, j, 4, power + 1)[power]

    if n == 4:
        return side(1, 2) - 2 * side(2, 0)
    return side(1, 3) - side(2, 1) if n == 5 else 3 * side(3, 0) - side(1, 4)


def spectrum(**changes: Any) -> list[dict[str, Any]]:
    found = [{"spin": s, "mass_squared": str(m), "weight": str(w)} for s, m, w in states()]
    found[1].update(changes)
    return found


def averages(j: int, power: int) -> Fraction:
    return sum(
        (w / m ** (2 * j + power) * state_series(s, j, 4, power + 1)[power] for s, m, w in states()), Fraction(0)
    )


@check("spectrum.py")
def spectra(v: Verifier) -> None:
    expected = {
        (1, 0): averages(1, 0) / 2,
        (0, 1): -averages(1, 1),
        (2, 0): averages(2, 0) / 4,
        (1, 1): -averages(2, 1) / 2,
        (3, 0): averages(3, 0) / 8,
        (0, 2): averages(2, 2) - 3 * averages(3, 0),
    }
    couplings = v.spectrum.spectrum_couplings
    for order, count in ((2, 1), (3, 2), (4, 3), (5, 4), (6, 6)):
        found = couplings(spectrum(), 4, order)
        assert {k: exact(c) for k, c in found.items()} == dict(list(expected.items())[:count])
    alone = [{"spin": 0, "mass_squared": "1.50", "weight": "12.5"}]
    assert exact(couplings(alone, 4, 2)[1, 0]) == Fraction(50, 9)
    heavy = [{"spin": 0, "mass_squared": "2", "weight": "1" + "0" * 99_990}]
    couplings(heavy, 4, 2)


def _bad(v: Verifier, *arguments: Any) -> None:
    try:
        v.spectrum.spectrum_couplings(*arguments)
    except v.Refused:
        return
    raise AssertionError(f"accepted {arguments[1:]}")


@check("spectrum.py")
def false_spectra(v: Verifier) -> None:
    for change in (
        {"weight": "1000000000001/1000000000000"},
        {"mass_squared": "1000000000001/1000000000000"},
        {"mass_squared": "999999999999/1000000000000"},
        {"weight": "0"},
        {"weight": "-1"},
        {"spin": 3},
        {"spin": -2},
        {"spin": False},
        {"spin": 2.0},
        {"mass_squared": 1},
        {"weight": "x"},
        {"weight": "1/0"},
        {"weight": ""},
        {"weight": "-"},
        {"weight": "."},
        {"weight": "1x/1"},
        {"weight": "1.x"},
        {"weight": "1/x"},
        {"weight": "/2"},
        {"weight": "1/-2"},
    ):
        _bad(v, spectrum(**change), 4, 6)
    # alone a state breaks no null of order 2: what is refused is the state
    for spin, mass, weight in (
        (1, "1", "1"),
        (-2, "1", "1"),
        (False, "1", "1"),
        (0, "0.999999", "1"),
        (0, "1", "0"),
        (0, "1", "-1"),
        (0, 2, "1"),
        (0, "1", "1" * 100_001),
        (0, "1", "+1"),
        (0, "1", "1.+5"),
        (0, "1", "2/+1"),
        (0, "1", "1_0"),
        (0, "1", "1.1_0"),
        (0, "1", "2/1_0"),
        (0, "1", " 1"),
        (0, "1", "1/1 0"),
        (0, "1", "1.1 0"),
        (0, "1", "1.-5"),
    ):
        _bad(v, [{"spin": spin, "mass_squared": mass, "weight": weight}], 4, 2)
    for dimension, order in ((3, 4), (4, 1), (4, 81), (4, 4.0), (4.0, 4), ("4", 4)):
        _bad(v, [], dimension, order)
    assert v.spectrum.spectrum_couplings([], 4, 80)[1, 0] == 0
    _bad(v, {state["mass_squared"]: 1 for state in spectrum()}, 4, 2)
    _bad(v, {}, 4, 2)
    state = {"spin": 0, "mass_squared": "1", "weight": "1"}
    _bad(v, [state] * 10_001, 4, 2)
    v.spectrum.spectrum_couplings([state] * 10_000, 4, 2)
    _bad(v, [{"spin": 0, "weight": "1"}], 4, 2)
    _bad(v, [None], 4, 2)
