"""Mutants that no check can notice, each with its reason."""

from __future__ import annotations

from fnmatch import fnmatchcase

from tests.mutation.operators import Mutant

#: (file, function, statement, change) patterns -> reason
EQUIVALENT: dict[tuple[str, str, str, str], str] = {
    ("budget.py", "*", "*", "*"): "limits of time and memory: they only refuse, or are slow",
    ("costs.py", "*", "*", "*"): "estimates of time and memory: they only refuse, or are slow",
}


def reason_of(mutant: Mutant) -> str | None:
    """Why a mutant cannot be noticed, or None."""
    for (file, function, statement, change), reason in EQUIVALENT.items():
        if (
            mutant.file == file
            and fnmatchcase(mutant.function, function)
            and fnmatchcase(mutant.statement, statement.replace("[", "[[]"))
            and fnmatchcase(mutant.change, change.replace("[", "[[]"))
        ):
            return reason
    return None
