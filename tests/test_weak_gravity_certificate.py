"""Certificates of the weak-gravity bound: proved, tampered ones refused, enclosures against quadrature."""

import numpy as np
import pytest
from flint import fmpq

from positivity.bounds.cutoff import cutoff_bound
from positivity.bounds.cutoff_proved import certify_cutoff
from positivity.programs.cells import cost
from positivity.sum_rules import spline_rows as cutoff_rows
from positivity.sum_rules.spline_rows import CutoffGrid, Rows
from positivity.sum_rules.splines import Splines
from solvers.verify import Refused, verify_data
from solvers.verify.cutoff_document import read_certificate
from solvers.verify.node_sums import node_sums
from tests.mutation.battery.cutoff_quadrature import document


def decimal(text):
    value = fmpq(*map(int, text.split("/"))) if "/" in text else fmpq(int(text))
    return int(value.p) / int(value.q)


@pytest.fixture(scope="module")
def certificate():
    return certify_cutoff("0.2", 1, functions=10, last_spin=60, nodes=60)


def test_certificate_is_proved(certificate):
    assert "8piG Lambda^2 <=" in str(verify_data(certificate))
    # a short enclosure is not sharp, but it is above the cost it encloses
    assert decimal(certificate["bound"]) > 80


def test_node_sums_against_quadrature(certificate):
    """sum (2J+1) |K_J|/2 at one node by the verifier's recurrences and by Gauss-Legendre of the spline itself."""
    parsed = read_certificate(certificate)
    middle = len(parsed.nodes) // 2
    x = parsed.nodes[middle]
    value = float(int(x.p)) / float(int(x.q))
    t, w = np.polynomial.legendre.leggauss(80)
    total = np.zeros(parsed.last_spin // 2 + 1)
    breaks = [float(int(q.p)) / float(int(q.q)) for q in parsed.breaks]
    for low, high, piece in zip(breaks[:-1], breaks[1:], parsed.pieces, strict=False):
        q = low + (high - low) * (t + 1) / 2
        g = np.polynomial.polynomial.polyval(q, [float(int(c.p)) / float(int(c.q)) for c in piece.coeffs()])
        y = q * value
        waves = cutoff_rows.even_waves(1 - 2 * y, parsed.last_spin)
        total += waves @ (value**2 / 2 * g * (2 - y) / (1 - y) ** 2 * w * (high - low) / 2)
    spins = np.arange(0, parsed.last_spin + 1, 2)
    assert float(node_sums(parsed)[middle].mid()) == pytest.approx(((2 * spins + 1) @ np.abs(total)) / 2, rel=1e-8)


def test_tampered_certificates_are_refused(certificate):
    alpha = list(certificate["alpha"])
    alpha[0] = str(fmpq(3) / 2)
    for change, reason in (
        ({"bound": "70"}, "weaker"),
        ({"bound": "nan"}, "bound"),
        ({"bound": float("nan")}, "bound"),
        ({"breaks": ["0", *certificate["breaks"][1:]]}, "p_min"),
        ({"alpha": alpha}, "vanish"),
        ({"contacts": 2}, "not eliminated"),
        ({"p_min": "1/4"}, "p_min"),
        ({"nodes": certificate["nodes"][:-1]}, "end at 1"),
        ({"last_spin": 61}, "odd"),
        ({"beta": certificate["beta"][:-1]}, "length"),
        ({"surprise": 1}, "keys"),
    ):
        with pytest.raises(Refused, match=reason):
            verify_data({**certificate, **change})


def test_the_enclosure_holds_the_numerical_cost(certificate):
    """The cost of the same functional on a fine grid lies below the proved value, and not far below."""
    parsed = read_certificate(certificate)
    breaks = np.sqrt([float(int(q.p)) / float(int(q.q)) for q in parsed.breaks])
    splines = Splines(breaks, squared=True)
    p = np.linspace(breaks[0], breaks[-1], 400)[1:-1]
    values = np.zeros_like(p)
    for k, piece in enumerate(parsed.pieces[:-1]):
        inside = (p >= breaks[k]) & (p < breaks[k + 1])
        coefficients = [float(int(c.p)) / float(int(c.q)) for c in piece.coeffs()]
        values[inside] = p[inside] * np.polynomial.polynomial.polyval(p[inside] ** 2, coefficients)
    f = np.linalg.lstsq(splines.values(p), values, rcond=None)[0]
    numerical = cost(Rows(splines), f, CutoffGrid(reach=120)) / float(splines.integrals(lambda p: p**-2.0) @ f)
    assert numerical < decimal(certificate["bound"]) < 1.35 * numerical


def positive_cost(data, reach, count):
    """32 int dlog(x) sum (2J+1) (K_J)_+ / int f/p^2 dp, spins up to reach and x from the first node on: from below."""
    parsed = read_certificate(data)
    t, w = np.polynomial.legendre.leggauss(40)
    breaks = [float(int(q.p)) / float(int(q.q)) for q in parsed.breaks]
    q, g, weight = [], [], []
    for low, high, piece in zip(breaks[:-1], breaks[1:], parsed.pieces, strict=False):
        q.append(low + (high - low) * (t + 1) / 2)
        coefficients = [float(int(piece[k].p)) / float(int(piece[k].q)) for k in range(4)]
        g.append(np.polynomial.polynomial.polyval(q[-1], coefficients))
        weight.append(w * (high - low) / 2)
    q, front = np.concatenate(q), np.concatenate(g) * np.concatenate(weight)
    logs, spins = np.linspace(np.log(decimal(data["nodes"][0])), 0, count), np.arange(0, reach + 1, 2)
    values = []
    for x in np.exp(logs):
        y = q * x
        kernels = cutoff_rows.even_waves(1 - 2 * y, reach) @ (x**2 / 2 * front * (2 - y) / (1 - y) ** 2)
        values.append((2 * spins + 1) @ np.maximum(kernels, 0))
    return 32 * np.trapezoid(values, logs) / (front @ (1 / q) / 2)


def test_a_functional_that_eliminates_nothing():
    """No contact terms: int f dp is not zero, and the verifier's value lies above the cost, not far."""
    nodes = [str(fmpq(k * k, 160**2)) for k in range(8, 161)]
    data = {**document(bump=True), "nodes": nodes, "last_spin": 400, "bound": "161"}
    assert "8piG Lambda^2 <= 161 " in str(verify_data(data)) and "no contact terms" in str(verify_data(data))
    assert 161 / 1.12 < positive_cost(data, 300, 300) < 161


@pytest.mark.slow
def test_certificate_within_five_percent():
    proved = certify_cutoff("0.1", 1)
    assert "8piG Lambda^2 <=" in str(verify_data(proved))
    assert decimal(proved["bound"]) < 1.05 * cutoff_bound("0.1", contacts=1).value
