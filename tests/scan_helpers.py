"""What the tests of scans share: specifications, and rows without what differs between runs."""

import json
import os
from pathlib import Path

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
        row.pop("checksum", None)  # of the time too
        assert row["key"] not in found, "doubled"
        found[row["key"]] = row
    return found


def environment(**more):
    """For a process of its own: this source, one thread."""
    return {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", **more}
