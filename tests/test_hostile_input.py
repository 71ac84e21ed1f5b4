"""Whatever is typed or given in a file: a documented exit code, one line, no traceback, in no time."""

import json
import os
import subprocess
import sys
import time

import pytest

import positivity
from positivity.amplitudes.uv import from_amplitude
from positivity.bounds.sdpb import export_sdpb
from positivity.cli.output import BAD_INPUT
from tests import hostile
from tests.command import run

#: commands whose work takes seconds when a hostile value turns out to be a sensible one
_SLOW = ("--explain", "-o=", "--output=\u202e", "--loops=all", "--functions")
CODES = {0, 1, 2, 3, 4}
LINES = hostile.unique([*hostile.structural_lines(), *hostile.single_lines()])
#: every kind of line is among the fast ones: each fifth, from places that differ by command
_QUICK = [line for line in LINES if not any(part.startswith(_SLOW) for part in line)]


def command_of(line):
    """The command of a line, "none" without one."""
    return line[0] if line and line[0] in hostile.BASES else "none"


#: every fifth one of each command
FAST = [
    line for name in [*hostile.BASES, "none"] for line in [each for each in _QUICK if command_of(each) == name][::5]
]


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """Files that a hostile line writes go to a folder of the test."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def assert_harmless(capsys, line, limit=10.0):
    started = time.perf_counter()
    code, out, err = run(capsys, *line)
    shown = [part[:60] for part in line]
    assert code in CODES, (shown, code, err[-300:])
    assert "Traceback" not in err and "\x1b" not in err + out, shown
    if code == BAD_INPUT:
        assert err.count("\n") == 1 and err.endswith("\n") and len(err) < 1000 and out == "", (shown, err)
    assert time.perf_counter() - started < limit, shown


def test_there_are_enough_of_them():
    assert len(LINES) > 2000 and len(FAST) > 300
    assert {line[0] for line in FAST if line} >= set(hostile.BASES)


@pytest.mark.parametrize("command", [*hostile.BASES, "none"])
def test_hostile_command_lines(capsys, elsewhere, command):
    for line in FAST:
        if command_of(line) == command:
            assert_harmless(capsys, line)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_all_hostile_command_lines(capsys, elsewhere, seed):
    for line in [*LINES[seed::4], *hostile.unique(hostile.double_lines(300, seed))]:
        assert_harmless(capsys, line, 60.0)


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """One good document of each kind that a command reads."""
    folder = tmp_path_factory.mktemp("good")
    problem = export_sdpb(folder / "pmp.json", order=4, spins=[0, 2, -1])
    return {
        "bound": positivity.bound("g3", order=4).to_dict(),
        "region": positivity.region("g3", "g4", order=4, points=4).to_dict(),
        "check": positivity.check({"g2": 1, "g3": 1}, order=4).to_dict(),
        "problem": json.loads(problem.read_text()),
    }


READERS = {
    "bound": ["cite", "FILE"],
    "check": ["cite", "FILE"],
    "region": ["region", "g3", "g4", "--order", "4", "--points", "4", "--resume", "--json", "FILE"],
    "problem": ["import", "sdpb", "answer", "--problem", "FILE"],
}


@pytest.mark.parametrize("kind", READERS)
def test_hostile_documents(capsys, elsewhere, good, kind):
    (elsewhere / "answer").mkdir()
    (elsewhere / "answer" / "z.txt").write_text("3 1\n1\n2\n0.5\n")
    texts = list(hostile.documents(good[kind]))
    assert len(texts) > 50
    for _, text in texts[::2]:
        (elsewhere / "doc.json").write_text(text)
        assert_harmless(capsys, [part.replace("FILE", "doc.json") for part in READERS[kind]])


@pytest.mark.parametrize(
    "text",
    [
        "y = {1e99999999999, 2};", "y = {1e999999999, 2};", "y = {" + "a" * 300_000 + "};", "a" * 300_000,
        "y = {" + "1," * 300_000 + "1};", "y = {1, 2", "y = {};", "y = {1..2, 3};", "y = {\u0661, 2};", "",
        "=" * 100_000, ";" * 100_000, "y = {" + "9" * 10_000 + ", 1};", "y = {nan, inf};", "y = {1e-99999, 2};",
    ],
)  # fmt: skip
def test_hostile_answers_of_a_solver(capsys, elsewhere, good, text):
    (elsewhere / "p.problem.json").write_text(json.dumps(good["problem"]))
    (elsewhere / "p.out").write_text(text)
    started = time.perf_counter()
    code, _, err = run(capsys, "import", "sdpb", "p.out")
    assert code == 2 and err.count("\n") == 1 and time.perf_counter() - started < 5
    column = elsewhere / "folder"
    column.mkdir()
    (column / "z.txt").write_text(f"2 1\n1\n{text[:200_000]}\n")
    assert run(capsys, "import", "sdpb", "folder", "--problem", "p.problem.json")[0] == 2


@pytest.mark.parametrize("place", ["/dev/zero", "pipe", ".", "missing", "/proc/self/mem"])
@pytest.mark.parametrize(
    "line", [["cite", "F"], ["import", "sdpb", "F", "--problem", "F"], ["scan", "F", "-o", "x.jsonl"]]
)
def test_only_regular_files_are_read(capsys, elsewhere, place, line):
    os.mkfifo("pipe")
    started = time.perf_counter()
    code, out, err = run(capsys, *(part.replace("F", place) for part in line))
    assert code == 2 and out == "" and err.count("\n") == 1 and time.perf_counter() - started < 5


EVIL = [
    "__import__('os').system('touch owned')", "().__class__.__bases__[0]", "9**9**9", "9^9^9", "((9**99)**99)**99",
    "factorial(10**7)", "gamma(10**9)", "exp(exp(exp(exp(9))))", "s**s", "s**1e9", "1e99999999", "(s+t+u)**100000",
    "((1+s)**200)**200", "(" * 1000 + "s" + ")" * 1000, "-" * 5000 + "s", "s+" * 3000, "gamma(s)*" * 200 + "1",
    "open('/etc/passwd')", "lambda: 0", "s if t else u", "[s for s in t]", "s.t", "s[0]", "'s'", "f'{s}'", "s;t", "s=t",
    "1/(s+t+u)", "0/0", "1/0", "log(0)", "\x00", "s\u00b2", "\u0661", "eval('1')", "exp", "exp()", "exp(s,t)", "pi(s)",
]  # fmt: skip


@pytest.mark.parametrize("formula", EVIL)
def test_formulas_are_not_run(elsewhere, formula):
    started = time.perf_counter()
    with pytest.raises(positivity.InputError):
        from_amplitude(formula)
    assert time.perf_counter() - started < 5 and not (elsewhere / "owned").exists()


def test_a_coupling_of_blanks_or_of_one_letter_is_read_in_no_time():
    started = time.perf_counter()
    for text in (" " * 100_000, "g" * 300_000, "g3" + " " * 100_000 + "+g4", "1" * 300_000, "+" * 300_000):
        with pytest.raises(positivity.InputError):
            positivity.bound(text)
    assert time.perf_counter() - started < 1


def process(*arguments, **options):
    command = [sys.executable, "-m", "positivity", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)


def test_in_a_process_of_its_own(tmp_path):
    done = process("bound", "g3/0", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "") and done.stderr.count("\n") == 1
    # a full disk, and a pipe that nobody reads
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "positivity", "nulls"], stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2 and done.stderr.count("\n") == 1 and "Traceback" not in done.stderr
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as pipe:
        done = subprocess.run(
            [sys.executable, "-m", "positivity", "nulls"], stdout=pipe, stderr=subprocess.PIPE, text=True, check=False
        )
    assert done.returncode == 2 and done.stderr.count("\n") == 1
    done = process("nulls", "--order", "4", env={**os.environ, "PYTHONIOENCODING": "ascii", "LANG": "C"})
    assert done.returncode == 0 and done.stderr == ""


@pytest.mark.parametrize("name", ["\udcff", "\x1b]0;title\x07.json", "\u202e.json"])
def test_names_of_files_do_nothing_to_a_terminal(capsys, elsewhere, name):
    for line in (["bound", "g3", "--order", "4", "--certificate", name], ["scan", name, "-o", name]):
        assert_harmless(capsys, line)
