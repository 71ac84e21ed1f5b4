"""The loop of a scan: submit points, record rows, bisect boundaries, survive interrupts."""

from __future__ import annotations

import os
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from positivity.answers.records import SCAN_SCHEMA, Records, Unrecorded
from positivity.answers.scan import Scan
from positivity.questions.errors import InputError, check_time_limit, known_keywords
from positivity.questions.scans.plan import Boundary, Chain, Place, answer_class, chains, coarse_places
from positivity.questions.scans.spec import ScanSpec, digest
from positivity.scans.executors import Given, Inline, Processes
from positivity.scans.tasks import WorkerMismatch, evaluate, own_versions, prepare

#: times a point is tried whose worker was lost
ATTEMPTS = 3

#: seconds between two looks at what is still running after Ctrl-C
_POLL = 0.1

Report: TypeAlias = Callable[[int, int, int, bool], None]
Output: TypeAlias = str | os.PathLike[str] | None
Backend: TypeAlias = Inline | Given | Processes


@known_keywords
def scan(
    spec: str | os.PathLike[str] | Mapping[str, Any] | ScanSpec,
    output: Output = None,
    *,
    jobs: int = 1,
    executor: Executor | None = None,
    resume: bool = False,
    progress: Report | None = None,
    time_limit: float | None = None,
) -> Scan:
    """Answer a question at every point of a grid of couplings.

    spec: a TOML file, a dictionary or a ScanSpec (format in docs/howto/scan.md); couplings in units
    of the cutoff M = 1.  output: JSONL file to which every finished point is appended and synced,
    so that an interrupt, a kill or a full disk loses at most the points in flight; resume=True
    goes on with it.  jobs: worker processes (1: this process).  executor: any
    concurrent.futures.Executor instead, e.g. dask's Client.get_executor(); jobs is then the
    number of its workers.  progress: called with (recorded, total, without an answer, final).
    time_limit: seconds after which no new point is begun, as after one Ctrl-C.

    Neighbouring points of tree-level bounds with rho_J >= 0 start each other; rows depend on
    the specification and the versions only, not on jobs, order of execution or interruptions.

    Returns a Scan (complete=False after Ctrl-C or the time limit).  A point that fails is a row with its reason.
    Raises InputError for a specification that makes no sense, a file of another specification or
    other versions, or a disk that refuses.
    """
    if isinstance(jobs, bool) or not isinstance(jobs, int) or not 1 <= jobs <= 1024:
        raise InputError(f"jobs {jobs!r}: use an integer from 1 to 1024")
    if resume and output is None:
        raise InputError("resume needs the output file of the interrupted scan")
    check_time_limit(time_limit)
    asked = spec if isinstance(spec, ScanSpec) else ScanSpec.read(spec)
    prepare(asked.request(asked.values(coarse_places(asked)[0])))
    run = _Run(asked, progress or (lambda done, total, failed, final: None), time_limit)
    with _records(output, run.header, resume) as records, _backend(jobs, executor) as backend:
        run.start(records)
        complete = run.work(backend)
    return Scan(asked, run.sorted_rows(), own_versions(), complete)


@contextmanager
def _records(
    output: str | os.PathLike[str] | None, header: Mapping[str, Any], resume: bool
) -> Iterator[Records | Unrecorded]:
    if output is None:
        yield Unrecorded()
        return
    records = Records(output, header, resume)
    try:
        yield records
    finally:
        records.close()


@contextmanager
def _backend(jobs: int, executor: Executor | None) -> Iterator[Backend]:
    backend: Backend = Given(executor, jobs) if executor is not None else Processes(jobs) if jobs > 1 else Inline()
    try:
        yield backend
    except BaseException:
        backend.kill()
        raise
    else:
        backend.close()


def _is_lost(future: Future[Any]) -> bool:
    return future.cancelled() or future.exception() is not None


@dataclass
class _Task:
    """The next point of a chain, and what the one before hands on."""

    chain: Chain
    position: int
    contacts: Sequence[Any] = ()
    attempts: int = 0

    @property
    def place(self) -> Place:
        return self.chain.places[self.position]


