r"""Certificates of the weak-gravity bound: a spline with exact coefficients whose cost the verifier encloses in balls.

The functional is found by the linear program of `weak_gravity_program` with f(p) = p g(p^2), g a cubic spline with
double zeros at both ends and support in [p_min, top], top < 1; its coefficients are rounded to rationals and the
contact integrals restored exactly.  Any such f gives a true bound; `solvers.verify.cutoff` proves its value.
Derived in docs/theory/weak_gravity.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from flint import arb, fmpq, fmpq_mat, fmpq_poly

from positivity.answers.limits import within
from positivity.questions.errors import InputError, known_keywords, whole_number
from positivity.questions.numbers import parse_rational
from positivity.sum_rules.cutoff_rules import cutoff_problem
from positivity.sum_rules.spline_rows import CutoffGrid, Rows
from positivity.sum_rules.splines import DEGREE, Splines
from solvers.verify.cutoff import upper_bound
from solvers.verify.cutoff_document import SCHEMA, read_certificate

_DIGITS = 10**12
_FIRST_NODE = 1 / 400


@known_keywords
def certify_cutoff(
    p_min: object, contacts: int = 1, *, functions: int = 22, last_spin: int = 800, nodes: int = 260,
    top: str = "0.985", time_limit: float | None = None,
) -> dict[str, Any]:  # fmt: skip
    """A certificate that 8piG Lambda^2 <= bound for A_2 with `contacts` free contact terms, as a JSON-ready dictionary.

    p_min: smallest momentum transfer over the cutoff.  functions: splines.  last_spin, nodes: of the verifier's
    enclosure; larger values make it tighter.  top: end of the support of f, below 1.  The bound is the proved upper
    end rounded up to 5 digits; about six seconds of processor time.  time_limit: seconds.  Raises InputError for a
    bad question, and when the time is over.
    """
    problem = cutoff_problem(p_min, contacts=contacts)
    low, high = parse_rational(p_min, "p_min"), parse_rational(top, "top")
    if not low < high < 1:
        raise InputError(f"top {top}: the support of f must end between p-min and 1")
    functions, nodes = whole_number(functions, "functions", 6, 60), whole_number(nodes, "nodes", 10, 4000)
    last_spin, contacts = whole_number(last_spin, "last_spin", 20, 4000), int(contacts)
    with within(time_limit):
        return _certified(problem, low, high, functions, contacts, last_spin, nodes)


def _certified(
    problem: Any, low: fmpq, high: fmpq, functions: int, contacts: int, last_spin: int, nodes: int
) -> dict[str, Any]:
    knots = _knots(low, high, functions)
    coefficients = _functional(problem, knots, functions)
    basis = _basis(knots)
    exact = _exact_contacts(coefficients, basis, knots, contacts)
    alpha, beta = _jumps(exact, basis, knots)
    places = _nodes(nodes, knots, alpha, beta)
    data = {
        "schema": SCHEMA, "p_min": str(low), "contacts": contacts, "breaks": [str(q) for q in knots],
        "alpha": [str(a) for a in alpha], "beta": [str(b) for b in beta], "nodes": [str(x) for x in places],
        "last_spin": last_spin // 2 * 2, "bound": "1",
    }  # fmt: skip
    proved = upper_bound(read_certificate(data))
    return {**data, "bound": _rounded_up(proved)}


def _knots(low: fmpq, high: fmpq, functions: int) -> list[fmpq]:
    """Breaks in q = p^2, geometric, as short rationals."""
    intervals = functions + 4 - DEGREE
    ends = [_float(v) for v in (low, high)]
    inner = np.geomspace(ends[0] ** 2, ends[1] ** 2, intervals + 1)[1:-1]
    return [low**2, *(fmpq(round(q * 10**7), 10**7) for q in inner), high**2]


def _functional(problem: Any, knots: list[fmpq], functions: int) -> np.ndarray:
    from positivity.programs import cells as program

    breaks = np.sqrt([_float(q) for q in knots])
    rows = Rows(Splines(breaks, squared=True))
    side = program.infrared_of(rows, problem)
    solution = program.solve(rows, side, CutoffGrid())
    if solution.status != "optimal" or rows.splines.count != functions:
        raise InputError(f"the linear program is {solution.status}: {program.remedy(solution.status)}")
    return program.project(solution.multipliers, side)


def _basis(knots: list[fmpq]) -> list[list[fmpq_poly]]:
    """B-splines with a double zero at both ends, exact: per function its polynomial on every interval (Cox-de Boor)."""
    t = [knots[0]] * DEGREE + knots + [knots[-1]] * DEGREE
    intervals = len(knots) - 1
    level = [
        [fmpq_poly([1]) if i - DEGREE == k else fmpq_poly([0]) for k in range(intervals)] for i in range(len(t) - 1)
    ]
    for d in range(1, DEGREE + 1):
        following = []
        for i in range(len(t) - 1 - d):
            row = []
            for k in range(intervals):
                total = fmpq_poly([0])
                if t[i + d] != t[i]:
                    total += level[i][k] * fmpq_poly([-t[i], 1]) / (t[i + d] - t[i])
                if t[i + d + 1] != t[i + 1]:
                    total += level[i + 1][k] * fmpq_poly([t[i + d + 1], -1]) / (t[i + d + 1] - t[i + 1])
                row.append(total)
            following.append(row)
        level = following
    return level[2:-2]


def _exact_contacts(
    coefficients: np.ndarray, basis: list[list[fmpq_poly]], knots: list[fmpq], contacts: int
) -> list[fmpq]:
    """Rational coefficients with int f p^(2i) dp = 0 exactly, i < contacts: as many of them are solved for."""
    scale = float(np.abs(coefficients).max())
    exact = [fmpq(round(c / scale * _DIGITS), _DIGITS) for c in coefficients]
    if contacts == 0:
        return exact
    moments = [[_moment(row, knots, i) for i in range(contacts)] for row in basis]
    places = [round((k + 0.5) * len(exact) / contacts - 0.5) for k in range(contacts)]
    missing = [sum((c * m[i] for c, m in zip(exact, moments, strict=True)), fmpq(0)) for i in range(contacts)]
    matrix = fmpq_mat([[moments[n][i] for n in places] for i in range(contacts)])
    change = matrix.solve(fmpq_mat([[-value] for value in missing]))
    for k, n in enumerate(places):
        exact[n] += change[k, 0]
    return exact


def _moment(row: list[fmpq_poly], knots: list[fmpq], power: int) -> fmpq:
    total = fmpq(0)
    for low, high, piece in zip(knots[:-1], knots[1:], row, strict=True):
        primitive = (piece * fmpq_poly([0] * power + [1])).integral()
        total += primitive(high) - primitive(low)
    return total


def _jumps(exact: list[fmpq], basis: list[list[fmpq_poly]], knots: list[fmpq]) -> tuple[list[fmpq], list[fmpq]]:
    """alpha_i, beta_i: g changes by alpha_i (q-q_i)^2 + beta_i (q-q_i)^3 at every break."""
    pieces = [
        sum((row[k] * c for c, row in zip(exact, basis, strict=True)), fmpq_poly([0])) for k in range(len(knots) - 1)
    ]
    alpha, beta, before = [], [], fmpq_poly([0])
    for q, piece in zip(knots, [*pieces, fmpq_poly([0])], strict=True):
        jump = (piece - before)(fmpq_poly([q, 1]))
        assert jump[0] == 0 and jump[1] == 0
        alpha.append(jump[2])
        beta.append(jump[3])
        before = piece
    return alpha, beta


def _nodes(count: int, knots: list[fmpq], alpha: list[fmpq], beta: list[fmpq]) -> list[fmpq]:
    """Increasing nodes in x up to 1; their density is the cube root of the second derivative that the verifier bounds.

    That is the choice with the smallest sum of h^3 times the second derivative.
    """
    q, weights = _quadrature(knots)
    g, slope, curve = np.zeros_like(q), np.zeros_like(q), np.zeros_like(q)
    for place, a, b in zip(*(map(_float, values) for values in (knots, alpha, beta)), strict=True):
        step = np.maximum(q - place, 0)
        g += a * step**2 + b * step**3
        slope += 2 * a * step + 3 * b * step**2
        curve += np.where(q > place, 2 * a, 0) + 6 * b * step
    u = np.concatenate([np.linspace(np.log(_FIRST_NODE), -0.1, 400), -np.geomspace(0.099, 1e-5, 200)])
    y = q * np.exp(u)[:, None]
    second = (g - q * slope + q**2 * curve) * (2 - y) / (1 - y) ** 2
    density = (np.exp(1.5 * u) * np.sqrt(second**2 @ weights)) ** (1 / 3)
    total = np.concatenate([[0.0], np.cumsum(np.diff(u) * (density[1:] + density[:-1]) / 2)])
    places = np.interp(np.linspace(0, total[-1], count + 1)[:-1], total, u)
    return [*(fmpq(round(float(np.exp(v)) * 10**9), 10**9) for v in places), fmpq(1)]


def _quadrature(knots: list[fmpq]) -> tuple[np.ndarray, np.ndarray]:
    t, w = np.polynomial.legendre.leggauss(12)
    edges = np.array([_float(q) for q in knots])
    half = np.diff(edges)[:, None] / 2
    return (edges[:-1, None] + half * (1 + t)).ravel(), (half * w).ravel()


def _float(value: fmpq) -> float:
    return float(int(value.p)) / float(int(value.q))


def _rounded_up(ball: arb) -> str:
    """A decimal rational not below the ball, 5 digits."""
    value = float(ball.upper())
    if not np.isfinite(value):
        raise InputError("the enclosure is not finite: raise nodes, or lower top")
    power = 10 ** max(0, 4 - int(np.floor(np.log10(value))))
    return str(fmpq(int(np.ceil(value * power * (1 + 1e-12))), power))
