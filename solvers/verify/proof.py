"""What was proved, as data: the only thing a line that says PROVED may be written from.

A `Proof` is made by the verifier alone, of a document that it has checked.  Whoever asks whether a statement
follows compares it with the fields of proofs and with nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import fmpq

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
        from solvers.verify.statements import statement

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
