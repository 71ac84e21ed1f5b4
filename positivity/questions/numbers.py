"""Exact rationals from what a user writes: text, numbers of Python and of numpy.

Limits: 2,000 characters, and a size between 10^-300 and 10^300 (or zero), for each number.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal, localcontext
from fractions import Fraction
from numbers import Integral, Rational, Real

from flint import arb, fmpq, fmpz

from positivity.questions.errors import InputError, shown

MAX_CHARACTERS, MAX_DECADES = 2000, 300
#: bits of an integer with more decimals than any number here
_MAX_BITS = 4 * MAX_CHARACTERS
#: bits of 10^MAX_DECADES
_MAX_SIZE = 997
_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,6}))?(?:/([0-9]+))?")


def parse_rational(value: object, what: str = "number") -> fmpq:
    """Exact rational from "0.3", "3/10", "1e-3", an int, a Fraction, a Decimal or an fmpq, or of numpy.

    A float is read by its shortest decimal form (its repr), so 0.3 means 3/10; numpy's floats by theirs, so
    np.float32(0.3) means 3/10 too.  An array without dimensions is the number in it.  Raises InputError.
    """
    if isinstance(value, fmpq | fmpz):
        return fmpq(value)
    if isinstance(value, str):
        return _from_text(value, what)
    if isinstance(value, bool):
        raise InputError(f"{what} {value} is no number: write 0.3 or 3/10")
    if isinstance(value, Rational):
        return _from_ratio(value, what)
    if isinstance(value, float):
        return _from_text(float.__repr__(value), what)
    if isinstance(value, Decimal):
        return _from_text(str(value), what)
    return _of_numpy(value, what)


def _of_numpy(value: object, what: str) -> fmpq:
    shape = getattr(value, "shape", None)
    if shape == () and isinstance(value, Real):
        return _from_text(str(value), what)
    if shape == () and hasattr(value, "item"):
        return parse_rational(value[()], what)  # type: ignore[index]
    if isinstance(shape, tuple) and shape:
        raise InputError(f"{what} is an array of shape {shape}: give one number")
    raise InputError(f"{what} {shown(value)} is not an exact number: write 0.3 or 3/10, or text such as '3/10'")


def _from_ratio(value: Rational, what: str) -> fmpq:
    if isinstance(value, Integral):
        above, below = int(value), 1
    else:
        exact = Fraction(int(value.numerator), int(value.denominator))
        above, below = exact.numerator, exact.denominator
    if max(above.bit_length(), below.bit_length()) > _MAX_BITS:
        raise _too_large(value, what)
    return _sized(fmpq(above, below), value, what)


def _from_text(text: str, what: str) -> fmpq:
    if len(text) > MAX_CHARACTERS:
        raise InputError(f"{what} {shown(text)} has {len(text)} characters: use at most {MAX_CHARACTERS}")
    match = _NUMBER.fullmatch(text.strip())
    if not match or not (match[2] or match[3]):
        raise InputError(f"{what} {shown(text)} is not an exact decimal or rational: write 0.3 or 3/10")
    exponent = int(match[4] or 0)
    if abs(exponent) > MAX_DECADES + MAX_CHARACTERS:
        raise _too_large(text, what)
    below = int(match[5] or 1)
    if below == 0:
        raise InputError(f"{what} {shown(text)} divides by zero: write a rational with a non-zero denominator")
    digits = match[3] or ""
    value = fmpq(int((match[2] or "") + digits), below)
    value *= fmpq(10) ** (exponent - len(digits))
    return _sized(-value if match[1] == "-" else value, text, what)


def _sized(value: fmpq, given: object, what: str) -> fmpq:
    """The value, if a float can hold its size."""
    if value != 0 and abs(int(value.p).bit_length() - int(value.q).bit_length()) > _MAX_SIZE:
        raise _too_large(given, what)
    return value


def _too_large(value: object, what: str) -> InputError:
    return InputError(f"{what} {shown(value)} is too large or too small: use 1e-{MAX_DECADES} to 1e{MAX_DECADES}")


def as_float(value: fmpq) -> float:
    """The nearest float, infinite or zero where there is none."""
    above, below = int(value.p), int(value.q)
    try:
        return above / below
    except OverflowError:  # the quotient is too large, or underflows from integers that are
        if abs(above).bit_length() < below.bit_length():
            return 0.0
        return -math.inf if above < 0 else math.inf


def significant(value: fmpq, digits: int) -> str:
    """A decimal with so many significant digits, to nearest, of any size."""
    found = as_float(value)
    if math.isfinite(found) and (found != 0 or value == 0):
        return f"{found:.{digits}g}"
    with localcontext() as context:
        context.prec = digits
        return f"{(Decimal(int(value.p)) / Decimal(int(value.q))).normalize():e}"


def rounded_up(value: fmpq, decimals: int) -> fmpq:
    """The smallest decimal fraction with so many places that is not below value."""
    scale = fmpq(10) ** decimals
    return fmpq((value * scale).ceil()) / scale


def root_above(value: fmpq) -> int:
    """The smallest integer whose square is not below a value >= 0."""
    return 0 if value <= 0 else math.isqrt(int(value.ceil()) - 1) + 1


def decimal_text(value: fmpq, decimals: int) -> str:
    """A decimal string, exact when the value has no more places, else rounded to nearest."""
    scaled = int((value * fmpq(10) ** decimals).round())
    digits = str(abs(scaled)).rjust(decimals + 1, "0")
    text = digits[:-decimals] + "." + digits[-decimals:] if decimals else digits
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return ("-" if scaled < 0 else "") + text


def round_outwards(value: arb, side: int, decimals: int) -> fmpq:
    """A decimal with so many places above (side 1) or below (side -1) a ball."""
    scaled = (side * value * arb(10) ** decimals).upper().ceil()
    return side * fmpq(scaled.unique_fmpz()) / fmpq(10) ** decimals


def midpoint(ball: arb) -> fmpq:
    """The midpoint of a ball, exactly."""
    mantissa, exponent = ball.mid().man_exp()
    return fmpq(mantissa) * fmpq(2) ** int(exponent)


def decimal_or_ratio(value: fmpq) -> str:
    """An exact text: a decimal where there is one, else a ratio."""
    below, places = int(value.q), 0
    while places < 40 and 10**places % below:
        places += 1
    return decimal_text(value, places) if places < 40 else str(value)
