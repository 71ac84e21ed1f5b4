"""What must agree with an answer: its proof, its own evidence, other questions, and theories that are known.

Each check yields what contradicts, and what is only weaker than it could be with "weak: " in front.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import positivity
from positivity.answers.end import End
from positivity.questions.couplings import order_of, parse_combination
from positivity.sum_rules.forward import combination_functional
from positivity.sum_rules.null_constraints import null_constraints
from solvers.verify import Refused
from tests.exact import average
from tests.sweep.asking import ask
from tests.sweep.questions import Question
from tests.sweep.theories import positive_value, unitary_value

PROVED = ("certified", "excluded")
#: how far a numerical density or a rounded witness may lie outside, relative and absolute
_NOISE = 2e-7


def findings(question: Question, answer: Any) -> Iterator[str]:
    """All that contradicts an answer."""
    checks = {
        "bound": (proof, own_evidence, weaker_question, points, witness_of_bound),
        "check": (proof, verdict_evidence, witness_of_check),
        "region": (proof, witness_of_region, direction),
        "scan": (same_as_bound,),
        "gravity": (proof, more_functions),
    }[question.kind]
    skipped = None
    if question.family != "positive":
        # other questions of these families take seconds: one kind of them each time
        skipped = random.Random(f"checks {question.number}").choice([weaker_question, points])
    for check in checks:
        if check is not skipped:
            yield from check(question, answer)


def proof(question: Question, answer: Any) -> Iterator[str]:
    """What claims to be proved is proved again from its document."""
    data = json.loads(json.dumps(answer.to_dict()))
    if question.kind == "bound":
        claims = any(end.status in PROVED for _, end in answer.ends())
    elif question.kind == "region" and question.family != "loops":
        claims = bool(answer.certified)
    else:
        claims = answer.status in PROVED
    if claims:
        try:
            if not positivity.verify(data):
                yield "verify states nothing of a document that claims proofs"
        except Refused as refusal:
            yield f"verify refuses the document: {refusal}"


# the evidence that an answer carries


def own_evidence(question: Question, answer: Any) -> Iterator[str]:
    """No end lies inside its own spectrum; that of rho_J >= 0 obeys every null constraint and has the value."""
    low, high = answer.ends()[0][1], answer.ends()[1][1]
    if low.status == high.status == "certified" and not high.excluded and float(low.value) > float(high.value):
        yield f"proved ends in the wrong order: {low.value}, {high.value}"
    for side, end in answer.ends():
        if end.text is None or end.excluded or end.spectrum_value is None:
            continue
        sign = 1 if side == "upper" else -1
        value, reached = Fraction(end.text), Fraction(end.spectrum_value)
        if sign * (value - reached) < -_slack(question, reached):
            yield f"{side} end {end.text} inside its own spectrum {end.spectrum_value}"
        gap = sign * (value - reached)
        promised = Fraction(10) ** (1 - question.arguments["digits"]) * max(1, abs(reached))
        # absolute values are rounded in units of U
        unit = abs(value / Fraction(end.natural)) if end.natural and Fraction(end.natural) else 1
        if end.status == "certified" and gap > promised * max(1, unit) and "lower order" not in end.spectrum_note:
            yield f"weak: {side} end {end.text} is {float(gap):.1e} from its spectrum"
        if question.family == "positive" and end.spectrum:
            yield from spectrum(question, side, end)
        if question.family == "unitary":
            yield from density(question, side, end)


def _slack(question: Question, reached: Fraction) -> Fraction:
    exact = question.family == "positive"
    return Fraction(1, 10**12 if exact else 10**7) * max(1, abs(reached))


def spectrum(question: Question, side: str, end: End) -> Iterator[str]:
    """The states printed: averages by the rows of the verifier, which share no code with those of the solver."""
    given = question.arguments
    if any(state.limit or state.mass_squared == "inf" for state in end.spectrum):
        return
    digits = 2 - min(given["digits"], 10)

    def value(functional: Any) -> tuple[Fraction, Fraction]:
        total, size = Fraction(0), Fraction(0)
        for (j, power), factor in functional.items():
            one, terms = average(end.spectrum, j, power, given["dimension"])
            total += Fraction(str(factor)) * one
            size += abs(Fraction(str(factor))) * terms
        return total, size

    for state in end.spectrum:
        if Fraction(state.mass_squared) < 1 or Fraction(state.weight) < 0 or state.spin % 2:
            yield f"{side} spectrum has the state {state}"
    over = value(combination_functional(parse_combination(given["over"])))[0]
    expected = {given["coupling"]: Fraction(end.spectrum_value or 0)}
    complete = "further states" not in end.spectrum_note  # else those, far above the cutoff, meet what is fixed
    if complete:
        expected |= given["fix"]
    for name, ratio in expected.items():
        total, size = value(combination_functional(parse_combination(name)))
        if abs(total - over * Fraction(ratio)) > Fraction(10) ** digits * max(1, size):
            yield f"{side} spectrum has {name} = {float(total / over):.12g}, not {float(Fraction(ratio)):.12g}"
    order = given["order"] if complete and "lower order" not in end.spectrum_note else 0
    for null in null_constraints(order, given["dimension"]) if order >= 4 else ():
        total, size = value(dict(null.functional))
        if abs(total) > Fraction(10) ** digits * max(1, size):
            yield f"{side} spectrum violates the null constraint n={null.order}, j={null.j} by {float(total):.1e}"


def density(question: Question, side: str, end: End) -> Iterator[str]:
    """The density keeps to what is assumed of it."""
    assumed = question.arguments.get("assumptions", {})
    ceiling, last = Fraction(assumed.get("ceiling", "2")), assumed.get("last_spin")
    lightest = {gap["spin"]: float(Fraction(gap["mass_squared"])) for gap in assumed.get("gaps", [])}
    for step in end.density:
        if not -1e-9 <= step.density <= float(ceiling) + 1e-9 or not 0 <= step.low <= step.high:
            yield f"{side} density has the step {step}"
        if last is not None and (step.spin > last or step.spin == -1) and step.density > 1e-9:
            yield f"{side} density has spin {step.spin} above {last}"
        if step.spin in lightest and step.high > 1 / lightest[step.spin] + 1e-9 and step.density > 1e-9:
            yield f"{side} density of spin {step.spin} reaches below its gap: {step}"


def verdict_evidence(question: Question, answer: Any) -> Iterator[str]:
    """An exact spectrum has the couplings it is the example of."""
    if answer.status == "undecided" and not answer.reason:
        yield "undecided without a reason"
    if question.family != "positive" or not answer.spectrum:
        return
    states = answer.spectrum
    for name, value in question.arguments["couplings"].items():
        total = Fraction(0)
        for (j, power), factor in combination_functional(parse_combination(name)).items():
            total += Fraction(str(factor)) * average(states, j, power, answer.dimension)[0]
        if total != Fraction(value):
            yield f"the spectrum has {name} = {float(total):.12g}, not {value}"
    for null in null_constraints(answer.order, answer.dimension) if answer.order >= 4 else ():
        if sum(Fraction(str(f)) * average(states, j, r, answer.dimension)[0] for (j, r), f in null.functional) != 0:
            yield f"the spectrum violates the null constraint n={null.order}, j={null.j}"


# other questions


def _changed(question: Question, kind: str | None = None, **changes: Any) -> Question:
    arguments = {key: value for key, value in (question.arguments | changes).items() if value is not None}
    return Question(question.number, kind or question.kind, question.family, arguments)


def _orders(given: dict[str, Any]) -> int:
    """The lowest order that a question makes sense at."""
    named = [given["coupling"], *given["fix"], *([given["over"]] if given["over"] not in ("1", "U") else [])]
    return max(4, *(order_of(c) for name in named for c in parse_combination(name)))


def weaker(question: Question) -> list[tuple[str, Question]]:
    """Questions that assume less, whose ranges must hold this one's."""
    given, found = question.arguments, []
    lower = max(_orders(given), given["order"] - 2)
    if given.get("smeared"):
        return []
    if given["order"] > lower and "all" not in given.get("loops", ""):
        found.append(("lower order", _changed(question, order=lower)))
    dropped = {k: v for k, v in given["fix"].items() if k != given["over"] and k != "g2"}
    if dropped and question.family != "loops":
        rest = {k: v for k, v in given["fix"].items() if k != next(iter(dropped))}
        found.append(("fewer fixed", _changed(question, fix=rest)))
    if question.family == "positive" and given["dimension"] > 4:
        found.append(("one dimension less", _changed(question, dimension=given["dimension"] - 1)))
    if given.get("assumptions"):
        found.append(("no further assumptions", _changed(question, assumptions=None)))
    if given.get("density") == "unitary" and question.family == "loops":
        found.append(("rho_J >= 0", _changed(question, density="positive")))
    if question.family == "unitary" and given["fix"].keys() == {"g2"} and given["over"] == "g2":
        ratio = {"coupling": given["coupling"], "over": "g2", "fix": {}, "digits": given["digits"]}
        scope = {"order": given["order"], "dimension": given["dimension"]}
        found.append(("ratios with rho_J >= 0", Question(question.number, "bound", "positive", ratio | scope)))
    return found


