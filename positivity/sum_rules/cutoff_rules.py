r"""The question of the weak-gravity bound: what is assumed, checked before anything is computed.

Units of the cutoff, Lambda = 1.  Source: 2502.10375; derivation: docs/theory/weak_gravity.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from positivity.questions.couplings import Coupling
from positivity.questions.errors import InputError, check_text, known_keywords, shown
from positivity.questions.loops import pair_text, parse_pairs
from positivity.questions.numbers import as_float, parse_rational
from positivity.questions.rules import Splines, splines
from positivity.sum_rules.forward import ir_side

_HOMOGENEOUS = (
    "with rho_J >= 0 only, every sum rule may be multiplied by a positive number: the problem is homogeneous in G "
    "and bounds ratios like g2/(8piG), never 8piG itself; use the unitary density, 0 <= rho_J <= 2"
)


@dataclass(frozen=True)
class CutoffProblem:
    """The question, in units of the cutoff Lambda = 1.

    rules: the sum rules used.  g2, g4: fixed values (g4 through A_4(0) = 4 g4), None if unknown.  loops: pairs whose
    one-loop arcs are included.
    """

    rules: Splines
    g2: float | None = None
    g4: float | None = None
    loops: str = "tree"

    @property
    def p_min(self) -> float:
        """Smallest momentum transfer, t = -p^2, p_min <= p <= 1."""
        return _number(self.rules.p_min, "p-min") or 0.0

    @property
    def mu(self) -> float:
        """The pole is 1/(p^2 + mu^2)."""
        return _number(self.rules.mu, "mu") or 0.0

    @property
    def order(self) -> int:
        """Contact terms g_pq up to this Mandelstam order are free, all higher ones zero."""
        return self.rules.order

    @property
    def k(self) -> tuple[int, ...]:
        """Sum rules A_k used, (2,) or (2, 4)."""
        return self.rules.k

    @property
    def forward(self) -> bool:
        """Whether all forward k >= 4 sum rules are assumed (A_2^imp)."""
        return self.rules.forward

    @property
    def scope(self) -> str:
        """One line with everything the number depends on."""
        return "; ".join(self.assumptions)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is assumed, in words."""
        held = {name: repr(value) for name, value in (("g2", self.g2), ("g4", self.g4)) if value is not None}
        return self.rules.words(held, self.loops)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready."""
        return {
            "dimension": 4, "density": "unitary", "p_min": self.p_min, "order": self.order, "k": list(self.k),
            "forward_sum_rules": self.forward, "mu": self.mu, "g2": self.g2, "g4": self.g4, "loops": self.loops,
            "assumptions": list(self.assumptions),
        }  # fmt: skip


def contact_terms(k: int, order: int) -> dict[Coupling, tuple[int, float]]:
    """{coupling: (r, c)}: the contact terms c g_pq p^(2r) of A_k(-p^2) to Mandelstam order `order`."""
    found = {}
    for n in range(k, order + 1):
        for coupling, c in ir_side(k // 2, n - k).items():
            found[coupling] = (n - k, float(int(c.p)) / float(int(c.q)) * (-1) ** (n - k))
    return found


@known_keywords
def cutoff_problem(
    p_min: object = None,
    *,
    g2: object = None,
    g4: object = None,
    loops: str = "tree",
    density: str = "unitary",
    **rules: Any,
) -> CutoffProblem:
    """Check a question; every argument as in `cutoff_bound`.  Raises InputError naming what to change."""
    if check_text(density, "density", "'unitary'") == "positive":
        raise InputError(f"density 'positive': {_HOMOGENEOUS}")
    if density != "unitary":
        raise InputError(f"density {shown(density)}: use 'unitary'")
    return problem_of(splines(p_min, **rules), g2, g4, loops)


def problem_of(rules: Splines, g2: object = None, g4: object = None, loops: str = "tree") -> CutoffProblem:
    """The question of given rules; raises InputError."""
    if rules.forward and g4 is not None:
        raise InputError("forward_sum_rules already use A_4: leave out k = 2,4 and g4")
    pairs = parse_pairs(loops)
    if any(pair_text(pair) != "g2^2" for pair in pairs):
        raise InputError(f"loops {shown(loops)}: with gravity only those of g2^2 are included; use g2^2 or tree")
    if pairs and (g2 is None or rules.forward):
        raise InputError("loops of g2^2 need a value of g2, and no forward_sum_rules: give e.g. g2 = 60")
    if g2 is not None and rules.order < 2:
        raise InputError("a fixed g2 needs contacts = 1 or more")
    quartic = _number(g4, "g4")
    if quartic is not None and (quartic <= 0 or pairs):
        raise InputError(f"g4 {quartic:g}: A_4(0) = 4 g4 needs g4 > 0 at tree level; change g4 or the loops")
    return CutoffProblem(rules, _number(g2, "g2"), quartic, loops)


def _number(value: object, name: str) -> float | None:
    """A finite number, or text with one; None stays None."""
    if value is None:
        return None
    found = as_float(parse_rational(value, name))
    if not math.isfinite(found):
        raise InputError(f"{name} {shown(value)}: use a smaller number")
    return found
