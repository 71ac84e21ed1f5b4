"""An end without a value says why: excluded with a proof, no theory found, not sought, failed; exit codes follow."""

import json

import pytest

import positivity
from positivity.answers.end import STATUS_TEXT, End, present_status
from positivity.questions.scans.spec import ScanSpec
from positivity.scans.tasks import evaluate
from tests.command import run


def test_each_kind_of_nothing_has_its_own_status():
    excluded = positivity.bound("g3", order=6, fix={"g4": "0.8"}).lower
    assert (excluded.status, excluded.text) == ("excluded", None) and positivity.verify(excluded.certificate)
    numerical = positivity.bound("g3", density="unitary", fix={"g2": "0.9U"}, smeared=4).lower
    assert (numerical.status, numerical.certificate) == ("no theory", None) and "not proved" in numerical.reason
    assert {excluded.status, numerical.status, "not sought", "failed"} <= set(STATUS_TEXT)


@pytest.mark.parametrize(
    ("old", "status"),
    [
        ({"reason": "no theory has the fixed ratios: excluded, ...", "certificate": {"schema": "x"}}, "excluded"),
        ({"reason": "no theory has the fixed values (numerical, not proved)"}, "no theory"),
        ({"reason": "not asked: only one end was exported"}, "not sought"),
        ({"reason": "the linear program stopped"}, "failed"),
    ],
)
def test_documents_of_version_0_1_are_read(old, status):
    data = {**End(None, "failed").to_dict(), **old}
    assert End.from_dict(data).status == present_status(data) == status


def test_rows_of_a_scan_carry_the_status():
    spec = {"target": "g3", "order": 6, "grid": {"g4": {"values": ["0.3", "0.8"]}}}
    rows = [evaluate(ScanSpec.from_dict(spec).request({"g4": value})) for value in ("0.3", "0.8")]
    assert [row["status"] for row in rows] == ["certified", "excluded"] and rows[1]["answer"] == "no theory"
    unitary = {**spec, "density": "unitary", "grid": {"g2": {"values": ["0.2U", "0.9U"]}}}
    rows = [evaluate(ScanSpec.from_dict(unitary).request({"g2": value})) for value in ("0.2U", "0.9U")]
    assert [row["status"] for row in rows] == ["certified", "excluded"] and rows[1]["answer"] == "no theory"


def test_exit_code_of_a_numerical_answer(capsys):
    asked = ("gravity", "--dimension", "6", "--functions", "5")
    assert run(capsys, *asked)[0] == 0
    assert run(capsys, *asked, "--require-certified")[0] == 1
    code, out, _ = run(capsys, "bound", "g3", "--order", "6", "--require-certified", "--json")
    assert code == 0 and json.loads(out)["lower"]["status"] == "certified"
    # no range: the fixed values are excluded
    assert run(capsys, "bound", "g3", "--order", "6", "--fix", "g4=0.8")[0] == 1


@pytest.mark.parametrize("couplings", [{"g3": "-1"}, {"g3": -1e6}, {"g3": "-1", "g5": "3"}, {"g5": "-2"}, {"g3": 2}])
@pytest.mark.parametrize(("order", "dimension"), [(5, 4), (8, 4), (9, 6)])
def test_what_nothing_bounds_is_allowed_exactly(couplings, order, dimension):
    """g2 is free, so every value of g3 is that of some theory: scale one with g3 of that sign."""
    verdict = positivity.check(couplings, order=order, dimension=dimension)
    assert verdict.allowed and verdict.residual is None
    assert positivity.verify(json.loads(json.dumps(verdict.to_dict())))


def test_a_scan_may_be_required_to_be_proved(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "s.toml").write_text('target = "g3"\ndensity = "unitary"\nsmeared = 3\n[grid.g2]\nvalues = ["0.2U"]\n')
    assert run(capsys, "scan", "s.toml", "-o", "a.jsonl")[0] == 0
    assert run(capsys, "scan", "s.toml", "-o", "b.jsonl", "--require-certified")[0] == 1
    (tmp_path / "t.toml").write_text('target = "g3"\norder = 4\n[grid.g4]\nvalues = ["0.2"]\n')
    assert run(capsys, "scan", "t.toml", "-o", "c.jsonl", "--require-certified")[0] == 0
