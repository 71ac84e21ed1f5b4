"""positivity scan and positivity table: answers on a grid of couplings, and their export."""

from __future__ import annotations

import json
import sys
from typing import Any

from positivity.cli.output import INTERRUPTED, NOT_PROVED, OK
from positivity.cli.shared import add_certified, add_time_limit, check_writable, command, integer
from positivity.questions.errors import InputError


def add(commands: Any) -> None:
    """Declare both commands."""
    parser = command(
        commands, "scan", "Bound (or check) at every point of a grid, resumable.",
        "positivity scan spec.toml --output scan.jsonl --jobs 2", _scan,
        more="Each finished point is on disk at once.",
    )  # fmt: skip
    parser.add_argument("spec", help="TOML file: task, target, order, ..., [fix] and [grid.g4] (docs/howto/scan.md)")
    parser.add_argument("--output", "-o", required=True, metavar="FILE", help="JSONL file, one line per point")
    parser.add_argument("--jobs", type=integer, default=1, metavar="K", help="worker processes (default 1)")
    parser.add_argument("--resume", action="store_true", help="go on with the file of an interrupted scan")
    add_time_limit(parser, "stop after S seconds, as after Ctrl-C")
    add_certified(parser)
    parser.add_argument("--dask", metavar="ADDRESS", help="run on this dask scheduler instead of processes")
    parser.add_argument("--json", action="store_true", help="print a summary as JSON")

    parser = command(
        commands, "table", "Show the rows of a scan, or write them as CSV or JSON.",
        "positivity table scan.jsonl -o scan.csv", _table,
    )  # fmt: skip
    parser.add_argument("scan", help="JSONL file of a scan")
    parser.add_argument("--output", "-o", metavar="FILE", help="CSV file to write")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON")


def _scan(options: Any) -> int:
    from positivity.scans.progress import Progress
    from positivity.scans.runner import scan

    check_writable(options.output)
    if options.dask:
        with _dask(options.dask) as client:
            workers = sum(client.nthreads().values())
            found = scan(
                options.spec, options.output, jobs=max(workers, 1), executor=client.get_executor(),
                resume=options.resume, progress=Progress(), time_limit=options.time_limit,
            )  # fmt: skip
    else:
        found = scan(
            options.spec, options.output, jobs=options.jobs, resume=options.resume, progress=Progress(),
            time_limit=options.time_limit,
        )  # fmt: skip
    counts = found.counts
    if options.json:
        summary = {"scope": found.spec.scope, "file": options.output, "complete": found.complete, "counts": counts}
        print(json.dumps(summary, indent=1))
    else:
        counted = ", ".join(f"{number} {status}" for status, number in counts.items())
        print(f"{found.spec.scope}\n{len(found.rows)} points: {counted or 'none'}\nrows: {options.output}")
    if not found.complete:
        print("positivity: stopped before the end; --resume goes on", file=sys.stderr)
        return INTERRUPTED
    # a numerical answer that was asked for will do
    unproved = {"failed", "no theory", "undecided"}
    if options.require_certified or not found.spec.options["smeared"]:
        unproved.add("numerical")
    if options.require_certified and (found.spec.options["density"], found.spec.options["loops"]) != (
        "positive",
        "tree",
    ):
        unproved.add("allowed")  # the density or spectrum of the example is numerical
    return NOT_PROVED if unproved & set(counts) else OK


def _dask(address: str) -> Any:
    try:
        from importlib import import_module

        distributed = import_module("dask.distributed")
    except ImportError:
        raise InputError("dask is not installed: pip install 'eft-positivity[dask]'") from None
    try:
        return distributed.Client(address, timeout=10)
    except OSError as error:
        raise InputError(f"no dask scheduler at {address!r}: {error}") from None


def _table(options: Any) -> int:
    from positivity.answers.scan import Scan

    check_writable(options.output)
    found = Scan.load(options.scan)
    if options.output:
        found.to_csv(options.output)
        print(f"{len(found.rows)} rows: {options.output}", file=sys.stderr)
    if options.json:
        print(json.dumps(found.to_dict(), indent=1))
    elif not options.output:
        print(found)
    return OK
