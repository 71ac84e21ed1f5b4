"""What to cite for a result: BibTeX of the papers whose methods and of the software it used."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from positivity.answers.version import __version__
from positivity.questions.errors import InputError, known_keywords, reading, shown
from positivity.questions.reading import read_object


@dataclass(frozen=True)
class Entry:
    """A BibTeX entry.  why: what of it a result uses."""

    kind: str
    fields: tuple[tuple[str, str], ...]
    why: str

    def bibtex(self, key: str) -> str:
        """With the reason as a comment line."""
        lines = "".join(f"  {name} = {{{value}}},\n" for name, value in self.fields)
        return f"% {self.why}\n@{self.kind}{{{key},\n{lines}}}\n"


def _article(author: str, title: str, year: str, why: str, **more: str) -> Entry:
    return Entry("article", (("author", author), ("title", title), *more.items(), ("year", year)), why)


def _eprint(number: str, archive_class: str = "hep-th") -> dict[str, str]:
    return {"eprint": number, "archivePrefix": "arXiv", "primaryClass": archive_class}


ENTRIES: dict[str, Entry] = {
    "eft-positivity": Entry(
        "misc",
        (
            ("author", "{The eft-positivity authors}"),
            ("title", "eft-positivity: certified positivity bounds on the massless shift-symmetric scalar EFT"),
            ("note", f"version {__version__}"),
        ),
        "this package",
    ),
    "Caron-Huot:2020cmc": _article(
        "Caron-Huot, Simon and Van Duong, Vincent", "Extremal Effective Field Theories", "2021",
        "forward sum rules, null constraints, two-sided bounds, full unitarity",
        journal="JHEP", volume="05", pages="280", **_eprint("2011.02957"),
    ),
    "Caron-Huot:2021rmr": _article(
        "Caron-Huot, Simon and Mazac, Dalimil and Rastelli, Leonardo and Simmons-Duffin, David",
        "Sharp boundaries for the swampland", "2021", "improved sum rules smeared over the momentum transfer",
        journal="JHEP", volume="07", pages="110", doi="10.1007/JHEP07(2021)110", **_eprint("2102.08951"),
    ),
    "Peng:2025loop": _article(
        "Peng, Guangzhuo and Shao, Long-Qi and Tokareva, Anna and Xu, Yongjun",
        "Running EFT-hedron with null constraints at loop level", "2025", "one-loop sum rules and null constraints",
        **_eprint("2501.09717"),
    ),
    "Tokareva:2025gravity": _article(
        "Tokareva, Anna and Xu, Yongjun", "Scalar weak gravity bound from full unitarity", "2025",
        "the bound on the cutoff with gravity and full unitarity", **_eprint("2502.10375"),
    ),
    "Simmons-Duffin:2015qma": _article(
        "Simmons-Duffin, David", "A Semidefinite Program Solver for the Conformal Bootstrap", "2015", "SDPB",
        journal="JHEP", volume="06", pages="174", doi="10.1007/JHEP06(2015)174", **_eprint("1502.02033"),
    ),
    "HiGHS": _article(
        "Huangfu, Q. and Hall, J. A. J.", "Parallelizing the dual revised simplex method", "2018",
        "HiGHS, the linear programs", journal="Mathematical Programming Computation", volume="10", number="1",
        pages="119--142", doi="10.1007/s12532-017-0130-5",
    ),
    "Clarabel": _article(
        "Goulart, Paul J. and Chen, Yuwen",
        "Clarabel: An interior-point solver for conic programs with quadratic objectives", "2024",
        "Clarabel, the sums of squares", **_eprint("2405.12762", "math.OC"),
    ),
    "SDPA": Entry(
        "techreport",
        (
            ("author", "Yamashita, Makoto and Fujisawa, Katsuki and Nakata, Kazuhide and Nakata, Maho and "
                       "Fukuda, Mituhiro and Kobayashi, Kazuhiro and Goto, Kazushige"),
            ("title", "A high-performance software package for semidefinite programs: {SDPA} 7"),
            ("institution", "Tokyo Institute of Technology"),
            ("year", "2010"),
        ),
        "SDPA-GMP, the sums of squares in multiple precision",
    ),
    "Arb": _article(
        "Johansson, Fredrik", "Arb: Efficient Arbitrary-Precision Midpoint-Radius Interval Arithmetic", "2017",
        "ball arithmetic", journal="IEEE Transactions on Computers", volume="66", number="8", pages="1281--1292",
        doi="10.1109/TC.2017.2690633",
    ),
    "FLINT": Entry(
        "misc",
        (
            ("author", "{The FLINT team}"),
            ("title", "{FLINT}: Fast Library for Number Theory"),
            ("url", "https://flintlib.org"),
        ),
        "exact rationals and polynomials: the certificates stand on it",
    ),
}  # fmt: skip

_SOLVERS = {"lp": "HiGHS", "cells": "HiGHS", "sdp": "Clarabel", "sdpa": "SDPA", "sdpb": "Simmons-Duffin:2015qma"}
#: keys under which some result says what it did; a result of a later kind only has to use the same words
_GRAVITY = ("gravity", "cutoff")
_ONE_LOOP = ("exclusion", "strength", "loop-", "amplitude")
#: where a file of several results keeps them
_PARTS = ("bounds", "results", "scan")


@known_keywords
def cite(result: Any = None) -> str:
    """BibTeX of what a result used, or of everything without one.

    result: a Bound, Region, Scan, Verdict or anything else with to_dict, its dictionary, or the name of a
    saved file (JSON, or JSONL of a scan).  Each entry is preceded by the reason as a comment.  Raises
    InputError if it is no result of this package.  Text, no units; docs/howto/cite.md.
    """
    keys = list(ENTRIES)
    if result is not None:
        with reading("the document"):
            keys = keys_for(document(result))
    return "\n".join(ENTRIES[key].bibtex(key) for key in keys)


def keys_for(data: Mapping[str, Any]) -> list[str]:
    """Keys of ENTRIES that apply to a result, or to a file of several, in their order."""
    schema = str(data.get("schema", ""))
    parts = [part for name in _PARTS for part in data.get(name) or () if isinstance(part, Mapping) and "schema" in part]
    if parts:
        used = {key for part in parts for key in keys_for(part)}
        return [key for key in ENTRIES if key in used]
    if not schema.startswith("eft-positivity/"):
        raise InputError("this is no result of eft-positivity: give a saved bound, region, scan or certificate")
    problem = data.get("problem") or data.get("spec") or data
    used = {"eft-positivity", "Caron-Huot:2020cmc", "FLINT"}
    solver = None
    if "certificate/" not in schema and "analytic" not in schema:
        solver = _SOLVERS.get(str(data.get("method") or problem.get("method") or "lp"), "HiGHS")
        used.add(solver)
    loops = problem.get("loops", "tree") not in ("tree", None, "", [])
    if loops or any(word in schema for word in _ONE_LOOP):
        used.add("Peng:2025loop")
    if problem.get("smeared"):
        used.add("Caron-Huot:2021rmr")
    # balls: extremal spectra after a linear program, integrals of bounded densities, powers of pi in loops
    if solver == "HiGHS" or loops or problem.get("density") == "unitary":
        used.add("Arb")
    if any(word in schema for word in _GRAVITY):
        used |= {"Caron-Huot:2021rmr", "Tokareva:2025gravity", "Arb"}
    family = (problem.get("rules") or {}).get("family")
    if family is not None:
        used |= {"Caron-Huot:2021rmr", "Arb"} | ({"Tokareva:2025gravity"} if family == "splines" else set())
    return [key for key in ENTRIES if key in used]


def document(result: Any) -> Mapping[str, Any]:
    """The dictionary of a result given in any of the ways of `cite`; raises InputError."""
    if isinstance(result, Mapping):
        return result
    if isinstance(result, str | os.PathLike):
        return _read(str(result))
    if hasattr(result, "to_dict"):
        return dict(result.to_dict())
    raise InputError(f"{shown(result)} is no result: give a Bound, Region or Scan, or the name of a saved file")


def _read(name: str) -> Mapping[str, Any]:
    if name.endswith(".jsonl"):
        from positivity.answers.scan import Scan

        return Scan.load(name).to_dict()
    return read_object(name)
