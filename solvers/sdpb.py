"""Programs for SDPB, the field's solver, in its JSON (>= 3) and XML (1.0) forms, and its answers.

SDPB maximises b.y subject to W_0(z) + sum_n y_n W_n(z) >= 0 for z >= 0.  A spin becomes the
polynomial (1+z)^m F(x = 1/(1+z)) in z, the Regge limit sum_e a_e xi^e one in xi.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from math import comb, factorial
from pathlib import Path
from xml.sax.saxutils import escape

from flint import fmpq, fmpz
from mpmath import mp, mpf

from solvers.files import replacing, write_text
from solvers.grid import REGGE
from solvers.precision import working_digits
from solvers.program import MeasureProgram, Row, combine

#: decimals written for every number; SDPB's own precision is set on its command line
_DIGITS = 90
#: limits of what is read: bytes of a file, characters and decades of a number
_MAX_BYTES, _MAX_CHARACTERS, _MAX_EXPONENT = 64 << 20, 4000, 2000
#: a program has fewer rows than this
_MAX_ENTRIES = 10_000
_DECIMAL = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,6}))?")


def write_xml(program: MeasureProgram, weights: Sequence[fmpq], spins: Sequence[int], path: str | Path) -> None:
    """Write the program for the given spins (-1: the Regge limit): maximise -c_0."""
    rows = _rows(program, weights)
    size = len(rows)
    objective = "".join(f"<elt>{-1 if n == 1 else 0}</elt>" for n in range(size))
    with working_digits(_DIGITS), replacing(path) as stream:
        stream.write(f"<sdp><objective>{objective}</objective><polynomialVectorMatrices>\n")
        for spin in spins:
            stream.write(_block([_polynomial(program, row, spin) for row in rows], program.degree))
        stream.write("</polynomialVectorMatrices></sdp>\n")


def write_json(
    program: MeasureProgram, weights: Sequence[fmpq], spins: Sequence[int], path: str | Path, digits: int = _DIGITS
) -> None:
    """The same for SDPB >= 3: maximise a.z with n.z = 1, z = (1, c_0, c_1, ...), a block per spin.

    digits: significant decimals of every number, text as SDPB wants it (never a fraction or a JSON float).
    """
    rows = _rows(program, weights)
    blocks = []
    with working_digits(digits):
        for spin in spins:
            polynomials, _ = _scaled([_polynomial(program, row, spin) for row in rows])
            blocks.append({"polynomials": [[[[_text(c, digits) for c in _trimmed(p)] for p in polynomials]]]})
    data = {
        "objective": ["-1" if n == 1 else "0" for n in range(len(rows))],
        "normalization": ["1" if n == 0 else "0" for n in range(len(rows))],
        "PositiveMatrixWithPrefactorArray": blocks,
    }
    write_text(path, json.dumps(data))


def _rows(program: MeasureProgram, weights: Sequence[fmpq]) -> list[Row]:
    """The weighted target, then the free rows."""
    return [combine(list(zip(weights, program.targets, strict=True))), *program.free]


def _trimmed(polynomial: list[fmpq]) -> list[fmpq]:
    """Without leading zeros; the zero polynomial is one zero."""
    size = max((k + 1 for k, c in enumerate(polynomial) if c != 0), default=1)
    return polynomial[:size]


def _scaled(polynomials: list[list[fmpq]]) -> tuple[list[list[fmpq]], fmpq]:
    """To coefficients of order one, and the factor taken out."""
    largest = max((abs(c) for poly in polynomials for c in poly), default=fmpq(1))
    return [[c / largest for c in poly] for poly in polynomials], largest


def _polynomial(program: MeasureProgram, row: Row, spin: int) -> list[fmpq]:
    """Coefficients in z >= 0, ascending, degree m."""
    degree, low = program.degree, program.low
    coefficients = [fmpq(0)] * (degree + 1)
    for e, poly in row.items():
        if spin == REGGE:
            coefficients[e - low] += poly[e] if poly.degree() >= e else 0
            continue
        value = poly(fmpq(program.ladder.casimir(spin)))
        for k in range(degree - (e - low) + 1):
            coefficients[k] += value * comb(degree - (e - low), k)
    return coefficients


def _block(polynomials: list[list[fmpq]], degree: int) -> str:
    """One 1x1 block, scaled to coefficients of order one."""
    polynomials, _ = _scaled(polynomials)
    inner = "".join(_tag("polynomial", "".join(_tag("coeff", _text(c)) for c in p)) for p in polynomials)
    points = [mp.pi**2 * (4 * k - 1) ** 2 / (64 * (degree + 1)) for k in range(1, degree + 2)]
    laguerre = [
        _tag("polynomial", "".join(_tag("coeff", _text(c)) for c in _laguerre(k))) for k in range(degree // 2 + 1)
    ]
    return _tag(
        "polynomialVectorMatrix",
        _tag("rows", "1")
        + _tag("cols", "1")
        + _tag("elements", _tag("polynomialVector", inner))
        + _tag("samplePoints", "".join(_tag("elt", mp.nstr(p, _DIGITS)) for p in points))
        + _tag("sampleScalings", "".join(_tag("elt", mp.nstr(mp.exp(-p), _DIGITS)) for p in points))
        + _tag("bilinearBasis", "".join(laguerre)),
    )


def _laguerre(k: int) -> list[fmpq]:
    return [fmpq((-1) ** i * comb(k, i), factorial(i)) for i in range(k + 1)]


def _tag(name: str, content: str) -> str:
    return f"<{name}>{content if content.startswith('<') else escape(content)}</{name}>\n"


def _text(value: fmpq, digits: int = _DIGITS) -> str:
    return str(mp.nstr(mpf(int(value.p)) / mpf(int(value.q)), digits)) if value != 0 else "0"


def read_output(path: str | Path) -> dict[str, str]:
    """The `key = value;` lines of SDPB's output file."""
    lines = {}
    for statement in _text_of(path).split(";")[:-1]:
        key, equals, value = statement.partition("=")
        if equals and re.fullmatch(r"\w{1,100}", key.strip()):
            lines[key.strip()] = value.strip().strip('"')
    return lines


