"""positivity verify: prove a certificate again."""

from __future__ import annotations

from typing import Any

from positivity.cli.output import NOT_PROVED, OK
from positivity.cli.shared import command
from positivity.questions.errors import InputError


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "verify", "Prove saved certificates again: one, or all of a result.",
        "positivity verify g3.json", _verify,
        more="Of a bound, region, verdict, exclusion, figure or scan. Exit code 0: everything it says is proved; "
        "1: refused; 2: no such document.",
    )  # fmt: skip
    parser.add_argument("file", help="certificate, bound, region, ... in JSON, or scan in JSONL")
    parser.add_argument(
        "--time-limit",
        metavar="S",
        help="processor seconds for one certificate (default 10; unitary 30, gravity 100, cutoff 150)",
    )


def _verify(options: Any) -> int:
    from positivity.certificates.verification import verify
    from solvers.verify.budget import TooCostly
    from solvers.verify.document import Refused, Unreadable

    try:
        for statement in verify(options.file, seconds=_seconds(options.time_limit)):
            print(f"PROVED: {statement}")
    except Unreadable as reason:
        raise InputError(f"{options.file!r}: {reason}") from None
    except TooCostly as reason:
        print(f"REFUSED: {reason} (--time-limit)")
        return NOT_PROVED
    except Refused as reason:
        print(f"REFUSED: {reason}")
        return NOT_PROVED
    return OK


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < 1e9:
        raise InputError(f"--time-limit {text!r}: give a positive number of seconds, e.g. 60")
    return seconds
