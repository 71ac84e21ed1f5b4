"""Names of the Wilson coefficients and linear combinations of them.

The tree amplitude is M = sum_{p,q} g_{pq} (s^2+t^2+u^2)^p (stu)^q; a coupling is the pair
(p, q) with Mandelstam order n = 2p + 3q.  At each order the coupling with the fewest powers
of stu is called g<n>, the next one g<n>', then g<n>'' ...

The graviton pole 8 pi G (st/u + su/t + tu/s) = 8 pi G (s^2+t^2+u^2)^2/(4 stu) is a term of this sum too, of
Mandelstam order 1: 8piG = 4 g[2,-1].  Only questions with the graviton know it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import TypeAlias

from flint import fmpq

from positivity.questions.errors import InputError, shown, whole_number
from positivity.questions.numbers import parse_rational as parse_rational

Coupling: TypeAlias = tuple[int, int]
Combination: TypeAlias = dict[Coupling, fmpq]

#: the coupling of the graviton pole, and what 8piG is in units of it
GRAVITON: Coupling = (2, -1)
_PER_8PIG = fmpq(4)
EIGHT_PI_G: Combination = {GRAVITON: _PER_8PIG}
_NO_GRAVITON = (
    "8piG: these sum rules know no graviton; divide by it (over='8piG'), or bound '8piG' with density 'unitary'"
)

#: a combination is read without its blanks, which stand between its signs, numbers and names
_NUMBER = r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?:/[0-9]+)?"
_INDEX = r"([0-9]{1,4}),([0-9]{1,4})"
_POLE = r"8piG|g\[2,-1\]|g_?\{2,-1\}"
_NAME = rf"{_POLE}|g[0-9]{{1,4}}(?:'+|p+)?|g\[{_INDEX}\]|g_?\{{{_INDEX}\}}"
_TERM = re.compile(rf"(?P<sign>[+-]?)(?:(?P<factor>{_NUMBER})\*?)?(?P<name>{_NAME})(?:/(?P<divisor>{_NUMBER}))?")
_PAIR = re.compile(rf"g\[{_INDEX}\]|g_?\{{{_INDEX}\}}")
_NAMED = re.compile(r"g([0-9]{1,4})('*|p*)")
_MAX_ORDER = 200
#: characters of a combination
MAX_CHARACTERS = 10_000


def order_of(coupling: Coupling) -> int:
    """Mandelstam order n = 2p + 3q of the coupling g_{pq}."""
    p, q = coupling
    return 2 * p + 3 * q


def couplings_of_order(n: int) -> list[Coupling]:
    """All couplings g_{pq} with 2p + 3q = n, fewest powers of stu first."""
    return [((n - 3 * q) // 2, q) for q in range(n // 3 + 1) if (n - 3 * q) % 2 == 0]


def coupling_name(coupling: Coupling) -> str:
    """Short name: (1,0) -> "g2", (0,2) -> "g6'"; the graviton pole is "g[2,-1]"."""
    if coupling == GRAVITON:
        return "g[2,-1]"
    siblings = couplings_of_order(order_of(coupling))
    return f"g{order_of(coupling)}" + "'" * siblings.index(coupling)


def coupling_latex(coupling: Coupling) -> str:
    """LaTeX of the short name: g_{2}, g_{6}^{\\prime}; the graviton pole is g_{2,-1}."""
    if coupling == GRAVITON:
        return "g_{2,-1}"
    primes = coupling_name(coupling).count("'")
    mark = f"^{{{chr(92)}prime{(chr(92) + 'prime') * (primes - 1)}}}" if primes else ""
    return f"g_{{{order_of(coupling)}}}{mark}"


def parse_coupling(text: object) -> Coupling:
    """Read one coupling: "g3", "g6'", "g6p" or "g[p,q]".

    Raises InputError if the text is not the name of a coupling of the shift-symmetric scalar.
    """
    stripped = _compact(text)
    if re.fullmatch(_POLE, stripped):
        raise InputError(_NO_GRAVITON)
    pair = _PAIR.fullmatch(stripped)
    if pair:
        first, second = (int(index) for index in pair.groups() if index is not None)
        if not 2 <= order_of((first, second)) <= _MAX_ORDER:
            raise InputError(f"coupling {shown(stripped)}: order 2p+3q must be 2..{_MAX_ORDER}; use e.g. g[1,0]")
        return first, second
    named = _NAMED.fullmatch(stripped)
    if not named:
        raise InputError(f"unknown coupling {shown(stripped)}: write g2, g3, g6', ... or g[p,q]")
    n, primes = int(named[1]), len(named[2])
    if n > _MAX_ORDER:
        raise InputError(f"coupling {shown(stripped)}: orders above {_MAX_ORDER} are not supported")
    siblings = couplings_of_order(n) if n >= 2 else []
    if primes >= len(siblings):
        known = ", ".join(coupling_name(c) for c in siblings) or "none"
        raise InputError(f"unknown coupling {shown(stripped)}: order {n} has {known}; the first is g2")
    return siblings[primes]


def parse_combination(text: str | Mapping[Coupling, object], *, graviton: bool = False) -> Combination:
    """Read a linear combination of couplings such as "g3", "-g4" or "g3+2*g4-1/2 g[0,2]".

    graviton: whether 8piG = 4 g[2,-1] may be among them.  Returns {(p, q): coefficient} without zero terms; at most
    10,000 characters.  Raises InputError.
    """
    if isinstance(text, Mapping):
        terms = [_scaled(c, parse_rational(v, "coefficient")) for c, v in text.items()]
    else:
        terms = _read_terms(text)
    if not graviton and any(coupling == GRAVITON for coupling, _ in terms):
        raise InputError(_NO_GRAVITON)
    total: Combination = {}
    for coupling, value in terms:
        total[coupling] = total.get(coupling, fmpq(0)) + value
    total = {c: v for c, v in total.items() if v != 0}
    if not total:
        raise InputError(f"combination {shown(text)} is empty: name at least one coupling, e.g. g3 or g3+2*g4")
    return total


def _scaled(name: object, value: fmpq) -> tuple[Coupling, fmpq]:
    """A coupling, by its name or its pair (p, q), and its coefficient: that of 8piG is four times g[2,-1]'s."""
    word = _compact(name) if isinstance(name, str) else name
    if word == "8piG":
        return GRAVITON, value * _PER_8PIG
    if (isinstance(word, str) and re.fullmatch(_POLE, word)) or (isinstance(word, tuple) and word == GRAVITON):
        return GRAVITON, value
    return _key(name), value


