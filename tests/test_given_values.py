"""What functions are given: numbers of numpy are read, anything that makes no sense is an InputError."""

import ast
import json
import re
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from flint import fmpq

import positivity
from positivity.amplitudes import uv
from positivity.bounds.sdpb import export_sdpb, spin_list
from positivity.questions.numbers import as_float, parse_rational, significant
from positivity.sum_rules.cutoff_rules import cutoff_problem
from tests.command import run

#: a call that answers at once, and arguments of it that are replaced one by one
CALLS = {
    "bound": (positivity.bound, {"coupling": "g3", "over": None, "order": 4, "dimension": 4, "fix": None, "digits": 8,
              "density": "positive", "loops": "tree", "method": "lp", "assumptions": None, "smeared": 0}),
    "loops": (positivity.bound, {"coupling": "g4", "over": "U", "order": 5, "dimension": 6, "digits": 4,
              "fix": {"g2": "0.3U", "g3": "-1U"}, "density": "positive", "loops": "g2^2", "smeared": 0}),
    "check": (positivity.check, {"couplings": {"g2": 1, "g3": 1}, "order": 4, "dimension": 4, "density": "positive",
              "loops": "tree", "assumptions": None}),
    "Checker": (positivity.Checker, {"names": ["g2", "g3"], "order": 4, "dimension": 4}),
    "Checker.check": (positivity.Checker(["g2", "g3"], order=4).check, {"values": [1, 1]}),
    "region": (positivity.region, {"progress": None, "resume": None, "points": 4, "x": "g3", "y": "g4", "order": 4}),
    "cutoff": (cutoff_problem, {"p_min": 0.1, "contacts": 1, "k": (2,), "degree": None, "forward_sum_rules": False,
               "mu": None, "g2": None, "g4": None, "loops": "tree", "density": "unitary"}),
    "analytic": (positivity.analytic_cutoff, {"mu": 1, "g4": 50}),
    "nulls": (positivity.null_constraints, {"order": 5, "dimension": 4}),
    "cite": (positivity.cite, {"result": {"schema": "eft-positivity/bound/1"}}),
    "gravity": (positivity.gravity_bound, {"direction": (1, 0), "functions": (5,), "fix": None, "dimension": 6}),
    "export": (export_sdpb, {"side": "lower", "order": 4, "dimension": 4, "fix": None, "spins": [0, 2, -1],
               "form": "json", "digits": 90, "coupling": "g3", "over": "g2"}),
    "spin_list": (spin_list, {"dense": 20, "last": 40}),
    "couplings": (uv.couplings, {"theory": uv.stu_pole(), "order": 5, "mass_squared": 1}),
    "markers": (uv.markers, {"x": "g3", "y": "g4", "over": "g2", "theories": [uv.stu_pole()], "mass_squared": 1}),
    "amplitude": (uv.from_amplitude, {"formula": "s**2+t**2+u**2", "order": 4, "name": "x"}),
    "mixture": (uv.mixture, {"terms": [(uv.stu_pole(), 1, 1)]}),
    "bubbles": (uv.heavy_bubbles, {"dimension": 4}),
}  # fmt: skip
STRANGE = [
    None, -1, 1.5, True, "", "x", [], [1], {}, {"g4": None}, {"x": 1}, {1: 2}, {("a",): 1}, float("nan"), float("inf"),
    10**400, 1e-320, np.array([1, 2.0]), np.array("x"), b"x", object(), uv.stu_pole(), print, "1" * 5000, "\x00", 1j,
    Decimal("NaN"), {"g2": np.array([1, 2])}, range(3), type, {"g3": {}}, [[1]], positivity.Assumptions(ceiling=[]),
    positivity.Assumptions(gaps=3), positivity.Assumptions(last_spin="x"), positivity.Assumptions(gaps=((2, "x"),)),
]  # fmt: skip
#: strange values with which a region or a bound with gravity starts work that takes seconds
_WORK = ("None", "{}", "True", repr(print), repr(type))


@pytest.mark.parametrize(("call", "argument"), [(call, key) for call, (_, given) in CALLS.items() for key in given])
def test_what_makes_no_sense_is_an_input_error(tmp_path, call, argument):
    function, given = CALLS[call]
    extra = {"path": tmp_path / "pmp.json"} if call == "export" else {}
    for strange in STRANGE:
        if call in ("region", "gravity") and repr(strange) in _WORK:
            continue
        try:
            function(**extra, **{**given, argument: strange})
        except positivity.InputError as error:
            message = str(error)
            assert "\n" not in message and len(message) < 400 and not re.search(r"--[a-z]", message), message


@pytest.mark.parametrize("call", CALLS)
def test_a_keyword_that_does_not_exist(call):
    function, given = CALLS[call]
    for kind in (positivity.InputError, TypeError):
        with pytest.raises(kind, match="ordre"):
            function(**({"path": "p.json"} if call == "export" else {}), **given, ordre=3)
    with pytest.raises(positivity.InputError, match="did you mean order"):
        positivity.bound("g3", ordre=6)


