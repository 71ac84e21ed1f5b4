"""Weak-gravity certificates: sums at nodes, norms and the pole against quadrature, forms and false claims refused."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import mpmath
from flint import arb, ctx, fmpq, fmpq_poly

from tests.mutation.battery.common import (
    Check,
    Verifier,
    accepted,
    collector,
    ends,
    exact,
    holds,
    load,
    patched,
    real,
    refused,
)
from tests.mutation.battery.cutoff_quadrature import NAME, node_sum, phi, points, replaced, spline
from tests.mutation.battery.gravity import Fraction_to

CHECKS: list[Check] = []
check = collector(CHECKS)


@check("cutoff.py")
def cells_together(v: Verifier) -> None:
    """Cells are enclosed together while they are narrow against x and against the distance of q x to 1."""
    nodes = [fmpq(1, 2), fmpq(33, 64), fmpq(17, 32), fmpq(34, 64) + fmpq(1, 1000), fmpq(1)]
    assert v.cutoff._group(nodes, 0, fmpq(1, 2)) == fmpq(17, 32)
    assert v.cutoff._group(nodes, 3, fmpq(1, 2)) == 1
    steep = [fmpq(1) - fmpq(k, 1600) for k in (4, 2, 1, 0)]
    assert v.cutoff._group(steep, 0, fmpq(24, 25)) == 1
    assert v.cutoff._group(steep, 0, fmpq(49, 50)) == steep[1]
    assert v.cutoff._group(steep, 0, 1 - fmpq(1, 20) - fmpq(1, 2000)) == 1


@check("cutoff.py", "cutoff_document.py")
def pole_and_contacts(v: Verifier) -> None:
    certificate = v.cutoff_document.read_certificate(load(NAME))
    pieces = certificate.pieces
    with mpmath.workdps(35), ctx.workprec(120):
        assert pieces[-1] == 0 and len(pieces) == len(certificate.breaks)
        for piece, (_, _, coefficients) in zip(pieces[:-1], spline(load(NAME)), strict=True):
            assert [exact(piece[k]) for k in range(4)] == coefficients
        pole = sum(w * g / q for q, w, g, _, _ in points(5)) / 2
        holds(v.cutoff._pole(certificate, pieces), pole, 1e-25)
        for power in (0, 1, 3):
            found = v.cutoff._integral(certificate, pieces, fmpq_poly([0] * power + [1]))
            expected = sum(
                (
                    c * (high ** (k + power + 1) - low ** (k + power + 1)) / (k + power + 1)
                    for low, high, line in spline(load(NAME))
                    for k, c in enumerate(line)
                ),
                Fraction(0),
            )
            assert exact(found) == expected and (power or expected == 0)


NORMS = {
    "_plain": lambda q, x, g, s, c: g * phi(q * x),
    "_curvature": lambda q, x, g, s, c: (g - q * s + q * q * c) * phi(q * x),
    # d/dq [q (1-qx) d/dq (g phi)] by the product rule in y = qx
    "_casimir": lambda q, x, g, s, c: operator_on(q, x, g, s, c),
}


def operator_on(q: Any, x: Any, g: Any, slope: Any, curve: Any) -> Any:
    """q (1-y) u'' + (1-2y) u', u = g phi, from the derivatives of phi."""
    y = q * x
    first = x * (3 - y) / (1 - y) ** 3
    second = x * x * (-(1 - y) + 3 * (3 - y)) / (1 - y) ** 4
    slope_u = slope * phi(y) + g * first
    curve_u = curve * phi(y) + 2 * slope * first + g * second
    return q * (1 - y) * curve_u + (1 - 2 * y) * slope_u


@check("cutoff.py")
def norms(v: Verifier) -> None:
    """Over a cell of x each norm is above the largest inside, and just above it in a narrow cell."""
    certificate = v.cutoff_document.read_certificate(load(NAME))
    with mpmath.workdps(30), ctx.workprec(80):
        boxes = v.cutoff._boxes(certificate, certificate.pieces)
        for name, integrand in NORMS.items():
            for low, high, loose in (
                (Fraction(1, 2), Fraction(1, 2), 0.35),
                (Fraction(1, 2), Fraction(11, 20), 2),
                (Fraction(0), Fraction(1, 20), 2),
            ):
                cell = Fraction_to(low), Fraction_to(high)
                found = ends(v.cutoff._norms(boxes, cell, getattr(v.cutoff, name))[0])[1]
                values = [
                    sum(w * integrand(q, real(x), g, s, c) ** 2 for q, w, g, s, c in points(4))
                    for x in (low, (low + high) / 2, high)
                ]
                assert max(values) <= found <= max(values) * (1 + loose), (name, low, float(max(values)), float(found))


