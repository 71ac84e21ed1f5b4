"""The theory of smallest g3/g2: the functional that proves the bound, and the spectrum that reaches it."""

from __future__ import annotations

from paper_figs.shared import Output
from positivity.bounds.bound import bound


def make(output: Output) -> None:
    """Print the range and save the figure of its lower end with the certificate."""
    found = bound("g3", "g2", order=output.choose(12, 8))
    print(found)
    name = "chvd_extremal"
    found.plot("lower", str(output.figure(name)))
    caption = (
        "Above: the functional that proves the lower end of g3/g2, by spin and mass; it is non-negative for every even "
        "spin and mass (certified) and nearly vanishes at the states of the extremal spectrum (dots). Below: their "
        "weights over m^4, whose sum is g2; the spectrum is numerical and satisfies the null constraints."
    )
    output.save(name, found.to_dict(), caption, found.problem.scope)
