"""What every figure shares: data with provenance, a caption that states scope and status."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from positivity.answers.end import End
from positivity.answers.files import write_json, write_text
from positivity.answers.provenance import versions

#: how each status reads in a caption
_WORDS = {
    "certified": "certified (proved for all even spins and all masses above the cutoff)",
    "numerical": "numerical (not proved)",
    "unbounded": "unbounded",
    "excluded": "excluded (proved)",
    "no theory": "without a theory (numerical, not proved)",
    "not sought": "not sought",
    "failed": "without an answer",
}


@dataclass(frozen=True)
class Output:
    """Where the figures of one script go, and how they are made.

    folder: exists.  script: its name.  quick: coarse.
    """

    folder: Path
    script: str
    quick: bool = False

    def figure(self, name: str) -> Path:
        """Path of a figure; PNG and PDF are written beside each other."""
        return self.folder / f"{name}.pdf"

    def choose(self, full: Any, coarse: Any) -> Any:
        """The full setting, or the coarse one with --quick."""
        return coarse if self.quick else full

    def save(self, name: str, data: Mapping[str, Any], caption: str, scope: str) -> None:
        """Data and caption beside the figure `name`; byte-identical when made again.

        data: JSON-ready; ends and half-planes with "status" are counted for the caption.  caption:
        what is shown, in words.  scope: what all numbers are about.
        """
        plain = without_times(data)
        counted = dict(sorted(Counter(statuses(plain)).items()))
        provenance = {
            "figure": name,
            "made_by": f"python -m paper_figs {self.script}" + (" --quick" if self.quick else ""),
            "versions": versions(),
            "scope": scope,
            "status": counted,
        }
        write_json(self.folder / f"{name}.json", {**plain, "provenance": provenance})
        words = [caption, f"Scope: {scope}.", f"Status of the computed ends: {_in_words(counted)}."]
        if self.quick:
            words.append("Coarse version (--quick): fewer points and lower orders than the figure for print.")
        lines = "\n".join(textwrap.fill(sentence, 100) for sentence in words)
        write_text(self.folder / f"{name}.txt", lines + "\n")
        print(f"figure: {self.figure(name)} (.png, .json, .txt beside it)")


def _in_words(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{number} {_WORDS.get(status, status)}" for status, number in counted.items()) or "none"


def make(script: str, folder: Path, quick: bool) -> None:
    """The figures of one script, in a folder that is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    import_module(f"paper_figs.{script}").make(Output(folder, script, quick))


def proved(data: Any, what: str = "end") -> str:
    """Words for the title of a figure: how much of it is certified."""
    found = [status for status in statuses(data) if status != "not sought"]
    certified = found.count("certified")
    if not certified:
        return "numerical (not proved)"
    return f"every {what} certified" if certified == len(found) else f"{certified} of {len(found)} {what}s certified"


def statuses(data: Any) -> Iterator[str]:
    """The status of every end, and of every region with loops, in a document, at any depth."""
    if hasattr(data, "to_dict"):
        data = data.to_dict()
    if isinstance(data, Mapping):
        if "status" in data and ("value" in data or "outline" in data):
            yield str(data["status"])
        for value in data.values():
            yield from statuses(value)
    elif isinstance(data, Sequence) and not isinstance(data, str):
        for value in data:
            yield from statuses(value)


def without_times(data: Any) -> Any:
    """The same document with every "seconds" set to 0: data must not change when made again."""
    if isinstance(data, Mapping):
        return {key: 0.0 if key == "seconds" else without_times(value) for key, value in data.items()}
    if isinstance(data, Sequence) and not isinstance(data, str):
        return [without_times(value) for value in data]
    return data


def number(end: End) -> float:
    """The value of an end of a range, nan without one."""
    return float("nan") if end.value is None else end.value
