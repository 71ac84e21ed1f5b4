"""Which sum rules a question with the graviton uses: frozen records, checked where they are made.

Momenta are in units of the cutoff M = 1 (Lambda = 1).  docs/howto/gravity.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

from positivity.questions.couplings import Coupling, coupling_name, couplings_of_order
from positivity.questions.errors import InputError, known_keywords, reading, shown, whole_number
from positivity.questions.numbers import as_float, decimal_or_ratio, parse_rational

#: powers of p on one sum rule, and sum rules A_2, X_4, X_6, X_8
MOST_POWERS, MOST_BLOCKS = 16, 4
#: splines on one sum rule
MOST_SPLINES = 120
#: graviton loops spoil the forward limits of the improved rules, docs/theory/gravity.md
LEADING_ORDER = "leading order in G (no graviton loops)"


@dataclass(frozen=True)
class Powers:
    """Powers of p on the improved sum rule A_2 and the nulls X_4, X_6, ..., for bounds in units of 8 pi G.

    functions: how many powers each has, None for 9 where that is proved and 9, 8 where it is not.  p_min: D = 4 only,
    where the pole is integrated over p > p_min (1/b_max of the impact parameter).  Source: 2102.08951.
    """

    functions: tuple[int, ...] | None = None
    p_min: str | None = None

    def __post_init__(self) -> None:
        counts = self.functions
        if counts is not None:
            if isinstance(counts, str) or not isinstance(counts, Sequence) or not 1 <= len(counts) <= MOST_BLOCKS:
                raise InputError(
                    f"functions {shown(counts)}: give 1 to {MOST_BLOCKS} integers, for A_2, X_4, X_6, X_8, e.g. (9, 8)"
                )
            whole = tuple(whole_number(n, "number of functions", 0, MOST_POWERS) for n in counts)
            object.__setattr__(self, "functions", whole)
        low = _exact(self.p_min, "p_min")
        if low is not None and not 0 < as_float(parse_rational(low)) < 1:
            raise InputError(f"p_min {shown(self.p_min)}: use a number between 0 and 1, in units of the cutoff")
        object.__setattr__(self, "p_min", low)

    @property
    def order(self) -> int:
        """Highest Mandelstam order of the couplings on the low side: 8piG, g2 and g3."""
        return 3

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return {"family": "powers", **asdict(self)}

    @property
    def text(self) -> str:
        """In words."""
        names = ["A_2 improved", *(f"X_{2 * j}" for j in range(2, 2 + MOST_BLOCKS))]
        if self.functions is None:
            words = "powers of p on A_2 improved, and on X_4 where not proved"
        else:
            used = zip(self.functions, names, strict=False)
            words = ", ".join(f"{n} functions on {name}" for n, name in used if n)
        return words if self.p_min is None else f"{words}, pole cut at p = {self.p_min}"


@dataclass(frozen=True)
class Splines:
    """Splines on the sum rules A_2 or A_2 and A_4 at p_min <= p <= 1, for the bound on 8 pi G with 0 <= rho_J <= 2.

    p_min: smallest momentum transfer; None only with mu.  mu: the pole is 1/(p^2 + mu^2).  k: (2,), or (2, 4) with
    degree.  contacts: number of free contact terms in A_2, all others zero.  degree: with k = (2, 4), the highest
    Mandelstam order of the free shared couplings.  forward: A_2 improved by all forward k >= 4 sum rules.  functions:
    splines per sum rule (default 64; 32 with forward, 10 to 20 with mu).  Source: 2502.10375.
    """

    p_min: str | None = None
    mu: str | None = None
    k: tuple[int, ...] = (2,)
    contacts: int | None = None
    degree: int | None = None
    forward: bool = False
    functions: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.forward, bool):
            raise InputError(f"forward_sum_rules {shown(self.forward)}: use True or False")
        if isinstance(self.k, str) or not isinstance(self.k, Sequence):
            raise InputError(f"k {shown(self.k)}: use (2,), or (2, 4)")
        for name, word in (("p_min", "p-min"), ("mu", "mu")):
            object.__setattr__(self, name, _exact(getattr(self, name), word))
        _check_momenta(self.p_min, self.mu)
        if tuple(self.k) not in ((2,), (2, 4)):
            raise InputError(f"k {shown(self.k)}: use (2,), or (2, 4)")
        object.__setattr__(self, "k", tuple(self.k))
        self._check_contacts()
        if self.functions is not None:
            object.__setattr__(self, "functions", whole_number(self.functions, "functions", 6, MOST_SPLINES))

    def _check_contacts(self) -> None:
        if self.forward:
            if self.contacts not in (None, 2) or self.degree is not None:
                raise InputError(
                    "forward_sum_rules leave exactly two contact terms, g2 and g3: drop contacts and degree"
                )
            if self.k != (2,):
                raise InputError("forward_sum_rules already use A_4: leave out k = 2,4 and g4")
        elif self.k == (2, 4):
            if self.contacts is not None or self.degree is None:
                raise InputError("k = 2,4 shares couplings: give degree, their highest Mandelstam order, not contacts")
            object.__setattr__(self, "degree", whole_number(self.degree, "degree", 1, 16))
        elif self.contacts is None or self.degree is not None:
            raise InputError("the number of free contact terms has no default: give e.g. contacts = 1")
        else:
            object.__setattr__(self, "contacts", whole_number(self.contacts, "contacts", 0, 12))

    @property
    def order(self) -> int:
        """Highest Mandelstam order of the free contact terms."""
        if self.forward:
            return 3
        return self.degree if self.degree is not None else (self.contacts or 0) + 1

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready dictionary."""
        return {"family": "splines", **asdict(self)}

    def words(self, fix: Mapping[str, str], loops: str) -> tuple[str, ...]:
        """Everything the bound on 8 pi G depends on; fix: values of g2 and g4."""
        reach = f"{_short(self.p_min)} Lambda <= p <= Lambda" if self.p_min not in (None, "0") else "0 <= p <= Lambda"
        pole = "graviton pole 8piG/p^2, graviton loops neglected"
        if self.mu not in (None, "0"):
            pole = f"pole regulated to 8piG/(p^2+mu^2), mu = {_short(self.mu)} Lambda, graviton loops neglected"
        rules = " and ".join(f"A_{k}(-p^2)" for k in self.k)
        words = [
            "D=4, 0 <= rho_J <= 2, all even spins, masses >= Lambda=1",
            f"{rules} twice subtracted, smeared over {reach}",
            pole,
            self._contact_words(fix),
        ]
        if self.forward:
            words.append("forward limits of all k >= 4 sum rules assumed to exist, without graviton loops")
        if "g4" in fix:
            words.append(f"A_4(0) = 4 g4 with g4 = {_short(fix['g4'])} Lambda^-8")
        if loops != "tree":
            words.append(f"one-loop arcs of {loops}, couplings at mu = Lambda; its other orders neglected")
        return tuple(words)

    def _contact_words(self, fix: Mapping[str, str]) -> str:
        if self.order < 2:
            return "no contact terms"
        names = [name for name in self.contact_names() if name not in fix or name != "g2"]
        known = f"g2 = {_short(fix['g2'])} Lambda^-4 fixed, " if "g2" in fix else ""
        tail = "" if self.forward else f", all couplings beyond order {self.order} set to zero"
        return f"{known}free contact terms: {', '.join(names) or 'none'}{tail}"

    def contact_names(self) -> list[str]:
        """Names of the couplings that occur in the sum rules used: those with w^(k/2) in their term of M."""
        found = {c for n in range(2, self.order + 1) for c in couplings_of_order(n) if self._occurs(c)}
        return sorted((coupling_name(c) for c in found), key=lambda name: (len(name), name))

    def _occurs(self, coupling: Coupling) -> bool:
        # sigma2^p sigma3^q = (2 (w + t^2))^p (-t w)^q holds w^q ... w^(p+q)
        p, q = coupling
        return any(q <= k // 2 <= p + q for k in self.k)


Rules: TypeAlias = Powers | Splines


def rules_from_dict(data: Mapping[str, Any]) -> Rules:
    """Inverse of to_dict of either family; raises InputError."""
    with reading("the rules of a document"):
        rest: Any = {key: tuple(v) if isinstance(v, list) else v for key, v in data.items() if key != "family"}
        if data.get("family") not in ("powers", "splines"):
            raise InputError(f"rules of family {shown(data.get('family'))}: 'powers' or 'splines'")
        return Powers(**rest) if data["family"] == "powers" else Splines(**rest)


@known_keywords
def splines(
    p_min: object = None,
    *,
    contacts: int | None = None,
    k: Sequence[int] = (2,),
    degree: int | None = None,
    forward_sum_rules: bool = False,
    mu: object = None,
    functions: int | None = None,
) -> Splines:
    """Splines from numbers of any kind; raises InputError."""
    return Splines(p_min, mu, k, contacts, degree, forward_sum_rules, functions)  # type: ignore[arg-type]


@known_keywords
def powers(functions: Sequence[int] | None = None, *, p_min: object = None, b_max: object = None) -> Powers:
    """Powers from numbers of any kind; b_max = 1/p_min, in units 1/M.  Raises InputError."""
    if b_max is not None:
        if p_min is not None:
            raise InputError("b_max and p_min = 1/b_max are both given: drop one")
        reach = parse_rational(b_max, "b_max")
        if not reach > 1:
            raise InputError(f"b_max {shown(b_max)}: use a number above 1, in units 1/M")
        p_min = 1 / reach
    return Powers(functions, p_min)  # type: ignore[arg-type]


def _check_momenta(p_min: str | None, mu: str | None) -> None:
    if p_min is None and mu is None:
        raise InputError(
            "p-min is not given: an exact pole down to p = 0 with rho_J <= 2 leaves only G = 0; "
            "give the smallest momentum transfer, e.g. p_min = 0.1, or a regulator mu"
        )
    low, mass = (0.0 if text is None else as_float(parse_rational(text)) for text in (p_min, mu))
    if not (1e-10 <= low <= 0.8 or (low == 0 and 1e-4 <= mass <= 1)):
        raise InputError(f"p-min {low:g}, mu {mass:g}: use 1e-10 <= p-min <= 0.8, or p-min 0 with 1e-4 <= mu <= 1")
    if mass < 0 or mass > 10:
        raise InputError(f"mu {mass:g}: use 0 to 10, in units of the cutoff")


def _exact(value: object, what: str) -> str | None:
    """An exact number as text; None stays None."""
    return None if value is None else decimal_or_ratio(parse_rational(value, what))


def _short(text: str | None) -> str:
    return f"{as_float(parse_rational(text)):g}"
