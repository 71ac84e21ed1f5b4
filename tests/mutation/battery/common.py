"""What all checks use: documents, acceptance and refusal, exact references."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import mpmath
from flint import arb, fmpq

Verifier = SimpleNamespace
FOLDER = Path(__file__).parents[1] / "documents"


@dataclass(frozen=True)
class Check:
    """A check and the files whose mistakes it is meant to notice."""

    name: str
    run: Callable[[Verifier], None]
    files: tuple[str, ...]


def collector(checks: list[Check]) -> Callable[..., Callable[[Callable[[Verifier], None]], Callable[[Verifier], None]]]:
    """A decorator that adds a function to the checks of a module: @check("rows.py", "loops.py")."""

    def check(*files: str) -> Callable[[Callable[[Verifier], None]], Callable[[Verifier], None]]:
        def add(function: Callable[[Verifier], None]) -> Callable[[Verifier], None]:
            checks.append(Check(function.__name__, function, files))
            return function

        return add

    return check


@lru_cache(maxsize=100)
def _text(name: str) -> str:
    return (FOLDER / f"{name}.json").read_text(encoding="utf-8")


def load(name: str, **changes: Any) -> dict[str, Any]:
    """A genuine document of tests/mutation/documents, with changes."""
    return {**json.loads(_text(name)), **copy.deepcopy(changes)}


def text_of(proof: Any) -> str:
    """What a proof says, be it a text or an object that writes one."""
    return proof if isinstance(proof, str) else str(proof)


def accepted(v: Verifier, data: Any) -> str:
    return text_of(v.init.verify_data(data))


def refused(v: Verifier, data: Any, fragment: str = "") -> None:
    try:
        proof = v.init.verify_data(data)
    except v.Refused as reason:
        assert fragment in str(reason), f"refused for another reason: {reason}"
        return
    raise AssertionError(f"accepted: {text_of(proof)[:60]}")


def not_proved(v: Verifier, function: Callable[..., Any], *arguments: Any) -> None:
    try:
        function(*arguments)
    except (v.NotProved, v.Refused):
        return
    raise AssertionError(f"{function.__name__} proved what is false")


@contextmanager
def patched(module: Any, **names: Any) -> Iterator[None]:
    """Other values of names of a module of the copy, for one check."""
    kept = {name: getattr(module, name) for name in names}
    for name, value in names.items():
        setattr(module, name, value)
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(module, name, value)


def exact(value: Any) -> Fraction:
    """A Fraction of an integer or rational of FLINT."""
    return Fraction(int(value.p), int(value.q)) if hasattr(value, "p") else Fraction(int(value))


def fmpq_of(text: str) -> fmpq:
    above, _, below = text.partition("/")
    return fmpq(int(above), int(below or 1))


def real(value: Any) -> mpmath.mpf:
    """A number of mpmath from a rational, at the precision in force."""
    value = exact(value) if not isinstance(value, Fraction) else value
    return mpmath.mpf(value.numerator) / value.denominator


def ends(ball: arb) -> tuple[mpmath.mpf, mpmath.mpf]:
    """Lower and upper end of a ball to 60 digits."""
    low, high = (mpmath.mpf(end.mid().str(60, radius=False)) for end in (ball.lower(), ball.upper()))
    return low, high


def holds(ball: arb, value: Any, relative: float = 1e-25) -> None:
    """The ball contains the value and is not wider than the relative size."""
    with mpmath.workdps(60):
        low, high = ends(ball)
        margin = mpmath.mpf(10) ** -40 * abs(value)
        assert low <= value + margin and high >= value - margin, f"{ball} does not hold {value}"
        assert high - low <= relative * abs(value) + mpmath.mpf(10) ** -45, f"{ball} is too wide"


def above(ball: arb, value: Any, relative: float) -> None:
    """The ball's upper end is at least the value, and at most larger by the relative amount."""
    with mpmath.workdps(50):
        high = ends(ball)[1]
        assert high >= value * (1 - mpmath.mpf(10) ** -25), f"{ball} is below {value}"
        assert high <= value * (1 + mpmath.mpf(relative)), f"{ball} is far above {value}"


def moments_of_wave(dimension: int, highest: int) -> list[list[Fraction]]:
    """P_J(y), J = 0..highest, as coefficients of powers of y, by the three-term recurrence."""
    waves = [[Fraction(1)], [Fraction(0), Fraction(1)]]
    for spin in range(1, highest):
        raised = [Fraction(0), *waves[spin]]
        before = waves[spin - 1] + [Fraction(0)] * 2
        waves.append(
            [
                ((2 * spin + dimension - 3) * a - spin * b) / (spin + dimension - 3)
                for a, b in zip(raised, before, strict=True)
            ]
        )
    return waves[: highest + 1]


def in_t(wave: list[Fraction]) -> list[Fraction]:
    """P_J(1+2z) as coefficients of z."""
    total = [Fraction(0)] * len(wave)
    power = [Fraction(1)]
    for c in wave:
        for i, v in enumerate(power):
            total[i] += c * v
        power = [a + 2 * b for a, b in zip([*power, Fraction(0)], [Fraction(0), *power], strict=True)]
    return total
