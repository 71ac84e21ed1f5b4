"""Proofs as data, and what their statements say."""

import dataclasses
import json
import random
import re

import mpmath
import pytest
from flint import ctx, fmpq, fmpz, fmpz_poly

from positivity.bounds.exclusion import exclude
from positivity.certificates.implied.asked import read_scope
from positivity.certificates.implied.lowered import Crude, single_levels
from positivity.certificates.verification import verify
from solvers.verify import Density, Proof, Refused, verify_data
from solvers.verify.nonnegative import NotProved, prove_on_interval
from tests.documents import documents


def test_a_proof_is_data():
    proof = verify_data(documents()["certificate"])
    assert isinstance(proof, Proof) and proof.kind == "inequality" and proof.dimension == 4
    assert proof.order == 6 and proof.density == Density() and proof.loops is None and proof.pairs == ()
    assert dict(proof.claim) == {(1, 0): fmpq(1036619685, 10**8), (0, 1): fmpq(1)}
    bounded = verify_data(documents()["unitary certificate"])
    assert bounded.kind == "bounded" and bounded.density == Density(fmpq(2)) and bounded.bound > 0
    loop = verify_data(documents()["loop certificate"])
    assert loop.pairs == (((1, 0), (1, 0)),) and "couplings at mu=M, arcs of radius M" in str(loop)
    cutoff = verify_data(documents()["cutoff"])
    assert cutoff.contacts == 1 and "8piG/p^2 + c_0 with any c" in str(cutoff)


def test_weaker_assumptions_hold_for_stronger_ones_only():
    free, two, one = Density(), Density(fmpq(2)), Density(fmpq(1))
    low, lower = Density(fmpq(2), 10), Density(fmpq(2), 4)
    gap, wider = Density(fmpq(2), None, ((4, fmpq(2)),)), Density(fmpq(2), None, ((4, fmpq(3)), (2, fmpq(5))))
    for weaker, stronger in ((free, two), (two, one), (two, low), (low, lower), (two, gap), (gap, wider), (gap, gap)):
        assert weaker.holds_for(stronger)
        assert weaker == stronger or not stronger.holds_for(weaker)
    # without any states of the spin there is a gap
    assert gap.holds_for(Density(fmpq(2), 2)) and not gap.holds_for(low)


def test_rows_without_weight_change_nothing():
    """A sum rule with coefficient zero is not used: it does not enter the order, nor the loops it has."""
    certificate = documents()["certificate"]
    padded = json.loads(json.dumps(certificate))
    padded["sum_rules"].append({"k": 2, "power": 30, "coefficient": "0"})
    padded["claim"].append({"coupling": [7, 2], "coefficient": "0"})
    assert verify_data(padded) == verify_data(certificate)
    assert str(verify_data(padded)) == str(verify_data(certificate))


def test_a_coefficient_of_six_thousand_digits_is_printed():
    # Python refuses to write integers of more than 4300 digits, flint does not
    value = str(fmpq(fmpz(7) ** 7000, 3**100))
    data = {"schema": "eft-positivity/certificate/1", "dimension": 4, "density": "positive", "spin_split": 4,
            "claim": [{"coupling": [1, 0], "coefficient": value}],
            "sum_rules": [{"k": 2, "power": 0, "coefficient": str(fmpq(fmpz(7) ** 7000, 2 * 3**100))}]}  # fmt: skip
    (statement,) = verify(data)
    assert len(statement) < 500 and "~" in statement and ">= 0 at M=1 in D=4" in statement


@pytest.mark.parametrize("seed", range(20))
def test_a_refusal_names_a_place_where_the_polynomial_is_negative(seed):
    """Also where only the right end of a box is, and deep between dyadic numbers."""
    rng = random.Random(seed)
    root = fmpq(rng.randrange(1, 999), 1000)
    line = fmpz_poly([-int(root.p), int(root.q)])
    width = rng.choice((1, 10**3, 10**9))
    for polynomial in (line, -line, line**2 * width**2 - 1, fmpz_poly([1, 0, -3]), fmpz_poly([1, 0, 0, -2])):
        try:
            prove_on_interval(polynomial)
        except NotProved as failure:
            assert failure.at is not None and 0 <= failure.at <= 1
            assert polynomial(fmpq(*failure.at.as_integer_ratio())) < 0
        else:
            raise AssertionError("a polynomial with a negative value was proved")


