"""positivity cutoff: the weak-gravity bound on Lambda/M_P, D = 4, full unitarity."""

from __future__ import annotations

import json
import sys
from typing import Any

from positivity.answers.files import write_json
from positivity.cli.output import OK
from positivity.cli.patience import patience
from positivity.cli.shared import (
    add_certified,
    add_time_limit,
    check_writable,
    command,
    exit_code,
    integer,
    show_progress,
)
from positivity.questions.errors import InputError, shown

#: p_min of the scan that is shown when none is given
SCAN = ("0.3", "0.1", "0.03", "0.01", "0.001")


def add(commands: Any) -> None:
    """Declare the command."""
    parser = command(
        commands, "cutoff", "Bound Lambda/M_P from full unitarity and the graviton pole (D = 4).",
        "positivity cutoff --p-min 0.1 --contacts 1; without --p-min: a scan over p-min", _cutoff,
    )  # fmt: skip
    parser.add_argument("--p-min", metavar="P", help="smallest momentum transfer over the cutoff (no default)")
    parser.add_argument("--contacts", type=integer, metavar="C", help="free contact terms in A_2 (scan: 1)")
    parser.add_argument("--k", default="2", metavar="2,4", help="sum rules A_k with shared couplings (default 2)")
    parser.add_argument("--degree", type=integer, metavar="N", help="with --k 2,4: couplings to Mandelstam order N")
    parser.add_argument("--forward-sum-rules", action="store_true", help="assume all forward k >= 4 sum rules")
    parser.add_argument("--g2", metavar="V", help="fixed g2 in units of Lambda^-4")
    parser.add_argument("--loops", default="tree", help="tree (default) or g2^2, one-loop arcs at the given g2")
    parser.add_argument("--mu", metavar="MU", help="regulate the pole to 1/(p^2+mu^2)")
    parser.add_argument("--g4", metavar="V", help="with A_4(0) = 4 g4 at this value, units of Lambda^-8")
    parser.add_argument("--analytic", action="store_true", help="closed form, from --mu and --g4")
    parser.add_argument("--density", default="unitary", help="unitary (default): 0 <= rho_J <= 2")
    parser.add_argument("--functions", type=integer, metavar="F", help="test functions per sum rule")
    add_certified(parser)
    add_time_limit(parser)
    parser.add_argument("--certificate", metavar="FILE", help="prove a bound and save it (A_2 alone; ten seconds)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser.add_argument("--output", "-o", metavar="FILE", help="save the result as JSON")


def _cutoff(options: Any) -> int:
    check_writable(options.output, options.certificate)
    if options.analytic:
        return _analytic(options)
    question = {
        "contacts": options.contacts, "k": _rules(options.k), "degree": options.degree, "g2": options.g2,
        "forward_sum_rules": options.forward_sum_rules, "mu": options.mu, "g4": options.g4, "loops": options.loops,
        "density": options.density,
    }  # fmt: skip
    if options.p_min is None and options.mu is None:
        if options.certificate:
            raise InputError("--certificate is for one --p-min: give it, e.g. --p-min 0.1 --contacts 1")
        return _scan(question, options)
    with patience():
        return _one(question, options)


def _one(question: dict[str, Any], options: Any) -> int:
    """At one p-min."""
    if options.certificate:
        return _certify(question, options)
    from positivity.bounds.cutoff import cutoff_bound

    result = cutoff_bound(options.p_min, functions=options.functions, time_limit=options.time_limit, **question)
    _show(options, result.to_dict(), str(result))
    return exit_code(options, [result.status], True)


def _certify(question: dict[str, Any], options: Any) -> int:
    """A proof instead of a number."""
    from positivity.bounds.cutoff_proved import certify_cutoff
    from positivity.certificates.verification import verify
    from positivity.sum_rules.cutoff_rules import cutoff_problem

    problem = cutoff_problem(options.p_min, **question)
    if problem != cutoff_problem(options.p_min, contacts=options.contacts):
        raise InputError(
            "--certificate is for A_2 with free contact terms at tree level: give --p-min and --contacts only"
        )
    if sys.stderr.isatty():
        print("proving and verifying: about ten seconds", file=sys.stderr)
    chosen = {} if options.functions is None else {"functions": options.functions}
    certificate = certify_cutoff(options.p_min, options.contacts, time_limit=options.time_limit, **chosen)
    (statement,) = verify(certificate)
    write_json(options.certificate, certificate)
    _show(options, certificate, f"PROVED: {statement}\ncertificate: {options.certificate}")
    return OK


def _scan(question: dict[str, Any], options: Any) -> int:
    from positivity.answers.cutoff import CutoffBound
    from positivity.bounds.cutoff import cutoff_bound
    from positivity.sum_rules.cutoff_rules import cutoff_problem
    from solvers.deadline import time_limit

    if not question["forward_sum_rules"] and question["k"] == (2,) and question["contacts"] is None:
        question["contacts"] = 1
    for p_min in SCAN:  # all questions are checked before the first is answered
        cutoff_problem(p_min, **question)
    results: list[CutoffBound] = []
    functions = 24 if options.functions is None else options.functions
    with time_limit(options.time_limit):
        for p_min in SCAN:
            _progress(len(results))
            results.append(cutoff_bound(p_min, functions=functions, **question))
    _progress(len(SCAN))
    lines = ["no --p-min given, and the bound depends on it: a scan (it falls to 0 as p-min -> 0)"]
    first = f"{results[0].problem.p_min:g} Lambda <= p"
    lines += [f"assumed: {text.replace(first, 'p-min <= p')}" for text in results[0].problem.assumptions]
    lines.append("p-min/Lambda  8piG Lambda^2 <=  feasible  Lambda/M_P <=  status")
    for p_min, result in zip(SCAN, results, strict=True):
        if result.value is None:
            lines.append(f"{p_min:<12}  {result.status}: {result.reason}")
            continue
        numbers = f"{result.value:<16.5g}  {result.primal:<8.5g}  {result.cutoff_over_planck:<13.4g}"
        lines.append(f"{p_min:<12}  {numbers}  {result.status} (not proved)")
    data = {"schema": "eft-positivity/cutoff-scan/1", "results": [result.to_dict() for result in results]}
    _show(options, data, "\n".join(lines))
    return exit_code(options, [result.status for result in results], True)


def _progress(done: int) -> None:
    if sys.stderr.isatty():
        show_progress(done, len(SCAN))


def _analytic(options: Any) -> int:
    from positivity.bounds.closed_form import analytic_cutoff
    from positivity.sum_rules.cutoff_rules import cutoff_problem

    given = {
        "--p-min": options.p_min, "--contacts": options.contacts, "--degree": options.degree, "--g2": options.g2,
        "--functions": options.functions, "--certificate": options.certificate,
        "--forward-sum-rules": options.forward_sum_rules or None,
        "--loops": None if options.loops == "tree" else options.loops, "--k": None if options.k == "2" else options.k,
    }  # fmt: skip
    unused = [name for name, value in given.items() if value is not None]
    if unused:
        raise InputError(f"{', '.join(unused)}: the closed form has only --mu and --g4, drop the others")
    if options.density != "unitary":
        cutoff_problem(1, density=options.density)
    result = analytic_cutoff(options.mu, options.g4)
    _show(options, result.to_dict(), str(result))
    return OK


def _rules(text: str) -> tuple[int, ...]:
    found = {"2": (2,), "2,4": (2, 4)}.get(text.replace(" ", ""))
    if found is None:
        raise InputError(f"--k {shown(text)}: write 2 or 2,4")
    return found


def _show(options: Any, data: dict[str, Any], text: str) -> None:
    if options.output:
        write_json(options.output, data)
    print(json.dumps(data, indent=1) if options.json else text)
