"""Ctrl-C: one line, exit code 130, at once, whatever is being computed."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
#: what is interrupted, and after how many seconds of processor time
LONG = {
    "bound": ["bound", "g3", "--order", "20", "--digits", "12"],
    "cutoff": ["cutoff", "--p-min", "0.1", "--contacts", "1", "--functions", "60"],
    "gravity": ["gravity", "--dimension", "8", "--certificate", "CERTIFICATE"],
    "check": ["check", "g2=1", "g3=1", "--order", "30"],
    "verify": ["verify", "DOCUMENT", "--time-limit", "1000"],
    "unitary": ["bound", "g2", "--order", "12", "--density", "unitary"],
}


def long_to_verify():
    """A cutoff certificate with many nodes and spins: products of large matrices of balls."""
    data = json.loads((ROOT / "tests" / "mutation" / "documents" / "cutoff_6_20_20.json").read_text())
    return {**data, "nodes": [f"{k}/3000" for k in range(1, 3001)], "last_spin": 2000}


def interrupted(arguments, moment, folder):
    """Run, send SIGINT after so many seconds of processor time: (exit code, stderr, seconds until it ended)."""
    process = subprocess.Popen(
        [sys.executable, "-m", "positivity", *arguments], cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)},
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    while process.poll() is None and spent(process.pid) < moment:
        time.sleep(0.02)
    before, sent = spent(process.pid), time.monotonic()
    process.send_signal(signal.SIGINT)
    used = took = 0.0
    while process.poll() is None:
        used, took = spent(process.pid) - before, time.monotonic() - sent
        time.sleep(0.02)
    said = process.communicate(timeout=60)[1]
    # on a busy machine the wall clock says nothing about the program
    return process.returncode, said, min(took, used)


def spent(pid):
    """Seconds of processor time of a process, 0 once it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("moment", [1.5, *(pytest.param(late, marks=pytest.mark.slow) for late in (2.5, 4))])
@pytest.mark.parametrize("name", LONG)
def test_ctrl_c_ends_a_computation_within_a_second(name, moment, tmp_path):
    files = {"CERTIFICATE": str(tmp_path / "g.json"), "DOCUMENT": str(tmp_path / "c.json")}
    Path(files["DOCUMENT"]).write_text(json.dumps(long_to_verify()))
    arguments = [files.get(text, text) for text in LONG[name]]
    code, said, seconds = interrupted(arguments, moment, tmp_path)
    assert (code, said) == (130, "positivity: interrupted\n")
    assert seconds < 2
