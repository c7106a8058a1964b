"""Filters of a CNN: the code reproduces the shipped result, small first layers grow waves in both
arms, and the measure of a wave recognizes one.
"""

import dataclasses

import numpy as np
import pytest

from lazyrich.experiments import filters

TINY = filters.PRESETS["tiny"]


def test_what_ships_is_what_its_code_gives():
    there, config = filters.load()
    again = filters.run(dataclasses.replace(config, scales=(0.1, 4.0), seeds=(0,)), device="cpu")
    same = there.sel(scale=[0.1, 4.0], seed=[0])
    assert np.allclose(again["filters_start"], same["filters_start"], atol=1e-6)
    assert np.allclose(again["concentration_start"], same["concentration_start"], rtol=1e-4)
    # Starts that differ by the last digit of float32 end with losses 1e-5 apart at step 56, and
    # filters by less than 1e-4.
    times = [0, 10, 56]
    assert np.allclose(again["train_loss"].sel(t=times), same["train_loss"].sel(t=times), rtol=1e-3)
    gap = again["concentration"].mean("filter") - same["concentration"].mean("filter")
    assert float(np.abs(gap).max()) < 0.005


def test_what_ships_shows_waves_in_both_arms_at_equal_accuracy():
    there, _ = filters.load()
    found = there["concentration"].mean(("filter", "seed")).sel(scale=[0.1, 1.0, 4.0])
    assert np.all(found.diff("scale") < -0.05)
    assert float(found.min()) > float(there["concentration_start"].mean())
    assert float(there["test_accuracy"].isel(t=-1).min()) > 0.98


def test_the_digits_that_ship_show_the_same_in_both_arms():
    there, config = filters.load("filters_digits.nc")
    assert config == filters.PRESETS["digits"]
    found = there["concentration"].mean(("filter", "seed"))
    noise = float(there["concentration_start"].mean())
    assert float(found.sel(scale=[0.1, 0.3, 1.0]).min()) > noise + 0.15
    assert float(np.abs(found.sel(scale=4.0) - noise).max()) < 0.03


def test_the_digits_that_ship_are_what_its_code_gives():
    pytest.importorskip("sklearn")
    there, config = filters.load("filters_digits.nc")
    few = dataclasses.replace(config, scales=(0.1,), seeds=(0,), steps=10)
    again = filters.run(few, device="cpu").sel(t=[0, 10])
    same = there.sel(scale=[0.1], seed=[0], t=[0, 10])
    assert np.allclose(again["train_loss"], same["train_loss"], rtol=1e-3)


def test_small_first_layers_grow_waves():
    found = filters.run(TINY, device="cpu")
    small, large = (
        found["concentration"].sel(scale=c).mean(("filter", "seed")) for c in (0.1, 4.0)
    )
    assert np.all(small > large + 0.2)
    # The second arm starts with the function of the draws, the first with one c times as large.
    start = found["train_loss"].isel(t=0, seed=0)
    assert float(start.sel(arm="same function").std()) < 1e-5 < float(start.sel(arm="alone").std())


def test_a_wave_is_concentrated_and_a_point_is_not():
    place = np.arange(16)
    wave = np.cos(2 * np.pi * 3 * place / 16 + 0.4)[:, None] * np.ones(16)
    point = np.zeros((7, 7))
    point[3, 3] = -2.0
    assert filters.concentration(wave) == pytest.approx(1)
    assert filters.concentration(point) == pytest.approx(
        18 / 256
    )  # two blocks of nine of a flat spectrum
    noise = np.random.default_rng(0).normal(size=(5, 7, 7))
    assert np.allclose(filters.concentration(noise), filters.concentration(-1e-3 * noise))
    with pytest.raises(ValueError, match="a filter of zeros has no spectrum"):
        filters.concentration(np.zeros((2, 7, 7)))
    with pytest.raises(ValueError, match=r"expected \(\.\.\., k, k\) with k <= size = 16"):
        filters.concentration(np.ones((17, 17)))
