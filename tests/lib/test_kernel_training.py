"""Check training with a kernel that does not move."""

import numpy as np
import pytest
from scipy.linalg import expm

from lazyrich import kernel

RNG = np.random.default_rng(0)
J = RNG.normal(size=(4, 6))
Y, F0 = RNG.normal(size=4), RNG.normal(size=4)


def test_it_is_the_matrix_exponential():
    K, t = J @ J.T, np.array([0.0, 0.1, 2.0])
    got = kernel.kernel_gradient_flow(K, Y, F0, t)
    assert np.allclose(got, [Y + expm(-K * each) @ (F0 - Y) for each in t], rtol=1e-10)
    assert np.allclose(got[0], F0, rtol=1e-14)
    assert np.allclose(kernel.kernel_gradient_flow(K, Y, F0, 0.1), got[1], rtol=1e-12)


def test_what_a_singular_kernel_does_not_see_stays():
    K = J[:, :2] @ J[:, :2].T
    unseen = np.linalg.svd(J[:, :2])[0][:, 2:]
    end = kernel.kernel_gradient_flow(K, Y, F0, np.inf)
    assert np.allclose(unseen.T @ end, unseen.T @ F0, atol=1e-12)
    assert np.allclose(J[:, :2].T @ end, J[:, :2].T @ Y, atol=1e-12)


def test_a_kernel_of_zeros_teaches_nothing():
    assert np.allclose(kernel.kernel_gradient_flow(np.zeros((4, 4)), Y, F0, [1.0, np.inf]), F0)


@pytest.mark.parametrize(
    ("K", "words"),
    [
        (np.ones((2, 3)), "K: expected shape"),
        ([[0.0, 1.0], [0.0, 0.0]], "K: expected a symmetric matrix"),
        (-np.eye(2), "K: expected no negative eigenvalues"),
        (np.eye(3), r"y: expected shape \(3,\)"),
    ],
)
def test_bad_input_is_named(K, words):
    with pytest.raises(ValueError, match=words):
        kernel.kernel_gradient_flow(K, [1.0, 2.0], [0.0, 0.0], 1.0)
