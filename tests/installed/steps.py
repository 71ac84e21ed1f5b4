"""Everything an installed package must do, one step after the other; run by check.py, needs nothing of this repository.

python steps.py FOLDER: works in an empty FOLDER with the `positivity` of the interpreter's environment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

#: name, arguments after the interpreter, exit code, text that must occur in what is printed
RUN = ["-m", "positivity"]
SPEC = 'target = "g3"\norder = 4\n[grid.g4]\nvalues = [0.1, 0.3, 0.7]\n'
LIBRARY = """
import positivity, solvers.verify
found = positivity.bound("g3", order=4)
assert found.lower.status == found.upper.status == "certified" and abs(float(found.upper.text) - 3) < 1e-7, found
assert len(positivity.verify(found.to_dict())) == 2
print("library", positivity.__version__)
"""
TABLES = """
import positivity
scan = positivity.Scan.load("scan.jsonl")
assert scan.to_pandas().shape[0] == scan.to_numpy().shape[0] == 3 and scan.to_xarray().sizes["g4"] == 3
print("tables")
"""
DOUBLE = """
import numpy
numpy.longdouble = numpy.float64  # as on machines without 80-bit floats
import positivity
for order in (4, 8):
    found = positivity.bound("g3", order=order)
    assert found.lower.status == found.upper.status == "certified", found
    assert abs(float(found.upper.text) - 3) < 1e-7 and len(positivity.verify(found.to_dict())) == 2
held = positivity.bound("g3", order=6, fix={"g4": "0.3"})
assert held.lower.status == "certified" and positivity.check({"g2": 1, "g3": -20}, order=6).status == "excluded"
print("double precision")
"""
STEPS = [
    ("library", ["-c", LIBRARY], 0, "library"),
    ("version", [*RUN, "--version"], 0, "eft-positivity"),
    ("help", [*RUN, "--help"], 0, "certified"),
    ("script", ["SCRIPT", "--version"], 0, "eft-positivity"),
    ("nulls", [*RUN, "nulls", "--order", "6"], 0, "="),
    ("nulls with loops", [*RUN, "nulls", "--order", "5", "--loops", "1", "--json"], 0, "{"),
    ("amplitude", [*RUN, "amplitude", "--order", "4", "--latex"], 0, "g_"),
    ("bound", [*RUN, "bound", "g3", "--order", "6", "--certificate", "g3.json", "-o", "bound.json"], 0, "certified"),
    ("verify a bound", [*RUN, "verify", "bound.json"], 0, "PROVED"),
    ("the verifier alone", ["-m", "solvers.verify", "g3.json"], 0, ""),
    ("held ratio", [*RUN, "bound", "g3", "--order", "5", "--fix", "g4=0.3", "--json"], 0, '"certified"'),
    ("sums of squares", [*RUN, "bound", "g3", "--order", "5", "--method", "sdp"], 0, "certified"),
    ("full unitarity", [*RUN, "bound", "g2", "--order", "4", "--density", "unitary"], 0, "certified"),
    ("check, allowed", [*RUN, "check", "g2=1", "g3=1", "g4=0.5", "--order", "6"], 0, "llowed"),
    ("check, excluded", [*RUN, "check", "g2=1", "g3=-20", "--order", "6"], 3, "xcluded"),
    ("region", [*RUN, "region", "g3", "g4", "--order", "4", "--points", "8", "-o", "region.pdf"], 0, "kinks"),
    ("region, resumed",
     [*RUN, "region", "g3", "g4", "--order", "4", "--points", "10", "-o", "region.pdf", "--resume"], 0, "kinks"),
    ("verify a region", [*RUN, "verify", "region.json"], 0, "PROVED"),
    ("exclude", [*RUN, "exclude", "--dimension", "6"], 0, "PROVED"),
    ("gravity", [*RUN, "gravity", "--dimension", "6", "--functions", "5,4"], "any", "8"),
    ("cutoff, closed form", [*RUN, "cutoff", "--analytic", "--mu", "1", "--g4", "50"], "any", "5242.5"),
    ("scan", [*RUN, "scan", "spec.toml", "-o", "scan.jsonl", "--jobs", "2"], "any", "3 points"),
    ("scan, resumed", [*RUN, "scan", "spec.toml", "-o", "scan.jsonl", "--resume"], "any", "3 points"),
    ("table", [*RUN, "table", "scan.jsonl", "-o", "scan.csv"], 0, "3 rows"),
    ("verify a scan", [*RUN, "verify", "scan.jsonl"], 0, "PROVED"),
    ("pandas, xarray", ["-c", TABLES], 0, "tables"),
    ("export sdpb", [*RUN, "export", "sdpb", "g3", "--order", "4", "--spins", "8", "-o", "pmp.json"], 0, ""),
    ("import sdpb, no answer", [*RUN, "import", "sdpb", "nothing", "--problem", "pmp.problem.json"], 2, "sdpb"),
    ("cite", [*RUN, "cite", "bound.json"], 0, "@"),
    ("bad input", [*RUN, "bound", "h3"], 2, "positivity: "),
    ("double precision", ["-c", DOUBLE], 0, "double precision"),
]  # fmt: skip


def run(folder: Path) -> int:
    """All steps; the number that failed."""
    (folder / "spec.toml").write_text(SPEC, encoding="utf-8")
    own = str(Path(sys.executable).with_name("positivity"))
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | {"PYTHONWARNINGS": "default"}
    failed = []
    for name, arguments, code, text in STEPS:
        command = [own, *arguments[1:]] if arguments[0] == "SCRIPT" else [sys.executable, *arguments]
        started = time.monotonic()
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        said = done.stdout + done.stderr
        good = done.returncode in ((0, 1) if code == "any" else (code,)) and text in said and "Traceback" not in said
        print(f"{'ok  ' if good else 'FAIL'} {name} ({time.monotonic() - started:.1f} s)", flush=True)
        if not good:
            failed.append(name)
            print(json.dumps({"command": command[1:], "exit code": done.returncode, "said": said[-3000:]}, indent=1))
    print(f"{len(STEPS) - len(failed)} of {len(STEPS)} steps")
    return len(failed)


if __name__ == "__main__":
    sys.exit(run(Path(sys.argv[1])) > 0)
