"""positivity export sdpb and positivity import sdpb: hand a program to the field's solver and certify its answer."""

from __future__ import annotations

import sys
from typing import Any

from positivity.answers.files import write_json
from positivity.cli.output import NOT_PROVED, OK
from positivity.cli.shared import add_output, add_scope, check_writable, command, deliver, fixes, integer


def add(commands: Any) -> None:
    """Declare both commands."""
    parser = command(
        commands, "export", "Write the program of one end of a bound for SDPB.",
        "positivity export sdpb g3 --order 20 --last-spin 12000 -o pmp.json", _export,
    )  # fmt: skip
    parser.add_argument("solver", choices=["sdpb"], help="sdpb")
    parser.add_argument("coupling", nargs="?", default="g3", help="coupling or combination (default g3)")
    parser.add_argument("--over", default="g2", help="normalisation (default g2)")
    parser.add_argument("--side", choices=["lower", "upper"], default="lower", help="which end (default lower)")
    add_scope(parser)
    parser.add_argument("--fix", action="append", default=[], metavar="g4=0.3", help="hold a ratio")
    parser.add_argument("--spins", type=integer, default=60, metavar="J", help="all even spins to J (default 60)")
    parser.add_argument("--last-spin", type=integer, metavar="J", help="and a geometric list up to J")
    parser.add_argument("--format", default="json", help="json for SDPB >= 3 (default), xml for 1.0")
    parser.add_argument("--digits", type=integer, default=90, metavar="K", help="json: decimals written (default 90)")
    parser.add_argument("--output", "-o", required=True, metavar="FILE", help="FILE, and FILE.problem.json beside it")

    parser = command(
        commands, "import", "Turn the answer of SDPB into a verified certificate.",
        "positivity import sdpb out/ --problem pmp.problem.json --certificate g3.json", _import,
    )  # fmt: skip
    parser.add_argument("solver", choices=["sdpb"], help="sdpb")
    parser.add_argument("answer", help="output folder of SDPB >= 3 (z.txt or y.txt), or output file of 1.0")
    parser.add_argument("--problem", metavar="FILE", help="the .problem.json of the export (default: beside)")
    add_output(parser)
    parser.add_argument("--certificate", metavar="FILE", help="save the certificate")


def _export(options: Any) -> int:
    from positivity.bounds.sdpb import export_sdpb, spin_list

    check_writable(options.output)
    sidecar = export_sdpb(
        options.output, options.coupling, options.over, side=options.side, order=options.order,
        dimension=options.dimension, fix=fixes(options.fix), spins=spin_list(options.spins, options.last_spin),
        form=options.format, digits=options.digits,
    )  # fmt: skip
    print(f"program: {options.output}; what it asks: {sidecar}")
    return OK


def _import(options: Any) -> int:
    from positivity.bounds.sdpb import import_sdpb

    check_writable(options.certificate, options.output)
    bound = import_sdpb(options.answer, options.problem)
    certificates = [dict(end.certificate) for _, end in bound.ends() if end.certificate is not None]
    if options.certificate and certificates:
        write_json(options.certificate, certificates[0])
        print(f"certificate: {options.certificate}", file=sys.stderr)
    deliver(options, bound)
    return OK if certificates else NOT_PROVED
