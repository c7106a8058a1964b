"""Compare Runge-Kutta-Chebyshev and growing Euler steps with SciPy on every exact problem, and test
them on ReLU networks and stiff linear problems.
"""

import numpy as np
import problems
import pytest
import torch

from lazyrich import datasets, dynamics, models, training
from lazyrich.training import flow, rkc

TIMES = np.array([0.0, 0.3, 1.0, 4.0])


def solve(problem, **settings):
    """Return the network's function along the stabilized path, from gradients by automatic
    differentiation.
    """
    names = [str(i) for i in range(len(problem.parameters))]

    def velocity(params):
        leaves = [params[name].detach().requires_grad_() for name in names]
        slopes = torch.autograd.grad(problem.loss(problem.network(*(p[0] for p in leaves))), leaves)
        return {name: -rate * g for name, rate, g in zip(names, problem.rates, slopes, strict=True)}

    start = {
        name: torch.tensor(np.asarray(p, dtype=float))
        for name, p in zip(names, problem.parameters, strict=True)
    }
    path, calls = training.integrate(velocity, start, TIMES, **settings)
    return np.stack(
        [problem.network(*(path[name][i] for name in names)).numpy() for i in range(len(TIMES))]
    ), calls


@pytest.mark.parametrize("problem", problems.TABLE, ids=lambda p: p.name)
def test_it_follows_dop853_and_its_error_falls_with_the_tolerance(problem):
    """Second order: an error of tol per step, so a global error of about tol^(2/3)."""
    reference, size = problem.integrated(TIMES), 1 + np.max(np.abs(problem.end))
    coarse, _ = solve(problem, tolerance=1e-2)
    fine, calls = solve(problem, tolerance=1e-4)
    assert np.max(np.abs(coarse - reference)) < 0.03 * size
    assert np.max(np.abs(fine - reference)) < 1.5e-3 * size
    assert calls < 400


def test_growing_euler_steps_go_the_same_way():
    problem = problems.TABLE[0]
    path, _ = solve(problem, method="euler", growth=2e-3)
    assert np.max(np.abs(path - problem.integrated(TIMES))) < 0.05


def test_a_stiff_line_takes_far_fewer_gradients_than_its_stability_would_ask_for():
    """Rates 1 and 1e5: Euler needs 5e4 evaluations per unit of time, the exact answer is known."""
    rates = torch.tensor([1.0, 1e5], dtype=torch.float64)
    path, calls = training.integrate(
        lambda p: {"x": -rates * (p["x"] - 1)}, {"x": torch.zeros(2).double()}, [0.0, 3.0]
    )
    assert torch.allclose(path["x"][1], torch.tensor([1 - np.exp(-3), 1.0]).double(), atol=0.01)
    assert calls < 3000


@pytest.mark.parametrize("rate", [1e-14, 1.0, 1e14])
def test_a_flow_goes_the_same_way_in_any_unit_of_time(rate):
    target = torch.tensor([1.0, -2.0], dtype=torch.float64)
    path, _ = training.integrate(
        lambda p: {"x": rate * (target - p["x"])},
        {"x": torch.zeros(2).double()},
        np.array([0.0, 0.5, 3.0]) / rate,
    )
    assert torch.allclose(path["x"][1], (1 - np.exp(-0.5)) * target, atol=0.02)
    assert torch.allclose(path["x"][2], (1 - np.exp(-3)) * target, atol=0.02)


def test_a_flow_without_bounds_is_told_in_any_unit_of_time():
    for rate in (1.0, 1e14):
        with pytest.raises(ValueError, match="the flow diverges"):
            training.integrate(
                lambda p, rate=rate: {"x": rate * p["x"] ** 2},
                {"x": torch.ones(2).double()},
                [0.0, 2.0 / rate],
            )


def test_the_stages_sum_to_a_method_of_order_two():
    """On y' = -y one step of s stages differs from exp(-h) in third order: half the step, an eighth
    of the error.
    """

    class Decay:
        sizes = (1,)

        def slope(self, y, members):
            return -y, None

    for s in (2, 5, 30):
        wrong = []
        for h in (0.1, 0.05):
            state = flow.begin(Decay(), torch.ones(1, 1).double())
            state["h"], state["rho"] = torch.tensor([h]).double(), torch.ones(1).double()
            plan = rkc.plan(np.array([s]), state["y"].device)
            rkc.step(Decay(), state, torch.arange(1), plan, torch.tensor(h).double(), 1.0)
            wrong.append(abs(float(state["y"]) - np.exp(-h)))
        assert 5 < wrong[0] / wrong[1] < 12


def test_a_small_relu_network_goes_the_way_of_scipys_flow():
    """Every member of an ensemble with different scales, through flips of gates."""
    task = datasets.teacher_student([1, 2], n=20, d=4, m=8, n_test=0)
    start = task.start([0.3, 1.0], [-0.5, 0.5])
    network = models.MLP((4, 8, 1))
    times = [0.0, 1.0, 5.0, 20.0]
    run = training.train(
        network,
        start,
        task.data,
        training.Flow(tolerance=2e-3),
        times=times,
        metrics=("train_loss", "delta_drift"),
    )
    for k in range(2):
        for seed in range(2):
            X, y = task.data.x[seed].numpy(), task.data.y[seed].numpy()
            W0, A0 = start["layer1.W"][k, seed].numpy(), start["layer2.W"][k, seed].numpy()
            W, A = dynamics.two_layer(times, X, y, W0, A0, step=5e-3)
            expected = [
                0.5 * np.sum((np.maximum(X @ w.T, 0) @ a.T - y) ** 2)
                for w, a in zip(W, A, strict=True)
            ]
            assert np.allclose(
                run["train_loss"][k, seed], expected, rtol=0.03, atol=2e-4 * expected[0]
            )
            assert np.allclose(run.params["layer1.W"][k, seed].numpy(), W[-1], atol=0.02)
    assert run["delta_drift"].max() < 5e-3


@pytest.mark.parametrize(("dtype", "close"), [(torch.float64, 3e-4), (torch.float32, 5e-4)])
def test_a_deep_leaky_network_conserves_the_deltas_of_every_layer(dtype, close):
    """The drift along the flow falls with the tolerance, in both precisions, under rates by layer
    that differ.
    """
    network, D = (
        models.MLP((3, 5, 4, 1), leak=0.3, bias=True),
        datasets.teacher_student(0, n=15, d=3, m=2, n_test=0).data,
    )
    start = network.init(0, dtype=dtype)
    drift = []
    for tolerance in (2e-2, 5e-4):
        rule = training.Flow(tolerance=tolerance, layers={"layer1": 0.5, "layer3": 2.0})
        run = training.train(network, start, D, rule, times=[0, 1], metrics=("delta_drift_layers",))
        assert run.layers["delta_drift_layers"] == ["layer1", "layer2"]
        drift.append(run["delta_drift_layers"][-1].max())
    assert drift[1] < drift[0] / (3 if dtype == torch.float64 else 1)
    assert drift[1] < close


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"times": [1.0, 0.0]}, "times: expected finite rising"),
        ({"method": "rk45"}, "method: expected 'rkc' or 'euler'"),
        ({"tolerance": 0.0}, "tolerance: expected one number > 0"),
        ({"velocity": lambda p: {"x": p["x"] ** 2}}, "the flow diverges before t = 2"),
    ],
)
def test_bad_input_is_named(change, part):
    settings = {
        "velocity": lambda p: {"x": -p["x"]},
        "start": {"x": torch.ones(1).double()},
        "times": [0.0, 2.0],
    }
    with pytest.raises(ValueError, match=part):
        training.integrate(**(settings | change))
