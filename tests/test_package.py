"""What the package is as a package: light imports, public names, results as data."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from inspect import isfunction, signature
from pathlib import Path

import pytest

import positivity
import positivity.cli.main
from positivity.answers.bound import Bound, bound_rows, text_table
from positivity.answers.end import End
from positivity.certificates.verification import verify
from solvers.verify import Refused

ROOT = Path(__file__).parents[1]
PUBLIC = [
    "Bound", "Checker", "CutoffBound", "Density", "End", "GravityBound", "InputError", "LoopRegion", "Region", "Scan",
    "Scope", "Verdict", "bound", "certify_cutoff", "check", "cite", "cutoff_bound", "gravity_bound", "load",
    "null_constraints", "region", "scan", "uv", "verify",
]  # fmt: skip


def test_public_names_are_frozen():
    assert positivity.__all__ == PUBLIC
    assert len(PUBLIC) <= 24
    with pytest.raises(AttributeError):
        _ = positivity.nothing


@pytest.mark.parametrize("name", sorted(set(PUBLIC) - {"InputError"}))
def test_public_docstrings_give_units_and_source(name):
    """A paper or a page of the documentation that exists, in the docstring or in that of its module."""
    thing = getattr(positivity, name)
    assert thing.__doc__, name
    home = sys.modules[getattr(thing, "__module__", thing.__name__)]
    text = f"{thing.__doc__} {home.__doc__}"
    assert re.search(r"units|M = 1|Lambda", text), f"{name}: units"
    assert re.search(r"\b2\d{3}\.\d{5}\b|docs/", text), f"{name}: source"
    for page in re.findall(r"docs/[\w/]+\.md", text):
        assert (ROOT / page).exists(), page
    if callable(thing):
        assert all(parameter.annotation is not parameter.empty for parameter in signature(thing).parameters.values())
    for method, function in vars(thing).items():
        if not method.startswith("_") and (isfunction(function) or isinstance(function, property | classmethod)):
            assert function.__doc__, f"{name}.{method}"


def test_importing_is_light():
    code = (
        "import sys, positivity, positivity.cli.main\n"
        "for words in ['--help'], *([name, '--help'] for name in NAMES):\n"
        "    try: positivity.cli.main.main(words)\n    except SystemExit: pass\n"
        "heavy = {'numpy', 'scipy', 'sympy', 'cvxpy', 'matplotlib', 'mpmath', 'highspy'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    names = [path.stem for path in (Path(positivity.__file__).parent / "cli").glob("*.py")]
    code = code.replace("NAMES", repr([*names, "export", "import", "table"]))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_floors_have_no_circles():
    """solvers knows no physics, and the verifier nothing at all."""
    code = (
        "import sys, solvers.optimum, solvers.conic, solvers.sdpb, solvers.rays\n"
        "sys.exit(str([m for m in sys.modules if m.startswith('positivity')] or 0))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0 or done.stderr.strip() == "0", done.stderr


def test_declared_pythons_agree():
    """What is declared, what the types are checked against, and where this runs."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    names = project["project"]["classifiers"]
    declared = [name.split(" :: ")[-1] for name in names if re.fullmatch(r".*Python :: 3\.\d+", name)]
    assert declared == ["3.11", "3.12", "3.13"]
    assert project["project"]["requires-python"] == f">={declared[0]}"
    assert project["tool"]["mypy"]["python_version"] == declared[0], "newer syntax is an error of mypy"
    assert sys.version_info >= (3, 11)


@pytest.fixture(scope="module")
def bound():
    return positivity.bound("g3", order=6, fix={"g4": "0.3"})


def test_bound_round_trip(bound):
    data = json.loads(json.dumps(bound.to_dict()))
    assert Bound.from_dict(data) == bound
    with pytest.raises(ValueError, match="schema"):
        Bound.from_dict({**data, "schema": "other"})


def test_bound_is_frozen(bound):
    with pytest.raises(AttributeError):
        bound.lower = None


def test_tables_carry_the_scope(bound):
    text = str(bound)
    for part in ("D=4", "tree level", "rho_J >= 0", "all even spins", "masses >= M=1", "order 6", "g4/g2 = 3/10"):
        assert part in text
    assert "<table>" in bound._repr_html_() and "certified" in bound._repr_html_()


def test_a_numerical_value_never_looks_certified(bound):
    numerical = Bound(bound.problem, End("-9", "numerical", "the verifier refused"), bound.upper)
    table = text_table(bound_rows([numerical]))
    assert "numerical (not proved)" in table


def test_saved_bounds_are_verified_as_a_whole(bound):
    data = bound.to_dict()
    assert len(verify(data)) == 2
    for change, reason in (
        ({"value": str(float(bound.lower.text) + 1e-5)}, "stronger"),
        ({"certificate": bound.to_dict()["upper"]["certificate"]}, "claim|stronger|other side"),
        ({"certificate": None}, "missing"),
    ):
        with pytest.raises(Refused, match=reason):
            verify({**data, "lower": {**data["lower"], **change}})
    with pytest.raises(Refused, match="D="):
        verify({**data, "problem": {**data["problem"], "dimension": 5}})
    with pytest.raises(Refused, match="above order"):
        verify({**data, "problem": {**data["problem"], "order": 4}})


def test_plot_needs_a_certificate(bound):
    with pytest.raises(positivity.InputError, match="side"):
        bound.plot("middle")
    with pytest.raises(positivity.InputError, match="no certificate"):
        Bound(bound.problem, End(None, "failed", "because"), bound.upper).plot("lower")


def test_a_built_wheel_brings_its_own_solvers(tmp_path):
    """A project on PyPI is called solvers too: from the wheel alone, ours must be the one imported."""
    source = tmp_path / "source"
    shutil.copytree(
        ROOT, source, ignore=shutil.ignore_patterns(".git", ".venv", "out", "*.egg-info", "build", "*cache*")
    )
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path / "dist", source]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("eft_positivity-*.whl")
    unpacked = tmp_path / "unpacked"
    zipfile.ZipFile(wheel).extractall(unpacked)
    for name in ("positivity", "solvers"):
        missing = [p for p in source.glob(f"{name}/**/*.py") if not (unpacked / p.relative_to(source)).exists()]
        assert not missing, missing
    assert (unpacked / "positivity/paper.mplstyle").exists() and (unpacked / "solvers/py.typed").exists()
    code = (
        "import solvers, positivity, solvers.verify\n"
        f"assert all(m.__file__.startswith({str(unpacked)!r}) for m in (solvers, positivity, solvers.verify))\n"
        "bound = positivity.bound('g3', order=4)\nassert bound.lower.status == 'certified'\n"
        "bound.plot('lower', 'figure.pdf')"
    )
    environment = {**os.environ, "PYTHONPATH": str(unpacked)}
    subprocess.run([sys.executable, "-c", code], check=True, cwd=tmp_path, env=environment)
    (tmp_path / "spec.toml").write_text("target = 'g3'\norder = 4\n[grid.g4]\nvalues = [0.1, 0.2, 0.3]\n")
    for arguments in ("scan spec.toml -o scan.jsonl --jobs 2", "verify scan.jsonl", "table scan.jsonl -o scan.csv"):
        command = [sys.executable, "-m", "positivity", *arguments.split()]
        subprocess.run(command, check=True, cwd=tmp_path, env=environment, capture_output=True)
