"""Whole certificates: genuine ones of every kind are accepted, false and malformed ones refused."""

from __future__ import annotations

import json
import tempfile
from decimal import Decimal, getcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

from flint import fmpq

from tests.mutation.battery.bounded import rules_of
from tests.mutation.battery.common import Check, Verifier, accepted, collector, exact, fmpq_of, load, refused, text_of
from tests.mutation.battery.sum_rules import tree_waves  # noqa: F401

getcontext().prec = 100
CHECKS: list[Check] = []
check = collector(CHECKS)
TREE = ["tree_g3_4", "tree_g3_4_d5", "tree_g3_8", "tree_g4_6", "tree_g5_7_d7"]
INFRARED = {(1, 0): {(1, 0): 2}, (1, 1): {(0, 1): -1}, (1, 2): {(2, 0): 8}, (2, 0): {(2, 0): 4}}


def document(rules: dict[tuple[int, int], Any], split: int, dimension: int = 4, **changes: Any) -> dict[str, Any]:
    """A certificate of rows of orders 2 to 4 that claims what its rows give."""
    claim: dict[tuple[int, int], Fraction] = {}
    for rule, value in rules.items():
        for coupling, c in INFRARED[rule].items():
            claim[coupling] = claim.get(coupling, Fraction(0)) + c * Fraction(value)
    return {
        "schema": "eft-positivity/certificate/1",
        "dimension": dimension,
        "density": "positive",
        "claim": [{"coupling": list(c), "coefficient": str(v)} for c, v in claim.items()],
        "sum_rules": [{"k": 2 * j, "power": p, "coefficient": str(Fraction(v))} for (j, p), v in rules.items()],
        "spin_split": split,
        **changes,
    }


@check("forward.py", "document.py", "nonnegative.py", "large_spin.py", "rows.py", "loops.py")
def genuine(v: Verifier) -> None:
    starts = {
        "tree_g3_4": "10.61248722*g[1,0] + 1*g[0,1] >= 0 at M=1 in D=4: rho_J >= 0, all even spins",
        "tree_g4_6": "0.5*g[1,0] - 1*g[2,0] >= 0 at M=1 in D=4",
    }
    for name in [*TREE, "loops_d6"]:
        assert accepted(v, load(name)).startswith(starts.get(name, ""))
    accepted(v, load("unitary_last"))


def shifted(name: str, amount: Fraction, split: int | None = None) -> dict[str, Any]:
    """A certificate whose claim and functional both lack `amount` of g2."""
    data = load(name)
    for entry in data["claim"]:
        if entry["coupling"] == [1, 0]:
            entry["coefficient"] = str(exact(fmpq_of(entry["coefficient"])) - amount)
    for entry in data["sum_rules"]:
        if (entry["k"], entry["power"]) == (2, 0):
            entry["coefficient"] = str(exact(fmpq_of(entry["coefficient"])) - amount / 2)
    return {**data, "spin_split": split or data["spin_split"]}


@check("forward.py", "nonnegative.py", "large_spin.py", "rows.py")
def stronger_claims(v: Verifier) -> None:
    """Bounds better than the optimum by 1e-7 relative, consistent in all but positivity."""
    for name, split in (
        ("tree_g3_4", None),
        ("tree_g3_4_d5", None),
        ("tree_g3_8", None),
        ("tree_g4_6", None),
        ("tree_g5_7_d7", None),
        ("tree_g3_4", 100),
    ):
        refused(v, shifted(name, Fraction(1, 10**6), split))
    accepted(v, shifted("tree_g3_4", Fraction(-1, 10**3)))
    # the place of a refusal is a state that violates it
    try:
        v.init.verify_data(shifted("tree_g3_4", Fraction(1, 100)))
    except v.Refused as reason:
        assert reason.place is not None and reason.place[0] in (2, 4) and 0 <= reason.place[1] <= 1
        assert f"spin {reason.place[0]}" in str(reason)


