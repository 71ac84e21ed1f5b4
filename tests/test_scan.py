"""Scans: right answers, durable records, every executor, every export."""

import builtins
import concurrent.futures
import json
import os
import random
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

import positivity
from positivity.cli import main
from positivity.scans import executors, records
from positivity.scans.progress import Progress, line
from positivity.verification import Refused

ROOT = Path(__file__).parents[1]
BOUNDS = {"target": "g3", "order": 5, "grid": {"g4": {"from": "0.05", "to": "0.65", "points": 7}}}


def cheap(function="square", points=400, **more):
    return {"task": f"tests.scan_tasks:{function}", "grid": {"g4": {"from": 0, "to": points - 1, "points": points}},
            **more}  # fmt: skip


def rows_of(path):
    """Rows by key without the time they took; fails on a doubled key."""
    found = {}
    for text in path.read_text().splitlines()[1:]:
        row = json.loads(text)
        row.pop("seconds")
        assert row["key"] not in found, "doubled"
        found[row["key"]] = row
    return found


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    path = tmp_path_factory.mktemp("scan") / "scan.jsonl"
    return positivity.scan(BOUNDS, path), path


def test_rows_contain_known_theories(scanned):
    """Cauchy-Schwarz: max g3 = 3 sqrt(2 g4) at every point; g4 > 1/2 is excluded."""
    scan, _ = scanned
    assert scan.complete and scan.counts == {"certified": 5, "excluded": 2}
    for row in scan.table():
        if row["g4"] > 0.5:
            assert row["lower"] == "" and "no theory" in row["reason"]
        else:
            exact = 3 * np.sqrt(2 * row["g4"])
            assert exact - 1e-12 <= float(row["upper"]) < exact + 1e-7


def test_rows_agree_with_bound(scanned):
    """Warm starts may change digits that are not promised, nothing else."""
    scan, _ = scanned
    for row in scan.rows[:4]:
        bound = positivity.bound("g3", order=5, fix=row["point"])
        for side, end in bound.ends():
            assert abs(float(end.value) - float(row["result"][side]["value"])) < 1e-7


def test_saved_rows_are_verified(scanned, tmp_path, capsys):
    scan, path = scanned
    assert positivity.Scan.load(path) == scan
    assert main(["verify", str(path)]) == 0 and "PROVED: 1" in capsys.readouterr().out
    lines = path.read_text().splitlines()
    row = json.loads(lines[1])
    row["result"]["lower"]["value"] = str(float(row["result"]["lower"]["value"]) + 1e-4)
    tampered = tmp_path / "tampered.jsonl"
    tampered.write_text("\n".join([lines[0], json.dumps(row), *lines[2:]]) + "\n")
    assert main(["verify", str(tampered)]) == 1 and "REFUSED: at " in capsys.readouterr().out


def test_an_exclusion_is_verified_for_its_point(scanned):
    """The certificate that excludes g4/g2 = 0.65 says nothing about g4/g2 = 0.45, and is refused there."""
    scan, _ = scanned
    excluded = next(row for row in scan.rows if row["point"]["g4"] == "0.65")
    assert positivity.Scan(scan.spec, (excluded,)).verify() == 2
    problem = {**excluded["result"]["problem"], "fix": [["g4", "9/20"]]}
    moved = {**excluded, "point": {"g4": "0.45"}, "result": {**excluded["result"], "problem": problem}}
    with pytest.raises(Refused, match="does not exclude"):
        positivity.Scan(scan.spec, (moved,)).verify()


def test_results_are_verified_for_their_point(scanned):
    scan, _ = scanned
    first = scan.rows[0]
    for change, reason in (
        ({"point": {"g4": "0.06"}}, "other fixed couplings"),
        ({"result": {**first["result"], "problem": {**first["result"]["problem"], "order": 4}}}, "another order"),
        ({"result": {**first["result"], "problem": {**first["result"]["problem"], "coupling": "g5"}}}, "another ratio"),
        ({"result": {**first["result"], "lower": {**first["result"]["lower"], "certificate": None}}}, "not kept"),
        ({"result": {**first["result"], "upper": {"status": "certified"}}}, "not kept|malformed"),
    ):
        with pytest.raises(Refused, match=reason):
            positivity.Scan(scan.spec, ({**first, **change},)).verify()


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


def test_neighbours_hand_on_what_they_know(tmp_path):
    path = tmp_path / "s.jsonl"
    scan = positivity.scan(cheap("follows", 60), path)
    assert [row["value"] for row in scan.rows][:8] == [0, 1, 2, 3, 4, 5, 6, 0]
    whole = rows_of(path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:30]))
    positivity.scan(cheap("follows", 60), path, resume=True, jobs=2)
    assert rows_of(path) == whole, "also in the middle of a chain"


