"""The dual story of a bound in words and in a figure."""

from __future__ import annotations

from pathlib import Path

from flint import fmpq

from positivity.amplitudes.partial_waves import casimir
from positivity.answers.bound import Bound, text_table
from positivity.answers.end import End
from positivity.sum_rules.forward import functional_kernel, functional_of

_MASSES = (1, 2, 4, 16)
_SHOWN_STEPS = 12


def explain(bound: Bound, path: str) -> str:
    """Text on both ends, and a figure FILE-lower/-upper for each certified one with a spectrum."""
    parts = []
    for side, end in bound.ends():
        if end.certificate is None or end.text is None:
            parts.append(f"{side} end: {end.reason or end.status}")
            continue
        bounded = bound.problem.density == "unitary"
        text = _bounded_story(bound, side, end) if bounded else _story(bound, side, end)
        if bounded and not end.density:
            parts.append(text)
            continue
        target = Path(path)
        target = target.with_name(f"{target.stem}-{side}{target.suffix or '.pdf'}")
        bound.plot(side, str(target))
        parts.append(text + f"\nfigure: {target.with_suffix('.pdf')} and .png")
    return "\n\n".join(parts)


def _story(bound: Bound, side: str, end: End) -> str:
    sign = ">=" if side == "lower" else "<="
    lines = [
        f"{side} end: {bound.problem.ratio} {sign} {end.text} ({end.status})",
        "Why: the functional F_J(m^2), a combination of sum rules, is >= 0 for every even J and m^2 >= 1,",
        "and averaged over the spectrum of any theory it gives value * over - coupling (or the opposite).",
        text_table(_functional_rows(bound, end), "m^4 F_J(m^2):\n"),
    ]
    if end.spectrum:
        lines.append(text_table(_spectrum_rows(end), "Why not better: this spectrum satisfies every null "
                                f"constraint and has {bound.problem.ratio} = {end.spectrum_value}:\n"))  # fmt: skip
    else:
        lines.append(f"No extremal spectrum was found: {end.spectrum_note}")
    return "\n".join(lines)


def _bounded_story(bound: Bound, side: str, end: End) -> str:
    sign = ">=" if side == "lower" else "<="
    lines = [
        f"{side} end: {bound.problem.ratio} {sign} {end.text} ({end.status})",
        "Why: the average of a functional is at most the ceiling of rho times the integral of its positive part,",
        "which the certificate bounds; fixed values enter through their multipliers.",
    ]
    if not end.density:
        return "\n".join([*lines, "The extremal density is zero."])
    rows: list[tuple[str, ...]] = [("J", "m^2 from", "m^2 to", "rho")]
    finite = [step for step in end.density if step.spin >= 0]
    for step in finite[:_SHOWN_STEPS]:
        top = f"{1 / step.low:.6g}" if step.low > 0 else "infinity"
        rows.append((str(step.spin), f"{1 / step.high:.6g}", top, f"{step.density:g}"))
    hidden = len(finite) - _SHOWN_STEPS
    more = f"\n... and {hidden} intervals at larger spins" if hidden > 0 else ""
    heading = (
        f"Why not better: this density satisfies every null and has {bound.problem.ratio} = {end.spectrum_value}:\n"
    )
    return "\n".join([*lines, text_table(rows, heading) + more])


def _functional_rows(bound: Bound, end: End) -> list[tuple[str, ...]]:
    assert end.certificate is not None
    dimension = bound.problem.dimension
    kernel = functional_kernel(functional_of(end.certificate), dimension)
    spins = sorted({0, 2, 4, *(state.spin for state in end.spectrum if not state.limit)})[:10]
    rows: list[tuple[str, ...]] = [("J", *(f"m^2={mass}" for mass in _MASSES), "")]
    for spin in spins:
        values = []
        for mass in _MASSES:
            x = fmpq(1, mass)
            total = sum((p(fmpq(casimir(spin, dimension))) * x ** (n - 2) for n, p in kernel.items()), fmpq(0))
            values.append(f"{float(int(total.p * 10**15 // total.q)) / 1e15:.4g}")
        rows.append((str(spin), *values, ""))
    return rows


def _spectrum_rows(end: End) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("J", "m^2", "weight", "")]
    for state in end.spectrum:
        note = (
            "stands for J -> infinity"
            if state.limit and state.spin
            else "stands for m -> infinity"
            if state.limit
            else ""
        )
        rows.append((str(state.spin), f"{float(state.mass_squared):.10g}", f"{float(state.weight):.6g}", note))
    return rows
