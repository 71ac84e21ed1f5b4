"""Bounds by SDPB on a cluster: export the program, import its functional, certify it here.

The program (tree level, rho_J >= 0) is written for a list of spins and the Regge limit; beside it goes a
small file that says what was asked.  What comes back is a functional with as many digits as the solver had.
It touches zero at the states of the extremal spectrum, so the bound is weakened a little and the functional
moved by a small share towards one of our own with more slack; then the verifier decides for all spins.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from flint import fmpq

from positivity.answers import files
from positivity.answers.bound import Bound
from positivity.answers.end import End
from positivity.answers.files import written
from positivity.answers.provenance import versions
from positivity.bounds.positive import EndSolver
from positivity.bounds.proving import Proof
from positivity.programs.build import RatioProgram, ratio_program
from positivity.questions.couplings import combination_text, parse_combination
from positivity.questions.errors import (
    InputError,
    check_text,
    known_keywords,
    reading,
    shown,
    whole_number,
)
from positivity.questions.numbers import decimal_text, parse_rational
from positivity.questions.options import parse_fixes
from positivity.questions.question import Problem
from positivity.questions.reading import file_of, path_of, read_object
from positivity.questions.scope import Scope
from positivity.questions.words import ProgramWords, takes_words
from solvers.grid import REGGE
from solvers.optimum import mixed, solve_all_spins
from solvers.sdpb import read_answer, write_json, write_xml

HANDOVER_SCHEMA = "eft-positivity/sdpb/1"
FORMATS = ("json", "xml")
SIDES = {"lower": -1, "upper": 1}
_DIGITS = 12
#: shares of our own functional, and weakenings of the value, tried in turn
_SHARES = (fmpq(0), fmpq(1, 10**8), fmpq(1, 10**6), fmpq(1, 10**4), fmpq(1, 100), fmpq(1, 10))
_WEAKENINGS = (fmpq(1, 10**12), fmpq(1, 10**11), fmpq(1, 10**10))
_MAX_SPIN, _MAX_SPINS = 100_000, 5000


@dataclass(frozen=True)
class Handover:
    """What was exported: the problem, the side asked for ("lower" or "upper") and the spins (-1: J -> infinity)."""

    problem: Problem
    side: str
    spins: tuple[int, ...]

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary (schema eft-positivity/sdpb/1)."""
        return {
            "schema": HANDOVER_SCHEMA,
            "problem": self.problem.to_dict(),
            "side": self.side,
            "spins": list(self.spins),
            "versions": versions(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Handover:
        """Inverse of to_dict; raises InputError for another document."""
        with reading("the problem file", "export again"):
            if data["schema"] != HANDOVER_SCHEMA or data["side"] not in SIDES:
                raise InputError(
                    f"schema {shown(data['schema'])} is not {HANDOVER_SCHEMA!r}: use the file of the export"
                )
            return cls(Problem.from_dict(data["problem"]), data["side"], check_spins(data["spins"]))

    def program(self) -> tuple[RatioProgram, list[fmpq]]:
        """The program and the weight of its target."""
        problem = self.problem
        ratio = ratio_program(
            [parse_combination(problem.coupling)],
            parse_combination(problem.over),
            parse_fixes(dict(problem.fix)),
            problem.order,
            problem.dimension,
        )
        return ratio, [fmpq(-SIDES[self.side])]


def check_spins(spins: object) -> tuple[int, ...]:
    """Even spins of an export, -1 for J -> infinity; raises InputError."""
    if isinstance(spins, str | bytes) or not isinstance(spins, Sequence) or not 1 <= len(spins) <= _MAX_SPINS:
        raise InputError(f"spins {shown(spins)}: give a list of 1 to {_MAX_SPINS} even spins, e.g. from spin_list(60)")
    found = tuple(whole_number(spin, "spin", REGGE, _MAX_SPIN) for spin in spins)
    if any(spin % 2 for spin in found if spin != REGGE):
        raise InputError("spins: identical scalars exchange even spins only (-1 stands for J -> infinity)")
    return found


@known_keywords
def spin_list(dense: int, last: int | None = None, ratio: float = 1.03) -> tuple[int, ...]:
    """All even spins to `dense`, a geometric list to `last` if given, and J = infinity; raises InputError."""
    dense = whole_number(dense, "spins", 2, 2 * _MAX_SPINS - 200)
    last = None if last is None else whole_number(last, "last spin", 2, _MAX_SPIN)
    spins = list(range(0, dense + 1, 2))
    while last is not None and spins[-1] < last:
        spins.append(max(spins[-1] + 2, int(spins[-1] * ratio) // 2 * 2))
    return (*spins, REGGE)


@takes_words(ProgramWords)
def export_sdpb(
    path: str | Path,
    coupling: str = "g3",
    over: str = "g2",
    *,
    side: str = "lower",
    spins: Sequence[int] | None = None,
    form: str = "json",
    digits: int = 90,
    **words: Unpack[ProgramWords],
) -> Path:
    """Write the program of one end of coupling/over for SDPB; returns the problem file written beside it.

    form: "json" for SDPB >= 3 (pmp2sdp), "xml" for 1.0.  spins: see `spin_list`, default all even J <= 60 and
    J = infinity; a bound is only as true as its spins, the import tells.  digits: decimals of every number in
    the JSON form; use at least 0.301 times the bits of its precision plus 5.  Other arguments as in `bound`.
    Raises InputError.
    """
    if check_text(form, "form", "'json'") not in FORMATS:
        raise InputError(f"format {shown(form)}: use json (SDPB >= 3) or xml (SDPB 1.0)")
    if check_text(side, "side", "'lower'") not in SIDES:
        raise InputError(f"side {shown(side)}: use lower or upper")
    digits, scope = whole_number(digits, "digits", 20, 2000), Scope(**words)
    target, base = parse_combination(coupling), parse_combination(over)
    problem = scope.problem(combination_text(target), combination_text(base))
    handover = Handover(problem, side, spin_list(60) if spins is None else check_spins(spins))
    ratio, weights = handover.program()
    path = file_of(path)
    sidecar = path.with_suffix(".problem.json")
    with written(path):
        if form == "json":
            write_json(ratio.program, weights, handover.spins, path, digits)
        else:
            write_xml(ratio.program, weights, handover.spins, path)
    files.write_json(sidecar, handover.to_dict())
    return sidecar


def find_problem(answer: str | Path) -> Path:
    """The problem file of an answer: of the same name, else the only one in its folder or the one above.

    Raises InputError.
    """
    place = path_of(answer)
    if not place.name:  # "." and "/"
        place = place.resolve()
    if place.name and place.with_suffix(".problem.json").is_file():
        return place.with_suffix(".problem.json")
    for folder in (place, place.parent):
        found = sorted(folder.glob("*.problem.json")) if folder.is_dir() else []
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(f"{len(found)} problem files in {shown(str(folder))}: name the one of this answer")
    raise InputError("no *.problem.json beside the answer: name the one of its export")


@known_keywords
def import_sdpb(answer: str | Path, problem: str | Path | None = None) -> Bound:
    """The bound that the answer of SDPB proves, with its certificate.

    answer: output folder (SDPB >= 3, with z.txt or y.txt) or file (1.0).  problem: the file written by
    `export_sdpb`, by default the one beside the answer.  The other end of the bound is empty.  If the functional
    cannot be certified, the value is the solver's own, marked numerical, with the reason.  Raises InputError.
    """
    started = time.perf_counter()
    source = find_problem(answer) if problem is None else path_of(problem)
    handover = Handover.from_dict(read_object(source))
    try:
        multipliers, summary = read_answer(path_of(answer))
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"cannot read the answer of sdpb: {str(error)[:200]}") from None
    ratio, weights = handover.program()
    if len(multipliers) != len(ratio.free):
        raise InputError(
            f"the answer has {len(multipliers)} multipliers, the problem {len(ratio.free)}: they do not belong together"
        )
    end = _certified(handover, ratio, weights, multipliers, summary)
    other = End(None, "not sought", "not asked: only one end was exported")
    lower, upper = (end, other) if handover.side == "lower" else (other, end)
    seconds = round(time.perf_counter() - started, 4)
    return Bound(handover.problem, lower, upper, "sdpb", versions(), seconds)


def _certified(
    handover: Handover,
    ratio: RatioProgram,
    weights: list[fmpq],
    multipliers: tuple[fmpq, ...],
    summary: Mapping[str, str],
) -> End:
    side = SIDES[handover.side]
    solver = EndSolver(ratio, handover.problem.dimension, _DIGITS)
    contact = max(handover.spins)
    inner: tuple[fmpq, ...] | None = None
    proof = Proof(multipliers[0], None)
    for share in _SHARES:
        if share and inner is None:
            first = solve_all_spins(solver.exchange, weights)
            if first.status != "optimal":
                break
            inner = first.multipliers
        near = multipliers if inner is None else mixed(multipliers, inner, share)
        for weaker in _WEAKENINGS:
            proof = solver.prove(weights, (near[0] + weaker, *near[1:]), contact)
            if proof.certificate is not None:
                return _end(proof, share, side, multipliers[0])
    asked = f"; the export had spins to {contact}, export more spins" if proof.refusal else ""
    ended = summary.get("terminateReason", "")
    notes = [
        f"the verifier refused the functional: {proof.refusal}{asked}",
        f"sdpb ended with {ended!r}" if ended else "",
    ]
    value = decimal_text(side * multipliers[0], _DIGITS)
    return End(value, "numerical", "; ".join(notes))


def _end(proof: Proof, share: fmpq, side: int, sharp: fmpq) -> End:
    gap = abs(parse_rational(decimal_text(proof.value, _DIGITS + 1)) - sharp)
    digits = 0
    while digits < _DIGITS and gap * fmpq(10) ** (digits + 1) < 1:
        digits += 1
    note = f"moved by a share {share} towards a functional of this package" if share else ""
    return End(
        decimal_text(side * proof.value, _DIGITS + 1),
        "certified",
        certificate=proof.certificate,
        spectrum_value=decimal_text(side * sharp, 30),
        digits=digits,
        spectrum_note=f"the value of sdpb; {note}" if note else "the value of sdpb",
    )
