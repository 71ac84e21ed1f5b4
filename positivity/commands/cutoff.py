"""positivity cutoff: the weak-gravity bound on the cutoff over the Planck mass."""

from __future__ import annotations

import json
from typing import Any

from positivity.commands.shared import NOT_PROVED, OK, check_writable, command, integer, write_json
from positivity.errors import InputError

_SCAN = (0.3, 0.1, 0.03, 0.01, 0.003, 0.001)


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "cutoff", "Bound 8piG Lambda^2 and Lambda/M_P in D=4 from 0 <= rho_J <= 2.",
        "positivity cutoff --p-min 0.1 --contacts 1", _cutoff,
    )  # fmt: skip
    parser.add_argument("--p-min", type=float, metavar="P", help="smallest momentum transfer (default: a scan)")
    parser.add_argument(
        "--contacts", type=integer, default=1, metavar="N", help="free contact terms of A_2 (default 1)"
    )
    parser.add_argument("--k", default="2", help="2 (default), or 2,4: A_2 and A_4 with shared couplings")
    parser.add_argument("--degree", type=integer, default=6, metavar="N", help="--k 2,4: couplings to this order")
    parser.add_argument("--functions", type=integer, default=24, metavar="K", help="splines per rule (default 24)")
    parser.add_argument("--g2", type=float, help="hold g2 Lambda^4 fixed")
    parser.add_argument("--loops", default="tree", help="tree (default) or g2^2 (needs --g2)")
    parser.add_argument("--density", default="unitary", help="unitary; positive has no bound")
    parser.add_argument("--analytic", action="store_true", help="closed form for a pole 1/(p^2+mu^2): --mu, --g4")
    parser.add_argument("--mu", type=float, help="regulator of the pole over Lambda")
    parser.add_argument("--g4", type=float, help="g4 Lambda^8 (default: the largest without gravity)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--output", "-o", metavar="FILE", help="save the result as JSON")


def _cutoff(options: Any) -> int:
    check_writable(options.output)
    if options.density == "positive":
        raise InputError(
            "density positive: with rho_J >= 0 alone the problem is homogeneous in 8piG and the couplings, so any "
            "value of G is allowed after rescaling; use --density unitary, or positivity gravity for ratios to 8piG"
        )
    if options.density != "unitary":
        raise InputError(f"density {options.density!r} is unknown: use 'unitary'")
    results = [_analytic(options)] if options.analytic else _program(options)
    data: Any = [result.to_dict() for result in results]
    data = data[0] if len(data) == 1 else {"scan": data}
    if options.json:
        print(json.dumps(data, indent=1))
    else:
        for result in results:
            print(result)
    if options.output:
        write_json(options.output, data)
    return OK if options.analytic else NOT_PROVED


def _analytic(options: Any) -> Any:
    from positivity.weak_gravity_analytic import AnalyticCutoff, largest_g4

    if options.mu is None:
        raise InputError("--analytic needs the regulator of the pole, e.g. --mu 1: the bound depends on it")
    return AnalyticCutoff(options.mu, largest_g4() if options.g4 is None else options.g4)


def _program(options: Any) -> list[Any]:
    from positivity.weak_gravity import CutoffProblem, cutoff

    if options.mu is not None or options.g4 is not None:
        raise InputError("--mu and --g4 belong to --analytic: add it, or drop them")
    try:
        k = tuple(int(part) for part in options.k.split(","))
    except ValueError:
        raise InputError(f"--k {options.k!r}: use 2 or 2,4") from None
    momenta = _SCAN if options.p_min is None else (options.p_min,)
    problems = [
        CutoffProblem(p, options.contacts, k, options.degree, options.g2, options.loops, options.functions)
        for p in momenta
    ]
    return [cutoff(problem) for problem in problems]
