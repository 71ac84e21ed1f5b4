"""Certified tree-level bounds at order 8 in D = 4: a table, and the (g3, g4) region."""

from __future__ import annotations

import json
from pathlib import Path

import positivity
from positivity.results import bound_rows, text_table

COUPLINGS = ("g3", "g4", "g5", "g6", "g6'", "g7")
ORDER, POINTS = 8, 60


def make(folder: Path) -> None:
    """Print the table and save bounds and region, each with its certificates, and the figure."""
    bounds = [positivity.bound(name, "g2", order=ORDER) for name in COUPLINGS]
    print(text_table(bound_rows(bounds), f"{bounds[0].problem.scope}\n"))
    data = folder / "tree_level_bounds.json"
    data.write_text(json.dumps([b.to_dict() for b in bounds], indent=1) + "\n", encoding="utf-8")
    region = positivity.region("g3", "g4", "g2", order=ORDER, points=POINTS)
    region_data = folder / "tree_level_region.json"
    region_data.write_text(json.dumps(region.to_dict(), indent=1) + "\n", encoding="utf-8")
    figure = folder / "tree_level_region.pdf"
    region.plot(str(figure))
    total, proved = len(region.half_planes), len(region.certified)
    print(f"\nregion (g3/g2, g4/g2): {proved} of {total} half-planes certified")
    print(f"figure: {figure} and {figure.with_suffix('.png')}")
    print(f"data with certificates: {data}, {region_data}")
