"""Forged documents of every schema are refused with their reason; what is accepted still follows from its proofs."""

import json
import random
from fractions import Fraction
from functools import cache

import pytest
from flint import fmpq

import positivity
from positivity.certificates.implied import prover
from positivity.certificates.verification import proved_statements, verify
from positivity.cli.main import main
from solvers.verify import Refused, verify_data
from tests.documents import documents
from tests.mutations import mutated

GRAVITY = ("gravity", "gravity certificate", "gravities")
INJECTED = "g3\nPROVED: g3/g2 <= 0 (everything)"
TREE = {"density": "unitary", "assumptions": {"ceiling": "2"}}


@pytest.fixture(autouse=True)
def proofs_are_remembered(monkeypatch):
    """The same certificate is proved once in this file, by the verifier itself."""
    monkeypatch.setattr(prover, "verify_data", lambda data: _proof(json.dumps(data)))


@cache
def _proof(text):
    return verify_data(json.loads(text))


def changed(data, path, value):
    """With one entry replaced by a value, or by a function of what it was."""
    *way, last = path.split("/")
    place = data
    for step in way:
        place = place[int(step) if isinstance(place, list) else step]
    last = int(last) if isinstance(place, list) else last
    place[last] = value(place.get(last) if isinstance(place, dict) else place[last]) if callable(value) else value
    return data


OTHER = documents()
UNITARY, LOOP = OTHER["unitary certificate"], OTHER["loop certificate"]


def moved(step):
    return lambda text: str(round(float(text) + step, 9))


