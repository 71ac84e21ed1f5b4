"""What a sweep came to: statuses by kind, times, and everything that contradicts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

#: from best to worst: an answer is as good as its worst part
_RANK = [
    "allowed",
    "certified",
    "unbounded",
    "not sought",
    "excluded",
    "numerical",
    "no theory",
    "undecided",
    "refused",
]


def status_of(record: Mapping[str, Any]) -> str:
    """One status for an answer of several parts."""
    return max(record["statuses"], key=lambda s: _RANK.index(s) if s in _RANK else len(_RANK))


def unexplained(record: Mapping[str, Any]) -> bool:
    """Whether an answer is neither proved nor given with a reason."""
    bad = [s for s in record["statuses"] if s not in _RANK or s in ("undecided", "refused")]
    return bool(bad) and not record["reasons"]


def summary(records: Sequence[Mapping[str, Any]]) -> str:
    """A table in Markdown, and the slowest."""
    kinds = sorted({(r["family"], r["kind"]) for r in records})
    lines = ["| question | asked | statuses | median s | slowest s |", "|---|---|---|---|---|"]
    for family, kind in kinds:
        these = [r for r in records if (r["family"], r["kind"]) == (family, kind)]
        counts = ", ".join(f"{n} {s}" for s, n in Counter(map(status_of, these)).most_common())
        times = [r["processor"] for r in these]
        lines.append(f"| {kind}, {family} | {len(these)} | {counts} | {median(times):.2f} | {max(times):.1f} |")
    total = Counter(map(status_of, records))
    counts = ", ".join(f"{n} {s}" for s, n in total.most_common())
    times = [r["processor"] for r in records]
    lines.append(f"| all | {len(records)} | {counts} | {median(times):.2f} | {max(times):.1f} |")
    wrong = [r for r in records if r["contradictions"]]
    lines.append(f"\nwithout proof or reason: {sum(map(unexplained, records))}; contradicted: {len(wrong)}")
    lines.append(f"comparisons cut short: {sum('unchecked' in r for r in records)}")
    lines.append(f"weaker than it could be: {sum(bool(r['weak']) for r in records)}")
    lines += [f"{r['number']}: {text}" for r in wrong for text in r["contradictions"]]
    return "\n".join(lines)
