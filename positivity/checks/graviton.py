"""Is a theory with 8piG, g2 and g3 possible?  Excluded by a proved functional, or undecided: nothing shows it allowed.

The couplings are divided by 8piG.  A point is excluded by the bound on g2 or g3 alone, or by that on g3 at its g2,
whose functional is about both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flint import fmpq

from positivity.amplitudes.recession import endless
from positivity.answers.verdict import Verdict
from positivity.programs.gravity_question import CERTIFIED_FUNCTIONS, smearing_space
from positivity.programs.provable import attempt, proof_program
from positivity.questions.couplings import EIGHT_PI_G, Combination, combination_text, parse_combination
from positivity.questions.errors import InputError
from positivity.questions.graviton import low_side, ratio_problem
from positivity.questions.numbers import as_float, decimal_or_ratio, parse_rational
from positivity.questions.question import Problem
from positivity.questions.rules import Powers

_G2, _G3 = (1, 0), (0, 1)


def check_with_graviton(given: Mapping[str, object], words: Mapping[str, Any]) -> Verdict:
    """The verdict on {"8piG": 1, "g2": -20, ...}, values in units of M = 1; raises InputError."""
    parsed = [
        (parse_combination(name, graviton=True), parse_rational(v, "value of " + name)) for name, v in given.items()
    ]
    strength = next((value for left, value in parsed if left == EIGHT_PI_G), None)
    others = [(low_side(left, "coupling"), value) for left, value in parsed if left != EIGHT_PI_G]
    if strength is None or not strength > 0:
        raise InputError("8piG: give its value, positive, by itself; the other couplings are measured by it")
    if not others or len(others) > 2 or len(parsed) != len(others) + 1:
        raise InputError("couplings: beside 8piG give g2, g3, or one or two combinations of them")
    ratios = [(left, value / strength) for left, value in others]
    problem = ratio_problem(others[0][0], "8piG", words)
    found = _excluding(problem, ratios)
    texts = tuple((combination_text(left), decimal_or_ratio(value)) for left, value in parsed)
    rules = problem.rules
    assert isinstance(rules, Powers)
    if found is None:
        reason = (
            "no functional on A_2 improved that is proved excludes it, and no spectrum with a graviton pole is known "
            "that would show it allowed"
        )
        return Verdict(texts, problem.dimension, problem.order, "undecided", reason=reason, rules=rules)
    certificate, violation = found
    claim = {name: parse_rational(text) for name, text in certificate["claim"].items()}
    largest = max(abs(value) for value in claim.values())
    words_of = " ".join(f"{as_float(v / largest):+.8g}*{name}" for name, v in claim.items() if v != 0)
    said, short = f"{words_of.removeprefix('+')} >= 0", f"{as_float(violation * strength / largest):.8g}"
    return Verdict(
        texts, problem.dimension, problem.order, "excluded", certificate=certificate, claim=said, violation=short,
        rules=rules,
    )  # fmt: skip


def _excluding(problem: Problem, ratios: list[tuple[Combination, fmpq]]) -> tuple[Mapping[str, Any], fmpq] | None:
    """A certificate that the ratios violate, and what its claim is there over 8piG."""
    rules = problem.rules
    assert isinstance(rules, Powers)
    if any((rules.functions or ())[1:]):
        raise InputError("functions: certificates are for functions on A_2 alone, e.g. functions (9,)")
    counts = CERTIFIED_FUNCTIONS if rules.functions is None else rules.functions
    program = None
    for held, direction in _questions(ratios):
        if endless(direction, held, problem.dimension) is not None:
            continue
        program = program or proof_program(smearing_space(problem.dimension, counts, certify=True))
        try:
            certificate = attempt(program, direction, held).certificate
        except InputError:
            continue
        if certificate is not None:
            left = _at({name: parse_rational(text) for name, text in certificate["claim"].items()}, ratios)
            if left is not None and left < 0:
                return certificate, left
    return None


def _questions(
    ratios: list[tuple[Combination, fmpq]],
) -> Iterator[tuple[dict[str, fmpq], tuple[fmpq, fmpq]]]:
    """Lower bounds to look at in turn (held, direction): of each combination, then of g3 at the g2 of the point."""
    at = solved(ratios)
    for side in (-1, 1):
        for left, _ in ratios:
            yield {}, (-side * left.get(_G2, fmpq(0)), -side * left.get(_G3, fmpq(0)))
    if at is not None:
        for side in (-1, 1):
            yield {"g2": at[0]}, (fmpq(0), fmpq(-side))


def solved(ratios: list[tuple[Combination, fmpq]]) -> tuple[fmpq, fmpq] | None:
    """g2 and g3 over 8piG of two independent combinations; None for one."""
    if len(ratios) < 2:
        return None
    (first, x), (second, y) = ratios
    a, b, c, d = (left.get(key, fmpq(0)) for left in (first, second) for key in (_G2, _G3))
    determinant = a * d - b * c
    if determinant == 0:
        raise InputError("couplings: the two combinations are multiples of each other, drop one")
    return (x * d - b * y) / determinant, (a * y - c * x) / determinant


def _at(claim: Mapping[str, fmpq], ratios: list[tuple[Combination, fmpq]]) -> fmpq | None:
    """c_G + c_2 g2 + c_3 g3 over 8piG; None if the point does not determine it."""
    at = solved(ratios)
    if at is not None:
        return claim["8piG"] + claim["g2"] * at[0] + claim["g3"] * at[1]
    ((left, value),) = ratios
    key = next(iter(left))
    factor = {_G2: claim["g2"], _G3: claim["g3"]}[key] / left[key]
    same = all({_G2: claim["g2"], _G3: claim["g3"]}[k] == factor * left.get(k, fmpq(0)) for k in (_G2, _G3))
    return claim["8piG"] + factor * value if same else None
