"""python -m paper_figs list | NAME [--output FOLDER]."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

FIGURES = {
    "tree_level": "table of certified bounds on g3..g7 and the region (g3/g2, g4/g2) at order 8",
    "full_unitarity": "max g2 by order and dimension, ranges of g3/g2 and g4/g2 versus g2, the extremal density",
    "one_loop": "D=4 ranges with loops in rows, nulls or both; exact exclusions in D=5, 6",
    "weak_gravity": "Lambda/M_P versus p_min and versus g2, 8piG versus g4 (D=4, full unitarity)",
}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m paper_figs", description="Make a figure and its data.")
    parser.add_argument("name", choices=["list", *FIGURES], help="which figure, or list")
    parser.add_argument("--output", default="out", metavar="FOLDER", help="where it goes (default out)")
    options = parser.parse_args(arguments)
    if options.name == "list":
        for name, text in FIGURES.items():
            print(f"{name}: {text}")
        return 0
    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    importlib.import_module(f"paper_figs.{options.name}").make(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
