"""What was proved, as data: the only thing a line that says PROVED may be written from.

A `Proof` is made by the verifier alone, of a document that it has checked.  Whoever asks whether a statement
follows compares it with the fields of proofs and with nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from flint import arb, fmpq

from solvers.verify.loops import pi_power
from solvers.verify.precision import working_precision
from solvers.verify.rows import Coupling

Pair = tuple[Coupling, Coupling]

#: kinds of proofs: functional >= 0 for rho_J >= 0; functional <= bound for a bounded density; with the graviton
#: pole; the cutoff with gravity; an interval of g2 that is impossible; a spectrum that is there
INEQUALITY, BOUNDED, GRAVITON, CUTOFF, INTERVAL, SPECTRUM = (
    "inequality", "bounded", "graviton", "cutoff", "interval", "spectrum",
)  # fmt: skip

#: what one-loop couplings are, in every statement with loops
SCHEME = "couplings at mu=M, arcs of radius M"
_LONGEST = 200
_ZERO = fmpq(0)


@dataclass(frozen=True)
class Density:
    """What is assumed of the partial-wave density besides rho_J >= 0.

    ceiling: rho_J <= ceiling, None for no ceiling.  last_spin: no states of a larger spin, None for no such
    assumption.  gaps: ((spin, m^2), ...), no states of the spin below m^2, in units of M^2.
    """

    ceiling: fmpq | None = None
    last_spin: int | None = None
    gaps: tuple[tuple[int, fmpq], ...] = ()

    def holds_for(self, other: Density) -> bool:
        """Whether every density that `other` admits is admitted here too, so that proofs made here hold there."""
        if self.ceiling is not None and (other.ceiling is None or other.ceiling > self.ceiling):
            return False
        if self.last_spin is not None and (other.last_spin is None or other.last_spin > self.last_spin):
            return False
        given = dict(other.gaps)
        empty = [spin for spin, _ in self.gaps if other.last_spin is not None and spin > other.last_spin]
        return all(spin in empty or given.get(spin, fmpq(0)) >= mass for spin, mass in self.gaps)

    def __str__(self) -> str:
        words = ["rho_J >= 0" if self.ceiling is None else f"0 <= rho_J <= {self.ceiling}"]
        if self.last_spin is not None:
            words.append(f"no states of spin above {self.last_spin}")
        words += [f"no states of spin {spin} below m^2 = {mass}" for spin, mass in sorted(self.gaps)]
        return ", ".join(words)


@dataclass(frozen=True)
class Proof:
    """One statement that was proved, in units M = 1, all numbers exact.

    kind: one of the above.  dimension: D.  density: what is assumed.  claim: coefficients of the couplings g_pq
    in what is >= 0 (inequality, graviton) or <= bound (bounded), without zeros; the values of all couplings
    to `order` (spectrum).  loops: coefficients of pi^P g_a g_b, one for each pair of couplings whose one-loop terms
    are in, P the power of pi in D dimensions; None at tree level.  sum_rules: (j, power), those of
    [t^power] A_2j that are used.  order: the highest Mandelstam order 2j + power among them.  bound: see claim.
    graviton: coefficient of 8 pi G in the claim.  contacts, momenta: of a cutoff, the number of free
    contact terms and (p_min, top^2).  interval: no g2 pi^P lies in it.
    """

    kind: str
    dimension: int
    density: Density
    claim: tuple[tuple[Coupling, fmpq], ...] = ()
    loops: tuple[tuple[Pair, fmpq], ...] | None = None
    sum_rules: tuple[tuple[int, int], ...] = ()
    order: int = 0
    bound: fmpq = _ZERO
    graviton: fmpq = _ZERO
    contacts: int = 0
    momenta: tuple[fmpq, fmpq] | None = None
    interval: tuple[fmpq, fmpq] | None = None

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs of couplings whose loops are in; empty at tree level."""
        return () if self.loops is None else tuple(pair for pair, _ in self.loops)

    def __str__(self) -> str:
        return statement(self)


def number_text(value: fmpq) -> str:
    """A rational as a decimal if that is exact and not long, else as a/b; of more than 200 digits the first ones.

    A shortened number is marked by "~": what is proved then holds for all digits of the document.
    """
    text = _decimal(value)
    if len(text) <= _LONGEST:
        return text
    size, exponent = abs(value), 0
    exponent = (len(str(size.p)) - len(str(size.q))) - 11
    leading = (size / fmpq(10) ** exponent).round() if exponent >= 0 else (size * fmpq(10) ** -exponent).round()
    return f"{'-' if value < 0 else ''}~{leading}e{exponent} ({len(text)} characters)"


def _decimal(value: fmpq) -> str:
    below, places = value.q, 0
    if below != 1:
        while (10**places) % below and places < 60:
            places += 1
        if (10**places) % below:
            return str(value)
    # flint writes integers of any length, Python refuses more than 4300 digits
    digits = str(abs(value * 10**places).p).rjust(places + 1, "0")
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return ("-" if value < 0 else "") + text


_STATES = "all even spins, all masses m >= M"


def statement(proof: Proof) -> str:
    """One line that says exactly what a proof proves, with its scope."""
    if proof.kind == GRAVITON:
        return _graviton(proof)
    if proof.kind == CUTOFF:
        return _cutoff(proof)
    if proof.kind == INTERVAL:
        return _interval(proof)
    if proof.kind == SPECTRUM:
        return f"a spectrum with {len(proof.claim)} couplings to order {proof.order} exists in D={proof.dimension}"
    relation = f"<= {number_text(proof.bound)}" if proof.kind == BOUNDED else ">= 0"
    level = "tree-level" if proof.loops is None else f"one-loop ({loops_text(proof.pairs)}; {SCHEME})"
    rules = f"{_STATES}, {level} forward sum rules to order {proof.order}"
    return f"{_claim(proof)} {relation} at M=1 in D={proof.dimension}: {proof.density}, {rules}"


