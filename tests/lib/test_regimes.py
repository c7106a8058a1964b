"""Names of runs: by hand, at the ties, on exact runs of one neuron, and in the phase diagram that ships."""

import numpy as np
import pytest

from lazyrich import conserved, exact, kernel, measures
from lazyrich.experiments import phase_diagram

T = np.array([0.0, 1.0, 10.0, 100.0])
LOSS = np.array([1.0, 0.5, 0.05, 0.001])


def test_by_hand():
    assert measures.summarize_run(T, LOSS, [0.0, 0.1, 0.3, 0.4]) == {
        "t_half": 10.0,
        "S_final": 0.4,
        "regime": "rich",
    }
    assert measures.summarize_run(T, LOSS, [0.0, 0.1, 0.15, 0.4])["regime"] == "delayed"
    assert measures.summarize_run(T, LOSS, [0.0, 0.1, 0.3, 0.04])["regime"] == "lazy"
    assert (
        measures.summarize_run(T, [1.0, 0.5, 0.4, 0.2], [0.0, 0.1, 0.3, 0.4])["regime"]
        == "unfinished"
    )


@pytest.mark.parametrize(
    ("S", "label"),
    [
        ([0.0, 0.02, 0.025, 0.05], "rich"),  # exactly at the threshold, and exactly half of the way
        ([0.0, 0.9, 0.3, 0.4], "rich"),  # half of the last, not of the largest
        ([0.9, 0.9, 0.9, 0.0], "lazy"),
    ],
)
def test_ties(S, label):
    assert measures.regime_label(LOSS, S) == label


def test_the_first_point_of_two_counts():
    assert measures.summarize_run(T, LOSS, [0.0, 0.3, 0.1, 0.4])["t_half"] == 1.0
    assert measures.regime_label([1.0, 0.1, 0.5, 0.0], [0.0, 0.1, 0.3, 0.4]) == "delayed"


def test_nothing_moved_and_nothing_left():
    still = measures.summarize_run(T, LOSS, np.zeros(4))
    assert np.isnan(still["t_half"])
    assert (still["S_final"], still["regime"]) == (0.0, "lazy")
    for loss, S in (
        ([1.0, 0.5, np.nan, np.nan], LOSS),
        (LOSS, [0.0, 0.1, np.nan, 0.2]),
        ([1.0, np.inf, 1, 1], LOSS),
    ):
        lost = measures.summarize_run(T, loss, S)
        assert lost["regime"] == "diverged"
        assert np.isnan(lost["t_half"])
        assert np.isnan(lost["S_final"])


@pytest.mark.parametrize(("delta", "label"), [(4.0, "lazy"), (0.0, "rich"), (-4.0, "delayed")])
def test_one_neuron(delta, label):
    t = np.append(0.0, np.geomspace(0.01, 1000, 200))
    w0, a0 = conserved.init_from_delta([np.cos(2.1), np.sin(2.1)], delta)
    path = exact.one_neuron(t, w0, a0, [1.0, 0.0])
    assert (
        measures.regime_label(path.loss, kernel.whitened_kernel_distance(w0, a0, path.w, path.a))
        == label
    )


def test_the_corners_of_the_phase_diagram():
    dataset, _ = phase_diagram.load()

    def at(tau, delta):
        run = dataset.isel(tau=tau, seed=0).sel(delta=delta)
        return measures.summarize_run(dataset["t"], run["train_loss"], run["kernel_distance"])

    assert {at(-1, delta)["regime"] for delta in (-1.0, 0.0, 1.0)} == {"lazy"}
    assert at(0, 1.0)["t_half"] < at(0, 0.0)["t_half"] < at(0, -1.0)["t_half"]
    assert at(0, 1.0)["regime"] == "rich"


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((T, LOSS[:3], LOSS), "loss"),
        ((T, LOSS, [LOSS]), "S"),
        (([], [], []), "t"),
        (([np.nan] * 4, LOSS, LOSS), "t"),
    ],
)
def test_what_does_not_fit_is_named(arguments, name):
    with pytest.raises(ValueError, match=rf"^{name}: "):
        measures.summarize_run(*arguments)