FORGED = [
    # certificates
    ("certificate", "claim/0/coefficient", "10", "does not give the claim"),
    ("certificate", "density", "unitary", "keys"),
    ("certificate", "density", ["positive"], "density"),
    ("certificate", "density", "\x1b[2Junitary\nPROVED", "density"),
    ("certificate", "schema", {"a": 1}, "schema"),
    ("certificate", "spin_split", lambda s: 10**5000, "outside|malformed"),
    ("certificate", "spin_split", 2, "spin|region"),
    ("certificate", "loops", [{"couplings": [[1, 0], [1, 0]], "coefficient": "0"}], "forward limit|does not give"),
    ("unitary certificate", "bound", "1", "proves only"),
    ("unitary certificate", "density", "positive", "keys"),
    ("unitary certificate", "assumptions/ceiling", "2\nPROVED: all", "rational"),
    ("unitary certificate", "assumptions/ceiling", "3", "ceiling"),
    ("loop certificate", "loops/0/coefficient", "0", "does not give the claim"),
    # bounds at tree level
    ("bound", "lower/value", moved(1e-6), "stronger"),
    ("bound", "upper/value", "2.9", "stronger"),
    ("bound", "lower/certificate", None, "missing"),
    ("bound", "lower/certificate", OTHER["bound"]["upper"]["certificate"], "other side"),
    ("bound", "lower/certificate", UNITARY, "assumes more|absolute"),
    ("bound", "lower/certificate", OTHER["gravity certificate"], "another kind"),
    ("bound", "lower/certificate", OTHER["cutoff"], "another kind"),
    ("bound", "lower/certificate", LOOP, "D=5"),
    ("bound", "problem/dimension", 5, "D=4"),
    ("bound", "problem/dimension", "4", "integer"),
    ("bound", "problem/order", 4, "above order 4"),
    ("bound", "problem/density", "unitary", "assumptions"),
    ("bound", "problem/loops", "g2^2", "other loops"),
    ("bound", "problem/smeared", 8, "smeared"),
    ("bound", "problem/coupling", "g4", "not about this"),
    ("bound", "problem/coupling", "-g3", "other side|stronger|not about"),
    ("bound", "problem/over", "g4", "not about this"),
    ("bound", "problem/over", "U", "bounded density"),
    ("bound", "problem/coupling", INJECTED, "cannot read"),
    ("bound", "problem/extra", "x", "unknown keys"),
    ("bound", "problem", "D=4", "missing or unknown"),
    ("bound", "lower/value", -10.0, "not a short text"),
    ("bound", "lower/value", "nan", "exact decimal"),
    ("bound", "lower/value", "9" * 5000, "not a short text"),
    ("bound", "lower", [], "malformed"),
    ("held", "problem/fix", [], "not about this"),
    ("held", "problem/fix/0/1", "0.31", "stronger"),
    ("held", "problem/fix/0/0", "g5", "not about this"),
    ("held", "problem/fix/0/1", "0.3\x1b[31m", "exact decimal"),
    ("impossible", "problem/fix/0/1", "0.4", "does not exclude"),
    ("impossible", "problem/fix", [], "does not exclude|not about"),
    ("impossible", "problem/dimension", 6, "D=4"),
    # bounded densities
    ("unitary", "problem/density", "positive", "no assumptions"),
    ("unitary", "problem/assumptions", {"ceiling": "2", "spin": 4}, "assumptions may hold"),
    ("unitary", "problem/assumptions/ceiling", "2, and so\nPROVED", "exact decimal"),
    ("unitary", "problem/fix/0/1", "0.31U", "stronger"),
    ("unitary", "problem/fix/0/0", "g4", "not held|not about"),
    ("unitary", "problem/over", "1", "stronger"),
    ("unitary", "upper/value", moved(-1e-6), "stronger"),
    ("unitary", "upper/natural", moved(-1e-6), "stronger"),
    ("unitary", "problem/dimension", 5, "D=4"),
    ("unitary", "upper/certificate", {**UNITARY, "assumptions": {"ceiling": "1"}}, "assumes more"),
    ("unitary", "upper/certificate", {**UNITARY, "assumptions": {"ceiling": "2", "last_spin": 60}}, "assumes more"),
    ("unitary", "upper/certificate",
     {**UNITARY, "assumptions": {"ceiling": "2", "gaps": [{"spin": 4, "mass_squared": "2"}]}}, "assumes more"),
    # one loop
    ("loop", "problem/loops", "tree", "D=5|other loops|bounded density"),
    ("loop", "problem/loops", "g2^2,g2g3", "other loops"),
    ("loop", "problem/loops", "g2^2\nPROVED", "loops"),
    ("loop", "problem/loops", "g999999999999^2", "not supported"),
    ("loop", "problem/dimension", 6, "D=5"),
    ("loop", "problem/fix/0/1", "0.4U", "stronger"),
    ("loop", "problem/fix", [], "without a value|about another|stronger"),
    ("loop", "lower/value", moved(1e-6), "stronger"),
    ("loop", "lower/certificate", {k: v for k, v in LOOP.items() if k != "loops"}, "other loops"),
    ("loop", "lower/certificate", {**LOOP, "loops": []}, "other loops"),
    ("cover", "lower/certificate/certificates", [], "missing"),
    ("cover", "lower/certificate/certificates", [OTHER["certificate"]], "D=4"),
    ("cover", "lower/certificate/certificates", [LOOP], "other loops"),
    ("cover", "lower/certificate/certificates", lambda c: c[:1], "unbounded|no certificate|stronger"),
    ("cover", "lower/certificate/scanned", [1, 0], "held fixed"),
    ("cover", "lower/certificate/scanned", [2, 0], "held|about another|two couplings|unbounded|stronger"),
    ("cover", "lower/certificate", lambda c: c["certificates"][0], "value|bound this|another"),
    ("cover", "problem/loops", "g2^2,g2g3", "other loops"),
    ("cover", "problem/fix/0/1", "0.1U", "stronger|exclude|unbounded"),
    ("cover", "problem/dimension", 6, "D=5"),
    ("strength", "upper/certificate/slices/0/from", "3", "do not exclude"),
    ("strength", "upper/certificate/slices/0/to", "20", "do not exclude"),
    ("strength", "upper/certificate/slices/0/certificates", [], "missing"),
    ("strength", "upper/certificate/slices/0/certificates", [LOOP], "dimension, density"),
    ("strength", "upper/certificate/slices", [], "no slices"),
    ("strength", "upper/value", "3.9", "stronger"),
    ("strength", "upper/value", "5", "beyond"),
    ("strength", "problem/loops", "g2^2", "loops"),
    ("strength", "problem/dimension", 5, "dimension"),
    ("strength", "problem/fix", [["g3", "0.1U"]], "nothing held"),
    ("strength", "problem/coupling", "g3", "largest g2"),
    ("slices", "slices/0/to", "20", "do not exclude"),
    # regions
    ("region", "half_planes/0/end/value", moved(-1e-6), "stronger"),
    ("region", "half_planes/0/normal/0", "-0.07", "not about|stronger"),
    ("region", "half_planes/0/end/certificate", None, "missing"),
    ("region", "x", "g5", "not about"),
    ("region", "y", "g4)\nPROVED: (", "cannot read"),
    ("region", "problem/order", 3, "above order"),
    ("region", "problem/dimension", 7, "D=4"),
    ("loop region", "outline", lambda rows: rows[5:], "narrower"),
    ("loop region", "outline/60/1", lambda v: v + 1e-3, "smaller"),
    ("loop region", "outline/60/2", lambda v: v - 1e-3, "smaller"),
    ("loop region", "outline/60/2", "1", "finite numbers"),
    ("loop region", "outline", [], "something"),
    ("loop region", "certificates", lambda c: c[:1], "unbounded|no certificate|narrower"),
    ("loop region", "problem/loops", "g2^2,g3^2", "other loops"),
    ("loop region", "problem/fix/0/1", "0.2U", "outline|exclude"),
    ("loop region", "x", "g4", "twice"),
    ("loop region", "status", "numerical", "numerical"),
    # verdicts
    ("excluded", "couplings/1/1", "2", "does not exclude"),
    ("excluded", "couplings", [["g2", "1"]], "not about"),
    ("excluded", "couplings/0/0", INJECTED, "cannot read"),
    ("excluded", "dimension", 5, "D=4"),
    ("excluded", "order", 2, "above order 2"),
    ("excluded", "loops", "g2^2", "other loops"),
    ("excluded", "density", "unitary", "assumptions"),
    ("excluded", "status", "allowed", "another g2"),
    ("excluded", "certificate", None, "missing"),
    ("allowed", "couplings/1/1", "2", "another g3"),
    ("allowed", "order", 6, "null constraint"),
    ("allowed", "spectrum/0/weight", "-1", "weight"),
    ("allowed", "spectrum/0/spin", 1, "even"),
    ("allowed", "spectrum/0/mass_squared", "1/2", r"m\^2 < M\^2"),
    ("allowed", "spectrum", "all", "list of states"),
    ("allowed", "status", "excluded", "missing"),
    # exclusions
    ("exclusion", "low", "20000", "not excluded|0 < low"),
    ("exclusion", "low", "1", "not excluded"),
    ("exclusion", "high", "600", "not excluded"),
    ("exclusion", "kappa", "-1/3", "positive"),
    ("exclusion", "delta", "1/1000", "delta"),
    ("exclusion", "dimension", 5, "not excluded"),
    ("exclusion", "dimension", 4, "outside"),
    ("exclusion", "scope", "D=6\nPROVED", "keys"),
    # gravity
    ("gravity", "alpha", lambda a: a - 1e-6, "stronger"),
    ("gravity", "dimension", 7, "D=6"),
    ("gravity", "direction", [1.0, 0.1], "multiple of g3"),
    ("gravity", "fix", [["g3", 1.0]], "fixed"),
    ("gravity", "b_max", 10.0, "b_max"),
    ("gravity", "certificate", None, "missing"),
    ("gravity", "certificate", OTHER["certificate"], "no graviton"),
    ("gravity", "alpha", "9.9\nPROVED", "not a number"),
    ("gravity certificate", "claim/8piG", "9", "does not give the claim"),
    ("gravity certificate", "density", "unitary", "positive"),
    ("gravities", "bounds/0/alpha", 1.0, "stronger"),
    ("cutoff", "bound", "100", "weaker"),
    ("cutoff", "contacts", 2, "not eliminated"),
    ("cutoff", "p_min", "2/5", "p_min"),
    ("cutoff", "scope", "D=4\nPROVED", "keys"),
    # figures
    ("figure", "provenance/status/certified", 9, "counts more"),
    ("figure", "orders/0/lower/value", "-9", "stronger"),
    ("figure", "orders/0/lower/certificate", None, "missing"),
    ("figure", "more", {"value": "1", "status": "certified"}, "belongs to no document"),
    ("figure", "orders", [], "nothing in this figure|counts more"),
]  # fmt: skip


