"""positivity exclude: the short exact proof that excludes an interval of g2 at one loop."""

from __future__ import annotations

import json
from typing import Any

from positivity.cli.output import NOT_PROVED, OK
from positivity.cli.patience import patience
from positivity.cli.shared import add_time_limit, command, integer
from positivity.questions.errors import InputError


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "exclude", "Prove that an interval of g2 is impossible at one loop, D >= 5.",
        "positivity exclude --dimension 6 --kappa 1/3 --delta 1/8", _exclude,
        more="For rho_J >= 0, by a short exact functional.",
    )  # fmt: skip
    parser.add_argument("--dimension", type=integer, default=6, metavar="D", help="5 or larger (default 6)")
    parser.add_argument("--kappa", metavar="A", help="weight of A_2'(0) (default: the best, searched)")
    parser.add_argument("--delta", metavar="B", help="weight of the n=4 null (default: the best, searched)")
    add_time_limit(parser)
    parser.add_argument("--json", action="store_true", help="as JSON")


def _exclude(options: Any) -> int:
    from positivity.answers.limits import within
    from positivity.bounds.exclusion import best_exclusion, exclude
    from positivity.certificates.verification import verify
    from positivity.questions.numbers import parse_rational

    if (options.kappa is None) != (options.delta is None):
        raise InputError("give both --kappa and --delta, or none of them")
    with patience(), within(options.time_limit):
        if options.kappa is None:
            found = best_exclusion(options.dimension)
        else:
            weights = parse_rational(options.kappa, "--kappa"), parse_rational(options.delta, "--delta")
            found = exclude(options.dimension, *weights)
    if found is None:
        print("nothing is excluded by this functional: try other --kappa and --delta")
        return NOT_PROVED
    # what is printed as proved is what the verifier returns
    (statement,) = verify(found.to_dict())
    print(json.dumps(found.to_dict(), indent=1) if options.json else f"PROVED: {statement}\n{found.functional}")
    return OK
