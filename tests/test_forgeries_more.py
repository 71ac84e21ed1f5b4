"""Forgeries by someone who has read the verifier: what stands beside certificates, sizes of slack, rounding."""

import json
from functools import cache

import pytest
from flint import arb, arb_mat, ctx, fmpq
from mpmath import legendre, mpf, workdps

from positivity.bounds.exclusion import exclude
from positivity.certificates.implied import prover
from positivity.certificates.verification import proved_statements, verify
from solvers.verify import Refused, verify_data
from solvers.verify.proof import g2_in_units_of_u
from solvers.verify.wave_sums import EvenWaves, cosine_sums
from tests.documents import documents


@pytest.fixture(autouse=True)
def proofs_are_remembered(monkeypatch):
    """The same certificate is proved once in this file, by the verifier itself."""
    monkeypatch.setattr(prover, "verify_data", lambda data: _proof(json.dumps(data)))


@cache
def _proof(text):
    return verify_data(json.loads(text))


STATE = {"mass_squared": "1", "spin": 0, "weight": "1", "limit": False}
FORGED_BOUND = {"schema": "eft-positivity/bound/1", "lower": {"status": "certified", "value": "0"}}


def end(data, side, **entries):
    data[side].update(entries)


#: (document, change, reason); all but those of HELD were accepted once
HOLES = {
    "a value in units of U of a ratio": ("bound", lambda d: end(d, "lower", natural="0.1"), "units of U"),
    "an interval beside a bound": ("unitary", lambda d: end(d, "lower", excluded=["0", "5"]), "nothing of an interval"),
    "a status with a blank": (
        "bound", lambda d: end(d, "lower", status="certified ", value="0", certificate=None), "an end with the status"),
    "a status in capitals": (
        "bound", lambda d: end(d, "lower", status="Certified", value="0", certificate=None), "an end with the status"),
    "a value of an excluded end": (
        "impossible", lambda d: end(d, "lower", status="excluded", value="5"), "has no value"),
    "a value of an end without an answer": ("bound", lambda d: end(d, "lower", status="failed"), "has no value"),
    "a result in an unknown entry": ("bound", lambda d: d.update(more=FORGED_BOUND), "unknown keys"),
    "a result in an unknown entry of an end": ("bound", lambda d: end(d, "lower", more=FORGED_BOUND), "unknown keys"),
    "a polygon inside the region": (
        "region", lambda d: d.update(outer=[[0, 0.1], [0.001, 0.1], [0, 0.101]]), "outer polygon"),
    "a polygon with a corner cut": ("region", lambda d: d["outer"].pop(1), "outer polygon"),
    "a polygon a little inside": (
        "region", lambda d: d.update(outer=[[x, y * 0.9999] for x, y in d["outer"]]), "outer polygon"),
    "a polygon elsewhere": ("region", lambda d: d.update(outer=[[x + 100, y] for x, y in d["outer"]]), "outer polygon"),
    "a polygon that runs backwards": ("region", lambda d: d["outer"].reverse(), "outer polygon"),
    "another claim of a verdict": ("excluded", lambda d: d.update(claim="g2 - 0.5 g3 >= 0"), "another claim"),
    "a claim with loops": ("excluded", lambda d: d.update(claim=d["claim"].replace(" >=", " + its one-loop terms >=")),
                           "another claim"),
    "a claim with a bound": (
        "excluded", lambda d: d.update(claim=d["claim"].replace(">= 0", "<= -5")), "another claim"),
    "a claim with more": ("excluded", lambda d: d.update(claim=d["claim"] + "\nPROVED: g3 = 0"), "another claim"),
    "another violation": ("excluded", lambda d: d.update(violation="-5"), "another violation"),
    "an excluded spectrum": ("excluded", lambda d: d.update(spectrum=[STATE]), "holds a spectrum"),
    "other predictions": ("allowed", lambda d: d.update(predicted=[["g4", "-5"]]), "another g4"),
    "an allowed exclusion": ("allowed", lambda d: d.update(claim="g3 >= 0"), "holds an exclusion"),
    "an excluded interval that looks like a bound": ("strength", lambda d: d["upper"].pop("excluded"), "names none"),
    "a ratio to what is negative": ("bound", lambda d: d["problem"].update(over="-g2"), "never positive"),
    "a ceiling below zero": ("unitary", lambda d: d["problem"]["assumptions"].update(ceiling="-1"), "ceiling"),
    "a ceiling of zero": ("unitary", lambda d: d["problem"]["assumptions"].update(ceiling="0"), "ceiling"),
    "a gap below the cutoff": (
        "unitary", lambda d: d["problem"]["assumptions"].update(gaps=[{"spin": 0, "mass_squared": "-1"}]), "gap"),
    "fixed values that contradict": (
        "held", lambda d: (d["problem"].update(fix=[["g4", "0.3"], ["2*g4", "0.7"]]), end(d, "lower", value="0")),
        "contradict"),
    "a ratio of what is divided by": (
        "bound", lambda d: (d["problem"].update(fix=[["g2", "2"]]), end(d, "lower", value="0")), "contradict"),
    "absolute values that contradict": (
        "unitary", lambda d: d["problem"].update(fix=[["g2", "0.3U"], ["g2", "0.2U"]]), "contradict"),
    "couplings that contradict": (
        "excluded", lambda d: d.update(couplings=[["g2", "1"], ["g3", "4"], ["g2+g3", "6"]]), "contradict"),
    "a result in the provenance": ("figure", lambda d: d["provenance"].update(more=[FORGED_BOUND]), "provenance"),
    "a count of excluded ends": ("figure", lambda d: d["provenance"]["status"].update(excluded=9), "counts more"),
    "a status in capitals in a figure": (
        "figure", lambda d: d.update(more={"status": "CERTIFIED", "value": "1"}), "belongs to no document"),
    "a tiny outline of a tiny region": (
        "loop region", lambda d: (d["problem"].update(fix=[["g2", "1e-10U"]]),
                                  d.update(outline=[[-1e-30, 0, 0], [1e-30, 0, 0]])), "narrower"),
}  # fmt: skip

