"""positivity verify: prove a certificate again."""

from __future__ import annotations

from typing import Any

from positivity.commands.shared import NOT_PROVED, OK, command
from positivity.errors import InputError


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "verify", "Prove saved certificates again: one, or all of a result.",
        "positivity verify g3.json", _verify,
        more="Of a bound, region, verdict or scan. Exit code 1: refused.",
    )  # fmt: skip
    parser.add_argument("file", help="certificate, bound or region in JSON, or scan in JSONL")


def _verify(options: Any) -> int:
    from positivity.verification import Refused, Unreadable, verify

    try:
        if options.file.endswith(".jsonl"):
            from positivity.scans.table import Scan

            found = Scan.load(options.file)
            print(f"PROVED: {found.verify()} statements of {len(found.rows)} points ({found.spec.scope})")
            return OK
        for statement in verify(options.file):
            print(f"PROVED: {statement}")
    except Unreadable as reason:
        raise InputError(f"{options.file!r}: {reason}") from None
    except Refused as reason:
        print(f"REFUSED: {reason}")
        return NOT_PROVED
    return OK
