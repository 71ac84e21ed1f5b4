"""Ranges of single couplings over g2: all of them to g10', their convergence with the order, other dimensions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from paper_figs.shared import Output, number, proved
from positivity.answers.bound import Bound, bound_rows, text_table
from positivity.answers.end import End
from positivity.answers.plotting import (
    COLOURS,
    SINGLE,
    Curve,
    axis_label,
    finish,
    plot_curves,
    ratio_label,
    scope_title,
    style,
)
from positivity.bounds.bound import bound
from positivity.questions.couplings import order_of, parse_combination

COUPLINGS = ("g3", "g4", "g5", "g6", "g6'", "g7", "g8", "g8'", "g9", "g9'", "g10", "g10'")
#: lower ends that still move at high orders
MOVING = ("g3", "g6'", "g8'", "g9'")
SCOPE = r"tree level, $\rho_J\geq 0$, all even $J$, all $m\geq M$"
WORDS = "tree level, rho_J >= 0, all even spins, all masses above the cutoff M"
Bounds = dict[str, Bound]


def make(output: Output) -> None:
    """Print the table and save all three figures with their data."""
    _ranges(output)
    _convergence(output)
    _dimensions(output)


def _ranges(output: Output) -> None:
    order = output.choose(14, 10)
    bounds = {name: bound(name, "g2", order=order) for name in COUPLINGS}
    print(text_table(bound_rows(list(bounds.values())), f"{bounds['g3'].problem.scope}\n"))
    name = "chvd_ranges"
    _draw_ranges(bounds, order, output.figure(name))
    caption = (
        "Allowed range of each coupling over g2, g_n M^(2n-4)/g2, by its Mandelstam order n: the two-sided bounds of "
        "arXiv:2011.02957, all of order one in units of the cutoff. Labels are rounded outwards."
    )
    output.save(name, {key: b.to_dict() for key, b in bounds.items()}, caption, f"D=4, {WORDS}, order {order}")


def _draw_ranges(bounds: Bounds, order: int, path: Any) -> None:
    with style() as plt:
        figure, axes = plt.subplots(figsize=(SINGLE, 3.4))
        for row, bound in enumerate(bounds.values()):
            low, high = (_number(end) for _, end in bound.ends())
            axes.plot([low, high], [row, row], color=COLOURS[0], lw=3.5, alpha=0.35, solid_capstyle="butt")
            for (_, end), outwards in zip(bound.ends(), (-1, 1), strict=True):
                _draw_end(axes, row, end, outwards)
        axes.axvline(0, color="0.6", lw=0.5, zorder=0)
        axes.set_yticks(range(len(bounds)), [ratio_label(name, "1") for name in bounds])
        axes.invert_yaxis()
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(-17.5, 6.8)
        axes.set_xlabel(r"$g_nM^{2n-4}/g_2$")
        scope_title(figure, f"$D=4$, {SCOPE}\nnulls to order {order}; {proved(list(bounds.values()))}")
        finish(plt, figure, path)


def _draw_end(axes: Any, row: int, end: End, outwards: int) -> None:
    """A bar with its value for a certified end, an open circle for another."""
    proved, value = end.status == "certified", _number(end)
    style_of = {"marker": "|", "color": COLOURS[0]} if proved else {"marker": "o", "color": COLOURS[1], "mfc": "white"}
    axes.plot(value, row, ls="", ms=7, mew=1.3, **style_of)
    place = {"xytext": (4 * outwards, 0), "textcoords": "offset points", "ha": "left" if outwards > 0 else "right"}
    axes.annotate(f"${_rounded(value, outwards):g}$", (value, row), va="center", fontsize=6.5, **place)


def _rounded(value: float, outwards: int) -> float:
    """To three decimals, outwards: so the label is a bound as well (1e-8 apart from what the file says)."""
    return outwards * math.ceil(outwards * value * 1000 - 1e-5) / 1000 + 0.0


def _convergence(output: Output) -> None:
    """How far each lower end is from that at the highest order."""
    orders, last = output.choose(((4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16), 20), ((4, 5, 6, 7, 8), 10))
    curves, data = [], {}
    for name in MOVING:
        lowest = max(map(order_of, parse_combination(name)))
        found = {n: bound(name, "g2", order=n) for n in (*orders, last) if n >= lowest}
        if len(found) < 3:
            continue  # nothing to compare with at --quick
        data[name] = {f"order {n}": bound.to_dict() for n, bound in found.items()}
        limit = _number(found[last].lower)
        points = np.array([(n, limit - _number(bound.lower)) for n, bound in found.items() if n < last])
        curves.append(Curve(f"{ratio_label(name, 'g2')}, $b_{{{last}}}={limit:.6g}$", points, marker="o"))
    title = f"$D=4$, {SCOPE}\n{proved(data)}"
    label = rf"$b_{{{last}}}-b_n$ of the lower end $b_n$"
    plot_curves(curves, ("order $n$ of the null constraints", label), title, output.figure("chvd_convergence"), log="y")
    caption = (
        f"How far the lower end of a range at order n is from that at order {last}, in units of the cutoff: what the "
        "null constraints of higher orders add. Lines only guide the eye."
    )
    output.save("chvd_convergence", data, caption, f"D=4, {WORDS}, orders {orders[0]} to {last}")


def _dimensions(output: Output) -> None:
    """The lower end of g3/g2 by space-time dimension and order."""
    dimensions = output.choose((4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20), (4, 5, 6, 8, 10))
    curves, data = [], {}
    for order in output.choose((4, 10), (4, 6)):
        found = {d: bound("g3", "g2", order=order, dimension=d) for d in dimensions}
        data[f"order {order}"] = {f"D={d}": bound.to_dict() for d, bound in found.items()}
        points = np.array([(d, _number(bound.lower)) for d, bound in found.items()])
        curves.append(Curve(f"order {order}", points, marker="o"))
    label = axis_label("g3", "g2").replace("$g_", r"min $g_", 1)
    plot_curves(
        curves, ("space-time dimension $D$", label), f"{SCOPE}\n{proved(data)}", output.figure("chvd_dimensions")
    )
    caption = "The lower end of g3/g2 by space-time dimension, for several orders of the null constraints."
    output.save(
        "chvd_dimensions", data, caption, f"D={dimensions[0]} to {dimensions[-1]}, {WORDS}, orders in the legend"
    )


def _number(end: End) -> float:
    return number(end)