def test_a_boundary_is_bisected(tmp_path):
    axis = {"from": -1, "to": 1, "points": 5, "adaptive": 3}
    spec = {"task": "tests.scan_tasks:disc", "grid": {"g4": axis, "g6": {"values": [0, "1/2"]}}}
    path = tmp_path / "s.jsonl"
    scan = positivity.scan(spec, path)
    for g6, edge in (("0", Fraction(3, 4)), ("0.5", Fraction(5, 16) ** Fraction(1, 2))):
        status = {Fraction(r["point"]["g4"]): r["status"] for r in scan.rows if r["point"]["g6"] == g6}
        inside = max(value for value, each in status.items() if each == "allowed")
        outside = min(value for value, each in status.items() if each == "excluded" and value > 0)
        assert inside <= edge < outside and outside - inside == Fraction(1, 16)
        assert len(status) < 14
    whole, lines = rows_of(path), path.read_text().splitlines(keepends=True)
    assert positivity.Scan.load(path).complete
    path.write_text("".join(lines[:15]))
    assert not positivity.Scan.load(path).complete
    assert len(positivity.scan(spec, path, resume=True).rows) == len(scan.rows)
    assert rows_of(path) == whole


@pytest.mark.skipif(not hasattr(positivity, "check"), reason="this version has no positivity.check")
def test_the_boundary_of_check_is_where_bound_ends(tmp_path):
    """A bisected scan of verdicts at g4/g2 = 0.3 brackets both ends that bound proves."""
    axis = {"from": -12, "to": 4, "points": 9, "adaptive": 6}
    spec = {"task": "check", "order": 6, "fix": {"g2": 1, "g4": "0.3"}, "grid": {"g3": axis}}
    scan = positivity.scan(spec, tmp_path / "s.jsonl")
    bound = positivity.bound("g3", order=6, fix={"g4": "0.3"})
    allowed = [float(Fraction(row["point"]["g3"])) for row in scan.rows if row["status"] == "allowed"]
    assert 0 < min(allowed) - float(bound.lower.value) < 2 / 64
    assert 0 < float(bound.upper.value) - max(allowed) < 2 / 64
    assert scan.verify() == len(scan.rows)


def test_check_is_missed_politely(monkeypatch):
    monkeypatch.setattr(positivity, "check", None, raising=False)
    with pytest.raises(positivity.InputError, match=r"no positivity\.check"):
        positivity.scan({"task": "check", "grid": {"g4": {"values": [1]}}, "fix": {"g2": 1}})


