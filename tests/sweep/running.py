"""Asking many questions in a process of their own, which is ended where an answer takes too long."""

from __future__ import annotations

import signal
import time
import traceback
import warnings
from collections.abc import Iterator
from multiprocessing import get_context
from typing import Any

from positivity.questions.errors import InputError
from tests.sweep.agreement import findings
from tests.sweep.asking import ask, statuses
from tests.sweep.questions import Question

#: seconds of processor time for an answer, and for all that it is compared with; and how much longer a clock may run
LIMIT, CHECK_LIMIT, _LOADED = 60.0, 120.0, 20.0


def answered(question: Question) -> tuple[dict[str, Any], Any]:
    """The record of one answer, and the answer (None if there is none)."""
    started, used = time.perf_counter(), time.process_time()
    record: dict[str, Any] = question.to_dict() | {"contradictions": [], "weak": []}
    answer = None
    try:
        answer = ask(question)
        found = statuses(question, answer)
        record |= {"statuses": [status for status, _ in found], "reasons": sorted({r for _, r in found if r})}
    except InputError as error:
        record |= {"statuses": ["refused"], "reasons": [str(error)]}
    except Exception:
        record |= {"statuses": ["error"], "reasons": [], "contradictions": [traceback.format_exc()]}
    seconds, processor = time.perf_counter() - started, time.process_time() - used
    return record | {"seconds": round(seconds, 3), "processor": round(processor, 3)}, answer


def checked(question: Question, answer: Any) -> Iterator[str]:
    """What contradicts an answer; an error in a comparison is one too."""
    try:
        yield from findings(question, answer)
    except Exception:
        yield traceback.format_exc()


def enter(record: dict[str, Any], text: str) -> None:
    """A finding into the record of its answer."""
    record["weak" if text.startswith("weak: ") else "contradictions"].append(text.removeprefix("weak: "))


def _work(connection: Any) -> None:
    warnings.simplefilter("error")
    while True:
        question = Question(**connection.recv())
        # SIGPROF ends the process
        signal.setitimer(signal.ITIMER_PROF, LIMIT)
        record, answer = answered(question)
        connection.send(("answer", record))
        signal.setitimer(signal.ITIMER_PROF, CHECK_LIMIT)
        if answer is not None:
            for text in checked(question, answer):
                connection.send(("finding", text))
        connection.send(("done", None))


class Asker:
    """One worker process, started anew after an answer that took too long."""

    def __init__(self) -> None:
        self._process: Any = None

    def record(self, question: Question) -> dict[str, Any]:
        """The record of one question."""
        if self._process is None:
            self._connection, other = get_context("spawn").Pipe()
            self._process = get_context("spawn").Process(target=_work, args=(other,), daemon=True)
            self._process.start()
            other.close()
        self._connection.send(question.to_dict())
        record: dict[str, Any] = {}
        deadline = time.monotonic() + _LOADED * (LIMIT + CHECK_LIMIT)
        while self._connection.poll(max(0.0, deadline - time.monotonic())):
            try:
                kind, content = self._connection.recv()
            except EOFError:
                break
            if kind == "done":
                return record
            if kind == "answer":
                record = content
            else:
                enter(record, content)
        return _stopped(question, record, self.close())

    def close(self) -> str:
        """End the process; how it had ended before."""
        if self._process is None:
            return ""
        self._process.join(1.0)
        code = self._process.exitcode
        self._process.kill()
        self._process.join()
        self._process = None
        return "no answer in time" if code in (None, -signal.SIGPROF) else f"the process died ({code})"


def _stopped(question: Question, record: dict[str, Any], how: str) -> dict[str, Any]:
    """A record without an answer, or without all its comparisons."""
    if record:
        return record | {"unchecked": how}
    timing = {"seconds": LIMIT, "processor": LIMIT, "statuses": [how], "reasons": []}
    return question.to_dict() | timing | {"contradictions": [how] if "died" in how else [], "weak": []}
