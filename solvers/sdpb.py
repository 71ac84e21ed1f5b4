"""Programs for SDPB 1.0 (the XML form), the field's solver, and its answers.

SDPB maximises b.y subject to W_0(z) + sum_n y_n W_n(z) >= 0 for z >= 0.  A spin becomes the
polynomial (1+z)^m F(x = 1/(1+z)) in z, the Regge limit sum_e a_e xi^e one in xi.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import comb, factorial
from pathlib import Path
from xml.sax.saxutils import escape

from flint import fmpq, fmpz
from mpmath import mp, mpf

from solvers.grid import REGGE
from solvers.program import MeasureProgram, Row

#: decimals written for every number; SDPB's own precision is set on its command line
_DIGITS = 90


def write_xml(program: MeasureProgram, weights: Sequence[fmpq], spins: Sequence[int], path: str | Path) -> None:
    """Write the program for the given spins (-1: the Regge limit): maximise -c_0."""
    target: Row = {}
    for weight, row in zip(weights, program.targets, strict=True):
        for e, poly in row.items():
            target[e] = target.get(e, poly * 0) + poly * weight
    rows = [target, *program.free]
    size = len(rows)
    objective = "".join(f"<elt>{-1 if n == 1 else 0}</elt>" for n in range(size))
    with mp.workdps(_DIGITS), Path(path).open("w", encoding="utf-8") as stream:
        stream.write(f"<sdp><objective>{objective}</objective><polynomialVectorMatrices>\n")
        for spin in spins:
            stream.write(_block([_polynomial(program, row, spin) for row in rows], program.degree))
        stream.write("</polynomialVectorMatrices></sdp>\n")


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
    largest = max((abs(c) for poly in polynomials for c in poly), default=fmpq(1))
    inner = "".join(_tag("polynomial", "".join(_tag("coeff", _text(c / largest)) for c in p)) for p in polynomials)
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


def _text(value: fmpq) -> str:
    return str(mp.nstr(mpf(int(value.p)) / mpf(int(value.q)), _DIGITS))


def read_output(path: str | Path) -> dict[str, str]:
    """The `key = value;` lines of SDPB's output file."""
    text = Path(path).read_text(encoding="utf-8")
    return {key: value.strip().strip('"') for key, value in re.findall(r"(\w+)\s*=\s*([^;]*);", text)}


def multipliers(output: dict[str, str]) -> tuple[fmpq, ...]:
    """The multipliers y of an output file as rationals; raises ValueError if there are none."""
    match = re.fullmatch(r"\{(.*)\}", output.get("y", ""), re.DOTALL)
    if not match:
        raise ValueError("the output of sdpb holds no vector y: run it with its default output options")
    return tuple(_decimal(entry.strip()) for entry in match[1].split(","))


def _decimal(text: str) -> fmpq:
    mantissa, _, exponent = text.lower().partition("e")
    whole, _, fraction = mantissa.partition(".")
    value = fmpq(fmpz(whole + fraction)) / fmpq(10) ** len(fraction)
    return value * fmpq(10) ** int(exponent or 0)
