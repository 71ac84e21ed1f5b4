"""Contacts of a program on a grid that are one contact of its continuum."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import fmpq

from solvers.exchange import Contact, Exchange, ExchangeResult


def clusters(exchange: Exchange, result: ExchangeResult, weights: Sequence[fmpq]) -> list[tuple[int, float, float]]:
    """(spin, s, weight) of the contacts, those of one spin with no hill between them being one."""
    values = exchange.slack_function(result, [float(w) for w in weights])
    groups: list[list[Contact]] = []
    for contact in sorted(result.contacts, key=lambda a: (a.spin, a.s)):
        last = groups[-1][-1] if groups else None
        if last and last.spin == contact.spin and _same_valley(values, last, contact):
            groups[-1].append(contact)
        else:
            groups.append([contact])
    merged = []
    for group in groups:
        total = sum(a.weight for a in group)
        merged.append((group[0].spin, sum(a.s * a.weight for a in group) / total, total))
    return merged


def _same_valley(values: Callable[[int, float], float], a: Contact, b: Contact) -> bool:
    """Whether the functional does not rise between two contacts of one spin."""
    between = values(a.spin, (a.s + b.s) / 2)
    return between <= 2 * max(values(a.spin, a.s), values(b.spin, b.s), 1e-15)
