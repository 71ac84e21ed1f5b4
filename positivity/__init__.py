"""Certified positivity bounds on the massless shift-symmetric scalar EFT.

    import positivity
    result = positivity.bound("g3", over="g2", order=8)
    print(result)                      # the range of g3/g2 in units of the cutoff, with its scope

Conventions: M = sum g_pq (s^2+t^2+u^2)^p (stu)^q, couplings in units of the cutoff M = 1.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from positivity.answers.version import __version__ as __version__

if TYPE_CHECKING:
    from positivity.amplitudes import uv
    from positivity.answers.bound import Bound
    from positivity.answers.citations import cite
    from positivity.answers.cutoff import CutoffBound
    from positivity.answers.end import DensityStep, End, State
    from positivity.answers.gravity import GravityBound
    from positivity.answers.loading import load
    from positivity.answers.loop_region import LoopRegion
    from positivity.answers.region import Region
    from positivity.answers.scan import Scan
    from positivity.answers.verdict import Verdict
    from positivity.bounds.bound import bound
    from positivity.bounds.closed_form import AnalyticCutoff, analytic_cutoff
    from positivity.bounds.cutoff import cutoff_bound
    from positivity.bounds.cutoff_proved import certify_cutoff
    from positivity.bounds.gravity import gravity_bound
    from positivity.certificates.verification import verify
    from positivity.checks.check import check
    from positivity.checks.cone import Checker
    from positivity.questions.density import Assumptions
    from positivity.questions.errors import InputError
    from positivity.questions.question import Problem
    from positivity.questions.scans.spec import ScanSpec
    from positivity.regions.loop_region import loop_region
    from positivity.regions.region import region
    from positivity.scans.runner import scan
    from positivity.sum_rules.cutoff_rules import CutoffProblem
    from positivity.sum_rules.null_constraints import NullConstraint, null_constraints

_HOME = {
    "Assumptions": "questions.density",
    "DensityStep": "answers.end",
    "Bound": "answers.bound",
    "Checker": "checks.cone",
    "CutoffBound": "answers.cutoff",
    "CutoffProblem": "sum_rules.cutoff_rules",
    "End": "answers.end",
    "GravityBound": "answers.gravity",
    "InputError": "questions.errors",
    "LoopRegion": "answers.loop_region",
    "NullConstraint": "sum_rules.null_constraints",
    "Problem": "questions.question",
    "Region": "answers.region",
    "Scan": "answers.scan",
    "ScanSpec": "questions.scans.spec",
    "State": "answers.end",
    "Verdict": "answers.verdict",
    "bound": "bounds.bound",
    "check": "checks.check",
    "cutoff_bound": "bounds.cutoff",
    "AnalyticCutoff": "bounds.closed_form",
    "analytic_cutoff": "bounds.closed_form",
    "certify_cutoff": "bounds.cutoff_proved",
    "gravity_bound": "bounds.gravity",
    "load": "answers.loading",
    "loop_region": "regions.loop_region",
    "cite": "answers.citations",
    "null_constraints": "sum_rules.null_constraints",
    "region": "regions.region",
    "scan": "scans.runner",
    "verify": "certificates.verification",
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
    "load",
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
        return importlib.import_module("positivity.amplitudes.uv")
    raise AttributeError(f"module 'positivity' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
