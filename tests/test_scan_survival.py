"""A scan outlives kills, torn files, full disks and interrupts."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import positivity
from positivity.answers import journal, records
from positivity.answers.journal import line
from tests.scan_helpers import ROOT, cheap, rows_of


def test_a_point_that_kills_its_worker_is_a_row(tmp_path):
    path = tmp_path / "s.jsonl"
    scan = positivity.scan(cheap("deadly", 8), path, jobs=2)
    assert scan.counts == {"done": 7, "failed": 1} and len(rows_of(path)) == 8
    assert scan.rows[3]["status"] == "failed" and "worker was lost" in scan.rows[3]["reason"]


SCRIPT = """
import sys, positivity
if __name__ == "__main__":
    positivity.scan({spec!r}, sys.argv[1], jobs=2, resume=True)
"""


REAL = {"target": "g3", "order": 5, "grid": {"g4": {"from": "0.01", "to": "0.49", "points": 400}}}


@pytest.mark.parametrize(
    "spec", [cheap(points=1200), pytest.param(REAL, marks=pytest.mark.slow)], ids=["cheap", "real"]
)
def test_killed_twenty_times_nothing_is_lost_or_doubled(spec, tmp_path):
    """SIGKILL at random moments, resumed: the rows of an undisturbed run, and no process is left behind."""
    path, whole, script = tmp_path / "s.jsonl", tmp_path / "whole.jsonl", tmp_path / "run.py"
    positivity.scan(spec, whole, jobs=2)
    script.write_text(SCRIPT.format(spec=spec))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "SCAN_OF_THIS_TEST": str(tmp_path)}
    rng, recorded = random.Random(20), 0
    for _ in range(20):
        process = subprocess.Popen([sys.executable, script, path], env=environment)
        # from before the workers are up to the middle of the rows
        wanted = rng.choice([None, 0, 1, 5, 12])
        time.sleep(rng.random() * 0.5 if wanted is None else 0)
        while wanted is not None and process.poll() is None and lines_of(path) <= recorded + wanted:
            time.sleep(0.001)
        time.sleep(rng.random() * 0.02)
        assert process.poll() is None, "finished before the twentieth kill"
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert lines_of(path) >= recorded, "recorded rows stay"
        recorded = lines_of(path)
    assert subprocess.run([sys.executable, script, path], env=environment, check=False).returncode == 0
    assert rows_of(path) == rows_of(whole) and len(rows_of(path)) == spec["grid"]["g4"]["points"]
    deadline = time.monotonic() + 20
    while left_behind(str(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left_behind(str(tmp_path))


def lines_of(path):
    """Whole lines in a file."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def left_behind(mark):
    """Processes that the test started and that live on (Linux; empty elsewhere)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if f"SCAN_OF_THIS_TEST={mark}".encode() in (entry / "environ").read_bytes():
                found.append(entry.name)
        except OSError:
            continue
    return found


def test_a_script_without_a_guard_is_told_so(tmp_path):
    script = tmp_path / "run.py"
    script.write_text(f"import positivity\npositivity.scan({cheap(points=9)!r}, jobs=2)\n")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, script], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "InputError: the worker processes do not start" in done.stderr


def test_a_torn_last_line_is_dropped(tmp_path):
    path = tmp_path / "s.jsonl"
    positivity.scan(cheap(points=12), path)
    whole, content = rows_of(path), path.read_bytes()
    for cut in (1, 7, len(content) - content.rfind(b"\n", 0, -1) - 2):
        path.write_bytes(content[:-cut])
        assert len(positivity.Scan.load(path).rows) == 11
        assert positivity.scan(cheap(points=12), path, resume=True).complete
        assert rows_of(path) == whole
    for torn in (content[:10], b""):  # killed while the header was written
        path.write_bytes(torn)
        positivity.scan(cheap(points=12), path, resume=True)
        assert rows_of(path) == whole


def test_files_that_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "s.jsonl"
    spec = cheap(points=3)
    positivity.scan(spec, path)
    content = path.read_bytes()
    with pytest.raises(positivity.InputError, match="resume=True"):
        positivity.scan(spec, path)
    with pytest.raises(positivity.InputError, match=r"another specification \(grid differ"):
        positivity.scan(cheap(points=4), path, resume=True)
    header, *rows = content.splitlines(keepends=True)
    for changed, reason in (
        (line(json.loads(header.replace(b'"numpy":"', b'"numpy":"0.'))), "begun with"),
        (header.replace(b'"numpy":"', b'"numpy":"0.'), "damaged in line 1, its head"),
        (b'{"schema":"other"}\n', "not the file of a scan"),
        (header + b"garbage\n", "damaged in line 2"),
    ):
        path.write_bytes(changed + b"".join(rows))
        with pytest.raises(positivity.InputError, match=reason):
            positivity.scan(spec, path, resume=True)
        assert path.read_bytes() == changed + b"".join(rows), "left alone"
    for precious in ("my thesis", '{"my": "data"}'):
        path.write_text(precious)
        with pytest.raises(positivity.InputError, match="not the file of a scan"):
            positivity.scan(spec, path, resume=True)
        assert path.read_text() == precious
    with pytest.raises(positivity.InputError, match="resume needs"):
        positivity.scan(spec, resume=True)
    with pytest.raises(positivity.InputError, match="jobs"):
        positivity.scan(spec, jobs=0)
    with pytest.raises(positivity.InputError, match="cannot write"):
        positivity.scan(spec, tmp_path / "no" / "s.jsonl")


def test_two_scans_do_not_share_a_file(tmp_path):
    path = tmp_path / "s.jsonl"
    header = {"spec": {}, "versions": {}}
    held = records.Records(path, header, False)
    with pytest.raises(positivity.InputError, match="another scan"):
        records.Records(path, header, True)
    held.close()


def test_a_full_disk_stops_the_scan_and_resume_goes_on(tmp_path, monkeypatch):
    path, spec, real, room = tmp_path / "s.jsonl", cheap(points=30), os.write, [3000]

    def write(descriptor, data):
        if room[0] <= 0:
            raise OSError(28, "No space left on device")
        done = real(descriptor, data[: room[0]])  # the last line is torn, as on a real disk
        room[0] -= done
        return done

    monkeypatch.setattr(journal.os, "write", write)
    with pytest.raises(positivity.InputError, match=r"No space left on device.*resume=True"):
        positivity.scan(spec, path)
    kept = rows_of(path)
    assert 0 < len(kept) < 30 and path.read_bytes().endswith(b"\n")
    monkeypatch.undo()
    positivity.scan(spec, path, resume=True)
    assert len(rows_of(path)) == 30 and kept.items() <= rows_of(path).items()


def test_ctrl_c_keeps_what_is_done(tmp_path):
    spec, path = tmp_path / "spec.toml", tmp_path / "s.jsonl"
    spec.write_text('task = "tests.scan_tasks:square"\n[grid.g4]\nfrom = 0\nto = 1999\npoints = 2000\n')
    command = [sys.executable, "-m", "positivity", "scan", spec, "-o", path, "--jobs", "2", "--json"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        # a shell that runs the tests in the background has Ctrl-C ignored
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    while not path.exists() or path.read_bytes().count(b"\n") < 20:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate()
    assert process.returncode == 130 and "--resume" in err and "Traceback" not in err
    summary = json.loads(out)
    assert not summary["complete"] and summary["counts"]["done"] == len(rows_of(path)) < 2000
