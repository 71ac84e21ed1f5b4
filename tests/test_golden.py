"""What was certified before stays certified, and every number agrees with the golden one to its digits."""

import json

import pytest

from tests.golden.__main__ import GOLDEN
from tests.golden.asking import answer
from tests.golden.comparing import differences
from tests.golden.questions import questions

KEPT = json.loads(GOLDEN.read_text())
#: every seventh of the quick ones in the fast suite: all routes come by
_QUICK = [entry for entry in KEPT if entry["seconds"] < 1.5][::5]


def test_the_file_holds_every_question():
    assert len(KEPT) >= 150
    assert [[e["verb"], e["words"]] for e in KEPT] == json.loads(json.dumps(questions()))


def _name(entry):
    return f"{entry['verb']}-{'-'.join(str(value) for value in entry['words'].values())}"


@pytest.mark.parametrize("entry", _QUICK, ids=_name)
def test_a_sample_of_the_golden_answers(entry):
    assert list(differences(entry["answer"], answer(entry["verb"], entry["words"]))) == []


@pytest.mark.slow
@pytest.mark.parametrize("entry", KEPT, ids=_name)
def test_golden_answers(entry):
    assert list(differences(entry["answer"], answer(entry["verb"], entry["words"]))) == []