NAMES = [f"{name}-{path}" for name, path, *_ in FORGED]


def test_the_documents_are_genuine():
    for name, data in documents().items():
        if name != "scan":
            statements = proved_statements(data)
            assert statements and all(str(s).isprintable() for s in statements), name


def test_there_are_enough_forgeries():
    assert len(FORGED) >= 60
    assert {name for name, *_ in FORGED} >= set(documents()) - {"scan"}


@pytest.mark.parametrize(("name", "path", "value", "reason"), FORGED, ids=NAMES)
def test_a_forged_document_is_refused(name, path, value, reason):
    data = changed(documents()[name], path, value)
    with pytest.raises(Refused, match=reason) as found:
        proved_statements(data)
    assert str(found.value).isprintable() and len(str(found.value)) < 400


def test_what_is_implied_is_accepted():
    """A weaker value, a stronger assumption, a higher order; and a proof for rho_J >= 0 of a bounded density."""
    for name, path, value in (
        ("bound", "lower/value", "-11"), ("bound", "problem/order", 12), ("held", "problem/order", 6),
        ("unitary", "problem/assumptions/ceiling", "1"), ("bound", "problem/fix", [["g4", "0.3"]]),
        ("unitary", "problem/assumptions/last_spin", 10), ("gravity", "alpha", 100.0),
        ("strength", "upper/certificate/slices/0/to", "4.05"), ("excluded", "order", 6),
    ):  # fmt: skip
        assert proved_statements(changed(documents()[name], path, value)), (name, path)
    data = documents()["loop"]
    data["problem"] |= {"density": "unitary", "assumptions": {"ceiling": "2"}}
    assert "0 <= rho_J <= 2" in str(proved_statements(data)[0])


