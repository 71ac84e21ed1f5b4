"""From couplings, dimension and order to a program over a positive measure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from flint import fmpq, fmpq_mat, fmpq_poly

from positivity.questions.couplings import Combination, combination_text, order_of
from positivity.questions.errors import InputError, check_dimension, check_order
from positivity.questions.options import Fixes
from positivity.sum_rules.forward import Functional, add_to, combination_functional, functional_kernel
from positivity.sum_rules.null_constraints import null_constraints
from solvers.program import MeasureProgram, Row, SpinLadder, scaled_values

#: spins below this, and J -> infinity, show which signs rows take; what rounding makes of a sum that is zero
_SIGNS, _NOISE = 60, 1e-9


@dataclass(frozen=True)
class RatioProgram:
    """A measure program together with the functionals its rows stand for.

    free: the normalisation `over`, then the fixed ratios, then the null constraints.  targets:
    the couplings whose combinations are bounded.
    """

    program: MeasureProgram
    free: tuple[Functional, ...]
    targets: tuple[Functional, ...]

    def functional(self, weights: Sequence[fmpq], multipliers: Sequence[fmpq]) -> Functional:
        """sum weights * targets + sum multipliers * free."""
        total: Functional = {}
        for functionals, factors in ((self.targets, weights), (self.free, multipliers)):
            for functional, factor in zip(functionals, factors, strict=True):
                add_to(total, functional, factor)
        return total


def ratio_program(
    couplings: Sequence[Combination], over: Combination, fixes: Fixes, order: int, dimension: int
) -> RatioProgram:
    """Rows for bounding combinations of `couplings` in units of `over` at fixed ratios.

    Raises InputError if the dimension, the order, the normalisation or the fixes make no sense.
    """
    check_dimension(dimension)
    check_over(over)
    named = [*couplings, over, *(left for left, _ in fixes)]
    check_order(order, max(order_of(c) for each in named for c in each))
    _check_independent(couplings, over, fixes)
    free = [combination_functional(over)]
    for left, value in fixes:
        row = combination_functional(left)
        add_to(row, free[0], -value)
        free.append(row)
    if order >= 4:
        free.extend(dict(null.functional) for null in null_constraints(order, dimension))
    targets = [combination_functional(each) for each in couplings]
    program = MeasureProgram(
        tuple(measure_row(f, dimension) for f in free),
        SpinLadder(shift=dimension - 3),
        tuple(measure_row(f, dimension) for f in targets),
    )
    return RatioProgram(program, tuple(free), tuple(targets))


def fewer_rows(ratio: RatioProgram) -> Iterator[tuple[RatioProgram, str]]:
    """Programs that leave rows out, with what they leave out; their bounds hold in the full program as well.

    First without ratios to a coupling of lower order than `over`: heavy states reach any value of them.  Then
    without the nulls of the highest orders.
    """
    lowest = min(min(row) for row in (ratio.program.free[0], *ratio.program.targets))
    kept = [i for i, row in enumerate(ratio.program.free) if i == 0 or min(row) >= lowest]
    if len(kept) < len(ratio.program.free):
        yield _only(ratio, kept), "ratios to couplings of lower order are not used"
    needed = max(max(row) for row in (ratio.program.free[0], *ratio.program.targets))
    most = ratio.program.high
    for high in sorted({h for h in (most - 2, (most + needed) // 2, needed) if needed <= h < most}, reverse=True):
        low = [i for i, row in enumerate(ratio.program.free) if i == 0 or max(row) <= high]
        if len(low) < len(ratio.program.free):
            yield _only(ratio, low), f"found with the sum rules to order {high + 2}"


def split_unseen(ratio: RatioProgram) -> tuple[RatioProgram, tuple[Row, ...]]:
    """The program without the rows that heavy states meet whatever their values, and those rows.

    A row that begins at a lower power of x than the normalisation and all targets is dominated by heavy states,
    which cost nothing there.  Where the leading terms of all rows of one power take every sign, such states make up
    for anything, and no multiplier but zero is possible: kept in a program with slack, they leave it without solution.
    """
    lowest = min(min(row) for row in (ratio.program.free[0], *ratio.program.targets))
    unseen: list[int] = []
    for power in range(lowest):
        rows = [i for i, row in enumerate(ratio.program.free) if min(row) == power]
        if not _every_sign([ratio.program.free[i][power] for i in rows], power, ratio.program.ladder):
            break
        unseen += rows
    if not unseen:
        return ratio, ()
    kept = [i for i in range(len(ratio.free)) if i not in unseen]
    return _only(ratio, kept), tuple(ratio.program.free[i] for i in unseen)


def with_targets(ratio: RatioProgram, used: Sequence[int]) -> RatioProgram:
    """The program of some of the targets."""
    rows = tuple(ratio.program.targets[i] for i in used)
    program = MeasureProgram(ratio.program.free, ratio.program.ladder, rows)
    return RatioProgram(program, ratio.free, tuple(ratio.targets[i] for i in used))


def _every_sign(polynomials: Sequence[fmpq_poly], power: int, ladder: SpinLadder) -> bool:
    """Whether no combination of polynomials in X but zero is non-negative at every spin."""
    from scipy.optimize import linprog

    if not polynomials:
        return True
    spins = np.array([*range(0, _SIGNS, ladder.step), -1])
    values = np.array([scaled_values(p, power, spins, ladder).astype(float) for p in polynomials])
    values /= np.maximum(np.linalg.norm(values, axis=0), 1e-300)
    best = linprog(-values.sum(axis=1), A_ub=-values.T, b_ub=np.zeros(len(spins)), bounds=(-1, 1), method="highs")
    return bool(best.status == 0 and -best.fun < _NOISE and np.linalg.matrix_rank(values) == len(polynomials))


def _only(ratio: RatioProgram, kept: Sequence[int]) -> RatioProgram:
    rows = tuple(ratio.program.free[i] for i in kept)
    return RatioProgram(
        MeasureProgram(rows, ratio.program.ladder, ratio.program.targets),
        tuple(ratio.free[i] for i in kept),
        ratio.targets,
    )


def measure_row(functional: Functional, dimension: int) -> Row:
    """The ultraviolet side in powers of x = 1/m^2, without the common x^2."""
    return {n - 2: poly for n, poly in functional_kernel(functional, dimension).items()}


def check_over(over: Combination) -> None:
    """Raise InputError unless `over` is positive in every unitary theory by its own sum rule."""
    if any(q != 0 or value < 0 for (_, q), value in over.items()):
        raise InputError(
            f"over {combination_text(over)!r} is not manifestly positive: "
            "use g2, g4, g6, ... (no power of stu) with positive coefficients"
        )


def _check_independent(couplings: Sequence[Combination], over: Combination, fixes: Fixes) -> None:
    columns = [over, *(left for left, _ in fixes)]
    keys = sorted({key for column in [*columns, *couplings] for key in column})

    def rank(combinations: Sequence[Mapping[tuple[int, int], fmpq]]) -> int:
        return int(fmpq_mat([[c.get(key, fmpq(0)) for key in keys] for c in combinations]).rank())

    if rank(columns) < len(columns):
        raise InputError("the fixed ratios repeat each other or the normalisation: drop one")
    for coupling in couplings:
        if rank([*columns, coupling]) == len(columns):
            raise InputError(
                f"{combination_text(coupling)!r} is already determined by the normalisation and the fixed "
                "ratios: ask for another coupling"
            )
