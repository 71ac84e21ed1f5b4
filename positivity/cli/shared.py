"""What the commands share: exit codes, options, reading and writing."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from positivity.answers.files import write_json as write_json
from positivity.cli.output import BAD_INPUT, EXCLUDED, INTERRUPTED, NOT_PROVED, OK, UNDECIDED
from positivity.questions.errors import InputError, shown
from positivity.questions.numbers import parse_rational
from positivity.questions.reading import file_of

__all__ = ["BAD_INPUT", "EXCLUDED", "INTERRUPTED", "NOT_PROVED", "OK", "UNDECIDED"]

#: bytes of a file name, less what is added to it (-upper, .problem.json)
_LONGEST_NAME = 230
#: statuses of an end that is answered as asked
_ANSWERED = frozenset({"certified", "unbounded", "not sought"})


class HelpFormatter(argparse.HelpFormatter):
    """Help that fits a screen: the usage names what must be given, the options are below it anyway."""

    def __init__(self, prog: str, **more: Any) -> None:
        super().__init__(prog, **{"max_help_position": 26, **more})

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        options = argparse.Action([], "options", nargs=argparse.OPTIONAL, metavar="options")
        needed = [action for action in actions if action.required or not action.option_strings]
        super().add_usage(usage, [options, *needed], [], prefix)


def command(
    commands: Any, name: str, text: str, example: str, run: Callable[[Any], int], *, more: str = ""
) -> argparse.ArgumentParser:
    """A subcommand with its example below the help.

    text: one line for the list of commands and the head of the help.  more: of the help alone.
    """
    parser: argparse.ArgumentParser = commands.add_parser(
        name, help=text, description=f"{text} {more}", epilog=f"example: {example}", formatter_class=HelpFormatter
    )
    parser.set_defaults(run=run)
    parser._actions[0].help = argparse.SUPPRESS  # a line that says what --help is, to who just used it
    return parser


def add_scope(parser: argparse.ArgumentParser) -> None:
    """--order and --dimension."""
    parser.add_argument("--order", type=integer, default=8, metavar="N", help="highest Mandelstam order (default 8)")
    parser.add_argument("--dimension", type=integer, default=4, metavar="D", help="space-time dimension (default 4)")


def add_problem(parser: argparse.ArgumentParser) -> None:
    """The options that state a problem."""
    parser.add_argument("--over", help="what to divide by (default g2; unitary: 1, U, ...)")
    add_scope(parser)
    parser.add_argument(
        "--fix", action="append", default=[], metavar="g4=0.3", help="hold a ratio, or g2=0.3U if unitary"
    )
    add_density(parser)


def add_density(parser: argparse.ArgumentParser) -> None:
    """What is assumed of the heavy states, and the loops."""
    parser.add_argument("--density", default="positive", help="positive (rho_J >= 0, default) or unitary (<= 2)")
    parser.add_argument("--ceiling", metavar="R", help="0 <= rho_J <= R instead of 2")
    parser.add_argument("--last-spin", type=integer, metavar="J", help="unitary: no states above this spin")
    parser.add_argument("--gap", action="append", default=[], metavar="J:m2", help="unitary: no spin J below m^2")
    parser.add_argument("--loops", default="tree", metavar="PAIRS", help="tree (default) or pairs like g2^2,g2g3")


def add_output(parser: argparse.ArgumentParser, what: str = "result") -> None:
    """--json and --output of a command with one result."""
    parser.add_argument("--json", action="store_true", help=f"print the {what} as JSON")
    parser.add_argument("--output", "-o", metavar="FILE", help=f"save the {what} as JSON")


def add_certified(parser: argparse.ArgumentParser) -> None:
    """--require-certified."""
    parser.add_argument("--require-certified", action="store_true", help="exit code 1 for what is not proved")


def exit_code(options: Any, statuses: Iterable[str], numerical_asked: bool) -> int:
    """Of a command whose ends have these statuses: a numerical one will do if the method asked for gives no other."""
    enough = _ANSWERED | ({"numerical"} if numerical_asked and not options.require_certified else set())
    return OK if set(statuses) <= enough else NOT_PROVED


def add_time_limit(parser: argparse.ArgumentParser, what: str = "stop after S seconds") -> None:
    """--time-limit."""
    parser.add_argument("--time-limit", type=seconds, metavar="S", help=what)


def deliver(options: Any, result: Any) -> None:
    """Print a result as --json says, and save it where --output says."""
    if options.output:  # first: the pipe that is printed to may be closed
        write_json(options.output, result.to_dict())
    print(json.dumps(result.to_dict(), indent=1) if options.json else result)


def integer(text: str) -> int:
    """An integer option, of at most nine digits."""
    if not re.fullmatch(r"[+-]?[0-9]{1,9}", text.strip()):
        raise argparse.ArgumentTypeError(f"{shown(text)} is not an integer (of at most nine digits)")
    return int(text)


def decimal(text: str) -> float:
    """A finite number, e.g. of an option; raises argparse's error."""
    try:
        found = float(Fraction(str(parse_rational(text))))
    except (InputError, OverflowError):
        raise argparse.ArgumentTypeError(f"{shown(text)} is not a finite number") from None
    return found


