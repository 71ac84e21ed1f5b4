"""No theory has the fixed values: said where it is true, proved, and not where the program merely is too coarse."""

import json

import pytest
from flint import fmpq

import positivity
from positivity.answers.end import End
from positivity.bounds.both_ends import both_ends
from positivity.certificates.forward import certify
from positivity.sum_rules.forward import functional_of
from solvers.verify import Refused
from tests.sweep.theories import unitary_value

#: steps (low, high, rho_0) of a density of spin 0 in x = 1/m^2, which is crossing symmetric by itself
STEPS = [(0.44, 0.55, 0.73), (0.55, 0.59, 0.41), (0.59, 0.68, 1.55)]


def test_a_theory_that_few_cells_do_not_hold_is_found():
    """The first cells of the linear program have no density with these g2, g3 and g5."""
    fix = {name: f"{unitary_value(STEPS, 7, name):.30f}U" for name in ("g2", "g3", "g5")}
    bound = positivity.bound("g6'", "U", density="unitary", order=6, dimension=7, digits=6, fix=fix)
    assert [end.status for _, end in bound.ends()] == ["certified"] * 2
    assert float(bound.lower.text) <= unitary_value(STEPS, 7, "g6'") <= float(bound.upper.text)


@pytest.mark.parametrize("fix", [{"g2": "0.9U"}, {"g2": "0.3U", "g4": "0.2U"}, {"g2": "-0.1U"}])
def test_values_no_bounded_density_has_are_excluded_with_a_proof(fix):
    bound = positivity.bound("g3", density="unitary", order=4, fix=fix)
    assert [end.status for _, end in bound.ends()] == ["excluded"] * 2
    document = json.loads(json.dumps(bound.to_dict()))
    assert "no theory" in positivity.verify(document)[0]
    # the proof is about these values and no others
    document["problem"]["fix"] = [["g2", "0.3U"]]
    with pytest.raises(Refused):
        positivity.verify(document)


def test_densities_keep_to_the_ceiling():
    """Where a cell weighs next to nothing the tolerance of the program let it hold 5.25 of 2."""
    bound = positivity.bound(
        "2*g4+g6-7*g3", "g6'", density="unitary", order=6, dimension=7, digits=4,
        fix={"g6'": "0.057207591994578872729437790667U"}, assumptions=positivity.Assumptions(last_spin=4),
    )  # fmt: skip
    steps = [step for _, end in bound.ends() for step in end.density]
    assert steps and all(0 <= step.density <= 2 for step in steps)


class _Crossed:
    """A solver whose proved ends are in the wrong order."""

    dimension, loops = 4, None

    def __init__(self, *ends):
        self._ends = dict(zip((-1, 1), ends, strict=True))

    def end(self, weights, side):
        return self._ends[side]


def test_ends_in_the_wrong_order_exclude():
    """min g4/g2 = 1/18 at g3 = g2 and max g3/g2 = 3: at g4/g2 = 0.6 each side has a proof, and both together one."""
    fix = {"g4": "0.6"}
    genuine = positivity.bound("g3", order=6, fix={"g4": "0.3"})
    excluded = positivity.bound("g3", order=6, fix=fix).lower
    assert excluded.status == "excluded"

    # the exclusion, many times over, added to a genuine end: a worse theorem that is still one
    crossed = []
    for sign, end in ((-1, genuine.lower), (1, genuine.upper)):
        total = functional_of(end.certificate)
        for rule, coefficient in functional_of(excluded.certificate).items():
            total[rule] = total.get(rule, fmpq(0)) + 10**6 * coefficient
        crossed.append(End(str(-sign * 1000), "certified", certificate=certify(total, 4)))
    lower, upper = both_ends(_Crossed(*crossed))
    assert lower.status == upper.status == "excluded" and lower.text is None
    assert positivity.verify(lower.certificate)
    problem = positivity.bound("g3", order=6, fix=fix).problem
    assert "no theory" in positivity.verify(positivity.Bound(problem, lower, upper).to_dict())[0]
