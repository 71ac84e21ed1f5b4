"""Figures of one end of a bound: the functional that proves it, or the extremal bang-bang density."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from flint import fmpq

from positivity.amplitudes.partial_waves import casimir
from positivity.answers.end import End, State
from positivity.answers.plotting import COLOURS, STYLES, finish, ratio_label, scope_lines, scope_title, style
from positivity.questions.errors import InputError
from positivity.questions.question import Problem
from positivity.sum_rules.forward import functional_kernel, functional_of

_SMALLEST_SHARE = 1e-10
_OTHER = "0.6"  # states of spins that have no curve


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
    with style() as plt:
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
        scope_title(figure, _functional_title(problem, side, end))
        figure.legend(*top.get_legend_handles_labels(), loc="outside lower center", ncols=4, handlelength=1.4)
        return finish(plt, figure, path)


def _functional_title(problem: Problem, side: str, end: End) -> str:
    sign = r"\geq" if side == "lower" else r"\leq"
    ratio = ratio_label(problem.coupling, problem.over)
    return f"{ratio}$\\,{sign}{{{end.text}}}$ ({end.status})\n" + scope_lines(problem)


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
    with style() as plt:
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
        label = ratio_label(problem.coupling, problem.over)
        scope_title(
            figure,
            rf"$\rho_J={ceiling}$ where shaded, 0 elsewhere: {label}$\,{sign}{{{end.text}}}$ ({end.status})"
            f"\n{scope_lines(problem)}",
        )
        return finish(plt, figure, path)
