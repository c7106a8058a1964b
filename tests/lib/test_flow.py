"""Integrated gradient flow: any data, any order of times."""

import numpy as np
import pytest

from lazyrich import flow, models

X = np.array([[1.0, 2.0], [0.5, -1.0], [2.0, 0.0]])
Y = np.array([1.0, -1.0, 0.5])
W, A = np.array([0.3, -0.7]), 1.3


def test_it_takes_any_data_and_any_order_of_times():
    path = flow.one_neuron([2.0, 0.0, 2.0, 1.0], X, Y, W, A, eta_w=0.5)
    assert np.array_equal(path.w[0], path.w[2])
    assert np.allclose(path.w[1], W)
    minimum = models.loss(X, Y, np.linalg.lstsq(X, Y)[0], 1.0)
    assert path.loss[3] == pytest.approx(models.loss(X, Y, path.w[3], path.a[3]) - minimum)


def test_one_time_has_no_time_axis():
    assert flow.one_neuron(0.0, X, Y, W, A).w.shape == (2,)


def test_infinity_is_for_closed_forms():
    with pytest.raises(ValueError, match="finite times"):
        flow.one_neuron(np.inf, X, Y, W, A)


def test_the_slope_at_the_start_is_the_gradient():
    path = flow.one_neuron([0.0, 1e-6], X, Y, W, A, eta_w=3.0, eta_a=0.5)
    dw, da = models.flow_rhs(X, Y, W, A, eta_w=3.0, eta_a=0.5)
    assert np.allclose((path.w[1] - path.w[0]) / 1e-6, dw, rtol=1e-4)
    assert (path.a[1] - path.a[0]) / 1e-6 == pytest.approx(da, rel=1e-4)


def test_without_enough_data_it_ends_at_an_interpolant():
    """The residual is measured from the smallest interpolant, so it need not vanish; the loss does."""
    path = flow.one_neuron(200.0, [[1.0, 0.0]], [1.0], [0.5, 0.5], 1.0)
    assert path.beta[0] == pytest.approx(1.0, abs=1e-9)
    assert path.w[1] == 0.5
    assert path.loss < 1e-18
    assert abs(path.residual[1]) > 0.1


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"a0": [1.0, 2.0]}, r"w0, a0: expected shapes \(d,\) and \(\)"),
        ({"t": -1.0}, "t: expected times >= 0"),
        ({"X": np.ones((3, 4))}, r"X: expected shape \(n, 2\)"),
        ({"rtol": 0.0}, "rtol: expected one number > 0"),
    ],
)
def test_bad_input_is_named(change, part):
    with pytest.raises(ValueError, match=part):
        flow.one_neuron(**({"t": 1.0, "X": X, "y": Y, "w0": W, "a0": A} | change))
