"""Digits: the code reproduces the shipped result; two starts of one function learn the digits
equally well, one with filters that turn far, one with filters that stay as drawn.
"""

import dataclasses

import numpy as np
import pytest

from lazyrich.experiments import digits


@pytest.mark.slow
def test_what_ships_is_what_its_code_gives():
    there, config = digits.load()
    again = digits.run(dataclasses.replace(config, seeds=(0,), steps=18), device="cpu")
    same = there.sel(seed=[0])
    for name in ("filters_start", "delta", "images"):
        assert np.allclose(again[name], same[name], rtol=1e-5, atol=1e-6), name
    times = [0, 1, 18]  # float32: rounding has not had the time to flip a gate that matters
    assert np.allclose(again["train_loss"].sel(t=times), same["train_loss"].sel(t=times), rtol=1e-3)


def test_what_ships_shows_one_function_two_kinds_of_learning():
    there, _ = digits.load()
    start = there["train_loss"].isel(t=0)
    assert np.allclose(start, start.sel(scale=1.0), rtol=1e-4)
    turned = there["turned"].mean("filter")
    assert float(turned.sel(scale=0.1).min()) > 55
    assert float(turned.sel(scale=10.0).max()) < 1
    moved = there["kernel_distance"].isel(t=-1)
    assert float(moved.sel(scale=10.0).max()) < 0.001 < 0.1 < float(moved.sel(scale=0.1).min())
    assert float(there["train_accuracy"].isel(t=-1).min()) > 0.97
    assert float(there["test_accuracy"].isel(t=-1).min()) > 0.94
    assert there["delta"].sel(scale=0.1).min() > 0 > there["delta"].sel(scale=1.0).max()


@pytest.mark.slow
def test_small_first_layers_turn_further():
    found = digits.run(digits.PRESETS["tiny"], device="cpu")
    turned = found["turned"].mean(("filter", "seed"))
    assert float(turned.sel(scale=0.1)) > 20 > 2 > float(turned.sel(scale=10.0))
