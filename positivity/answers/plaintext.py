"""Text from outside made harmless: for terminals, and for spreadsheets that run what looks like a formula."""

from __future__ import annotations

import re
import unicodedata

_MAX_LINE = 600
#: what moves a cursor, changes colours, ends a line or turns the direction of writing
_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?(?:/[0-9]+)?")


def plain(text: str, keep: str = "\n\t") -> str:
    """Text with control characters spelled out, so that text from a file does nothing to a terminal."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        c if c in keep or unicodedata.category(c) not in _UNSAFE else c.encode("unicode_escape").decode("ascii")
        for c in text
    )


def one_line(text: str) -> str:
    """A message on one line of at most 600 characters."""
    line = plain(" ".join(text.split()), "")
    return line if len(line) <= _MAX_LINE else line[:_MAX_LINE] + "..."


def cell(value: object) -> object:
    """What a CSV file holds for a value: text that a spreadsheet would run as a formula begins with an apostrophe."""
    if not isinstance(value, str):
        return value
    text = plain(value, "")
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text
