"""Random questions: every answer is proved again and agrees with every other that it must agree with."""

import pytest

from tests.sweep.questions import question
from tests.sweep.running import Asker, answered, checked, enter
from tests.sweep.summary import status_of, summary, unexplained

#: of the slow test; the wall clock of a busy machine is not what is asked about
COUNT, SEED = 1000, 1


def sound(records):
    """No contradiction, at most 1% without a proof or a reason."""
    wrong = {(r["number"], text) for r in records for text in r["contradictions"]}
    assert not wrong
    assert sum(map(unexplained, records)) <= len(records) // 100


@pytest.mark.parametrize("seed", range(4))
def test_cheap_questions(seed):
    records = []
    for number in range(15):
        asked = question(seed, number, cheap=True)
        record, answer = answered(asked)
        for text in checked(asked, answer) if answer is not None else ():
            enter(record, text)
        records.append(record)
    sound(records)
    assert sum(status_of(r) in ("certified", "excluded", "allowed", "unbounded") for r in records) >= 12
    assert "without proof or reason: 0" in summary(records)


def test_questions_are_the_same_for_the_same_seed():
    assert question(3, 5) == question(3, 5) != question(4, 5)
    families = {(q.kind, q.family) for q in (question(SEED, n) for n in range(300))}
    assert len(families) >= 11


@pytest.mark.slow
def test_a_thousand_questions():
    asker = Asker()
    try:
        records = [asker.record(question(SEED, number)) for number in range(COUNT)]
    finally:
        asker.close()
    sound(records)
    times = sorted(r["processor"] for r in records)
    assert times[COUNT // 2] < 1.0
    print(summary(records))
