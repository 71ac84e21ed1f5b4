"""positivity amplitude: the one-loop amplitude in print."""

from __future__ import annotations

from typing import Any

from positivity.cli.output import OK
from positivity.cli.shared import command, integer
from positivity.questions.errors import InputError


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "amplitude", "Print the one-loop amplitude by unitarity, exact.",
        "positivity amplitude --loops 1 --dimension 4 --order 6", _amplitude,
        more="Its discontinuity and its running.",
    )  # fmt: skip
    parser.add_argument("--loops", type=integer, default=1, metavar="L", help="number of loops: 1")
    parser.add_argument("--order", type=integer, default=6, metavar="N", help="highest total order n_a+n_b (default 6)")
    parser.add_argument("--dimension", type=integer, default=4, metavar="D", help="space-time dimension (default 4)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--latex", action="store_true", help="as LaTeX")
    form.add_argument("--json", action="store_true", help="as JSON")


def _amplitude(options: Any) -> int:
    from positivity.amplitudes import listing

    if options.loops != 1:
        raise InputError(f"loops {options.loops}: only one loop is known, use --loops 1")
    form = "latex" if options.latex else "json" if options.json else "text"
    print(listing.render(options.order, options.dimension, form))
    return OK
