r"""Forward-limit dispersive sum rules in closed form, any D >= 4, any order.

A_k(t) = (1/2) oint (2s+t) M(s,t) / [s(s+t)]^{k/2+1} ds/(2 pi i), k = 2j, is in the infrared a
polynomial in t with Wilson coefficients, and in the ultraviolet the heavy average
A_k(t) = < (2m^2+t)/(m^2+t) P_J(1+2t/m^2) / [m^2(m^2+t)]^j >.  Derivation: docs/theory/sum_rules.md.
A sum rule is named by (j, r): the coefficient [t^r] A_{2j}, of Mandelstam order n = 2j + r.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import comb
from typing import Any

from flint import fmpq, fmpq_poly, fmpz

from positivity.amplitudes.partial_waves import forward_taylor
from positivity.questions.couplings import Combination, Coupling, couplings_of_order, order_of

SumRule = tuple[int, int]
Functional = dict[SumRule, fmpq]


@lru_cache(maxsize=64)
def _forward_taylor(count: int, dimension: int) -> tuple[fmpq_poly, ...]:
    return tuple(forward_taylor(count, dimension))


@lru_cache(maxsize=8192)
def heavy_kernel(j: int, r: int, dimension: int) -> fmpq_poly:
    """h_{j,r}(X) with [t^r] A_{2j} = < h_{j,r}(X) / m^{2n} >, n = 2j + r; degree r in X.

    h_{j,r} = sum_i (-1)^i [C(j+i-1,i) + C(j+i,i)] p_{r-i}(X): the product of P_J with
    (2+z)(1+z)^{-j-1} = (1+z)^{-j} + (1+z)^{-j-1}, z = t/m^2 (derived here, docs/theory/sum_rules.md).
    """
    waves = _forward_taylor(r + 1, dimension)
    total = fmpq_poly([0])
    for i in range(r + 1):
        weight = comb(j + i - 1, i) + comb(j + i, i)
        total += waves[r - i] * (-weight if i % 2 else weight)
    return total


def ir_side(j: int, r: int) -> Combination:
    """[t^r] A_{2j} at tree level as {(p, q): coefficient}: sum 2^p (-1)^q C(p, j-q) g_{pq}.

    With w = s(s+t): s^2+t^2+u^2 = 2(w+t^2), stu = -tw and A_{2j}(t) = [w^j] M.
    """
    side: Combination = {}
    for p, q in couplings_of_order(2 * j + r):
        if 0 <= j - q <= p:
            side[p, q] = fmpq((-1) ** q * 2**p * comb(p, j - q))
    return side


@lru_cache(maxsize=2048)
def _coupling_functional(coupling: Coupling) -> tuple[tuple[SumRule, fmpq], ...]:
    n = order_of(coupling)
    j = sum(coupling)
    side = ir_side(j, n - 2 * j)
    functional: Functional = {(j, n - 2 * j): fmpq(1)}
    for lower, value in side.items():
        if lower != coupling:
            add_to(functional, dict(_coupling_functional(lower)), -value)
    return tuple((rule, c / side[coupling]) for rule, c in functional.items())


def coupling_functional(coupling: Coupling) -> Functional:
    """The combination of sum rules whose infrared side is g_{pq} alone.

    The rows j = p + q = (n-q)/2 are triangular in q, so the solution is unique within them.
    """
    return dict(_coupling_functional(coupling))


def add_to(total: Functional, other: Functional, factor: fmpq) -> None:
    """total += factor * other, in place."""
    for rule, value in other.items():
        total[rule] = total.get(rule, fmpq(0)) + factor * value


def combination_functional(combination: Combination) -> Functional:
    """The combination of sum rules whose infrared side is the given sum of couplings."""
    total: Functional = {}
    for coupling, value in combination.items():
        add_to(total, coupling_functional(coupling), value)
    return total


def functional_ir(functional: Functional) -> Combination:
    """Infrared side of a functional, zero terms dropped: {} for a null constraint."""
    total: Combination = {}
    for (j, r), value in functional.items():
        for coupling, c in ir_side(j, r).items():
            total[coupling] = total.get(coupling, fmpq(0)) + value * c
    return {c: v for c, v in total.items() if v != 0}


def functional_kernel(functional: Functional, dimension: int) -> dict[int, fmpq_poly]:
    """Ultraviolet side of a functional as {n: polynomial in X}, meaning <sum_n poly_n(X)/m^{2n}>."""
    kernel: dict[int, fmpq_poly] = {}
    for (j, r), value in functional.items():
        n = 2 * j + r
        kernel[n] = kernel.get(n, fmpq_poly([0])) + heavy_kernel(j, r, dimension) * value
    return {n: poly for n, poly in kernel.items() if poly != 0}


def coupling_kernel(coupling: Coupling, dimension: int) -> fmpq_poly:
    """P_{pq}(X) with g_{pq} = < P_{pq}(X) / m^{2n} >."""
    kernel = functional_kernel(coupling_functional(coupling), dimension)
    return kernel[order_of(coupling)]


def functional_of(data: Mapping[str, Any]) -> Functional:
    """The functional of a certificate document, the inverse of `document`."""
    return {(rule["k"] // 2, rule["power"]): fmpq(*_parts(rule["coefficient"])) for rule in data["sum_rules"]}


def claim_of(data: Mapping[str, Any]) -> Combination:
    """The claim of a certificate document: sum coefficient * g_{pq} >= 0."""
    return {(c["coupling"][0], c["coupling"][1]): fmpq(*_parts(c["coefficient"])) for c in data["claim"]}


def _parts(text: str) -> tuple[fmpz, fmpz]:
    above, _, below = text.partition("/")
    return fmpz(above), fmpz(below or "1")
