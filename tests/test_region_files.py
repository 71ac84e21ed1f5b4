"""A region is on disk as it grows: killed at any moment and resumed, it is that of an undisturbed run."""

import json
import random
import signal
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

import positivity
from positivity.regions import region as regions
from positivity.regions import tracing as region_tracing
from tests.scan_helpers import ROOT, environment

QUESTION = {"order": 4, "points": 14}
COMMAND = ["region", "g3", "g4", "--order", "4", "--points", "14", "--resume", "--json"]


def planes_of(data):
    return [{**plane, "end": plane["end"]} for plane in data["half_planes"]]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    path = tmp_path_factory.mktemp("region") / "whole.json"
    region = positivity.region("g3", "g4", **QUESTION, output=path)
    data = json.loads(path.read_text())
    assert data == json.loads(json.dumps(region.to_dict())) and [p.name for p in path.parent.iterdir()] == [
        "whole.json"
    ]
    return data


def start(path):
    return subprocess.Popen(
        [sys.executable, "-m", "positivity", *COMMAND, path], env=environment(), cwd=ROOT, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip


def found(path):
    """Whole lines of the growing file, the first of which is no half-plane."""
    growing = path.with_name(path.name + ".growing")
    return max(growing.read_bytes().count(b"\n") - 1, 0) if growing.exists() else 0


def killed(path, seed, times):
    rng, before = random.Random(seed), 0
    for _ in range(times):
        process = start(path)
        more = rng.randrange(3)
        while process.poll() is None and found(path) <= before + more:
            time.sleep(0.002)
        time.sleep(rng.random() * 0.05)
        process.kill()
        process.communicate()
        if path.exists():
            return
        assert found(path) >= before, "nothing that was found is lost"
        before = found(path)


@pytest.mark.parametrize("seed", [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 22))])
def test_a_killed_region_is_resumed(seed, undisturbed, tmp_path):
    path = tmp_path / "r.json"
    killed(path, seed, 1 + (seed > 2))
    process = start(path)
    _, err = process.communicate()
    assert process.returncode == 0, err
    assert planes_of(json.loads(path.read_text())) == planes_of(undisturbed)
    assert [p.name for p in tmp_path.iterdir()] == ["r.json"]
    assert len(positivity.verify(path)) == len(undisturbed["half_planes"])


def test_ctrl_c_saves_and_resumes(undisturbed, tmp_path):
    path = tmp_path / "r.json"
    process = start(path)
    while process.poll() is None and found(path) < 6:
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130 and "--resume" in err and "Traceback" not in err
    saved = json.loads(path.read_text())
    assert not saved["complete"] and 6 <= len(saved["half_planes"]) < len(undisturbed["half_planes"])
    whole = positivity.region("g3", "g4", **QUESTION, output=path, resume=True)
    assert whole.complete and planes_of(json.loads(json.dumps(whole.to_dict()))) == planes_of(undisturbed)


def test_a_time_limit_and_its_resumption(undisturbed, tmp_path):
    path = tmp_path / "r.json"
    with pytest.raises(positivity.InputError, match="time limit is too short"):
        positivity.region("g3", "g4", **QUESTION, output=path, time_limit=1e-9)
    ticks = iter(range(0, 10**6, 1000))  # a look at the clock takes a quarter of an hour, a solver no time
    with pytest.MonkeyPatch.context() as patch:
        for module in (regions, region_tracing):
            patch.setattr(
                module, "time", SimpleNamespace(monotonic=lambda: next(ticks), perf_counter=time.perf_counter)
            )
        part = positivity.region("g3", "g4", **QUESTION, output=path, time_limit=14000, resume=True)
    assert not part.complete and 4 <= len(part.half_planes) < 10
    positivity.region("g3", "g4", **QUESTION, output=path, resume=True)
    assert planes_of(json.loads(path.read_text())) == planes_of(undisturbed)


def test_a_growing_region_is_guarded(undisturbed, tmp_path):
    path, growing = tmp_path / "r.json", tmp_path / "r.json.growing"
    path.write_text("precious")

    def stop_at(number, act):
        def progress(done, total):
            if done == number:
                act()

        return progress

    def refused(match, **more):
        with pytest.raises(positivity.InputError, match=match):
            positivity.region("g3", "g4", **{**QUESTION, **more}, output=path)

    refused("cannot read", resume=True)
    second = stop_at(5, lambda: refused("being written by another region"))
    refused("was deleted or replaced", progress=stop_at(6, lambda: (second(5, 14), growing.unlink())))
    growing.with_name("r.json.growing.rescued").rename(growing)
    refused("holds a region already")
    path.unlink()
    refused("belongs to another region", resume=True, order=5)
    lines = growing.read_bytes().splitlines(keepends=True)
    growing.write_bytes(b"".join([*lines[:3], lines[3].replace(b"certified", b"certifiee"), *lines[4:]]))
    refused("is damaged in line 4", resume=True)
    growing.write_bytes(b"".join([*lines[:3], *lines[4:-1], lines[-1][:200]]))
    assert positivity.region("g3", "g4", **QUESTION, output=path, resume=True).complete
    assert planes_of(json.loads(path.read_text())) == planes_of(undisturbed) and not growing.exists()


def test_a_full_disk_keeps_the_half_planes(undisturbed, tmp_path):
    path = tmp_path / "r.json"
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (12000, resource.RLIM_INFINITY));"
    code = f"{limit} from positivity.cli.main import main; raise SystemExit(main({[*COMMAND, str(path)]!r}))"
    ended = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=False)
    assert ended.returncode == 2 and "File too large" in ended.stderr and ended.stderr.count("\n") == 1
    assert found(path) >= 1 and not path.exists()
    positivity.region("g3", "g4", **QUESTION, output=path, resume=True)
    assert planes_of(json.loads(path.read_text())) == planes_of(undisturbed)
