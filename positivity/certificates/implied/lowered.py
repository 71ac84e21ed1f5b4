"""A proof at given couplings: one inequality, quadratic in a scanned coupling and linear in the unknown ones.

All in units of U = (4 pi)^(D/2), in balls; what is exact stays exact.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from flint import arb, arb_mat, fmpq

from positivity.certificates.implied.asked import Scope
from positivity.questions.couplings import Combination, Coupling
from positivity.questions.loops import Pair
from positivity.questions.units import natural_unit, to_ball
from solvers.quadratics import Quadratic
from solvers.verify import Proof, Refused, verify_data
from solvers.verify.document import SCHEMA
from solvers.verify.loops import loop_coefficient, pi_power
from solvers.verify.proof import BOUNDED, INEQUALITY
from solvers.verify.rows import infrared

PRECISION = 192


def check_applies(proof: Proof, scope: Scope) -> None:
    """Raise Refused unless what is proved is about this dimension, density, order and these loops."""
    if proof.kind not in (INEQUALITY, BOUNDED):
        raise Refused("the certificate is of another kind")
    if proof.dimension != scope.dimension:
        raise Refused(f"the certificate is for D={proof.dimension}, the question for D={scope.dimension}")
    if proof.order > scope.order:
        raise Refused(f"the certificate uses sum rules above order {scope.order}")
    if set(proof.pairs) != set(scope.pairs):
        raise Refused("the certificate is about other loops")
    if not proof.density.holds_for(scope.density):
        raise Refused(f"the certificate assumes more than the question: {proof.density}")
    if scope.smeared:
        raise Refused("the question is about smeared sum rules, for which there are no certificates")


@dataclass(frozen=True)
class Lowered:
    """constant(g) + sum_c (exact_c + ball_c) g_c >= 0, g the scanned coupling."""

    constant: Quadratic
    exact: dict[Coupling, fmpq]
    ball: dict[Coupling, arb]

    @property
    def unknown(self) -> list[Coupling]:
        """Couplings without a value that occur."""
        names = {*self.exact, *self.ball}
        return sorted(c for c in names if self.exact.get(c, 0) != 0 or not self.ball.get(c, arb(0)).is_zero())

    def weight(self, c: Coupling) -> arb:
        """The coefficient of an unknown coupling."""
        return to_ball(self.exact.get(c, fmpq(0))) + self.ball.get(c, arb(0))


def lowered(proof: Proof, fixed: Mapping[Coupling, arb], scanned: Coupling | None = None) -> Lowered:
    """What a proof says at fixed couplings, in units of U; raises Refused where two unknown ones multiply."""
    unit = natural_unit(proof.dimension)
    sign = -1 if proof.kind == BOUNDED else 1
    parts = [to_ball(proof.bound) / unit, arb(0), arb(0)]  # of 1, g, g^2
    exact: dict[Coupling, fmpq] = {}
    ball: dict[Coupling, arb] = {}
    for c, value in proof.claim:
        if c in fixed:
            parts[0] += to_ball(sign * value) * fixed[c]
        elif c == scanned:
            parts[1] += to_ball(sign * value)
        else:
            exact[c] = exact.get(c, fmpq(0)) + sign * value
    scale = sign * arb.pi() ** pi_power(proof.dimension) * unit
    for pair, value in proof.loops or ():
        factor, rest = to_ball(value) * scale, [c for c in pair if c not in fixed]
        for c in pair:
            factor = factor * fixed[c] if c in fixed else factor
        if value == 0:
            continue
        if all(c == scanned for c in rest):
            parts[len(rest)] += factor
        elif len(rest) == 1:
            ball[rest[0]] = ball.get(rest[0], arb(0)) + factor
        else:
            raise Refused("loops multiply two couplings without a value")
    return Lowered(Quadratic(*parts), exact, ball)


def single_levels(scope: Scope) -> dict[Coupling, arb]:
    """The fixed couplings in units of U; with loops every fixed combination is a single coupling."""
    fixed: dict[Coupling, arb] = {}
    for left, level in scope.fix:
        ((coupling, factor), *more) = left.items()
        if more or factor != 1 or coupling in fixed:
            raise Refused("with loops single couplings are held, each once")
        fixed[coupling] = scope.level(level)
    return fixed


def row_proof(rules: Mapping[tuple[int, int], fmpq], dimension: int, pairs: Iterable[Pair]) -> Proof:
    """Prove that a combination of sum rules is not negative for rho_J >= 0, by a certificate written here."""
    claim: Combination = {}
    for (j, power), value in rules.items():
        for c, factor in infrared(j, power).items():
            claim[c] = claim.get(c, fmpq(0)) + value * factor
    loops = []
    for pair in pairs:
        found = [(loop_coefficient(j, r, *pair, dimension), value) for (j, r), value in rules.items()]
        if any(term is None for term, _ in found):
            raise Refused("a sum rule has no forward limit")
        total = sum((term * value for term, value in found if term is not None), fmpq(0))
        loops.append({"couplings": [list(c) for c in pair], "coefficient": str(total)})
    data = {
        "schema": SCHEMA, "dimension": dimension, "density": "positive", "spin_split": 8,
        "claim": [{"coupling": list(c), "coefficient": str(v)} for c, v in claim.items()],
        "sum_rules": [{"k": 2 * j, "power": r, "coefficient": str(v)} for (j, r), v in rules.items()],
    }  # fmt: skip
    return verify_data({**data, "loops": loops} if loops else data)


@lru_cache(maxsize=64)
def _crude_proofs(dimension: int, pairs: tuple[Pair, ...]) -> tuple[Proof, ...]:
    """Simple inequalities that bound g4, and g3 where the first null has a forward limit."""
    one = fmpq(1)
    tried: list[list[dict[tuple[int, int], fmpq]]] = [[{(2, 0): one}], [{(1, 0): one, (2, 0): -one}]]
    # A_2(0) -+ kappa A_2'(0) + gamma A_4(0) + delta null: a positive form in (1, x, x X) for large gamma and delta
    for kappa in (fmpq(1, 4), fmpq(-1, 4)):
        for delta in (fmpq(1, 4), one, fmpq(4)):
            rules = {(1, 0): one, (1, 1): kappa, (1, 2): delta}
            tried.append([{**rules, (2, 0): -2 * delta + fmpq(1 << k, 8)} for k in range(10)])
    return tuple(proof for each in tried if (proof := _first(each, dimension, pairs)) is not None)


def _first(tried: list[dict[tuple[int, int], fmpq]], dimension: int, pairs: tuple[Pair, ...]) -> Proof | None:
    """The first of several combinations of sum rules that is proved."""
    for rules in tried:
        try:
            return row_proof(rules, dimension, pairs)
        except Refused:
            continue
    return None


class Crude:
    """Bounds |g_c| <= size (1 + g^2) on unknown couplings, for what only the rounding of a certificate leaves."""

    def __init__(
        self, scope: Scope, fixed: Mapping[Coupling, arb], scanned: Coupling | None, also: Iterable[Proof] = ()
    ) -> None:
        self._rows: list[Lowered] = []
        for proof in (*_crude_proofs(scope.dimension, scope.pairs), *also):
            try:
                self._rows.append(lowered(proof, fixed, scanned))
            except Refused:
                continue

    def size(self, coupling: Coupling) -> arb:
        """The bound, infinite where none is found."""
        bounds = [self._one_side(coupling, side) for side in (1, -1)]
        return arb.max(*bounds) if all(b.is_finite() for b in bounds) else arb("inf")

    def _one_side(self, coupling: Coupling, side: int) -> arb:
        """side * g_c <= sum y_i constant_i for multipliers y > 0 that cancel everything else."""
        names = sorted({c for row in self._rows for c in row.unknown} | {coupling})
        best = arb("inf")
        for count in range(1, min(len(names), 3) + 1):
            for rows in combinations(self._rows, count):
                inside = sorted({c for row in rows for c in row.unknown})
                if coupling in inside and len(inside) == count:
                    found = _cancelled(rows, inside, coupling, side)
                    best = found if found.is_finite() and not found > best else best
        return best


def _cancelled(rows: tuple[Lowered, ...], names: list[Coupling], coupling: Coupling, side: int) -> arb:
    matrix = arb_mat([[row.weight(c) for row in rows] for c in names])
    try:
        solved = matrix.solve(arb_mat([[arb(-side if c == coupling else 0)] for c in names]))
    except ZeroDivisionError:
        return arb("inf")
    multipliers = [solved[i, 0] for i in range(len(rows))]
    if not all(y >= 0 for y in multipliers):
        return arb("inf")
    total = arb(0)
    for y, row in zip(multipliers, rows, strict=True):
        total += y * sum((abs(v) for v in (row.constant.c0, row.constant.c1, row.constant.c2)), arb(0))
    return total.upper()
