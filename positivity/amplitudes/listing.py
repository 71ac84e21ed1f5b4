"""The one-loop amplitude of one dimension as text, LaTeX or JSON."""

from __future__ import annotations

import json
from math import lcm
from typing import Any

from flint import fmpq

from positivity.amplitudes.one_loop import LoopTerm, loop_term, running
from positivity.questions.couplings import Coupling, coupling_latex, coupling_name, order_of, rational_latex
from positivity.questions.loops import loop_pairs, pair_text

AMPLITUDE_SCHEMA = "eft-positivity/amplitude/1"


def render(order: int, dimension: int, form: str = "text") -> str:
    """All pairs of couplings with total order up to `order`; form: "text", "latex" or "json".

    Raises InputError for a bad order or dimension.
    """
    terms = [loop_term(*pair, dimension) for pair in loop_pairs(order)]
    if form == "json":
        return json.dumps(_data(terms, order, dimension), indent=1)
    return _latex(terms, dimension) if form == "latex" else _text(terms, order, dimension)


def _data(terms: list[LoopTerm], order: int, dimension: int) -> dict[str, Any]:
    discontinuity, flow = [], []
    for term in terms:
        names = [coupling_name(c) for c in term.couplings]
        low = term.polynomial.degree() <= 1
        a, b = term.in_s_and_t2_u2() if low else (None, None)
        discontinuity.append(
            {
                "couplings": names,
                "A": str(a) if low else None,
                "B": str(b) if low else None,
                "pi_power": term.pi_power,
                "s_power": str(term.power - 2),
                "polynomial_in_v": [str(c) for c in term.polynomial.coeffs()],
            }
        )
        flow += [
            {"coupling": coupling_name(c), "couplings": names, "coefficient": str(v), "pi_power": term.pi_power - 1}
            for c, v in running(term).items()
        ]
    return {
        "schema": AMPLITUDE_SCHEMA,
        "dimension": dimension,
        "order": order,
        "meaning": "Im_s M = pi^pi_power g_a g_b s^s_power [A s^2 + B (t^2+u^2)] "
        "= pi^pi_power g_a g_b s^(s_power+2) sum_i polynomial_in_v[i] v^i, v = -t u/s^2",
        "discontinuity": discontinuity,
        "running": flow,
    }


def _text(terms: list[LoopTerm], order: int, dimension: int) -> str:
    dressing = "-(1/pi) log(-s)" if dimension % 2 == 0 else "-sqrt(-s)/sqrt(s)"
    lines = [
        f"D={dimension}, one loop, massless scalar, pairs of total order <= {order}; couplings at mu = M = 1",
        f"M_1loop = {dressing} Im_s M + (s <-> t) + (s <-> u), up to polynomials absorbed in the couplings",
        "",
        "discontinuity  Im_s M =",
        *(f"  + {pair_text(t.couplings)} {_body(t, False)}" for t in terms),
        "",
        "running" if dimension % 2 == 0 else "running: none, odd dimensions have no logarithms",
    ]
    for coupling, pieces in _flow(terms).items():
        total = " ".join(_signed(v, t) for v, t in pieces)
        lines.append(f"  d {coupling_name(coupling)} / d ln mu^2 = {total}")
    return "\n".join(lines)


def _signed(value: fmpq, term: LoopTerm) -> str:
    return f"{'-' if value < 0 else '+'} {abs(value)} {_pi(term.pi_power - 1)} {pair_text(term.couplings)}"


def _flow(terms: list[LoopTerm]) -> dict[Coupling, list[tuple[fmpq, LoopTerm]]]:
    flow: dict[Coupling, list[tuple[fmpq, LoopTerm]]] = {}
    for term in terms:
        for coupling, value in running(term).items():
            flow.setdefault(coupling, []).append((value, term))
    return dict(sorted(flow.items(), key=lambda item: (order_of(item[0]), item[0][1])))


def _pi(power: int, latex: bool = False) -> str:
    return rf"\pi^{{{power}}}" if latex else f"pi^{power}"


def _power_of_s(term: LoopTerm, lowered: int, latex: bool) -> str:
    power = term.power - lowered
    return f"s^{{{power}}}" if latex else (f"s^{power}" if power.q == 1 else f"s^({power})")


def _body(term: LoopTerm, latex: bool) -> str:
    """rational pi^p s^q [a s^2 + b (t^2+u^2)] with integers a, b, or the polynomial in v."""
    low = term.polynomial.degree() <= 1
    parts = list(term.in_s_and_t2_u2()) if low else term.polynomial.coeffs()
    names = ["s^2", "(t^2+u^2)"] if low else ["1", "v", *(f"v^{i}" for i in range(2, len(parts)))]
    common = fmpq(1)
    for part in parts:
        common = fmpq(1, lcm(int(common.q), int(part.q)))
    pieces = []
    for part, name in zip(parts, names, strict=True):
        value = int((part / common).p)
        if value:
            size = "" if abs(value) == 1 and name != "1" else str(abs(value))
            shown = "" if name == "1" else name
            gap = "" if latex or not size or not shown else " "
            pieces.append(f"{'-' if value < 0 else '+'} {size}{gap}{shown}")
    inner = " ".join(pieces).removeprefix("+ ")
    front = rational_latex(common) if latex else str(common)
    tail = "" if low else (r",\ v=-tu/s^2" if latex else "   v = -t u/s^2")
    return f"{front} {_pi(term.pi_power, latex)} {_power_of_s(term, 2 if low else 0, latex)} [{inner}]{tail}"


def _latex(terms: list[LoopTerm], dimension: int) -> str:
    dressing = r"-\frac{1}{\pi}\log(-s)" if dimension % 2 == 0 else r"-\frac{\sqrt{-s}}{\sqrt{s}}"
    rows = [rf"  \mathrm{{Im}}_s\mathcal{{M}} &\supset {_product(t)}\,{_body(t, True)}" for t in terms]
    for coupling, pieces in _flow(terms).items():
        total = " ".join(
            f"{'-' if v < 0 else '+'} {rational_latex(abs(v))}{_pi(t.pi_power - 1, True)}{_product(t)}"
            for v, t in pieces
        )
        rows.append(rf"  \frac{{d {coupling_latex(coupling)}}}{{d\ln\mu^2}} &= {total.removeprefix('+ ')}")
    aligned = " \\\\\n".join(rows)
    return (
        f"% D = {dimension}, M_1loop = {dressing} Im_s M + crossed, couplings at mu = M\n"
        f"\\begin{{aligned}}\n{aligned}\n\\end{{aligned}}"
    )


def _product(term: LoopTerm) -> str:
    first, second = (coupling_latex(c) for c in term.couplings)
    return f"{first}^2" if first == second else f"{first}{second}"