@check("forward.py", "large_spin.py", "document.py")
def planted(v: Verifier) -> None:
    """Functionals negative at one spin, at the split, beyond it, at infinity: nothing else is wrong with them."""
    # 2 + a x^... rows (1,0) = 2 x^2, (1,1) = (X-3) x^3 (D=4: g3 side), positive at large spin
    accepted(v, document({(1, 0): Fraction(3, 2), (1, 1): 1}, 2))
    refused(v, document({(1, 0): Fraction(3, 2) - Fraction(1, 10**9), (1, 1): 1}, 2), "spin 0")
    refused(v, document({(1, 0): Fraction(3, 2), (1, 1): -1}, 40))
    null = {(1, 2): Fraction(1), (2, 0): Fraction(-2)}  # X up to a factor: negative at spin 2 only
    for split in (2, 4, 20):
        refused(v, document({(1, 0): 1, **{k: c * 100 for k, c in null.items()}}, split))
    refused(v, document({(1, 0): 1, **{k: -c / 10**9 for k, c in null.items()}}, 20))
    accepted(v, document({(1, 0): 1, (1, 2): Fraction(1, 10), (2, 0): Fraction(-2, 10)}, 4))
    # spins are even and start at 0: a functional negative at spin 0 only, at spin 2 only, at spin 4 only
    for name, spins in (("tree_g3_8", 2), ("tree_g3_8", 4)):
        refused(v, load(name, spin_split=spins))
    # negative for some X below big only, and that by next to nothing: X = 20 is spin 4, X = 42 spin 6
    for xi, big, spin in ((8, 19, None), (8, 20, 4), (8, 21, 4), (30, 41, None), (30, 42, 6), (30, 43, 6)):
        for split in (2, 4, 6, 8, 10):
            accept = spin is None and split * (split + 1) >= big
            data = document(negative_below(xi, big, -1), split)
            (accepted(v, data) if accept else refused(v, data, f"spin {spin}" if spin and split > spin else ""))
            data = document(negative_below(xi, big, 1), split)
            (
                accepted(v, data)
                if split * (split + 1) >= big and (spin is None or big in (20, 42))
                else refused(v, data)
            )


def negative_below(xi: int, big: int, sign: int) -> dict[tuple[int, int], Fraction]:
    """D = 4 rows that are zero at one mass of X = big, but for 1e-9 sign, and negative for some smaller X.

    With xi' = X x they give x^2 [(xi'-xi)^2 + delta + (3 xi - 8 xi') x]; delta makes the least value at X = big zero.
    """
    delta = Fraction(xi * xi * (2 * big - 3) ** 2, 4 * big * (big - 8)) - xi * xi + Fraction(sign, 10**9)
    b = Fraction(-2 * xi)
    return {(1, 0): (xi * xi + delta) / 2, (1, 1): b / 2, (1, 2): Fraction(2), (2, 0): Fraction(-4)}


@check("forward.py")
def infrared_is_compared(v: Verifier) -> None:
    for name in [*TREE, "loops_d6", "unitary_last"]:
        for part in ("claim", "sum_rules"):
            for i in range(len(load(name)[part])):
                for size in (Fraction(1, 10**30), Fraction(-1, 10**30)):
                    data = load(name)
                    entry = data[part][i]
                    entry["coefficient"] = str(exact(fmpq_of(entry["coefficient"])) + size)
                    refused(v, data, "does not give the claim")
    data = load("tree_g3_4")
    refused(v, {**data, "claim": [*data["claim"], {"coupling": [0, 3], "coefficient": "1"}]}, "g[0,3]")
    accepted(v, {**data, "claim": [*data["claim"], {"coupling": [0, 3], "coefficient": "0"}]})
    lacking = [c for c in data["claim"] if c["coupling"] != [0, 1]]
    refused(v, {**data, "claim": lacking}, "g[0,1]")


