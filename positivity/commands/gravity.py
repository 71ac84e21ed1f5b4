"""positivity gravity: bounds on g2 and g3 in units of 8 pi G."""

from __future__ import annotations

import json
from typing import Any

from positivity.commands.shared import NOT_PROVED, check_writable, command, integer, write_json
from positivity.errors import InputError


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "gravity", "Bound g2 and g3 over 8piG with rho_J >= 0 in D = 5..12 (numerical).",
        "positivity gravity --dimension 6 --direction 1,0", _gravity,
    )  # fmt: skip
    parser.add_argument("--dimension", type=integer, default=6, metavar="D", help="space-time dimension (default 6)")
    parser.add_argument("--functions", default="8,6", metavar="K,L", help="functions on A_2 and X_4 (default 8,6)")
    parser.add_argument(
        "--direction", action="append", metavar="A,B", help="bound A g2 + B g3 from below (default 1,0); repeatable"
    )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--output", "-o", metavar="FILE", help="save the result as JSON")


def _gravity(options: Any) -> int:
    from positivity.gravity import GravityProgram, SmearingSpace

    check_writable(options.output)
    counts = [int(v) for v in _numbers(options.functions, "functions")]
    directions = [_numbers(text, "direction") for text in options.direction or ["1,0"]]
    program = GravityProgram(SmearingSpace(options.dimension, *counts))
    found = [program.bound(direction) for direction in directions]
    data = {"bounds": [bound.to_dict() for bound in found]}
    print(json.dumps(data, indent=1) if options.json else "\n".join(map(str, found)))
    if options.output:
        write_json(options.output, data)
    return NOT_PROVED


def _numbers(text: str, what: str) -> tuple[float, float]:
    try:
        first, second = (float(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--{what} {text!r}: write two numbers, e.g. 1,0") from None
    return first, second
