"""Time limits: an answer that says so, what is proved kept, nothing else changed; what a terminal shows meanwhile."""

import os
import pty
import re
import subprocess
import sys
import threading
import time

import pytest
from flint import fmpq

import positivity
from positivity.answers.end import End
from positivity.answers.limits import timed, within
from positivity.cli import main as cli
from positivity.regions.tracing import Tracer
from solvers import deadline
from solvers.exact_linear import first_solution
from tests.command import run


def test_the_earlier_of_two_deadlines_holds_and_ends_with_its_context():
    with deadline.time_limit(1e-9):
        with deadline.time_limit(1000), pytest.raises(deadline.OutOfTime, match="1e-09 s"):
            deadline.checkpoint()
        with deadline.time_limit(None), pytest.raises(deadline.OutOfTime):
            deadline.checkpoint()
    deadline.checkpoint()
    with deadline.time_limit(1000):
        with deadline.time_limit(1e-9), pytest.raises(deadline.OutOfTime):
            deadline.checkpoint()
        deadline.checkpoint()


def test_a_deadline_is_of_one_thread():
    errors = []

    def other():
        try:
            deadline.checkpoint()
        except deadline.OutOfTime as stop:
            errors.append(stop)

    with deadline.time_limit(1e-9):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert not errors


class Ticks:
    """A clock that is one second later at every look."""

    def __init__(self):
        self.now = 0

    def monotonic(self):
        self.now += 1
        return self.now


def test_bound_says_which_end_the_time_was_too_short_for(monkeypatch):
    ticks = Ticks()
    monkeypatch.setattr(deadline, "time", ticks)
    whole = positivity.bound("-1*g3", order=7, time_limit=10**6)
    looks = ticks.now
    late = positivity.bound("-1*g3", order=7, time_limit=looks - 10)
    assert late.lower == whole.lower and late.lower.status == "certified"
    assert (late.upper.text, late.upper.status, late.upper.certificate) == (None, "failed", None)
    assert f"time limit of {looks - 10} s" in late.upper.reason
    short = 2
    with pytest.raises(positivity.InputError, match="before anything was found"):
        positivity.bound("-1*g3", order=7, time_limit=short)


def test_an_end_that_is_proved_outlives_the_deadline_of_the_other():
    class Solver:
        def end(self, weights, side):
            if side < 0:
                return End("-3", "certified")
            raise deadline.OutOfTime(1)

    assert timed(Solver(), [fmpq(1)], -1).status == "certified"
    assert timed(Solver(), [fmpq(1)], 1).reason.startswith("stopped by the time limit")


@pytest.mark.parametrize(
    "call",
    [
        lambda: positivity.bound("g2", order=8, density="unitary", time_limit=1e-6),
        lambda: positivity.bound("g3", order=8, time_limit=1e-6),
        lambda: positivity.gravity_bound(6, time_limit=1e-6),
        lambda: positivity.gravity_bound(6, certify=True, time_limit=1e-6),
        lambda: positivity.certify_cutoff("0.1", time_limit=1e-6),
    ],
)
def test_nothing_found_is_an_input_error(call):
    started = time.thread_time()
    with pytest.raises(positivity.InputError, match="stopped by the time limit of 1e-06 s, before anything was found"):
        call()
    assert time.thread_time() - started < 3


def test_check_and_cutoff_answer_that_the_time_is_up():
    checker = positivity.Checker(["g2", "g3"], order=10)
    with within(1e-6):
        verdict = checker.check(["1", "1"])
    assert verdict.status == "undecided" and "stopped by the time limit" in verdict.reason
    bound = positivity.cutoff_bound("0.1", contacts=1, time_limit=1e-6)
    assert bound.status == "failed" and bound.value is None and "stopped by the time limit" in bound.reason


@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf"), "5", True, 1e9])
def test_a_bad_time_limit(bad):
    for call in (positivity.bound, lambda name, time_limit: positivity.check({name: 1}, time_limit=time_limit)):
        with pytest.raises(positivity.InputError, match="time limit"):
            call("g3", time_limit=bad)