@check("cutoff.py")
def ranges_of_norms(v: Verifier) -> None:
    """The integrand is asked for all x of the cell and all y = q x of the box, squared, times the width."""
    box = v.cutoff._Box(fmpq(1, 3), fmpq(2, 5), arb(0), arb(3), arb(0), arb(0), arb(0))
    asked: list[Any] = []

    def integrand(box: Any, x: Any, y: Any) -> Any:
        asked.append((x, y))
        return arb(-2, 0.5)

    found = v.cutoff._norms([box, box], (fmpq(1, 5), fmpq(1, 2)), integrand, lambda box, x, y: arb(1))
    assert all(abs(float(one.mid()) - two) < 1e-6 for one, two in zip(found, (2 * 3 * 2.5**2, 6), strict=True))
    for ball, low, high in ((asked[0][0], 1 / 5, 1 / 2), (asked[0][1], 1 / 15, 1 / 5)):
        bottom, roof = (float(end.mid()) for end in (ball.lower(), ball.upper()))
        assert abs(bottom - low) < 1e-8 and abs(roof - high) < 1e-8


@check("cutoff.py")
def norms_as_defined(v: Verifier) -> None:
    """On a box without width the integrands are their definitions."""
    q, x, g, s, c = Fraction(1, 4), Fraction(2, 3), Fraction(3, 7), Fraction(-2, 5), Fraction(11, 9)
    numbers = [Fraction_to(n) for n in (q, x, g, s, c)]
    with mpmath.workdps(40), ctx.workprec(160):
        box = v.cutoff._Box(numbers[0], numbers[0], arb(numbers[0]), arb(1), *(arb(n) for n in numbers[2:]))
        for name, integrand in NORMS.items():
            found = getattr(v.cutoff, name)(box, arb(numbers[1]), arb(Fraction_to(q * x)))
            holds(found, integrand(*(real(n) for n in (q, x, g, s, c))), 1e-35)


@check("cutoff.py")
def norms_on_a_wide_box(v: Verifier) -> None:
    """A box with y = 0.65 +- 0.25: (1-y)^3 in balls holds zero, the norms are finite all the same."""
    y, one = arb(0.65, 0.25), arb(1)
    box = v.cutoff._Box(fmpq(1, 2), fmpq(1, 2), one, one, one, one, one)
    assert ((1 - y) ** 3).contains(0)
    for name in NORMS:
        found = getattr(v.cutoff, name)(box, one, y)
        assert found.is_finite()
        for place in (0.4, 0.65, 0.9):
            assert found.contains(getattr(v.cutoff, name)(box, one, arb(place)))


@check("cutoff.py")
def boxes_cover_the_support(v: Verifier) -> None:
    """Small intervals without gaps, g and its derivatives enclosed on each, tightly."""
    certificate = v.cutoff_document.read_certificate(load(NAME))
    with mpmath.workdps(30), ctx.workprec(80):
        boxes = v.cutoff._boxes(certificate, certificate.pieces)
        assert boxes[0].low == certificate.breaks[0] and boxes[-1].high == certificate.breaks[-1]
        assert all(a.high == b.low for a, b in itertools.pairwise(boxes)) and len(boxes) >= 16 * (
            len(certificate.breaks) - 1
        )
        lines = spline(load(NAME))
        for box in boxes:
            holds(box.width, real(box.high - box.low), 1e-20)
            for share in (0, mpmath.mpf(1) / 2, 1):
                q = real(box.low) + real(box.high - box.low) * share
                line = next(
                    c
                    for low, high, c in lines
                    if real(low) - 1e-20 <= q <= real(high) + 1e-20 and low <= exact(box.low) < high
                )
                reach = [real(n) for n in line]
                exactly = (
                    q,
                    sum(n * q**k for k, n in enumerate(reach)),
                    sum(k * n * q ** (k - 1) for k, n in enumerate(reach) if k),
                    sum(k * (k - 1) * n * q ** (k - 2) for k, n in enumerate(reach) if k > 1),
                )
                for ball, value in zip((box.q, box.g, box.slope, box.curve), exactly, strict=True):
                    low, high = ends(ball)
                    assert low - 1e-18 <= value <= high + 1e-18
            size = real(box.high - box.low)
            most = [
                sum(abs(n) * k for k, n in enumerate(reach)),
                sum(abs(n) * k * k for k, n in enumerate(reach)),
                6 * abs(reach[3]),
            ]
            for ball, steep in zip((box.g, box.slope, box.curve), most, strict=True):
                assert ends(ball)[1] - ends(ball)[0] <= 1.3 * size * steep + 1e-15


