"""Scans: right answers, saved proofs, boundaries, failures as rows."""

import json
from fractions import Fraction

import numpy as np
import pytest

import positivity
from positivity.answers.journal import line
from positivity.cli.main import main
from solvers.verify import Refused
from tests.scan_helpers import cheap, rows_of


def _proved(scan):
    """How many statements the proofs of a scan give."""
    (text,) = positivity.verify(scan)
    return int(text.split()[0])


def test_rows_contain_known_theories(scanned):
    """Cauchy-Schwarz: max g3 = 3 sqrt(2 g4) at every point; g4 > 1/2 is excluded."""
    scan, _ = scanned
    assert scan.complete and scan.counts == {"certified": 5, "excluded": 2}
    for row in scan.table():
        if row["g4"] > 0.5:
            assert row["lower"] == "" and "no theory" in row["reason"]
        else:
            exact = 3 * np.sqrt(2 * row["g4"])
            assert exact - 1e-12 <= float(row["upper"]) < exact + 1e-7


def test_rows_agree_with_bound(scanned):
    """Warm starts may change digits that are not promised, nothing else."""
    scan, _ = scanned
    for row in scan.rows[:4]:
        bound = positivity.bound("g3", order=5, fix=row["point"])
        for side, end in bound.ends():
            assert abs(float(end.text) - float(row["result"][side]["value"])) < 1e-7


def test_saved_rows_are_verified(scanned, tmp_path, capsys):
    scan, path = scanned
    assert positivity.Scan.load(path) == scan
    assert main(["verify", str(path)]) == 0 and "PROVED: 1" in capsys.readouterr().out
    lines = path.read_text().splitlines()
    row = json.loads(lines[1])
    row["result"]["lower"]["value"] = str(float(row["result"]["lower"]["value"]) + 1e-4)
    tampered = tmp_path / "tampered.jsonl"
    tampered.write_text("\n".join([lines[0], line(row).decode().rstrip(), *lines[2:]]) + "\n")
    assert main(["verify", str(tampered)]) == 1 and "REFUSED: at " in capsys.readouterr().out


def test_an_exclusion_is_verified_for_its_point(scanned):
    """The certificate that excludes g4/g2 = 0.65 says nothing about g4/g2 = 0.45, and is refused there."""
    scan, _ = scanned
    excluded = next(row for row in scan.rows if row["point"]["g4"] == "0.65")
    assert _proved(positivity.Scan(scan.spec, (excluded,))) == 2
    problem = {**excluded["result"]["problem"], "fix": [["g4", "9/20"]]}
    moved = {**excluded, "point": {"g4": "0.45"}, "result": {**excluded["result"], "problem": problem}}
    with pytest.raises(Refused, match="does not exclude"):
        _proved(positivity.Scan(scan.spec, (moved,)))


def test_results_are_verified_for_their_point(scanned):
    scan, _ = scanned
    first = scan.rows[0]
    for change, reason in (
        ({"point": {"g4": "0.06"}}, "other fixed couplings"),
        ({"result": {**first["result"], "problem": {**first["result"]["problem"], "order": 4}}}, "another order"),
        ({"result": {**first["result"], "problem": {**first["result"]["problem"], "coupling": "g5"}}}, "another ratio"),
        ({"result": {**first["result"], "lower": {**first["result"]["lower"], "certificate": None}}}, "not kept"),
        ({"result": {**first["result"], "upper": {"status": "certified"}}}, "not kept|malformed"),
    ):
        with pytest.raises(Refused, match=reason):
            _proved(positivity.Scan(scan.spec, ({**first, **change},)))


def test_neighbours_hand_on_what_they_know(tmp_path):
    path = tmp_path / "s.jsonl"
    scan = positivity.scan(cheap("follows", 60), path)
    assert [row["value"] for row in scan.rows][:8] == [0, 1, 2, 3, 4, 5, 6, 0]
    whole = rows_of(path)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:30]))
    positivity.scan(cheap("follows", 60), path, resume=True, jobs=2)
    assert rows_of(path) == whole, "also in the middle of a chain"


