"""HiGHS models as every program here uses them: silent, one thread, no scaling of its own, and stoppable."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import highspy
from highspy import cb

from solvers.deadline import checkpoint, passed

#: HiGHS's own scaling wrecks these programs: their rows come scaled already
_OPTIONS = {"threads": 1, "presolve": "off", "simplex_scale_strategy": 0, "small_matrix_value": 1e-12}
#: entries of a matrix from which a run is asked every iteration whether it should stop: an iteration then takes so
#: long that the question (20 microseconds) does not count, and smaller ones are over in a fraction of a second
_LONG_RUN = 100_000
_INTERRUPT = cb.HighsCallbackType.kCallbackSimplexInterrupt


class _Silent(highspy.Highs):  # type: ignore[misc]  # highspy has no types everywhere
    """Without the banner that highspy 1.16 prints to standard output when it enables its callbacks."""

    def enableCallbacks(self) -> None:
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()


def silent_model(**options: object) -> highspy.Highs:
    """An empty model with the options of this package, and those given."""
    model = _Silent()
    for name, value in {"output_flag": False, **_OPTIONS, **options}.items():
        model.setOptionValue(name, value)
    return model


def run(model: highspy.Highs) -> str:
    """Solve; the status of the model.  Ctrl-C and the deadline stop a long run at its next iteration."""
    checkpoint("linear program")
    if model.getNumNz() < _LONG_RUN:
        model.run()
    else:
        _run_stoppable(model)
    return str(model.modelStatusToString(model.getModelStatus()))


def _run_stoppable(model: highspy.Highs) -> None:
    with _interrupts_noted() as noted:

        def ask(kind: Any, message: str, told: Any, answer: Any, data: Any) -> None:
            # an exception would be lost in HiGHS
            if noted or passed():
                answer.user_interrupt = True

        model.setCallback(ask, None)
        model.startCallback(_INTERRUPT)
        try:
            model.run()
        finally:
            model.stopCallback(_INTERRUPT)
    checkpoint()


@contextmanager
def _interrupts_noted() -> Iterator[list[int]]:
    """Within it Ctrl-C is only noted, in the list, and is handled as ever afterwards."""
    noted: list[int] = []
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield noted
        return
    signal.signal(signal.SIGINT, lambda number, frame: noted.append(number))
    try:
        yield noted
    finally:
        signal.signal(signal.SIGINT, before)
        if noted:
            before(signal.SIGINT, None)