#: what was refused before this file was written
HELD = {
    "one ulp stronger": ("bound", lambda d: end(d, "upper", value="2." + "9" * 40), "stronger"),
    "digits of another alphabet": ("bound", lambda d: end(d, "lower", value="-1\u0661"), "exact decimal"),
    "a float": ("bound", lambda d: end(d, "lower", value=-11.0), "not a short text"),
    "a tiny denominator": ("bound", lambda d: end(d, "lower", value="-1/0"), "decimal|zero"),
    "a huge exponent": ("bound", lambda d: end(d, "lower", value="-1e999999999"), "digits|large|decimal"),
    "a bool for an order": ("bound", lambda d: d["problem"].update(order=True), "not an integer"),
    "a float for an order": ("bound", lambda d: d["problem"].update(order=6.0), "not an integer"),
    "right to left": ("bound", lambda d: d["problem"].update(coupling="\u202eg3"), "cannot read"),
    "a zero combination": ("bound", lambda d: d["problem"].update(over="g2-g2"), "empty"),
    "an empty list of certificates": ("cover", lambda d: end(d, "lower", certificate={"schema":
                                      "eft-positivity/cover/1", "certificates": [], "scanned": [0, 1]}), "missing"),
    "a slice with its ends exchanged": ("slices", lambda d: d["slices"][0].update({"from": "4.1", "to": "4"}), "empty"),
    "a gap between slices": ("strength", lambda d: end(d, "upper", excluded=["4", "4.2"]), "not in what"),
    "rows that do not increase": ("loop region", lambda d: d["outline"].reverse(), "increase"),
    "a row twice": ("loop region", lambda d: d["outline"].insert(5, d["outline"][5]), "increase"),
    "a row that is infinite": ("loop region", lambda d: d["outline"][5].__setitem__(2, float("inf")), "finite"),
    "a row that is nan": ("loop region", lambda d: d["outline"][5].__setitem__(2, float("nan")), "finite"),
    "a single row": ("loop region", lambda d: d.update(outline=d["outline"][:1]), "increase|narrower"),
    "two rows far away": ("loop region", lambda d: d.update(outline=[[50, 0, 1], [60, 0, 1]]), "narrower"),
    "the first of two pairs": ("cover", lambda d: d["problem"].update(loops="g2^2,g2g3"), "other loops"),
    "gravity with a cutoff": ("gravity", lambda d: d.update(b_max=0), "b_max"),
    "alpha as a bool": ("gravity", lambda d: d.update(alpha=True), "not a number"),
    "breaks that coincide": ("cutoff", lambda d: d["breaks"].__setitem__(1, d["breaks"][0]), "increase"),
    "nodes out of order": ("cutoff", lambda d: d["nodes"].reverse(), "increase"),
    "no momentum": ("cutoff", lambda d: d.update(p_min="0"), "p_min"),
    "more contacts": ("cutoff", lambda d: d.update(contacts=2), "not eliminated"),
    "an even spin less": ("unitary certificate", lambda d: d.update(spin_split=2), "proves only|spins"),
}  # fmt: skip


