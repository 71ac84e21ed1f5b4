"""Every file is replaced as a whole or stays as it was."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import positivity
from positivity.answers.files import write_json, write_text
from solvers.files import replacing
from tests.scan_helpers import BOUNDS, environment

resource = pytest.importorskip("resource")

#: writes everything the library writes, on a disk that is full after 60 bytes; prints what was said
FULL_DISK = f"""
import contextlib, io, json, resource, sys
from pathlib import Path
import positivity
from paper_figs.shared import Output
from positivity.cli.main import main
from positivity.answers.files import write_json
from positivity.bounds.sdpb import export_sdpb
from positivity.answers.plotting import style, save_figure
folder = Path(sys.argv[1])
scan, bound = positivity.scan({BOUNDS!r}), positivity.bound("g3", order=4)
with style() as plt:
    figure = plt.figure()
certificate = ["bound", "g3", "--order", "4", "--certificate", str(folder / "certificate.json")]
writers = {{
    "result.json": lambda path: write_json(path, bound.to_dict()),
    "scan.csv": scan.to_csv,
    "figure.pdf": lambda path: save_figure(figure, path),
    "figure.png": lambda path: save_figure(figure, path),
    "sdpb.json": lambda path: export_sdpb(path, order=4, spins=(0, 2, 4, -1)),
    "sdpb.xml": lambda path: export_sdpb(path, order=4, spins=(0, 2, 4, -1), form="xml"),
    "data.json": lambda path: Output(folder, "script").save("data", bound.to_dict(), "caption", "scope"),
    "certificate.json": lambda path: main(certificate),
}}
said = {{}}
limits = resource.getrlimit(resource.RLIMIT_FSIZE)
for name, write in writers.items():
    resource.setrlimit(resource.RLIMIT_FSIZE, (60, limits[1]))
    try:
        with contextlib.redirect_stderr(io.StringIO()) as spoken, contextlib.redirect_stdout(io.StringIO()):
            code = write(folder / name)
        said[name] = f"{{code}} {{spoken.getvalue()}}"
    except positivity.InputError as error:
        said[name] = str(error)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
(folder / "said").write_text(json.dumps(said))
"""


def test_a_full_disk_leaves_every_old_file(tmp_path):
    names = ["result.json", "scan.csv", "figure.pdf", "figure.png", "sdpb.json", "sdpb.xml", "data.json",
             "certificate.json", "certificate.lower.json", "certificate.upper.json"]  # fmt: skip
    for name in names:
        (tmp_path / name).write_text(f"old {name}")
    done = subprocess.run(
        [sys.executable, "-c", FULL_DISK, tmp_path], env=environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    said = json.loads((tmp_path / "said").read_text())
    assert len(said) == 8
    for name, text in said.items():
        assert "cannot write" in text and "File too large" in text and text.strip().count("\n") == 0, (name, text)
    assert {path.name: path.read_text() for path in tmp_path.glob("*.*")} == {name: f"old {name}" for name in names}
    assert not list(tmp_path.glob(".*")), "no halves beside"


def test_permissions_links_and_devices(tmp_path):
    private, link = tmp_path / "private.json", tmp_path / "link.json"
    private.write_text("{}")
    private.chmod(0o640)
    link.symlink_to(private)
    write_json(link, {"a": 1})
    assert link.is_symlink() and json.loads(private.read_text()) == {"a": 1}
    assert stat.S_IMODE(private.stat().st_mode) == 0o640
    mask = os.umask(0o027)
    try:
        write_text(tmp_path / "new", "x")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    write_text("/dev/null", "lost")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)
    longest = tmp_path / ("n" * 250)
    write_text(longest, "fits")
    assert longest.read_text() == "fits"


def test_an_interrupt_leaves_the_old_file(tmp_path):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(KeyboardInterrupt), replacing(path) as stream:
        stream.write("new, half of it")
        stream.flush()
        assert path.read_text() == "old"
        raise KeyboardInterrupt
    assert path.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("place", ["no/such/folder.json", "."])
def test_what_cannot_be_written_is_one_line(place, tmp_path):
    with pytest.raises(positivity.InputError, match="cannot write"):
        write_text(tmp_path / place, "x")
