"""Compute what the text of 04_wide says with numbers or with "always" and "never"."""

import ast
import inspect
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from lazyrich import conserved, dynamics, exact, kernel, measures
from lazyrich.demos import mode_race
from lazyrich.exercises.wide import slips
from nbjudge.contract.assignment import read_notebook

NOTEBOOK = Path(__file__).parents[2] / "solutions" / "04_wide" / "04_wide.ipynb"


def residual(W, A, delta):
    truth = A @ A.T, W.T @ W
    gap = sum(
        np.linalg.norm(box - true)
        for box, true in zip(kernel.metric_from_map(A @ W, delta), truth, strict=True)
    )
    return gap / sum(map(np.linalg.norm, truth))


def test_the_eigenvalues_of_a_usual_network_are_near_one_and_minus_h_over_d():
    rng = np.random.default_rng(0)
    h, d, c = 1000, 50, 10
    W, A = rng.normal(size=(h, d)) / np.sqrt(d), rng.normal(size=(c, h)) / np.sqrt(h)
    both = np.hstack([A.T, W])  # Delta = both J both^T has the eigenvalues of J both^T both, and 0
    values = np.linalg.eigvals(np.diag([1.0] * c + [-1.0] * d) @ both.T @ both).real
    positive, negative = values[values > 1e-9], values[values < -1e-9]
    assert (len(positive), len(negative)) == (10, 50)
    assert positive.min() > 0.75
    assert positive.max() < 1.15
    assert negative.min() > -31
    assert negative.max() < -12
    assert -1.05 < values.sum() / h < -0.95


def test_the_best_single_number_does_not_make_the_theorem_right_for_the_random_network():
    rng = np.random.default_rng(0)  # as the cell of the residual's figure draws it
    rng.normal(size=(2, 3, 4)), rng.normal(size=(2, 2, 3))
    W, A = rng.normal(size=(20, 3)) / np.sqrt(3), rng.normal(size=(2, 20)) / np.sqrt(20)
    values = np.linalg.eigvalsh(conserved.delta_matrix(W, A))
    assert (np.sum(values > 1e-9), np.sum(values < -1e-9)) == (2, 3)
    told = [-8.8, -7.2, -6.2, 0.5, 0.9]
    assert np.allclose(values[np.abs(values) > 1e-9], told, atol=0.06)
    deltas = np.linspace(-20, 5, 501)
    tried = [residual(W, A, delta) for delta in deltas]
    assert 0.77 < residual(W, A, values.mean()) < 0.79
    assert 0.18 < min(tried) < 0.2
    assert -7.6 < deltas[np.argmin(tried)] < -7.1


def test_weight_decay_with_equal_rates_leaves_the_box_right_with_a_smaller_delta():
    W0, A0 = conserved.isotropic_init(2, 3, 2, 2.0, seed=2)
    goal, decay = np.array([[2.0, 0.5, 0.0], [0.0, -1.0, 1.0]]), 0.2

    def flow(_, both):
        W, A = both[:6].reshape(2, 3), both[6:].reshape(2, 2)
        G = A @ W - goal
        return np.concatenate([(-A.T @ G - decay * W).ravel(), (-G @ W.T - decay * A).ravel()])

    start = np.concatenate([W0.ravel(), A0.ravel()])
    end = solve_ivp(flow, (0.0, 3.0), start, "DOP853", rtol=1e-10, atol=1e-12).y[:, -1]
    W, A = end[:6].reshape(2, 3), end[6:].reshape(2, 2)
    delta = 2.0 * np.exp(-2 * decay * 3.0)
    assert np.allclose(conserved.delta_matrix(W, A), delta * np.eye(2), atol=1e-8)
    assert residual(W, A, delta) < 1e-8
    assert residual(W, A, 2.0) > 0.05


