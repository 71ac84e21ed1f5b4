"""Scans under damaged files, deleted files, impatient users and little memory."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import tracemalloc

import pytest

import positivity
from positivity.answers import records
from positivity.answers.journal import line, unpack
from positivity.scans.executors import Processes
from tests.scan_helpers import ROOT, cheap, environment, rows_of

SPEC = cheap(points=12)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "whole.jsonl"
    positivity.scan(SPEC, path)
    return path


def flipped(text, place):
    """The line with one bit changed: still JSON where a digit became another."""
    return text[:place] + bytes([text[place] ^ 1]) + text[place + 1 :]


def test_damaged_lines_are_named_and_can_be_computed_again(whole, tmp_path):
    path, expected = tmp_path / "s.jsonl", rows_of(whole)
    lines = whole.read_bytes().splitlines(keepends=True)
    value = lines[4].index(b'"value":"') + 9
    for damaged, named in (
        ({5: flipped(lines[4], value)}, "line 5"),  # a wrong number in a row that reads well
        ({5: lines[4][:40] + b"\n"}, "line 5"),
        ({3: b"\0" * 60 + b"\n", 7: b"garbage\n"}, "lines 3, 7"),
        ({12: flipped(lines[11], 12)}, "line 12"),
    ):
        path.write_bytes(b"".join(damaged.get(k, text) for k, text in enumerate(lines, 1)))
        content = path.read_bytes()
        for use in (positivity.Scan.load, lambda p: positivity.scan(SPEC, p, resume=True)):
            with pytest.raises(positivity.InputError, match=f"damaged in {named}: delete .* go on with resume"):
                use(path)
        assert path.read_bytes() == content, "left alone"
        # what the message says
        path.write_bytes(b"".join(text for k, text in enumerate(lines, 1) if k not in damaged))
        assert positivity.scan(SPEC, path, resume=True).complete and rows_of(path) == expected


def test_every_byte_of_a_row_is_watched(whole):
    text = whole.read_bytes().splitlines()[4]
    assert unpack(text)[1]
    for place in range(len(text)):
        try:
            _, sealed = unpack(flipped(text, place))
        except ValueError:
            continue
        assert not sealed, "a changed name of the checksum: refused in a file that has them"


def test_files_without_checksums_stay_readable(whole, tmp_path):
    path = tmp_path / "old.jsonl"
    old = [json.loads(text) for text in whole.read_text().splitlines()]
    for row in old:
        del row["checksum"]
    path.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in old[:8]))
    assert len(positivity.Scan.load(path).rows) == 7
    assert positivity.scan(SPEC, path, resume=True).complete and rows_of(path) == rows_of(whole)
    # but a row of a new file does not lose its checksum
    path.write_bytes(line(old[0]) + json.dumps(old[1]).encode() + b"\n" + line(old[2]))
    with pytest.raises(positivity.InputError, match="damaged in line 2"):
        positivity.Scan.load(path)


@pytest.mark.parametrize("replaced", [False, True])
def test_a_deleted_output_is_noticed_and_saved(replaced, whole, tmp_path):
    path = tmp_path / "s.jsonl"

    def progress(done, total, failed, final):
        if done == 5 and path.exists():
            path.unlink()
            if replaced:
                path.write_text("something else")

    with pytest.raises(positivity.InputError, match=r"was deleted or replaced .* rename it and go on"):
        positivity.scan(SPEC, path, progress=progress)
    (tmp_path / "s.jsonl.rescued").rename(path)
    assert len(rows_of(path)) == 5
    assert positivity.scan(SPEC, path, resume=True).complete and rows_of(path) == rows_of(whole)


def test_memory_does_not_grow_with_the_rows(tmp_path, monkeypatch):
    """Rows of 20 kB cost less than 1 kB each in this process."""
    held = {}

    def progress(done, total, failed, final):
        if done in (50, 550):
            held[done] = tracemalloc.get_traced_memory()[0]

    monkeypatch.setattr(records, "IN_MEMORY", 0)
    path, spec = tmp_path / "s.jsonl", cheap("bulky", 600)
    tracemalloc.start()
    try:
        scan = positivity.scan(spec, path, progress=progress)
        loaded = positivity.Scan.load(path)
        assert tracemalloc.get_traced_memory()[0] < held[50] + 600 * 1000
    finally:
        tracemalloc.stop()
    assert path.stat().st_size > 600 * 20_000 and (held[550] - held[50]) / 500 < 1000
    assert len(scan.rows) == 600 and scan.rows[599]["value"] == loaded.rows[-1]["value"] == "7" * 20_000
    assert [row["point"] for row in loaded.rows[3:5]] == [{"g4": "3"}, {"g4": "4"}]
    path.write_bytes(path.read_bytes()[1:])
    with pytest.raises(positivity.InputError, match="has changed since it was read"):
        loaded.rows[3]


def test_a_time_limit_stops_like_an_interrupt(whole, tmp_path):
    path = tmp_path / "s.jsonl"
    spec = cheap("slow", 12)
    scan = positivity.scan(spec, path, time_limit=0.45)
    assert not scan.complete and 0 < len(scan.rows) < 12
    started = time.monotonic()
    with pytest.raises(positivity.InputError, match="time limit 0"):
        positivity.scan(spec, path, resume=True, time_limit=0)
    assert time.monotonic() - started < 1
    assert positivity.scan(spec, path, resume=True, jobs=2, time_limit=100).counts == {"done": 12}


def interruptible():
    """A shell that runs the tests in the background has Ctrl-C ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def test_a_second_ctrl_c_stops_the_workers_at_once(tmp_path):
    spec, path = tmp_path / "spec.toml", tmp_path / "s.jsonl"
    spec.write_text('task = "tests.scan_tasks:sleepy"\n[grid.g4]\nfrom = 0\nto = 9\npoints = 10\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "positivity", "scan", spec, "-o", path, "--jobs", "2"], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=interruptible, env=environment(),
    )  # fmt: skip
    while not path.exists() or len(children(process.pid)) < 3:  # two workers and the tracker of resources
        time.sleep(0.02)
    time.sleep(1.5)
    workers = children(process.pid)
    process.send_signal(signal.SIGINT)
    time.sleep(0.5)
    assert process.poll() is None, "waits for the points that are being computed"
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - started < 5 and process.returncode == 130
    assert "--resume" in err and "Traceback" not in err and "0 points" in out
    deadline = time.monotonic() + 5
    while any(map(alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, workers))


