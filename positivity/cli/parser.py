"""The parser of the command line: one line per error, no option twice, none empty, hints for what argparse misreads."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from positivity.answers.plaintext import one_line
from positivity.cli.output import BAD_INPUT

#: characters of one argument
_MAX_ARGUMENT = 20_000


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, and for which an option that is empty or given twice is one."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for name, kind in (("store", _Store), ("append", _Append), ("store_true", _Flag)):
            self.register("action", name, kind)
        self.register("action", None, _Store)

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, one_line(f"{self.prog}: {message}{_hint(message)}; see {self.prog} --help") + "\n")


class _Once:
    """Refuses an option that comes again, and a value that is empty."""

    def check(self, action: Any, parser: argparse.ArgumentParser, namespace: Any, values: Any) -> None:
        """Called before the value is stored."""
        name = "/".join(action.option_strings) or action.dest
        given = namespace.__dict__.setdefault("_given", set())
        if action.option_strings and action.dest in given and not isinstance(action, _Append):
            parser.error(f"{name} is given twice: drop one")
        given.add(action.dest)
        if values == []:  # argparse takes "--" as the end of options, also as a value
            parser.error(f"{name} is empty: give a value or leave it out")
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, str) and not value.strip():
                parser.error(f"{name} is empty: give a value or leave it out")


class _Store(argparse._StoreAction, _Once):
    def __call__(self, parser: argparse.ArgumentParser, namespace: Any, values: Any, option: str | None = None) -> None:
        self.check(self, parser, namespace, values)
        super().__call__(parser, namespace, values, option)


class _Append(argparse._AppendAction, _Once):
    def __call__(self, parser: argparse.ArgumentParser, namespace: Any, values: Any, option: str | None = None) -> None:
        self.check(self, parser, namespace, values)
        super().__call__(parser, namespace, values, option)


class _Flag(argparse._StoreTrueAction):
    """Saying yes twice is still yes."""


def check_lengths(arguments: Sequence[str], parser: argparse.ArgumentParser) -> None:
    """Refuse an argument that no question needs."""
    longest = max(map(len, arguments), default=0)
    if longest > _MAX_ARGUMENT:
        parser.error(f"an argument has {longest} characters: use at most {_MAX_ARGUMENT}")


def _hint(message: str) -> str:
    """How to write a value or a name that begins with a minus sign."""
    option = re.match(r"argument (\S+): expected (?:one|at least one) argument", message)
    if option:
        return f" (one that begins with - is written {option[1].split('/')[0]}=-g2)"
    if re.search(r"unrecognized arguments:.* -+[.0-9]*\*?g[0-9\[]", message) or "required: coupling" in message:
        return " (write a coupling that begins with - last, after --, as in: -- -g3)"
    return ""
