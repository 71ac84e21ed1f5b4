"""python -m paper_figs list | NAME ... | GROUP ... | --all [--quick] [--jobs K] [--output FOLDER]."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

#: group -> (what it is, {script: what it shows}); a group is a folder of the output, a script a module here
GROUPS: dict[str, tuple[str, dict[str, str]]] = {
    "chvd": (
        "the figures of Caron-Huot and Van Duong, arXiv:2011.02957, certified",
        {
            "tree_level": "table of certified bounds on g3..g7 and the region (g3/g2, g4/g2) at order 8",
            "chvd_regions": "(g3, g4), (g3, g5), (g4, g5), (g5, g6), (g6, g6') over g2 by order (3 minutes)",
            "chvd_couplings": "ranges of g3..g10', convergence with the order, min g3 by dimension (1 minute)",
            "chvd_extremal": "the functional and the spectrum at the smallest g3/g2",
        },
    ),
    "loop_paper": (
        "arXiv:2501.09717: full unitarity, and one massless loop",
        {
            "full_unitarity": "max g2 by order and dimension, g3/g2 and g4/g2 versus g2, the extremal density",
            "one_loop": "D=4 ranges with loops in rows, nulls or both; exact exclusions in D=5, 6",
            "one_loop_ranges": "tree versus one loop: (g3/g2, g4/g2) in D=5, ranges versus g2 in D=4 (6 minutes)",
            "one_loop_limits": "excluded g2 by dimension and loop orders; running and the n=4 null",
        },
    ),
    "weak_gravity_paper": (
        "arXiv:2502.10375: the weak-gravity bound on the cutoff",
        {
            "weak_gravity": "Lambda/M_P versus p_min, g2 and g4 in D=4 with full unitarity (8 minutes)",
        },
    ),
    "cmrs": (
        "the figure of Caron-Huot, Mazac, Rastelli and Simmons-Duffin, arXiv:2102.08951",
        {
            "gravity": "allowed (g2, g3) over 8piG in D=5, 6, 7, 10 with the graviton pole (10 minutes)",
        },
    ),
}
FIGURES = {name: text for _, scripts in GROUPS.values() for name, text in scripts.items()}
GROUP_OF = {name: group for group, (_, scripts) in GROUPS.items() for name in scripts}


def main(arguments: list[str] | None = None) -> int:
    """Make the figures asked for; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m paper_figs",
        description="Make figures (PDF, PNG) with their data (JSON) and captions (TXT).",
        epilog="example: python -m paper_figs tree_level --quick",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="which figures or groups of them, or list")
    parser.add_argument("--all", action="store_true", help="all of them")
    parser.add_argument("--quick", action="store_true", help="coarse: fewer points, lower orders")
    parser.add_argument("--jobs", type=int, default=1, metavar="K", help="so many scripts at a time (default 1)")
    parser.add_argument("--output", default="out", metavar="FOLDER", help="they go to FOLDER/GROUP (default out)")
    options = parser.parse_args(arguments)
    if options.names == ["list"]:
        print(listing())
        return 0
    unknown = [name for name in options.names if name not in FIGURES and name not in GROUPS]
    if unknown or bool(options.names) == options.all:
        parser.error(f"unknown figure {unknown[0]!r}: see list" if unknown else "give names, --all or list")

    from paper_figs.shared import make

    names = expand(list(GROUPS) if options.all else options.names)
    tasks = [(name, Path(options.output) / GROUP_OF[name], options.quick) for name in names]
    if options.jobs == 1:
        for task in tasks:
            make(*task)
    else:
        # spawned, not forked: the solvers keep threads
        with ProcessPoolExecutor(max(options.jobs, 1), mp_context=get_context("spawn")) as pool:
            for done in [pool.submit(make, *task) for task in tasks]:
                done.result()
    return 0


def listing() -> str:
    """Groups with their scripts, one line each."""
    blocks = []
    for group, (text, scripts) in GROUPS.items():
        blocks.append(f"{group}/  {text}")
        blocks += [f"  {name}: {shown}" for name, shown in scripts.items()]
    return "\n".join(blocks)


def expand(names: list[str]) -> list[str]:
    """Scripts by name, groups replaced by theirs, each once."""
    scripts = [script for name in names for script in (GROUPS[name][1] if name in GROUPS else [name])]
    return list(dict.fromkeys(scripts))


if __name__ == "__main__":
    sys.exit(main())