def test_a_refused_certificate_names_the_place():
    """K = 2 - 4 x is negative for x > 1/2: the right end of every box that shows it."""
    data = {"schema": "eft-positivity/certificate/1", "dimension": 4, "density": "positive", "spin_split": 4,
            "claim": [{"coupling": [1, 0], "coefficient": "2"}, {"coupling": [2, 0], "coefficient": "-8"}],
            "sum_rules": [{"k": 2, "power": 0, "coefficient": "1"},
                          {"k": 4, "power": 0, "coefficient": "-2"}]}  # fmt: skip
    with pytest.raises(Refused, match="spin 0") as found:
        verify_data(data)
    spin, x = found.value.place
    assert spin == 0 and 2 - 4 * x**2 < 0


@pytest.mark.parametrize("dimension", [5, 6, 7, 10])
@pytest.mark.parametrize(
    ("kappa", "delta"), [(fmpq(1, 3), fmpq(1, 8)), (fmpq(1, 5), fmpq(1, 10)), (fmpq(1, 2), fmpq(1, 3))]
)
def test_exclusions_by_the_verifier_alone(dimension, kappa, delta):
    """The verifier's own algebra accepts what `exclude` finds, and nothing a little wider."""
    found = exclude(dimension, kappa, delta)
    if found is None:
        return
    data = found.to_dict()
    proof = verify_data(data)
    assert proof.interval == (found.low, found.high) and proof.order == 4 and len(proof.pairs) == 4
    width = found.high - found.low
    for wider in ({"low": str(found.low - width / 1000)}, {"high": str(found.high + width / 1000)}):
        with pytest.raises(Refused, match=r"not excluded|0 < low"):
            verify_data({**data, **wider})


def test_the_known_interval_of_six_dimensions():
    """kappa = 1/3, delta = 1/8: nothing for 3.6706 < g2/U < 8.669 (derived by hand in docs/theory/one_loop.md)."""
    (statement,) = verify(documents()["exclusion"])
    assert statement.startswith("no theory has 3.67054") and "< g2 < 8.6697" in statement
    assert "couplings at mu=M, arcs of radius M" in statement


@pytest.mark.parametrize("dimension", [5, 6, 7, 10])
def test_an_interval_is_shown_inside_what_is_proved(dimension):
    """The decimals are rounded inwards: to nearest, every second line would say more than is proved."""
    proof = verify_data(documents()["exclusion"])
    with mpmath.workdps(40):
        power = -1 - (dimension - 2) // 2  # of pi in g2 pi^P
        unit = (4 * mpmath.pi) ** (mpmath.mpf(dimension) / 2) * mpmath.pi**power
        for k in range(20):
            low, high = fmpq(23491 + 7 * k, 100), fmpq(55486 - 13 * k, 100)
            text = str(dataclasses.replace(proof, dimension=dimension, interval=(low, high)))
            shown = [mpmath.mpf(part) for part in re.findall(r"([0-9.]+) U", text)[:2]]
            exact = [mpmath.mpf(int(value.p)) / int(value.q) / unit for value in (low, high)]
            assert exact[0] <= shown[0] < exact[0] + 2e-7 and exact[1] - 2e-7 < shown[1] <= exact[1], text


def test_crude_bounds_hold_what_is_certified():
    """|g3| and |g4| of the crude bounds are not below the certified ends at the same couplings."""
    problem = {**documents()["cover"]["problem"], "loops": "g2^2"}
    with ctx.workprec(192):
        scope, _ = read_scope(problem)
        crude = Crude(scope, single_levels(scope), None)
        for name, coupling in (("loop", (0, 1)),):
            for side in ("lower", "upper"):
                assert crude.size(coupling) >= abs(float(documents()[name][side]["natural"]))
        assert not crude.size((2, 0)) > 1 and not crude.size((1, 1)).is_finite()