def test_numbers_of_numpy_are_read():
    plain = positivity.bound("g3", order=6, fix={"g4": "0.25"})
    numpy = positivity.bound(
        "g3", order=np.int64(6), dimension=np.int32(4), digits=np.int8(8), fix={"g4": np.float64(0.25)}
    )
    assert (numpy.lower.text, numpy.upper.text, numpy.problem) == (
        plain.lower.text,
        plain.upper.text,
        plain.problem,
    )
    json.dumps(numpy.to_dict())
    levels = positivity.bound("g3", order=np.int64(5), density="unitary", fix={"g2": np.float64(25.0)})
    assert levels.problem.fix == (("g2", "25"),)
    values = {"g2": np.int64(1), "g3": np.float32(-5), "g4": np.array(0.3)}
    assert positivity.check(values, order=np.int64(8)).couplings == (("g2", "1"), ("g3", "-5"), ("g4", "3/10"))
    checker = positivity.Checker(["g2", "g3"], order=6)
    assert [checker.check(row).status for row in np.array([[1, 1], [1, -11.0]])] == ["allowed", "excluded"]
    with pytest.raises(positivity.InputError, match="value of g3 is an array"):
        positivity.check({"g2": 1, "g3": np.array([1, 2])})


def test_a_float_means_its_shortest_decimal():
    for value in (0.3, np.float64(0.3), np.float32(0.3), np.longdouble("0.3"), Decimal("0.3"), Fraction(3, 10), "3/10"):
        assert parse_rational(value) == fmpq(3, 10), repr(value)
    assert parse_rational(np.float64(1e-7)) == fmpq(1, 10**7)
    assert as_float(fmpq(10) ** 500) == float("inf") and as_float(-1 / fmpq(10) ** 500) == 0
    assert significant(fmpq(10) ** 500 / 3, 3) == "3.33e+499" and significant(fmpq(1, 3), 3) == "0.333"


def test_the_library_does_not_speak_of_options():
    """No text in an error of the library names an option of the command line."""
    root = Path(positivity.__file__).parent
    for path in [*root.rglob("*.py"), *(root.parent / "solvers").rglob("*.py")]:
        if "cli" in path.parts or path.name == "__main__.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Raise):
                texts = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
                assert not any(re.search(r"(?<![-\w])--[a-z]", text) for text in texts), (path.name, node.lineno, texts)


@pytest.mark.parametrize(
    ("line", "fragment"),
    [
        (["bound", "g3", "--over", "-g2"], "--over=-g2"),
        (["bound", "-g3"], "-- -g3"),
        (["bound", "g3", "--order", "6", "--order", "8"], "given twice"),
        (["bound", "g3", "--over", ""], "--over is empty"),
        (["bound", "g3", "--fix", ""], "--fix is empty"),
        (["region", "g3", "g4", "--points", "0"], "points 0"),
        (["bound", "g3", "--order", "\u00b2"], "not an integer"),
        (["bound", "g9", "--order", "8"], "raise --order"),
        (["bound", "g3", "-o", "a.json", "--certificate", "a.json"], "two outputs"),
        (["cutoff", "--certificate", "c.json"], "--p-min"),
        (["cutoff", "--analytic", "--mu", "1", "--g4", "50", "--functions", "20"], "--functions"),
        (["region", "g3", "g4", "--last-spin", "4"], "density"),
    ],
)
def test_what_the_command_line_says(capsys, line, fragment):
    code, out, err = run(capsys, *line)
    assert code == 2 and out == "" and err.count("\n") == 1 and fragment in err


@pytest.mark.parametrize(
    ("raised", "code"),
    [(KeyboardInterrupt(), 130), (MemoryError(), 2), (RuntimeError("a\nb\x1b[31m"), 70), (OSError(28, "No space"), 2)],
)
def test_whatever_happens_is_one_line(capsys, monkeypatch, raised, code):
    def fail(*_, **__):
        raise raised

    monkeypatch.setattr("positivity.sum_rules.listing.render", fail)
    found, out, err = run(capsys, "nulls")
    assert found == code and out == "" and err.count("\n") == 1 and "\x1b" not in err and "Traceback" not in err


def test_text_from_files_does_nothing_to_a_terminal_or_a_spreadsheet():
    from positivity.answers.plaintext import cell, plain

    assert plain("a\x1b[31m\u202eb\n") == "a\\x1b[31m\\u202eb\n" and plain("\u03c1_J \u2265 0") == "\u03c1_J \u2265 0"
    formulas = ["=1+1", "+cmd|x", "-2+3", "@SUM(A1)", "\t=1", "-10.3", "+1e-5", "-1/3", 3, "plain", ""]
    assert [cell(text) for text in formulas] == [
        "'=1+1", "'+cmd|x", "'-2+3", "'@SUM(A1)", "\\t=1", "-10.3", "+1e-5", "-1/3", 3, "plain", ""
    ]  # fmt: skip