@check("cutoff.py")
def below_the_first_node(v: Verifier) -> None:
    """x sqrt((1+3/a)/(2a)) (a plain + casimir x...)/4 with a = c/x, as derived, and above the sum of many spins."""
    certificate = v.cutoff_document.read_certificate(load(NAME))
    with mpmath.workdps(30), ctx.workprec(80):
        boxes = v.cutoff._boxes(certificate, certificate.pieces)
        first = Fraction(1, 50)
        cell = fmpq(0), Fraction_to(first)
        plain, casimir = (
            mpmath.sqrt(ends(v.cutoff._norms(boxes, cell, getattr(v.cutoff, n))[0])[1]) for n in ("_plain", "_casimir")
        )
        c, x = casimir / plain, real(first)
        # sum (2J+1)|K_J| <= sqrt(sum (2J+1)/(a+J(J+1))^2) sqrt(Parseval of (a + J(J+1)) K), a = c/x
        expected = x * mpmath.sqrt((1 + 3 * x / c) / (2 * c)) * (c * plain + casimir) / 4
        found = ends(v.cutoff._below(boxes, Fraction_to(first)))[1]
        assert expected * (1 - 1e-12) <= found <= expected * (1 + 1e-12)
        direct = sum(node_sum(first * Fraction(k, 2), 20) * mpmath.mpf(1) / k for k in (1, 2))
        assert direct / 2 < found
        kept = v.cutoff._casimir
        with patched(v.cutoff, _casimir=lambda box, x, y: v.cutoff._plain(box, x, y) * arb(0.119)):
            try:
                v.cutoff._below(boxes, Fraction_to(first))
            except v.Refused:
                pass
            else:
                raise AssertionError("a first node too large for the bound was taken")
        with patched(v.cutoff, _casimir=lambda box, x, y: v.cutoff._plain(box, x, y) * arb(0.121)):
            v.cutoff._below(boxes, Fraction_to(first))
        assert kept is v.cutoff._casimir


@check("cutoff.py")
def the_four_parts(v: Verifier) -> None:
    """32/pole times trapezia, h^3/12 curvature, spins above the last and what lies below, summed as derived."""
    data = load(NAME)
    certificate = v.cutoff_document.read_certificate(data)
    module = v.cutoff
    last = certificate.last_spin
    values = {"_curvature": 7.0, "_casimir": 3.0}

    def norms(boxes: Any, cell: Any, *integrands: Any) -> Any:
        return [arb(values[one.__name__] * float(exact(cell[1]))) for one in integrands]

    def one(choice: str) -> float:
        pieces = {
            "node_sums": lambda some: [arb(0)] * len(some.nodes),
            "_below": lambda *_: arb(0),
            "_norms": lambda *_: (arb(0), arb(0)),
        }
        chosen = {
            "sums": ("node_sums", lambda some: [arb(float(exact(x))) for x in some.nodes]),
            "below": ("_below", lambda *_: arb(5)),
            "norms": ("_norms", norms),
        }[choice]
        with patched(module, **{**pieces, chosen[0]: chosen[1]}):
            return float(module.upper_bound(certificate).mid())

    pole = float(ends(module._pole(certificate, certificate.pieces))[0])
    nodes = [float(exact(x)) for x in certificate.nodes]
    steps = [(a, b, float(mpmath.log(b / a))) for a, b in itertools.pairwise(nodes)]
    trapezia = sum(h * (a + b) / 2 for a, b, h in steps)
    assert abs(one("sums") / (32 * trapezia / pole) - 1) < 1e-12
    assert abs(one("below") / (32 * 5 / pole) - 1) < 1e-12
    total = 0.0
    for _, b, h in steps:
        end = b
        # sum over even J <= J* of (2J+1) = (J*+1)(J*+2)/2, and Parseval x^3/4 int (g - q g' + q^2 g'')^2 phi^2
        total += h**3 / 12 * ((last + 1) * (last + 2) / 2 * b**3 / 4 * 7 * end) ** 0.5 / 2
        # J > J*: sum (2J+1)/(J(J+1))^2 over even spins <= 1/(2 (J*+1)^2); x/4 int casimir^2, half of it for x <= 1/2
        share = 0.5 if b <= 0.5 else 1.0
        total += h / (2**0.5 * (last + 1)) * (share * b / 4 * 3 * end) ** 0.5 / 2
    assert abs(one("norms") / (32 * total / pole) - 1) < 1e-12
    kept = ctx.prec
    module.upper_bound(certificate)
    assert ctx.prec == kept
    # what a node is known to is counted at its upper end, and the answer is a number
    with patched(
        module,
        node_sums=lambda some: [arb(1, 0.5)] * len(some.nodes),
        _below=lambda *_: arb(0),
        _norms=lambda *_: (arb(0), arb(0)),
    ):
        wide = module.upper_bound(certificate)
    assert wide.is_exact() and abs(float(wide.mid()) / (32 * 1.5 * sum(h for _, _, h in steps) / pole) - 1) < 1e-6
    for low, high in ((Fraction(1, 3), Fraction(2, 3)), (Fraction(1, 7), Fraction(3, 11))):
        hull = module._hull(Fraction_to(low), Fraction_to(high))
        assert hull.lower() <= arb(Fraction_to(low)).upper() and hull.upper() >= arb(Fraction_to(high)).lower()


