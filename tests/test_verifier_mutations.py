"""Every inequality, range, sign and rounding direction of the verifier, broken one at a time, is noticed by a check.

The checks are in tests/mutation/battery, the mutants that cannot be noticed, with reasons, in
tests/mutation/equivalent.py.  A mutant that survives lacks a check: add the document or value that tells it apart.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.mutation.equivalent import EQUIVALENT, reason_of
from tests.mutation.loading import Copies, all_mutants, sources

ROOT = Path(__file__).parents[1]


def run(*arguments):
    """Lines of the runner in a process of its own: it forks, and a mutant may take all memory."""
    done = subprocess.run([sys.executable, "-m", "tests.mutation.running", *arguments], cwd=ROOT, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    genuine, *lines = map(json.loads, done.stdout.splitlines())
    assert genuine["noticed"] is None, f"the genuine verifier fails a check: {genuine['noticed']}"
    return lines


def survivors(lines):
    return [line["mutant"] for line in lines if line["noticed"] is None and line["equivalent"] is None]


def test_a_sample_of_mutants_is_noticed():
    lines = run("--sample", "60")
    assert len(lines) == 60
    assert not survivors(lines)


@pytest.mark.slow
def test_every_mutant_is_noticed():
    lines = run()
    assert len(lines) > 5000
    assert not survivors(lines)
    assert sum(line["noticed"] is None for line in lines) < 0.15 * len(lines)


def test_equivalent_mutants_exist_and_have_reasons():
    """An entry that matches nothing is out of date."""
    found = all_mutants(sources())
    for entry, reason in EQUIVALENT.items():
        assert len(reason.split()) > 2
        assert any(reason_of(mutant, {entry: reason}) for mutant in found), f"no such mutant: {entry}"


def test_the_private_copy_is_the_verifier_and_leaves_it_alone():
    import solvers.verify.rows as genuine

    copies = Copies()
    wrong = next(m for m in all_mutants(sources()) if m.file == "rows.py" and "(-1) ** q * 2 ** p" in m.statement)
    assert copies.load().rows.infrared(2, 1) == genuine.infrared(2, 1)
    assert copies.load(wrong).rows.infrared(1, 1) != genuine.infrared(1, 1)
    assert copies.load(wrong).rows is not sys.modules["solvers.verify.rows"]
