"""Where the effect of massless loops comes from: coupling rows, null constraints, or both (2501.09717).

R: tree sum rules and tree nulls, couplings at mu = M, so only the running is in.  B: loops in the
rows of the couplings, A_2(0), A_2'(0), A_4(0), tree nulls.  N: loops in the nulls only.  F: both.
"""

from __future__ import annotations

from positivity.answers.end import End
from positivity.bounds.loops import smeared_ends
from positivity.programs.eliminate import LoopProblem
from positivity.questions.couplings import parse_combination
from positivity.questions.errors import InputError
from positivity.questions.loops import parse_pairs
from positivity.questions.units import parse_level
from positivity.sum_rules.low_side import LoopTheory

VARIANTS = {
    "R": "tree level, couplings at $\\mu=M$",
    "B": "loops in the coupling rows",
    "N": "loops in the nulls",
    "F": "loops in both",
}


def variant_ends(
    coupling: str, variant: str, g2: str, loops: str = "g2^2", *, dimension: int = 4, functions: int = 10
) -> tuple[End, End]:
    """Lower and upper end of a coupling at fixed g2 ("0.3U"), numerical, in units of U, 0 <= rho_J <= 2.

    Raises InputError for an unknown variant or loops of other couplings than g2.
    """
    if variant not in VARIANTS:
        raise InputError(f"variant {variant!r}: use one of {', '.join(VARIANTS)}")
    pairs = parse_pairs(loops)
    level = {(1, 0): parse_level(g2, "g2")}
    theories = {name: LoopTheory(dimension, chosen, level) for name, chosen in (("tree", ()), ("loop", pairs))}
    if theories["loop"].partners:
        raise InputError(f"loops {loops!r}: the variants are for loops of g2 alone, use g2^2")
    fixes = [(parse_combination("g2"), level[1, 0])]
    rows = LoopProblem(parse_combination(coupling), fixes, pairs if variant in "BF" else (), 4, dimension, functions)
    return smeared_ends(rows, functions, theories["loop" if variant in "NF" else "tree"])
