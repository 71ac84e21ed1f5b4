"""The examples run as scripts; as notebooks if Jupyter is there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from examples.render import NAMES

ROOT = Path(__file__).parents[1]


def test_every_example_is_listed():
    assert {path.stem for path in (ROOT / "examples").glob("*.py")} - {"__init__", "render"} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_example_runs(name, tmp_path):
    environment = {**os.environ, "EFT_POSITIVITY_QUICK": "1", "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, "-W", "error", ROOT / "examples" / f"{name}.py"],
        capture_output=True, text=True, cwd=tmp_path, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "certified" in done.stdout


@pytest.mark.parametrize("name", NAMES)
def test_rendered_notebook_is_of_this_script(name):
    """The sources of the saved notebook are those of the script."""
    jupytext = pytest.importorskip("jupytext")
    script = jupytext.read(ROOT / "examples" / f"{name}.py", fmt="py:percent")
    saved = json.loads((ROOT / "examples" / f"{name}.ipynb").read_text())
    assert ["".join(cell["source"]) for cell in saved["cells"]] == [cell.source for cell in script.cells]
    assert any(cell.get("outputs") for cell in saved["cells"])


def test_rendering(tmp_path, monkeypatch):
    pytest.importorskip("jupytext")
    pytest.importorskip("nbclient")
    from examples.render import render

    monkeypatch.setenv("EFT_POSITIVITY_QUICK", "1")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    cells = json.loads(render("first_bound", tmp_path).read_text())["cells"]
    assert any("image/png" in output.get("data", {}) for cell in cells for output in cell.get("outputs", []))