@check("forward.py", "loops.py", "document.py")
def loops_are_compared(v: Verifier) -> None:
    for name in ("loops_d6", "loops_d5_unitary"):
        count = len(load(name)["loops"])
        for i in range(count):
            data = load(name)
            entry = data["loops"][i]
            entry["coefficient"] = str(exact(fmpq_of(entry["coefficient"])) + Fraction(1, 10**30))
            refused(v, data, "loop term of")
    # in D = 4 the null of order 4 has no forward limit with the loops of g2^2; A_2(0) has
    loop = [{"couplings": [[1, 0], [1, 0]], "coefficient": "-7/80"}]
    text = accepted(v, document({(1, 0): 1}, 2, loops=loop))
    assert text.startswith("2*g[1,0] - 0.0875*pi^-2*g[1,0]*g[1,0] >= 0 at M=1 in D=4")
    refused(v, document({(1, 0): 1}, 2, loops=[{**loop[0], "coefficient": "7/80"}]), "loop term")
    data = document({(1, 0): 1, (1, 2): Fraction(1, 10), (2, 0): Fraction(-2, 10)}, 4, loops=loop)
    refused(v, data, "no forward limit")
    zero = document({(1, 0): 1, (1, 2): 0}, 2, loops=loop)
    accepted(v, zero)


@check("proof.py", "forward.py", "document.py")
def texts(v: Verifier) -> None:
    """What a statement says: order, dimension, level, signs, decimals, assumptions."""
    for name, parts in (
        ("tree_g3_8", ("tree-level", "order 8", "in D=4", "rho_J >= 0")),
        ("tree_g5_7_d7", ("order 7", "in D=7")),
        ("tree_g4_6", ("0.5*g[1,0] - 1*g[2,0] >= 0",)),
        ("loops_d6", ("one-loop (g[1,0]^2; ", "in D=6", "pi^-3*g[1,0]*g[1,0]")),
        ("unitary_last", ("1*g[1,0] <= ", "0 <= rho_J <= 2", "no states of spin above 4")),
        ("unitary_gap", ("0 <= rho_J <= 1", "no states of spin above 6", "no states of spin 2 below m^2 = 3/2")),
    ):
        text = accepted(v, load(name))
        for part in parts:
            assert part in text, (part, text)
    short = v.proof.number_text
    for value, text in (
        (fmpq(1, 2), "0.5"),
        (fmpq(-1, 16), "-0.0625"),
        (fmpq(7), "7"),
        (fmpq(1, 3), "1/3"),
        (fmpq(-5), "-5"),
        (fmpq(12345, 10**4), "1.2345"),
        (fmpq(1, 2**61), "1/2305843009213693952"),
        (fmpq(3, 100), "0.03"),
        (fmpq(1, 2**60), f"{Decimal(2) ** -60:f}"),
        (fmpq(0), "0"),
    ):
        assert short(value) == text, (short(value), text)


