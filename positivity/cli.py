"""The command line: one module of positivity.commands per command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from positivity import __version__
from positivity.commands import (
    amplitude,
    bound,
    check,
    cite,
    cutoff,
    exclude,
    gravity,
    handover,
    nulls,
    region,
    scan,
    verify,
)
from positivity.commands.shared import BAD_INPUT, INTERRUPTED, OK
from positivity.errors import InputError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (0 done, 1 not proved, 2 bad input, 130 interrupted; check: 3, 4)."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except InputError as error:
        print(f"positivity: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("positivity: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return OK


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message}; see {self.prog} --help\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="positivity",
        description="Certified positivity bounds on the massless shift-symmetric scalar EFT, M = 1.",
        epilog="example: positivity bound g3 --over g2 --order 8",
        formatter_class=lambda prog: argparse.HelpFormatter(prog, max_help_position=26),
    )
    parser.add_argument("--version", action="version", version=f"eft-positivity {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (nulls, amplitude, bound, region, check, exclude, gravity, cutoff, scan, verify, handover, cite):
        module.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