def weaker_question(question: Question, answer: Any) -> Iterator[str]:
    """A question that assumes less has a range that holds this one."""
    found = weaker(question)
    if not found:
        return
    label, other = random.Random(f"weaker {question.number}").choice(found)
    for text in inside(question, answer, ask(other)):
        yield f"{text} [{label}: {other.arguments}]"


def inside(question: Question, strong: Any, weak: Any) -> Iterator[str]:
    """Each end of the first range, and what its spectrum reaches, inside the second range."""
    promised = 10.0 ** (1 - min(question.arguments["digits"], 9))
    for (side, end), (_, outer) in zip(strong.ends(), weak.ends(), strict=True):
        sign = 1 if side == "upper" else -1
        reached = end.spectrum_value is not None or end.status == "unbounded"
        if outer.status == "excluded" and reached:
            yield f"{side}: {end.status} where less assumed is excluded"
        if outer.status != "certified" or outer.excluded or end.excluded:
            continue
        if end.status == "unbounded":
            yield f"{side}: unbounded where less assumed gives {outer.value}"
        limit = float(outer.value or 0)
        unit = abs(limit / float(outer.natural)) if outer.natural and float(outer.natural) else 1.0
        scale = max(unit, abs(limit))
        reached = None if end.text is None or end.spectrum_value is None else float(end.spectrum_value)
        if reached is not None and sign * (reached - limit) > _NOISE * scale:
            yield f"{side}: a spectrum has {end.spectrum_value} where less assumed gives {outer.value}"
        if end.status == "certified" and sign * (float(end.text or 0) - limit) > 2 * promised * scale:
            yield f"{side}: {end.text} is weaker than {outer.value} of less assumed"