BAD: list[tuple[dict[str, Any], str]] = [
    ({"schema": "eft-positivity/certificate/2"}, "schema"),
    ({"density": "unitary"}, "keys"),
    ({"density": None}, "density"),
    ({"dimension": 3}, "dimension"),
    ({"dimension": 1001}, "dimension"),
    ({"dimension": True}, "not an integer"),
    ({"dimension": 4.0}, "not an integer"),
    ({"spin_split": 0}, "spin_split"),
    ({"spin_split": 1}, "spin_split"),
    ({"spin_split": 33}, "odd"),
    ({"claim": []}, "empty"),
    ({"extra": 1}, "unknown"),
    ({"claim": "g3"}, "list"),
    ({"claim": [{"coupling": [1, 0], "coefficient": "0"}]}, "empty"),
    ({"claim": [{"coupling": [0, 0], "coefficient": "1"}]}, "order 0"),
    ({"claim": [{"coupling": [41, 0], "coefficient": "1"}]}, "order 82"),
    ({"claim": [{"coupling": [-1, 2], "coefficient": "1"}]}, "outside"),
    ({"claim": [{"coupling": [1], "coefficient": "1"}]}, "pair"),
    ({"claim": [{"coupling": (1, 0), "coefficient": "1"}]}, "pair"),
    ({"claim": [{"coupling": [1, 0], "coefficient": 1}]}, "rational"),
    ({"claim": [[1, 0]]}, "keys"),
    ({"claim": [{"coupling": [1, 0], "coefficient": "1/0"}]}, "zero"),
    ({"claim": [{"coupling": [1, 0]}]}, "keys"),
    ({"claim": [{"coupling": [1, 0], "coefficient": "1e5"}]}, "rational"),
    ({"sum_rules": []}, "does not give"),
    ({"sum_rules": [{"k": 3, "power": 0, "coefficient": "1"}]}, "even"),
    ({"sum_rules": [{"k": 0, "power": 2, "coefficient": "1"}]}, "outside"),
    ({"sum_rules": [{"k": 1, "power": 2, "coefficient": "1"}]}, "outside"),
    ({"sum_rules": [{"k": 2, "power": -1, "coefficient": "1"}]}, "outside"),
    ({"sum_rules": [{"k": 2, "power": 79, "coefficient": "1"}]}, "at most"),
    ({"sum_rules": [{"k": 82, "power": 0, "coefficient": "1"}]}, "outside"),
    ({"loops": [{"couplings": [[1, 0]], "coefficient": "1"}]}, "two couplings"),
    ({"loops": [{"couplings": [[1, 0], [21, 0]], "coefficient": "1"}]}, "above order"),
    ({"loops": [{"couplings": [[1, 0], [1, 0]], "coefficient": "1"}] * 2}, "twice"),
    (
        {
            "loops": [
                {"couplings": [[1, 0], [0, 1]], "coefficient": "1"},
                {"couplings": [[0, 1], [1, 0]], "coefficient": "1"},
            ]
        },
        "twice",
    ),
    ({"loops": "g2"}, "list"),
]
BAD_ASSUMPTIONS: list[tuple[Any, str]] = [
    ({"ceiling": "0"}, "ceiling"),
    ({"ceiling": "-1"}, "ceiling"),
    ({"ceiling": "2000001/1000000"}, "ceiling"),
    ({"last_spin": -1}, "outside"),
    ({"last_spin": 2.0}, "not an integer"),
    ({"note": 1}, "may hold"),
    ([], "may hold"),
    ({"gaps": [{"spin": 0, "mass_squared": "999999/1000000"}]}, "below the cutoff"),
    ({"gaps": {}}, "list"),
    ({"gaps": [{"spin": -2, "mass_squared": "2"}]}, "outside"),
    ({"gaps": [{"spin": 0, "mass_squared": "2"}] * 2}, "twice"),
]


@check("document.py", "forward.py", "__init__.py")
def malformed(v: Verifier) -> None:
    for change, reason in BAD:
        refused(v, {**load("tree_g3_4"), **change}, reason)
    for given, reason in BAD_ASSUMPTIONS:
        refused(v, load("unitary_last", assumptions=given), reason)
    refused(v, {k: c for k, c in load("unitary_last").items() if k != "bound"}, "keys")
    refused(v, load("unitary_last", bound="nan"), "rational")
    refused(v, [], "object")
    plain = {"couplings": [[1, 0], [1, 0]], "coefficient": "-7/80"}
    accepted(v, {**document({(1, 0): 1}, 2), "loops": [plain]})
    for bad, reason in (
        ([{**plain, "couplings": "ab"}], "two couplings"),
        ([{**plain, "couplings": [[1, 0], [0, 14]]}], "above order"),
        ([{**plain, "couplings": [[1, 0], [13, 5]]}], "above order"),
        ([plain["couplings"]], "keys"),
        ([["couplings", "coefficient"]], "keys"),
    ):
        refused(v, {**document({(1, 0): 1}, 2), "loops": bad}, reason)
    for pair in ([0, 13], [17, 2], [18, 1]):
        v.document.read({**load("tree_g3_4"), "loops": [{"couplings": [[1, 0], pair], "coefficient": "1"}]})
    # a claim on loops alone is a claim; on nothing it is none
    v.document.read({**load("tree_g3_4"), "claim": [], "loops": [plain]})
    refused(v, {**load("tree_g3_4"), "claim": [], "loops": [{**plain, "coefficient": "0"}]}, "empty")
    for pair, reason in (([0, 27], "order 81"), ([0, 0], "order 0"), ([1, 26], None), ([0, 26], None), ([40, 0], None)):
        data = load("tree_g3_4", claim=[{"coupling": pair, "coefficient": "1"}])
        (refused(v, data, reason) if reason else v.document.read(data))
    many = [{"spin": s, "mass_squared": "1"} for s in range(10_001)]
    v.document.read(load("unitary_last", assumptions={"gaps": many[:-1]}))
    refused(v, load("unitary_last", assumptions={"gaps": many}), "list")
    refused(v, load("unitary_last", assumptions={"gaps": [{"spin": -1, "mass_squared": "1"}]}), "outside")
    refused(v, load("unitary_last", density="magic"), "unknown")
    refused(v, load("unitary_last", density=["unitary"]), "unknown")
    refused(v, None, "object")
    for part in ("claim", "sum_rules"):
        data = load("tree_g3_4")
        refused(v, {**data, part: [*data[part], data[part][0]]}, "twice")
    accepted(v, load("tree_g3_4", dimension=5))
    assert exact(v.document.rational("-12/8", "a")) == Fraction(-3, 2) and exact(v.document.rational("7", "a")) == 7
    assert v.document.integer(4, "a", 4, 5) == 4 and v.document.integer(5, "a", 4, 5) == 5
    edge = load(
        "unitary_last", assumptions={"last_spin": 4, "ceiling": "2", "gaps": [{"spin": 0, "mass_squared": "1"}]}
    )
    accepted(v, edge)
    v.document.read(
        load(
            "tree_g3_4",
            claim=[{"coupling": [40, 0], "coefficient": "1"}, {"coupling": [1, 0], "coefficient": "1"}],
            sum_rules=[{"k": 2, "power": 78, "coefficient": "1"}, {"k": 80, "power": 0, "coefficient": "1"}],
            loops=[{"couplings": [[20, 0], [1, 0]], "coefficient": "1"}],
            spin_split=200_000,
            dimension=1000,
        )
    )
    v.document.read(load("unitary_last", assumptions={"last_spin": 0}))
    v.document.rational("1" * 10_000 + "/" + "3" * 9_999, "a")
    for bad in ("1" * 20_001, "1/00", "--1", "1/-2", " 1", "1\n", "1/2/3", ""):
        try:
            v.document.rational(bad, "a")
        except v.Refused:
            continue
        raise AssertionError(f"read {bad[:20]!r}")


