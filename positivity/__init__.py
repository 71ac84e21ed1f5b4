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
    from positivity.answers.end import End
    from positivity.answers.gravity import GravityBound
    from positivity.answers.loading import load
    from positivity.answers.loop_region import LoopRegion
    from positivity.answers.region import Region
    from positivity.answers.scan import Scan
    from positivity.answers.verdict import Verdict
    from positivity.bounds.bound import bound
    from positivity.bounds.cutoff import cutoff_bound
    from positivity.bounds.cutoff_proved import certify_cutoff
    from positivity.bounds.gravity import gravity_bound
    from positivity.certificates.verification import verify
    from positivity.checks.check import check
    from positivity.checks.cone import Checker
    from positivity.questions.density import Density
    from positivity.questions.errors import InputError
    from positivity.regions.region import region
    from positivity.scans.runner import scan
    from positivity.scope import Scope
    from positivity.sum_rules.null_constraints import null_constraints

_HOME = {
    "Bound": "answers.bound",
    "Checker": "checks.cone",
    "CutoffBound": "answers.cutoff",
    "Density": "questions.density",
    "End": "answers.end",
    "GravityBound": "answers.gravity",
    "InputError": "questions.errors",
    "LoopRegion": "answers.loop_region",
    "Region": "answers.region",
    "Scan": "answers.scan",
    "Scope": "scope",
    "Verdict": "answers.verdict",
    "bound": "bounds.bound",
    "certify_cutoff": "bounds.cutoff_proved",
    "check": "checks.check",
    "cite": "answers.citations",
    "cutoff_bound": "bounds.cutoff",
    "gravity_bound": "bounds.gravity",
    "load": "answers.loading",
    "null_constraints": "sum_rules.null_constraints",
    "region": "regions.region",
    "scan": "scans.runner",
    "verify": "certificates.verification",
}

#: public before: found here still, see docs/reference/migration.md
_FORMER = {
    "AnalyticCutoff": "bounds.closed_form",
    "Assumptions": "questions.density",
    "CutoffProblem": "sum_rules.cutoff_rules",
    "DensityStep": "answers.end",
    "NullConstraint": "sum_rules.null_constraints",
    "Problem": "questions.question",
    "ScanSpec": "questions.scans.spec",
    "State": "answers.end",
    "analytic_cutoff": "bounds.closed_form",
    "loop_region": "regions.loop_region",
}

__all__ = [
    "Bound",
    "Checker",
    "CutoffBound",
    "Density",
    "End",
    "GravityBound",
    "InputError",
    "LoopRegion",
    "Region",
    "Scan",
    "Scope",
    "Verdict",
    "bound",
    "certify_cutoff",
    "check",
    "cite",
    "cutoff_bound",
    "gravity_bound",
    "load",
    "null_constraints",
    "region",
    "scan",
    "uv",
    "verify",
]


def __getattr__(name: str) -> Any:
    # loaded on first use: importing the package stays fast
    home = _HOME.get(name) or _FORMER.get(name)
    if home is not None:
        return getattr(importlib.import_module(f"positivity.{home}"), name)
    if name == "uv":
        return importlib.import_module("positivity.amplitudes.uv")
    raise AttributeError(f"module 'positivity' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
