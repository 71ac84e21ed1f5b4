"""The bound in units of 8 pi G with its certificate, as a record of the short form."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

import numpy as np
from flint import fmpq

from positivity.answers.gravity import GravityBound
from positivity.bounds.gravity_sampled import report
from positivity.programs.gravity_question import question
from positivity.programs.provable import attempt, check_space, proof_program
from positivity.questions.errors import InputError
from positivity.questions.numbers import parse_rational
from positivity.sum_rules.powers import Space


def certified_bound(space: Space, direction: tuple[float, float], fix: Mapping[str, float]) -> GravityBound:
    """direction.(g2, g3) >= -alpha 8 pi G with its certificate; numerical, with the reason, if none is found.

    space: functions on A_2^imp alone, D >= 5.  Raises InputError.
    """
    started = time.perf_counter()
    check_space(space)
    question(space, direction, {})
    if fix:
        raise InputError(
            "a certificate is about g2 + a g3: fix nothing, give the direction of the functional, "
            "e.g. direction (1, 0.1), and put g3 into its claim"
        )
    program = proof_program(space)
    tried = attempt(program, (parse_rational(direction[0]), parse_rational(direction[1])), {})
    scanned = program.scan(tried.functional)
    done = report(scanned, direction, fix, _above(tried.alpha), time.perf_counter() - started)
    return replace(done, certificate=tried.certificate, reason=tried.reason)


def _above(value: fmpq) -> float:
    """A double that is not below a rational."""
    near = float(Fraction(int(value.p), int(value.q)))
    return near if Fraction(near) >= Fraction(int(value.p), int(value.q)) else float(np.nextafter(near, np.inf))
