"""One loop above order 6: loops spoil the nulls that lead at large spin, and the others must not stall the program."""

import numpy as np
import pytest

import positivity
from positivity.bounds.cut_finder import CutFinder
from positivity.bounds.loops import positive_solver
from positivity.programs.eliminate import LoopProblem
from positivity.questions.couplings import parse_combination
from positivity.questions.levels import parse_fixes
from positivity.questions.loops import parse_pairs
from solvers.grid import REGGE, bernstein
from solvers.verify import Refused

FOUR = "g2^2,g2g3,g3^2,g2g4"
AT = {"g2": "0.4U", "g3": "-1U"}


def problem(coupling, order, fix=AT, dimension=5):
    return LoopProblem(parse_combination(coupling), parse_fixes(fix), parse_pairs(FOUR), order, dimension)


def test_rows_of_the_regge_limit_do_not_all_vanish():
    """At xi -> infinity some row is left, and at finite xi all are those of a very large spin times one factor."""
    program = positive_solver(problem("g5", 8), 8).ratio.program
    spins = np.array([REGGE, 10**8])
    tables = np.stack([program.spin_coefficients(row, spins) for row in program.free], axis=-1)
    at_end = bernstein(program.degree, np.array([1.0], np.longdouble))[0]
    assert np.abs(at_end @ tables[0]).max() > 1e-3
    s = np.linspace(0.05, 0.9, 8).astype(np.longdouble)
    limit, finite = (bernstein(program.degree, s) @ table for table in tables)
    power = program.excess
    assert power > 0
    np.testing.assert_allclose((limit * (1 - s[:, None]) ** power).astype(float), finite.astype(float), atol=1e-10)


def test_eliminating_one_coupling_leaves_no_traces_in_rows_without_it():
    """The row of g3 needs g4 and no more to be free of g4 and g6': 1e-60 of other rows made it of higher order."""
    rows = problem("g6'", 6).free
    assert set(rows[0]) == {(1, 0), (2, 0)}


@pytest.mark.parametrize("density", ["positive", pytest.param("unitary", marks=pytest.mark.slow)])
def test_higher_orders_are_stronger(density):
    """g5 at fixed g2, g3 in D=5 with all four pairs: the k >= 4 nulls of orders 7 and 8 do count."""
    scope = {"over": "U", "fix": AT, "loops": FOUR, "dimension": 5, "density": density}
    found = [positivity.bound("g5", order=order, **scope) for order in (6, 8)]
    for bound in found:
        for _, end in bound.ends():
            assert (end.status, end.reason) == ("certified", "")
            assert float(end.text) == pytest.approx(float(end.spectrum_value), abs=1e-7)
    lower, upper = ([float(getattr(bound, side).value) for bound in found] for side in ("lower", "upper"))
    assert lower[0] + 1e-4 < lower[1] and upper[0] - 1e-5 > upper[1]


@pytest.mark.parametrize("coupling", ["g4", "g5", "g6", "g6'"])
def test_no_theory_is_excluded_whatever_is_asked(coupling):
    """g3 = -2.61 U lies below the least one, -2.51 U: asked for g4 that is excluded, so it must be for the others."""
    fix = {"g2": "0.57089U", "g3": "-2.60973U"}
    bound = positivity.bound(coupling, over="U", order=8, dimension=5, loops="g2g4,g3^2,g2^2", fix=fix)
    assert [end.status for _, end in bound.ends()] == ["excluded", "excluded"]
    assert positivity.verify(bound.to_dict())


def test_a_bounded_density_excludes_more():
    """g2 = 0.57 U, g3 = -2.5 U: allowed with rho_J >= 0, excluded with 0 <= rho_J <= 2, with a certificate."""
    scope = {"order": 6, "dimension": 5, "loops": "g2g4,g3^2,g2^2", "fix": {"g2": "0.57089U", "g3": "-2.5U"}}
    assert positivity.bound("g4", over="U", **scope).lower.status == "certified"
    bounded = positivity.bound("g4", over="U", density="unitary", **scope)
    assert [end.status for _, end in bounded.ends()] == ["excluded", "excluded"]
    assert positivity.verify(bounded.to_dict())
    moved = bounded.to_dict()
    moved["problem"]["fix"][1][1] = "-2.3U"
    with pytest.raises(Refused, match="does not exclude"):
        positivity.verify(moved)


def test_bounded_functionals_have_a_sign_at_large_spin():
    """D=8, order 8: at m^2 = O(M^2) and J -> infinity the k >= 4 nulls decide, where the program had no rows at all."""
    fix = {"g2": "2.52987U", "g3": "-1U"}
    scope = {"over": "U", "dimension": 8, "loops": FOUR, "density": "unitary", "fix": fix, "digits": 6}
    for _, end in positivity.bound("g4", order=8, **scope).ends():
        assert (end.status, end.reason) == ("certified", "")
        assert float(end.text) == pytest.approx(float(end.spectrum_value), rel=1e-4)


def test_scans_end_where_nothing_new_is_found(monkeypatch):
    """The largest g4, g3 free, lies at the end of what g3 may be: the same functional was found there forty times."""
    places = []
    found = CutFinder.bounds
    monkeypatch.setattr(CutFinder, "bounds", lambda self, g, side: (places.append(g), found(self, g, side))[1])
    bound = positivity.bound(
        "g4", over="U", fix={"g2": "2.52987U"}, loops=FOUR, dimension=8, order=6, digits=4, density="positive"
    )
    assert len(places) < 20
    assert [end.status for _, end in bound.ends()] == ["certified", "certified"]
