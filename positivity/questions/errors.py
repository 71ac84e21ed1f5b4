"""Errors the package raises on purpose: each names the input and the remedy."""

from __future__ import annotations

import difflib
import functools
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from numbers import Integral
from typing import ParamSpec, TypeVar

_P = ParamSpec("_P")
_R = TypeVar("_R")

#: characters of an input that a message quotes
_SHOWN = 60


class InputError(ValueError):
    """A request that cannot be answered as asked; the message says what to change (a ValueError)."""


class NoTheory(InputError):
    """No theory has the fixed values, as far as a numerical program tells: there is nothing to bound."""


class KeywordError(InputError, TypeError):
    """A call with arguments the function does not have: also the TypeError that Python raises for it."""


def shown(value: object) -> str:
    """An input as a message quotes it: its repr on one line, cut to 60 characters."""
    try:
        # a slice first: the repr of a text of many megabytes is not needed
        text = repr(value[: _SHOWN + 1] if isinstance(value, str | bytes) else value)
    except Exception:  # what was given may refuse to be printed, such as an integer of 5,000 digits
        text = f"a value of type {type(value).__name__}"
    text = "".join(c if c.isprintable() else " " for c in " ".join(text[: 4 * _SHOWN].split()))
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def whole_number(value: object, what: str, low: int, high: int, example: int | None = None) -> int:
    """An int from an int or an integer of numpy; raises InputError outside of low..high."""
    hint = "" if example is None else f", e.g. {example}"
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise InputError(f"{what} {shown(value)}: use an integer from {low} to {high}{hint}")
    number = int(value)
    if not low <= number <= high:
        raise InputError(f"{what} {shown(number)}: use an integer from {low} to {high}{hint}")
    return number


def check_text(value: object, what: str, example: str) -> str:
    """A text; raises InputError for anything else."""
    if not isinstance(value, str):
        raise InputError(f"{what} {shown(value)} is no text: write e.g. {example}")
    return value


def check_dimension(dimension: object) -> int:
    """The space-time dimension D as an int; raises InputError unless it is an integer from 4 to 40."""
    return whole_number(dimension, "dimension", 4, 40)


def check_order(order: object, minimum: int = 3, what: str = "the couplings asked for") -> int:
    """The Mandelstam order as an int; raises InputError if it is too low for `what`."""
    if isinstance(order, bool) or not isinstance(order, Integral):
        raise InputError(f"order {shown(order)}: use an integer, e.g. 8")
    number = int(order)
    if number < max(minimum, 3):
        raise InputError(f"order {shown(number)} is below {max(minimum, 3)}, the lowest for {what}: raise the order")
    if number > 40:
        raise InputError(f"order {shown(number)} is above 40, the highest supported: lower the order")
    return number


@contextmanager
def reading(what: str, remedy: str = "make it again") -> Iterator[None]:
    """Whatever a malformed document does to the code that reads it is an InputError that says so."""
    try:
        yield
    except InputError:
        raise
    except KeyError as error:
        raise InputError(
            f"{what} is damaged, {shown(error.args[0] if error.args else '')} is missing: {remedy}"
        ) from None
    except (TypeError, AttributeError, IndexError, ValueError, ArithmeticError, RecursionError) as error:
        raise InputError(f"{what} is damaged ({shown(str(error))}): {remedy}") from None


def known_keywords(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """The function, with a KeywordError that names the nearest keyword where Python raises a bare TypeError."""
    signature = inspect.signature(function)

    @functools.wraps(function)
    def called(*arguments: _P.args, **keywords: _P.kwargs) -> _R:
        try:
            signature.bind(*arguments, **keywords)
        except TypeError as error:
            raise KeywordError(
                f"{function.__qualname__.removesuffix('.__init__')}: {error}{_nearest(signature, keywords)}"
            ) from None
        return function(*arguments, **keywords)

    return called


def _nearest(signature: inspect.Signature, keywords: dict[str, object]) -> str:
    unknown = next((name for name in keywords if name not in signature.parameters), None)
    if unknown is None:
        return f"; it takes {', '.join(signature.parameters)}"
    close = difflib.get_close_matches(unknown, signature.parameters, 1)
    return f"; did you mean {close[0]}?" if close else f"; it knows {', '.join(signature.parameters)}"


def check_time_limit(seconds: object) -> None:
    """Raise InputError unless a time limit is None or a positive number of seconds."""
    if seconds is None or (isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds < 1e9):
        return
    raise InputError(f"time limit {shown(seconds)}: use a positive number of seconds")
