"""The command line: one module of positivity.cli per command."""

from __future__ import annotations

import argparse
import os
import sys
import warnings
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stderr, redirect_stdout

from positivity.answers.version import __version__
from positivity.cli import (
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
from positivity.cli.output import BAD_INPUT, INTERNAL, INTERRUPTED, PlainStream, abandon, complain
from positivity.cli.parser import Parser, check_lengths
from positivity.cli.wording import in_options
from positivity.questions.errors import InputError

#: set to see where an error of the package itself comes from
TRACEBACK = "POSITIVITY_TRACEBACK"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code (docs/reference/cli.md).

    Whatever happens, what goes to stderr is one line and no traceback.
    """
    stdout = sys.stdout
    try:
        return _run(sys.argv[1:] if arguments is None else arguments)
    except InputError as error:
        complain(in_options(str(error)))
        return BAD_INPUT
    except KeyboardInterrupt:
        complain("interrupted")
        return INTERRUPTED
    except OSError as error:  # a closed pipe, a full disk
        abandon(stdout)
        complain(f"cannot write the output: {error.strerror or error}")
        return BAD_INPUT
    except MemoryError:
        complain("out of memory: lower the order, the number of points or the digits")
        return BAD_INPUT
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        complain(f"error in the package, please report it: {type(error).__name__}: {error} ({TRACEBACK}=1 says where)")
        return INTERNAL


def _run(arguments: Sequence[str]) -> int:
    if sys.stdout is None:
        raise InputError("standard output is closed: give it a file or a pipe")
    parser = _parser()
    check_lengths(arguments, parser)
    # a progress bar returns to the beginning of its line
    errors = nullcontext() if sys.stderr is None else redirect_stderr(PlainStream(sys.stderr, "\n\t\r"))  # type: ignore[type-var]
    with warnings.catch_warnings(), redirect_stdout(PlainStream(sys.stdout)), errors:  # type: ignore[type-var]
        if not sys.warnoptions:
            # what numpy says of its arithmetic is for the developer: it is no line of a result
            warnings.simplefilter("ignore")
        try:
            options = parser.parse_args(arguments)
            return int(options.run(options))
        finally:
            sys.stdout.flush()


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="positivity",
        description="Certified positivity bounds on the massless shift-symmetric scalar EFT, M = 1.",
        epilog="exit codes: 0 done, 1 not proved or no answer, 2 bad input; example: positivity bound g3 --order 8",
        formatter_class=lambda prog: argparse.HelpFormatter(prog, max_help_position=26),
    )
    parser.add_argument("--version", action="version", version=f"eft-positivity {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (nulls, amplitude, bound, region, check, exclude, gravity, cutoff, scan, verify, handover, cite):
        module.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
