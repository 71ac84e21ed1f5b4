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
from tests.mutation.loading import Copies, all_mutants
from tests.mutation.running import noticed_by_any

ROOT = Path(__file__).parents[1]


def run(*arguments):
    """Lines of the runner in a process of its own: it forks, and a mutant may take all memory."""
    done = subprocess.run([sys.executable, "-m", "tests.mutation.running", *arguments], cwd=ROOT, capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    genuine, *lines = map(json.loads, done.stdout.splitlines())
    assert genuine["noticed"] is None, f"the genuine verifier fails a check: {genuine['noticed']}"
    return lines


def test_a_sample_of_mutants_is_noticed():
    lines = run("--sample", "60")
    assert len(lines) == 60
    assert not [line["mutant"] for line in lines if line["noticed"] is None]


@pytest.mark.slow
def test_every_mutant_is_noticed():
    lines = run()
    assert len(lines) > 3000
    assert not [line["mutant"] for line in lines if line["noticed"] is None]


def test_equivalent_mutants_exist_and_have_reasons():
    """An entry that matches nothing is out of date."""
    found = all_mutants()
    for entry, reason in EQUIVALENT.items():
        assert len(reason) > 20
        assert any(reason_of(mutant, {entry: reason}) for mutant in found), f"no such mutant: {entry}"
    left_out = sum(reason_of(mutant) is not None for mutant in found if mutant.file not in ("budget.py", "costs.py"))
    assert left_out < 0.15 * len(found)


def test_the_private_copy_is_the_verifier_and_leaves_it_alone():
    import solvers.verify.rows as genuine

    copies = Copies()
    wrong = next(m for m in all_mutants() if m.file == "rows.py" and "(-1) ** q * 2 ** p" in m.statement)
    assert copies.load().rows.infrared(2, 1) == genuine.infrared(2, 1)
    assert copies.load(wrong).rows.infrared(1, 1) != genuine.infrared(1, 1)
    assert copies.load(wrong).rows is not sys.modules["solvers.verify.rows"]
    assert noticed_by_any is not None
