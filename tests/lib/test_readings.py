"""Numbers read off finished runs."""

import numpy as np
import pytest

from lazyrich import measures


def test_a_gap_by_hand():
    found = measures.grok_gap(
        [0, 10, 20, 40, 80], [0.1, 0.95, 1, 1, 1], [0.1, 0.97, 0.5, 0.96, 0.99], 0.95
    )
    assert found == {"t_train": 10, "t_test": 40, "gap": 30}


def test_what_never_comes_is_inf_and_a_gap_after_nothing_nan():
    low, high = [0.1, 0.2, 0.3], [1.0, 1.0, 1.0]
    assert measures.grok_gap([0, 5, 9], high, low, 0.9) == {
        "t_train": 0,
        "t_test": np.inf,
        "gap": np.inf,
    }
    for test in (low, high):
        found = measures.grok_gap([0, 5, 9], low, test, 0.9)
        assert found["t_train"] == np.inf
        assert np.isnan(found["gap"])
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
    found = measures.filter_concentration(np.stack([coarse, fine, fine + 5, around]))
    assert np.allclose(found, [1, 0.5, 0.5, 1])
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
            r"expected one length \(T,\), got steps \(2,\), train \(1,\)",
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
