r"""The question of the weak-gravity bound: what is assumed, checked before anything is computed.

Units of the cutoff, Lambda = 1.  Source: 2502.10375; derivation: docs/theory/weak_gravity.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from positivity.questions.couplings import Coupling, coupling_name
from positivity.questions.errors import InputError, check_text, known_keywords, shown, whole_number
from positivity.questions.loops import pair_text, parse_pairs
from positivity.questions.numbers import as_float, parse_rational
from positivity.sum_rules.forward import ir_side

_HOMOGENEOUS = (
    "with rho_J >= 0 only, every sum rule may be multiplied by a positive number: the problem is homogeneous in G "
    "and bounds ratios like g2/(8piG), never 8piG itself; use the unitary density, 0 <= rho_J <= 2"
)


@dataclass(frozen=True)
class CutoffProblem:
    """The question, in units of the cutoff Lambda = 1.

    p_min: smallest momentum transfer, t = -p^2, p_min <= p <= 1.  order: contact terms g_pq up to this
    Mandelstam order are free, all higher ones zero.  k: sum rules A_k used, (2,) or (2, 4).  forward:
    all forward k >= 4 sum rules are assumed (A_2^imp).  mu: the pole is 1/(p^2 + mu^2).  g2, g4: fixed
    values (g4 through A_4(0) = 4 g4), None if unknown.  loops: pairs whose one-loop arcs are included.
    """

    p_min: float
    order: int = 2
    k: tuple[int, ...] = (2,)
    forward: bool = False
    mu: float = 0.0
    g2: float | None = None
    g4: float | None = None
    loops: str = "tree"

    @property
    def scope(self) -> str:
        """One line with everything the number depends on."""
        return "; ".join(self.assumptions)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What is assumed, in words."""
        reach = f"{self.p_min:g} Lambda <= p <= Lambda" if self.p_min else "0 <= p <= Lambda"
        pole = "graviton pole 8piG/p^2, graviton loops neglected"
        if self.mu:
            pole = f"pole regulated to 8piG/(p^2+mu^2), mu = {self.mu:g} Lambda, graviton loops neglected"
        rules = " and ".join(f"A_{k}(-p^2)" for k in self.k)
        words = [
            "D=4, 0 <= rho_J <= 2, all even spins, masses >= Lambda=1",
            f"{rules} twice subtracted, smeared over {reach}",
            pole,
            self._contact_words(),
        ]
        if self.forward:
            words.append("forward limits of all k >= 4 sum rules assumed to exist, without graviton loops")
        if self.g4 is not None:
            words.append(f"A_4(0) = 4 g4 with g4 = {self.g4:g} Lambda^-8")
        if self.loops != "tree":
            words.append(f"one-loop arcs of {self.loops}, couplings at mu = Lambda; its other orders neglected")
        return tuple(words)

    def _contact_words(self) -> str:
        if self.order < 2:
            return "no contact terms"
        names = contact_names(self)
        known = f"g2 = {self.g2:g} Lambda^-4 fixed, " if self.g2 is not None else ""
        listed = ", ".join(names) if names else "none"
        tail = "" if self.forward else f", all couplings beyond order {self.order} set to zero"
        return f"{known}free contact terms: {listed}{tail}"

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


def contact_names(problem: CutoffProblem) -> list[str]:
    """Names of the free couplings."""
    top = min(problem.order, 3) if problem.forward else problem.order
    found = {c for k in problem.k for c in contact_terms(k, top)}
    names = sorted((coupling_name(c) for c in found), key=lambda name: (len(name), name))
    return [name for name in names if name != "g2" or problem.g2 is None]


@known_keywords
def cutoff_problem(
    p_min: object = None,
    *,
    contacts: int | None = None,
    k: Sequence[int] = (2,),
    degree: int | None = None,
    forward_sum_rules: bool = False,
    mu: object = None,
    g2: object = None,
    g4: object = None,
    loops: str = "tree",
    density: str = "unitary",
) -> CutoffProblem:
    """Check a question; every argument as in `cutoff_bound`.  Raises InputError naming what to change."""
    if check_text(density, "density", "'unitary'") == "positive":
        raise InputError(f"density 'positive': {_HOMOGENEOUS}")
    if density != "unitary":
        raise InputError(f"density {shown(density)}: use 'unitary'")
    if not isinstance(forward_sum_rules, bool):
        raise InputError(f"forward_sum_rules {shown(forward_sum_rules)}: use True or False")
    if isinstance(k, str) or not isinstance(k, Sequence):
        raise InputError(f"k {shown(k)}: use (2,), or (2, 4)")
    low, mass = (_number(value, name) for value, name in ((p_min, "p-min"), (mu, "mu")))
    if low is None and mass is None:
        raise InputError(
            "p-min is not given: an exact pole down to p = 0 with rho_J <= 2 leaves only G = 0; "
            "give the smallest momentum transfer, e.g. p_min = 0.1, or a regulator mu"
        )
    low, mass = low or 0.0, mass or 0.0
    if not (1e-10 <= low <= 0.8 or (low == 0 and 1e-4 <= mass <= 1)):
        raise InputError(f"p-min {low:g}, mu {mass:g}: use 1e-10 <= p-min <= 0.8, or p-min 0 with 1e-4 <= mu <= 1")
    if mass < 0 or mass > 10:
        raise InputError(f"mu {mass:g}: use 0 to 10, in units of the cutoff")
    if tuple(k) not in ((2,), (2, 4)):
        raise InputError(f"k {shown(k)}: use (2,), or (2, 4)")
    order = _order(contacts, degree, tuple(k), forward_sum_rules)
    if forward_sum_rules and (tuple(k) != (2,) or g4 is not None):
        raise InputError("forward_sum_rules already use A_4: leave out k = 2,4 and g4")
    pairs = parse_pairs(loops)
    if any(pair_text(pair) != "g2^2" for pair in pairs):
        raise InputError(f"loops {shown(loops)}: with gravity only those of g2^2 are included; use g2^2 or tree")
    if pairs and (g2 is None or forward_sum_rules):
        raise InputError("loops of g2^2 need a value of g2, and no forward_sum_rules: give e.g. g2 = 60")
    if g2 is not None and order < 2:
        raise InputError("a fixed g2 needs contacts = 1 or more")
    quartic = _number(g4, "g4")
    if quartic is not None and (quartic <= 0 or pairs):
        raise InputError(f"g4 {quartic:g}: A_4(0) = 4 g4 needs g4 > 0 at tree level; change g4 or the loops")
    return CutoffProblem(low, order, tuple(k), forward_sum_rules, mass, _number(g2, "g2"), quartic, loops)


def _order(contacts: int | None, degree: int | None, k: tuple[int, ...], forward: bool) -> int:
    """Mandelstam order of the highest free contact term."""
    if forward:
        if contacts not in (None, 2) or degree is not None:
            raise InputError("forward_sum_rules leave exactly two contact terms, g2 and g3: drop contacts and degree")
        return 3
    if k == (2, 4):
        if contacts is not None or degree is None:
            raise InputError("k = 2,4 shares couplings: give degree, their highest Mandelstam order, not contacts")
        return whole_number(degree, "degree", 1, 16)
    if contacts is None or degree is not None:
        raise InputError("the number of free contact terms has no default: give e.g. contacts = 1")
    return whole_number(contacts, "contacts", 0, 12) + 1


def _number(value: object, name: str) -> float | None:
    """A finite number, or text with one; None stays None."""
    if value is None:
        return None
    found = as_float(parse_rational(value, name))
    if not math.isfinite(found):
        raise InputError(f"{name} {shown(value)}: use a smaller number")
    return found
