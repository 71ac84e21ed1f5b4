"""Strict reading of a certificate: anything unexpected is refused with its reason."""

from __future__ import annotations

import json
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flint import fmpq, fmpz

SCHEMA = "eft-positivity/certificate/1"
_MAX_BYTES = 16_000_000
_MAX_ORDER = 80
_MAX_LOOP_ORDER = 40
_MAX_SPLIT = 200_000
_MAX_DIGITS = 20_000
_KEYS = {"schema", "dimension", "density", "claim", "sum_rules", "spin_split"}
_UNITARY_KEYS = _KEYS | {"bound", "assumptions"}
#: what a certificate that knows loops holds besides
_LOOPS = "loops"
Pair = tuple[tuple[int, int], tuple[int, int]]
_RATIONAL = re.compile(r"-?[0-9]+(/[0-9]+)?")


class Refused(Exception):
    """The certificate proves nothing; the message is the reason.

    place: (spin, x) at which the functional was seen to be negative, if any.
    """

    def __init__(self, message: str, place: tuple[int, float] | None = None) -> None:
        super().__init__(message)
        self.place = place


class Unreadable(Refused):
    """The file is not a document at all: missing, or not JSON."""


@dataclass(frozen=True)
class Certificate:
    """A certificate as read: nothing in it has been proved yet.

    loops: coefficients of pi^power g_a g_b in the claim, one for each pair of couplings whose loops
    are taken into account; None at tree level.
    """

    dimension: int
    claim: dict[tuple[int, int], fmpq]
    sum_rules: dict[tuple[int, int], fmpq]
    spin_split: int
    unitary: Unitary | None = None
    loops: dict[Pair, fmpq] | None = None


@dataclass(frozen=True)
class Unitary:
    """What a certificate for a bounded density claims and assumes besides unitarity.

    bound: sum claim <= bound.  ceiling: 0 <= rho <= ceiling.  last_spin: no states above it, or
    None.  gaps: spin -> m^2 below which it has no states.
    """

    bound: fmpq
    ceiling: fmpq
    last_spin: int | None
    gaps: dict[int, fmpq]


def load(path: str | os.PathLike[str]) -> Any:
    """JSON of a file; refuses what is too large, not JSON, or holds NaN or doubled keys."""
    check_regular(path)
    try:
        if Path(path).stat().st_size > _MAX_BYTES:
            raise Refused(f"the file is larger than {_MAX_BYTES // 1_000_000} MB, no certificate is")
        with Path(path).open(encoding="utf-8") as stream:
            return json.load(stream, parse_constant=_no_constant, object_pairs_hook=_unique)
    except OSError as error:
        raise Unreadable(f"cannot read the file ({error.strerror or error}): check its name") from None
    except (ValueError, RecursionError) as error:
        reason = "".join(c if c.isprintable() else "?" for c in str(error))[:120]
        raise Unreadable(f"not a JSON document ({reason}): save the certificate again") from None


def check_regular(path: str | os.PathLike[str]) -> None:
    """Raise Unreadable for a name that is no regular file: pipes and devices are not read."""
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "bad name"
        raise Unreadable(f"cannot read the file ({reason}): check its name") from None
    if not stat.S_ISREG(mode):
        raise Unreadable("not a regular file: pipes, devices and directories are not read")


def _no_constant(name: str) -> None:
    raise Refused(f"{name} is not a number a certificate may hold")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise Refused("an object names the same key twice")
    return dict(pairs)


