"""The program on cells of forward rows with a bounded density."""

from __future__ import annotations

from collections.abc import Sequence

from positivity.amplitudes.partial_waves import spin_weight, tail_weight
from positivity.programs.build import measure_row
from positivity.questions.density import Assumptions
from positivity.questions.numbers import parse_rational
from positivity.sum_rules.forward import Functional
from solvers.bounded_measure import BoundedProgram
from solvers.measured_rows import BoundedMeasure
from solvers.program import MeasureProgram, SpinLadder
from solvers.tables import RowTables

#: spins that get cells of their own
CELL_SPINS = 200


def bounded_program(
    free: Sequence[Functional], targets: Sequence[Functional], dimension: int, assumptions: Assumptions
) -> BoundedProgram:
    """The program on cells of forward rows: `free` at given values, `targets` to be maximised."""
    program = MeasureProgram(
        tuple(measure_row(f, dimension) for f in free),
        SpinLadder(dimension - 3),
        tuple(measure_row(f, dimension) for f in targets),
    )
    measure = BoundedMeasure(
        power=dimension / 2 - 1,
        weight=lambda spin: spin_weight(spin, dimension),
        tail=(CELL_SPINS, tail_weight(CELL_SPINS, dimension)),
        ceiling=float(parse_rational(assumptions.ceiling)),
        gaps=tuple((spin, float(parse_rational(mass))) for spin, mass in assumptions.gaps),
        last_spin=assumptions.last_spin,
    )
    ladder = program.ladder
    return BoundedProgram(RowTables(program, measure.spins(ladder.step)), ladder.casimir, measure)
