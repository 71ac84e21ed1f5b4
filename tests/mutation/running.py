"""Runs the checks against mutants, each in a process of its own with limits of time and memory.

python -m tests.mutation.running [--sample N] [--file NAME] [--part I/N] prints one JSON line for each mutant.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import resource
import select
import signal
import sys
import time
from types import SimpleNamespace
from typing import Any

from tests.mutation.battery import CHECKS, Check
from tests.mutation.equivalent import reason_of
from tests.mutation.loading import Copies, all_mutants
from tests.mutation.operators import Mutant

#: estimates from measured constants, right within a factor: they only refuse, or are slow
NOT_MUTATED = ("costs.py",)
#: seconds of processor time and bytes a mutant may use before it counts as noticed; a busy machine is no reason
LIMIT_SECONDS, LIMIT_MEMORY = 10, 2_000_000_000
#: seconds on the clock, for one that sleeps
_LIMIT_CLOCK = 30.0 * LIMIT_SECONDS


def noticed_by(v: SimpleNamespace, file: str) -> str | None:
    """The first check that fails on a copy of the verifier, those of its file first, or None."""
    for check in ordered(file):
        try:
            check.run(v)
        except Exception as failure:
            return f"{check.name}: {type(failure).__name__} {str(failure)[:60]}"
    return None


def ordered(file: str) -> list[Check]:
    """The checks that can see a change of this file, the most direct first."""
    return sorted((c for c in CHECKS if file in c.files), key=lambda c: c.files.index(file))


def run(copies: Copies, mutant: Mutant) -> str | None:
    """How a mutant is noticed, or None: in a child process, so that it may hang or take all memory."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with contextlib.suppress(BaseException):
            _in_child(copies, mutant, writing)
        os._exit(0)
    os.close(writing)
    ready, _, _ = select.select([reading], [], [], _LIMIT_CLOCK)
    answer = os.read(reading, 4096).decode() if ready else "too slow"
    os.close(reading)
    os.kill(child, signal.SIGKILL)
    _, state = os.waitpid(child, 0)
    if os.WIFSIGNALED(state) and os.WTERMSIG(state) == signal.SIGXCPU:
        return "too slow"
    return None if answer == "survived" else answer or "crashed"


def _in_child(copies: Copies, mutant: Mutant, writing: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_MEMORY, LIMIT_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (LIMIT_SECONDS, 2 * LIMIT_SECONDS))
    try:
        answer = noticed_by(copies.load(mutant), mutant.file) or "survived"
    except Exception as failure:
        answer = f"loading: {type(failure).__name__}"
    os.write(writing, answer.encode()[:4000])


def chosen(copies: Copies, sample: int | None, file: str | None) -> list[Mutant]:
    """All mutants, or a sample that depends on nothing but their texts, without those known to be equivalent."""
    found = [m for m in all_mutants(copies.sources) if m.file not in NOT_MUTATED and file in (None, m.file)]
    if sample is None:
        return found
    return sorted((m for m in found if reason_of(m) is None), key=_digest)[:sample]


def _digest(mutant: Mutant) -> bytes:
    text = "|".join((mutant.file, mutant.function, mutant.statement, mutant.change))
    return hashlib.sha256(text.encode()).digest()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--file")
    parser.add_argument("--part", default="0/1", help="i/n: every n-th mutant from the i-th, to share the work")
    given = parser.parse_args(arguments)
    first, step = (int(n) for n in given.part.split("/"))
    copies = Copies()
    genuine: dict[str, Any] = {"mutant": "none", "noticed": noticed_by_any(copies, given.file)}
    print(json.dumps(genuine), flush=True)
    for mutant in chosen(copies, given.sample, given.file)[first::step]:
        start = time.perf_counter()
        noticed = run(copies, mutant)
        line = {
            "mutant": str(mutant),
            "noticed": noticed,
            "equivalent": reason_of(mutant),
            "seconds": round(time.perf_counter() - start, 3),
        }
        print(json.dumps(line), flush=True)
    return 0


def noticed_by_any(copies: Copies, file: str | None = None) -> str | None:
    """What fails on the genuine verifier: nothing may."""
    v = copies.load()
    for check in CHECKS if file is None else ordered(file):
        try:
            check.run(v)
        except Exception as failure:
            return f"{check.name}: {type(failure).__name__} {failure}"
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
