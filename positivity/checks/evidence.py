"""What a verdict shows: a certificate's claim in words, states of a spectrum, a theory well inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flint import fmpq, fmpq_mat

from positivity.amplitudes.uv_completions import spin0_exchange, stu_pole
from positivity.answers.end import State
from positivity.questions.couplings import Combination, Coupling, coupling_name, order_of
from positivity.questions.errors import InputError
from positivity.questions.numbers import decimal_or_ratio, significant
from positivity.sum_rules.forward import coupling_kernel
from solvers.representation import ExactAtom

#: masses of the theory inside
_MASSES = (fmpq(1), fmpq(4, 3), fmpq(2), fmpq(4), fmpq(10))


def average(atoms: Sequence[ExactAtom], coupling: Coupling, dimension: int) -> fmpq:
    """g_pq in a spectrum of states whose weights lack the common factor 1/m^4 of the sum rules."""
    kernel, power = coupling_kernel(coupling, dimension), order_of(coupling) - 2
    return sum(
        (a.weight * kernel(fmpq(a.spin * (a.spin + dimension - 3))) / a.mass_squared**power for a in atoms), fmpq(0)
    )


def state_of(atom: ExactAtom) -> State:
    """The state with the weight that goes with <F> = sum weight F(m^2, J)."""
    mass = atom.mass_squared
    return State(decimal_or_ratio(mass), atom.spin, str(atom.weight * mass * mass))


def inside_value(combination: Combination) -> fmpq:
    """A coupling in the theory well inside: stu poles and spin-0 exchanges, equal shares of g2 at each mass."""
    total = fmpq(0)
    for coupling, factor in combination.items():
        for mass in _MASSES:
            size = stu_pole().exact(coupling) + spin0_exchange().exact(coupling) / 4
            total += factor * size / mass ** (order_of(coupling) - 2)
    return total


def check_independent(combinations: Sequence[Combination]) -> None:
    """Raise InputError if one combination is determined by the others."""
    keys = sorted({key for each in combinations for key in each})
    matrix = fmpq_mat([[each.get(key, fmpq(0)) for key in keys] for each in combinations])
    if matrix.rank() < len(combinations):
        raise InputError("a coupling is given twice, or follows from the others: drop one")


def claim_text(claim: Mapping[Coupling, fmpq]) -> str:
    """What a certificate proves, with coefficients to 8 digits, the largest of size 1."""
    largest = max(abs(value) for value in claim.values())
    text = ""
    for coupling in sorted(claim, key=lambda c: (order_of(c), c[1])):
        value = claim[coupling] / largest
        size = significant(abs(value), 8)
        text += (" - " if value < 0 else " + ") + ("" if size == "1" else size + " ") + coupling_name(coupling)
    return text.removeprefix(" + ").replace(" - ", "-", 1 if text.startswith(" - ") else 0) + " >= 0"
