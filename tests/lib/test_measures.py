"""Check the measures of finished runs by hand, and regimes on exact runs of one neuron too."""

from pathlib import Path

import numpy as np
import pytest

from lazyrich import conserved, exact, kernel, measures
from lazyrich.experiments import phase_diagram

T = np.array([0.0, 1.0, 10.0, 100.0])
LOSS = np.array([1.0, 0.5, 0.05, 0.001])


def test_summaries_by_hand():
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


def test_the_glossary_states_where_lazy_begins():
    glossary = (Path(__file__).parents[2] / "solutions" / "glossary.md").read_text(encoding="utf-8")
    assert f"$S<{measures.LAZY:g}$ at the end" in glossary


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
    assert measures.regime_label([1.0, 0.11, 0.0], [0.0, 0.1, 0.4]) == "rich"  # 11% is not fitted


def test_the_time_to_half_between_two_times():
    def half(S):
        return measures.summarize_run(T, LOSS, S, interpolate=True)["t_half"]

    assert half([0.0, 0.1, 0.3, 0.4]) == pytest.approx(5.5)
    assert half([0.0, 0.2, 0.3, 0.4]) == 1.0
    assert half([0.3, 0.3, 0.3, 0.4]) == 0.0  # there at once
    assert np.isnan(half(np.zeros(4)))


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
def test_curves_that_do_not_fit_are_named(arguments, name):
    with pytest.raises(ValueError, match=rf"^{name}: "):
        measures.summarize_run(*arguments)


def test_a_gap_by_hand():
    measured = measures.grok_gap(
        [0, 10, 20, 40, 80], [0.1, 0.95, 1, 1, 1], [0.1, 0.97, 0.5, 0.96, 0.99], 0.95
    )
    assert measured == {"t_train": 10, "t_test": 40, "gap": 30}


def test_what_never_comes_is_inf_and_a_gap_after_nothing_nan():
    low, high = [0.1, 0.2, 0.3], [1.0, 1.0, 1.0]
    assert measures.grok_gap([0, 5, 9], high, low, 0.9) == {
        "t_train": 0,
        "t_test": np.inf,
        "gap": np.inf,
    }
    for test in (low, high):
        measured = measures.grok_gap([0, 5, 9], low, test, 0.9)
        assert measured["t_train"] == np.inf
        assert np.isnan(measured["gap"])
    assert (
        measures.grok_gap([0, 5, 9], high, [1.0, 1.0, 0.2], 0.9)["t_test"] == np.inf
    )  # forgotten again
    assert measures.grok_gap([0, 5, 9], high, [1.0, np.nan, 1.0], 0.9)["t_test"] == 9


def test_samples_are_interpolated_in_their_logarithm():
    P, err = [100, 1000, 10000], [0.8, 0.4, 0.1]
    assert measures.sample_complexity(P, err, 0.2) == pytest.approx(1000 * 10 ** (2 / 3))
    assert measures.sample_complexity(P, err, 0.4) == pytest.approx(1000)
    assert measures.sample_complexity(P, err, 0.9) == 100
    assert measures.sample_complexity(P, err, 0.05) == np.inf
    assert measures.sample_complexity([1, 2, 4, 8], [0.9, 0.3, 0.8, 0.1], 0.6) == pytest.approx(
        2**0.5
    )  # the first crossing


def test_a_power_law_is_met_where_it_should_be():
    P = np.geomspace(10, 1e5, 400)
    assert measures.sample_complexity(P, P**-0.5, 0.01) == pytest.approx(1e4, rel=1e-3)


def test_waves_are_concentrated_noise_is_not_and_means_do_not_count():
    rows, columns = np.mgrid[:7, :7]
    coarse, fine = np.cos(2 * np.pi * rows / 7), np.cos(2 * np.pi * (2 * rows + 2 * columns) / 7)
    around = np.cos(2 * np.pi * 3 * rows / 7)  # 3 and -3 are neighbors around the circle
    measured = measures.filter_concentration(np.stack([coarse, fine, fine + 5, around]))
    assert np.allclose(measured, [1, 0.5, 0.5, 1])
    noise = np.random.default_rng(0).normal(size=(200, 7, 7))
    assert 0.25 < measures.filter_concentration(noise).mean() < 0.35
    assert np.array_equal(
        measures.filter_concentration([np.full((3, 4), 0.1), np.zeros((3, 4))]), [0, 0]
    )


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (
            lambda: measures.grok_gap([0, 1], [0.1], [0.1, 0.2], 0.9),
            r"train: expected shape \(2,\), got \(1,\)",
        ),
        (
            lambda: measures.sample_complexity([2, 1], [0.1, 0.2], 0.1),
            "P, err: expected rising P > 0",
        ),
        (lambda: measures.sample_complexity([1, 2], [0.1], 0.1), "as many errors"),
        (lambda: measures.filter_concentration(np.ones((7, 7))), r"filters: expected \(k, h, w\)"),
    ],
)
def test_bad_input_is_named(call, part):
    with pytest.raises(ValueError, match=part):
        call()
