"""What a scan is about: a TOML file or a dictionary, checked before any computation."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from positivity.questions.couplings import combination_text, names_graviton, parse_combination
from positivity.questions.density import Density
from positivity.questions.errors import (
    InputError,
    check_dimension,
    check_order,
    check_text,
    reading,
    shown,
    whole_number,
)
from positivity.questions.options import MAX_DIGITS, MAX_SMEARED
from positivity.questions.question import level_text, scope_line
from positivity.questions.reading import MAX_SPECIFICATION, read_text
from positivity.questions.rules import LEADING_ORDER
from positivity.questions.scans.axes import WHOLE_NUMBERS, Axis

#: what a row keeps beside values and statuses
KEEPS = ("values", "certificates", "everything")
TASKS = ("bound", "check")
MAX_SCAN = 1_000_000
_DEFAULTS: dict[str, Any] = {
    "task": "bound",
    "target": "",
    "over": None,
    "order": 8,
    "dimension": 4,
    "density": "positive",
    "loops": "tree",
    "digits": 8,
    "method": "lp",
    "smeared": 0,
    "keep": "certificates",
}
_NOT_FOR_CHECK = ("target", "over", "digits", "method", "smeared")


@dataclass(frozen=True)
class ScanSpec:
    """A scan: one task at every point of a grid.

    task: "bound" (the range of `target`/`over` at fixed other couplings, see `positivity.bound`),
    "check" (is a theory with these couplings allowed?) or "module:function", a function of
    the request dictionary of a point that returns a JSON-ready one.  axes: what is scanned, the
    last one fastest.  fix: couplings held at one value.  keep: "values", "certificates" (default)
    or "everything" (spectra too).  assumptions: {"ceiling", "last_spin", "gaps"} as in
    `Assumptions`.  Everything else as in `positivity.bound`; couplings in units of M = 1.
    Format: docs/howto/scan.md.
    """

    axes: tuple[Axis, ...]
    fix: tuple[tuple[str, str], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    assumptions: Mapping[str, Any] | None = None

    @classmethod
    def read(cls, source: str | os.PathLike[str] | Mapping[str, Any]) -> ScanSpec:
        """From a TOML file or a dictionary; raises InputError."""
        if isinstance(source, Mapping):
            return cls.from_dict(source)
        text = read_text(source, MAX_SPECIFICATION)
        try:
            data = tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{shown(str(source))} is not a TOML file: {shown(str(error))[1:-1]}") from None
        return cls.from_dict(data)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ScanSpec:
        """Inverse of to_dict; raises InputError naming the key."""
        with reading("the specification", "see docs/howto/scan.md"):
            return cls._from_dict(data)

    @classmethod
    def _from_dict(cls, data: Mapping[str, Any]) -> ScanSpec:
        data = _with_density(data)
        unknown = set(data) - set(_DEFAULTS) - {"grid", "fix", "assumptions"}
        if unknown:
            raise InputError(f"unknown key {sorted(unknown)[0]!r}: use grid, fix, assumptions, {', '.join(_DEFAULTS)}")
        grid, fix = data.get("grid"), data.get("fix", {})
        if not isinstance(grid, Mapping) or not grid:
            raise InputError("the grid is missing: write [grid.g4] with from, to and points")
        if not isinstance(fix, Mapping):
            raise InputError("fix: write a table such as [fix] with g4 = 0.3")
        axes = tuple(Axis.from_dict(name, each) for name, each in grid.items())
        options = {key: data.get(key, default) for key, default in _DEFAULTS.items()}
        for key, least, most in (("digits", 1, MAX_DIGITS), ("smeared", 0, MAX_SMEARED)):
            options[key] = whole_number(options[key], key, least, most)
        held = tuple((combination_text(parse_combination(name)), str(value)) for name, value in fix.items())
        spec = cls(axes, held, options, data.get("assumptions"))
        spec._check(data)
        digest(spec.to_dict())  # dates are TOML and no part of any question
        return spec

    def _check(self, data: Mapping[str, Any]) -> None:
        names = [axis.name for axis in self.axes] + [name for name, _ in self.fix]
        if len(set(names)) < len(names):
            raise InputError(f"{max(names, key=names.count)!r} is named twice in grid and fix: drop one")
        for axis in self.axes:
            if axis.name in WHOLE_NUMBERS and axis.name in data:
                raise InputError(f"{axis.name!r} is both an axis and an option: drop one")
        for key in ("task", "target", "density", "loops", "method", "keep"):
            check_text(self.options[key], key, repr(_DEFAULTS[key] or "g3"))
        if self.options["keep"] not in KEEPS:
            raise InputError(f"keep {self.options['keep']!r}: use one of {', '.join(KEEPS)}")
        if self.task not in TASKS and ":" not in self.task:
            raise InputError(f"task {self.task!r}: use 'bound', 'check' or 'module:function'")
        if self.task == "bound" and not self.options["target"]:
            raise InputError("target is missing: name the coupling whose range is asked, e.g. target = 'g3'")
        if self.task == "check":
            given = next((key for key in _NOT_FOR_CHECK if key in data and data[key] != _DEFAULTS[key]), None)
            if given:
                raise InputError(f"{given!r} has no meaning for task 'check': drop it")
        check_dimension(self.options["dimension"])
        check_order(self.options["order"])
        if self.count > MAX_SCAN:
            raise InputError(f"the grid has {self.count} points: split it into scans of at most {MAX_SCAN}")

    @property
    def task(self) -> str:
        """The kind of task."""
        return str(self.options["task"])

    @property
    def count(self) -> int:
        """Number of points before any bisection."""
        total = 1
        for axis in self.axes:
            total *= len(axis.coarse)
        return total

    @property
    def adaptive(self) -> bool:
        """Whether any axis is bisected where the answer changes."""
        return any(axis.levels for axis in self.axes)

    @property
    def exact_examples(self) -> bool:
        """Whether the example of an "allowed" point is exact, not a numerical density or spectrum."""
        return (self.options["density"], self.options["loops"]) == ("positive", "tree")

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary, complete and canonical."""
        rest = {} if self.assumptions is None else {"assumptions": dict(self.assumptions)}
        grid = {axis.name: axis.to_dict() for axis in self.axes}
        return {**self.options, "grid": grid, "fix": dict(self.fix), **rest}

    def values(self, place: tuple[int, ...]) -> dict[str, str]:
        """{axis: value} at a lattice place."""
        return {axis.name: axis.value(position) for axis, position in zip(self.axes, place, strict=True)}

    def request(self, values: Mapping[str, str]) -> dict[str, Any]:
        """Everything that decides the answer at one point, JSON-ready."""
        whole = {name: int(values[name]) for name in WHOLE_NUMBERS if name in values}
        couplings = {name: value for name, value in values.items() if name not in WHOLE_NUMBERS}
        rest = {} if self.assumptions is None else {"assumptions": dict(self.assumptions)}
        return {**self.options, **whole, "fix": {**dict(self.fix), **couplings}, **rest}

    @property
    def scope(self) -> str:
        """One line: what all numbers of the scan are about."""
        scanned = [axis.name for axis in self.axes]
        whole = {name: "scanned" if name in scanned else self.options[name] for name in WHOLE_NUMBERS}
        density = density_of(self.options["density"], self.assumptions).text
        rules = f"{self.options['smeared']} smeared nulls" if self.options["smeared"] else "forward sum rules"
        rules += f" to order {whole['order']}"
        if names_graviton(self.options["over"]):
            rules = f"improved sum rule with the graviton pole, {LEADING_ORDER}"
        asked = self.task
        if self.task == "bound":
            default = "g2" if self.options["density"] == "positive" and self.options["loops"] == "tree" else "1"
            over = self.options["over"] or default
            asked = f"range of {self.options['target']}" + ("" if over == "1" else f"/{over}")
        line = scope_line(whole["dimension"], level_text(self.options["loops"]), density, rules, self.fix)
        return f"{asked} versus {', '.join(scanned)}: {line}"


def _with_density(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """A density given as a table, as its name with its assumptions."""
    given = data.get("density")
    if not isinstance(given, Mapping):
        return data
    if data.get("assumptions") is not None:
        raise InputError("assumptions are given beside a density that has its own: drop one")
    density = Density.of(given)
    assumed = {} if density.assumptions is None else density.assumptions.to_dict()
    if "gaps" in assumed:
        assumed["gaps"] = [[gap["spin"], gap["mass_squared"]] for gap in assumed["gaps"]]
    return {**data, "density": density.word, **({"assumptions": assumed} if assumed else {})}


def density_of(name: str, assumptions: Mapping[str, Any] | None) -> Density:
    """The density of a specification; raises InputError."""
    if assumptions is None:
        return Density.of(name)
    restricted = Density.of({"ceiling": "2", **assumptions})
    if Density.of(name).ceiling is None:
        raise InputError("assumptions on the density need density 'unitary'")
    return restricted


def digest(data: Mapping[str, Any]) -> str:
    """128 bits of SHA-256 of the canonical JSON text."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]