def points(question: Question, answer: Any) -> Iterator[str]:
    """`check` outside and inside of a certified range."""
    given = question.arguments
    low, high = answer.lower, answer.upper
    if given.get("smeared") or any(end.status != "certified" or end.excluded for end in (low, high)):
        return
    absolute = question.family != "positive"
    a, b = (float((end.natural if absolute else end.text) or 0) for end in (low, high))
    width = max(b - a, 1e-3 * abs(b), 1e-9)
    draw = random.Random(f"point {question.number}")
    outside = draw.choice([a - 0.05 * width, b + 0.05 * width])
    couplings = dict(given["fix"]) if absolute else {given["over"]: "1", **given["fix"]}
    kept = {key: given[key] for key in ("order", "dimension", "density", "loops", "assumptions") if key in given}
    for value, wrong in ((outside, "allowed"), (a + draw.uniform(0.3, 0.7) * (b - a), "excluded")):
        if wrong == "excluded" and b - a < 20 * 10.0 ** (1 - given["digits"]) * max(1e-3, abs(b)):
            continue  # what lies between may be what the ends are off by
        text = f"{value:.12f}U" if absolute else f"{value:.12f}"
        named = couplings | {given["coupling"]: text}
        asked = Question(question.number, "check", question.family, kept | {"couplings": named})
        try:
            verdict = ask(asked)
        except positivity.InputError as error:
            # what is asked may follow from what is fixed; with loops every coupling in them must be given
            if not any(word in str(error) for word in ("follows from", "given twice", "loops contain", "give ")):
                yield f"check of a point of the range refuses: {error}"
            return
        where = "outside" if wrong == "allowed" else "inside"
        if verdict.status == wrong:
            yield f"check says {verdict.status} {where} of [{a}, {b}]: {asked.arguments}"
        elif verdict.status == "undecided":
            yield f"weak: check is undecided {where} of [{a}, {b}]: {verdict.reason} {asked.arguments}"