def names_graviton(*texts: object) -> bool:
    """Whether any of these combinations, or names in a mapping of them, names the graviton pole."""
    for text in texts:
        names = list(text) if isinstance(text, Mapping) else [text]
        for name in names:
            plain = "".join(name.split()) if isinstance(name, str) and len(name) <= MAX_CHARACTERS else ""
            if (isinstance(name, tuple) and name == GRAVITON) or re.search(_POLE, plain):
                return True
    return False


def check_given(values: object, what: str, example: str) -> dict[str, object]:
    """{name: value} from a mapping whose keys are names or pairs (p, q); raises InputError for anything else."""
    if values is None:
        return {}
    if not isinstance(values, Mapping):
        raise InputError(f"{what} {shown(values)}: give a dictionary, e.g. {example}")
    return {name if isinstance(name, str) else coupling_name(_key(name)): value for name, value in values.items()}


def _key(coupling: object) -> Coupling:
    """A coupling given as the pair (p, q) or by its name."""
    if isinstance(coupling, str):
        return parse_coupling(coupling)
    if isinstance(coupling, tuple) and len(coupling) == 2:
        p, q = (whole_number(index, "coupling index", 0, _MAX_ORDER) for index in coupling)
        return parse_coupling(f"g[{p},{q}]")
    raise InputError(f"coupling {shown(coupling)}: write a name such as 'g3', or the pair (p, q)")


def _compact(text: object) -> str:
    """Without blanks, which are not allowed inside a number or a name."""
    if not isinstance(text, str):
        raise InputError(f"coupling {shown(text)} is no text: write couplings like 'g3' or a sum like 'g3+2*g4'")
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"coupling {shown(text)} has {len(text)} characters: use at most {MAX_CHARACTERS}")
    words = text.split()
    for left, right in pairwise(words):
        if left[-1].isalnum() and right[0] in "0123456789.'p":
            raise InputError(f"cannot read {shown(f'{left} {right}')}: leave no blank inside a number or a name")
    return "".join(words)


def _read_terms(text: object) -> list[tuple[Coupling, fmpq]]:
    compact = _compact(text)
    terms: list[tuple[Coupling, fmpq]] = []
    position = 0
    while position < len(compact):
        match = _TERM.match(compact, position)
        if not match or (terms and not match["sign"]):
            raise InputError(
                f"cannot read {shown(compact[position:])} in {shown(text)}: "
                "write couplings like g3, g6', g[p,q] or a sum like g3+2*g4"
            )
        divisor = parse_rational(match["divisor"] or "1", "divisor")
        if divisor == 0:
            raise InputError(f"{shown(match[0])} divides by zero: write a non-zero number")
        value = parse_rational(match["factor"] or "1", "coefficient") / divisor
        if match["name"] == "8piG" and match["factor"] and "*" not in match[0]:
            raise InputError(f"cannot read {shown(match[0])}: write a multiple of 8piG with *, e.g. 2*8piG")
        terms.append(_scaled(match["name"], -value if match["sign"] == "-" else value))
        position = match.end()
    return terms


def combination_text(combination: Combination) -> str:
    """Inverse of parse_combination: {(0,1): 1, (2,0): 2} -> "g3+2*g4"."""
    return _join(combination, coupling_name, "*", str)


def combination_latex(combination: Combination) -> str:
    """LaTeX of a linear combination, e.g. "g_{3}+2\\,g_{4}"."""
    return _join(combination, coupling_latex, r"\,", rational_latex)


def rational_latex(value: fmpq) -> str:
    """LaTeX of a non-negative rational."""
    return str(value.p) if value.q == 1 else rf"\frac{{{value.p}}}{{{value.q}}}"


def _join(combination, name, times, number) -> str:  # type: ignore[no-untyped-def]
    parts = []
    for coupling in sorted(combination, key=lambda c: (order_of(c), c[1])):
        value, word = combination[coupling], name(coupling)
        if coupling == GRAVITON:
            value, word = value / _PER_8PIG, "8piG" if times == "*" else r"8\pi G"
        size = "" if abs(value) == 1 else number(abs(value)) + times
        parts.append(("-" if value < 0 else "+") + size + word)
    return "".join(parts).removeprefix("+")