def test_failures_are_rows_with_reasons(tmp_path):
    path = tmp_path / "s.jsonl"
    scan = positivity.scan(cheap("broken", 4), path)
    assert scan.counts == {"done": 3, "failed": 1}
    assert "nothing to divide by" in scan.rows[2]["reason"]


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
    with pytest.raises(positivity.InputError, match="--resume"):
        positivity.scan(spec, path)
    with pytest.raises(positivity.InputError, match=r"another specification \(grid differ"):
        positivity.scan(cheap(points=4), path, resume=True)
    header, *rows = content.splitlines(keepends=True)
    for changed, reason in (
        (header.replace(b'"numpy":"', b'"numpy":"0.'), "begun with"),
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

    monkeypatch.setattr(records.os, "write", write)
    with pytest.raises(positivity.InputError, match=r"No space left on device.*--resume"):
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


def test_full_unitarity_is_scanned(tmp_path):
    spec = {"target": "g3", "over": "g2", "order": 4, "density": "unitary", "keep": "values",
            "grid": {"g2": {"from": "0.2U", "to": "0.4U", "points": 2}}}  # fmt: skip
    scan = positivity.scan(spec)
    assert scan.columns()[0] == "g2[U]" and scan.counts == {"certified": 2}
    assert "certificate" not in scan.rows[0]["result"]["lower"] and "0 <= rho_J <= 2" in scan.spec.scope


def test_tables(scanned, tmp_path, capsys):
    scan, path = scanned
    csv = tmp_path / "scan.csv"
    assert main(["table", str(path), "-o", str(csv)]) == 0
    lines = csv.read_text().splitlines()
    assert lines[0].startswith("# range of g3/g2") and lines[2].startswith("g4,lower,lower_status,upper")
    assert lines[3].split(",")[1] == scan.table()[0]["lower"], "as certified, digit by digit"
    array = scan.to_numpy()
    assert array.shape == (7,) and np.isnan(array["lower"][-1]) and array["status"][0] == "certified"
    capsys.readouterr()
    assert main(["table", str(path), "--json"]) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["counts"] == scan.counts and data["rows"] == json.loads(json.dumps(scan.table()))
    assert main(["table", str(path)]) == 0 and "certified" in capsys.readouterr().out


def test_pandas(scanned, tmp_path):
    pandas = pytest.importorskip("pandas")
    scan, _ = scanned
    frame = scan.to_pandas()
    assert list(frame.columns) == scan.columns() and "D=4" in frame.attrs["scope"]
    scan.to_csv(tmp_path / "scan.csv")
    pandas.testing.assert_frame_equal(
        pandas.read_csv(tmp_path / "scan.csv", comment="#")[["g4", "lower", "upper"]], frame[["g4", "lower", "upper"]]
    )


def test_xarray():
    pytest.importorskip("xarray")
    spec = {"target": "g5", "order": 5, "grid": {"g4": {"values": ["0.4", "0.1"]},
            "g3": {"from": "-1", "to": "1", "points": 3}}}  # fmt: skip
    data = positivity.scan(spec).to_xarray()
    assert dict(data.sizes) == {"g4": 2, "g3": 3} and "order 5" in data.attrs["scope"]
    single = positivity.bound("g5", order=5, fix={"g4": "0.1", "g3": "1"})
    assert abs(float(data["lower"].sel(g4=0.1, g3=1)) - float(single.lower.value)) < 1e-7
    missing = positivity.Scan(positivity.ScanSpec.from_dict(spec), ()).to_xarray()
    assert np.isnan(missing["lower"]).all()


@pytest.mark.parametrize(("module", "call"), [("pandas", "to_pandas"), ("xarray", "to_xarray")])
def test_missing_extras_are_named(scanned, monkeypatch, module, call):
    hide(monkeypatch, module)
    with pytest.raises(positivity.InputError, match=r"eft-positivity\[tables\]"):
        getattr(scanned[0], call)()
    assert scanned[0].to_numpy().shape == (7,)


def test_missing_dask_is_named(monkeypatch, tmp_path, capsys):
    hide(monkeypatch, "dask")
    spec = tmp_path / "s.toml"
    spec.write_text('target = "g3"\n[grid.g4]\nvalues = [0.1]\n')
    assert main(["scan", str(spec), "-o", str(tmp_path / "s.jsonl"), "--dask", "tcp://127.0.0.1:1"]) == 2
    assert "eft-positivity[dask]" in capsys.readouterr().err


def hide(monkeypatch, module):
    """Make `import module` fail as if it were not installed."""
    real = builtins.__import__

    def refuse(name, *rest, **more):
        if name.split(".")[0] == module:
            raise ImportError(name)
        return real(name, *rest, **more)

    for name in [n for n in sys.modules if n.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", refuse)
    monkeypatch.setitem(sys.modules, module, None)


def test_progress_bar():
    class Terminal:
        text = ""

        def isatty(self):
            return True

        def write(self, text):
            self.text += text

        def flush(self):
            pass

    assert line(600, 2000, 3, 60.0, 500) == "[#########.....................] 600/2000 points, " \
        "3 without an answer, ETA 0:02:48"  # fmt: skip
    terminal = Terminal()
    show = Progress(terminal)
    for done in range(11):
        show(done, 10, 0, done == 10)
    assert terminal.text.startswith("\r[") and terminal.text.endswith("10/10 points, 0:00:00\033[K\n")


def test_cli_summary_and_bad_input(tmp_path, capsys):
    spec, out = tmp_path / "s.toml", tmp_path / "s.jsonl"
    spec.write_text('target = "g3"\norder = 4\n[grid.g4]\nvalues = [0.1, 0.2]\n')
    assert main(["scan", str(spec), "-o", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["counts"] == {"certified": 2}
    spec.write_text("target = \n")
    for arguments, fragment in (
        (["scan", str(spec), "-o", str(out)], "not a TOML file"),
        (["scan", "/no/such.toml", "-o", str(out)], "No such file"),
        (["scan", str(spec), "-o", "/no/such/folder/s.jsonl"], "cannot write"),
        (["table", "/no/such.jsonl"], "No such file"),
        (["table", str(spec)], "not the file of a scan"),
    ):
        assert main(arguments) == 2
        captured = capsys.readouterr()
        assert fragment in captured.err and captured.out == "" and captured.err.count("\n") == 1


@pytest.mark.slow
def test_two_thousand_points_are_certified(tmp_path):
    path = tmp_path / "s.jsonl"
    spec = {"target": "g3", "order": 6, "grid": {"g4": {"from": "0.01", "to": "0.49", "points": 2000}}}
    scan = positivity.scan(spec, path, jobs=2)
    assert scan.counts == {"certified": 2000} and scan.verify() == 4000
