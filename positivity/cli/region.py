"""positivity region: the allowed region of two ratios."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from positivity.answers.files import write_json
from positivity.cli.output import INTERRUPTED
from positivity.cli.shared import (
    add_certified,
    add_problem,
    add_time_limit,
    check_writable,
    command,
    density,
    exit_code,
    fixes,
    integer,
    show_progress,
)
from positivity.questions.errors import InputError, shown


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "region", "Trace the allowed region of two ratios as certified half-planes.",
        "positivity region g3 g4 --over g2 --order 8 -o region.pdf", _region,
    )  # fmt: skip
    parser.add_argument("x", help="coupling on the horizontal axis")
    parser.add_argument("y", help="coupling on the vertical axis")
    add_problem(parser)
    parser.add_argument("--points", type=integer, metavar="K", help="half-planes (default 60; loops: 24 values of x)")
    parser.add_argument("--smeared", type=integer, default=0, metavar="K", help="loops: K smeared nulls, numerical")
    parser.add_argument("--digits", type=integer, default=8, metavar="K", help="decimals aimed at (default 8)")
    parser.add_argument("--output", "-o", metavar="FILE", help="figure, saved as PDF and PNG")
    parser.add_argument("--json", metavar="FILE", help="data (default: beside the figure)")
    add_certified(parser)
    add_time_limit(parser, "stop after S seconds, as after Ctrl-C")
    parser.add_argument("--resume", action="store_true", help="go on from the data file of an interrupted run")


def _region(options: Any) -> int:
    from positivity.regions.region import region

    check_writable(options.output, options.json)
    if options.output and Path(options.output).suffix not in (".pdf", ".png"):
        raise InputError(f"figure {shown(options.output)}: use a name ending in .pdf or .png")
    data = options.json or (str(Path(options.output).with_suffix(".json")) if options.output else None)
    check_writable(options.output, data)
    if options.loops != "tree":
        return _loop_region(options, data)
    if options.smeared:
        raise InputError("--smeared on a region needs --loops: drop it")
    if options.resume and not data:
        raise InputError("--resume needs --json FILE or -o FILE, the data of the interrupted run")
    result = region(
        options.x, options.y, options.over, order=options.order, dimension=options.dimension,
        fix=fixes(options.fix), points=_points(options, 60), digits=options.digits, density=density(options),
        loops=options.loops, resume=options.resume, output=data,
        progress=show_progress if sys.stderr.isatty() else None, time_limit=options.time_limit,
    )  # fmt: skip
    _deliver(options, data, result)
    if not result.complete:
        print("positivity: stopped before the end; --resume goes on from the data file", file=sys.stderr)
        return INTERRUPTED
    return exit_code(options, [plane.end.status for plane in result.half_planes], False)


def _loop_region(options: Any, data: str | None) -> int:
    from positivity.regions.loop_region import loop_region

    for name, given in (("--resume", options.resume), ("--time-limit", options.time_limit)):
        if given:
            raise InputError(f"{name} is for regions at tree level: a region with loops takes seconds, drop it")
    over = "U" if options.over is None else options.over
    result = loop_region(
        options.x, options.y, over, fix=fixes(options.fix), loops=options.loops, order=options.order,
        dimension=options.dimension, density=density(options),
        smeared=options.smeared, points=_points(options, 24), digits=min(options.digits, 8),
        progress=show_progress if sys.stderr.isatty() else None,
    )  # fmt: skip
    _deliver(options, data, result)
    return exit_code(options, [result.status], bool(options.smeared))


def _points(options: Any, default: int) -> int:
    return default if options.points is None else int(options.points)


def _deliver(options: Any, data: str | None, result: Any) -> None:
    """Save data and figure, print the table."""
    if data and options.loops != "tree":  # a region at tree level is on disk as it grows
        write_json(data, result.to_dict())
    if options.output:
        result.plot(options.output)
        print(f"figure: {Path(options.output).with_suffix('.pdf')} and .png; data: {data}", file=sys.stderr)
    print(result)
