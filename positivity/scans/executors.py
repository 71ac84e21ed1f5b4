"""Where points are computed: in this process, in processes of our own, or on a given executor.

This module imports nothing heavy: workers load it before their number of threads is set.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from typing import Any

from positivity.questions.errors import InputError

#: seconds without a scheduler, and without any worker, after which a scan on dask ends
NO_SCHEDULER, NO_WORKER = 15.0, 120.0

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class Inline:
    """Computes at once in this process."""

    window = 1
    can_restart = False
    patience: float | None = None

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """A finished future; an interrupt passes through."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def trouble(self) -> str:
        """None."""
        return ""

    def drop(self, active: Iterable[Future[Any]]) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing to do."""

    kill = close


class Given:
    """An executor of the caller (dask, MPI, threads), which stays the caller's.

    Futures of a dask cluster that is gone never finish, so its state is looked at while waiting.
    """

    can_restart = False
    patience = 2.0

    def __init__(self, executor: Executor, jobs: int) -> None:
        # two points per worker in flight, so that none waits for the next one
        workers = int(getattr(executor, "_max_workers", 0) or 0)
        self.window = 2 * max(jobs, workers, 1)
        self._executor = executor
        #: of dask, None for others
        self._client = getattr(executor, "_client", None)
        self._since: float | None = None

    def trouble(self) -> str:
        """Why no answer will come any more; "" while one may."""
        status = getattr(self._client, "status", "running")
        if status == "running":
            if self._workers():
                self._since = None
                return ""
            what, limit = "the dask cluster has had no worker", NO_WORKER
        elif status == "connecting":
            what, limit = "the dask scheduler has not been heard of", NO_SCHEDULER
        else:
            return f"the connection to the dask scheduler is {status}"
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        return f"{what} for {limit:.0f} s" if now - self._since >= limit else ""

    def _workers(self) -> bool:
        known = getattr(self._client, "_scheduler_identity", None)
        if self._client is None or not isinstance(known, dict) or "workers" not in known:
            return True
        try:
            return bool(self._client.scheduler_info()["workers"])
        except Exception:  # not connected: the status tells next time
            return True

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Submit to the executor."""
        return self._executor.submit(function, *arguments)

    def drop(self, active: Iterable[Future[Any]]) -> None:
        """Cancel what waits."""
        for future in active:
            future.cancel()

    def close(self) -> None:
        """Leave it as it is."""

    kill = close


class Processes:
    """Spawned processes that ignore Ctrl-C, end with their parent, and can be started again."""

    can_restart = True
    patience: float | None = None

    def __init__(self, jobs: int) -> None:
        self.jobs, self.window = jobs, 2 * jobs
        self._last: list[Any] = []
        self._start()

    def _start(self) -> None:
        self._pool = ProcessPoolExecutor(self.jobs, multiprocessing.get_context("spawn"), prepare_worker)
        try:
            self.submit(os.getpid).result()
        except BrokenExecutor:
            raise InputError(
                "the worker processes do not start: call scan under `if __name__ == '__main__':`, or use jobs=1"
            ) from None
        except BaseException:
            self.kill()
            raise

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Submit to the pool, which may start another process for it."""
        with _without_interrupts():  # inherited: a worker that is still loading must not die of Ctrl-C
            return self._pool.submit(function, *arguments)

    def trouble(self) -> str:
        """None that the futures do not tell."""
        return ""

    def restart(self) -> None:
        """New processes after one died."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._start()

    def close(self) -> None:
        """Wait for the processes to end."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def kill(self) -> None:
        """End the processes now."""
        for process in self._workers():
            process.kill()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def drop(self, active: Iterable[Future[Any]]) -> None:
        """Cancel what waits.  By the pool: futures cancelled one by one trip it up if a process dies meanwhile."""
        self._last = self._workers()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _workers(self) -> list[Any]:
        """The processes, also after the pool has forgotten them."""
        return list((getattr(self._pool, "_processes", None) or {}).values()) or self._last


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Processes started within do not see Ctrl-C until they ask for it; this one sees it a moment later."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def prepare_worker() -> None:
    """One thread per worker, Ctrl-C left to the parent, and no orphans when the parent is killed."""
    for name in _THREADS:
        os.environ.setdefault(name, "1")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