def test_a_division_by_what_may_be_negative_says_so():
    """<g3> may have either sign: the ratio is bounded where it is positive."""
    data = documents()["bound"]
    data["problem"] |= {"coupling": "g2", "over": "g3"}
    # 3 g2 - g3 >= 0
    data["lower"] = {"status": "certified", "value": "1/3", "certificate": data["upper"]["certificate"]}
    data["upper"] = {"status": "failed"}
    assert "for g3 > 0" in str(proved_statements(data)[0])


@pytest.mark.parametrize("name", [name for name in documents() if name not in GRAVITY and name != "scan"])
def test_mutations_are_refused_or_still_implied(name):
    """Random changes of any leaf: what is accepted says no more than the document did, or is proved of itself."""
    _mutate(name, 25, random.Random(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in documents() if name != "scan"])
def test_ten_thousand_mutations(name):
    """Of these gravity has fewer: every changed certificate that is well-formed is proved or refused in seconds."""
    _mutate(name, 40 if name in GRAVITY else 650, random.Random(name + "slow"))


def _mutate(name, count, rng):
    genuine = documents()[name]
    said = proved_statements(genuine)
    accepted = 0
    for _ in range(count):
        data, touched = mutated(genuine, rng)
        try:
            found = proved_statements(data)
        except Refused as reason:
            assert str(reason).isprintable()
            continue
        accepted += 1
        for statement in found:
            assert str(statement).isprintable()
            if not any(_no_more(statement, other) for other in said):
                # another question may be answered too, by other numbers in it: then it is asked in the statement
                assert _asks(name, touched), (touched, str(statement))
                _true(data, name)
    assert accepted < count


def _no_more(statement, other):
    """Whether a statement says no more than another; values are rounded outwards, so digits are left to play with."""
    if statement.at_most(other):
        return True
    same = (statement.subject, statement.relation, statement.scope) == (other.subject, other.relation, other.scope)
    return same and None not in (statement.value, other.value) and abs(statement.value - other.value) < fmpq(1, 10**8)


