"""Build the wheel and the sdist, install them in clean environments with the lowest and the newest versions, use them.

python tests/installed/check.py [lowest] [newest] [sdist]: all three by default.
lowest: Python 3.11, tests/installed/lowest.txt.  newest: the newest Python found, the newest versions the index has.
sdist: tests from the unpacked sdist, in the environment of the last of the other two.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
#: what is run of the sdist: quick, and one of each kind
TESTS = ["test_couplings.py", "test_sum_rules.py", "test_citations.py", "test_scan_spec.py", "test_files.py"]
PINNED = ["pandas", "xarray", "dask[distributed]", "pytest", "pytest-benchmark", "hypothesis"]


def python(*minors: int) -> str:
    """The first Python 3.x of these that runs."""
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for minor in minors:
        name = f"python3.{minor}"
        for each in (shutil.which(name), *sorted(versions.glob(f"3.{minor}.*/bin/{name}"), reverse=True)):
            probe = [str(each), "-c", f"import sys, venv, ssl; assert sys.version_info[:2] == (3, {minor})"]
            if each and subprocess.run(probe, capture_output=True, check=False).returncode == 0:
                return str(each)
    print(f"no Python 3.{minors[0]}: taking {sys.version.split()[0]}, which is another test")
    return sys.executable


def build(folder: Path) -> tuple[Path, Path]:
    """The wheel, made from the sdist, and the sdist."""
    environment(folder / "build", sys.executable)
    own = str(folder / "build/bin/python")
    pip(own, "build")
    subprocess.run([own, "-m", "build", "--outdir", folder / "dist", ROOT], check=True, stdout=subprocess.DEVNULL)
    return next((folder / "dist").glob("*.whl")), next((folder / "dist").glob("*.tar.gz"))


def environment(folder: Path, interpreter: str) -> Path:
    """An empty virtual environment; its interpreter."""
    subprocess.run([interpreter, "-m", "venv", folder], check=True)
    return folder / "bin/python"


def pip(interpreter: str | Path, *arguments: str | Path) -> None:
    """pip install."""
    subprocess.run([interpreter, "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments], check=True)


def steps(interpreter: Path, folder: Path) -> None:
    """The steps of steps.py, away from the sources."""
    folder.mkdir()
    copy = shutil.copy(HERE / "steps.py", folder / "steps.py")
    listed = [interpreter, "-m", "pip", "list", "--disable-pip-version-check", "--format", "freeze"]
    print(" ".join(subprocess.run(listed, check=True, capture_output=True, text=True).stdout.split()), flush=True)
    subprocess.run([interpreter, copy, folder], check=True, cwd=folder)


def main(which: list[str]) -> None:
    """All that is asked; raises CalledProcessError where something fails."""
    os.environ.pop("PYTHONPATH", None)  # pip would take the sources for an installation
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel, sdist = build(folder)
        interpreter = None
        if "lowest" in which:
            interpreter = environment(folder / "lowest", python(11))
            pip(interpreter, wheel, *PINNED, "-c", HERE / "lowest.txt")
            steps(interpreter, folder / "lowest-steps")
        if "newest" in which:
            interpreter = environment(folder / "newest", python(14, 13))
            pip(interpreter, "--upgrade", wheel, *PINNED)
            steps(interpreter, folder / "newest-steps")
        if "sdist" in which:
            if interpreter is None:
                interpreter = environment(folder / "sdist", sys.executable)
                pip(interpreter, wheel, *PINNED)
            with tarfile.open(sdist) as archive:
                archive.extractall(folder / "unpacked", filter="data")
            source = next((folder / "unpacked").iterdir())
            chosen = [f"tests/{test}" for test in TESTS]
            subprocess.run([interpreter, "-m", "pytest", "-q", "-m", "not slow", *chosen], check=True, cwd=source)


if __name__ == "__main__":
    main(sys.argv[1:] or ["lowest", "newest", "sdist"])