def _text_of(path: str | Path) -> str:
    """A regular file of at most _MAX_BYTES; raises ValueError for anything else."""
    path = Path(path)
    if not path.is_file():
        raise ValueError(f"{path}: not a regular file")
    if path.stat().st_size > _MAX_BYTES:
        raise ValueError(f"{path}: larger than {_MAX_BYTES >> 20} MB, the limit here")
    return path.read_text(encoding="utf-8")


def multipliers(output: dict[str, str]) -> tuple[fmpq, ...]:
    """The multipliers y of an output file as rationals; raises ValueError if there are none."""
    vector = output.get("y", "")
    if vector.count(",") >= _MAX_ENTRIES:
        raise ValueError(f"the vector y has more than {_MAX_ENTRIES} entries: it is no answer to an export")
    if not (vector.startswith("{") and vector.endswith("}")):
        raise ValueError("the output of sdpb holds no vector y: run it with its default output options")
    return tuple(_decimal(entry.strip()) for entry in vector[1:-1].split(","))


def read_answer(path: str | Path) -> tuple[tuple[fmpq, ...], dict[str, str]]:
    """The multipliers (c_0, c_1, ...) and the `key = value;` lines of a run.

    path: the output file of SDPB 1.0, or a folder that holds one (*.out) or the out.txt with z.txt or y.txt
    of SDPB >= 3 (--writeSolution=y or z).  Raises ValueError for anything else.
    """
    path = Path(path)
    if not path.is_dir():
        output = read_output(path)
        return multipliers(output), output
    summary = path / "out.txt"
    for name in ("z.txt", "y.txt"):
        if (path / name).is_file():
            values = _vector(path / name)
            if name == "z.txt":
                # z is given up to nothing but the normalisation z_0 = 1
                if not values or values[0] == 0:
                    raise ValueError(f"{path / name}: the first entry must be 1, is this an export of this package?")
                values = tuple(v / values[0] for v in values[1:])
            return values, read_output(summary) if summary.is_file() else {}
    files = sorted(path.glob("*.out"))
    if len(files) != 1:
        raise ValueError(f"{path}: no z.txt or y.txt (run sdpb with the option writeSolution=y,z), nor one *.out file")
    return read_answer(files[0])


def _vector(path: Path) -> tuple[fmpq, ...]:
    """The column of "rows columns" and numbers that SDPB >= 3 writes."""
    entries = _text_of(path).split()
    if len(entries) > _MAX_ENTRIES:
        raise ValueError(f"{path}: more than {_MAX_ENTRIES} entries: it is no answer to an export")
    if len(entries) < 3 or entries[1] != "1" or entries[0] != str(len(entries) - 2):
        raise ValueError(f"{path}: not a column as sdpb writes it, the file may be cut short")
    return tuple(_decimal(entry) for entry in entries[2:])


def _decimal(text: str) -> fmpq:
    match = _DECIMAL.fullmatch(text) if len(text) <= _MAX_CHARACTERS else None
    if not match or not (match[2] or match[3]):
        raise ValueError(f"{text[:40]!r} is not a decimal of at most {_MAX_CHARACTERS} characters")
    exponent, fraction = int(match[4] or 0), match[3] or ""
    if abs(exponent) > _MAX_EXPONENT:
        raise ValueError(f"{text[:40]!r} is too large or too small: the limit is {_MAX_EXPONENT} decades")
    value = fmpq(fmpz((match[2] or "") + fraction)) * fmpq(10) ** (exponent - len(fraction))
    return -value if match[1] == "-" else value
