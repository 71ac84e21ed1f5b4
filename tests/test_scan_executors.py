"""The rows of a scan do not depend on the executor, and its troubles are told."""

import concurrent.futures
import os
import signal
import sys

import pytest

import positivity
from positivity.scans import executors
from tests.scan_helpers import BOUNDS, ROOT, cheap, rows_of


def test_processes_give_the_same_rows(scanned, tmp_path):
    path = tmp_path / "two.jsonl"
    positivity.scan(BOUNDS, path, jobs=2)
    assert rows_of(path) == rows_of(scanned[1])


def test_a_thread_pool_of_the_caller(scanned):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        found = positivity.scan(BOUNDS, executor=pool, jobs=2)
        assert pool.submit(int).result() == 0, "the executor stays open"
    assert [row["result"] for row in found.rows if "result" in row] == [
        row["result"] for row in scanned[0].rows if "result" in row
    ]


def test_dask_survives_the_loss_of_a_worker(tmp_path):
    distributed = pytest.importorskip("dask.distributed")
    import dask

    spec, path = cheap("slow", 60), tmp_path / "s.jsonl"
    quiet = {"distributed.logging.distributed": "critical", "distributed.worker.profile.enabled": False}
    with (
        dask.config.set(quiet),
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):  # fmt: skip
        killed = []

        def progress(done, total, failed, final):
            if done == 10 and not killed:
                killed.append(next(iter(client.run(os.getpid).values())))
                os.kill(killed[0], signal.SIGKILL)

        client.run(sys.path.insert, 0, str(ROOT))
        client.register_plugin(_path_plugin(distributed))
        scan = positivity.scan(spec, path, executor=client.get_executor(), jobs=2, progress=progress)
    assert killed and scan.complete and scan.counts == {"done": 60}
    assert sorted(int(row["value"]) for row in rows_of(path).values()) == [k * k for k in range(60)]


def _path_plugin(distributed):
    class Path_(distributed.WorkerPlugin):
        def setup(self, worker):
            if str(ROOT) not in sys.path:
                sys.path.insert(0, str(ROOT))

    return Path_()


def test_an_executor_that_breaks_down_is_reported(tmp_path):
    class Broken(concurrent.futures.Executor):
        def submit(self, function, *arguments):
            raise concurrent.futures.BrokenExecutor

    with pytest.raises(positivity.InputError, match="broke down"):
        positivity.scan(cheap(points=3), tmp_path / "s.jsonl", executor=Broken())


def test_an_executor_that_is_shut_down_loses_nothing(tmp_path):
    path, pool = tmp_path / "s.jsonl", concurrent.futures.ThreadPoolExecutor(1)

    def progress(done, total, failed, final):
        if done == 5:
            pool.shutdown(wait=False)

    with pytest.raises(positivity.InputError, match="takes no more points"):
        positivity.scan(cheap(points=40), path, executor=pool, progress=progress)
    assert 5 <= len(rows_of(path)) < 40 and {row["status"] for row in rows_of(path).values()} == {"done"}
    assert positivity.scan(cheap(points=40), path, resume=True).counts == {"done": 40}


def test_other_versions_in_a_worker_stop_the_scan(tmp_path, monkeypatch):
    class Old(concurrent.futures.Executor):
        def submit(self, function, request):
            return executors.Inline().submit(function, {**request, "versions": {"numpy": "0"}})

    with pytest.raises(positivity.InputError, match="same versions everywhere"):
        positivity.scan(cheap(points=3), tmp_path / "s.jsonl", executor=Old())
