"""positivity nulls: sum rules and null constraints in print."""

from __future__ import annotations

from typing import Any

from positivity.commands.shared import OK, add_scope, command


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "nulls", "Print the sum rules and null constraints, exact.",
        "positivity nulls --order 6 --dimension 4", _nulls,
    )  # fmt: skip
    add_scope(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--latex", action="store_true", help="as LaTeX")
    form.add_argument("--json", action="store_true", help="as JSON")


def _nulls(options: Any) -> int:
    from positivity.dispersion import listing

    form = "latex" if options.latex else "json" if options.json else "text"
    print(listing.render(options.order, options.dimension, form))
    return OK
