"""Names of the Wilson coefficients and linear combinations of them.

The tree amplitude is M = sum_{p,q} g_{pq} (s^2+t^2+u^2)^p (stu)^q; a coupling is the pair
(p, q) with Mandelstam order n = 2p + 3q.  At each order the coupling with the fewest powers
of stu is called g<n>, the next one g<n>', then g<n>'' ...
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeAlias

from flint import fmpq

from positivity.errors import InputError

Coupling: TypeAlias = tuple[int, int]
Combination: TypeAlias = dict[Coupling, fmpq]

_NUMBER = r"(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?:/\d+)?"
_NAME = r"g\d+(?:'+|p+)?|g\[\s*\d+\s*,\s*\d+\s*\]|g_?\{\s*\d+\s*,\s*\d+\s*\}"
_TERM = re.compile(
    rf"\s*(?P<sign>[+-]?)\s*(?:(?P<factor>{_NUMBER})\s*\*?\s*)?(?P<name>{_NAME})"
    rf"(?:\s*/\s*(?P<divisor>{_NUMBER}))?\s*"
)
_MAX_ORDER = 200
_MAX_EXPONENT = 400


def order_of(coupling: Coupling) -> int:
    """Mandelstam order n = 2p + 3q of the coupling g_{pq}."""
    p, q = coupling
    return 2 * p + 3 * q


def couplings_of_order(n: int) -> list[Coupling]:
    """All couplings g_{pq} with 2p + 3q = n, fewest powers of stu first."""
    return [((n - 3 * q) // 2, q) for q in range(n // 3 + 1) if (n - 3 * q) % 2 == 0]


def coupling_name(coupling: Coupling) -> str:
    """Short name: (1,0) -> "g2", (0,2) -> "g6'"."""
    siblings = couplings_of_order(order_of(coupling))
    return f"g{order_of(coupling)}" + "'" * siblings.index(coupling)


def coupling_latex(coupling: Coupling) -> str:
    """LaTeX of the short name: g_{2}, g_{6}^{\\prime}."""
    primes = coupling_name(coupling).count("'")
    mark = f"^{{{chr(92)}prime{(chr(92) + 'prime') * (primes - 1)}}}" if primes else ""
    return f"g_{{{order_of(coupling)}}}{mark}"


def parse_coupling(text: str) -> Coupling:
    """Read one coupling: "g3", "g6'", "g6p" or "g[p,q]".

    Raises InputError if the text is not the name of a coupling of the shift-symmetric scalar.
    """
    stripped = text.strip()
    pair = re.fullmatch(r"g(?:\[|_?\{)\s*(\d+)\s*,\s*(\d+)\s*[\]}]", stripped)
    if pair:
        coupling = (int(pair[1]), int(pair[2]))
        if not 2 <= order_of(coupling) <= _MAX_ORDER:
            raise InputError(f"coupling {stripped!r}: order 2p+3q must be 2..{_MAX_ORDER}; use e.g. g[1,0]")
        return coupling
    named = re.fullmatch(r"g(\d+)('*|p*)", stripped)
    if not named:
        raise InputError(f"unknown coupling {stripped!r}: write g2, g3, g6', ... or g[p,q]")
    n, primes = int(named[1]), len(named[2])
    if n > _MAX_ORDER:
        raise InputError(f"coupling {stripped!r}: orders above {_MAX_ORDER} are not supported")
    siblings = couplings_of_order(n) if n >= 2 else []
    if primes >= len(siblings):
        known = ", ".join(coupling_name(c) for c in siblings) or "none"
        raise InputError(f"unknown coupling {stripped!r}: order {n} has {known}; the first is g2")
    return siblings[primes]


def parse_rational(text: object, what: str = "number") -> fmpq:
    """Exact rational from "0.3", "3/10", "1e-3", an int, a Fraction or an fmpq.

    A float is read by its shortest decimal form, so 0.3 means 3/10.  Raises InputError.
    """
    if isinstance(text, fmpq):
        return text
    if isinstance(text, float):
        text = repr(text)
    match = re.fullmatch(r"\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?(?:/(\d+))?\s*", str(text))
    if not match or not (match[2] or match[3]):
        raise InputError(f"{what} {text!r} is not an exact decimal or rational: write 0.3 or 3/10")
    exponent = int(match[4] or 0)
    if abs(exponent) > _MAX_EXPONENT or len(str(text)) > 2000:
        raise InputError(f"{what} {str(text)[:40]!r} is too large or too small: use at most {_MAX_EXPONENT} decades")
    if match[5] is not None and int(match[5]) == 0:
        raise InputError(f"{what} {text!r} divides by zero: write a rational with a non-zero denominator")
    digits = match[3] or ""
    value = fmpq(int((match[2] or "") + digits), int(match[5] or 1))
    value *= fmpq(10) ** (exponent - len(digits))
    return -value if match[1] == "-" else value


def parse_combination(text: str | Mapping[Coupling, object]) -> Combination:
    """Read a linear combination of couplings such as "g3", "-g4" or "g3+2*g4-1/2 g[0,2]".

    Returns {(p, q): coefficient} without zero terms.  Raises InputError.
    """
    if isinstance(text, Mapping):
        terms = [(c, parse_rational(v, "coefficient")) for c, v in text.items()]
    else:
        terms = _read_terms(text)
    total: Combination = {}
    for coupling, value in terms:
        total[coupling] = total.get(coupling, fmpq(0)) + value
    total = {c: v for c, v in total.items() if v != 0}
    if not total:
        raise InputError(f"combination {text!r} is empty: name at least one coupling, e.g. g3 or g3+2*g4")
    return total


def _read_terms(text: str) -> list[tuple[Coupling, fmpq]]:
    terms: list[tuple[Coupling, fmpq]] = []
    position = 0
    while position < len(text):
        match = _TERM.match(text, position)
        if not match or (terms and not match["sign"]):
            raise InputError(
                f"cannot read {text[position:].strip()!r} in {text!r}: "
                "write couplings like g3, g6', g[p,q] or a sum like g3+2*g4"
            )
        value = parse_rational(match["factor"] or "1") / parse_rational(match["divisor"] or "1")
        terms.append((parse_coupling(match["name"]), -value if match["sign"] == "-" else value))
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
        value = combination[coupling]
        size = "" if abs(value) == 1 else number(abs(value)) + times
        parts.append(("-" if value < 0 else "+") + size + name(coupling))
    return "".join(parts).removeprefix("+")
