"""Whether an answer of today is as good as the golden one: proofs stay proofs, numbers agree to their digits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.golden.asking import PROVED

#: agreement of numbers without stated digits: of the solvers on a grid, and of what only prints them
_NUMERICAL, _EXACT = 2e-3, 1e-9


def differences(kept: list[dict[str, Any]], found: list[dict[str, Any]]) -> Iterator[str]:
    """What is worse than the golden answer, in words."""
    if [part["part"] for part in kept] != [part["part"] for part in found]:
        yield f"other parts: {[part['part'] for part in found]}"
        return
    for old, new in zip(kept, found, strict=True):
        yield from (f"{old['part']}: {text}" for text in _part(old, new))


def _part(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old["status"] in (*PROVED, "exact", "refused") and new["status"] != old["status"]:
        yield f"{old['status']} became {new['status']}"
        return
    for key, value in old.items():
        if key in ("part", "status", "digits") or value is None or isinstance(value, list):
            continue
        if key not in new or new[key] is None:
            yield f"{key} is missing"
        elif key == "text" or key.endswith("status"):
            if new[key] != value:
                yield f"{key} {value!r} became {new[key]!r}"
        elif abs(float(new[key]) - float(value)) > tolerance(old, key) * max(1.0, abs(float(value))):
            yield f"{key} {value} became {new[key]}"


def tolerance(old: Mapping[str, Any], key: str) -> float:
    """Relative to numbers above 1: the digits to which a proved end and its spectrum agree, else the grid's."""
    if old.get("digits") is not None:
        return float(10.0 ** (1 - min(int(old["digits"]), 12)))
    if old["status"] in ("excluded", "closed form"):
        return _EXACT
    return 1e-6 if old["status"] == "certified" else _NUMERICAL
