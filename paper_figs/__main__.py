"""python -m paper_figs list | NAME ... | --all [--quick] [--output FOLDER]."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

FIGURES = {
    "tree_level": "table of certified bounds on g3..g7 and the region (g3/g2, g4/g2) at order 8",
    "full_unitarity": "max g2 by order and dimension, ranges of g3/g2 and g4/g2 versus g2, the extremal density",
    "one_loop": "D=4 ranges with loops in rows, nulls or both; exact exclusions in D=5, 6",
    "one_loop_ranges": "tree versus one loop: regions (g3/g2, g4/g2) in D=5, ranges versus g2 in D=4 (6 minutes)",
    "gravity": "allowed (g2, g3) over 8piG in D=5, 6, 7, 10 with the graviton pole (4 minutes)",
    "weak_gravity": "Lambda/M_P versus p_min, g2 and g4 in D=4 with full unitarity (8 minutes)",
    "one_loop_limits": "max g2 by dimension and loop orders; running and the n=4 null",
}


def main(arguments: list[str] | None = None) -> int:
    """Make the figures asked for; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m paper_figs",
        description="Make figures (PDF, PNG) with their data (JSON) and captions (TXT).",
        epilog="example: python -m paper_figs tree_level --quick",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which figures, or list")
    parser.add_argument("--all", action="store_true", help="all of them")
    parser.add_argument("--quick", action="store_true", help="coarse: fewer points, lower orders")
    parser.add_argument("--output", default="out", metavar="FOLDER", help="where they go (default out)")
    options = parser.parse_args(arguments)
    if options.names == ["list"]:
        for name, text in FIGURES.items():
            print(f"{name}: {text}")
        return 0
    unknown = [name for name in options.names if name not in FIGURES]
    if unknown or bool(options.names) == options.all:
        parser.error(f"unknown figure {unknown[0]!r}: see list" if unknown else "give names, --all or list")

    from paper_figs.shared import Output

    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    for name in FIGURES if options.all else options.names:
        importlib.import_module(f"paper_figs.{name}").make(Output(folder, name, options.quick))
    return 0


if __name__ == "__main__":
    sys.exit(main())
