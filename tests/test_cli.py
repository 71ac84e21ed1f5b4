import argparse
import json
import shlex
import subprocess
import sys

import pytest

from positivity.cli.main import _parser
from tests.command import run


def test_nulls(capsys):
    code, out, _ = run(capsys, "nulls", "--order", "6", "--dimension", "4")
    assert code == 0
    assert "n=4: < X(X-8) / m^8 > = 0" in out and "g3 = < (3-2X) / m^6 >" in out and "D=4" in out
    code, out, _ = run(capsys, "nulls", "--order", "5", "--dimension", "5", "--json")
    data = json.loads(out)
    assert data["nulls"][0]["polynomial"] == [0, -21, 2]
    code, out, _ = run(capsys, "nulls", "--order", "4", "--latex")
    assert r"\left\langle \frac{\mathcal{X}(\mathcal{X}-8)}{m^{8}} \right\rangle &= 0" in out


def test_bound_certificate_and_verify(capsys, tmp_path):
    certificate, whole = tmp_path / "c.json", tmp_path / "b.json"
    code, out, _ = run(capsys, "bound", "g3", "--over", "g2", "--order", "8", "--certificate", str(certificate),
                       "-o", str(whole))  # fmt: skip
    assert code == 0 and ">= -10.349203022" in out and "certified" in out and "order 8" in out
    for path in (certificate, tmp_path / "c-upper.json", whole):
        code, out, _ = run(capsys, "verify", str(path))
        assert code == 0 and out.startswith("PROVED: ")
    done = subprocess.run(
        [sys.executable, "-m", "solvers.verify", certificate], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "PROVED" in done.stdout
    data = json.loads(certificate.read_text())
    data["claim"][0]["coefficient"] = "10"
    certificate.write_text(json.dumps(data))
    code, out, _ = run(capsys, "verify", str(certificate))
    assert code == 1 and out.startswith("REFUSED: ")
    done = subprocess.run(
        [sys.executable, "-m", "solvers.verify", certificate], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1 and "REFUSED" in done.stdout


def test_bound_json_schema(capsys):
    code, out, _ = run(capsys, "bound", "g3", "--order", "6", "--fix", "g4=0.3", "--json")
    data = json.loads(out)
    assert code == 0
    assert data["schema"] == "eft-positivity/bound/1"
    assert data["problem"] | {"fix": None} == {
        "coupling": "g3", "over": "g2", "dimension": 4, "order": 6, "fix": None, "density": "positive", "loops": "tree",
    }  # fmt: skip
    assert data["problem"]["fix"] == [["g4", "3/10"]]
    for side in ("lower", "upper"):
        end = data[side]
        assert {"value", "status", "reason", "certificate", "spectrum", "digits"} <= set(end)
        assert end["status"] == "certified" and isinstance(end["value"], str)
        assert set(end["certificate"]) == {"schema", "dimension", "density", "claim", "sum_rules", "spin_split"}
        assert {"mass_squared", "spin", "weight"} <= set(end["spectrum"][0])
    assert {"versions", "seconds"} <= set(data)


def test_unbounded_end_is_not_a_failure(capsys):
    code, out, _ = run(capsys, "bound", "g3", "--order", "3")
    assert code == 0 and "unbounded" in out and "J -> infinity" in out and "failed" not in out


def test_excluded_fix_exits_with_one(capsys):
    code, out, _ = run(capsys, "bound", "g3", "--order", "6", "--fix", "g4=0.8")
    assert code == 1 and "no theory has the fixed ratios" in out


def test_region_writes_figure_and_data(capsys, tmp_path):
    figure = tmp_path / "r.pdf"
    code, out, err = run(capsys, "region", "g3", "g4", "--order", "6", "--points", "12", "-o", str(figure))
    assert code == 0, err
    assert figure.read_bytes()[:4] == b"%PDF" and figure.with_suffix(".png").read_bytes()[1:4] == b"PNG"
    data = json.loads(figure.with_suffix(".json").read_text())
    assert data["schema"] == "eft-positivity/region/1" and len(data["half_planes"]) >= 12
    first = figure.read_bytes()
    run(capsys, "region", "g3", "g4", "--order", "6", "--points", "12", "-o", str(figure))
    assert figure.read_bytes() == first, "figures are reproducible"
    code, out, _ = run(capsys, "verify", str(figure.with_suffix(".json")))
    assert code == 0 and out.count("PROVED") == len(data["half_planes"])


def test_explain(capsys, tmp_path):
    figure = tmp_path / "why.pdf"
    code, out, _ = run(capsys, "bound", "g3", "--order", "6", "--explain", str(figure))
    assert code == 0 and "Why not better" in out and "m^4 F_J" in out
    assert (tmp_path / "why-lower.pdf").exists() and (tmp_path / "why-upper.png").exists()


def test_explain_full_unitarity(capsys, tmp_path):
    figure = str(tmp_path / "w.pdf")
    code, out, _ = run(capsys, "bound", "g2", "--density", "unitary", "--order", "4", "--explain", figure)
    assert code == 0 and "m^2 from" in out and "extremal density is zero" in out
    assert (tmp_path / "w-upper.png").exists()


def test_unitary_bound_with_assumptions(capsys, tmp_path):
    path = tmp_path / "u.json"
    asked = "--over g2 --fix g2=0.2U --density unitary --order 5 --ceiling 3/2 --last-spin 30 --gap 0:1.5 -o"
    code, out, _ = run(capsys, "bound", "g3", *asked.split(), str(path))
    assert code == 0 and "0 <= rho_J <= 3/2" in out and "no states of spin 0 below m^2 = 3/2" in out
    code, out, _ = run(capsys, "verify", str(path))
    assert code == 0 and out.count("PROVED") == 2


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["bound", "g1"], "unknown coupling"),
        (["bound", "g9", "--order", "8"], "raise --order"),
        (["bound", "g3", "--order", "2"], "raise --order"),
        (["bound", "g3", "--order", "x"], "not an integer"),
        (["bound", "g3", "--dimension", "3.5"], "not an integer"),
        (["bound", "g3", "--dimension", "3"], "integer from 4"),
        (["bound", "g3", "--digits", "-1"], "digits -1"),
        (["bound", "g3", "--fix", "g4"], "coupling=value"),
        (["bound", "g3", "--fix", "g4=0.1", "--fix", "g4=0.2"], "twice"),
        (["bound", "g3", "--certificate", "/no/such/folder/c.json"], "cannot write"),
        (["bound", "g3", "--method", "magic"], "method"),
        (["region", "g3", "g4", "-o", "/no/such/folder/r.pdf"], "cannot write"),
        (["region", "g3", "g4", "-o", "r.svg"], ".pdf or .png"),
        (["region", "g3", "g4", "--points", "2"], "points 2"),
        (["region", "g3", "g4", "--resume"], "--resume needs"),
        (["nulls", "--order", "3"], "begin at order 4"),
        (["verify", "/no/such/file.json"], "No such file"),
        (["frobnicate"], "frobnicate"),
        ([], "COMMAND"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_two(capsys, arguments, fragment):
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == "" and err.count("\n") == 1 and fragment in err and "Traceback" not in err


def test_corrupt_certificate(capsys, tmp_path):
    path = tmp_path / "c.json"
    path.write_text('{"schema": ')
    code, out, err = run(capsys, "verify", str(path))
    assert code == 2 and out == "" and "not a JSON document" in err and err.count("\n") == 1
    done = subprocess.run([sys.executable, "-m", "solvers.verify", path], capture_output=True, text=True, check=False)
    assert done.returncode == 2 and "not a JSON document" in done.stderr
    for text, reason in (
        ('{"schema": "eft-positivity/bound/1"}', "malformed"),
        ('{"schema": "x"}', "schema"),
        ("[]", "object"),
    ):
        path.write_text(text)
        code, out, _ = run(capsys, "verify", str(path))
        assert code == 1 and out.startswith("REFUSED: ") and reason in out


def commands():
    (group,) = (action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    return group.choices


@pytest.mark.parametrize("columns", [80, 100])
@pytest.mark.parametrize("command", commands())
def test_help_fits_a_screen_and_has_an_example(capsys, monkeypatch, command, columns):
    monkeypatch.setenv("COLUMNS", str(columns))
    code, out, _ = run(capsys, command, "--help")
    assert code == 0 and out.count("\n") <= 28 and max(map(len, out.splitlines())) <= columns
    # the example is a command that the parser accepts
    words = shlex.split(commands()[command].epilog.removeprefix("example: ").partition(";")[0])
    words = words[: words.index(">")] if ">" in words else words
    assert words[:2] == ["positivity", command]
    _parser().parse_args(words[1:])
    for action in commands()[command]._actions:
        assert action.help, f"{action.dest} says what it is"


def test_help_of_everything_fits_a_screen(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = run(capsys, "--help")
    assert code == 0 and out.count("\n") <= 30 and all(f"\n    {name}" in out for name in commands())


def test_json_is_alone_on_standard_output():
    """Nothing a solver prints by itself stands before it."""
    for asked in ("g3", "g2 --density unitary"):
        command = [sys.executable, "-m", "positivity", "bound", *asked.split(), "--order", "4", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert json.loads(done.stdout)["schema"] == "eft-positivity/bound/1"
