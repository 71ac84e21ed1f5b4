"""positivity nulls: sum rules and null constraints in print."""

from __future__ import annotations

from typing import Any

from positivity.cli.output import OK
from positivity.cli.shared import add_scope, command, integer
from positivity.questions.errors import InputError


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "nulls", "Print the sum rules and null constraints, exact.",
        "positivity nulls --order 6 --dimension 4", _nulls,
    )  # fmt: skip
    add_scope(parser)
    parser.add_argument("--loops", type=integer, default=0, metavar="L", help="0 (tree level, default) or 1 loop")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--latex", action="store_true", help="as LaTeX")
    form.add_argument("--json", action="store_true", help="as JSON")


def _nulls(options: Any) -> int:
    if options.loops not in (0, 1):
        raise InputError(f"loops {options.loops}: use --loops 0 or 1")
    if options.loops:
        from positivity.sum_rules.loop_listing import render
    else:
        from positivity.sum_rules.listing import render

    form = "latex" if options.latex else "json" if options.json else "text"
    print(render(options.order, options.dimension, form))
    return OK