class _Run:
    """State of one scan."""

    def __init__(self, spec: ScanSpec, progress: Report, time_limit: float | None) -> None:
        self.spec, self.progress = spec, progress
        self._deadline = None if time_limit is None else time.monotonic() + time_limit
        self.header = {"schema": SCAN_SCHEMA, "spec": spec.to_dict(), "versions": own_versions(), "scope": spec.scope}
        # rows stay in the file: memory must not grow with them
        self.answers: dict[Place, str] = {}
        self._places: dict[Place, int] = {}
        self._records: Records | Unrecorded = Unrecorded()
        self.total, self._failed = spec.count, 0
        self._spec_digest = digest({"spec": self.header["spec"], "versions": self.header["versions"]})

    def start(self, records: Records | Unrecorded) -> None:
        """Take over what is recorded already."""
        self._records = records

    def key(self, place: Place) -> str:
        """Hash of the inputs of a point, of the scan it belongs to, and of the versions."""
        # neighbours start each other, so the grid is an input too
        return digest({"scan": self._spec_digest, "request": self.spec.request(self.spec.values(place))})

    def work(self, backend: Backend) -> bool:
        """All rounds; False if interrupted."""
        places, boundary = coarse_places(self.spec), Boundary(self.spec) if self.spec.adaptive else None
        while places:
            self.total = len(self.answers) + len(places)
            try:
                self._round(backend, chains(self.spec, places))
            except KeyboardInterrupt:
                self._report(final=True)
                return False
            places = boundary.next_places(self.answers) if boundary else []
        self._report(final=True)
        return True

    def sorted_rows(self) -> Sequence[Mapping[str, Any]]:
        """Rows by place."""
        return self._records.stored([self._places[place] for place in sorted(self._places)])

    def _round(self, backend: Backend, every: Sequence[Chain]) -> None:
        ready = deque(task for chain in every if (task := self._next(chain, 0)) is not None)
        suspects: deque[_Task] = deque()
        active: dict[Future[Any], _Task] = {}
        try:
            while ready or suspects or active:
                # points that were in flight when a worker died run alone, so that blame is exact
                limit, queue = (1, suspects) if suspects else (backend.window, ready)
                while queue and len(active) < limit:
                    task = queue.popleft()
                    active[self._submit(backend, task)] = task
                self._collect(backend, active, ready, suspects)
                if self._time_left() == 0:
                    raise KeyboardInterrupt
        except KeyboardInterrupt:
            self._drain(backend, active)
            raise

    def _time_left(self) -> float | None:
        return None if self._deadline is None else max(self._deadline - time.monotonic(), 0)

    def _next(self, chain: Chain, position: int, contacts: Sequence[Any] = ()) -> _Task | None:
        """The first point of a chain from `position` on that is not recorded; contacts: of the one before."""
        for k in range(position, len(chain.places)):
            offset = self._records.offsets.get(self.key(chain.places[k]))
            if offset is None:
                return _Task(chain, k, contacts)
            row = self._records.row(offset)
            contacts = row.get("contacts") or ()
            self._keep(chain.places[k], row, offset)
        return None

    def _submit(self, backend: Backend, task: _Task) -> Future[Any]:
        request = self.spec.request(self.spec.values(task.place)) | {"versions": self.header["versions"]}
        if task.position:
            request["contacts"] = list(task.contacts)
        try:
            return backend.submit(evaluate, request)
        except BrokenExecutor as error:
            future: Future[Any] = Future()
            future.set_exception(error)
            return future
        except Exception as error:  # shut down by its owner; dask has classes of its own for that
            raise InputError(f"the executor takes no more points ({error}): go on with resume and a new one") from error

    def _collect(
        self, backend: Backend, active: dict[Future[Any], _Task], ready: deque[_Task], suspects: deque[_Task]
    ) -> None:
        """Record what is finished; a chain goes on with its next point at once."""
        patience = min((s for s in (backend.patience, self._time_left()) if s is not None), default=None)
        done, _ = wait(active, patience, return_when=FIRST_COMPLETED)
        if (not done or any(map(_is_lost, done))) and (trouble := backend.trouble()):
            raise InputError(f"{trouble}: what is recorded is safe, go on with resume and a new cluster")
        lost: list[tuple[_Task, BaseException]] = []
        for future in done:
            task = active.pop(future)
            error = CancelledError() if future.cancelled() else future.exception()
            if isinstance(error, WorkerMismatch | KeyboardInterrupt):
                raise error
            if error is not None:
                lost.append((task, error))
                continue
            following = self._record(task, future.result())
            if following is not None:
                ready.appendleft(following)
        if lost:
            self._lost(backend, active, lost, ready, suspects)

    def _lost(
        self,
        backend: Backend,
        active: dict[Future[Any], _Task],
        lost: list[tuple[_Task, BaseException]],
        ready: deque[_Task],
        suspects: deque[_Task],
    ) -> None:
        """Workers died: try their points again, alone; give up on one after ATTEMPTS."""
        if any(isinstance(error, BrokenExecutor) for _, error in lost):
            if not backend.can_restart:
                raise InputError("the executor broke down: start a new one and go on with resume") from lost[0][1]
            lost += [(task, lost[0][1]) for task in active.values()]
            active.clear()
            assert isinstance(backend, Processes)
            backend.restart()
        alone = len(lost) == 1
        for task, error in lost:
            task.attempts += alone
            if task.attempts < ATTEMPTS:
                suspects.append(task)
                continue
            reason = f"the worker was lost {ATTEMPTS} times (killed, or out of memory?): {error!r}"
            following = self._record(task, {"status": "failed", "reason": reason, "seconds": 0.0})
            if following is not None:
                ready.appendleft(following)

    def _record(self, task: _Task, row: Mapping[str, Any]) -> _Task | None:
        point = self.spec.values(task.place)
        whole = {"key": self.key(task.place), "point": point, **row}
        self._keep(task.place, whole, self._records.append(whole))
        return self._next(task.chain, task.position + 1, row.get("contacts") or ())

    def _drain(self, backend: Backend, active: dict[Future[Any], _Task]) -> None:
        """After Ctrl-C: what is being computed is recorded, what waits is dropped; a second one ends all at once."""
        try:
            backend.drop(active)
            while active:
                # a future that was cancelled wakes nobody
                wait(active, _POLL, return_when=FIRST_COMPLETED)
                done = [future for future in active if future.done()]
                if not done and backend.trouble():
                    return
                for future in done:
                    task = active.pop(future)
                    if not _is_lost(future):
                        self._record(task, future.result())
        except KeyboardInterrupt:
            backend.kill()

    def _keep(self, place: Place, row: Mapping[str, Any], offset: int) -> None:
        if place not in self.answers:
            self._failed += row["status"] == "failed"
        self.answers[place], self._places[place] = sys.intern(answer_class(row)), offset
        self._report()

    def _report(self, final: bool = False) -> None:
        self.progress(len(self.answers), self.total, self._failed, final)
