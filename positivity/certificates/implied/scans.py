"""Proof of the rows of a scan: what a row says must follow, for the question of its point, from its certificates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from positivity.answers.end import STATUS_TEXT
from positivity.certificates.implied import graviton
from positivity.certificates.implied.asked import Scope, combination, read_fixes, read_scope
from positivity.certificates.implied.bounds import end_statements
from positivity.certificates.implied.prover import Prover
from positivity.certificates.implied.verdicts import read_given, verdict_scope, verdict_statement
from positivity.questions.couplings import Combination, combination_text, names_graviton
from positivity.questions.errors import InputError, shown
from positivity.questions.loops import loop_pairs
from positivity.questions.rules import Powers
from positivity.questions.scans.axes import WHOLE_NUMBERS
from positivity.questions.scans.spec import ScanSpec
from solvers.verify import Refused

_SIDES = ("lower", "upper")
#: statuses of a row that say that something is proved
_CLAIMS = ("certified", "excluded", "allowed")
#: all that rows of this version have
_STATUSES = {"bound": (*STATUS_TEXT,), "check": ("allowed", "excluded", "undecided", "failed")}
Row = Mapping[str, Any]


def verify_rows(spec: ScanSpec, rows: Iterable[Row]) -> int:
    """The number of statements proved; raises Refused with the point, also where the evidence was not kept.

    A row whose status is not that of its result is refused, and so are rows of which none claims anything.
    """
    if spec.task not in ("bound", "check"):
        raise Refused("a scan of a function of your own holds nothing to prove")
    proved = 0
    for row in rows:
        try:
            proved += _verify_row(spec, row)
        except Refused as reason:
            raise type(reason)(f"at {_place(row)}: {reason}") from None
        except (InputError, KeyError, TypeError, AttributeError, ValueError, IndexError, ArithmeticError) as error:
            raise Refused(f"at {_place(row)}: the row is malformed: {_printable(repr(error))}") from None
    if not proved:
        raise Refused("no row of the scan says that anything is proved")
    return proved


def verify_scan(spec: ScanSpec, rows: Sequence[Row], complete: bool) -> int:
    """As `verify_rows`, of a whole scan: refused also where points have no row."""
    proved = verify_rows(spec, rows)
    if not complete:
        raise Refused(
            f"points of the scan have no row (interrupted, torn or dropped); the {proved} statements of its "
            f"{len(rows)} rows are proved: resume the scan"
        )
    return proved


def _verify_row(spec: ScanSpec, row: Row) -> int:
    if set(row["point"]) != {axis.name for axis in spec.axes}:
        raise Refused("the point has other axes than the scan")
    status, result = row["status"], row.get("result")
    if status not in _STATUSES[spec.task]:
        raise Refused(f"a row of status {shown(status)}")
    if not isinstance(result, Mapping):
        if status in _CLAIMS:
            raise Refused(f"the row is said to be {status} and its evidence was not kept")
        return 0
    return _verify_bound(spec, row, result) if spec.task == "bound" else _verify_verdict(spec, row, result)


def _verify_bound(spec: ScanSpec, row: Row, result: Row) -> int:
    request = spec.request(row["point"])
    target, with_graviton = combination(request["target"], "target"), names_graviton(request["over"])
    if with_graviton != graviton.has_rules(result["problem"]):
        raise Refused("the result is for another question than its point: another ratio")
    if with_graviton:
        graviton.check_same(result["problem"], _over_graviton(request))
    else:
        _check_same(read_scope(result["problem"])[0], request_scope(request))
    if combination(result["problem"]["coupling"], "coupling") != target:
        raise Refused("the result is for another question than its point: another ratio")
    words = [result[side]["status"] for side in _SIDES]
    for side, word in zip(_SIDES, words, strict=True):
        if word == "certified" and not result[side].get("certificate"):
            raise Refused(f"the certificate of the {side} end was not kept")
    if with_graviton:
        statements = graviton.bound_statements(result, Prover())
    else:
        statements = end_statements(result, request_scope(request), target, Prover())
    certified = all(word == "certified" for word in words)
    # the relation is empty where fixed values are excluded
    excluded = any(s.relation == "" and s.subject.startswith("no theory has the fixed") for s in statements)
    if (row["status"] == "certified") != certified or (row["status"] == "excluded" and not excluded):
        raise Refused("the status of the row is not that of its ends")
    return len(statements)


def _verify_verdict(spec: ScanSpec, row: Row, result: Row) -> int:
    request = spec.request(row["point"])
    if row["status"] != result["status"]:
        raise Refused("the verdict is another one than the status of the row")
    wanted = sorted(read_fixes(list(request["fix"].items()), True), key=lambda entry: combination_text(entry[0]))
    given = sorted(read_given(result["couplings"]), key=lambda entry: combination_text(entry[0]))
    found = verdict_scope(result)
    _check_same(found, _as_verdict(request_scope({**request, "fix": {}}), found))
    if given != wanted:
        raise Refused("the verdict is for another question than its point: other couplings")
    exact = row["status"] == "allowed" and not found.absolute
    if row["status"] != "excluded" and not exact:
        return 0
    if not result.get("certificate" if row["status"] == "excluded" else "spectrum") and not _free(given, exact):
        raise Refused("the evidence was not kept")
    verdict_statement(result, Prover())
    return 1


def _free(given: Any, exact: bool) -> bool:
    """Whether all couplings vanish: the free theory has no states."""
    return exact and all(not any(value) for _, value in given)


def _as_verdict(scope: Scope, found: Scope) -> Scope:
    """A verdict divides by nothing: what it is read with does not matter."""
    return replace(scope, over=found.over, natural=found.natural, smeared=0)


def request_scope(request: Mapping[str, Any]) -> Scope:
    """The scope of the question of a point; raises Refused."""
    pairs = request["loops"]
    if pairs == "all":
        sorted_pairs = tuple((min(pair), max(pair)) for pair in loop_pairs(request["order"]))
        loops = ",".join("".join(_indices(c) for c in pair) for pair in sorted_pairs)
    else:
        loops = pairs
    density, assumptions = request["density"], request.get("assumptions")
    absolute = density != "positive" or loops not in ("tree", "")
    problem = {
        "coupling": request["target"] or "g2",
        "over": request["over"] or ("1" if absolute else "g2"),
        "dimension": request["dimension"],
        "order": request["order"],
        "fix": [list(entry) for entry in request["fix"].items()],
        "density": density,
        "loops": loops,
        "smeared": request["smeared"],
    }
    if density != "positive":
        problem["assumptions"] = _assumptions(assumptions or {})
    return read_scope(problem)[0]


def _over_graviton(request: Row) -> dict[str, Any]:
    """The problem of a point over 8piG, of the default rules."""
    return {
        "coupling": request["target"], "over": request["over"], "dimension": request["dimension"],
        "order": Powers().order, "fix": [list(entry) for entry in request["fix"].items()],
        "density": request["density"], "loops": request["loops"], "rules": Powers().to_dict(),
    }  # fmt: skip


def _indices(coupling: tuple[int, int]) -> str:
    return f"g[{coupling[0]},{coupling[1]}]"


def _assumptions(given: Mapping[str, Any]) -> dict[str, Any]:
    """As in a certificate, from the form of a specification, where gaps are pairs."""
    found: dict[str, Any] = {"ceiling": str(given.get("ceiling", "2"))}
    if given.get("last_spin") is not None:
        found["last_spin"] = given["last_spin"]
    if given.get("gaps"):
        found["gaps"] = [{"spin": spin, "mass_squared": str(mass)} for spin, mass in given["gaps"]]
    return found


def _check_same(found: Scope, wanted: Scope) -> None:
    """Raise Refused with what differs between two questions, whatever the order in which things are named."""

    def held(scope: Scope) -> list[tuple[str, str]]:
        return sorted((combination_text(left), str(level)) for left, level in scope.fix)

    for what, same in (
        ("another dimension", found.dimension == wanted.dimension),
        ("another order", found.order == wanted.order),
        ("another density", found.density == wanted.density),
        ("other loops", set(found.pairs) == set(wanted.pairs)),
        ("another ratio", _over(found) == _over(wanted)),
        ("other fixed couplings", held(found) == held(wanted)),
        ("other sum rules", found.smeared == wanted.smeared),
    ):
        if not same:
            raise Refused(f"the result is for another question than its point: {what}")


def _over(scope: Scope) -> Combination | bool:
    return scope.natural if scope.over is None else scope.over


def scan_text(spec: ScanSpec) -> str:
    """What a scan is about, from its specification as parsed, no text of it repeated."""
    first = {axis.name: axis.value(axis.coarse[0]) for axis in spec.axes}
    request = spec.request(first)
    scanned = [axis.name for axis in spec.axes]
    held = {combination_text(combination(name, "fix")) for name in scanned if name not in WHOLE_NUMBERS}
    kept = {name: value for name, value in request["fix"].items() if name not in scanned}
    if names_graviton(request["over"]):
        text = graviton.read_ratios(_over_graviton({**request, "fix": kept})).problem.scope
    else:
        text = request_scope({**request, "fix": kept}).text
    asked = "verdicts" if spec.task == "check" else f"range of {combination_text(combination(request['target'], ''))}"
    words = sorted(held) + [name for name in scanned if name in WHOLE_NUMBERS]
    whole = "; ".join(f"{name} as scanned" for name in scanned if name in WHOLE_NUMBERS)
    return f"{asked} versus {', '.join(words)}: {text}" + (f"; {whole}" if whole else "")


def _place(row: Row) -> str:
    point = row.get("point") if isinstance(row, Mapping) else None
    return _printable(str(point)) if isinstance(point, Mapping) else "a row without a point"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in text)[:200]
