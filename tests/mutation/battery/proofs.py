"""Exclusions of intervals of g2, proofs as data, and the texts written from them."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any

import mpmath
from flint import fmpq, fmpq_poly

from tests.mutation.battery.common import (
    Check,
    Verifier,
    accepted,
    collector,
    exact,
    load,
    not_proved,
    patched,
    real,
    refused,
)
from tests.mutation.battery.gravity import Fraction_to
from tests.mutation.battery.sum_rules import loop_reference, wave_norm

CHECKS: list[Check] = []
check = collector(CHECKS)
G2, G3, G4 = (1, 0), (0, 1), (2, 0)
#: dimension, kappa, delta
EXCLUSIONS = [(6, Fraction(1, 3), Fraction(1, 8)), (5, Fraction(1, 4), Fraction(1, 6))]


def least_gamma(dimension: int, kappa: Fraction, delta: Fraction) -> Fraction:
    """The gamma of a singular form in (1, x, x X): K = 2 - kappa x (2X/h - 3) + x^2 [2 gamma + delta (2 p_2 - 3 X/h)].

    h = D/2-1, p_2 = X (X-D+2)/(2 h (h+1)).
    """
    h = Fraction(dimension, 2) - 1
    first, cross = 3 * kappa / 2, -kappa / h
    square = delta / (h * (h + 1))
    mixed = -delta * (Fraction(dimension - 2) / (h * (h + 1)) + 3 / h) / 2
    # det [[2, first, cross], [first, 2 gamma, mixed], [cross, mixed, square]] is linear in gamma
    without = 2 * (-mixed * mixed) - first * (first * square - mixed * cross) + cross * first * mixed
    return -without / (2 * (2 * square - cross * cross))


@lru_cache(maxsize=5)
def side(dimension: int, kappa: Fraction, delta: Fraction) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Infrared sides of A_2(0) - kappa A_2'(0) + delta n_4 and of A_4(0) by couplings, loops times pi^-P."""
    with mpmath.workdps(40):
        weight = mpmath.pi ** (1 + (dimension - 2) // 2)

        def loops(rules: dict[Any, Any]) -> dict[Any, Any]:
            return {
                pair: sum(real(c) * loop_reference(*rule, *pair, dimension) for rule, c in rules.items()) * weight
                for pair in ((G2, G2), (G2, G3), (G3, G3), (G2, G4))
            }

        fixed = {(1, 0): Fraction(1), (1, 1): -kappa, (1, 2): delta, (2, 0): -2 * delta}
        plain = {G2: mpmath.mpf(2), G3: real(kappa), G4: mpmath.mpf(0), **loops(fixed)}
        return plain, {G2: mpmath.mpf(0), G3: mpmath.mpf(0), G4: mpmath.mpf(4), **loops({(2, 0): Fraction(1)})}


def margins(dimension: int, kappa: Fraction, delta: Fraction, g: Any) -> list[Any]:
    """What must be positive at g2 = g: gamma - its least value, and minus the discriminant and leading term in g3."""
    plain, slope = side(dimension, kappa, delta)

    def parts(s: dict[Any, Any]) -> list[Any]:
        return [s[G2] * g + s[G2, G2] * g * g, s[G3] + s[G2, G3] * g, s[G3, G3], s[G4] + s[G2, G4] * g]

    a, b = parts(plain), parts(slope)
    gamma = -a[3] / b[3]
    one, g3, square = (a[i] + gamma * b[i] for i in range(3))
    return [b[3], gamma - real(least_gamma(dimension, kappa, delta)), -square, 4 * one * square - g3 * g3]


@lru_cache(maxsize=5)
def excluded(dimension: int, kappa: Fraction, delta: Fraction) -> tuple[Any, Any]:
    """The interval in which all margins are positive, by bisection to 25 digits."""
    with mpmath.workdps(40):
        test = lambda g: min(margins(dimension, kappa, delta, g)) > 0
        grid = [mpmath.mpf(k) for k in range(1, 3000)]
        inside = [g for g in grid if test(g)]
        found = []
        for good, bad in ((inside[0], inside[0] - 1), (inside[-1], inside[-1] + 1)):
            for _ in range(90):
                middle = (good + bad) / 2
                good, bad = (middle, bad) if test(middle) else (good, middle)
            found.append(good)
        return found[0], found[1]


def exclusion(dimension: int, kappa: Any, delta: Any, low: Any, high: Any) -> dict[str, Any]:
    numbers = (
        str(Fraction(int(mpmath.floor(n * 10**20)), 10**20)) if isinstance(n, mpmath.mpf) else str(n)
        for n in (low, high)
    )
    first, second = numbers
    return {
        "schema": "eft-positivity/exclusion/1",
        "dimension": dimension,
        "kappa": str(kappa),
        "delta": str(delta),
        "low": first,
        "high": second,
    }


@check("exclusion.py", "__init__.py")
def intervals_of_g2(v: Verifier) -> None:
    assert least_gamma(*EXCLUSIONS[0]) == Fraction(89, 128)
    for question in EXCLUSIONS:
        with mpmath.workdps(40):
            low, high = excluded(*question)
            tiny = mpmath.mpf(10) ** -10
            text = accepted(v, exclusion(*question, low * (1 + tiny), high * (1 - tiny)))
            assert "no theory has" in text and f"in D={question[0]}" in text and "to order 4" in text
            refused(v, exclusion(*question, low * (1 - tiny), high * (1 - tiny)), "not excluded")
            refused(v, exclusion(*question, low * (1 + tiny), high * (1 + tiny)), "not excluded")
            refused(v, exclusion(*question, low / 3, low / 2), "not excluded")
        for kappa, delta in product((Fraction(1, 5), Fraction(2, 5)), (Fraction(1, 9), Fraction(1, 4))):
            rules = {
                (1, 0): fmpq(1),
                (1, 1): -Fraction_to(kappa),
                (1, 2): Fraction_to(delta),
                (2, 0): -2 * Fraction_to(delta),
            }
            h = Fraction(question[0], 2) - 1
            if 2 * delta / (h * (h + 1)) > (kappa / h) ** 2:
                assert exact(v.exclusion._least_gamma(rules, question[0])) == least_gamma(question[0], kappa, delta)
            else:
                not_proved(v, v.exclusion._least_gamma, rules, question[0])


@check("exclusion.py", "proof.py")
def forms_of_exclusions(v: Verifier) -> None:
    question = EXCLUSIONS[0]
    with mpmath.workdps(40):
        low, high = (mpmath.nint(n) for n in (excluded(*question)[0] + 1, excluded(*question)[1] - 1))
    good = exclusion(*question, int(low), int(high))
    text = accepted(v, good)
    assert f"g2 pi^-3 from {int(low)} to {int(high)}" in text and "g[1,0]^2, g[1,0] g[0,1]" in text
    u = 64  # (4 pi)^3 / pi^3: outwards would claim more than is proved
    words = text.split()
    first, second = float(words[3]), float(words[8])
    assert int(low) / u <= first <= int(low) / u * (1 + 1e-5) and int(high) / u * (1 - 1e-5) <= second <= int(high) / u
    for change, reason in (
        ({"dimension": 4}, "outside"),
        ({"dimension": 41}, "outside"),
        ({"kappa": "0"}, "must be"),
        ({"delta": "0"}, "must be"),
        ({"kappa": "-1/3"}, "must be"),
        ({"delta": "-1/8"}, "must be"),
        ({"low": good["high"]}, "low < high"),
        ({"low": "0"}, "0 < low"),
        ({"low": "-1"}, "0 < low"),
        ({"high": good["low"]}, "low < high"),
        ({"delta": "1/100"}, "negative at large spin"),
        ({"note": 1}, "keys"),
        ({"delta": "1/18"}, "negative at large spin"),
        ({"kappa": 1}, "rational"),
        ({"low": "1" * 401}, "digits"),
    ):
        refused(v, {**good, **change}, reason)


@check("exclusion.py")
def strict_positivity(v: Verifier) -> None:
    """> 0 on [0, 1]: zero at an end or inside is not enough."""
    positive = v.exclusion._positive
    for coefficients, expected in (
        ([1], True),
        ([0], False),
        ([-1], False),
        ([0, 1], False),
        ([1, -1], False),
        ([1, 1], True),
        ([1, -4, 4], False),
        ([1, -6, 9], False),
        ([2, -6, 9], True),
        ([1, -3], False),
        ([-1, 3], False),
        ([3, -16, 16], False),
        ([4, -1, -2], True),
        ([1, -6, 10], True),
        ([1, 4, 4], False),
    ):
        found = positive(fmpq_poly([fmpq(c, 7) for c in coefficients]))
        # a double root elsewhere is refused too: that is only stricter
        assert found == expected, coefficients


@check("__init__.py")
def numbers_out_of_range(v: Verifier) -> None:
    """What divides by zero or overflows is refused, not answered."""
    for error in (ZeroDivisionError, OverflowError):

        def fails(data: Any, error: Any = error) -> None:
            raise error("planted")

        with patched(v.init, verify_forward=fails):
            refused(v, load("tree_g3_4"), "out of range")


@check("exclusion.py", "proof.py", "forward.py", "gravity.py", "cutoff.py", "spectrum.py")
def fields_of_proofs(v: Verifier) -> None:
    """What is returned names density, dimension, order, claim and loops of what was proved."""
    prove, q = v.init.verify_data, Fraction
    tree = prove(load("tree_g3_4"))
    assert (tree.kind, tree.dimension, tree.order, tree.loops, tree.pairs, tree.bound) == (
        "inequality",
        4,
        4,
        None,
        (),
        0,
    )
    assert tree.density == v.proof.Density() and set(tree.sum_rules) == {(1, 0), (1, 1), (1, 2), (2, 0)}
    claim = {tuple(c["coupling"]): q(c["coefficient"]) for c in load("tree_g3_4")["claim"]}
    assert {c: exact(n) for c, n in tree.claim} == {c: n for c, n in claim.items() if n}
    data = load("tree_g3_4")
    for order, rows in ((4, [(2, 3, "0")]), (4, [(8, 3, "0")])):
        more = [{"k": k, "power": p, "coefficient": c} for k, p, c in rows]
        found = prove({**data, "sum_rules": [*data["sum_rules"], *more]})
        assert found.order == order and found.sum_rules == tree.sum_rules and found.claim == tree.claim
        assert str(found) == str(tree)
    backwards = prove({**data, "sum_rules": data["sum_rules"][::-1], "claim": data["claim"][::-1]})
    assert str(backwards) == str(tree) and backwards.sum_rules == tree.sum_rules
    assert prove({**data, "claim": [*data["claim"], {"coupling": [1, 1], "coefficient": "0"}]}).claim == tree.claim
    empty = prove({**data, "loops": []})
    assert empty.loops is None and str(empty) == str(tree)
    loop = prove(load("loops_d6"))
    assert loop.pairs == ((G2, G2),) and loop.kind == "inequality" and loop.dimension == 6
    gap = prove(load("unitary_gap"))
    assert gap.kind == "bounded" and gap.density == v.proof.Density(fmpq(1), 6, ((2, fmpq(3, 2)),))
    assert exact(gap.bound) == q(load("unitary_gap")["bound"])
    cut = prove(load("cutoff_6_20_20"))
    assert (cut.kind, cut.dimension, cut.contacts, cut.density) == ("cutoff", 4, 1, v.proof.Density(fmpq(2)))
    assert exact(cut.bound) == q(load("cutoff_6_20_20")["bound"]) and [exact(n) for n in cut.momenta] == [
        q(1, 5),
        q(9, 25),
    ]
    question = EXCLUSIONS[0]
    some = prove(exclusion(*question, 300, 400))
    assert (some.kind, some.dimension, some.order) == ("interval", 6, 4) and [exact(n) for n in some.interval] == [
        300,
        400,
    ]
    assert {frozenset(p) for p in some.pairs} == {frozenset(p) for p in ((G2, G2), (G2, G3), (G3, G3), (G2, G4))}
    assert some.density == v.proof.Density()
    found = v.spectrum.verify_spectrum([{"spin": 0, "mass_squared": "2", "weight": "3"}], 5, 2)
    assert (found.kind, found.dimension, found.order, found.claim) == ("spectrum", 5, 2, ((G2, fmpq(3, 4)),))


@check("gravity.py", "proof.py")
def fields_of_graviton_proofs(v: Verifier) -> None:
    data = load("gravity_6")
    quiet = {
        n: lambda *_: None for n in ("prove_spin", "prove_high_energy", "prove_large_impact", "prove_moderate_impact")
    }
    with patched(v.gravity, **quiet):
        found = v.init.verify_data(data)
    assert (found.kind, found.dimension, found.density, found.bound) == ("graviton", 6, v.proof.Density(), 0)
    assert dict(found.claim) == {G2: fmpq(1)} and exact(found.graviton) == Fraction(data["claim"]["8piG"])
    sides = {"8piG": Fraction(1, 2), "g2": Fraction(1, 6), "g3": Fraction(1, 30)}  # f = p^2 - p^3
    some = {
        **data,
        "claim": {name: str(value) for name, value in sides.items()},
        "functions": [{"power": "2", "coefficient": "1"}, {"power": "3", "coefficient": "-1"}],
    }
    with patched(v.gravity, **quiet):
        found = v.init.verify_data(some)
    assert dict(found.claim) == {G2: fmpq(1, 6), G3: fmpq(1, 30)} and found.graviton == fmpq(1, 2)


@check("proof.py", "forward.py")
def densities_that_imply(v: Verifier) -> None:
    """A proof for a density holds for another one iff that one assumes at least as much: all pairs of 54."""
    ceilings, lasts = (None, fmpq(1), fmpq(2)), (None, 2, 4)
    gaps = ((), ((2, fmpq(3, 2)),), ((2, fmpq(2)),), ((4, fmpq(2)),), ((2, fmpq(3, 2)), (4, fmpq(3))), ((0, fmpq(1)),))
    some = [(c, last, g) for c in ceilings for last in lasts for g in gaps]
    for a, b in product(some, some):
        expected = not (a[0] is not None and (b[0] is None or b[0] > a[0]))
        expected &= not (a[1] is not None and (b[1] is None or b[1] > a[1]))
        have = dict(b[2])
        expected &= all((b[1] is not None and spin > b[1]) or have.get(spin, 0) >= mass for spin, mass in a[2])
        assert v.proof.Density(*a).holds_for(v.proof.Density(*b)) == expected, (a, b)
    assert str(v.proof.Density(fmpq(2), 4, ((4, fmpq(2)), (2, fmpq(3, 2))))) == (
        "0 <= rho_J <= 2, no states of spin above 4, no states of spin 2 below m^2 = 3/2, "
        "no states of spin 4 below m^2 = 2"
    )
    assert str(v.proof.Density()) == "rho_J >= 0" and v.proof.Density(last_spin=0).last_spin == 0
    assert "spin above 0" in str(v.proof.Density(last_spin=0))


@check("proof.py")
def statements_of_proofs(v: Verifier) -> None:
    """Texts of every kind: signs, orders, rounding towards the weaker statement."""
    make, say = v.proof.Proof, v.proof.statement
    density = v.proof.Density()
    text = say(
        make(
            "inequality",
            7,
            density,
            ((G4, fmpq(-1)), ((0, 2), fmpq(1, 3)), (G3, fmpq(2)), ((3, 0), fmpq(1)), (G2, fmpq(-5, 2))),
            order=6,
        )
    )
    assert text == (
        "- 2.5*g[1,0] + 2*g[0,1] - 1*g[2,0] + 1*g[3,0] + 1/3*g[0,2] >= 0 at M=1 in D=7: rho_J >= 0, all even spins, "
        "all masses m >= M, tree-level forward sum rules to order 6"
    )
    text = say(
        make(
            "bounded",
            4,
            v.proof.Density(fmpq(2)),
            ((G2, fmpq(1)),),
            order=4,
            bound=fmpq(-1, 8),
            loops=(((G2, G3), fmpq(-1, 2)), ((G2, G2), fmpq(3))),
        )
    )
    assert text == (
        "1*g[1,0] - 0.5*pi^-2*g[1,0]*g[0,1] + 3*pi^-2*g[1,0]*g[1,0] <= -0.125 at M=1 in D=4: "
        "0 <= rho_J <= 2, all even spins, "
        "all masses m >= M, one-loop (g[1,0]^2, g[1,0] g[0,1]; couplings at mu=M, arcs of radius M) "
        "forward sum rules to order 4"
    )
    text = say(make("graviton", 6, density, ((G2, fmpq(2)), (G3, fmpq(-1))), graviton=fmpq(2, 3)))
    assert text.startswith("g2 - 1/2*g3 + 0.3333333334*8piG >= 0 at M=1 in D=6: rho_J >= 0, tree level")
    assert say(make("graviton", 6, density, ((G3, fmpq(-3)),), graviton=fmpq(-2))).startswith(
        "-g3 - 0.6666666666*8piG >= 0"
    )
    assert say(make("graviton", 6, density, (), graviton=fmpq(5))).startswith("1*8piG >= 0")
    assert "all impact parameters" in text and "k>=4" in text
    cut = make(
        "cutoff",
        4,
        v.proof.Density(fmpq(2)),
        bound=fmpq(7, 2),
        contacts=2,
        momenta=(fmpq(1, 10), fmpq(9, 10)),
        graviton=fmpq(1),
    )
    assert "8piG Lambda^2 <= 3.5 for D=4" in say(cut) and "c_0 + c_1 p^2 with any c for 0.1 <= p and p^2 <= 0.9" in say(
        cut
    )
    assert "no contact terms" in say(make("cutoff", 4, density, bound=fmpq(1, 3), momenta=(fmpq(1, 7), fmpq(1, 2))))
    assert "<= 1/3 for" in say(make("cutoff", 4, density, bound=fmpq(1, 3), momenta=(fmpq(1, 7), fmpq(1, 2))))
    assert (
        say(make("spectrum", 5, density, ((G2, fmpq(1)),), order=3))
        == "a spectrum with 1 couplings to order 3 exists in D=5"
    )
    for value, text in (
        (fmpq(1, 3), "0.3333333334"),
        (fmpq(-1, 3), "-0.3333333333"),
        (fmpq(2), "2"),
        (fmpq(0), "0"),
        (fmpq(1, 10**11), "0.0000000001"),
        (fmpq(-1, 10**11), "0"),
        (fmpq(5, 2), "2.5"),
        (fmpq(-12), "-12"),
        (fmpq(100), "100"),
    ):
        assert v.proof.rounded_up(value) == text, (value, v.proof.rounded_up(value))
    pairs = (((0, 2), G2), (G4, G2), (G2, G3), (G3, G3), ((1, 1), G2), (G2, G2), (G4, G3), (G2, (3, 0)))
    assert v.proof.loops_text(pairs) == (
        "g[1,0]^2, g[1,0] g[0,1], g[1,0] g[2,0], g[0,1]^2, g[1,0] g[1,1], g[0,1] g[2,0], g[1,0] g[0,2], g[1,0] g[3,0]"
    ), v.proof.loops_text(pairs)
    long = v.proof.number_text(fmpq(10**300 + 1, 7))
    assert long.startswith("~14285714286e289") or "~" in long
    small = v.proof.number_text(-fmpq(1, 3**600))
    assert small.startswith("-~") and abs(float(small[2:].split(" ")[0]) * 3.0**600 - 1) < 1e-9
    assert abs(float(long[1:].split(" ")[0]) / (1e300 / 7) - 1) < 1e-9
    assert v.proof.number_text(fmpq(2) ** 600) == str(2**600)
    # D = 6: g2 pi^-3 is 64 g2/U; the low end of an interval is rounded up, the high end down
    for value, sign, text in ((fmpq(23501, 100), 1, "3.6720313"), (fmpq(23501, 100), -1, "3.6720312")):
        assert v.proof._inwards(value, 6, sign) == text
    # exactly U, known as a ball around 1: its upper end counts
    assert v.proof._inwards(fmpq(64), 6, 1) == "1.0000001"
    span = make("interval", 6, density, interval=(fmpq(23501, 100), fmpq(23501 * 2, 100)), loops=((pairs[5], fmpq(1)),))
    assert "no theory has 3.6720313 U < g2 < 7.3440624 U" in say(span), say(span)
    value = v.proof.g2_in_units_of_u(fmpq(64), 6)
    assert abs(float(value.mid()) - 1) < 1e-30 and wave_norm(0, 4) > 0
