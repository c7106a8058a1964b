"""The random hierarchy model: small first layers need fewer samples, whether or not the initial
function is kept.
"""

import dataclasses

import numpy as np
import pytest

from lazyrich.experiments import hierarchy

TINY = hierarchy.PRESETS["tiny"]


@pytest.fixture(scope="module")
def tiny():
    return hierarchy.run(TINY, device="cpu")


def test_what_ships_is_what_its_code_gives():
    there, config = hierarchy.load()
    again = hierarchy.run(
        dataclasses.replace(config, scales=(0.1,), sizes=(1024,), seeds=(0,)), device="cpu"
    )
    same = there.sel(scale=[0.1], size=[1024], seed=[0])
    assert float(np.abs(again["test_error"] - same["test_error"]).max()) < 0.05
    assert np.all(again["train_loss"] <= config.bound)


def test_what_ships_shows_that_it_is_not_the_scale_of_the_function():
    there, _ = hierarchy.load()
    error = there["test_error"].mean("seed").sel(size=2048)
    assert np.all(error.diff("scale") > 0)  # in both arms
    assert np.all(there["test_error"].mean("seed").diff("size") < 0)


def test_small_first_layers_need_fewer_samples(tiny):
    error = tiny["test_error"].isel(seed=0)
    assert error.dims == ("arm", "scale", "size")
    few, many = error.sel(size=256), error.sel(size=1024)
    assert np.all(few > 0.6)  # too few for any scale
    alone = many.sel(arm="alone")
    assert float(alone.sel(scale=0.1)) < float(alone.sel(scale=4.0)) - 0.1
    assert np.all(tiny["train_loss"].sel(scale=0.1) <= TINY.bound)


def test_both_arms_are_one_where_the_factor_is_one():
    found = hierarchy.run(
        dataclasses.replace(TINY, scales=(1.0,), sizes=(128,), steps=200), device="cpu"
    )
    assert np.allclose(
        found["train_loss"].sel(arm="alone"),
        found["train_loss"].sel(arm="same function"),
        rtol=1e-3,
    )
