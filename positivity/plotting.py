"""Figures: the allowed region, and the functional that proves a bound at its touching spins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np
from flint import fmpq

from positivity.certificates import functional_of
from positivity.couplings import combination_latex, parse_combination
from positivity.dispersion.sum_rules import functional_kernel
from positivity.errors import InputError
from positivity.partial_waves import casimir
from positivity.problem import Assumptions, End, Problem, State

#: colour-blind safe (Okabe-Ito)
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
#: widths of a figure in one and in two columns of a journal, in inches
SINGLE, DOUBLE = 3.4, 7.0
MARKERS = ("o", "s", "^", "D", "v", "P")


_SMALLEST_SHARE = 1e-10
_OTHER = "0.6"  # states of spins that have no curve
#: line styles take over where the colours repeat
STYLES = ("-", "--", ":")


def _style() -> Any:
    import logging

    import matplotlib

    # embedding fonts without a date makes fontTools remark on the missing date
    logging.getLogger("fontTools").setLevel(logging.ERROR)

    matplotlib.use("Agg", force=False)
    import matplotlib.pyplot as plt

    with as_file(files("positivity") / "paper.mplstyle") as path:
        return plt, plt.style.context(str(path))


def save_figure(figure: Any, path: str | Path) -> list[Path]:
    """Save as PDF and PNG beside each other, whatever the suffix; byte-identical when repeated."""
    target = Path(path)
    if target.suffix not in (".pdf", ".png", ""):
        raise InputError(f"figure {str(target)!r}: use a name ending in .pdf or .png")
    written = []
    for suffix, metadata in ((".pdf", {"CreationDate": None}), (".png", {"Software": None})):
        name = target.with_suffix(suffix)
        figure.savefig(name, metadata=metadata)
        written.append(name)
    return written


def _over_latex(over: str) -> str:
    return over if over in ("1", "U") else combination_latex(parse_combination(over))


def _label(combination: str, over: str) -> str:
    """g3 over g2 with its units: M^(2 (n - n_over)) makes it dimensionless."""
    below = "" if over == "1" else f"/{_over_latex(over)}"
    return f"${combination_latex(parse_combination(combination))}{below}$"


def _axis_label(combination: str, over: str) -> str:
    from positivity.couplings import order_of

    up = {order_of(c) for c in parse_combination(combination)}
    if over in ("1", "U"):
        return _label(combination, over) + r" $[M=1]$"
    down = {order_of(c) for c in parse_combination(over)}
    if len(up) == len(down) == 1 and up != down:
        power = 2 * (up.pop() - down.pop())
        return _label(combination, over)[:-1] + rf"\;\,[M^{{{-power}}}]$"
    return _label(combination, over) + r" $[M=1]$"


def scope_lines(problem: Problem) -> str:
    """Scope of a figure in two short lines."""
    over = "1" if problem.absolute else problem.over
    held = "".join(f", {_label(name, over)}$={value}$" for name, value in problem.fix)
    density = r"$\rho_J\geq 0$" if problem.assumptions is None else _density_text(problem.assumptions)
    return (
        f"$D={problem.dimension}$, {_loops_text(problem)}, {density}, all even $J$, " + r"all $m\geq M$"
        f"\nsum rules and nulls to order {problem.order}{held}"
    )


@dataclass(frozen=True)
class PlaneMarker:
    """A labelled point of a plane."""

    label: str
    x: float
    y: float


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


def plot_plane(
    problem: Problem,
    names: tuple[str, str],
    outer: np.ndarray,
    outer_label: str,
    inner: np.ndarray,
    unproved: np.ndarray,
    markers: Sequence[PlaneMarker],
    path: str | Path | None = None,
) -> Any:
    """A region: certified outer polygon (n, 2), hull of known theories (n, 2), unproved points, markers."""
    plt, style = _style()
    with style:
        figure, axes = plt.subplots()
        if len(outer):
            axes.fill(*outer.T, color=COLOURS[0], alpha=0.15, lw=0)
            axes.plot(*np.vstack([outer, outer[:1]]).T, color=COLOURS[0], label=outer_label)
        if len(unproved):
            axes.plot(*unproved.T, ls="", marker="x", ms=3, color=COLOURS[6], label="numerical, not proved")
        if len(inner):
            colours = {"facecolor": COLOURS[2], "edgecolor": COLOURS[2]}
            axes.fill(*inner.T, alpha=0.35, lw=0.8, label="hull of known theories", **colours)
        for marker, colour, shape in zip(markers, COLOURS[1:] * 3, MARKERS * 3, strict=False):
            style_of = {"marker": shape, "color": colour, "ms": 4.5, "mec": "white", "mew": 0.4}
            axes.plot(marker.x, marker.y, ls="", label=marker.label, zorder=5, clip_on=False, **style_of)
        axes.set_xlabel(_axis_label(names[0], problem.over))
        axes.set_ylabel(_axis_label(names[1], problem.over))
        axes.set_title(scope_lines(problem), fontsize=7.5)
        axes.margins(0.06, 0.08)
        figure.legend(loc="outside lower center", ncols=2, handlelength=1.4, columnspacing=1.2)
        return _finish(plt, figure, path)


def plot_functional(problem: Problem, side: str, end: End, path: str | Path | None = None) -> Any:
    """The dual story of one end: the certified functional versus m^2 at the spins it touches.

    Shown is F_J(m^2) m^4, non-negative by the certificate.  The states of the extremal spectrum
    are drawn on the axis: the optimal functional vanishes there, the certified one keeps a slack
    that is small compared to its neighbourhood.  Raises InputError if there is no certificate.
    """
    if end.certificate is None:
        raise InputError(f"the {side} end of {problem.ratio} has no certificate to show: {end.reason}")
    kernel = functional_kernel(functional_of(end.certificate), problem.dimension)
    shown = _spins_to_show(end.spectrum)
    plt, style = _style()
    with style:
        figure, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(3.4, 4.3), height_ratios=(2.4, 1))
        masses = np.geomspace(1, _largest_mass(end.spectrum), 1500)
        for k, spin in enumerate(shown):
            line = {"color": COLOURS[k % len(COLOURS)], "ls": STYLES[k // len(COLOURS)]}
            values = [_value(kernel, casimir(spin, problem.dimension), m) for m in masses]
            top.plot(masses, values, label=f"$J={spin}$", **line)
            touched = [float(s.mass_squared) for s in end.spectrum if s.spin == spin and not s.limit]
            if touched:
                dots = {"ls": "", "marker": "o", "ms": 4, "mec": "white", "mew": 0.4, "color": line["color"]}
                top.plot(touched, np.zeros(len(touched)), zorder=5, clip_on=False, **dots)
        _draw_weights(bottom, end.spectrum, shown)
        if any(state.spin not in shown and not state.limit for state in end.spectrum):
            top.plot([], [], ls="", marker="o", ms=3, color=_OTHER, label="larger $J$")
        top.set_yscale("symlog", linthresh=1e-3, linscale=0.6)
        top.set_ylim(bottom=0)
        top.set_xscale("log")
        top.set_ylabel(r"$m^4F_J(m^2)\;\,[M=1]$")
        bottom.set_xlabel(r"$m^2\;\,[M^2]$")
        top.set_title(_functional_title(problem, side, end), fontsize=7.5)
        figure.legend(*top.get_legend_handles_labels(), loc="outside lower center", ncols=4, handlelength=1.4)
        return _finish(plt, figure, path)


def _functional_title(problem: Problem, side: str, end: End) -> str:
    sign = r"\geq" if side == "lower" else r"\leq"
    ratio = _label(problem.coupling, problem.over)
    return f"{ratio}$\\,{sign}{{{end.value}}}$ ({end.status})\n" + scope_lines(problem)


def _spins_to_show(spectrum: Sequence[State]) -> list[int]:
    """The touching spins, lowest first, and J = 0 for comparison; at most eight."""
    touching = sorted({state.spin for state in spectrum if not state.limit})
    return sorted({0, *touching[:7]})


def _largest_mass(spectrum: Sequence[State]) -> float:
    finite = [float(state.mass_squared) for state in spectrum if not state.limit]
    return min(max([30.0, *(1.5 * mass for mass in finite)]), 1e4)


def _value(kernel: dict[int, Any], big_x: int, mass_squared: float) -> float:
    """m^4 F at one point, exactly summed: the terms cancel."""
    x = fmpq(*float(1 / mass_squared).as_integer_ratio())
    total = sum((poly(fmpq(big_x)) * x ** (n - 2) for n, poly in kernel.items()), fmpq(0))
    return float(int(total.p * 10**30 // total.q)) / 1e30


def _draw_weights(axes: Any, spectrum: Sequence[State], shown: list[int]) -> None:
    """Share of each state, weight/m^4, on a log scale; the smallest ones are left out."""
    finite = [state for state in spectrum if not state.limit]
    for state in finite:
        mass = float(state.mass_squared)
        share = float(state.weight) / mass**2
        if share < _SMALLEST_SHARE:
            continue
        colour = COLOURS[shown.index(state.spin) % len(COLOURS)] if state.spin in shown else _OTHER
        axes.plot([mass, mass], [_SMALLEST_SHARE, share], color=colour, lw=1)
        axes.plot(mass, share, "o", ms=3, color=colour, clip_on=False)
    axes.set_yscale("log")
    axes.set_ylim(_SMALLEST_SHARE, 3)
    axes.set_ylabel(r"weight$/m^4$")
    if not finite:
        place = {"ha": "center", "va": "center", "transform": axes.transAxes, "fontsize": 7}
        axes.text(0.5, 0.5, "no finite extremal spectrum", **place)


def plot_density(problem: Problem, side: str, end: End, path: str | Path | None = None, spins: int = 12) -> Any:
    """The extremal density of a bounded problem: per spin, the masses at which rho is at its ceiling.

    Raises InputError if the end has no density.
    """
    if not end.density:
        raise InputError(f"the {side} end of {problem.ratio} has no density to show: {end.reason or 'it is zero'}")
    plt, style = _style()
    with style:
        figure, axes = plt.subplots(figsize=(3.4, 2.9))
        shown = sorted({step.spin for step in end.density if step.spin >= 0})[:spins]
        for row, spin in enumerate(shown):
            for step in (s for s in end.density if s.spin == spin):
                last = 1 / max(step.low, 1e-6)
                axes.fill_between([1 / step.high, last], row - 0.38, row + 0.38, color=COLOURS[0], lw=0)
        axes.set_xscale("log")
        axes.set_xlim(1, max(30.0, 3 * (shown[-1] if shown else 1) ** 1.5))
        axes.set_yticks(range(len(shown)), [str(spin) for spin in shown])
        axes.set_ylabel("spin $J$")
        axes.set_xlabel(r"$m^2\;\,[M^2]$")
        ceiling = problem.assumptions.ceiling if problem.assumptions else "2"
        sign = r"\geq" if side == "lower" else r"\leq"
        label = _label(problem.coupling, problem.over)
        axes.set_title(
            rf"$\rho_J={ceiling}$ where shaded, 0 elsewhere: {label}$\,{sign}{{{end.value}}}$ ({end.status})"
            f"\n{scope_lines(problem)}",
            fontsize=6.5,
        )
        return _finish(plt, figure, path)


@dataclass(frozen=True)
class Curve:
    """A labelled line of a plot: points (n, 2); closed ones are filled.  style: of the line."""

    label: str
    points: np.ndarray
    closed: bool = False
    marker: str = ""
    style: str | tuple[int, tuple[int, ...]] = "-"


def plot_curves(
    curves: Sequence[Curve],
    xlabel: str,
    ylabel: str,
    title: str,
    path: str | Path | None = None,
    *,
    doubtful_from: float | None = None,
    logx: bool = False,
    logy: bool = False,
    ticks: Sequence[str] = (),
) -> Any:
    """Lines and filled outlines with a legend below; grey from `doubtful_from` on, where a truncation fails."""
    plt, style = _style()
    with style:
        figure, axes = plt.subplots()
        for k, curve in enumerate(curves):
            colour = COLOURS[k % len(COLOURS)]
            if curve.closed:
                axes.fill(*curve.points.T, color=colour, alpha=0.15, lw=0)
            line = np.vstack([curve.points, curve.points[:1]]) if curve.closed else curve.points
            axes.plot(*line.T, color=colour, ls=curve.style, marker=curve.marker, ms=3.5, label=curve.label)
        if logx:
            axes.set_xscale("log")
        if logy:
            axes.set_yscale("log")
        if ticks:
            axes.set_xticks(range(len(ticks)), list(ticks))
        if doubtful_from is not None:
            edge = axes.get_xlim()
            axes.axvspan(doubtful_from, edge[1], color="0.5", alpha=0.15, lw=0, label="truncation not trustworthy")
            axes.set_xlim(edge)
        if not (ticks or logx) and all(float(x).is_integer() for curve in curves for x in curve.points[:, 0]):
            axes.xaxis.get_major_locator().set_params(integer=True)
        axes.set_xlabel(xlabel)
        axes.set_ylabel(ylabel)
        axes.set_title(title, fontsize=7.5)
        figure.legend(loc="outside lower center", ncols=2, handlelength=1.6)
        return _finish(plt, figure, path)


def _finish(plt: Any, figure: Any, path: str | Path | None) -> Any:
    if path is not None:
        save_figure(figure, path)
    plt.close(figure)
    return figure
