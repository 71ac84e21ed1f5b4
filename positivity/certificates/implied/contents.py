"""What a document may hold besides its question, values and certificates: nothing that looks proved and is not.

Numbers that are no claim (spectra of ends, theories, seconds, versions) and texts of reasons are passed over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flint import fmpq, fmpq_mat

from positivity.questions.couplings import Combination
from positivity.questions.units import Level
from solvers.verify import Refused
from solvers.verify.document import names, shown

_END_KEYS = {
    "value", "status", "reason", "certificate", "spectrum", "spectrum_value", "digits", "ray", "spectrum_note",
    "natural", "density", "excluded",
}  # fmt: skip
_KEYS = {
    "bound": {"schema", "problem", "lower", "upper", "method", "versions", "seconds", "warning", "cutoff_over_planck"},
    "region": {"schema", "x", "y", "problem", "half_planes", "theories", "inner", "outer", "kinks", "versions",
               "seconds", "complete"},
    "loop-region": {"schema", "x", "y", "problem", "outline", "status", "reason", "certificates", "error", "warning",
                    "versions", "seconds"},
    "check": {"schema", "couplings", "dimension", "order", "status", "density", "loops", "assumptions", "reason",
              "certificate", "claim", "violation", "spectrum", "steps", "residual", "predicted", "versions", "seconds",
              "scope", "rules"},
    "strength": {"schema", "slices"},
}  # fmt: skip
#: statuses of an end, and whether it may have a value
_STATUSES = {
    "certified": True, "numerical": True, "unbounded": False, "excluded": False, "no theory": False,
    "not sought": False, "failed": False,
}  # fmt: skip


def own_entries(data: Mapping[str, Any], kind: str) -> set[str]:
    """The entries that belong to a document of a kind; the others are of the figure that it stands in."""
    return set(data) & _KEYS[kind] if kind in _KEYS else set(data)


def check_keys(data: Mapping[str, Any], kind: str) -> None:
    """Refuse a document with entries that nobody reads: they would pass as proved."""
    unknown = set(data) - _KEYS[kind]
    if unknown:
        raise Refused(f"unknown keys {names(unknown)}: nothing proves what stands there")


def check_end(end: Mapping[str, Any], absolute: bool) -> None:
    """Refuse an end with a status of no version, or with values that its status or its question has not."""
    unknown, status = set(end) - _END_KEYS, end["status"]
    if unknown:
        raise Refused(f"unknown keys {names(unknown)}: nothing proves what stands there")
    if not isinstance(status, str) or status not in _STATUSES:
        raise Refused(f"an end with the status {shown(status)}")
    given = [name for name in ("value", "natural", "excluded") if end.get(name) is not None]
    if given and not _STATUSES[status]:
        raise Refused(f"an end that is {status!r} has no {given[0]}")
    if "natural" in given and not absolute:
        raise Refused("a value in units of U of a ratio at tree level")


def check_consistent(fix: tuple[tuple[Combination, Level], ...], over: Combination | None) -> None:
    """Refuse fixed values that contradict each other: everything follows from them, and nothing is said.

    over: of ratios, what is divided by; then fix_i = value_i over, and over itself must not follow to vanish.
    """
    if over is not None:
        rows = [_minus(left, over, value) for left, (value, _) in fix]
        keys = sorted({*over, *(key for row in rows for key in row)})
        contradict = fix and _rank([*rows, over], keys) == _rank(rows, keys)
    else:
        keys = sorted({key for left, _ in fix for key in left})
        plain = [[left.get(key, fmpq(0)) for key in keys] for left, _ in fix]
        whole = [[*row, *level] for row, (_, level) in zip(plain, fix, strict=True)]
        contradict = fix and fmpq_mat(plain).rank() < fmpq_mat(whole).rank()
    if contradict:
        raise Refused("the fixed values contradict each other")


def _rank(rows: list[Combination], keys: list[tuple[int, int]]) -> int:
    return int(fmpq_mat([[row.get(key, fmpq(0)) for key in keys] for row in rows]).rank())


def _minus(left: Combination, over: Combination, factor: fmpq) -> Combination:
    return {key: left.get(key, fmpq(0)) - factor * over.get(key, fmpq(0)) for key in {*left, *over}}