@check("cutoff.py")
def norms_of_cells_together(v: Verifier) -> None:
    """Cells that are enclosed together use the norms of the range from the first of them to the last, others theirs."""
    nodes = [fmpq(1, 10), fmpq(1, 2), fmpq(33, 64), fmpq(17, 32), fmpq(3, 4)]
    some = replaced(v, v.cutoff_document.read_certificate(load(NAME)), nodes=nodes)
    asked: list[Any] = []

    def norms(boxes: Any, cell: Any, *integrands: Any) -> Any:
        asked.append(cell)
        return [arb(0), arb(4) ** len(asked)]

    zeros = {"node_sums": lambda some: [arb(0)] * len(some.nodes), "_below": lambda *_: arb(0)}
    with patched(v.cutoff, _norms=norms, **zeros):
        found = float(v.cutoff.upper_bound(some).mid())
    assert asked == [(nodes[0], nodes[1]), (nodes[1], nodes[3]), (nodes[3], nodes[4])]
    pole = float(ends(v.cutoff._pole(some, some.pieces))[0])
    total = 0.0
    for (a, b), power in zip(itertools.pairwise(float(exact(x)) for x in nodes), (1, 2, 2, 3), strict=True):
        share = 0.5 if b <= 0.5 else 1.0
        total += float(mpmath.log(b / a)) / (2**0.5 * (some.last_spin + 1)) * (share * b / 4) ** 0.5 * 2**power / 2
    assert abs(found / (32 * total / pole) - 1) < 1e-12


@check("cutoff.py", "cutoff_document.py")
def share_of_even_spins(v: Verifier) -> None:
    """Half of Parseval's sum for cells that end at x = 1/2 or below, all of it beyond."""
    certificate = v.cutoff_document.read_certificate(load(NAME))
    found = {}
    for high in (Fraction(499, 1000), Fraction(1, 2), Fraction(501, 1000)):
        some = replaced(v, certificate, nodes=[fmpq(1, 10), Fraction_to(high)])
        with patched(
            v.cutoff,
            node_sums=lambda some: [arb(0)] * len(some.nodes),
            _below=lambda *_: arb(0),
            _norms=lambda *_: (arb(0), arb(1)),
        ):
            found[high] = (
                float(v.cutoff.upper_bound(some).mid()) / float(mpmath.log(10 * float(high))) / float(high) ** 0.5
            )
    a, b, c = found.values()
    assert abs(a / b - 1) < 1e-9 and abs(c / b / 2**0.5 - 1) < 1e-9