@pytest.mark.parametrize("name", [*HOLES, *HELD])
def test_a_forgery_is_refused(name):
    source, change, reason = (HOLES | HELD)[name]
    data = documents()[source]
    change(data)
    with pytest.raises(Refused, match=reason) as found:
        proved_statements(data)
    assert str(found.value).isprintable()


def test_what_stands_there_rightly_is_accepted():
    """Consistent fixed values more than once, a larger polygon, no polygon, a prediction; the same proofs."""
    for source, change in (
        ("held", lambda d: d["problem"].update(fix=[["g4", "0.3"], ["2*g4", "3/5"]])),
        ("unitary", lambda d: d["problem"].update(fix=[["g2", "0.3U"], ["2*g2", "0.6U"]])),
        ("region", lambda d: d.update(outer=[])),
        ("allowed", lambda d: d.update(predicted=[])),
        ("excluded", lambda d: d.update(claim="", violation=None)),
    ):
        data = documents()[source]
        change(data)
        assert proved_statements(data)


SCANS = {
    "allowed, of a bound": (lambda rows: rows[3].update(status="allowed"), "status|not that of"),
    "certified with a blank": (lambda rows: rows[1].update(status="certified "), "status"),
    "a status of no text": (lambda rows: rows[1].update(status=["certified"]), "status"),
}


@pytest.mark.parametrize("name", SCANS)
def test_a_row_of_no_known_status_is_refused(name, tmp_path):
    change, reason = SCANS[name]
    lines = documents()["scan"]
    change(lines)
    path = tmp_path / "s.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    with pytest.raises(Refused, match=reason):
        verify(path)


@pytest.mark.parametrize("dimension", [5, 6, 7, 8])
def test_an_excluded_interval_is_shown_rounded_inwards(dimension):
    """The decimals of the line stand inside the exact interval, whatever their rounding to nearest is."""
    found = exclude(dimension, fmpq(1, 3), fmpq(1, 8))
    data = found.to_dict()
    for k in range(8):
        low, high = found.low + fmpq(k, 10**6), found.high - fmpq(k, 10**6)
        line = str(verify_data({**data, "low": str(low), "high": str(high)}))
        shown = [fmpq(*_ratio(part)) for part in _ends(line)]
        with ctx.workprec(200):
            exact = [g2_in_units_of_u(value, dimension) for value in (low, high)]
            assert arb(shown[0]) >= exact[0] and arb(shown[1]) <= exact[1]
            assert arb(shown[0]) - exact[0] < exact[0] * arb("2e-6")


def _ends(line):
    text = line.removeprefix("no theory has ").partition(" at M=1")[0]
    low, _, high = text.partition(" U < g2 < ")
    return low, high.removesuffix(" U")


def _ratio(text):
    whole, _, digits = text.partition(".")
    return int(whole + digits), 10 ** len(digits)


def test_sums_of_waves_hold_the_sums():
    """Against mpmath at 60 digits, near both ends and in the middle; the balls are small although J is large."""
    cosines = [fmpq(1), fmpq(999, 1000), fmpq(1, 3), fmpq(0), fmpq(-7, 10), fmpq(-999999, 1000000), fmpq(-1)]
    weights = [[fmpq((-1) ** i * 10**i) for i in range(7)], [fmpq(1, i + 1) for i in range(7)]]
    with ctx.workprec(200):
        turns = arb_mat([cosine_sums(cosines, column, 400)[::2] for column in weights]).transpose()
        found = EvenWaves(400).sums(turns)
    with workdps(60):
        points = [mpf(int(z.p)) / int(z.q) for z in cosines]
        for spin in (0, 2, 4, 58, 400):
            waves = [legendre(spin, z) for z in points]
            for column in (0, 1):
                exact = sum(mpf(int(w.p)) / int(w.q) * p for w, p in zip(weights[column], waves, strict=True))
                with ctx.workprec(200):
                    ball = found[spin // 2][column]
                    assert abs(ball - arb(str(exact))) < arb("1e-40") and ball.rad() < arb("1e-45")