def test_a_long_time_limit_changes_nothing():
    plain, limited = (positivity.bound("-1*g3", order=7, time_limit=limit) for limit in (None, 1000))
    assert (plain.lower, plain.upper) == (limited.lower, limited.upper)


def test_a_region_stops_inside_a_half_plane():
    class Solver:
        def solve(self, weights, side):
            while True:
                deadline.checkpoint()

    tracer = Tracer(Solver, deadline=time.monotonic() + 0.2)
    with pytest.raises(positivity.InputError, match="too short for the first four"):
        tracer.trace(8, lambda done, total: None)


def test_a_solution_on_the_first_independent_columns():
    """Against the reduced row echelon form: zero, dependent and huge columns, inconsistent vectors."""
    q = fmpq
    big = q(10**40 + 1, 3)
    columns = [[q(0), q(0), q(0)], [q(1), q(2), big], [q(2), q(4), 2 * big], [q(0), q(1, 7), q(-1)]]
    vector = [q(3), q(6) + q(1, 7), 3 * big - 1]
    assert first_solution(columns, vector) == [q(0), q(3), q(0), q(1)]
    assert first_solution(columns, [q(3), q(6), q(0)]) is None
    # consistent modulo the prime 2^61 - 1, not over the rationals
    assert first_solution([[q(1), q(1)]], [q(1), q(2**61)]) is None
    assert first_solution([[q(1), q(1)], [q(1), q(2)]], [q(0), q(0)]) == [q(0), q(0)]
    assert first_solution([], [q(0)]) == [] and first_solution([], [q(1)]) is None


COMMANDS = [
    ["bound", "g3", "--order", "18"],
    ["check", "g2=1", "g3=1", "--order", "18"],
    ["gravity"],
    ["exclude"],
    ["cutoff", "--p-min", "0.1", "--contacts", "1"],
    ["cutoff", "--p-min", "0.1", "--contacts", "1", "--certificate", "c.json"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_command_line_stops_in_time(command, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    started = time.thread_time()
    code = cli.main([*command, "--time-limit", "0.01"])
    out, err = capsys.readouterr()
    assert time.thread_time() - started < 3 and code in (1, 2, 4)
    assert "time limit of 0.01 s" in out + err and err.count("\n") <= 1


def test_a_terminal_shows_what_is_done_and_is_left_clean(tmp_path):
    """After five seconds, here made fewer; nothing of it reaches a pipe."""
    code = (
        "import sys\nfrom positivity.cli import patience\npatience._SILENT = patience._BETWEEN = 0.0\n"
        "from positivity.cli.main import main\nsys.exit(main(['bound', 'g3', '--order', '8']))"
    )
    parent, child = pty.openpty()
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=child) as process:
        os.close(child)
        seen = b""
        while True:
            try:
                part = os.read(parent, 4096)
            except OSError:
                break
            if not part:
                break
            seen += part
        process.wait(timeout=60)
    os.close(parent)
    assert (
        process.returncode == 0 and re.search(rb"\r\d+ s: [a-z]", seen) and seen.endswith(b" \r") and b"x1b" not in seen
    )
    silent = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert silent.stderr == b""


def test_a_high_order_says_before_how_long_it_takes(capsys):
    """Once the question is known to make sense, and not otherwise."""
    assert cli.main(["bound", "g3", "--order", "24", "--time-limit", "0.01"]) == 2
    err = capsys.readouterr().err.splitlines()
    assert err[0].startswith("order 24: about 10 s") and err[1].startswith("positivity: stopped")
    assert cli.main(["bound", "g3", "--order", "24", "--digits", "0"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_long_bound_has_to_be_asked_for(capsys):
    """Order 30 takes minutes: refused at once with the estimate unless a time limit says that it is wanted."""
    code, out, err = run(capsys, "bound", "g3", "--order", "30")
    assert code == 2 and not out and "about 100 s" in err and "--time-limit" in err and err.count("\n") == 1
    code, _, err = run(capsys, "bound", "g3", "--order", "30", "--time-limit", "0.2")
    assert "about 100 s" in err and "stopped" in err