def test_momentum_gives_delta_directions_of_its_own():
    W, A = conserved.isotropic_init(2, 3, 2, 2.0, seed=2)
    goal, dW, dA = np.array([[2.0, 0.5, 0.0], [0.0, -1.0, 1.0]]), 0.0, 0.0
    for _ in range(300):
        G = A @ W - goal
        dW, dA = 0.9 * dW - 0.01 * A.T @ G, 0.9 * dA - 0.01 * G @ W.T
        W, A = W + dW, A + dA
    values = np.linalg.eigvalsh(conserved.delta_matrix(W, A))
    assert values[-1] - values[0] > 0.1


def regime(W0, A0, goal):
    t = np.append(0, np.geomspace(1e-3, 1e3, 1501))
    run = exact.two_layer(t, W0, A0, goal)
    K = np.array(
        [
            np.kron(R, np.eye(len(L))) + np.kron(np.eye(len(R)), L)
            for R, L in zip(run.gram_in, run.gram_out, strict=True)
        ]
    )
    S = kernel.kernel_distance(K[0], K)
    return measures.regime_label(run.loss, S), run.loss[np.argmax(t >= 0.5)] / run.loss[0]


@pytest.mark.parametrize("delta", [-6.0, 6.0])
def test_far_from_balance_the_shape_decides_between_lazy_and_the_rest(delta):
    wide = conserved.isotropic_init(3, 3, 3, delta, seed=1, scale=0.5)
    assert regime(*wide, np.diag([3.0, 2.0, 1.0]))[0] == "lazy"
    w, a = conserved.init_from_delta(np.array([1.0]), delta)
    for angle, label, left in ((90, "rich", 0.5), (120, "delayed", 0.25)):
        turned = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle)), 0.0])
        into, out = (turned, np.eye(3)[0]) if delta < 0 else (np.eye(3)[0], turned)
        found, share = regime(w * into[None], a * out[:, None], np.diag([1.0, 0.0, 0.0]))
        assert found == label
        assert abs(share - left) < 0.01


@pytest.mark.parametrize("delta", [0.3, 4.0])
def test_where_both_signs_are_right_neither_function_nor_kernel_tells_up_from_down(delta):
    B = np.random.default_rng(0).normal(size=(3, 3))
    K = [
        np.kron(R, np.eye(3)) + np.kron(np.eye(3), L)
        for L, R in (kernel.metric_from_map(B, sign * delta) for sign in (1, -1))
    ]
    assert np.allclose(*K, atol=1e-12)


def test_the_upstream_kernel_stays_near_a_multiple_of_the_identity():
    W0, A0 = conserved.isotropic_init(3, 3, 3, 6.0, seed=1, scale=0.5)
    W, A = dynamics.linear_network(
        [0.0, 30.0], np.eye(3), np.diag([3.0, 2.0, 1.0]), [W0, A0], [1.0, 1.0]
    )
    for k in (0, 1):
        K = np.kron(W[k].T @ W[k], np.eye(3)) + np.kron(np.eye(3), A[k] @ A[k].T)
        assert kernel.kernel_distance(K, np.eye(9)) < 0.005


def half_times(s, delta, until):
    t = np.linspace(0, until, 20001)
    u = exact.two_layer_modes(t, np.full(len(s), 1e-3), np.array(s), delta)
    return [t[np.argmax(u[:, k] >= s[k] / 2)] for k in range(len(s))]


def test_the_modes_race_at_balance_and_not_far_from_it():
    assert np.allclose(half_times([3.0, 2.0, 1.0], 0.0, 5.0), [1.3, 1.9, 3.5], atol=0.06)
    together = half_times([3.0, 2.0, 1.0], 5.0, 0.5)
    assert max(together) / min(together) < 1.06
    first, second = half_times([3.0, 1.0], 50.0, 0.05)
    assert np.allclose([first, second], [0.01385, 0.01384], rtol=0, atol=1e-5)


