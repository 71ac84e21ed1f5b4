r"""What one loop does to the sum rules and null constraints, as a table.

Every forward row <F> = infrared side gains a term quadratic in the couplings; it is finite, absent,
or divergent as t -> 0.  The k = 2 null at finite t has the exact form Delta(t), see `improved_null_text`.
Source: 2501.09717; derived in docs/theory/one_loop.md.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq

from positivity.questions.couplings import coupling_name, couplings_of_order
from positivity.questions.loops import Pair, loop_pairs, pair_text
from positivity.sum_rules.arcs import arc_pi_power, functional_arc, functional_divergence, improved_null_coefficient
from positivity.sum_rules.forward import Functional, coupling_functional
from positivity.sum_rules.null_constraints import coupling_text, null_constraints, null_text

LOOP_NULLS_SCHEMA = "eft-positivity/loop-nulls/1"


@dataclass(frozen=True)
class LoopRow:
    """One forward row with its one-loop terms.

    name: "g3" or "n=4 null".  tree: the row as text.  terms: ((pair, coefficient), ...) over
    pi^arc_pi_power.  divergences: ((pair, how), ...).
    """

    name: str
    tree: str
    terms: tuple[tuple[Pair, fmpq], ...]
    divergences: tuple[tuple[Pair, str], ...]

    @property
    def status(self) -> str:
        """ "diverges", "shifted" or "unchanged"."""
        return "diverges" if self.divergences else "shifted" if self.terms else "unchanged"


def loop_row(name: str, tree: str, functional: Functional, pairs: Sequence[Pair], dimension: int) -> LoopRow:
    """The one-loop terms of a combination of forward sum rules."""
    terms, divergences = [], []
    for pair in pairs:
        how = functional_divergence(functional, pair, dimension)
        if how is not None:
            divergences.append((pair, how))
        value = functional_arc(functional, pair, dimension)
        if value != 0:
            terms.append((pair, value))
    return LoopRow(name, tree, tuple(terms), tuple(divergences))


def loop_rows(order: int, dimension: int, pairs: Sequence[Pair] | None = None) -> tuple[list[LoopRow], list[LoopRow]]:
    """Coupling rows and null constraints up to `order` with loops of `pairs` (default: total order <= 6).

    Raises InputError for a bad order or dimension.
    """
    nulls = null_constraints(order, dimension)
    chosen = loop_pairs(6) if pairs is None else list(pairs)
    couplings = [
        loop_row(coupling_name(c), coupling_text(c, dimension), coupling_functional(c), chosen, dimension)
        for n in range(2, order + 1)
        for c in couplings_of_order(n)
    ]
    constraints = [
        loop_row(f"n={null.order}, k={2 * null.j}", null_text(null), dict(null.functional), chosen, dimension)
        for null in nulls
    ]
    return couplings, constraints


def render(order: int, dimension: int, form: str = "text") -> str:
    """The table; form: "text", "latex" or "json"."""
    couplings, constraints = loop_rows(order, dimension)
    if form == "json":
        return json.dumps(_data(couplings, constraints, order, dimension), indent=1)
    if form == "latex":
        return _latex(couplings, constraints, dimension)
    power = arc_pi_power(dimension)
    lines = [
        f"D={dimension}, one loop with {', '.join(pair_text(p) for p in loop_pairs(6))}; couplings at mu = M = 1",
        f"arcs |s+t/2| = 1+t/2; < > the heavy average over m >= M; loop terms in units of pi^{power}",
        "",
        "couplings",
        *(line for row in couplings for line in _lines(row, row.tree)),
        "",
        "null constraints (tree form = loop term)",
        *(line for row in constraints for line in _lines(row, f"{row.name}: {row.tree.removesuffix(' = 0')}")),
        "",
        *improved_null_text(dimension),
        *quasi_forward_text(constraints),
    ]
    return "\n".join(lines)


def _lines(row: LoopRow, head: str) -> list[str]:
    terms = "".join(f" {'-' if value < 0 else '+'} {abs(value)} {pair_text(pair)}" for pair, value in row.terms)
    null = row.name.startswith("n=")
    if row.divergences:
        how = ", ".join(f"{pair_text(pair)}: {text}" for pair, text in row.divergences)
        return [f"  {head}", f"      DIVERGES as t -> 0 ({how}): no forward row"]
    if not terms:
        return [f"  {head}" + (" = 0   (no loop term)" if null else "   (no loop term)")]
    if null:
        return [f"  {head} ={terms.removeprefix(' +')}"]
    opposite = "".join(f" {'+' if value < 0 else '-'} {abs(value)} {pair_text(pair)}" for pair, value in row.terms)
    return [f"  {head}{opposite}"]


def improved_null_text(dimension: int) -> list[str]:
    """Delta(t), the improved k = 2 null with all forward k >= 4 rows subtracted."""
    lines = ["improved null  A_2^imp(t) - A_2(0) - t A_2'(0) = Delta(t), finite for every -1 < t < 0:"]
    for pair in loop_pairs(6):
        value, power = improved_null_coefficient(pair, dimension)
        exponent = fmpq(dimension - 4, 2) - 4 + sum(2 * p + 3 * q for p, q in pair)
        if value != 0:
            sign = "-" if value < 0 else "+"
            integral = f"int_0^1 ds s^({exponent})/(s-t)" if exponent != 0 else "log((1-t)/(-t))"
            lines.append(f"  {sign} {abs(value)} pi^{power} {pair_text(pair)} t^2 {integral}")
    return lines


def quasi_forward_text(constraints: Sequence[LoopRow]) -> list[str]:
    """What a regulator at t = -t_IR would make of the rows that diverge."""
    lost = [row.name for row in constraints if row.divergences]
    if not lost:
        return []
    return [
        "",
        f"regulated quasi-forward version of {'; '.join(lost)}: take the difference at t = -t_IR, where the",
        "  logarithm or power of -t is finite.  A single difference gives no bound: its kernel grows with J",
        "  and oscillates in J^2 t_IR/m^2, so no combination is positive for all spins; smear it over t.",
    ]


def _data(couplings: list[LoopRow], constraints: list[LoopRow], order: int, dimension: int) -> dict[str, object]:
    def one(row: LoopRow) -> dict[str, object]:
        return {
            "name": row.name,
            "tree": row.tree,
            "status": row.status,
            "terms": [
                {"couplings": [coupling_name(c) for c in pair], "coefficient": str(value)} for pair, value in row.terms
            ],
            "divergences": [
                {"couplings": [coupling_name(c) for c in pair], "as": how} for pair, how in row.divergences
            ],
        }

    return {
        "schema": LOOP_NULLS_SCHEMA,
        "dimension": dimension,
        "order": order,
        "loops": [pair_text(pair) for pair in loop_pairs(6)],
        "pi_power": arc_pi_power(dimension),
        "couplings": [one(row) for row in couplings],
        "nulls": [one(row) for row in constraints],
    }


def _latex(couplings: list[LoopRow], constraints: list[LoopRow], dimension: int) -> str:
    rows = []
    for row in [*couplings, *constraints]:
        terms = "".join(
            f" {'-' if value < 0 else '+'} \\frac{{{abs(value).p}}}{{{abs(value).q}}}{_product(pair)}"
            for pair, value in row.terms
        )
        body = r"\text{divergent}" if row.divergences else terms.removeprefix(" + ") or "0"
        rows.append(rf"  \delta[\text{{{row.name}}}] &= {body}")
    aligned = " \\\\\n".join(rows)
    return (
        f"% D = {dimension}, one-loop terms of the forward rows in units of pi^{arc_pi_power(dimension)}\n"
        f"\\begin{{aligned}}\n{aligned}\n\\end{{aligned}}"
    )


def _product(pair: Pair) -> str:
    return pair_text(pair).replace(" ", "").replace("g", "g_")
