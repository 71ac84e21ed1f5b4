"""Large spins at large impact parameter: J >= J*, xi = X x >= xi_c, x <= x_c <= 1/2, f(1) = 0, D >= 5.

Notation: beta = D/2-2, a = beta + 1/2, L = J + a, l = L sqrt(x), X = L^2 - a^2, W = (y(1-y))^beta.
With E(y) = (2-y)(1-y)^(-2-beta) = sum e_k y^k the wave's part of F is int_0^x W h P_J(1-2y) dy, where
h = sum_n (a_n/2) x^(-(n+1)/2) y^((n-1)/2-beta) E(y).  N times Green's formula with the Gegenbauer
operator G = W^-1 d/dy y(1-y) W d/dy, G P = -X P, gives (docs/theory/gravity.md)

    Mellin terms (exact Gamma functions), for the monomials too singular at y = 0 after N steps;
    boundary terms at y = x, bounded by the Sonin function of (sin theta)^a P_J;
    a remainder of order xi^-N, bounded with |P_J| <= 1, and the tail of E after K terms.

The rest of F, x^2 (xi M - N), is positive here and must exceed the tail.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, fmpq

from solvers.verify.budget import spend
from solvers.verify.precision import working_precision
from solvers.verify.smearing import PRECISION, Smeared, ball, certainly, sonin_constant

#: powers of y kept in E, and boxes tried
_KEPT, _MAX_BOXES = 70, 2500


#: exponent, power of x, coefficient
_Term = tuple[fmpq, int, arb]


@dataclass(frozen=True)
class Region:
    """spin >= spin, xi >= xi_start, x <= x_end; parts: how often Green's formula is used (N)."""

    spin: int
    xi_start: fmpq
    x_end: fmpq
    parts: int


