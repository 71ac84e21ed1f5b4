"""Verification of certificates, and of documents that say what certificates imply.

Every statement is written from what the verifier proved and from the question as it was read; no text of a document
is repeated.  What a document says is accepted only if its proofs imply it (`positivity.certificates.implied`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from positivity.answers.scan import Scan
from positivity.certificates.implied.bounds import (
    COVER_SCHEMA,
    STRENGTH_SCHEMA,
    bound_statements,
    excluded_intervals,
    intervals_text,
)
from positivity.certificates.implied.contents import check_keys, own_entries
from positivity.certificates.implied.gravity import GRAVITY_SCHEMA, gravity_statements
from positivity.certificates.implied.prover import Prover
from positivity.certificates.implied.regions import loop_region_statements, region_statements
from positivity.certificates.implied.scans import scan_text, verify_scan
from positivity.certificates.implied.slices import scope_of_proofs
from positivity.certificates.implied.statement import Statement
from positivity.certificates.implied.verdicts import verdict_statement
from positivity.questions.couplings import coupling_name, order_of
from positivity.questions.errors import InputError
from solvers.verify import Proof, Refused, TooCostly, Unreadable, time_limit
from solvers.verify.document import check_regular, load

__all__ = ["Refused", "TooCostly", "Unreadable", "proved_statements", "verify"]

#: documents of schemas that hold numbers only
_NUMERICAL = ("cutoff", "cutoff-scan", "cutoff-analytic", "nulls", "loop-nulls", "amplitude", "sdpb", "scan-table")
_PREFIX = "eft-positivity/"
#: what reading a document of the wrong shape ends in
_MALFORMED = (InputError, KeyError, TypeError, AttributeError, ValueError, IndexError, ArithmeticError, RecursionError)


def verify(
    source: str | os.PathLike[str] | Mapping[str, Any] | Scan, *, seconds: float | None = None
) -> list[str]:  # fmt: skip
    """Prove a certificate, or what a saved bound, region, verdict, exclusion, scan or the data of a figure says.

    source: a file name, a document or a scan.  seconds: of processor time that one certificate may take; None for
    10 (forward sum rules), 30 (bounded densities), 100 (gravity) or 150 (cutoff).  Returns one statement for each
    thing proved, written from the proofs; one for all of a scan.  Raises Refused with the reason if anything that
    is said to be certified is not implied by its certificates (TooCostly, a kind of it, at the limit); Unreadable,
    a kind of Refused, if there is no JSON document.  Statements are in units M = 1 (or U where they say so); method:
    docs/theory/certificates.md.
    """
    with time_limit(seconds):
        if isinstance(source, Scan) or (not isinstance(source, Mapping) and is_scan(source)):
            return [str(_scan_statement(source))]
        data = dict(source) if isinstance(source, Mapping) else load(source)
        return [str(statement) for statement in proved_statements(data)]


def is_scan(path: str | os.PathLike[str]) -> bool:
    """Whether a file is one JSON document per line, a scan: by its name or its first line.  Raises Unreadable."""
    check_regular(path)
    if str(path).endswith(".jsonl"):
        return True
    with Path(path).open("rb") as stream:
        return b'"eft-positivity/scan/1"' in stream.readline(4096)


def _scan_statement(scan: str | os.PathLike[str] | Scan) -> Statement:
    try:
        found = scan if isinstance(scan, Scan) else Scan.load(scan)
        proved, scope = verify_scan(found.spec, found.rows, found.complete), scan_text(found.spec)
    except Refused:
        raise
    except InputError as error:
        raise Unreadable(_printable(error)) from None
    except _MALFORMED as error:
        raise Refused(f"the scan is malformed: {_printable(error)}") from None
    return Statement(f"{proved} statements of {len(found.rows)} points", "", scope)


def proved_statements(data: Any) -> list[Statement]:
    """As `verify`, of a parsed document, the statements as data."""
    if not isinstance(data, Mapping):
        raise Refused("a document is a JSON object")
    try:
        statements = _statements(data, Prover())
        _check_count(data, statements)
        return statements
    except Refused:
        raise
    except _MALFORMED as error:
        raise Refused(f"the document is malformed: {_printable(error)}") from None


def _statements(data: Mapping[str, Any], prover: Prover) -> list[Statement]:
    schema = data.get("schema")
    if isinstance(schema, str) and schema.startswith(_PREFIX):
        name, _, version = schema.removeprefix(_PREFIX).partition("/")
        if version == "1" and name in _READERS and "provenance" in data:
            # the data of a figure around a result, whose entries stand beside those of the figure
            own = own_entries(data, name)
            rest = {key: value for key, value in data.items() if key not in own}
            return _figure_statements({"the result": {key: data[key] for key in own}, **rest}, prover)
        if version == "1" and name in _READERS:
            return _READERS[name](data, prover)
        if version == "1" and name in _NUMERICAL:
            raise Refused(f"a document of schema {schema!r} is numerical: it holds nothing to prove")
    elif schema is None and set(data) == {"bounds"}:
        return gravity_statements(data["bounds"], prover)
    elif schema is None and "provenance" in data:
        return _figure_statements(data, prover)
    return [of_proof(prover.prove({k: v for k, v in data.items() if k != "provenance"}))]


def of_proof(proof: Proof) -> Statement:
    """The statement of a certificate by itself, with the short names of its couplings."""
    names = sorted({c for c, _ in proof.claim} | {c for pair in proof.pairs for c in pair}, key=order_of)
    if proof.kind not in ("inequality", "bounded", "interval"):
        names = []
    listed = ", ".join(f"g[{p},{q}] = {coupling_name((p, q))}" for p, q in names)
    return Statement(f"{proof}  [{listed}]" if listed else str(proof), "", "")


def _strength(data: Mapping[str, Any], prover: Prover) -> list[Statement]:
    """Slices of g2 by themselves: the dimension and the loops are those of their certificates."""
    check_keys(data, "strength")
    scope = scope_of_proofs(prover.prove_all([c for part in data["slices"] for c in part["certificates"]]))
    return [Statement(intervals_text(excluded_intervals(data, scope, prover)), "", scope.text)]


def _cover(data: Mapping[str, Any], prover: Prover) -> list[Statement]:
    raise Refused(
        "a cover, several certificates that prove an end together, says nothing without its question: "
        "save the whole result as JSON and verify that"
    )


_READERS: dict[str, Callable[[Mapping[str, Any], Prover], list[Statement]]] = {
    "bound": bound_statements,
    "region": region_statements,
    "loop-region": loop_region_statements,
    "check": lambda data, prover: [verdict_statement(data, prover)],
    GRAVITY_SCHEMA.split("/")[1]: lambda data, prover: gravity_statements([data], prover),
    STRENGTH_SCHEMA.split("/")[1]: _strength,
    COVER_SCHEMA.split("/")[1]: _cover,
}


def _figure_statements(data: Mapping[str, Any], prover: Prover) -> list[Statement]:
    """Every result in a figure that says it is certified; numerical ones beside it are passed over."""
    rest = {key: value for key, value in data.items() if key != "provenance"}
    _check_provenance(data["provenance"])
    found: list[Statement] = []
    for part in _results(rest):
        if "schema" not in part:
            raise Refused("something in this figure is said to be certified and belongs to no document")
        if _says_certified(part):
            found += _statements(part, prover)
    if not found:
        raise Refused("nothing in this figure is certified")
    return found


def _results(data: Any) -> Iterator[Mapping[str, Any]]:
    """The outermost documents with a schema, at any depth, and what says "certified" outside of them."""
    if isinstance(data, Mapping):
        if "schema" in data or _claims(data.get("status")):
            yield data
        else:
            for value in data.values():
                yield from _results(value)
    elif isinstance(data, list | tuple):
        for value in data:
            yield from _results(value)


_CLAIMS = ("certified", "excluded")


def _claims(status: Any) -> bool:
    """Whether a status reads as one that says that something is proved, however it is written."""
    return isinstance(status, str) and "".join(c for c in status.lower() if c.isalnum()) in _CLAIMS


def _check_provenance(data: Any) -> None:
    """Refuse results beside the counts, versions and texts of a figure."""
    plain = {key: value for key, value in data.items() if key != "status"} if isinstance(data, Mapping) else data
    if any(True for _ in _results(plain)):
        raise Refused("the provenance of this figure holds results: nothing proves what stands there")


def _says_certified(data: Any) -> bool:
    """Whether a status anywhere in a document says that something is proved."""
    if isinstance(data, Mapping):
        schema = str(data.get("schema", ""))
        proved = schema.startswith(_PREFIX) and "certificate/" in schema
        own = _claims(data.get("status")) or (schema == f"{_PREFIX}check/1" and data.get("status") == "allowed")
        return proved or own or any(_says_certified(value) for value in data.values())
    return isinstance(data, list | tuple) and any(_says_certified(value) for value in data)


def _check_count(data: Mapping[str, Any], statements: list[Statement]) -> None:
    """Refuse a caption that counts more certified ends than were proved."""
    provenance = data.get("provenance")
    counted = provenance.get("status") if isinstance(provenance, Mapping) else None
    claimed = [value for key, value in counted.items() if _claims(key)] if isinstance(counted, Mapping) else []
    if not all(isinstance(value, int) for value in claimed) or sum(claimed) > len(statements):
        raise Refused(f"the figure counts more certified ends than the {len(statements)} that were proved")


def _printable(error: Exception) -> str:
    text = str(error) if isinstance(error, InputError) else repr(error)
    return "".join(c if c.isprintable() else "?" for c in text)[:300]
