"""Formulas of amplitudes in s, t, u: a small grammar of its own, so that text is never run as code.

    sum     = product {("+" | "-") product}
    product = factor {("*" | "/") factor}
    factor  = ("+" | "-") factor | atom [("**" | "^") factor]
    atom    = number | s | t | u | pi | E | I | EulerGamma | function "(" sum ")" | "(" sum ")"

Functions: see FUNCTIONS.  Limits: MAX_CHARACTERS, MAX_DEPTH of nesting, MAX_CALLS of functions, exponents that are
numbers of at most MAX_EXPONENT, MAX_DEGREE in s, t, u and MAX_BITS of the numbers that powers and products can reach.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq, fmpq_poly
from mpmath import mp

from positivity.questions.errors import InputError, check_text, shown
from positivity.questions.numbers import parse_rational

MAX_CHARACTERS, MAX_DEPTH, MAX_CALLS = 4000, 40, 60
MAX_EXPONENT, MAX_DEGREE, MAX_BITS = 200, 400, 40_000
#: largest argument of a function, in absolute value, at the points where an amplitude is evaluated
_MAX_ARGUMENT = 1000

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    name: getattr(mp, name)
    for name in (
        "exp", "log", "sqrt", "gamma", "loggamma", "digamma", "sin", "cos", "tan", "sinh", "cosh", "tanh",
        "asin", "acos", "atan", "asinh", "acosh", "atanh",
    )
}  # fmt: skip
CONSTANTS: dict[str, Callable[[], Any]] = {
    "pi": lambda: +mp.pi,
    "E": lambda: +mp.e,
    "I": lambda: mp.mpc(0, 1),
    "EulerGamma": lambda: +mp.euler,
}
_VARIABLES = ("s", "t", "u")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,6})?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*)|(?P<sign>\*\*|[-+*/^(),]))"
)


@dataclass(frozen=True)
class Node:
    """A part of a formula.

    kind: "number", "variable", "constant", "call" or one of + * / **.  value: the number, the name, or the
    exponent of **.  above, below: degrees of numerator and denominator it can have.  bits: the size its
    numbers can reach.  calls: functions in it.
    """

    kind: str
    value: Any
    parts: tuple[Node, ...] = ()
    above: int = 0
    below: int = 0
    bits: int = 1
    calls: int = 0


class Formula:
    """An amplitude given as text; raises InputError for what the grammar does not hold."""

    def __init__(self, text: object) -> None:
        self.text = " ".join(check_text(text, "amplitude", "'1/((1-s)*(1-t)*(1-u))'").split())
        if len(self.text) > MAX_CHARACTERS:
            raise InputError(f"the amplitude has {len(self.text)} characters: use at most {MAX_CHARACTERS}")
        self._root = _Reader(self.text).whole()

    def __str__(self) -> str:
        return self.text

    def at(self, s: Any, t: Any, u: Any) -> Any:
        """The value at numbers of mpmath, at its precision; raises InputError where there is none."""
        try:
            return _value(self._root, dict(zip(_VARIABLES, (s, t, u), strict=True)))
        except (ZeroDivisionError, ValueError, OverflowError) as error:
            if isinstance(error, InputError):
                raise
            place = ", ".join(f"{name} = {mp.nstr(z, 5)}" for name, z in zip(_VARIABLES, (s, t, u), strict=True))
            raise InputError(f"the amplitude is not finite at {place}: its states must lie at m^2 >= 1") from None

    def fraction(self, c: fmpq) -> tuple[fmpq_poly, fmpq_poly] | None:
        """Numerator and denominator in s on the line t = c s, u = -(1+c) s; None if the formula is not rational."""
        slopes = {"s": fmpq(1), "t": c, "u": -1 - c}
        return _fraction(self._root, {name: fmpq_poly([fmpq(0), slope]) for name, slope in slopes.items()})


class _Reader:
    """Recursive descent over the tokens of a formula."""

    def __init__(self, text: str) -> None:
        self.text, self.depth = text, 0
        self.tokens = list(_tokens(text))
        self.place = 0

    def whole(self) -> Node:
        """The formula, to its end."""
        if not self.tokens:
            raise self._error("is empty")
        node = self._sum()
        if self.place < len(self.tokens):
            raise self._error(f"is not a formula at {shown(self.tokens[self.place][1])}")
        return node

    def _error(self, what: str) -> InputError:
        return InputError(f"amplitude {shown(self.text)} {what}: write e.g. 1/((1-s)*(1-t)*(1-u))")

    def _next(self, *signs: str) -> str | None:
        """Take one of these signs if it comes next."""
        if self.place < len(self.tokens) and self.tokens[self.place] in [("sign", sign) for sign in signs]:
            self.place += 1
            return self.tokens[self.place - 1][1]
        return None

    def _sum(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise InputError(f"the amplitude is nested deeper than {MAX_DEPTH}: write it with fewer brackets")
        node = self._product()
        while sign := self._next("+", "-"):
            term = self._product()
            node = _joined("+", (node, term if sign == "+" else _joined("*", (_number(fmpq(-1)), term))))
        self.depth -= 1
        return node

    def _product(self) -> Node:
        node = self._factor()
        while sign := self._next("*", "/"):
            node = _joined(sign, (node, self._factor()))
        return node

    def _factor(self) -> Node:
        self.depth += 1
        if self.depth > 2 * MAX_DEPTH:
            raise InputError(f"the amplitude is nested deeper than {MAX_DEPTH}: write it with fewer signs in a row")
        sign = self._next("+", "-")
        if sign:
            node = self._factor()
            node = node if sign == "+" else _joined("*", (_number(fmpq(-1)), node))
        else:
            node = self._atom()
            if self._next("**", "^"):
                node = _power(node, self._factor())
        self.depth -= 1
        return node

    def _atom(self) -> Node:
        if self._next("("):
            node = self._sum()
            self._closed()
            return node
        if self.place >= len(self.tokens):
            raise self._error("is not a formula: it ends too early")
        kind, text = self.tokens[self.place]
        self.place += 1
        if kind == "number":
            return _number(parse_rational(text, "number in the amplitude"))
        if kind == "sign":
            raise self._error(f"is not a formula at {shown(text)}")
        return self._named(text)

    def _named(self, name: str) -> Node:
        if self._next("("):
            if name not in FUNCTIONS:
                raise InputError(f"the amplitude calls {shown(name)}: the functions are {', '.join(FUNCTIONS)}")
            argument = self._sum()
            self._closed()
            return _checked(Node("call", name, (argument,), calls=argument.calls + 1))
        if name in _VARIABLES:
            return Node("variable", name, above=1)
        if name in CONSTANTS:
            return Node("constant", name)
        raise InputError(f"the amplitude depends on {shown(name)[1:-1]}: put in numbers, masses in units of M = 1")

    def _closed(self) -> None:
        if not self._next(")"):
            raise self._error("is not a formula: a bracket is not closed")


def _tokens(text: str) -> list[tuple[str, str]]:
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if not match:
            if not text[place:].strip():
                break
            raise InputError(f"amplitude {shown(text)} is not a formula at {shown(text[place:].strip()[:1])}")
        found.append((str(match.lastgroup), match[str(match.lastgroup)]))
        place = match.end()
    return found


def _number(value: fmpq) -> Node:
    return _checked(Node("number", value, bits=max(int(value.p).bit_length(), int(value.q).bit_length())))


def _joined(kind: str, parts: tuple[Node, Node]) -> Node:
    """A sum, product or quotient with what its numbers and degrees can reach."""
    first, second = parts
    if kind == "+":
        above, below = max(first.above + second.below, second.above + first.below), first.below + second.below
    elif kind == "*":
        above, below = first.above + second.above, first.below + second.below
    else:
        above, below = first.above + second.below, first.below + second.above
    return _checked(Node(kind, None, parts, above, below, first.bits + second.bits + 1, first.calls + second.calls))


def _power(base: Node, exponent: Node) -> Node:
    number = _constant(exponent)
    if number is None:
        raise InputError("an exponent in the amplitude is no number: write exp(x*log(y)) for y**x")
    if abs(number) > MAX_EXPONENT or number.q > MAX_EXPONENT:
        raise InputError(f"an exponent in the amplitude is {shown(str(number))[1:-1]}: use at most {MAX_EXPONENT}")
    times = int(abs(number).ceil())
    above, below = times * base.above, times * base.below
    if number < 0:
        above, below = below, above
    return _checked(Node("**", number, (base,), above, below, times * base.bits + 1, base.calls))


def _checked(node: Node) -> Node:
    if node.above + node.below > MAX_DEGREE:
        raise InputError(f"the amplitude is of a degree above {MAX_DEGREE} in s, t and u: use a simpler one")
    if node.bits > MAX_BITS:
        raise InputError(f"the numbers in the amplitude can reach more than {MAX_BITS} bits: use smaller ones")
    if node.calls > MAX_CALLS:
        raise InputError(f"the amplitude calls more than {MAX_CALLS} functions: use a simpler one")
    return node


def _constant(node: Node) -> fmpq | None:
    """The rational number that a part is, None if it depends on more."""
    found = _fraction(node, {})
    return None if found is None else found[0][0] / found[1][0]


def _fraction(node: Node, line: dict[str, fmpq_poly]) -> tuple[fmpq_poly, fmpq_poly] | None:
    if node.kind == "number":
        return fmpq_poly([node.value]), fmpq_poly([1])
    if node.kind == "variable":
        return (line[node.value], fmpq_poly([1])) if line else None
    if node.kind in ("constant", "call") or (node.kind == "**" and node.value.q != 1):
        return None
    parts = [_fraction(part, line) for part in node.parts]
    if any(part is None for part in parts):
        return None
    return _combined(node, [part for part in parts if part is not None])


def _combined(node: Node, parts: Sequence[tuple[fmpq_poly, fmpq_poly]]) -> tuple[fmpq_poly, fmpq_poly]:
    (above, below), exponent = parts[0], node.value
    if node.kind == "+":
        other, under = parts[1]
        above, below = above * under + other * below, below * under
    elif node.kind == "*":
        above, below = above * parts[1][0], below * parts[1][1]
    elif node.kind == "/":
        above, below = above * parts[1][1], below * parts[1][0]
    else:
        if exponent < 0:
            above, below = below, above
        above, below = above ** int(abs(exponent).p), below ** int(abs(exponent).p)
    if below == 0:
        raise InputError("the denominator of the amplitude vanishes where s+t+u = 0")
    common = above.gcd(below)
    return (above // common, below // common) if common.degree() > 0 else (above, below)


def _value(node: Node, at: dict[str, Any]) -> Any:
    if node.kind == "number":
        return mp.mpf(int(node.value.p)) / int(node.value.q)
    if node.kind == "variable":
        return at[node.value]
    if node.kind == "constant":
        return CONSTANTS[node.value]()
    first, *rest = (_value(part, at) for part in node.parts)
    if node.kind == "+":
        return first + rest[0]
    if node.kind == "*":
        return first * rest[0]
    if node.kind == "/":
        return first / rest[0]
    if node.kind == "**":
        exponent = node.value
        return first ** int(exponent.p) if exponent.q == 1 else first ** (mp.mpf(int(exponent.p)) / int(exponent.q))
    if not abs(first) <= _MAX_ARGUMENT:
        raise InputError(
            f"the amplitude takes {node.value} of {mp.nstr(first, 5)}: use arguments up to {_MAX_ARGUMENT}"
        )
    return FUNCTIONS[node.value](first)
