"""One point of a scan: a request in, a row out; the function that workers run.

A row depends on the request alone, never on what the worker did before.
"""

from __future__ import annotations

import importlib
import threading
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from positivity.questions.couplings import names_graviton, order_of, parse_combination
from positivity.questions.errors import InputError, check_order
from positivity.questions.scans.spec import density_of
from positivity.questions.scope import Scope

Request = Mapping[str, Any]
Row = dict[str, Any]

#: from best to worst: a row is as good as its worse end
_RANK = ("not sought", "certified", "unbounded", "numerical", "excluded", "no theory", "failed")
_EVIDENCE = ("certificate", "spectrum", "steps", "predicted")
_BULKY = {"values": ("certificate", "spectrum", "ray", "density"), "certificates": ("spectrum", "density")}


#: tasks of the user need not be safe in threads: one point at a time in each process
_ONE_AT_A_TIME = threading.Lock()


class WorkerMismatch(InputError):
    """A worker has other versions of the software than the scan."""


def evaluate(request: Request) -> Row:
    """The row of one point; a failure of the point becomes a row with its reason.

    request: as made by `ScanSpec.request`, with "versions" and, for a warm start, "contacts".
    Raises WorkerMismatch if this process has other versions.
    """
    _check_versions(request.get("versions"))
    started = time.perf_counter()
    try:
        with _ONE_AT_A_TIME:
            row = _run(request)
    except InputError as error:
        row = {"status": "failed", "reason": str(error)}
    except Exception as error:
        known = request["task"] in ("bound", "check")
        where = "error in the library, please report" if known else f"the task {request['task']} raised"
        row = {"status": "failed", "reason": f"{where}: {error!r}"}
    return row | {"seconds": round(time.perf_counter() - started, 4)}


def _run(request: Request) -> Row:
    task = request["task"]
    if task == "bound":
        return _bound(request)
    if task == "check":
        return _check(request)
    row = dict(_function(task)(request))
    return {"status": "done", "reason": "", **row}


def prepare(request: Request) -> None:
    """Raise InputError if the first point makes no sense, before anything is computed."""
    task = request["task"]
    if task == "bound":
        if names_graviton(request["over"]):
            from positivity.questions.graviton import ratio_problem

            words = {"dimension": request["dimension"], "fix": request["fix"]}
            ratio_problem(request["target"], request["over"], words)
            return
        scope = _scope(request)
        named = [parse_combination(request["target"]), *(held.combination for held in scope.fix)]
        check_order(scope.order, max(order_of(c) for each in named for c in each))
        if _warm(request):
            _solver(request)
    elif task == "check":
        _scope(request, fix=None)
    else:
        _function(task)


def _scope(request: Request, **others: Any) -> Scope:
    """The scope of a point."""
    words = {key: request[key] for key in ("order", "dimension", "fix", "loops", "digits", "method", "smeared")}
    density = density_of(request["density"], request.get("assumptions"))
    return Scope(**{**words, "density": density, **others})


def _bound(request: Request) -> Row:
    from positivity.bounds.bound import bound_in

    if _warm(request):
        return _warm_bound(request)
    result = bound_in(_scope(request), request["target"], request["over"])
    return _bound_row(request, result.problem, result.lower, result.upper)


def _warm(request: Request) -> bool:
    """Whether the point is a linear program that neighbours can start."""
    plain = request["density"] == "positive" and request["loops"] == "tree" and request["method"] == "lp"
    return (
        plain and not names_graviton(request["over"]) and not request["smeared"] and request.get("assumptions") is None
    )


def _solver(request: Request) -> tuple[Any, Any]:
    from positivity.bounds.bound import positive_solver

    scope = _scope(request)
    return positive_solver(parse_combination(request["target"]), scope.over(request["over"]), scope)


def _warm_bound(request: Request) -> Row:
    from positivity.bounds.both_ends import both_ends

    problem, solver = _solver(request)
    solver.exchange.start_from([(int(spin), float(s)) for spin, s in request.get("contacts") or ()])
    lower, upper = both_ends(solver)
    row = _bound_row(request, problem, lower, upper)
    return row | {"contacts": [[spin, s] for spin, s in solver.contacts]}


def _bound_row(request: Request, problem: Any, lower: Any, upper: Any) -> Row:
    ends = {"lower": lower, "upper": upper}
    status = max((end.status for end in ends.values()), key=_RANK.index)
    reasons = {
        end.reason: side for side, end in ends.items() if end.reason and end.status not in ("unbounded", "not sought")
    }
    reason = "; ".join(f"{side}: {text}" if len(reasons) > 1 else text for text, side in reasons.items())
    bulky = _BULKY.get(request["keep"], ())
    kept = {side: {k: v for k, v in end.to_dict().items() if k not in bulky} for side, end in ends.items()}
    if any(end.status == "excluded" for end in ends.values()):
        status = "excluded"
    # what a bisection tells apart; "no theory" may be numerical, the reason says which
    answer = "no theory" if any(end.status in ("excluded", "no theory") for end in ends.values()) else ""
    return {
        "status": status,
        "reason": reason,
        **({"answer": answer} if answer else {}),
        "result": {"problem": problem.to_dict(), **kept},
    }


def _check(request: Request) -> Row:
    from positivity.checks.check import check_in

    verdict = check_in(_scope(request, fix=None), request["fix"])
    # an allowed point is proved by its spectrum, so that stays with the certificates
    dropped = {"seconds", "versions", *(_EVIDENCE if request["keep"] == "values" else ())}
    result = {key: value for key, value in verdict.to_dict().items() if key not in dropped}
    return {"status": verdict.status, "reason": verdict.reason, "result": result}


@lru_cache(maxsize=8)
def _function(task: str) -> Any:
    module, _, name = task.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise InputError(f"task {task!r} cannot be imported: {error}") from None


@lru_cache(maxsize=1)
def own_versions() -> dict[str, str]:
    """Versions in this process."""
    from positivity.answers.provenance import versions

    return versions()


def _check_versions(wanted: object) -> None:
    if wanted is not None and wanted != own_versions():
        raise WorkerMismatch(f"a worker has {own_versions()}, the scan {wanted}: install the same versions everywhere")