def same_as_bound(question: Question, answer: Any) -> Iterator[str]:
    """Each row of a scan is the answer to the question of its point."""
    spec = answer.spec
    for row in answer.rows:
        request = spec.request(row["point"])
        kept = ("over", "order", "dimension", "fix", "digits", "density", "loops", "method", "smeared")
        asked = {"coupling": request["target"]} | {key: request[key] for key in kept}
        if "assumptions" in question.arguments:
            asked["assumptions"] = question.arguments["assumptions"]
        try:
            alone = ask(Question(question.number, "bound", question.family, asked))
        except positivity.InputError as error:
            if row["status"] != "failed" or row["reason"] != str(error):
                yield f"row {row['point']}: {row['status']}, alone: {error}"
            continue
        if "result" not in row:
            yield f"row {row['point']}: {row['reason']}, alone: {alone.lower.status}, {alone.upper.status}"
            continue
        for side, end in alone.ends():
            other = row["result"][side]
            if other["status"] != end.status:
                yield f"row {row['point']} {side}: {other['status']}, alone: {end.status}"
            elif end.text is not None:
                apart = abs(float(other["value"]) - float(end.text))
                if apart > 2e-7 * max(1, abs(float(end.text))):
                    yield f"row {row['point']} {side}: {other['value']}, alone: {end.text}"


def direction(question: Question, answer: Any) -> Iterator[str]:
    """A half-plane of a region is the range of the combination along its normal."""
    if question.family == "loops":
        return
    planes = [plane for plane in answer.half_planes if plane.end.text is not None]
    if not planes:
        return
    plane = random.Random(f"plane {question.number}").choice(planes)
    along: dict[tuple[int, int], Fraction] = {}
    for weight, name in zip(plane.normal, (answer.x, answer.y), strict=True):
        for coupling, factor in parse_combination(name).items():
            along[coupling] = along.get(coupling, Fraction(0)) + Fraction(weight) * Fraction(str(factor))
    coupling = {key: value for key, value in along.items() if value}
    changes = {"x": None, "y": None, "points": None, "coupling": coupling, "over": answer.problem.over}
    end = ask(_changed(question, "bound", **changes)).upper
    if end.status != plane.end.status:
        yield f"half-plane {plane.normal}: {plane.end.status}, its bound: {end.status}"
    elif abs(float(end.text) - float(plane.end.text)) > 3e-7 * max(1, abs(float(end.text))):
        yield f"half-plane {plane.normal}: {plane.end.text}, its bound: {end.text}"


def more_functions(question: Question, answer: Any) -> Iterator[str]:
    """The proved value lies below that of the linear program with the same and more functions."""
    if not question.arguments["certify"] or answer.status != "certified":
        return
    if question.arguments["dimension"] >= 9:
        return  # other powers of p
    more = {"functions": [question.arguments["functions"][0] + 1, 4], "certify": False}
    best = ask(_changed(question, **more))
    if answer.alpha < best.alpha - 1e-6 * abs(best.alpha):
        yield f"proved {answer.alpha}, more functions only {best.alpha}"


# theories that are known


def _known_value(question: Question, name: str) -> float:
    """Of the witness: a ratio to `over`, or absolute in units of U."""
    given, witness = question.arguments, question.witness
    if question.family == "positive":
        over = positive_value(witness, given["dimension"], given["over"])
        return float(positive_value(witness, given["dimension"], name) / over)
    return unitary_value(witness, given["dimension"], name)


def witness_of_bound(question: Question, answer: Any) -> Iterator[str]:
    """The known theory lies in the range."""
    if question.witness is None:
        return
    value = _known_value(question, question.arguments["coupling"])
    for side, end in answer.ends():
        sign = 1 if side == "upper" else -1
        if end.status in ("excluded", "no theory"):
            yield f"{side} end: {end.status}, but a known theory has what is fixed"
        text = end.text if question.family == "positive" else end.natural
        if text is None or end.excluded:
            continue
        if sign * (value - float(text)) > _NOISE * max(1e-3, abs(value)):
            yield f"{side} end {text} excludes a known theory with {value:.12g}"


def witness_of_check(question: Question, answer: Any) -> Iterator[str]:
    """The known theory is allowed."""
    if question.witness is not None and answer.status == "excluded":
        yield "a known theory with these couplings is excluded"
    if question.witness is not None and answer.status == "undecided":
        yield f"weak: a known theory is undecided: {answer.reason}"


def witness_of_region(question: Question, answer: Any) -> Iterator[str]:
    """The known theory lies in every half-plane."""
    if question.witness is None:
        return
    at = [_known_value(question, name) for name in (answer.x, answer.y)]
    for plane in answer.half_planes:
        a, b, height = plane.line
        if a * at[0] + b * at[1] > height + _NOISE * max(1e-3, abs(height)):
            yield f"half-plane {plane.normal} <= {height} excludes a known theory at {at}"