@check("cutoff.py", "cutoff_document.py")
def claims_of_cutoffs(v: Verifier) -> None:
    """The genuine bound is proved, one part in 10^5 less is not; what the text says; other conditions of the claim."""
    data = load(NAME)
    text = accepted(v, data)
    for part in ("8piG Lambda^2 <= 255.16 for D=4, 0 <= rho_J <= 2", "c_0 with any c", "0.2 <= p and p^2 <= 0.36"):
        assert part in text, text
    certificate = v.cutoff_document.read_certificate(data)
    proved = v.cutoff.upper_bound(certificate)
    above = str(exact(Fraction_to(Fraction(float(proved.mid())))) * Fraction(10**13 + 1, 10**13))
    below = str(exact(Fraction_to(Fraction(float(proved.mid())))) * Fraction(10**13 - 10, 10**13))
    for endless in ("nan", "inf"):
        with patched(v.cutoff, _upper_bound=lambda _, value=endless: arb(value)):
            refused(v, data, "too wide")
    with patched(v.cutoff, _upper_bound=lambda _: proved):
        accepted(v, {**data, "bound": above})
        refused(v, {**data, "bound": below}, "weaker")
        for power, change in ((0, "beta"), (1, "alpha"), (2, "beta")):
            del power
            line = list(data[change])
            line[0] = str(Fraction(line[0]) + Fraction(1, 10**30))
            refused(v, {**data, change: line}, "vanish")
        refused(v, {**data, "contacts": 2}, "p^2 is not eliminated")
        accepted(v, {**data, "contacts": 0})
        lines = {n: [str(2 * Fraction(t)) for t in data[n]] for n in ("alpha", "beta")}
        accepted(v, {**data, **lines})
        # a bump on the last interval keeps g = 0 beyond but not int f
        refused(v, {**data, **with_bump(data)}, "not eliminated")
    negative = {n: [str(-Fraction(t)) for t in data[n]] for n in ("alpha", "beta")}
    refused(v, {**data, **negative}, "not positive")


def with_bump(data: dict[str, Any]) -> dict[str, Any]:
    """q^2-splines added so that g still vanishes beyond: a third-order difference of (q-q_i)^2_+ on four breaks."""
    breaks = [Fraction(t) for t in data["breaks"]][-4:]
    size = Fraction(1, 10**20)
    alpha = [Fraction(t) for t in data["alpha"]]
    for i, q in enumerate(breaks):
        product = Fraction(1)
        for k, other in enumerate(breaks):
            if k != i:
                product *= q - other
        alpha[len(alpha) - 4 + i] += size / product
    return {"alpha": [str(a) for a in alpha]}


@check("cutoff_document.py", "cutoff.py")
def forms_of_cutoffs(v: Verifier) -> None:
    data = load(NAME)
    low = data["breaks"][0]
    for change, reason in (
        ({"note": 1}, "keys"),
        ({"breaks": "x"}, "list"),
        ({"breaks": "123"}, "list"),
        ({"nodes": ["1"]}, "list"),
        ({"nodes": ["1/2"] * 5001}, "list"),
        ({"beta": data["beta"][:-1]}, "length"),
        ({"alpha": data["alpha"][:-1]}, "length"),
        ({"alpha": data["alpha"][:-1], "beta": data["beta"][:-1]}, "length"),
        ({"breaks": [low, *data["breaks"][:-1]]}, "increase"),
        ({"nodes": [data["nodes"][0], *data["nodes"]]}, "increase"),
        ({"nodes": ["3/2" if t == "1" else t for t in data["nodes"]]}, "end at 1"),
        ({"nodes": data["nodes"][:-1]}, "end at 1"),
        ({"nodes": ["0", *data["nodes"]]}, "0 < x"),
        ({"nodes": ["-1", *data["nodes"]]}, "0 < x"),
        ({"p_min": "0"}, "p_min"),
        ({"p_min": "-1/5"}, "p_min"),
        ({"p_min": "200000001/1000000000"}, "p_min"),
        ({"breaks": [*data["breaks"][:-1], "1"]}, "q < 1"),
        ({"contacts": -1}, "outside"),
        ({"contacts": 21}, "outside"),
        ({"last_spin": 0}, "outside"),
        ({"last_spin": 21}, "odd"),
        ({"last_spin": 4002}, "outside"),
        ({"last_spin": 4001}, "outside"),
        ({"bound": "nan"}, "rational"),
        ({"p_min": 0.2}, "rational"),
        ({"last_spin": 1}, "outside"),
        ({"nodes": [*data["nodes"], "2"]}, "end at 1"),
    ):
        refused(v, {**data, **change}, reason)
    refused(v, {k: c for k, c in data.items() if k != "bound"}, "keys")
    for change in ({"contacts": 20}, {"last_spin": 4000}, {"last_spin": 2}, {"p_min": "1/10"}, {"contacts": 0}):
        v.cutoff_document.read_certificate({**data, **change})
    v.cutoff_document.read_certificate({**data, "nodes": ["1/2", "1"]})
    nodes = [f"{k}/5000" for k in range(1, 5001)]
    v.cutoff_document.read_certificate({**data, "nodes": nodes})
