"""The closed form of the weak-gravity bound."""

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import j0, k0

from positivity.bounds.closed_form import analytic_cutoff, bessel_integral, hoelder_constant


def test_the_constant_is_5242():
    u, w = np.polynomial.legendre.leggauss(80)
    u, w = 17.5 * u - 14, 17.5 * w  # x = e^u from e^-31.5 to e^3.5
    integral = (w * np.exp(2 * u)) @ k0(np.exp(u)) ** 3
    assert abs(float(bessel_integral().mid()) - float(integral)) < 1e-12
    assert hoelder_constant().rad() < 1e-10
    assert abs(float(hoelder_constant().mid()) - 5242.528) < 5e-4


def test_closed_form_against_the_extremal_density():
    """rho = 2 for w < W(b)/2, W = 8piG K0(mu b)/8: A_2 and A_4 by quadrature give back the bound as an equality."""
    mu, big_g = 0.2, 0.7
    u, weight = np.polynomial.legendre.leggauss(400)
    u, weight = 14 * u - 8.6, 14 * weight  # b = e^u
    b = np.exp(u)
    w = big_g * k0(mu * b) / 8
    a2 = 8 * (weight * b * b) @ (j0(0.3 * b) * w)
    assert a2 == pytest.approx(big_g / (0.3**2 + mu**2), rel=1e-6)
    # int_0^{W/2} 2 w^2 dw = W^3/12
    a4 = 8 * (weight * b * b) @ (w**3 / 12)
    assert analytic_cutoff("0.2", f"{a4 / 4:.15f}").value == pytest.approx(big_g, rel=1e-6)


@given(st.fractions(min_value=1, max_value=50, max_denominator=20))
@settings(max_examples=25, deadline=None)
def test_closed_form_is_dimensionally_consistent(scale):
    """The same theory in units of another cutoff: mu -> mu/s, g4 -> g4 s^8, 8piG -> 8piG s^2."""
    first = analytic_cutoff("3/10", "2").value
    other = analytic_cutoff(str(fmpq(3, 10) / fmpq(scale.numerator, scale.denominator)), str(2 * scale**8)).value
    assert other == pytest.approx(first * float(scale) ** 2, rel=1e-12)
