import pytest
from flint import fmpq

from positivity.questions.couplings import (
    combination_latex,
    combination_text,
    coupling_latex,
    coupling_name,
    couplings_of_order,
    parse_combination,
    parse_coupling,
)
from positivity.questions.errors import InputError
from positivity.questions.numbers import parse_rational


def test_names_follow_the_convention():
    expected = {"g2": (1, 0), "g3": (0, 1), "g4": (2, 0), "g5": (1, 1), "g6": (3, 0), "g6'": (0, 2), "g7": (2, 1)}
    for name, coupling in expected.items():
        assert parse_coupling(name) == coupling
        assert coupling_name(coupling) == name


@pytest.mark.parametrize("n", range(2, 25))
def test_every_coupling_has_one_name(n):
    couplings = couplings_of_order(n)
    assert all(2 * p + 3 * q == n for p, q in couplings)
    assert [parse_coupling(coupling_name(c)) for c in couplings] == couplings


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("g3", {(0, 1): fmpq(1)}),
        ("-g4", {(2, 0): fmpq(-1)}),
        ("g3+2*g4", {(0, 1): fmpq(1), (2, 0): fmpq(2)}),
        ("0.5 g3 - 1/3*g[0,2]", {(0, 1): fmpq(1, 2), (0, 2): fmpq(-1, 3)}),
        ("g6p + g_{1,1}", {(0, 2): fmpq(1), (1, 1): fmpq(1)}),
        ("g3 + g3", {(0, 1): fmpq(2)}),
        ("g4/2", {(2, 0): fmpq(1, 2)}),
    ],
)
def test_combinations(text, expected):
    combination = parse_combination(text)
    assert combination == expected
    assert parse_combination(combination_text(combination)) == expected


@pytest.mark.parametrize("text", ["", "g1", "g0", "h3", "g3+", "g3 g4", "g[1,0", "g6''", "g3-g3", "2", "g999"])
def test_bad_couplings_are_refused(text):
    with pytest.raises(InputError):
        parse_combination(text)


def test_rationals_are_exact():
    assert parse_rational("0.3") == parse_rational(0.3) == fmpq(3, 10)
    assert parse_rational("-1e-3") == fmpq(-1, 1000)
    assert parse_rational("7/2") == fmpq(7, 2)
    for bad in ("nan", "inf", "1/0", "x", "", "1e99999", "0x1"):
        with pytest.raises(InputError):
            parse_rational(bad)


def test_latex():
    assert coupling_latex((0, 2)) == r"g_{6}^{\prime}"
    assert combination_latex(parse_combination("g3-1/2*g4")) == r"g_{3}-\frac{1}{2}\,g_{4}"
