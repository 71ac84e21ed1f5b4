"""The verifier must refuse everything that is not a proof."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest
from flint import fmpq, fmpz, fmpz_poly
from hypothesis import given, settings
from hypothesis import strategies as st

import positivity
from positivity.certificates.forward import document
from positivity.questions.couplings import parse_combination
from positivity.sum_rules.forward import add_to, combination_functional
from positivity.sum_rules.null_constraints import null_constraints
from solvers.verify import Refused, verify_data, verify_file
from solvers.verify.nonnegative import NotProved, prove_on_interval, prove_on_square


@pytest.fixture(scope="module")
def certificate():
    bound = positivity.bound("g3", order=8)
    assert bound.lower.status == "certified"
    return bound.lower.certificate


def refuse(data, fragment):
    with pytest.raises(Refused, match=fragment):
        verify_data(data)


def test_accepts_and_states_the_claim(certificate):
    text = str(verify_data(certificate))
    assert "D=4" in text and "all even spins" in text and "order 8" in text and "*g[0,1] >= 0" in text


def test_every_tampered_coefficient_is_refused(certificate):
    for part in ("sum_rules", "claim"):
        for i in range(len(certificate[part])):
            changed = copy.deepcopy(dict(certificate))
            value = fmpq(*map(int, (certificate[part][i]["coefficient"] + "/1").split("/")[:2]))
            changed[part][i]["coefficient"] = str(value + fmpq(1, 10**30))
            refuse(changed, "does not give the claim")


def test_a_stronger_claim_is_refused(certificate):
    """Shift both the claim and the functional by g2: consistent, but no longer positive."""
    functional = {(r["k"] // 2, r["power"]): fmpq(*map(int, (r["coefficient"] + "/1").split("/")[:2]))
                  for r in certificate["sum_rules"]}  # fmt: skip
    add_to(functional, combination_functional(parse_combination("g2")), fmpq(-1, 10**7))
    refuse(document(functional, 4, certificate["spin_split"]), "spin|region")


def test_lower_spin_split_is_refused(certificate):
    refuse({**certificate, "spin_split": 4}, "large-spin")


def test_a_certificate_of_high_dimension_is_refused_below():
    """Waves of high D are positive sums of waves of lower D, so proofs go up in D and never down."""
    low, high = (positivity.bound("g3", order=6, dimension=d).lower.certificate for d in (4, 10))
    verify_data({**low, "dimension": 10})
    refuse({**high, "dimension": 4}, "spin|region")


def test_functional_positive_at_low_and_infinite_spin_only():
    """lambda + (3-2X) x + nu X(X-8) x^2 with lambda = 9 + 12 nu, lambda nu > 1.

    Non-negative at J = 0, 2 and J -> infinity, it "proves" g3/g2 >= -10.18, which spectra violate.
    """
    nu = fmpq(118, 1200)
    functional = combination_functional(parse_combination("g3"))
    add_to(functional, combination_functional(parse_combination("g2")), 9 + 12 * nu)
    add_to(functional, dict(null_constraints(4, 4)[0].functional), nu)
    refuse(document(functional, 4, 2), "spin|region")
    refuse(document(functional, 4, 4), "region")
    refuse(document(functional, 4, 100), "spin 4")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"schema": "eft-positivity/certificate/2"}, "schema"),
        ({"density": "unitary"}, "keys"),
        ({"density": "magic"}, "density"),
        ({"density": None}, "density"),
        ({"dimension": 3}, "dimension"),
        ({"dimension": 4.0}, "not an integer"),
        ({"dimension": True}, "not an integer"),
        ({"spin_split": -2}, "spin_split"),
        ({"spin_split": 0}, "spin_split"),
        ({"spin_split": 33}, "odd"),
        ({"spin_split": 10**9}, "spin_split"),
        ({"spin_split": float("nan")}, "not an integer"),
        ({"claim": []}, "empty"),
        ({"claim": [{"coupling": [1, 0], "coefficient": "0"}]}, "empty"),
        ({"claim": "g3"}, "list"),
        ({"claim": [{"coupling": [0, 0], "coefficient": "1"}]}, "order 0"),
        ({"claim": [{"coupling": [1], "coefficient": "1"}]}, "pair"),
        ({"claim": [{"coupling": [1, 0], "coefficient": 1.5}]}, "rational"),
        ({"claim": [{"coupling": [1, 0], "coefficient": "NaN"}]}, "rational"),
        ({"claim": [{"coupling": [1, 0], "coefficient": "1/0"}]}, "denominator zero"),
        ({"claim": [{"coupling": [1, 0], "coefficient": "1/00"}]}, "denominator zero"),
        ({"claim": [{"coupling": [1, 0], "coefficient": "1e5"}]}, "rational"),
        ({"sum_rules": []}, "does not give the claim"),
        ({"sum_rules": [{"k": 3, "power": 0, "coefficient": "1"}]}, "even"),
        ({"sum_rules": [{"k": 0, "power": 2, "coefficient": "1"}]}, "outside"),
        ({"sum_rules": [{"k": 2, "power": -1, "coefficient": "1"}]}, "outside"),
        ({"sum_rules": [{"k": 2, "power": 0, "coefficient": "1", "note": ""}]}, "keys"),
        ({"extra": 1}, "unknown"),
    ],
)  # fmt: skip
def test_malformed_certificates(certificate, change, reason):
    refuse({**certificate, **change}, reason)


def test_duplicated_rows_are_refused(certificate):
    for part in ("sum_rules", "claim"):
        refuse({**certificate, part: [*certificate[part], certificate[part][0]]}, "twice")


def test_missing_key(certificate):
    for key in certificate:
        refuse({k: v for k, v in certificate.items() if k != key}, "schema|keys|density")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"schema": NaN}', "NaN"),
        ('{"schema": Infinity}', "Infinity"),
        ('{"a": 1, "a": 2}', "twice"),
        ("[" * 100000, "JSON"),
        ("{", "JSON"),
        ("", "JSON"),
        ("[]", "object"),
        ("\x00\xff", "JSON"),
    ],
)
def test_bad_files(tmp_path, text, reason):
    path = tmp_path / "c.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(Refused, match=reason):
        verify_file(path)


def test_a_huge_file_is_refused_unread(tmp_path):
    path = tmp_path / "c.json"
    with path.open("wb") as stream:
        stream.truncate(100_000_000)
    with pytest.raises(Refused, match="larger"):
        verify_file(path)


def test_verifier_needs_only_flint(certificate, tmp_path):
    """Everything else the package depends on is hidden from the interpreter."""
    path = tmp_path / "c.json"
    path.write_text(json.dumps(certificate))
    hidden = ["numpy", "scipy", "sympy", "cvxpy", "mpmath", "matplotlib", "highspy", "positivity"]
    code = (
        f"import sys; sys.modules.update(dict.fromkeys({hidden!r}))\n"
        f"from solvers.verify.__main__ import main; sys.exit(main([{str(path)!r}]))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("PROVED: ")


def test_verifier_imports_nothing_that_finds_functionals():
    code = "import sys, solvers.verify; print([m for m in sys.modules if m.startswith(('solvers', 'positivity'))])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert all(
        "verify" in name or name.strip() == "solvers"
        for name in done.stdout.strip("[]\n ").replace("'", "").split(", ")
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=7))
def test_interval_proofs_are_sound(coefficients):
    polynomial = fmpz_poly(coefficients)
    lowest = min(polynomial(fmpq(i, 400)) for i in range(401))
    try:
        prove_on_interval(polynomial)
    except NotProved:
        return
    assert lowest >= 0


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=2, max_size=4), st.integers(0, 3))
def test_squares_are_proved(coefficients, extra):
    root = fmpz_poly(coefficients)
    prove_on_interval(root * root + extra)
    # a square with an interior double root needs the squarefree step
    prove_on_interval(fmpz_poly([-1, 3]) ** 2 * (root * root + 1))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.integers(-6, 9), min_size=3, max_size=3), min_size=3, max_size=3))
def test_square_proofs_are_sound(table):
    def value(u, v):
        return sum(c * u**i * v**k for i, row in enumerate(table) for k, c in enumerate(row))

    try:
        prove_on_square([[fmpz(c) for c in row] for row in table])
    except NotProved:
        return
    grid = [fmpq(i, 20) for i in range(21)]
    assert min(value(u, v) for u in grid for v in grid) >= 0


def test_negative_dip_between_dyadic_points():
    """A polynomial that is negative only on an interval of width 1e-6 near 1/3."""
    thin = fmpz_poly([-1, 3]) ** 2 * 10**12 - 1
    with pytest.raises(NotProved, match="negative"):
        prove_on_interval(thin)


def test_the_documented_example_is_a_certificate():
    """The JSON printed in docs/theory/certificates.md."""
    text = (Path(__file__).parents[1] / "docs/theory/certificates.md").read_text(encoding="utf-8")
    example = json.loads(text.split("```json")[1].split("```")[0])
    assert str(verify_data(example)).startswith("3*g[1,0] - 1*g[0,1] >= 0 at M=1 in D=4")
