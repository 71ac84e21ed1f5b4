"""The allowed range of a ratio of Wilson coefficients, with certificates and extremal spectra."""

from __future__ import annotations

import time
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from flint import fmpq

from positivity.couplings import combination_text, parse_combination, parse_rational
from positivity.errors import InputError
from positivity.problem import Problem
from positivity.programs import Fixes, ratio_program
from positivity.results import Bound

METHODS = ("lp", "sdp", "sdpa")
MAX_DIGITS = 60


def bound(
    coupling: str | Mapping[tuple[int, int], object],
    over: str | Mapping[tuple[int, int], object] = "g2",
    *,
    order: int = 8,
    dimension: int = 4,
    fix: Mapping[str, object] | None = None,
    digits: int = 8,
    density: str = "positive",
    loops: str = "tree",
    method: str = "lp",
) -> Bound:
    """Both ends of the range of coupling/over in units M = 1, certified for all spins and masses.

    coupling: a name ("g3", "g6'", "g[0,2]") or a linear combination ("g3+2*g4").  over: the
    normalisation, a coupling without powers of stu.  order: highest Mandelstam order n of the
    sum rules and null constraints.  fix: ratios to `over` held fixed, {"g4": "0.3"}; decimals
    and rationals are exact.  digits: decimal places aimed at; the certified value lies within
    10^(1-digits) of the optimum at this order, above it for an upper and below it for a lower
    bound.  density: "positive" (0 <= rho_J).  loops: "tree".  method: "lp" (linear program),
    "sdp" (sums of squares with Clarabel) or "sdpa" (the same with SDPA-GMP, an optional extra).

    Returns a Bound; an end that could not be certified says so in its status.  Raises InputError
    for a request that makes no sense.  Source: 2011.02957; method in docs/theory/certificates.md.
    """
    from positivity.ends import EndSolver

    started = time.perf_counter()
    target, base = parse_combination(coupling), parse_combination(over)
    fixes = parse_fixes(fix)
    check_choices(digits, density, loops, method)
    ratio = ratio_program([target], base, fixes, order, dimension)
    problem = Problem(
        combination_text(target),
        combination_text(base),
        dimension,
        order,
        tuple((combination_text(left), str(value)) for left, value in fixes),
        density,
        loops,
    )
    solver = EndSolver(ratio, base, dimension, digits, method)
    lower, upper = solver.end([fmpq(1)], side=-1), solver.end([fmpq(-1)], side=1)
    return Bound(problem, lower, upper, method, versions(), round(time.perf_counter() - started, 4))


def parse_fixes(fix: Mapping[str, object] | None) -> Fixes:
    """Exact fixed ratios from {"g4": "0.3"}; raises InputError."""
    return [
        (parse_combination(name), parse_rational(value, f"fixed value of {name}"))
        for name, value in (fix or {}).items()
    ]


def check_choices(digits: int, density: str, loops: str, method: str) -> None:
    """Raise InputError for an option out of range."""
    if isinstance(digits, bool) or not isinstance(digits, int) or not 1 <= digits <= MAX_DIGITS:
        raise InputError(f"digits {digits!r}: use an integer from 1 to {MAX_DIGITS}")
    if density != "positive":
        raise InputError(f"density {density!r} is unknown: use 'positive'")
    if loops != "tree":
        raise InputError(f"loops {loops!r} is unknown: use 'tree'")
    if method not in METHODS:
        raise InputError(f"method {method!r} is unknown: use one of {', '.join(METHODS)}")
    if method == "sdpa" and find_spec("sdpap") is None:
        raise InputError("method 'sdpa' needs SDPA-GMP: pip install 'eft-positivity[sdpa]'")


def versions() -> dict[str, str]:
    """Versions of the packages a result depends on."""
    found = {}
    for name in ("eft-positivity", "python-flint", "highspy", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
