"""Asking a golden question in the words of today, and the numbers of its answer."""

from __future__ import annotations

from fractions import Fraction
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import positivity
from positivity.answers.end import End
from positivity.answers.loop_region import LoopRegion
from positivity.bounds.exclusion import best_exclusion
from positivity.bounds.sdpb import export_sdpb
from positivity.bounds.strength import largest_g2
from positivity.questions.density import Assumptions
from positivity.questions.errors import InputError
from positivity.questions.loops import parse_pairs

#: statuses that are a proof: they stay
PROVED = ("certified", "excluded", "unbounded")


def answer(verb: str, words: dict[str, Any]) -> list[dict[str, Any]]:
    """What is kept of an answer: a list of named parts with status and numbers."""
    try:
        return _VERBS[verb](_present(verb, words))
    except InputError:
        return [{"part": "question", "status": "refused"}]


def _present(verb: str, words: dict[str, Any]) -> dict[str, Any]:
    """The words with the objects of today in them."""
    assumed = words.get("assumptions")
    if assumed and verb != "scan":
        gaps = tuple((spin, mass) for spin, mass in assumed.get("gaps", ()))
        words = words | {"assumptions": Assumptions(assumed["ceiling"], assumed.get("last_spin"), gaps)}
    if "direction" in words:
        words = words | {"direction": tuple(words["direction"])}
    return words


def _end(name: str, end: End) -> dict[str, Any]:
    interval = {"excluded": list(end.excluded)} if end.excluded else {}
    numbers = {"value": end.text, "natural": end.natural, "spectrum_value": end.spectrum_value, "digits": end.digits}
    return {"part": name, "status": end.status} | interval | numbers


def _bound(words: dict[str, Any]) -> list[dict[str, Any]]:
    return [_end(name, end) for name, end in positivity.bound(**words).ends()]


def _check(words: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"part": "verdict", "status": positivity.check(**words).status}]


def _region(words: dict[str, Any]) -> list[dict[str, Any]]:
    found = positivity.region(**words)
    kind = found.status if isinstance(found, LoopRegion) else sorted({p.end.status for p in found.half_planes})[0]
    return [{"part": "region", "status": kind, "area": area(np.asarray(found.outer))}]


def area(corners: np.ndarray) -> float:
    """Of a polygon."""
    x, y = corners.T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def _scan(words: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        _end(f"{side} of row {i}", End.from_dict(row["result"][side]))
        for i, row in enumerate(positivity.scan(words).rows)
        for side in ("lower", "upper")
    ]


def _gravity(words: dict[str, Any]) -> list[dict[str, Any]]:
    found = positivity.gravity_bound(**words)
    return [{"part": "alpha", "status": found.status, "value": found.alpha}]


def _cutoff(words: dict[str, Any]) -> list[dict[str, Any]]:
    found = positivity.cutoff_bound(**words)
    return [{"part": "8piG", "status": found.status, "value": found.value, "primal": found.primal}]


def _cutoff_certificate(words: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"part": "8piG", "status": "certified", "value": positivity.certify_cutoff(**words)["bound"]}]


def _analytic(words: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"part": "8piG", "status": "closed form", "value": positivity.analytic_cutoff(**words).value}]


def _strength(words: dict[str, Any]) -> list[dict[str, Any]]:
    found = largest_g2(tuple(parse_pairs(words["pairs"])), words["order"], words["dimension"])
    return [_end("g2", found)]


def _exclusion(words: dict[str, Any]) -> list[dict[str, Any]]:
    found = best_exclusion(**words)
    assert found is not None
    return [
        {"part": name, "status": "excluded", "value": str(float(Fraction(str(value))))}
        for name, value in (("low", found.low), ("high", found.high))
    ]


def _nulls(words: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"part": f"null {i}", "status": "exact", "text": str(null)}
        for i, null in enumerate(positivity.null_constraints(words["max_order"], words["dimension"]))
    ]


def _handover(words: dict[str, Any]) -> list[dict[str, Any]]:
    with TemporaryDirectory() as folder:
        target = Path(folder) / "program.json"
        export_sdpb(target, digits=40, **words)
        digest = sha256(target.read_bytes()).hexdigest()
    return [{"part": "program", "status": "exact", "text": digest}]


_VERBS = {
    "bound": _bound, "check": _check, "region": _region, "scan": _scan, "gravity": _gravity, "cutoff": _cutoff,
    "cutoff_certificate": _cutoff_certificate, "analytic_cutoff": _analytic, "largest_g2": _strength,
    "best_exclusion": _exclusion, "null_constraints": _nulls, "handover": _handover,
}  # fmt: skip
