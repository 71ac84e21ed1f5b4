"""positivity check: is a theory with these couplings allowed?"""

from __future__ import annotations

from typing import Any

from positivity.answers.files import write_json
from positivity.cli.output import EXCLUDED, NOT_PROVED, OK, UNDECIDED
from positivity.cli.patience import patience
from positivity.cli.shared import (
    add_certified,
    add_density,
    add_output,
    add_scope,
    add_time_limit,
    check_writable,
    command,
    deliver,
    density,
)
from positivity.questions.errors import InputError, shown


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "check", "Is a theory with these couplings allowed or excluded?",
        "positivity check g2=1 g3=-5 g4=0.3 --order 10", _check,
        more="Exit code 0 allowed, 3 excluded, 4 undecided.",
    )  # fmt: skip
    parser.add_argument("couplings", nargs="+", metavar="g2=1", help="exact decimals or rationals; others are free")
    add_scope(parser)
    add_density(parser)
    add_output(parser, "verdict")
    parser.add_argument("--certificate", metavar="FILE", help="save the certificate, if excluded")
    add_certified(parser)
    add_time_limit(parser)


def _check(options: Any) -> int:
    from positivity.checks.check import check

    check_writable(options.output, options.certificate)
    with patience():
        verdict = check(
            values(options.couplings), order=options.order, dimension=options.dimension, density=density(options),
            loops=options.loops, time_limit=options.time_limit,
        )  # fmt: skip
    if options.certificate and verdict.certificate is not None:
        write_json(options.certificate, dict(verdict.certificate))
    deliver(options, verdict)
    if options.require_certified and verdict.allowed and verdict.residual is not None:
        return NOT_PROVED  # the density or spectrum is numerical
    return {"allowed": OK, "excluded": EXCLUDED}.get(verdict.status, UNDECIDED)


def values(texts: list[str]) -> dict[str, str]:
    """{coupling: value} from g2=1 ...; raises InputError."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise InputError(f"{shown(text)}: write coupling=value, e.g. g3=-5")
        if name.strip() in found:
            raise InputError(f"{shown(name.strip())[1:-1]} is given twice: drop one")
        found[name.strip()] = value.strip()
    return found
