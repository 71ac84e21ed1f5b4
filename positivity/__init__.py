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
    from positivity import uv
    from positivity.bounds import bound
    from positivity.checker import Checker
    from positivity.checking import check
    from positivity.citations import cite
    from positivity.dispersion.null_constraints import NullConstraint, null_constraints
    from positivity.errors import InputError
    from positivity.gravity import GravityBound, gravity_bound
    from positivity.loop_regions import LoopRegion, loop_region
    from positivity.problem import Assumptions, DensityStep, End, Problem, State
    from positivity.regions import Region, region
    from positivity.results import Bound
    from positivity.scans.runner import scan
    from positivity.scans.spec import ScanSpec
    from positivity.scans.table import Scan
    from positivity.verdicts import Verdict
    from positivity.verification import verify
    from positivity.weak_gravity import CutoffBound, cutoff_bound
    from positivity.weak_gravity_analytic import AnalyticCutoff, analytic_cutoff
    from positivity.weak_gravity_certificate import certify_cutoff
    from positivity.weak_gravity_problem import CutoffProblem

_HOME = {
    "Assumptions": "problem",
    "DensityStep": "problem",
    "Bound": "results",
    "Checker": "checker",
    "CutoffBound": "weak_gravity",
    "CutoffProblem": "weak_gravity_problem",
    "End": "problem",
    "GravityBound": "gravity",
    "InputError": "errors",
    "LoopRegion": "loop_regions",
    "NullConstraint": "dispersion.null_constraints",
    "Problem": "problem",
    "Region": "regions",
    "Scan": "scans.table",
    "ScanSpec": "scans.spec",
    "State": "problem",
    "Verdict": "verdicts",
    "bound": "bounds",
    "check": "checking",
    "cutoff_bound": "weak_gravity",
    "AnalyticCutoff": "weak_gravity_analytic",
    "analytic_cutoff": "weak_gravity_analytic",
    "certify_cutoff": "weak_gravity_certificate",
    "gravity_bound": "gravity",
    "loop_region": "loop_regions",
    "cite": "citations",
    "null_constraints": "dispersion.null_constraints",
    "region": "regions",
    "scan": "scans.runner",
    "verify": "verification",
}

__all__ = [
    "AnalyticCutoff",
    "Assumptions",
    "Bound",
    "Checker",
    "CutoffBound",
    "CutoffProblem",
    "DensityStep",
    "End",
    "GravityBound",
    "InputError",
    "LoopRegion",
    "NullConstraint",
    "Problem",
    "Region",
    "Scan",
    "ScanSpec",
    "State",
    "Verdict",
    "analytic_cutoff",
    "bound",
    "certify_cutoff",
    "check",
    "cite",
    "cutoff_bound",
    "gravity_bound",
    "loop_region",
    "null_constraints",
    "region",
    "scan",
    "uv",
    "verify",
]


def __getattr__(name: str) -> Any:
    # loaded on first use: importing the package stays fast
    if name in _HOME:
        return getattr(importlib.import_module(f"positivity.{_HOME[name]}"), name)
    if name == "uv":
        return importlib.import_module("positivity.uv")
    raise AttributeError(f"module 'positivity' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
