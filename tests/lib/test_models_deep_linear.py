"""Check deep linear networks: the product, its gradients by differences, alignment, and descent by
an exact protocol.
"""

import itertools

import numpy as np
import pytest

from lazyrich import conserved, dynamics
from lazyrich.models import deep_linear


def network(*widths, seed=0):
    rng = np.random.default_rng(seed)
    return [
        rng.normal(size=(out, into)) / np.sqrt(into) for into, out in itertools.pairwise(widths)
    ]


def data(n, d, c, seed=1):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), rng.normal(size=(n, c))


def test_the_product_runs_from_the_last_layer_to_the_first():
    Ws = network(4, 3, 5, 2)
    assert np.allclose(deep_linear.end_to_end(Ws), Ws[2] @ Ws[1] @ Ws[0])
    moving = [np.stack([W, 2 * W]) for W in Ws]
    assert np.allclose(deep_linear.end_to_end(moving)[1], 8 * deep_linear.end_to_end(Ws))


def test_the_gradients_are_those_of_differences():
    Ws, (X, Y) = network(3, 4, 2, 5, 2), data(6, 3, 2)

    def loss(layers):
        return 0.5 * np.sum((X @ deep_linear.end_to_end(layers).T - Y) ** 2)

    for i, slope in enumerate(deep_linear.layer_gradients(Ws, X, Y)):
        assert slope.shape == Ws[i].shape
        for index in np.ndindex(slope.shape):
            moved = [[W.copy() for W in Ws] for _ in range(2)]
            for layers, h in zip(moved, (1e-6, -1e-6), strict=True):
                layers[i][index] += h
            assert slope[index] == pytest.approx(
                (loss(moved[0]) - loss(moved[1])) / 2e-6, rel=1e-5, abs=1e-7
            )


def test_balanced_layers_are_aligned_and_signs_do_not_matter():
    rng = np.random.default_rng(2)
    u, v, w = (x / np.linalg.norm(x) for x in (rng.normal(size=n) for n in (3, 4, 2)))
    Ws = [np.outer(v, rng.normal(size=5)), np.outer(u, -v), np.outer(w, u)]
    assert np.allclose(deep_linear.layer_alignment(Ws), 1.0)
    assert deep_linear.layer_alignment([Ws[0]]).shape == (0,)


def test_descent_follows_the_flow_and_keeps_to_its_protocol():
    Ws, (X, Y), etas = network(3, 4, 2), data(8, 3, 2), [0.5, 2.0]
    run = deep_linear.descend(Ws, X, Y, etas, step=1e-4, n_steps=2000)
    for ours, theirs in zip(run["Ws"], dynamics.linear_network(0.2, X, Y, Ws, etas), strict=True):
        assert np.allclose(ours[-1], theirs, atol=2e-3)
    noisy = deep_linear.descend(Ws, X, Y, etas, step=1e-3, n_steps=1, batch_size=3, seed=5)
    rows = np.random.default_rng(5).choice(8, 3, replace=False)
    for i, slope in enumerate(deep_linear.layer_gradients(Ws, X[rows], Y[rows])):
        assert np.allclose(noisy["gradients"][i][0], 8 / 3 * slope)
        assert np.allclose(noisy["Ws"][i][1], Ws[i] - 1e-3 * etas[i] * 8 / 3 * slope)
    assert noisy["loss"][0] == pytest.approx(
        0.5 * np.sum((X @ deep_linear.end_to_end(Ws).T - Y) ** 2)
    )


def test_each_step_changes_each_pair_by_the_exact_law():
    Ws, (X, Y), etas = network(3, 4, 5, 2), data(8, 3, 2), [0.5, 2.0, 1.5]
    run = deep_linear.descend(Ws, X, Y, etas, step=0.02, n_steps=5, batch_size=2, seed=0)
    pairs = [conserved.layer_deltas([W[t] for W in run["Ws"]], etas) for t in range(6)]
    for t in range(5):
        for i in range(2):
            (W, A), (gW, gA) = ((x[i][t], x[i + 1][t]) for x in (run["Ws"], run["gradients"]))
            law = conserved.gd_drift_matrix(
                W, A, gW, gA, eta_w=etas[i], eta_a=etas[i + 1], step=0.02
            )
            assert np.allclose(pairs[t + 1][i] - pairs[t][i], law, atol=1e-12)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: deep_linear.end_to_end([]), "at least one layer"),
        (
            lambda: deep_linear.end_to_end(network(3, 4, 2)[::-1]),
            r"Ws\[1\]: expected shape \(..., n_out, 2\)",
        ),
        (
            lambda: deep_linear.layer_gradients(network(3, 2), np.ones((4, 2)), np.ones((4, 2))),
            "X: expected shape",
        ),
        (
            lambda: deep_linear.layer_gradients(network(3, 2), np.ones((4, 3)), np.ones((4, 3))),
            "Y: expected shape",
        ),
        (
            lambda: deep_linear.descend(
                network(3, 4, 2), *data(5, 3, 2), step=1.0, n_steps=1, batch_size=6
            ),
            "batch_size",
        ),
        (
            lambda: deep_linear.descend(network(3, 4, 2), *data(5, 3, 2), step=1e3, n_steps=50),
            "a step below",
        ),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
