"""Scans on dask and MPI: a cluster that is gone ends the scan, with its rows on disk."""

import shutil
import subprocess
import sys
import time

import pytest

import positivity
from positivity.scans import executors
from tests.scan_helpers import ROOT, cheap, environment, rows_of

QUIET = {
    "distributed.logging.distributed": "critical",
    "distributed.worker.profile.enabled": False,
    "distributed.comm.timeouts.connect": "3s",
    "distributed.comm.retry.count": 0,
}


@pytest.fixture
def scheduler(tmp_path):
    """The address of a dask scheduler with one worker, and their processes."""
    pytest.importorskip("dask.distributed")
    started, address = [], tmp_path / "scheduler.json"

    def start(*arguments):
        started.append(
            subprocess.Popen(
                [sys.executable, "-m", *arguments, "--scheduler-file", address], env=environment(), cwd=tmp_path,
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )
        )  # fmt: skip

    start("distributed.cli.dask_scheduler", "--no-dashboard", "--port", "0", "--no-show")
    start("distributed.cli.dask_worker", "--no-dashboard", "--nthreads", "1", "--no-nanny")
    yield str(address), started
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("victim", ["scheduler", "worker", "client"])
def test_a_cluster_that_is_gone_ends_the_scan(victim, scheduler, tmp_path, monkeypatch):
    """Today's rows stay, no point is called failed, and --resume goes on without the cluster."""
    import dask
    from dask import distributed

    monkeypatch.setattr(executors, "NO_SCHEDULER", 1.0)
    monkeypatch.setattr(executors, "NO_WORKER", 1.0)
    monkeypatch.setattr(executors.Given, "patience", 0.3)
    address, processes = scheduler
    path, spec, ended = tmp_path / "s.jsonl", cheap("slow", 25), []
    with dask.config.set(QUIET), distributed.Client(scheduler_file=address, timeout=30) as client:
        client.wait_for_workers(1)

        def progress(done, total, failed, final):
            if done == 6 and not ended:
                ended.append(time.monotonic())
                {"scheduler": processes[0].kill, "worker": processes[1].kill, "client": client.close}[victim]()

        with pytest.raises(positivity.InputError, match="resume"):
            positivity.scan(spec, path, executor=client.get_executor(), jobs=1, progress=progress)
        assert time.monotonic() - ended[0] < 20
    recorded = rows_of(path)
    assert 6 <= len(recorded) < 25 and {row["status"] for row in recorded.values()} == {"done"}
    assert positivity.scan(spec, path, resume=True, jobs=2).counts == {"done": 25}


MPI = """
import sys
from mpi4py.futures import MPIPoolExecutor
import positivity
if __name__ == "__main__":
    with MPIPoolExecutor() as pool:
        positivity.scan({spec!r}, sys.argv[1], executor=pool)
"""


def test_two_ranks_of_mpi(tmp_path):
    pytest.importorskip("mpi4py")
    launcher = shutil.which("mpiexec") or shutil.which("mpirun")
    if launcher is None:
        pytest.skip("no mpiexec")
    script, path, whole = tmp_path / "run.py", tmp_path / "s.jsonl", tmp_path / "whole.jsonl"
    script.write_text(MPI.format(spec=cheap(points=60)))
    positivity.scan(cheap(points=60), whole)
    more = {"OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"}
    done = subprocess.run(
        [launcher, "-n", "2", sys.executable, "-m", "mpi4py.futures", script, path], cwd=ROOT, timeout=120,
        env=environment(**more), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert rows_of(path) == rows_of(whole)
