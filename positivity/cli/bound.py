"""positivity bound: both ends of the range of a ratio."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from positivity.answers.files import write_json
from positivity.cli.patience import bound_seconds, patience
from positivity.cli.shared import (
    add_certified,
    add_output,
    add_problem,
    add_time_limit,
    check_figure,
    check_writable,
    command,
    deliver,
    density,
    exit_code,
    fixes,
    integer,
)
from positivity.questions.couplings import names_graviton
from positivity.questions.errors import InputError


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "bound", "Bound a ratio of couplings from both sides, certified.",
        "positivity bound g3 --order 10 --fix g4=0.3 --certificate g3.json", _bound,
    )  # fmt: skip
    parser.add_argument("coupling", help="g3, g6', g[0,2], a sum like g3+2*g4, or 8piG")
    add_problem(parser)
    _add_rules(parser)
    parser.add_argument("--digits", type=integer, default=8, metavar="K", help="decimals aimed at (default 8)")
    parser.add_argument("--method", default="lp", help="lp (default), sdp (Clarabel) or sdpa (SDPA-GMP)")
    parser.add_argument("--smeared", type=integer, default=0, metavar="K", help="unitary: K smeared nulls, numerical")
    add_output(parser)
    add_certified(parser)
    add_time_limit(parser)
    parser.add_argument("--certificate", metavar="FILE", help="save it; that of a second end goes to FILE-upper")
    parser.add_argument("--explain", nargs="?", const="explain.pdf", metavar="FILE",
                         help="functional and spectrum (default explain.pdf)")  # fmt: skip


def _add_rules(parser: argparse.ArgumentParser) -> None:
    """The words of the rules with the graviton; those of `positivity cutoff`, which explains them."""
    for name in ("--p-min", "--mu", "--k", "--functions"):
        parser.add_argument(name, help=argparse.SUPPRESS)
    for name in ("--contacts", "--degree"):
        parser.add_argument(name, type=integer, help=argparse.SUPPRESS)
    parser.add_argument("--forward-sum-rules", action="store_true", default=None, help=argparse.SUPPRESS)
    parser.add_argument("--prove", action=argparse.BooleanOptionalAction, default=None, help=argparse.SUPPRESS)


def rule_words(options: Any) -> dict[str, Any]:
    """What is given of the words of the rules; raises InputError."""
    words = {name: getattr(options, name) for name in ("p_min", "mu", "contacts", "degree", "prove")}
    words["forward_sum_rules"] = options.forward_sum_rules
    for name in ("k", "functions"):
        text = getattr(options, name)
        words[name] = None if text is None else _integers(name, text)
    if words["functions"] is not None and names_graviton(options.coupling):
        if len(words["functions"]) != 1:
            raise InputError(f"--functions {options.functions}: 8piG takes one number, of splines per sum rule")
        (words["functions"],) = words["functions"]
    return {name: value for name, value in words.items() if value is not None}


def _integers(name: str, text: str) -> tuple[int, ...]:
    try:
        return tuple(integer(part) for part in text.split(","))
    except argparse.ArgumentTypeError as error:
        raise InputError(f"--{name}: {error}") from None


def _bound(options: Any) -> int:
    from positivity.bounds.bound import bound

    check_writable(options.certificate, options.output, options.explain)
    if options.explain:
        check_figure(options.explain)
    with patience(bound_seconds(options)):
        result = bound(
            options.coupling, options.over, order=options.order, dimension=options.dimension, fix=fixes(options.fix),
            digits=options.digits, density=density(options), loops=options.loops, method=options.method,
            smeared=options.smeared, time_limit=options.time_limit,
            **rule_words(options),
        )  # fmt: skip
    if options.certificate:
        _write_certificates(options.certificate, result)
    deliver(options, result)
    if options.explain:
        from positivity.answers.explanation import explain

        print(explain(result, options.explain), file=sys.stderr if options.json else sys.stdout)
    return exit_code(options, [end.status for _, end in result.ends()], _numerical_asked(options))


def _numerical_asked(options: Any) -> bool:
    """Whether a numerical answer is what was asked for."""
    strength = names_graviton(options.coupling) and not options.prove
    return bool(options.smeared) or strength or options.prove is False


def _write_certificates(name: str, result: Any) -> None:
    target = Path(name)
    for side, end in result.ends():
        if end.certificate is not None:
            write_json(target, dict(end.certificate))
            # several certificates together, which only the question holds together
            cover = "/cover/" in str(end.certificate.get("schema"))
            note = "; to verify it save the whole result with --output" if cover else ""
            print(f"certificate of the {side} end: {target}{note}", file=sys.stderr)
            target = target.with_name(f"{target.stem}-upper{target.suffix}")