def prove_large_impact(functional: Smeared, region: Region) -> int:
    """Prove F >= 0 in the region; returns the number of boxes or raises NotProved."""
    with working_precision(PRECISION // 2):
        _check_form(functional, region)
        proof = _Proof(functional, region)
        stack, boxes = [(fmpq(0), fmpq(1), fmpq(0), fmpq(1))], 0
        while stack:
            box = w0, w1, x0, x1 = stack.pop()
            boxes += 1
            spend()
            if proof.holds(*box):
                continue
            at = f"1/l in sqrt(xi_split) * [{w0}, {w1}], x in x_split * [{x0}, {x1}]"
            certainly(boxes < _MAX_BOXES and max(w1 - w0, x1 - x0) > fmpq(1, 2**24), f"undecided at large b, {at}")
            if w1 - w0 >= x1 - x0:
                stack += [((w0 + w1) / 2, w1, x0, x1), (w0, (w0 + w1) / 2, x0, x1)]
            else:
                stack += [(w0, w1, (x0 + x1) / 2, x1), (w0, w1, x0, (x0 + x1) / 2)]
        return boxes


def _check_form(functional: Smeared, region: Region) -> None:
    certainly(functional.dimension >= 5, "the large-b proof is for D >= 5")
    certainly(sum(functional.terms.values(), fmpq(0)) == 0, "f(1) is not 0")
    certainly(0 < region.x_end <= fmpq(1, 2), "x_split is outside 0..1/2")
    certainly(2 <= region.parts <= 20, "parts is outside 2..20")
    certainly(region.xi_start >= 16 and region.spin >= 2 * region.parts + 4, "xi_split or spin_split is too small")
    # the oscillation falls like l^-(a+2), and must not win against the first Mellin term
    lowest = min(functional.terms) + 1
    certainly(lowest <= fmpq(functional.dimension + 1, 2), "the lowest power of p is too high")
    # what is left after N parts falls like l^-2N, and must not win either
    certainly(lowest <= 2 * region.parts, "parts is too small for the lowest power of p")
    # after N parts such a monomial would be logarithmic in x
    certainly(all(n != 2 * region.parts - 1 for n in functional.terms), "parts: a power of p equals 2*parts - 1")


class _Proof:
    """Everything that does not depend on the box."""

    def __init__(self, functional: Smeared, region: Region) -> None:
        self.region, self.functional = region, functional
        self.beta = fmpq(functional.dimension, 2) - 2
        self.a = self.beta + fmpq(1, 2)
        self.w_end = 1 / ball(region.xi_start).sqrt()
        self.first_l = ball(region.spin + self.a)
        self.power = min(functional.terms) + 1
        self.series = _pole_series(self.beta, _KEPT)
        self.mellin = self._mellin_terms()
        self.singular, self.regular, self.boundary = self._parts()
        self.sonin = sonin_constant(region.spin, functional.dimension)
        self.rest_slope, self.rest_constant = self._rest()

    def _mellin_terms(self) -> list[_Term]:
        """(s, k, coefficient of x^k l^(-2s)) for the singular monomials, without the factor R_s(L)."""
        found = []
        for n, c in self.functional.terms.items():
            for k in range(self.region.parts + 1):
                s = (n + 1) / 2 + k
                if s <= self.region.parts:
                    argument = self.beta + 1 - s
                    gammas = ball(s).gamma() * ball(self.beta + 1).gamma() * ball(argument).rgamma()
                    found.append((s, k, gammas * ball(c * self.series[k] / 2)))
        return found

    def _parts(self) -> tuple[list[_Term], list[_Term], list[tuple[list[arb], list[arb]]]]:
        """Coefficients after N steps of singular and regular monomials, and (H_j, H'_j) for j < N."""
        parts = self.region.parts
        rows: list[tuple[fmpq, bool, list[fmpq]]] = []
        for n, c in self.functional.terms.items():
            # singular: the boundary term at y = 0 would not vanish in all N steps
            first = [c * e if (n + 1) / 2 + k <= parts else fmpq(0) for k, e in enumerate(self.series)]
            rows.append((n, True, first))
            rows.append((n, False, [c * e - r for e, r in zip(self.series, first, strict=True)]))
        boundary = []
        for j in range(parts):
            values = [fmpq(0)] * (_KEPT + 1 + j)
            slopes = [fmpq(0)] * (_KEPT + 1 + j)
            for n, _, row in rows:
                for k, c in enumerate(row):
                    values[k] += c
                    slopes[k] += c * (self._tau(n, k, j))
            boundary.append(([ball(v) for v in values], [ball(v) for v in slopes]))
            rows = [(n, singular, self._step(n, row, j)) for n, singular, row in rows]
        size: dict[bool, list[_Term]] = {True: [], False: []}
        for n, singular, row in rows:
            size[singular] += [(n, k, ball(abs(c))) for k, c in enumerate(row) if c != 0]
        return size[True], size[False], boundary

    def _tau(self, n: fmpq, k: int, j: int) -> fmpq:
        """Exponent of y in the k-th term after j steps."""
        return (n - 1) / 2 - self.beta + k - j

    def _step(self, n: fmpq, row: list[fmpq], j: int) -> list[fmpq]:
        """G y^tau = tau (tau+beta) y^(tau-1) - tau (tau+2 beta+1) y^tau."""
        result = [fmpq(0)] * (len(row) + 1)
        for k, c in enumerate(row):
            tau = self._tau(n, k, j)
            result[k] += c * tau * (tau + self.beta)
            result[k + 1] -= c * tau * (tau + 2 * self.beta + 1)
        return result

    def _rest(self) -> tuple[arb, arb]:
        """m, c with x^2 (xi M - N) - tail >= x^2 (xi m - c) for all x <= x_end."""
        functional, x = self.functional, ball(self.region.x_end)
        slope = ball(functional.moment(6))
        for k in range(1, 40):
            # M = (4/(D-2)) sum x^(2k) int f p^(6+4k): only negative moments count
            slope += ball(min(functional.moment(6 + 4 * k), fmpq(0))) * x ** (2 * k)
        slope = (slope - x**80 / (1 - x**2) * ball(functional.size(166))) * ball(fmpq(4, functional.dimension - 2))
        certainly(slope > 0, "int f p^6 is too small")
        # N = int f p^4 (4-3y)/(1-y)^2 = sum (k+4) x^k int f p^(4+2k): only positive moments count, but at x = 0
        constant = 4 * ball(functional.moment(4))
        for k in range(1, _KEPT):
            constant += (k + 4) * x**k * ball(max(functional.moment(4 + 2 * k), fmpq(0)))
        constant += ball(functional.size(4 + 2 * _KEPT)) * (_KEPT + 4) * x**_KEPT / (1 - x) ** 2
        total = (2 - x) / (1 - x) ** ball(2 + self.beta)
        tail = total - sum((ball(e) * x**k for k, e in enumerate(self.series)), arb(0))
        return slope, constant + abs(tail) / x**2 * ball(functional.size(2 * _KEPT))

    def holds(self, w0: fmpq, w1: fmpq, x0: fmpq, x1: fmpq) -> bool:
        """Whether l^power F > 0 for 1/l in w_end [w0, w1], x in x_end [x0, x1] is seen in one evaluation."""
        end = ball(self.region.x_end)
        low, high, x_low, x_high = self.w_end * ball(w0), self.w_end * ball(w1), end * ball(x0), end * ball(x1)
        if x0 > 0:
            # L >= L* leaves only 1/l <= 1/(L* sqrt x)
            most = 1 / (self.first_l * x_low.sqrt())
            if low > most:
                return True
            high = high.min(most).upper()
        w, x = _Range(low, high), x_low.union(x_high)
        squared = w.power(fmpq(2))
        eta_inverse = 1 - ball(self.a**2) * x * squared
        q_ratio = 1 - ball(self.beta**2 - fmpq(1, 4)) * squared / (4 * (1 - x))
        if not (q_ratio > 0 and eta_inverse > 0):
            return False
        spin = self.first_l.max(1 / (high * x_high.sqrt())).lower()
        value = self._mellin(w, x, spin) - self._boundary_size(w, x, eta_inverse, q_ratio)
        value -= self._remainder(w, x, x_high, eta_inverse)
        rest = (1 / high**2 - ball(self.a**2) * x) * self.rest_slope - self.rest_constant
        # x^2 (xi M - N) grows with l: its value at the smallest l
        value += x_low**2 * rest.lower() / high ** ball(self.power)
        return bool(rest > 0 and value > 0)

    def _mellin(self, w: _Range, x: arb, spin: arb) -> arb:
        total = arb(0)
        for s, k, c in self.mellin:
            # R_s(L) = L^(2s) Gamma(L+1/2-s)/Gamma(L+1/2+s) falls to 1 for s >= 1/2 (docs/theory/gravity.md)
            half = spin + ball(fmpq(1, 2))
            first = spin ** ball(2 * s) * (half - ball(s)).gamma() / (half + ball(s)).gamma()
            total += c * x**k * w.power(2 * s - self.power) * first.union(arb(1))
        return total

    def _boundary_size(self, w: _Range, x: arb, eta_inverse: arb, q_ratio: arb) -> arb:
        """Bound on l^power times the boundary terms; 1/xi = w^2/eta_inverse."""
        slopes_sum, values_sum = arb(0), arb(0)
        bend, step = ball(self.a) * (1 - 2 * x) / (2 * (1 - x)), w.power(fmpq(2)) / eta_inverse
        # factors 1/xi^(j+1) without the common w^2; h_0 = f(1) E = 0, so the second sum starts with
        # w^4, of which l takes one power: w^2 * w remains, and `last` is the factor before step
        factor, last = -1 / eta_inverse, arb(0)
        for j, (values, slopes) in enumerate(self.boundary):
            h = arb(0) if j == 0 else _evaluate(values, x)
            slopes_sum += factor * (bend * h + _evaluate(slopes, x))
            values_sum += last * h
            last, factor = -factor / eta_inverse, -factor * step
        values_sum *= w.power(fmpq(1))
        waves = (slopes_sum**2 / q_ratio + values_sum**2 / (1 - x)).upper()
        front = self.sonin / 2 * (4 * (1 - x)) ** ball(-self.a / 2) * (1 - x) ** ball(self.beta + 1)
        return front * waves.sqrt() * w.power(self.a + 2 - self.power)

    def _remainder(self, w: _Range, x: arb, x_high: arb, eta_inverse: arb) -> arb:
        """Bound on l^power times what is left after N parts."""
        parts, total = self.region.parts, arb(0)
        for n, k, c in self.regular:
            total += c * x_high**k / ball((n + 1) / 2 + k - parts)
        for n, k, c in self.singular:
            gap = (n + 1) / 2 + k - parts
            if gap < 0:
                total += c * x_high**k / ball(-gap)
            elif gap == 0:
                # x^k log(1/x) <= x^(k-1), and k >= 1 since no power of p is 2N-1
                total += c * x_high ** (k - 1)
            else:
                total += c * x_high ** ball(parts - (n + 1) / 2) / ball(gap)
        return total / 2 * w.power(2 * parts - self.power) / eta_inverse**parts


@dataclass(frozen=True)
class _Range:
    """0 <= low <= w <= high with powers as balls."""

    low: arb
    high: arb

    def power(self, exponent: fmpq) -> arb:
        """w^exponent, exponent >= 0."""
        assert exponent >= 0
        if exponent == 0:
            return arb(1)
        low = self.low ** ball(exponent) if self.low > 0 else arb(0)
        return low.union(self.high ** ball(exponent))


def _evaluate(coefficients: list[arb], x: arb) -> arb:
    total = arb(0)
    for c in reversed(coefficients):
        total = total * x + c
    return total


def _pole_series(beta: fmpq, count: int) -> list[fmpq]:
    """e_0 ... e_count of (2-y)(1-y)^(-2-beta) = (1-y)^(-1-beta) + (1-y)^(-2-beta), all positive."""
    result, first, second = [], fmpq(1), fmpq(1)
    for k in range(count + 1):
        result.append(first + second)
        first *= (1 + beta + k) / (k + 1)
        second *= (2 + beta + k) / (k + 1)
    return result
