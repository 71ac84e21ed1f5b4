"""Pairs of couplings whose one-loop terms are included."""

from __future__ import annotations

import re
from collections.abc import Iterable

from positivity.questions.couplings import Coupling, coupling_name, couplings_of_order, order_of, parse_coupling
from positivity.questions.errors import InputError, check_text, shown, whole_number

#: two couplings, lower order first
Pair = tuple[Coupling, Coupling]
#: of a list of pairs of couplings
_MAX_CHARACTERS = 1000


def in_order(first: Coupling, second: Coupling) -> Pair:
    """Two couplings as a pair."""
    low, high = sorted((first, second), key=lambda c: (order_of(c), c[1]))
    return low, high


def loop_pairs(order: int) -> list[Pair]:
    """All pairs of couplings with n_a + n_b up to `order`, lowest total order first.

    Raises InputError for an order below 4, that of g2^2, or above 60.
    """
    order = whole_number(order, "total order of a pair of couplings", 4, 60)
    couplings = [c for n in range(2, order - 1) for c in couplings_of_order(n)]
    pairs = [(a, b) for i, a in enumerate(couplings) for b in couplings[i:] if order_of(a) + order_of(b) <= order]
    return sorted(pairs, key=lambda pair: order_of(pair[0]) + order_of(pair[1]))


def pair_text(pair: Pair) -> str:
    """ "g2^2" or "g2 g4"."""
    first, second = (coupling_name(c) for c in pair)
    return f"{first}^2" if first == second else f"{first} {second}"


def pairs_text(pairs: Iterable[Pair]) -> str:
    """ "g2^2,g2g4" as documents keep it, "tree" for none."""
    return ",".join(pair_text(pair).replace(" ", "") for pair in pairs) or "tree"


def parse_pairs(text: str) -> tuple[Pair, ...]:
    """Read "g2^2,g2g3,g2 g4" as pairs; "tree" is the empty one.  Raises InputError."""
    if check_text(text, "loops", "'tree' or 'g2^2,g2g3'").strip() == "tree":
        return ()
    pairs: list[Pair] = []
    if len(text) > _MAX_CHARACTERS:
        raise InputError(f"loops {shown(text)}: use at most {_MAX_CHARACTERS} characters")
    for part in text.split(","):
        names = re.findall(r"g[0-9]{1,4}'*|g\[[0-9]{1,4},[0-9]{1,4}\]|\^2|\S", part)
        if len(names) != 2 or (names[1] == "^2") == names[1].startswith("g"):
            raise InputError(
                f"loops {shown(part.strip())}: write pairs of couplings such as g2^2,g2g3,g3^2,g2g4, or tree"
            )
        first = parse_coupling(names[0])
        second = first if names[1] == "^2" else parse_coupling(names[1])
        pair = in_order(first, second)
        if pair in pairs:
            raise InputError(f"loops {shown(text)}: {pair_text(pair)} is given twice, drop one")
        pairs.append(pair)
    return tuple(pairs)