def read(data: Any) -> Certificate:
    """Check the form of a parsed certificate."""
    if not isinstance(data, dict):
        raise Refused("a certificate is a JSON object")
    if data.get("schema") != SCHEMA:
        raise Refused(f"schema is {shown(data.get('schema'))}, expected {SCHEMA!r}")
    density = data.get("density")
    if not isinstance(density, str) or density not in ("positive", "unitary"):
        raise Refused(f"density {shown(density)} is unknown, this verifier proves 'positive' and 'unitary'")
    expected = _KEYS if density == "positive" else _UNITARY_KEYS
    if set(data) - {_LOOPS} != expected:
        raise Refused(f"keys missing or unknown: {names((set(data) - {_LOOPS}) ^ expected)}")
    dimension = integer(data["dimension"], "dimension", 4, 1000)
    split = integer(data["spin_split"], "spin_split", 2, _MAX_SPLIT)
    if split % 2:
        raise Refused(f"spin_split {split} is odd, only even spins are exchanged")
    claim: dict[tuple[int, int], fmpq] = {}
    for entry in _entries(data["claim"], "claim", {"coupling", "coefficient"}):
        p, q = _coupling(entry["coupling"])
        _put(claim, (p, q), entry["coefficient"], f"coupling [{p}, {q}]")
    rules: dict[tuple[int, int], fmpq] = {}
    for entry in _entries(data["sum_rules"], "sum_rules", {"k", "power", "coefficient"}):
        k = integer(entry["k"], "k", 2, _MAX_ORDER)
        power = integer(entry["power"], "power", 0, _MAX_ORDER)
        if k % 2 or k + power > _MAX_ORDER:
            raise Refused(f"sum rule k={k}, power={power}: k must be even and k + power at most {_MAX_ORDER}")
        _put(rules, (k // 2, power), entry["coefficient"], f"sum rule k={k}, power={power}")
    loops = _loops(data[_LOOPS]) if _LOOPS in data else None
    if not any(claim.values()) and not any((loops or {}).values()):
        raise Refused("the claim is empty")
    return Certificate(dimension, claim, rules, split, None if density == "positive" else _unitary(data), loops)


def _coupling(pair: Any) -> tuple[int, int]:
    if not isinstance(pair, list) or len(pair) != 2:
        raise Refused("a coupling is a pair [p, q]")
    p, q = (integer(part, "coupling", 0, _MAX_ORDER) for part in pair)
    if not 2 <= 2 * p + 3 * q <= _MAX_ORDER:
        raise Refused(f"coupling [{p}, {q}] has order {2 * p + 3 * q}, expected 2 to {_MAX_ORDER}")
    return p, q


def _loops(data: Any) -> dict[Pair, fmpq]:
    loops: dict[Pair, fmpq] = {}
    for entry in _entries(data, _LOOPS, {"couplings", "coefficient"}):
        if not isinstance(entry["couplings"], list) or len(entry["couplings"]) != 2:
            raise Refused("a loop term has two couplings")
        first, second = sorted(_coupling(pair) for pair in entry["couplings"])
        if max(2 * p + 3 * q for p, q in (first, second)) > _MAX_LOOP_ORDER:
            raise Refused(f"loop terms of couplings above order {_MAX_LOOP_ORDER} are not supported")
        if (first, second) in loops:
            raise Refused(f"the loop term of {list(first)} and {list(second)} appears twice")
        loops[first, second] = rational(entry["coefficient"], "coefficient of a loop term")
    return loops


def _unitary(data: dict[str, Any]) -> Unitary:
    given = data["assumptions"]
    if not isinstance(given, dict) or not set(given) <= {"ceiling", "last_spin", "gaps"}:
        raise Refused("assumptions may hold ceiling, last_spin and gaps")
    ceiling = rational(given.get("ceiling", "2"), "ceiling")
    if not 0 < ceiling <= 2:
        raise Refused(f"ceiling {ceiling} is outside 0 < ceiling <= 2")
    last = given.get("last_spin")
    if last is not None:
        last = integer(last, "last_spin", 0, _MAX_SPLIT)
    gaps: dict[int, fmpq] = {}
    for entry in _entries(given.get("gaps", []), "gaps", {"spin", "mass_squared"}):
        spin = integer(entry["spin"], "spin", 0, _MAX_SPLIT)
        if spin in gaps:
            raise Refused(f"the gap of spin {spin} appears twice")
        gaps[spin] = rational(entry["mass_squared"], f"gap of spin {spin}")
        if gaps[spin] < 1:
            raise Refused(f"the gap of spin {spin} is below the cutoff M = 1")
    return Unitary(rational(data["bound"], "bound"), ceiling, last, gaps)


def _entries(data: Any, name: str, keys: set[str]) -> list[dict[str, Any]]:
    if not isinstance(data, list) or len(data) > 10_000:
        raise Refused(f"{name} must be a list")
    for entry in data:
        if not isinstance(entry, dict) or set(entry) != keys:
            raise Refused(f"every entry of {name} has the keys {sorted(keys)}")
    return data


def integer(value: Any, name: str, low: int, high: int) -> int:
    """An integer of a document within limits; raises Refused."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(f"{name} {shown(value)} is not an integer")
    if not low <= value <= high:
        raise Refused(f"{name} {shown(value)} is outside {low}..{high}")
    return value


def shown(value: Any) -> str:
    """The beginning of a value of a document, printable."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**40:
        return "with more than 40 digits"  # Python refuses to write integers of more than 4300
    return repr(str(value)[:60]) if isinstance(value, str) else ascii(value)[:60]


def names(keys: Iterable[Any]) -> list[str]:
    """The first few keys of an object, sorted and short."""
    return sorted(str(key)[:40] for key in keys)[:6]


def _put(target: dict[tuple[int, int], fmpq], key: tuple[int, int], text: Any, name: str) -> None:
    if key in target:
        raise Refused(f"{name} appears twice")
    target[key] = rational(text, f"coefficient of {name}")


def rational(text: Any, name: str) -> fmpq:
    """A rational 'a/b' of a document; raises Refused."""
    if not isinstance(text, str) or len(text) > _MAX_DIGITS or not _RATIONAL.fullmatch(text):
        raise Refused(f"{name} is not a rational 'a/b': {shown(text)}")
    above, _, below = text.partition("/")
    if below and not below.strip("0"):
        raise Refused(f"{name} has denominator zero")
    return fmpq(_big(above)) / fmpq(_big(below or "1"))


def _big(text: str) -> Any:
    # str -> int is limited to 4300 digits in recent Pythons, flint's reader is not
    return fmpz(text)