def loops_text(pairs: tuple[Pair, ...]) -> str:
    """The pairs of couplings whose loops are in, by their indices, lowest order first."""

    def order(coupling: Coupling) -> tuple[int, int]:
        return 2 * coupling[0] + 3 * coupling[1], coupling[1]

    named = [sorted(pair, key=order) for pair in pairs]
    named.sort(key=lambda pair: (order(pair[0])[0] + order(pair[1])[0], order(pair[0])))
    return ", ".join(f"g[{a[0]},{a[1]}]^2" if a == b else f"g[{a[0]},{a[1]}] g[{b[0]},{b[1]}]" for a, b in named)


def _claim(proof: Proof) -> str:
    terms = []
    for (p, q), value in sorted(proof.claim, key=lambda c: (2 * c[0][0] + 3 * c[0][1], c[0][1])):
        terms.append(f"{'-' if value < 0 else '+'} {number_text(abs(value))}*g[{p},{q}]")
    for (a, b), value in proof.loops or ():
        names = f"g[{a[0]},{a[1]}]*g[{b[0]},{b[1]}]"
        terms.append(f"{'-' if value < 0 else '+'} {number_text(abs(value))}*pi^{pi_power(proof.dimension)}*{names}")
    return " ".join(terms).removeprefix("+ ")


def _graviton(proof: Proof) -> str:
    """Over the coefficient of g2 (or g3): exact but for that of 8 pi G >= 0, which is rounded up."""
    claim = dict(proof.claim)
    named = {"g2": claim.get((1, 0), fmpq(0)), "g3": claim.get((0, 1), fmpq(0))}
    scale = abs(next(value for value in (*named.values(), proof.graviton) if value != 0))
    terms = [(value / scale, name) for name, value in named.items() if value != 0]
    parts = [name if value == 1 else f"-{name}" if value == -1 else f"{value}*{name}" for value, name in terms]
    left = " + ".join([*parts, f"{rounded_up(proof.graviton / scale)}*8piG"]).replace("+ -", "- ")
    return (
        f"{left} >= 0 at M=1 in D={proof.dimension}: {proof.density}, tree level with graviton exchange, "
        "leading order in G (no graviton loops), 8piG >= 0, "
        f"improved sum rule k=2 with all forward sum rules k>=4, {_STATES}, all impact parameters"
    )


def _cutoff(proof: Proof) -> str:
    assert proof.momenta is not None
    low, top = (_plain(value) for value in proof.momenta)
    return (
        f"8piG Lambda^2 <= {_plain(proof.bound)} for D=4, {proof.density}, all even spins, all masses >= Lambda=1, "
        f"if A_2(-p^2) = 8piG/p^2 + {_contacts(proof.contacts)} for {low} <= p and p^2 <= {top} "
        "(graviton loops neglected)"
    )


def _contacts(count: int) -> str:
    """The contact terms that are free: c_0, c_1 p^2, ..."""
    names = [f"c_{i}" + (f" p^{2 * i}" if i else "") for i in range(count)]
    return " + ".join(names) + " with any c" if names else "0 (no contact terms)"


def _interval(proof: Proof) -> str:
    assert proof.interval is not None
    ends = [_inwards(value, proof.dimension, sign) for value, sign in zip(proof.interval, (1, -1), strict=True)]
    power = pi_power(proof.dimension)
    exact = f"g2 pi^{power} from {number_text(proof.interval[0])} to {number_text(proof.interval[1])}"
    return (
        f"no theory has {ends[0]} U < g2 < {ends[1]} U at M=1 in D={proof.dimension} ({exact}, U = (4 pi)^(D/2)), "
        f"whatever g3 and g4: {proof.density}, {_STATES}, one-loop ({loops_text(proof.pairs)}; {SCHEME}) "
        f"forward sum rules to order {proof.order}"
    )


def _inwards(value: fmpq, dimension: int, sign: int) -> str:
    """g2 / U with seven decimals, rounded up (sign 1) or down (sign -1): an interval must not grow."""
    with working_precision(128):
        scaled = (sign * g2_in_units_of_u(value, dimension) * 10**7).upper().ceil()
    return number_text(fmpq(sign * scaled.unique_fmpz(), 10**7))


def g2_in_units_of_u(value: fmpq, dimension: int) -> arb:
    """g2 / U for a value of g2 pi^P, as a ball."""
    with working_precision(128):
        unit = (4 * arb.pi()) ** (arb(dimension) / 2)
        return arb(value) / (unit * arb.pi() ** pi_power(dimension))


def _plain(value: fmpq) -> str:
    """The value as a decimal if it has one of at most 30 digits."""
    scaled = value * 10**30
    if scaled.q != 1 or abs(scaled.p) > 10**60:
        return number_text(value)
    return f"{Decimal(str(scaled.p)).scaleb(-30).normalize():f}"


def rounded_up(value: fmpq, decimals: int = 10) -> str:
    """The smallest decimal with so many places that is not below value."""
    scaled = (value * 10**decimals).ceil()
    digits = str(abs(scaled)).rjust(decimals + 1, "0")
    text = f"{digits[:-decimals]}.{digits[-decimals:]}".rstrip("0").rstrip(".")
    return number_text(value) if len(text) > 200 else f"-{text}" if scaled < 0 else text
