"""A certified end far from its density gives way to proofs of fewer rows; nothing excluded is shown as reached."""

import pytest

import positivity

GAP = positivity.Assumptions(gaps=((2, "1.5"),))


@pytest.mark.parametrize(
    "words",
    [
        {"order": 7, "dimension": 8, "coupling": "g3", "over": "U", "fix": {"g2": "1.9968993375U"}, "assumptions": GAP},
        pytest.param(
            {
            "order": 7, "dimension": 8, "coupling": "g3", "over": "g4",
            "fix": {"g2": "0.28445580982482U", "g6'": "0.32954202694294U", "g4": "0.08353791612565U"},
            "assumptions": positivity.Assumptions("1/4"),
        },
            marks=pytest.mark.slow,
        ),
    ],
)  # fmt: skip
def test_the_upper_end_is_near_its_density(words):
    """Order 7 in D = 8 alone proves g3 <= 2374 U and 2e10 here."""
    bound = positivity.bound(**words, density="unitary", digits=4)
    upper = bound.upper
    assert upper.status == "certified" and 0 <= upper.value - float(upper.spectrum_value) < 1e-3
    assert len(positivity.verify(bound.to_dict())) == 2


@pytest.mark.parametrize("order", [5, 6, 7])
def test_what_cuts_exclude_is_not_shown_as_reached(order):
    """A place far out at which the first cuts were within their tolerance."""
    words = {"order": order, "dimension": 5, "loops": "g3^2,g2g4", "over": "U", "fix": {"g2": "0.12666U"}, "digits": 4}
    lower, upper = (end for _, end in positivity.bound("g3", **words).ends())
    for side, end in ((-1, lower), (1, upper)):
        assert end.status == "certified" and side * (end.value - float(end.spectrum_value)) >= 0
