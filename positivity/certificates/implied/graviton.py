"""Questions with the graviton: ends over 8piG, the largest 8piG itself, and verdicts that name it.

A proof says c_G 8piG + c_2 g2 + c_3 g3 >= 0 for every theory with 8piG >= 0, to leading order in G; what follows from
it is linear algebra with 8piG = 4 g[2,-1] as one more coupling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flint import fmpq

from positivity.certificates.implied.asked import combination, number, read_fixes, text
from positivity.certificates.implied.contents import check_consistent, check_end
from positivity.certificates.implied.ends import solve_columns
from positivity.certificates.implied.prover import Prover
from positivity.certificates.implied.statement import Statement
from positivity.questions.couplings import EIGHT_PI_G, GRAVITON, Combination, combination_text
from positivity.questions.errors import InputError
from positivity.questions.graviton import LOW_SIDE, check_smearing
from positivity.questions.numbers import parse_rational
from positivity.questions.question import Problem
from positivity.questions.rules import Powers, Splines, rules_from_dict
from solvers.verify import Proof, Refused
from solvers.verify import proof as proofs
from solvers.verify.document import integer
from solvers.verify.proof import number_text

_KEYS = {"coupling", "over", "dimension", "order", "fix", "density", "loops", "rules"}
_LAST_DIMENSION = 40
_SIDES = (("lower", -1), ("upper", 1))


@dataclass(frozen=True)
class RatioScope:
    """A question over 8piG, read: dimension, held (combination, ratio), and itself in words of this version."""

    problem: Problem
    fix: tuple[tuple[Combination, fmpq], ...]

    def text(self, proof: Proof) -> str:
        """The scope in words, from the proof and from what is held."""
        proved = str(proof).partition(" at M=1 in ")[2].replace(": ", ", ", 1)
        held = "".join(f", {combination_text(left)}/8piG = {number_text(value)}" for left, value in self.fix)
        return f"{proved}{held}"

    def ratio(self, target: str) -> str:
        """A bounded combination over 8piG."""
        return replace(self.problem, coupling=target).ratio


def has_rules(problem: Any) -> bool:
    """Whether a saved problem is about the graviton."""
    return isinstance(problem, Mapping) and "rules" in problem


def bound_statements(data: Mapping[str, Any], prover: Prover) -> list[Statement]:
    """What a saved bound with the graviton says and its certificates imply; raises Refused."""
    problem = data["problem"]
    if isinstance(_rules(problem), Splines):
        return _strength_statements(data, prover)
    if "cutoff_over_planck" in data:
        raise Refused("a ratio to 8piG says nothing of the cutoff over the Planck mass")
    scope = read_ratios(problem)
    target = combination(problem["coupling"], "coupling")
    statements = []
    for name, side in _SIDES:
        end = data[name]
        check_end(end, absolute=False)
        try:
            found = _end(end, scope, target, side, prover)
        except Refused as reason:
            raise type(reason)(f"{name} end: {reason}") from None
        statements += [found] if found else []
    if not statements:
        raise Refused("the bound holds no certificate")
    return statements


def _end(
    end: Mapping[str, Any], scope: RatioScope, target: Combination, side: int, prover: Prover
) -> Statement | None:  # fmt: skip
    if end["status"] == "certified":
        return end_statement(end, scope, target, side, prover)
    if end["status"] == "excluded":
        proof = prover.prove(end.get("certificate"))
        check_ratio_proof(proof, scope)
        # 8piG = s (what is <= 0) + sum l_i (held, zero) with s > 0, so 8piG <= 0
        if not solve_columns([_upper(proof), *_held(scope)], EIGHT_PI_G)[0] > 0:
            raise Refused("the certificate does not exclude the fixed values")
        return Statement("no theory has the fixed values", "", scope.text(proof))
    if end.get("certificate") is not None:
        raise Refused(f"an end that is {end['status']!r} holds a certificate")
    return None


def end_statement(
    end: Mapping[str, Any], scope: RatioScope, target: Combination, side: int, prover: Prover
) -> Statement:  # fmt: skip
    """The statement of a certified end over 8piG; raises Refused unless its value is implied."""
    proof = prover.prove(end.get("certificate"))
    check_ratio_proof(proof, scope)
    if not target or not set(target) <= set(LOW_SIDE):
        raise Refused("what is bounded over 8piG is a combination of g2 and g3")
    columns = [_upper(proof), *_held(scope), EIGHT_PI_G]
    factor, *rest = solve_columns(columns, {c: side * v for c, v in target.items()})
    if not factor > 0:
        raise Refused("the certificate bounds the other side")
    value = number(end["value"], "value")
    if (value - side * rest[-1]) * side < 0:
        raise Refused(f"the value {number_text(value)} is stronger than what its certificate proves")
    return Statement(scope.ratio(combination_text(target)), "<=" if side > 0 else ">=", scope.text(proof), value)


def read_ratios(problem: Any) -> RatioScope:
    """A saved question over 8piG; raises Refused."""
    _check_keys(problem, _KEYS)
    rules = _rules(problem)
    if not isinstance(rules, Powers):
        raise Refused("ratios to 8piG are bounded with powers of p")
    if problem["density"] != "positive" or problem["loops"] != "tree":
        raise Refused("ratios to 8piG are about rho_J >= 0 at tree level")
    if text(problem["over"], "over") != "8piG":
        raise Refused("the question with the graviton does not divide by 8piG")
    dimension = integer(problem["dimension"], "dimension", 4, _LAST_DIMENSION)
    if integer(problem["order"], "order", 1, 80) != rules.order:
        raise Refused(f"the low side of the improved sum rule is of order {rules.order}")
    fix = tuple((left, value) for left, (value, _) in read_fixes(problem["fix"], absolute=False))
    if any(not set(left) <= set(LOW_SIDE) for left, _ in fix):
        raise Refused("g2 and g3 may be held over 8piG, nothing else")
    check_consistent(tuple((left, (value, fmpq(0))) for left, value in fix), EIGHT_PI_G)
    check_smearing(dimension, rules)
    held = tuple((combination_text(left), number_text(value)) for left, value in fix)
    return RatioScope(Problem("g2", "8piG", dimension, rules.order, held, rules=rules), fix)


def check_same(problem: Any, wanted: Any) -> None:
    """Refuse a saved question over 8piG that differs from the one of a point in D or in what is held."""
    found, asked = read_ratios(problem), read_ratios(wanted)
    if found.problem.dimension != asked.problem.dimension:
        raise Refused("the result is for another question than its point: another dimension")
    if sorted(found.problem.fix) != sorted(asked.problem.fix):
        raise Refused("the result is for another question than its point: other fixed couplings")


def check_ratio_proof(proof: Proof, scope: RatioScope) -> None:
    """Raise Refused unless a proof is about the graviton in this dimension."""
    if proof.kind != proofs.GRAVITON:
        raise Refused("the certificate is of another kind: it knows no graviton")
    if proof.dimension != scope.problem.dimension:
        raise Refused(f"the certificate is for D={proof.dimension}, the question for D={scope.problem.dimension}")
    if scope.problem.dimension == 4:
        raise Refused("a certificate knows no p_min at which the pole is cut")


def claim_of(proof: Proof) -> Combination:
    """What a proof with the graviton says is >= 0, 8piG among its couplings."""
    pole = {GRAVITON: proof.graviton * EIGHT_PI_G[GRAVITON]} if proof.graviton != 0 else {}
    return dict(proof.claim) | pole


def _upper(proof: Proof) -> Combination:
    return {c: -value for c, value in claim_of(proof).items()}


def _held(scope: RatioScope) -> list[Combination]:
    """fix_i - f_i 8piG, which vanish."""
    return [left | {GRAVITON: -value * EIGHT_PI_G[GRAVITON]} for left, value in scope.fix]


def _strength_statements(data: Mapping[str, Any], prover: Prover) -> list[Statement]:
    """8piG Lambda^2 <= value, proved by a cutoff certificate; raises Refused."""
    problem, lower, upper = data["problem"], data["lower"], data["upper"]
    for end in (lower, upper):
        check_end(end, absolute=True)
        if end.get("natural") is not None or end.get("excluded") is not None:
            raise Refused("8piG is bounded in units of the cutoff, not of U")
    if lower["status"] in ("certified", "excluded") or upper["status"] == "excluded":
        raise Refused("a cutoff certificate is about the upper end of 8piG")
    if upper["status"] != "certified":
        raise Refused("the bound holds no certificate")
    proof, rules = prover.prove(upper.get("certificate")), _read_strength(problem)
    _check_cutoff(proof, rules)
    value = number(upper["value"], "value")
    if value < proof.bound:
        raise Refused(f"the value {number_text(value)} is stronger than what its certificate proves")
    if "cutoff_over_planck" in data and number(data["cutoff_over_planck"], "cutoff_over_planck") ** 2 < value:
        raise Refused("the cutoff over the Planck mass is below the root of the bound on 8piG")
    return [Statement("8piG Lambda^2", "<=", "; ".join(rules.words({}, "tree")), value)]


def _read_strength(problem: Mapping[str, Any]) -> Splines:
    _check_keys(problem, _KEYS | {"assumptions"})
    rules = _rules(problem)
    assert isinstance(rules, Splines)
    plain = problem["coupling"] == "8piG" and problem["over"] == "1" and not problem["fix"]
    if not plain or problem["dimension"] != 4 or isinstance(problem["dimension"], bool):
        raise Refused("a cutoff certificate is about 8piG itself in D = 4, nothing held")
    if integer(problem["order"], "order", 1, 80) != rules.order:
        raise Refused(f"the free contact terms of these rules are of order {rules.order} at most")
    if problem["density"] != "unitary" or problem["loops"] != "tree":
        raise Refused("a cutoff certificate is about 0 <= rho_J <= 2 at tree level")
    if problem.get("assumptions") != {"ceiling": "2"}:
        raise Refused("a cutoff certificate assumes 0 <= rho_J <= 2, the question another density")
    return rules


def _check_cutoff(proof: Proof, rules: Splines) -> None:
    """Refuse a proof that uses another sum rule, smaller momenta or fewer free contact terms than the question."""
    if proof.kind != proofs.CUTOFF or proof.momenta is None:
        raise Refused("the certificate is of another kind: it does not bound 8piG")
    if rules.k != (2,) or rules.forward or rules.mu not in (None, "0") or rules.p_min in (None, "0"):
        raise Refused("a cutoff certificate is about A_2 with free contact terms and an exact pole")
    if proof.momenta[0] < parse_rational(rules.p_min):
        raise Refused("the certificate uses momenta below p_min")
    if proof.contacts < (rules.contacts or 0):
        raise Refused(f"the certificate leaves {proof.contacts} contact terms free, the question more")


def _check_keys(problem: Any, keys: set[str]) -> None:
    if not isinstance(problem, Mapping) or set(problem) != keys:
        raise Refused("the problem has missing or unknown keys")


def _rules(problem: Mapping[str, Any]) -> Powers | Splines:
    try:
        return rules_from_dict(problem["rules"])
    except InputError as error:
        raise Refused("".join(c if c.isprintable() else "?" for c in str(error))[:200]) from None
