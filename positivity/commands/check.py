"""positivity check: is a theory with these couplings allowed?"""

from __future__ import annotations

import json
from typing import Any

from positivity.commands.shared import (
    EXCLUDED,
    OK,
    UNDECIDED,
    add_scope,
    assumptions,
    check_writable,
    command,
    integer,
    write_json,
)
from positivity.errors import InputError


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "check", "Is a theory with these couplings allowed or excluded?",
        "positivity check g2=1 g3=-5 g4=0.3 --order 10", _check,
        more="Exit code 0 allowed, 3 excluded, 4 undecided.",
    )  # fmt: skip
    parser.add_argument("couplings", nargs="+", metavar="g2=1", help="exact decimals or rationals; others are free")
    add_scope(parser)
    parser.add_argument("--density", default="positive", help="positive (rho_J >= 0, default) or unitary (<= 2)")
    parser.add_argument("--ceiling", metavar="R", help="unitary: 0 <= rho_J <= R instead of 2")
    parser.add_argument("--last-spin", type=integer, metavar="J", help="unitary: no states above this spin")
    parser.add_argument("--gap", action="append", default=[], metavar="J:m2", help="unitary: no spin J below m^2")
    parser.add_argument("--loops", default="tree", metavar="PAIRS", help="tree (default) or pairs like g2^2,g2g3")
    parser.add_argument("--json", action="store_true", help="print the verdict as JSON")
    parser.add_argument("--output", "-o", metavar="FILE", help="save the verdict as JSON")
    parser.add_argument("--certificate", metavar="FILE", help="save the certificate, if excluded")


def _check(options: Any) -> int:
    from positivity.checking import check

    for name in (options.output, options.certificate):
        check_writable(name)
    verdict = check(
        values(options.couplings), order=options.order, dimension=options.dimension, density=options.density,
        loops=options.loops, assumptions=assumptions(options),
    )  # fmt: skip
    print(json.dumps(verdict.to_dict(), indent=1) if options.json else verdict)
    if options.output:
        write_json(options.output, verdict.to_dict())
    if options.certificate and verdict.certificate is not None:
        write_json(options.certificate, dict(verdict.certificate))
    return {"allowed": OK, "excluded": EXCLUDED}.get(verdict.status, UNDECIDED)


def values(texts: list[str]) -> dict[str, str]:
    """{coupling: value} from g2=1 ...; raises InputError."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.strip() or not value.strip():
            raise InputError(f"{text!r}: write coupling=value, e.g. g3=-5")
        if name.strip() in found:
            raise InputError(f"{name.strip()} is given twice: drop one")
        found[name.strip()] = value.strip()
    return found