def seconds(text: str) -> float:
    """A time limit."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number of seconds")
    return value


def density(options: Any) -> Any:
    """The density given on the command line: a name, or a Density where more is assumed; raises InputError."""
    if options.ceiling is None and options.last_spin is None and not options.gap:
        return options.density
    from positivity.questions.density import Density

    gaps = []
    for text in options.gap:
        spin, colon, mass = text.partition(":")
        if not colon or not re.fullmatch(r"[0-9]{1,9}", spin.strip()):
            raise InputError(f"--gap {shown(text)}: write spin:m^2, e.g. --gap 2:4")
        gaps.append((int(spin), mass))
    named = Density.of(options.density)
    if named.ceiling is None and options.ceiling is None:
        raise InputError("assumptions on the density need density 'unitary', or a ceiling")
    return Density(named.ceiling if options.ceiling is None else options.ceiling, options.last_spin, tuple(gaps))


def fixes(texts: Sequence[str]) -> dict[str, str]:
    """The --fix options as {coupling: value}."""
    fixes: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise InputError(f"--fix {shown(text)}: write coupling=value, e.g. --fix g4=0.3")
        if name.strip() in fixes:
            raise InputError(f"--fix {shown(name.strip())[1:-1]} is given twice: drop one")
        fixes[name.strip()] = value.strip()
    return fixes


def check_writable(*names: str | None) -> None:
    """Refuse paths that cannot be written, or one named twice, before any long computation."""
    given = [name for name in names if name is not None]
    for name in given:
        _check_writable(name)
    if len({os.path.realpath(name) for name in given}) < len(given):
        raise InputError(f"{shown(given[-1])} is named for two outputs: choose another file for one of them")


def _check_writable(name: str) -> None:
    path = file_of(name)
    folder = path.parent
    try:
        if path.is_dir() or not folder.is_dir() or not os.access(folder, os.W_OK):
            raise InputError(f"cannot write {shown(name)}: choose a file in an existing, writable folder")
        if path.is_fifo() or path.is_socket():
            raise InputError(f"cannot write {shown(name)}: it is neither a file nor a device")
    except OSError as error:  # a name that is too long
        raise InputError(f"cannot write {shown(name)}: {error.strerror}") from None
    if len(os.fsencode(path.name)) > _LONGEST_NAME:
        raise InputError(f"cannot write {shown(name)}: choose a shorter name")
    if path.exists() and not os.access(path, os.W_OK):
        raise InputError(f"cannot write {shown(name)}: the file is read-only")


def check_figure(name: str) -> None:
    """Refuse the name of a figure that is no PDF or PNG, before any long computation."""
    if file_of(name).suffix not in (".pdf", ".png", ""):
        raise InputError(f"figure {shown(name)}: use a name ending in .pdf or .png")


def show_progress(done: int, total: int) -> None:
    """A progress bar on stderr."""
    width = 30
    filled = width * min(done, total) // total
    end = "\n" if done >= total else ""
    print(f"\r[{'#' * filled}{'.' * (width - filled)}] {done}/{total}", end=end, file=sys.stderr, flush=True)
