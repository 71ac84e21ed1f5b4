"""Certified tree-level bounds at order 8 in D = 4: a table, and the (g3, g4) region."""

from __future__ import annotations

from paper_figs.shared import Output
from positivity.answers.bound import bound_rows, text_table
from positivity.bounds.bound import bound
from positivity.regions.region import region

COUPLINGS = ("g3", "g4", "g5", "g6", "g6'", "g7")


def make(output: Output) -> None:
    """Print the table and save bounds and region, each with its certificates, and the figure."""
    order, points = output.choose((8, 60), (7, 16))
    bounds = [bound(name, "g2", order=order) for name in COUPLINGS]
    scope = bounds[0].problem.scope
    print(text_table(bound_rows(bounds), f"{scope}\n"))
    traced = region("g3", "g4", "g2", order=order, points=points)
    total, proved = len(traced.half_planes), len(traced.certified)
    print(f"\nregion (g3/g2, g4/g2): {proved} of {total} half-planes certified")
    name = "tree_level_region"
    traced.plot(str(output.figure(name)))
    caption = (
        f"Allowed region of (g3/g2, g4/g2) in units of the cutoff M: the intersection of {proved} certified "
        "half-planes, outside of which no theory in the scope below exists. Markers: known amplitudes at mass M; "
        "darker: their mixtures at all masses above M."
    )
    output.save(name, traced.to_dict() | {"table": [b.to_dict() for b in bounds]}, caption, scope)
