"""Ends of ranges and impossible fixed values that one proof implies.

At tree level a proof says sum a_c g_c <= b with rational a; side * target is written as s a + sum l_i held_i, s >= 0,
and so bounded.  With loops the proof is first taken at the fixed couplings.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb, fmpq, fmpq_mat

from positivity.certificates.implied.asked import Scope
from positivity.certificates.implied.lowered import PRECISION, Crude, check_applies, lowered, single_levels
from positivity.questions.couplings import Combination
from positivity.questions.units import natural_unit, to_ball
from solvers.verify import Proof, Refused
from solvers.verify.precision import working_precision
from solvers.verify.proof import BOUNDED


def implied_ratio(proof: Proof, scope: Scope, target: Combination, side: int) -> fmpq:
    """The upper bound on side * target/over that a proof implies at tree level; raises Refused."""
    check_applies(proof, scope)
    if scope.absolute or scope.over is None:
        raise Refused("the question is not about a ratio")
    if proof.kind == BOUNDED:
        raise Refused("the certificate is about absolute values, the question about ratios")
    columns = [_upper(proof), *_held(scope), scope.over]
    factor, *rest = solve_columns(columns, {c: side * v for c, v in target.items()})
    if factor < 0:
        raise Refused("the certificate bounds the other side")
    # side * target = factor * (what is <= 0) + (what is held, zero) + rest[-1] * over
    return rest[-1]


def implied_end(proof: Proof, scope: Scope, target: Combination, side: int) -> arb:
    """The upper bound on side * target that a proof implies, absolute and in units of U; raises Refused."""
    check_applies(proof, scope)
    if not scope.absolute:
        raise Refused("the question is about a ratio")
    with working_precision(PRECISION):
        if scope.pairs:
            return _with_loops(proof, scope, target, side)
        columns = [_upper(proof), *_held(scope)]
        factor, *rest = solve_columns(columns, {c: side * v for c, v in target.items()})
        if factor < 0:
            raise Refused("the certificate bounds the other side")
        return _value(proof, scope, factor, rest)


def implied_exclusion(proof: Proof, scope: Scope) -> None:
    """Raise Refused unless a proof implies that no theory has the fixed values."""
    check_applies(proof, scope)
    with working_precision(PRECISION):
        if scope.pairs:
            excluded = bool(_largest_constant(proof, scope) < 0)
        elif scope.absolute:
            # 0 = a + sum l_i held_i <= b + sum l_i level_i
            negative = {c: (-1 if proof.kind == BOUNDED else 1) * v for c, v in proof.claim}
            columns = [left for left, _ in scope.fix]
            excluded = bool(_value(proof, scope, fmpq(1), solve_columns(columns, negative)) < 0)
        else:
            # over = s a + sum l_i held_i + l over with l < 1, so over <= 0
            assert scope.over is not None
            columns = [_upper(proof), *_held(scope)]
            excluded = solve_columns(columns, scope.over)[0] > 0
    if not excluded:
        raise Refused("the certificate does not exclude the fixed values")


def _largest_constant(proof: Proof, scope: Scope) -> arb:
    """What a proof says is not negative, with what the rounding of multipliers leaves of unknown couplings."""
    fixed = single_levels(scope)
    found, crude = lowered(proof, fixed), Crude(scope, fixed, None)
    total = found.constant.c0
    for c in found.unknown:
        total += abs(found.weight(c)).upper() * crude.size(c)
    return total


def _upper(proof: Proof) -> Combination:
    """a in sum a_c g_c <= b."""
    sign = 1 if proof.kind == BOUNDED else -1
    return {c: sign * value for c, value in proof.claim}


def _held(scope: Scope) -> list[Combination]:
    """Combinations with a known value: that of `fix`, or 0 for (fix_i - f_i over) of ratios."""
    if scope.absolute or scope.over is None:
        return [left for left, _ in scope.fix]
    return [_minus(left, scope.over, value) for left, (value, _) in scope.fix]


def _value(proof: Proof, scope: Scope, factor: fmpq, multipliers: Sequence[fmpq]) -> arb:
    """factor * bound + sum multiplier * level, in units of U."""
    total = to_ball(factor * proof.bound) / natural_unit(scope.dimension)
    for (_, level), multiplier in zip(scope.fix, multipliers, strict=True):
        total += to_ball(multiplier) * scope.level(level)
    return total


def solve_columns(columns: Sequence[Combination], right: Combination) -> list[fmpq]:
    """Multipliers with sum multiplier_i columns_i = right, zero for columns that are not needed; raises Refused."""
    keys = sorted({*right, *(key for column in columns for key in column)})
    zero = fmpq(0)
    if not keys or not columns:
        if any(right.values()):
            raise Refused("the claim of the certificate is not about this question")
        return [zero] * len(columns)
    matrix = fmpq_mat([[*(column.get(key, zero) for column in columns), right.get(key, zero)] for key in keys])
    reduced, rank = matrix.rref()
    found = [zero] * len(columns)
    for row in range(rank):
        pivot = next(k for k in range(len(columns) + 1) if reduced[row, k] != 0)
        if pivot == len(columns):
            raise Refused("the claim of the certificate is not about this question")
        found[pivot] = reduced[row, len(columns)]
    return found


def _with_loops(proof: Proof, scope: Scope, target: Combination, side: int) -> arb:
    fixed = single_levels(scope)
    found, crude = lowered(proof, fixed), Crude(scope, fixed, None)
    free = sorted(c for c in target if c not in fixed)
    if not free:
        raise Refused("what is asked for is held fixed")
    main = free[0]
    exact = all(found.ball.get(c, arb(0)).is_zero() for c in {*found.unknown, *free})
    # constant + sum weight_c g_c >= 0, weight = -factor * side * target + what is left
    ratio = -found.exact.get(main, fmpq(0)) / (side * target[main])
    factor = to_ball(ratio) if exact else -found.weight(main) / to_ball(side * target[main])
    if not factor > 0:
        raise Refused("the certificate does not bound this coupling from this side")
    total = found.constant.c0
    for c in sorted({*found.unknown, *target} - {main}):
        if c in fixed:
            total += factor * to_ball(side * target[c]) * fixed[c]
            continue
        left = to_ball(found.exact.get(c, fmpq(0)) + ratio * side * target.get(c, fmpq(0)))
        if not exact:
            left = found.weight(c)
            left = left + factor * to_ball(side * target[c]) if c in target else left
        if not left.is_zero():
            total += abs(left).upper() * crude.size(c)
    if not total.is_finite():
        raise Refused("the certificate is about another coupling too")
    return total / factor


def _minus(left: Combination, over: Combination, factor: fmpq) -> Combination:
    total = dict(left)
    for key, value in over.items():
        total[key] = total.get(key, fmpq(0)) - factor * value
    return total
