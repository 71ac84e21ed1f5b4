r"""One-loop arcs A_k(t) at finite t, where `arcs` gives their Taylor coefficients at t = 0.

With E(z) = d(z+z^2)(2+z)(1+z)^{-j-1} = sum_r e_r z^r, k = 2j, r* = (D-4)/2 + n - 2j the s- and u-channel part is

    -(1/pi) [ sum_{r < r*} e_r t^r/(r* - r)  -  int_0^1 dv v^{-r*-1} (E(tv) - sum_{r <= r*} e_r (tv)^r) ],

the term r = r* being absent by the definition of the arcs (couplings at mu = M); the t-channel part is
its coefficient of log(-t).  Even D.  Derived here: docs/theory/weak_gravity.md.
"""

from __future__ import annotations

import numpy as np

from positivity.amplitudes.one_loop import loop_term
from positivity.questions.loops import Pair
from positivity.sum_rules.arcs import arc_integrand, t_channel

_SPLIT, _TERMS = 0.5, 70
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(60)


def arc_value(j: int, pair: Pair, t: np.ndarray, dimension: int = 4) -> np.ndarray:
    """The one-loop part of A_{2j}(t) per g_a g_b for -1 < t < 0, both parts: t.shape.

    Raises ValueError for odd D.
    """
    if dimension % 2:
        raise ValueError("arcs at finite t are given for even D")
    term = loop_term(*pair, dimension)
    star = int(term.power.p) - 2 * j
    exact = [arc_integrand(term.polynomial, j, r) for r in range(_TERMS)]
    taylor = np.array([float(int(e.p)) / float(int(e.q)) for e in exact])
    powers = np.arange(_TERMS)
    below, above = powers < star, powers > star
    t = np.asarray(t, float)
    total = (t[..., None] ** powers[below]) @ (taylor[below] / (star - powers[below]))
    # the series up to v0 = min(1, split/|t|), the rest by quadrature in log(1 + t v)
    first = np.minimum(1.0, _SPLIT / np.abs(t))
    series = (t[..., None] ** powers[above]) * first[..., None] ** (powers[above] - star)
    total = total - series @ (taylor[above] / (powers[above] - star))
    total = total - _rest(t, first, taylor, term.polynomial, j, star)
    value = -total * np.pi ** (term.pi_power - 1)
    found = t_channel(j, pair, dimension)
    if found is not None:
        front = float(int(found.coefficient.p)) / float(int(found.coefficient.q)) * np.pi**found.pi_power
        value = value + front * t**found.power * np.log(-t)
    return np.asarray(value)


def _rest(t: np.ndarray, first: np.ndarray, taylor: np.ndarray, polynomial, j: int, star: int) -> np.ndarray:  # type: ignore[no-untyped-def]
    """int_{first}^1 dv v^{-star-1} (E(tv) - sum_{r <= star} e_r (tv)^r)."""
    low, high = np.log1p(t * first)[..., None], np.log1p(t)[..., None]
    log = low + (high - low) * (_NODES + 1) / 2
    z = np.expm1(log)
    v = z / t[..., None]
    d = sum(float(int(c.p)) / float(int(c.q)) * (z + z * z) ** i for i, c in enumerate(polynomial.coeffs()))
    e = d * (2 + z) * (1 + z) ** (-j - 1) - np.polynomial.polynomial.polyval(z, taylor[: max(star, -1) + 1])
    # dv = exp(log) dlog / t
    return np.asarray(((e * v ** (-star - 1.0) * np.exp(log) / t[..., None]) @ _WEIGHTS) * ((high - low)[..., 0] / 2))
