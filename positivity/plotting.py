"""Figures: the allowed region, and the functional that proves a bound at its touching spins."""

from __future__ import annotations

from collections.abc import Sequence
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
from positivity.regions import Region
from positivity.results import Bound, End, Problem, State

#: colour-blind safe (Okabe-Ito)
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P")


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


def _label(combination: str, over: str) -> str:
    """g3 over g2 with its units: M^(2 (n - n_over)) makes it dimensionless."""
    return f"${combination_latex(parse_combination(combination))}/{combination_latex(parse_combination(over))}$"


def _axis_label(combination: str, over: str) -> str:
    from positivity.couplings import order_of

    up = {order_of(c) for c in parse_combination(combination)}
    down = {order_of(c) for c in parse_combination(over)}
    if len(up) == len(down) == 1 and up != down:
        power = 2 * (up.pop() - down.pop())
        return _label(combination, over)[:-1] + rf"\;\,[M^{{{-power}}}]$"
    return _label(combination, over) + r" $[M=1]$"


def scope_lines(problem: Problem) -> str:
    """Scope of a figure in two short lines."""
    held = "".join(f", {_label(name, problem.over)}$={value}$" for name, value in problem.fix)
    return (
        f"$D={problem.dimension}$, tree level, " + r"$\rho_J\geq 0$, all even $J$, all $m\geq M$"
        f"\nsum rules and nulls to order {problem.order}{held}"
    )


def plot_region(region: Region, path: str | Path | None = None) -> Any:
    """The certified outer boundary, the hull of known theories and the theories themselves."""
    plt, style = _style()
    with style:
        figure, axes = plt.subplots()
        outer, inner = region.outer, np.array(region.inner)
        if len(outer):
            closed = np.vstack([outer, outer[:1]])
            axes.fill(*outer.T, color=COLOURS[0], alpha=0.15, lw=0)
            axes.plot(*closed.T, color=COLOURS[0], label=f"certified boundary ({len(region.certified)} half-planes)")
        unproved = [p.point for p in region.half_planes if p.end.status != "certified" and p.point]
        if unproved:
            axes.plot(*np.array(unproved).T, ls="", marker="x", ms=3, color=COLOURS[6], label="numerical, not proved")
        if len(inner):
            axes.fill(
                *inner.T, facecolor=COLOURS[2], alpha=0.35, edgecolor=COLOURS[2], lw=0.8, label="hull of known theories"
            )
        for theory, colour, marker in zip(region.theories, COLOURS[1:] * 3, MARKERS * 3, strict=False):
            axes.plot(
                theory.x,
                theory.y,
                ls="",
                marker=marker,
                ms=4.5,
                color=colour,
                mec="white",
                mew=0.4,
                label=theory.name,
                zorder=5,
                clip_on=False,
            )
        axes.set_xlabel(_axis_label(region.x, region.problem.over))
        axes.set_ylabel(_axis_label(region.y, region.problem.over))
        axes.set_title(scope_lines(region.problem), fontsize=7.5)
        axes.margins(0.06, 0.08)
        figure.legend(loc="outside lower center", ncols=2, handlelength=1.4, columnspacing=1.2)
        return _finish(plt, figure, path)


def plot_functional(bound: Bound, side: str = "lower", path: str | Path | None = None) -> Any:
    """The dual story of one end: the certified functional versus m^2 at the spins it touches.

    Shown is F_J(m^2) m^4, non-negative by the certificate, with the extremal states at its zeros.
    """
    if side not in ("lower", "upper"):
        raise InputError(f"side {side!r}: use 'lower' or 'upper'")
    end: End = getattr(bound, side)
    if end.certificate is None:
        raise InputError(f"the {side} end of {bound.problem.ratio} has no certificate to show: {end.reason}")
    kernel = functional_kernel(functional_of(end.certificate), bound.problem.dimension)
    shown = _spins_to_show(end.spectrum)
    plt, style = _style()
    with style:
        figure, (top, bottom) = plt.subplots(2, 1, sharex=True, figsize=(3.4, 3.9), height_ratios=(3, 1.3))
        masses = np.geomspace(1, _largest_mass(end.spectrum), 1500)
        for k, spin in enumerate(shown):
            colour, dashes = COLOURS[k % len(COLOURS)], STYLES[k // len(COLOURS)]
            values = [_value(kernel, casimir(spin, bound.problem.dimension), m) for m in masses]
            top.plot(masses, values, color=colour, ls=dashes, label=f"$J={spin}$")
            for state in (s for s in end.spectrum if s.spin == spin):
                mass = float(state.mass_squared)
                top.plot(
                    mass,
                    max(_value(kernel, casimir(spin, bound.problem.dimension), mass), 0),
                    "o",
                    ms=4,
                    color=colour,
                    mec="white",
                    mew=0.4,
                    zorder=5,
                    clip_on=False,
                )
        _draw_weights(bottom, end.spectrum, shown)
        top.set_yscale("symlog", linthresh=1e-3)
        top.set_ylim(bottom=0)
        top.set_xscale("log")
        top.set_ylabel(r"$m^4\,F_J(m^2)\;\,[M=1]$")
        bottom.set_xlabel(r"$m^2\;\,[M^2]$")
        top.set_title(_functional_title(bound, side, end), fontsize=7.5)
        top.legend(ncols=4, fontsize=6.5, handlelength=1.2, columnspacing=0.9)
        return _finish(plt, figure, path)


def _functional_title(bound: Bound, side: str, end: End) -> str:
    sign = r"\geq" if side == "lower" else r"\leq"
    return (
        f"{_label(bound.problem.coupling, bound.problem.over)}$\\,{sign}{{{end.value}}}$ ({end.status})\n"
        + scope_lines(bound.problem)
    )


def _spins_to_show(spectrum: Sequence[State]) -> list[int]:
    """The touching spins, lowest first, and J = 0 for comparison; at most eight."""
    touching = sorted({state.spin for state in spectrum if not state.limit})
    return sorted({0, *touching[:7]})


def _largest_mass(spectrum: Sequence[State]) -> float:
    finite = [float(state.mass_squared) for state in spectrum if not state.limit]
    return min(max([4.0, *(1.5 * mass for mass in finite)]), 1e4)


def _value(kernel: dict[int, Any], big_x: int, mass_squared: float) -> float:
    """m^4 F at one point, exactly summed: the terms cancel."""
    x = fmpq(*float(1 / mass_squared).as_integer_ratio())
    total = sum((poly(fmpq(big_x)) * x ** (n - 2) for n, poly in kernel.items()), fmpq(0))
    return float(int(total.p * 10**30 // total.q)) / 1e30


def _draw_weights(axes: Any, spectrum: Sequence[State], shown: list[int]) -> None:
    """Share of each state in g2, log scale."""
    for state in spectrum:
        if state.limit:
            continue
        mass = float(state.mass_squared)
        share = float(state.weight) / mass**2
        colour = COLOURS[shown.index(state.spin) % len(COLOURS)] if state.spin in shown else "0.6"
        axes.plot([mass, mass], [1e-12, share], color=colour, lw=1)
        axes.plot(mass, share, "o", ms=3, color=colour, clip_on=False)
    axes.set_yscale("log")
    axes.set_ylim(1e-8, 2)
    axes.set_ylabel(r"weight$/m^4$")
    if not spectrum:
        axes.text(
            0.5, 0.5, "no finite extremal spectrum", ha="center", va="center", transform=axes.transAxes, fontsize=7
        )


def _finish(plt: Any, figure: Any, path: str | Path | None) -> Any:
    if path is not None:
        save_figure(figure, path)
    plt.close(figure)
    return figure