@pytest.mark.parametrize("pause", [0.0, 0.3, 0.8, pytest.param(1.5, marks=pytest.mark.slow)])
def test_ctrl_c_while_the_workers_start_has_no_traceback(pause, tmp_path):
    spec, path = tmp_path / "spec.toml", tmp_path / "s.jsonl"
    spec.write_text('task = "tests.scan_tasks:slow"\n[grid.g4]\nfrom = 0\nto = 199\npoints = 200\n')
    process = subprocess.Popen(
        [sys.executable, "-m", "positivity", "scan", spec, "-o", path, "--jobs", "2"], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=interruptible, start_new_session=True,
        env=environment(),
    )  # fmt: skip
    while not path.exists():
        time.sleep(0.01)
    time.sleep(pause)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to the workers too
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130 and "Traceback" not in err


def test_processes_are_ended_at_once():
    pool = Processes(1)
    future, started = pool.submit(time.sleep, 60), time.monotonic()
    time.sleep(0.1)
    pool.kill()
    pool.close()
    assert time.monotonic() - started < 5 and future.exception() is not None


def children(pid):
    """Process numbers of the children (Linux)."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as stream:  # noqa: PTH123
            return [int(text) for text in stream.read().split()]
    except OSError:
        return []


def alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as stream:  # noqa: PTH123
            return stream.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("moment", [1, 4, pytest.param(9, marks=pytest.mark.slow)])
def test_a_file_cut_at_any_byte_gives_the_same_rows(moment, whole, tmp_path):
    path, content = tmp_path / "s.jsonl", whole.read_bytes()
    path.write_bytes(content[: len(content) * moment // 11])
    positivity.scan(SPEC, path, resume=True)
    assert rows_of(path) == rows_of(whole)


def test_two_processes_do_not_write_one_file(whole, tmp_path):
    path = tmp_path / "s.jsonl"
    shutil.copy(whole, path)

    def progress(done, total, failed, final):
        code = f"import positivity; positivity.scan({SPEC!r}, {str(path)!r}, resume=True)"
        ended = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, check=False)
        assert ended.returncode == 1 and b"is being written by another scan" in ended.stderr
        raise KeyboardInterrupt

    positivity.scan(SPEC, path, resume=True, progress=lambda *a: None)
    content = path.read_bytes()
    path.write_bytes(b"".join(content.splitlines(keepends=True)[:6]))
    with pytest.raises(KeyboardInterrupt):
        positivity.scan(SPEC, path, resume=True, progress=progress)