def test_a_boundary_is_bisected(tmp_path):
    axis = {"from": -1, "to": 1, "points": 5, "adaptive": 3}
    spec = {"task": "tests.scan_tasks:disc", "grid": {"g4": axis, "g6": {"values": [0, "1/2"]}}}
    path = tmp_path / "s.jsonl"
    scan = positivity.scan(spec, path)
    for g6, edge in (("0", Fraction(3, 4)), ("0.5", Fraction(5, 16) ** Fraction(1, 2))):
        status = {Fraction(r["point"]["g4"]): r["status"] for r in scan.rows if r["point"]["g6"] == g6}
        inside = max(value for value, each in status.items() if each == "allowed")
        outside = min(value for value, each in status.items() if each == "excluded" and value > 0)
        assert inside <= edge < outside and outside - inside == Fraction(1, 16)
        assert len(status) < 14
    whole, lines = rows_of(path), path.read_text().splitlines(keepends=True)
    assert positivity.Scan.load(path).complete
    path.write_text("".join(lines[:15]))
    assert not positivity.Scan.load(path).complete
    assert len(positivity.scan(spec, path, resume=True).rows) == len(scan.rows)
    assert rows_of(path) == whole


def test_the_boundary_of_check_is_where_bound_ends(tmp_path):
    """A bisected scan of verdicts at g4/g2 = 0.3 brackets both ends that bound proves."""
    axis = {"from": -12, "to": 4, "points": 9, "adaptive": 6}
    spec = {"task": "check", "order": 6, "fix": {"g2": 1, "g4": "0.3"}, "grid": {"g3": axis}}
    scan = positivity.scan(spec, tmp_path / "s.jsonl")
    bound = positivity.bound("g3", order=6, fix={"g4": "0.3"})
    allowed = [float(Fraction(row["point"]["g3"])) for row in scan.rows if row["status"] == "allowed"]
    assert 0 < min(allowed) - float(bound.lower.text) < 2 / 64
    assert 0 < float(bound.upper.text) - max(allowed) < 2 / 64
    assert _proved(scan) == len(scan.rows)


def test_a_scan_of_checks_that_makes_no_sense_is_refused_before_it_begins(tmp_path):
    spec = {"task": "check", "grid": {"g4": {"values": [1]}}, "fix": {"g2": 1}, "assumptions": {"ceiling": "1"}}
    with pytest.raises(positivity.InputError, match="need density 'unitary'"):
        positivity.scan(spec, tmp_path / "s.jsonl")
    assert not (tmp_path / "s.jsonl").exists()


def test_failures_are_rows_with_reasons(tmp_path):
    path = tmp_path / "s.jsonl"
    scan = positivity.scan(cheap("broken", 4), path)
    assert scan.counts == {"done": 3, "failed": 1}
    assert "nothing to divide by" in scan.rows[2]["reason"]


def test_full_unitarity_is_scanned(tmp_path):
    spec = {"target": "g3", "over": "g2", "order": 4, "density": "unitary", "keep": "values",
            "grid": {"g2": {"from": "0.2U", "to": "0.4U", "points": 2}}}  # fmt: skip
    scan = positivity.scan(spec)
    assert scan.columns()[0] == "g2[U]" and scan.counts == {"certified": 2}
    assert "certificate" not in scan.rows[0]["result"]["lower"] and "0 <= rho_J <= 2" in scan.spec.scope


@pytest.mark.slow
def test_two_thousand_points_are_certified(tmp_path):
    path = tmp_path / "s.jsonl"
    spec = {"target": "g3", "order": 6, "grid": {"g4": {"from": "0.01", "to": "0.49", "points": 2000}}}
    scan = positivity.scan(spec, path, jobs=2)
    assert scan.counts == {"certified": 2000} and _proved(scan) == 4000
