"""The questions of the golden file: (verb, words), over every route from a question to an answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Words = dict[str, Any]


def questions() -> list[tuple[str, Words]]:
    """All of them, each once, in a fixed order."""
    parts = _positive, _unitary, _loops, _checks, _regions, _gravity, _cutoff, _strength, _listings
    return [question for part in parts for question in part()]


def _positive() -> Iterator[tuple[str, Words]]:
    for dimension in (4, 5, 6, 7, 8, 10):
        for order, names in ((4, "g3 g4"), (6, "g3 g5 g6'"), (8, "g3 g4 g7"), (10, "g3 g6")):
            for name in names.split():
                yield "bound", {"coupling": name, "order": order, "dimension": dimension}
    for order in (12, 14, 16):
        yield "bound", {"coupling": "g3", "order": order, "digits": 10}
    for name, over, order in (("g6", "g4", 8), ("g6'", "g4", 9), ("g8'", "g6", 10), ("g12", "g4", 12)):
        yield "bound", {"coupling": name, "over": over, "order": order}
    for name in ("g3+2*g4", "2000*g3", "1/3*g4-g5", "g4-30*g6'"):
        yield "bound", {"coupling": name, "order": 8, "dimension": 5}
    for held in ({"g4": "0.3"}, {"g4": "1/10"}, {"g5": "-1.5"}, {"g4": "0.4", "g5": "-2"}, {"g3": "-5"}, {"g3": "3.5"}):
        for dimension in (4, 6):
            name = "g6" if "g3" in held else "g3"
            yield "bound", {"coupling": name, "order": 8, "dimension": dimension, "fix": held}
    for order in (6, 8):
        yield "bound", {"coupling": "g3", "order": order, "method": "sdp"}
    yield "bound", {"coupling": "g3", "order": 6, "method": "sdpa", "digits": 6}


def _unitary() -> Iterator[tuple[str, Words]]:
    bounded = {"density": "unitary"}
    for dimension in (4, 5, 6, 8):
        for order, names in ((6, "g2 g3 g4"), (8, "g2 g5 g6'")):
            for name in names.split():
                yield "bound", {"coupling": name, "order": order, "dimension": dimension, "over": "U"} | bounded
    for level in ("0.1U", "0.5U"):
        for name in ("g3", "g4"):
            yield "bound", {"coupling": name, "over": "g2", "order": 8, "fix": {"g2": level}} | bounded
    yield "bound", {"coupling": "g4", "order": 6, "over": "U", "fix": {"g3": "-1U"}} | bounded
    yield "bound", {"coupling": "g3", "order": 6, "over": "U", "fix": {"g2": "0.4U", "g4": "0.1U"}} | bounded
    yield "bound", {"coupling": "g3", "order": 8, "over": "1"} | bounded
    for assumed in ({"ceiling": "1"}, {"ceiling": "2", "last_spin": 4}, {"ceiling": "2", "gaps": [[0, "2"]]}):
        for name in ("g2", "g3"):
            words = {"coupling": name, "order": 6, "over": "U", "assumptions": assumed}
            yield "bound", words | bounded
    for functions in (3, 5):
        yield "bound", {"coupling": "g2", "over": "U", "smeared": functions} | bounded


def _loops() -> Iterator[tuple[str, Words]]:
    for dimension, order, pairs in ((4, 6, "g2^2"), (5, 6, "g2^2,g2g3"), (6, 8, "g2^2,g3^2"), (8, 6, "all")):
        for density in ("positive", "unitary"):
            words = {"order": order, "dimension": dimension, "loops": pairs, "density": density, "fix": {"g2": "0.2U"}}
            for name in ("g3", "g4"):
                yield "bound", words | {"coupling": name, "over": "g2", "digits": 6}
    for level in ("1.5U", "3U"):
        words = {"coupling": "g3", "over": "U", "order": 6, "dimension": 5, "loops": "all", "fix": {"g2": level}}
        yield "bound", words
    words = {"coupling": "g4", "over": "U", "order": 6, "loops": "all", "density": "unitary"}
    yield "bound", words | {"fix": {"g2": "0.1U", "g3": "-0.5U"}}
    yield "bound", words | {"fix": {"g2": "0.1U", "g3": "-0.5U"}, "smeared": 4}


def _checks() -> Iterator[tuple[str, Words]]:
    for couplings in (
        {"g2": 1, "g3": "-5"}, {"g2": 1, "g3": "3.2"}, {"g2": 1, "g4": "0.6"}, {"g2": 1, "g3": "1", "g4": "0.5"},
        {"g2": 1, "g3": "-8", "g4": "0.4"}, {"g4": 1, "g6": "1.2"}, {"g2+g3": 1, "g4": "0.3"}, {"g2": -1},
    ):  # fmt: skip
        for dimension, order in ((4, 8), (7, 6)):
            yield "check", {"couplings": couplings, "order": order, "dimension": dimension}
    for couplings in ({"g2": "0.5U"}, {"g2": "0.9U"}, {"g3": "0.25U"}, {"g3": "-3U"}, {"g2": "0.3U", "g3": "1U"}):
        yield "check", {"couplings": couplings, "order": 6, "density": "unitary"}
    for couplings in ({"g2": "0.3U", "g3": "-1U"}, {"g2": "0.3U", "g3": "2U"}, {"g2": "0.3U", "g4": "0.5U"}):
        for density in ("positive", "unitary"):
            words = {"order": 6, "dimension": 5, "loops": "g2^2,g2g3"}
            yield "check", words | {"couplings": couplings, "density": density}


def _regions() -> Iterator[tuple[str, Words]]:
    yield "region", {"x": "g3", "y": "g4", "order": 8, "points": 8}
    yield "region", {"x": "g4", "y": "g5", "order": 6, "dimension": 6, "points": 8}
    yield "region", {"x": "g3", "y": "g4", "order": 6, "points": 6, "density": "unitary"}
    yield "region", {"x": "g5", "y": "g6", "order": 8, "points": 6, "fix": {"g4": "0.3"}}
    words = {"x": "g3", "y": "g4", "order": 6, "dimension": 5, "points": 5, "fix": {"g2": "0.3U"}}
    yield "region", words | {"loops": "g2^2"}
    yield "region", words | {"loops": "all", "density": "unitary"}
    scan = {"target": "g3", "order": 6, "grid": {"g4": {"values": ["0.1", "0.3", "0.6"]}}}
    yield "scan", scan
    yield "scan", scan | {"density": "unitary", "over": "U", "grid": {"g2": {"values": ["0.2U", "0.6U"]}}}


def _gravity() -> Iterator[tuple[str, Words]]:
    for dimension in (5, 6, 8, 10):
        yield "gravity", {"dimension": dimension}
    yield "gravity", {"dimension": 6, "direction": [1, 0.1]}
    yield "gravity", {"dimension": 6, "direction": [1, 0], "fix": {"g3": "2"}}
    yield "gravity", {"dimension": 4, "b_max": 1000}
    for dimension in (6, 7):
        yield "gravity", {"dimension": dimension, "certify": True}


def _cutoff() -> Iterator[tuple[str, Words]]:
    for words in (
        {"contacts": 1}, {"contacts": 0}, {"k": [2, 4], "degree": 4}, {"forward_sum_rules": True},
        {"contacts": 1, "g2": "60", "loops": "g2^2"},
    ):  # fmt: skip
        yield "cutoff", {"p_min": "0.1", "functions": 16} | words
    yield "cutoff", {"mu": "0.1", "contacts": 1}
    yield "cutoff_certificate", {"p_min": "0.1", "contacts": 1, "functions": 14, "last_spin": 300, "nodes": 200}
    yield "analytic_cutoff", {"mu": "0.01", "g4": "1"}


def _strength() -> Iterator[tuple[str, Words]]:
    yield "largest_g2", {"pairs": "g2^2,g2g3,g3^2,g2g4", "order": 6, "dimension": 5}
    for dimension in (5, 7):
        yield "best_exclusion", {"dimension": dimension}


def _listings() -> Iterator[tuple[str, Words]]:
    for order, dimension in ((8, 4), (10, 6)):
        yield "null_constraints", {"max_order": order, "dimension": dimension}
    for order in (8, 10):
        yield "handover", {"coupling": "g3", "order": order}
