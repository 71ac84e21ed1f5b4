"""What becomes of a scan: tables, exports, the progress bar, the command line."""

import builtins
import json
import sys

import numpy as np
import pytest

import positivity
from positivity.cli.main import main
from positivity.scans.progress import Progress, line


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
    assert abs(float(data["lower"].sel(g4=0.1, g3=1)) - float(single.lower.text)) < 1e-7
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
    assert terminal.text.startswith("\r[") and terminal.text.rstrip(" \n").endswith("10/10 points, 0:00:00")


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
