"""Forward rows whose infrared side is known at given couplings, at tree level or with loops."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flint import arb, fmpq

from positivity.questions.couplings import Combination, combination_text, coupling_name, order_of, parse_combination
from positivity.questions.errors import InputError, check_dimension, check_order
from positivity.questions.loops import Pair
from positivity.questions.units import PRECISION, Level, natural_unit, parse_level, to_ball
from positivity.sum_rules.forward import Functional, combination_functional
from positivity.sum_rules.low_side import LoopTheory
from positivity.sum_rules.null_constraints import null_constraints
from solvers.verify.precision import working_precision


@dataclass(frozen=True)
class KnownRow:
    """<functional> = value, in units of U = (4 pi)^(D/2).  name: the coupling, or "n=4" for a null."""

    name: str
    functional: Functional
    value: arb


@dataclass(frozen=True)
class KnownRows:
    """All rows at given couplings, those of the couplings first.

    names: the couplings.  dropped: rows left out because loops spoil their forward limit, in words.
    """

    names: tuple[str, ...]
    rows: tuple[KnownRow, ...]
    dropped: tuple[str, ...]


def known_rows(couplings: Mapping[str, object], order: int, dimension: int, pairs: tuple[Pair, ...]) -> KnownRows:
    """Rows and their values; raises InputError if a coupling in the loops is not given."""
    check_dimension(dimension)
    given = [(parse_combination(name), parse_level(value, f"value of {name}")) for name, value in couplings.items()]
    if not given:
        raise InputError("no coupling is given: write e.g. g2=0.3U g3=-1U")
    check_order(order, max(4 if pairs else 3, *(order_of(c) for left, _ in given for c in left)))
    names = tuple(combination_text(left) for left, _ in given)
    with working_precision(PRECISION):
        if pairs:
            return _with_loops(names, _single(given), order, dimension, pairs)
        unit = natural_unit(dimension)
        rows = [
            KnownRow(name, combination_functional(left), _in_units(level, unit))
            for name, (left, level) in zip(names, given, strict=True)
        ]
        nulls = null_constraints(order, dimension) if order >= 4 else []
        rows += [KnownRow(f"n={null.order}", dict(null.functional), arb(0)) for null in nulls]
        return KnownRows(names, tuple(rows), ())


def _in_units(level: Level, unit: arb) -> arb:
    return to_ball(level[0]) / unit + to_ball(level[1])


def _single(given: list[tuple[Combination, Level]]) -> dict[tuple[int, int], Level]:
    found = {}
    for left, level in given:
        if len(left) != 1 or next(iter(left.values())) != 1:
            raise InputError(f"with loops give single couplings, not {combination_text(left)!r}")
        found[next(iter(left))] = level
    return found


def _with_loops(
    names: tuple[str, ...],
    levels: dict[tuple[int, int], Level],
    order: int,
    dimension: int,
    pairs: tuple[Pair, ...],
) -> KnownRows:
    missing = sorted({c for pair in pairs for c in pair} - set(levels), key=order_of)
    if missing:
        wanted = ", ".join(coupling_name(c) for c in missing)
        raise InputError(f"these loops need a value of {wanted}: give it, or take fewer loops")
    theory = LoopTheory(dimension, pairs, levels)
    rows, dropped = [], []
    functionals = [(name, combination_functional({c: fmpq(1)})) for name, c in zip(names, levels, strict=True)]
    nulls = [(f"n={null.order}", dict(null.functional)) for null in null_constraints(order, dimension)]
    for name, functional in [*functionals, *nulls]:
        if theory.diverges(functional):
            dropped.append(name)
        else:
            rows.append(KnownRow(name, functional, theory.side(functional).constant))
    if not rows:
        raise InputError(f"in D={dimension} these loops leave no row with a forward limit: use D >= 5")
    return KnownRows(names, tuple(rows), tuple(dropped))
