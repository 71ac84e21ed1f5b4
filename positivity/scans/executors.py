"""Where points are computed: in this process, in processes of our own, or on a given executor.

This module imports nothing heavy: workers load it before their number of threads is set.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from multiprocessing.connection import wait
from typing import Any

from positivity.errors import InputError

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Inline:
    """Computes at once in this process."""

    window = 1
    can_restart = False

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """A finished future; an interrupt passes through."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def close(self) -> None:
        """Nothing to do."""

    kill = close


class Given:
    """An executor of the caller (dask, MPI, threads), which stays the caller's."""

    can_restart = False

    def __init__(self, executor: Executor, jobs: int) -> None:
        # two points per worker in flight, so that none waits for the next one
        workers = int(getattr(executor, "_max_workers", 0) or 0)
        self.window = 2 * max(jobs, workers, 1)
        self._executor = executor

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Submit to the executor."""
        return self._executor.submit(function, *arguments)

    def close(self) -> None:
        """Leave it as it is."""

    kill = close


class Processes:
    """Spawned processes that ignore Ctrl-C, end with their parent, and can be started again."""

    can_restart = True

    def __init__(self, jobs: int) -> None:
        self.jobs, self.window = jobs, 2 * jobs
        self._start()

    def _start(self) -> None:
        self._pool = ProcessPoolExecutor(self.jobs, multiprocessing.get_context("spawn"), prepare_worker)
        try:
            self._pool.submit(os.getpid).result()
        except BrokenExecutor:
            raise InputError(
                "the worker processes do not start: call scan under `if __name__ == '__main__':`, or use jobs=1"
            ) from None

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Submit to the pool."""
        return self._pool.submit(function, *arguments)

    def restart(self) -> None:
        """New processes after one died."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._start()

    def close(self) -> None:
        """Wait for the processes to end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def kill(self) -> None:
        """End the processes now."""
        for process in list((getattr(self._pool, "_processes", None) or {}).values()):
            process.terminate()
        self._pool.shutdown(wait=False, cancel_futures=True)


def prepare_worker() -> None:
    """One thread per worker, Ctrl-C left to the parent, and no orphans when the parent is killed."""
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
