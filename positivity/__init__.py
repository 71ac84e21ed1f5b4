"""Certified positivity bounds on the massless shift-symmetric scalar EFT.

    import positivity
    result = positivity.bound("g3", over="g2", order=8)
    print(result)                      # the range of g3/g2 in units of the cutoff, with its scope

Conventions: M = sum g_pq (s^2+t^2+u^2)^p (stu)^q, couplings in units of the cutoff M = 1.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from positivity.bounds import bound
    from positivity.citations import cite
    from positivity.dispersion.null_constraints import NullConstraint, null_constraints
    from positivity.errors import InputError
    from positivity.problem import Assumptions, DensityStep, End, Problem, State
    from positivity.regions import Region, region
    from positivity.results import Bound
    from positivity.scans.runner import scan
    from positivity.scans.spec import ScanSpec
    from positivity.scans.table import Scan
    from positivity.verification import verify

_HOME = {
    "Assumptions": "problem",
    "DensityStep": "problem",
    "Bound": "results",
    "End": "problem",
    "InputError": "errors",
    "NullConstraint": "dispersion.null_constraints",
    "Problem": "problem",
    "Region": "regions",
    "Scan": "scans.table",
    "ScanSpec": "scans.spec",
    "State": "problem",
    "bound": "bounds",
    "cite": "citations",
    "null_constraints": "dispersion.null_constraints",
    "region": "regions",
    "scan": "scans.runner",
    "verify": "verification",
}

__all__ = [
    "Assumptions",
    "Bound",
    "DensityStep",
    "End",
    "InputError",
    "NullConstraint",
    "Problem",
    "Region",
    "Scan",
    "ScanSpec",
    "State",
    "bound",
    "cite",
    "null_constraints",
    "region",
    "scan",
    "verify",
]


def __getattr__(name: str) -> Any:
    # loaded on first use: importing the package stays fast
    if name in _HOME:
        return getattr(importlib.import_module(f"positivity.{_HOME[name]}"), name)
    raise AttributeError(f"module 'positivity' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
