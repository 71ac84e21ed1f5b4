"""Figures: their style, the allowed region in a plane, and curves; byte-identical when made again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np

from positivity.amplitudes.uv_completions import PlaneMarker
from positivity.answers.files import written
from positivity.questions.couplings import combination_latex, order_of, parse_combination
from positivity.questions.density import Assumptions
from positivity.questions.errors import InputError
from positivity.questions.question import Problem
from solvers.files import replacing

#: colour-blind safe (Okabe-Ito)
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
#: widths of a figure in one and in two columns of a journal, in inches
SINGLE, DOUBLE = 3.4, 7.0
MARKERS = ("o", "s", "^", "D", "v", "P")
#: line styles take over where the colours repeat
STYLES = ("-", "--", ":")


@contextmanager
def style() -> Iterator[Any]:
    """pyplot in the style of the papers (paper.mplstyle), loaded only here: it costs a second."""
    import logging

    import matplotlib

    # embedding fonts without a date makes fontTools remark on the missing date
    logging.getLogger("fontTools").setLevel(logging.ERROR)

    matplotlib.use("Agg", force=False)
    import matplotlib.pyplot as plt

    with as_file(files("positivity") / "paper.mplstyle") as path, plt.style.context(str(path)):
        yield plt


def save_figure(figure: Any, path: str | Path) -> list[Path]:
    """Save as PDF and PNG beside each other, whatever the suffix; byte-identical when repeated."""
    target = Path(path)
    if target.suffix not in (".pdf", ".png", ""):
        raise InputError(f"figure {str(target)!r}: use a name ending in .pdf or .png")
    made = []
    for suffix, metadata in ((".pdf", {"CreationDate": None}), (".png", {"Software": None})):
        name = target.with_suffix(suffix)
        with written(name), replacing(name, binary=True) as stream:
            figure.savefig(stream, format=suffix[1:], metadata=metadata)
        made.append(name)
    return made


def _over_latex(over: str) -> str:
    return over if over in ("1", "U") else combination_latex(parse_combination(over, graviton=True))


def ratio_label(combination: str, over: str) -> str:
    """g3/g2 in print, g3 alone for over "1"."""
    below = "" if over == "1" else f"/{_over_latex(over)}"
    return f"${combination_latex(parse_combination(combination, graviton=True))}{below}$"


def axis_label(combination: str, over: str) -> str:
    """g3/g2 with its units for an axis: M^(2 (n - n_over)) makes it dimensionless."""
    up = {order_of(c) for c in parse_combination(combination, graviton=True)}
    if over in ("1", "U"):
        return ratio_label(combination, over) + r" $[M=1]$"
    down = {order_of(c) for c in parse_combination(over, graviton=True)}
    if len(up) == len(down) == 1 and up != down:
        power = 2 * (up.pop() - down.pop())
        return ratio_label(combination, over)[:-1] + rf"\;\,[M^{{{-power}}}]$"
    return ratio_label(combination, over) + r" $[M=1]$"


def scope_lines(problem: Problem) -> str:
    """Scope of a figure in two short lines."""
    over = "1" if problem.absolute else problem.over
    held = "".join(f", {ratio_label(name, over)}$={value}$" for name, value in problem.fix)
    if problem.rules is not None:
        parts = problem.scope.split(", ")
        lines = f"{', '.join(parts[:3])}\n{', '.join(parts[3:])}".replace("rho_J", r"$\rho_J$")
        return re.sub(r"([AX])_(\d)", r"$\1_\2$", lines).replace(">=", r"$\geq$")
    density = r"$\rho_J\geq 0$" if problem.assumptions is None else _density_text(problem.assumptions)
    return (
        f"$D={problem.dimension}$, {_loops_text(problem)}, {density}, all even $J$, " + r"all $m\geq M$"
        f"\nsum rules and nulls to order {problem.order}{held}"
    )


def _loops_text(problem: Problem) -> str:
    """Tree level, or the one-loop terms that are in."""
    if problem.loops == "tree":
        return "tree level"
    terms = [combination.replace("^2", "^{2}").replace("g", "g_") for combination in problem.loops.split(",")]
    return f"one loop ${', '.join(terms)}$"


def _density_text(assumptions: Assumptions) -> str:
    words = [rf"$0\leq\rho_J\leq {assumptions.ceiling}$"]
    if assumptions.last_spin is not None:
        words.append(rf"$J\leq {assumptions.last_spin}$")
    words += [rf"$m_{{J={spin}}}^2\geq {mass}$" for spin, mass in assumptions.gaps]
    return ", ".join(words)


@dataclass(frozen=True)
class Plane:
    """What is drawn of a region: outer polygon (n, 2) with its label, hull of known theories, unproved points."""

    outer: np.ndarray
    label: str
    inner: np.ndarray
    unproved: np.ndarray
    markers: Sequence[PlaneMarker] = ()


def plot_plane(problem: Problem, names: tuple[str, str], plane: Plane, path: str | Path | None = None) -> Any:
    """A region with its scope."""
    with style() as plt:
        figure, axes = plt.subplots()
        if len(plane.outer):
            axes.fill(*plane.outer.T, color=COLOURS[0], alpha=0.15, lw=0)
            axes.plot(*np.vstack([plane.outer, plane.outer[:1]]).T, color=COLOURS[0], label=plane.label)
        if len(plane.unproved):
            axes.plot(*plane.unproved.T, ls="", marker="x", ms=3, color=COLOURS[6], label="numerical, not proved")
        if len(plane.inner):
            colours = {"facecolor": COLOURS[2], "edgecolor": COLOURS[2]}
            axes.fill(*plane.inner.T, alpha=0.35, lw=0.8, label="hull of known theories", **colours)
        draw_markers(axes, plane.markers)
        axes.set_xlabel(axis_label(names[0], problem.over))
        axes.set_ylabel(axis_label(names[1], problem.over))
        scope_title(figure, scope_lines(problem))
        axes.margins(0.06, 0.08)
        legend_below(figure)
        return finish(plt, figure, path)


@dataclass(frozen=True)
class Curve:
    """A labelled line of a plot: points (n, 2), nan where there is none; closed ones are filled.

    filled: also an open one, whose region goes on where the line ends.

    style: of the line.  colour: the next of the cycle if "".  hollow: for every point, whether its marker is
    (then it is not to be relied on); none if ().
    """

    label: str
    points: np.ndarray
    closed: bool = False
    marker: str = ""
    style: str | tuple[int, tuple[int, ...]] = "-"
    colour: str = ""
    hollow: tuple[bool, ...] = ()
    filled: bool = False


def draw_curves(axes: Any, curves: Sequence[Curve]) -> None:
    """Lines and filled outlines in the order of the colours."""
    for k, curve in enumerate(curves):
        colour = curve.colour or COLOURS[k % len(COLOURS)]
        if curve.closed or curve.filled:
            axes.fill(*curve.points.T, color=colour, alpha=0.15, lw=0)
        line = np.vstack([curve.points, curve.points[:1]]) if curve.closed else curve.points
        axes.plot(*line.T, color=colour, ls=curve.style, marker=curve.marker, ms=3.5, label=curve.label)
        if any(curve.hollow):
            points = curve.points[list(curve.hollow)]
            axes.plot(*points.T, color=colour, ls="", marker=curve.marker, ms=3.5, mfc="white")


def draw_markers(axes: Any, markers: Sequence[PlaneMarker]) -> None:
    """Theories as points, never cut off at the frame."""
    for marker, colour, shape in zip(markers, COLOURS[1:] * 3, MARKERS * 3, strict=False):
        style_of = {"marker": shape, "color": colour, "ms": 4.5, "mec": "white", "mew": 0.4}
        axes.plot(marker.x, marker.y, ls="", label=marker.label, zorder=5, clip_on=False, **style_of)


def plot_curves(
    curves: Sequence[Curve],
    labels: tuple[str, str],
    title: str,
    path: str | Path | None = None,
    *,
    log: str = "",
    doubtful_from: float | None = None,
    ticks: Sequence[str] = (),
) -> Any:
    """Lines and filled outlines with a legend below; grey from `doubtful_from` on, where a truncation fails.

    labels: of both axes.  log: those that are logarithmic, "x", "y" or "xy".  ticks: names of 0, 1, ... on x.
    """
    with style() as plt:
        figure, axes = plt.subplots()
        draw_curves(axes, curves)
        for name in log:
            _log_scale(axes, getattr(axes, f"{name}axis"))
        if ticks:
            axes.set_xticks(range(len(ticks)), list(ticks))
        if doubtful_from is not None:
            edge = axes.get_xlim()
            axes.axvspan(doubtful_from, edge[1], color="0.5", alpha=0.15, lw=0, label="truncation not trustworthy")
            axes.set_xlim(edge)
        if not (ticks or "x" in log) and all(float(x).is_integer() for curve in curves for x in curve.points[:, 0]):
            axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_xlabel(labels[0])
        axes.set_ylabel(labels[1])
        scope_title(figure, title)
        legend_below(figure)
        return finish(plt, figure, path)


def scope_title(figure: Any, text: str) -> None:
    """Scope and status above the axes, as large as the width of the figure allows."""
    title = figure.suptitle(text, fontsize=7.5)
    share = title.get_window_extent().width / (0.98 * figure.bbox.width)
    if share > 1:
        title.set_fontsize(7.5 / share)


def legend_below(figure: Any, columns: int = 2) -> None:
    """A legend under the axes, in as many of the columns as fit the width; a long one makes the figure higher."""
    for count in range(columns, 0, -1):
        legend = figure.legend(loc="outside lower center", ncols=count, handlelength=1.5, columnspacing=1.2)
        if count == 1 or legend.get_window_extent().width < figure.bbox.width:
            rows = -(-len(legend.get_texts()) // count)
            figure.set_figheight(figure.get_figheight() + 0.17 * max(rows - 3, 0))
            return
        legend.remove()


def _log_scale(axes: Any, axis: Any) -> None:
    """Logarithmic, with plain numbers where there are too few powers of ten to label."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    getattr(axes, f"set_{axis.axis_name}scale")("log")
    low, high = axis.get_view_interval()
    if high < 30 * low:
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"${value:g}$"))
    axis.set_minor_formatter(NullFormatter())


def finish(plt: Any, figure: Any, path: str | Path | None) -> Any:
    """Save if there is a path, release the memory, return the figure."""
    if path is not None:
        save_figure(figure, path)
    plt.close(figure)
    return figure