@check("document.py", "__init__.py")
def files(v: Verifier) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "c.json"
        path.write_text(json.dumps(load("tree_g3_4")), encoding="utf-8")
        assert "g[0,1] >= 0" in text_of(v.init.verify_file(path))
        for text in ('{"schema": NaN}', '{"a": Infinity}', '{"a": 1, "a": 2}', "[" * 100_000, "{", "", "[]"):
            path.write_text(text, encoding="utf-8")
            _file_refused(v, path)
            kind = v.document.Unreadable if text in ("[" * 100_000, "{", "") else v.Refused
            if text != "[]":
                try:
                    v.document.load(path)
                except kind:
                    continue
                raise AssertionError(f"loaded {text[:20]}")
        _file_refused(v, Path(folder), "not a regular file")
        _file_refused(v, Path(folder) / "missing")
        with path.open("wb") as stream:
            stream.truncate(16_000_001)
        _file_refused(v, path, "larger")


def _file_refused(v: Verifier, path: Path, fragment: str = "") -> None:
    try:
        v.init.verify_file(path)
    except v.Refused as reason:
        assert fragment in str(reason)
        return
    raise AssertionError("a bad file was accepted")


@check("forward.py")
def heavy_sides(v: Verifier) -> None:
    """x^low sum table x^e X^d is the common multiple of the rows' sum."""
    from tests.mutation.battery.bounded import functional_row

    for name in ("tree_g3_8", "unitary_g2_4_d5", "loops_d6"):
        certificate = v.document.read(load(name))
        functional = v.forward.heavy_functional(certificate)
        common = int(functional.common)
        for spin in range(0, 14, 2):
            row = functional_row(rules_of(load(name)), certificate.dimension, spin)
            big = spin * (spin + certificate.dimension - 3)
            ours = [Fraction(sum(int(c) * big**d for d, c in enumerate(line)), common) for line in functional.table]
            assert [*[0] * (functional.low - 2), *ours] == row
    high = v.document.Certificate(4, {}, {(2, 0): fmpq(1, 3), (2, 1): fmpq(1, 5)}, 2)
    functional = v.forward.heavy_functional(high)
    assert functional.low == 4 and functional.common == 15 and len(functional.table) == 2
