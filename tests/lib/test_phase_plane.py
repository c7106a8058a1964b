"""Compare maps of the phase plane with the full solution, point by point."""

import tracemalloc

import numpy as np
import pytest

from lazyrich import exact, kernel
from lazyrich.exact.plane import QUANTITIES

T = np.concatenate([[0.0], np.geomspace(1e-8, 1e6, 25), [np.inf]])


def draws(seed, count=40):
    rng = np.random.default_rng(seed)
    d = int(rng.integers(1, 5))
    w0 = rng.normal(size=(count, d)) * 10 ** rng.uniform(-3, 2, size=(count, 1))
    a0 = rng.normal(size=count) * 10 ** rng.uniform(-3, 2, size=count)
    rates = dict(zip(("eta_w", "eta_a"), 10 ** rng.uniform(-2, 2, 2), strict=True))
    return w0, a0, rng.normal(size=d) * 10 ** rng.uniform(-2, 2), rates


def by_definition(quantity, path, w0, a0, beta_star, rates):
    length = np.linalg.norm(path.w, axis=-1)
    if quantity == "angle":
        cosine = (
            path.beta @ beta_star / (np.linalg.norm(path.beta, axis=-1) * np.linalg.norm(beta_star))
        )
        return np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    if quantity == "kernel_distance":
        return kernel.whitened_kernel_distance(w0[:, None], a0[:, None], path.w, path.a, **rates)
    return {
        "a": path.a,
        "w_norm": length,
        "mu": path.a * length,
        "phi": exact.mu_phi(path.w, path.a, beta_star)[1],
        "beta_norm": np.linalg.norm(path.beta, axis=-1),
        "loss": path.loss,
    }[quantity]


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_full_solution_point_by_point(quantity, seed):
    w0, a0, beta_star, rates = draws(seed)
    path = exact.one_neuron(T, w0, a0, beta_star, **rates)
    right = by_definition(quantity, path, w0, a0, beta_star, rates)
    plane = exact.phase_plane(quantity, T, w0, a0, beta_star, **rates)
    if quantity == "loss":  # relative at every time, however late
        assert np.allclose(plane, right, rtol=1e-12, atol=1e-290)
    else:
        size = {"angle": 1e8}.get(
            quantity, np.max(np.abs(right))
        )  # the definition by arccos loses half the digits
        assert np.allclose(plane, right, rtol=0, atol=1e-13 * size)


def test_starts_without_a_growing_part_go_the_long_way():
    """Starts on the separatrix, at rest, and with nothing to learn, next to an ordinary one."""
    w0 = np.array([[0.0, 2.0], [0.0, 1.0], [1.0, 0.5]])
    a0 = np.array([0.0, 0.0, 1.0])
    a = exact.phase_plane("a", T, w0, a0, [1.0, 0.0])
    assert np.array_equal(a[:2], np.zeros((2, T.size)))
    assert a[2, -1] == pytest.approx(exact.one_neuron(np.inf, w0[2], 1.0, [1.0, 0.0]).a)
    w0, a0, _, rates = draws(3)
    still = np.zeros(w0.shape[1])
    path = exact.one_neuron(T, w0, a0, still, **rates)
    assert np.allclose(
        exact.phase_plane("a", T, w0, a0, still, **rates), path.a, rtol=1e-12, atol=1e-14
    )
    assert np.all(np.isnan(exact.phase_plane("angle", T, w0, a0, still, **rates)))


def test_planes_and_shapes():
    w0 = np.random.default_rng(0).normal(size=(5, 1, 3))
    a0 = np.linspace(-2, 2, 4)
    plane = exact.phase_plane("loss", T, w0, a0, np.ones(3))
    assert plane.shape == (5, 4, T.size)
    assert exact.phase_plane("loss", 1.0, w0, a0, np.ones(3)).shape == (5, 4)
    assert exact.phase_plane("loss", 1.0, w0[0, 0], 1.0, np.ones(3)).shape == ()
    assert plane[2, 1, 7] == pytest.approx(
        exact.one_neuron(T[7], w0[2, 0], a0[1], np.ones(3)).loss, rel=1e-12
    )


def test_it_holds_little_more_than_the_answer():
    w0, a0 = np.random.default_rng(1).normal(size=(20_000, 2)), np.ones(20_000)
    tracemalloc.start()
    answer = exact.phase_plane("kernel_distance", np.linspace(0, 5, 100), w0, a0, [1.0, 0.0])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.nbytes == 16_000_000
    assert peak < answer.nbytes + 60_000_000


def test_an_unknown_quantity_is_named():
    with pytest.raises(ValueError, match=r"quantity: expected one of 'a', .*got 'speed'"):
        exact.phase_plane("speed", 1.0, [1.0], 1.0, [1.0])
