r"""A fixed ratio of exactly zero: all states lie at infinite mass, and certificates follow from scaling.

g_a = 0 for a coupling without powers of stu leaves no state at a finite mass: only limits of spectra have it.
A functional that is non-negative at all masses m > 0, not only above the cutoff, stays so when every mass is
multiplied by the same number: T_n + c g_b + c g_(b+2) >= 0 with T_n of order n = b + 1 becomes

    T_n + (c/L) g_b + c L g_(b+2) >= 0,

whose g_b term is as small as one likes; and g_(b+2) <= little g_b + C(little) g_a.  The g_a term does not matter.
Derivation: docs/theory/certificates.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import fmpq

from positivity.programs.build import RatioProgram, measure_row
from positivity.questions.couplings import Combination, order_of
from positivity.sum_rules.forward import Functional, add_to, combination_functional, functional_ir
from solvers.exchange import Exchange
from solvers.optimum import LINEAR_DIGITS, MARGIN, optimise, solve_with_room
from solvers.program import MeasureProgram, value_at

#: slack of the functionals: they may be any, so they may have much of it
_ROOM = (1e-3, 1e-5, 1e-7, MARGIN)
#: times the range of their multipliers is that of other programs: x reaches infinity
_WIDER = 1e3


@dataclass(frozen=True)
class Vanishing:
    """The fixed coupling that is zero, and what it is a ratio to.

    heavy, order: the coupling and its Mandelstam order a.  over, low: the normalisation and its order b < a.
    others: the other fixed ratios, as left - value over.
    """

    heavy: Combination
    order: int
    over: Combination
    low: int
    others: tuple[Combination, ...]


@dataclass(frozen=True)
class Squeezed:
    """A functional of claim T + value over + K heavy, and the limit of such values (None: known to rounding only)."""

    functional: Functional
    value: fmpq
    limit: fmpq | None


def vanishing(ratio: RatioProgram) -> Vanishing | None:
    """The fixed ratio that sends all masses to infinity; None if there is none."""
    over, *fixed = (left for left in map(functional_ir, ratio.free) if left)
    heavy = [(_order(left), i) for i, left in enumerate(fixed) if _manifestly_positive(left)]
    if _order(over) == 0 or not heavy or min(heavy)[0] <= _order(over):
        return None
    order, chosen = min(heavy)
    others = tuple(left for i, left in enumerate(fixed) if i != chosen)
    return Vanishing(fixed[chosen], order, over, _order(over), others)


def _order(combination: Combination) -> int:
    """The Mandelstam order of all couplings of a combination, 0 if there are several."""
    orders = {order_of(coupling) for coupling in combination}
    return orders.pop() if len(orders) == 1 else 0


def _manifestly_positive(combination: Combination) -> bool:
    return _order(combination) > 0 and all(q == 0 and value > 0 for (_, q), value in combination.items())


class Squeeze:
    """Functionals where a coupling vanishes; whoever asks for them has them verified.

    ratio: the program, found: its `vanishing`.
    """

    def __init__(self, ratio: RatioProgram, found: Vanishing, dimension: int) -> None:
        self.found, self.dimension = found, dimension
        self._ladder = ratio.program.ladder
        self._nulls = [f for f in ratio.free if not functional_ir(f)]
        self._most = ratio.program.high + 2
        beside = found.order == found.low + 2
        self._next: Combination = found.heavy if beside else {(found.low // 2 + 1, 0): fmpq(1)}

    def squeezed(self, target: Combination, small: fmpq) -> Squeezed | None:
        """T + value over + K heavy >= 0 with a value at most `small` above its limit; None if there is none here."""
        parts: dict[int, Combination] = {}
        for coupling, factor in target.items():
            # all above the next order are bounded in units of it, together
            parts.setdefault(min(order_of(coupling), self.found.low + 2), {})[coupling] = factor
        if self.unseen(target):
            return None
        total: Functional = {}
        value, limit = fmpq(0), fmpq(0)
        for order, part in parts.items():
            found = (
                self._of_lowest_order(part) if order == self.found.low else self._above(part, order, small / len(parts))
            )
            if found is None:
                return None
            add_to(total, found.functional, fmpq(1))
            value += found.value
            limit = None if limit is None or found.limit is None else limit + found.limit
        return Squeezed(total, value, limit)

    def exclusion(self) -> tuple[bool, Functional | None]:
        """Whether the other fixed ratios can be judged here, and a functional that excludes one of them, if any."""
        for other in self.found.others:
            for sign in (1, -1):
                row = {coupling: sign * factor for coupling, factor in other.items()}
                found = self.squeezed(row, fmpq(1))
                if found is not None and found.value >= 0 and found.limit is not None and found.limit < 0:
                    found = self.squeezed(row, -found.limit / 2)
                if found is None:
                    return False, None
                if found.value < 0:
                    return True, found.functional
        return True, None

    def unseen(self, target: Combination) -> bool:
        """Whether couplings of lower order than `over` occur, which may have any value far above the cutoff."""
        return min(map(order_of, target)) < self.found.low

    def limit(self, target: Combination) -> fmpq:
        """What a combination is in units of `over` when all masses are infinite and none is of its own order."""
        key = next(iter(self.found.over))
        return target.get(key, fmpq(0)) / self.found.over[key]

    def _of_lowest_order(self, part: Combination) -> Squeezed | None:
        """Couplings of the order of `over` have ratios to it that do not see the cutoff."""
        share = self.limit(part)
        if all(part.get(c, fmpq(0)) == share * self.found.over.get(c, fmpq(0)) for c in {*part, *self.found.over}):
            return Squeezed({}, -share, -share)
        free = [combination_functional(self.found.over), combination_functional(self.found.heavy)]
        found = self._solved(part, free, self.found.order, cutoff=False, sharp=True)
        return None if found is None else Squeezed(*found, None)

    def _above(self, part: Combination, order: int, small: fmpq) -> Squeezed | None:
        """T_n + value over + K heavy >= 0 for n > b, by way of the next coupling without stu, of order b + 2."""
        if order == self.found.low + 1:
            found = self._stretched(part, order, small / 2)
        else:
            bounded = self._solved(part, [combination_functional(self._next)], self._most)
            found = None if bounded is None else (bounded[0], fmpq(0), max(bounded[1], fmpq(0)))
        if found is None:
            return None
        functional, value, share = found
        if share == 0 or self._next == self.found.heavy:
            return Squeezed(functional, value, fmpq(0))
        little = small / (2 * share)
        add_to(functional, self._power_mean(little), share)
        return Squeezed(functional, value + share * little, fmpq(0))

    def _stretched(self, part: Combination, order: int, small: fmpq) -> tuple[Functional, fmpq, fmpq] | None:
        """T_n + c over + c next >= 0 at all masses, stretched until the first c is small; both factors."""
        both = combination_functional(self.found.over)
        add_to(both, combination_functional(self._next), fmpq(1))
        found = self._solved(part, [both], self.found.low + 2, cutoff=False)
        if found is None:
            return None
        functional, value = found
        stretch = fmpq(10)
        while value > small * stretch:
            stretch *= 10
        scaled = {(j, r): c * stretch ** (2 * j + r - order) for (j, r), c in functional.items()}
        return scaled, value / stretch, value * stretch

    def _power_mean(self, little: fmpq) -> Functional:
        """-next + little over + C heavy >= 0: x^2 <= u + x^(2m) / u^(m-1) for every u > 0, each in its own units."""
        sizes = [
            value_at(measure_row(combination_functional(each), self.dimension), fmpq(1))
            for each in (self._next, self.found.over, self.found.heavy)
        ]
        steps = (self.found.order - self.found.low) // 2
        least = little * sizes[1] / sizes[0]
        total = combination_functional(self._next)
        total = {rule: -c for rule, c in total.items()}
        add_to(total, combination_functional(self.found.over), little)
        add_to(total, combination_functional(self.found.heavy), sizes[0] / (sizes[2] * least ** (steps - 1)))
        return total

    def _solved(
        self, part: Combination, free: Sequence[Functional], most: int, cutoff: bool = True, sharp: bool = False
    ) -> tuple[Functional, fmpq] | None:
        """T + c free_0 + ... + nulls >= 0, and its c, which is the least if it is to be sharp.

        Nulls of no higher order than `most`, whose growth with x could not be made good; and of no lower order than
        any coupling: alone there, they have both signs.
        """
        least = min(2 * j + r for j, r in free[0])
        rows = [*free, *(f for f in self._nulls if least <= max(2 * j + r for j, r in f) <= most)]
        target = combination_functional(part)
        program = MeasureProgram(
            tuple(measure_row(f, self.dimension) for f in rows),
            self._ladder,
            (measure_row(target, self.dimension),),
            cutoff,
        )
        exchange = Exchange(program)
        exchange.widen(_WIDER)
        result = solve_with_room(exchange, [fmpq(1)], _ROOM[-1:] if sharp else _ROOM)
        if result.status != "optimal":
            return None
        multipliers = (
            optimise(exchange, [fmpq(1)], LINEAR_DIGITS + 2, result).multipliers if sharp else result.multipliers
        )
        for functional, multiplier in zip(rows, multipliers, strict=True):
            add_to(target, functional, multiplier)
        return target, multipliers[0]