#: the entries in which the question of a document stands; certificates by themselves are their own question
QUESTIONS = {"problem", "couplings", "x", "y", "normal", "density", "direction", "alpha", "order", "outline", "slices"}
THEMSELVES = ("certificate", "unitary certificate", "loop certificate", "gravity certificate", "exclusion", "cutoff",
              "slices")  # fmt: skip


def _asks(name, touched):
    return name in THEMSELVES or bool(QUESTIONS & set(touched))


def _true(data, name):
    """A spectrum for the question itself, found by the solver, does not contradict what was accepted."""
    if name not in ("bound", "held"):
        return
    problem = data["problem"]
    asked = positivity.bound(
        problem["coupling"], over=problem["over"], order=problem["order"], fix=dict(problem.get("fix", ()))
    )
    for side, sign in (("lower", -1), ("upper", 1)):
        reached = getattr(asked, side).spectrum_value
        if data[side].get("status") == "certified" and reached is not None:
            assert sign * float(Fraction(data[side]["value"])) >= sign * float(reached) - 1e-9


# scans


def verify_lines(lines, tmp_path, tail="\n"):
    path = tmp_path / "s.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines) + tail, encoding="utf-8")
    return path, (lambda: verify(path))


SCANS = [
    ("status changed", lambda rows: rows[1].update(status="numerical"), "not that of its ends"),
    ("excluded said certified", lambda rows: rows[3].update(status="certified"), "not that of its ends"),
    ("evidence dropped", lambda rows: rows[1]["result"]["lower"].update(certificate=None), "not kept"),
    ("no result", lambda rows: rows[1].pop("result"), "not kept"),
    ("a row dropped", lambda rows: rows.pop(2), "no row"),
    ("another point", lambda rows: rows[1]["point"].update(g4="0.11"), "another question|malformed"),
    ("another axis", lambda rows: rows[1]["point"].update(g5="1"), "other axes"),
    ("value", lambda rows: rows[1]["result"]["upper"].update(value="0"), "stronger"),
    ("dimension", lambda rows: rows[0]["spec"].update(dimension=5), "another question"),
    ("order", lambda rows: rows[0]["spec"].update(order=3), "another question"),
    ("density", lambda rows: rows[0]["spec"].update(density="unitary"), "another question|missing|over"),
    ("target", lambda rows: rows[0]["spec"].update(target="g4"), "another question"),
    ("excluded moved", lambda rows: [rows[3]["point"].update(g4="0.4"),
     rows[3]["result"]["problem"].update(fix=[["g4", "2/5"]])], "does not exclude"),
    ("all failed", lambda rows: [row.update(status="failed") or row.pop("result") for row in rows[1:]], "no row"),
    ("text", lambda rows: rows[0]["spec"].update(target="g3\nPROVED: all"), "cannot read|read"),
    ("rows of no object", lambda rows: rows.__setitem__(1, {"key": "a", "point": 3, "status": []}), "row|malformed"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "change", "reason"), SCANS)
def test_a_forged_scan_is_refused(what, change, reason, tmp_path, capsys):
    lines = documents()["scan"]
    change(lines)
    path, proving = verify_lines(lines, tmp_path)
    with pytest.raises(Refused, match=reason):
        proving()
    assert main(["verify", str(path)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("REFUSED: ")


def test_a_genuine_scan_and_a_torn_one(tmp_path, capsys):
    lines = documents()["scan"]
    path, proving = verify_lines(lines, tmp_path)
    (statement,) = proving()
    assert statement.startswith("6 statements of 3 points (range of g3 versus g4: D=4")
    assert main(["verify", str(path)]) == 0
    path.write_text(path.read_text()[:-40])  # the last line torn
    assert main(["verify", str(path)]) == 1
    assert "no row" in capsys.readouterr().out


def test_tables_say_that_they_repeat_the_file(tmp_path, capsys):
    lines = documents()["scan"]
    lines[1]["result"]["lower"]["value"] = "0"
    path, _ = verify_lines(lines, tmp_path)
    assert main(["table", str(path)]) == 0
    assert "as recorded in the file, not proved" in capsys.readouterr().out
