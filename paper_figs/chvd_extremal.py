"""The theory of smallest g3/g2: the functional that proves the bound, and the spectrum that reaches it."""

from __future__ import annotations

import positivity
from paper_figs.shared import Output


def make(output: Output) -> None:
    """Print the range and save the figure of its lower end with the certificate."""
    bound = positivity.bound("g3", "g2", order=output.choose(12, 8))
    print(bound)
    name = "chvd_extremal"
    bound.plot("lower", str(output.figure(name)))
    caption = (
        "Above: the functional that proves the lower end of g3/g2, by spin and mass; it is non-negative for every even "
        "spin and mass (certified) and nearly vanishes at the states of the extremal spectrum (dots). Below: their "
        "weights over m^4, whose sum is g2; the spectrum is numerical and satisfies the null constraints."
    )
    output.save(name, bound.to_dict(), caption, bound.problem.scope)
