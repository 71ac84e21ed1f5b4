"""positivity gravity: bounds on g2 and g3 in units of 8 pi G."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from positivity.answers.files import write_json
from positivity.cli.patience import patience
from positivity.cli.shared import (
    add_certified,
    add_time_limit,
    check_writable,
    command,
    decimal,
    exit_code,
    fixes,
    integer,
)
from positivity.questions.errors import InputError, shown


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "gravity", "Bound g2 and g3 over 8piG with rho_J >= 0: numerical, or certified with --certificate.",
        "positivity gravity --dimension 6 --certificate g2.json", _gravity,
    )  # fmt: skip
    parser.add_argument(
        "--dimension", type=integer, default=6, metavar="D", help="5 to 12 (default 6), or 4 with --b-max"
    )
    parser.add_argument(
        "--functions", metavar="N2,N4,...", help="powers of p on A_2, X_4, X_6 (default 9,8; proved: 9)"
    )
    parser.add_argument(
        "--direction", action="append", metavar="A,B", help="bound A g2 + B g3 from below (default 1,0); repeatable"
    )
    parser.add_argument("--fix", action="append", default=[], metavar="g3=5", help="hold g3 (or g2), in units of 8piG")
    parser.add_argument("--b-max", type=decimal, metavar="B", help="D=4: infrared cutoff of the pole, in units 1/M")
    parser.add_argument("--certificate", metavar="FILE", help="prove the bound for all states, functions on A_2 alone")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    add_certified(parser)
    add_time_limit(parser)
    parser.add_argument("--output", "-o", metavar="FILE", help="save the result as JSON")


def _gravity(options: Any) -> int:
    from positivity.answers.limits import within
    from positivity.bounds.gravity import gravity_bound
    from positivity.bounds.gravity_sampled import GravityProgram
    from positivity.programs.gravity_question import FUNCTIONS, smearing_space

    check_writable(options.output, options.certificate)
    counts = _numbers(options.functions, "functions", integer, "e.g. 9,8") if options.functions else None
    directions = [_direction(text) for text in options.direction or [_default(options.fix)]]
    held = {name: _number(name, text) for name, text in fixes(options.fix).items()}
    if options.certificate and len(directions) > 1:
        raise InputError("--certificate: one --direction at a time")
    with patience(), within(options.time_limit):
        if options.certificate:
            found = [
                gravity_bound(options.dimension, directions[0], counts, fix=held, b_max=options.b_max, certify=True)
            ]
        else:
            program = GravityProgram(smearing_space(options.dimension, counts or FUNCTIONS, options.b_max))
            found = [program.bound(direction, held) for direction in directions]
    data = {"bounds": [bound.to_dict() for bound in found]}
    if options.output:
        write_json(options.output, data)
    if options.certificate and found[0].certificate is not None:
        write_json(options.certificate, dict(found[0].certificate))
        print(f"certificate: {options.certificate} (prove it again: positivity verify)", file=sys.stderr)
    print(json.dumps(data, indent=1) if options.json else "\n".join(map(str, found)))
    return exit_code(options, [bound.status for bound in found], not options.certificate)


def _default(held: list[str]) -> str:
    return "0,1" if any(text.strip().startswith("g2") for text in held) else "1,0"


def _direction(text: str) -> tuple[float, float]:
    numbers = _numbers(text, "direction", decimal, "two numbers, e.g. 1,0")
    if len(numbers) != 2:
        raise InputError(f"--direction {shown(text)}: write two numbers, e.g. 1,0")
    return numbers[0], numbers[1]


def _numbers(text: str, what: str, kind: Any, example: str) -> tuple[Any, ...]:
    try:
        return tuple(kind(part) for part in text.split(","))
    except argparse.ArgumentTypeError:
        raise InputError(f"--{what} {shown(text)}: write {example}") from None


def _number(name: str, text: str) -> float:
    try:
        return decimal(text)
    except argparse.ArgumentTypeError:
        raise InputError(f"--fix {shown(f'{name}={text}')[1:-1]}: write a number, in units of 8 pi G") from None