def test_small_and_large_numbers_of_a_mode_may_be_made_by_subtraction():
    """N = kappa - s loses digits where nobody needs them: no answer is wrong for it."""
    for delta in (1e-9, 3.5e-8, 1e-4, 1.0):
        for u0 in (1e-20, 1e-8, 1.0):
            t, s, square = np.geomspace(1e-4, 1e5, 60), 3.0, delta**2 / 4
            kappa, z0 = np.sqrt(s**2 + square), u0 + np.sqrt(u0**2 + square)
            P, N, E = kappa + s, kappa - s, np.exp(-2 * kappa * t)
            z = (z0 * (P + N * E) + square * (1 - E)) / (N + z0 * (1 - E) + P * E)
            right = exact.two_layer_modes(t, np.array([u0]), np.array([s]), delta)[:, 0]
            assert np.allclose((z - square / z) / 2, right, atol=1e-6)


def test_the_sign_of_delta_shows_in_the_demo_for_one_neuron_and_not_for_three():
    t = np.append(0.0, np.geomspace(0.01, 100, 2001))

    def both(scale, turn, h):
        return [mode_race.race(t, delta, scale, 3.0, turn, h) for delta in (6.0, -6.0)]

    for scale, turn in ((1e-3, 0.0), (0.5, 60.0)):
        up, down = both(scale, turn, 3)
        assert np.allclose(up.strengths, down.strengths, atol=1e-9)
    up, down = both(0.5, 60.0, 1)
    times = [
        t[np.argmax(run.loss - run.loss[-1] <= 0.1 * (run.loss[0] - run.loss[-1]))]
        for run in (up, down)
    ]
    assert np.allclose(times, [0.17, 1.4], rtol=0.05)
    assert np.allclose([up.S[-1], down.S[-1]], [0.01, 0.53], atol=0.005)


def test_from_a_small_balanced_start_the_count_falls_to_one_and_climbs():
    rng, t = np.random.default_rng(2), np.linspace(0, 9, 1801)  # as in the cell of the figure
    into, out = (np.linalg.qr(rng.normal(size=(3, 3)))[0] for _ in range(2))
    lowest, passed = [], {}
    for delta in (0.0, 1.0, 5.0):
        w, a = conserved.init_from_delta(np.full((3, 1), 1e-5), delta)
        run = exact.two_layer(t, w * into, out * a, np.diag([3.0, 2.0, 1.0]))
        count = kernel.effective_rank(run.B)
        lowest.append(count[1:].min())
        passed[delta] = [count[np.argmax(run.loss <= level)] for level in (2.5, 0.5)]
        assert abs(count[-1] - 2.75) < 0.005
        if delta == 0:
            U, sigma, Vt = np.linalg.svd(run.B)
            small = np.argmax(sigma[:, 0] >= 0.01)
            assert min(abs(U[small, 0, 0]), abs(Vt[small, 0, 0])) > 0.9975
    assert np.allclose(lowest, [1.13, 2.55, 2.72], atol=0.006)
    assert np.allclose(passed[0.0], [1.2, 2.0], atol=0.05)
    assert min(passed[1.0] + passed[5.0]) > 2.5


def test_the_routines_of_the_notebook_are_those_that_the_check_runs():
    cells = {cell["id"]: "".join(cell["source"]) for cell in read_notebook(NOTEBOOK)["cells"]}
    shown = {node.name: node for node in ast.parse(cells["three-kernels"]).body}
    for name, routine in slips.ROUTINES.items():
        (run,) = ast.parse(inspect.getsource(routine)).body
        without_docstring = run.body[1:]
        theirs = shown[name.lower()]
        assert list(map(ast.dump, theirs.body)) == list(map(ast.dump, without_docstring))
        assert ast.dump(theirs.args) == ast.dump(run.args)


@pytest.mark.parametrize("name", slips.NAMES)
def test_each_routine_is_right_on_the_case_that_its_author_tried(name):
    rng = np.random.default_rng(0)
    c, eta_w = (1 if name == "Ann" else 3), (1.0 if name == "Ben" else 2.0)
    X, W, A = rng.normal(size=(4, 2)), rng.normal(size=(3, 2)), rng.normal(size=(c, 3))
    A = np.eye(3) if name == "Cleo" else A
    right = kernel.ntk_two_layer(X, W, A, leak=1.0, eta_w=eta_w, eta_a=1.0)
    assert np.allclose(slips.ROUTINES[name](X, W, A, eta_w, 1.0), right)
