"""Asking a question, and what its answer says in a few words."""

from __future__ import annotations

from typing import Any

import positivity
from positivity.questions.density import Assumptions
from tests.sweep.questions import Question

#: statuses that are a proof, or an answer with evidence
ANSWERED = ("certified", "unbounded", "excluded", "numerical", "no theory", "not sought", "allowed")


def ask(question: Question) -> Any:
    """The answer: a result object of the package."""
    given = dict(question.arguments)
    if question.kind == "scan":
        assumed = given.get("assumptions", {})
        if "gaps" in assumed:  # a specification has pairs
            pairs = [[gap["spin"], gap["mass_squared"]] for gap in assumed["gaps"]]
            given["assumptions"] = assumed | {"gaps": pairs}
        return positivity.scan(given)
    if "assumptions" in given:
        given["assumptions"] = Assumptions.from_dict({"ceiling": "2"} | given["assumptions"])
    if question.kind == "gravity":
        return positivity.gravity_bound(**given | {"direction": tuple(given["direction"])})
    return {"bound": positivity.bound, "check": positivity.check, "region": positivity.region}[question.kind](**given)


def statuses(question: Question, answer: Any) -> list[tuple[str, str]]:
    """(status, reason) of every part of an answer."""
    if question.kind == "bound":
        return [(end.status, end.reason) for _, end in answer.ends()]
    if question.kind == "region" and question.family != "loops":
        return [(plane.end.status, plane.end.reason) for plane in answer.half_planes]
    if question.kind == "scan":
        return [(row["status"], row["reason"]) for row in answer.rows]
    return [(answer.status, answer.reason)]
