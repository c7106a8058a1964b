"""Grokking over two scales: the code reproduces the shipped result, geometry and function scale
have separate effects, and a run that never generalizes is reported as such.
"""

import dataclasses

import numpy as np
import pytest

from lazyrich import models
from lazyrich.experiments import grokking

TEACHING, TINY = grokking.PRESETS["teaching"], grokking.PRESETS["tiny"]


@pytest.fixture(scope="module")
def tiny():
    return grokking.run(TINY, device="cpu")


def test_what_ships_is_what_its_code_gives():
    """The smallest embedding and that of usual size, one seed, 600 steps, computed again."""
    there, config = grokking.load()
    few = dataclasses.replace(
        config, embeddings=(0.125, 1.0), readouts=(0.25,), seeds=(0,), end=600
    )
    again = grokking.run(few, device="cpu")
    same = there.sel(embedding=[0.125, 1.0], readout=[0.25], seed=[0])
    assert np.abs(again["learn_time"] - same["learn_time"]).max() <= 20
    assert float(np.abs(again["grok_time"] - same["grok_time"])[0].max()) <= 40
    assert np.isinf(again["grok_time"][1]).all()
    assert float(same["grok_time"][1].min()) > 600


def test_what_ships_shows_scale_and_geometry():
    there, _ = grokking.load()
    assert bool((there["learn_time"] <= there["grok_time"]).all())
    assert float(there["learn_time"].max()) <= 1500  # all learn what they are shown
    assert np.isinf(there["grok_time"].sel(readout=4.0)).any()  # not all grok in time
    assert np.isfinite(there["grok_time"].sel(embedding=0.125)).all()
    middle = there["grok_time"].median("seed")
    alone = middle.sel(readout=1.0).values
    assert np.all(np.diff(alone[:4]) > 0)
    line = grokking.same_function(there)["grok_time"].median("seed").values
    assert line[1:4].min() < 0.8 * min(line[0], line[-1])  # neither end of the line is best


def test_small_embeddings_grok_sooner_and_late_ones_are_never(tiny):
    times = tiny["grok_time"].sel(readout=1.0)
    assert float(times.sel(embedding=0.125).max()) <= 600
    assert np.isinf(times.sel(embedding=1.0)).all()
    assert float(tiny["learn_time"].sel(readout=1.0).max()) <= 300


def test_the_line_keeps_the_function_and_not_the_geometry(tiny):
    line = grokking.same_function(tiny)
    assert np.allclose(line["embedding"] ** 2 * line["readout"], 1 / 16)
    first = line["test_accuracy"].isel(t=0)
    assert np.array_equal(first.isel(embedding=0), first.isel(embedding=1))
    with pytest.raises(
        ValueError, match=r"scale: expected one of .* that at least two nodes .*share, got 3"
    ):
        grokking.same_function(tiny, 3.0)


def test_the_dotted_line_has_mean_delta_zero(tiny):
    network = models.QuadraticMLP(TINY.p, TINY.h)
    start = models.scale_layers(
        network.init(0), {"embed": 0.5, "readout": 0.5 * grokking.balance(tiny)}
    )
    found = models.deltas(network, start)["embed"]
    assert abs(float(found.mean())) < 3 * float(found.std()) / TINY.h**0.5


def test_what_never_came_is_never(tiny):
    assert "never at 1." in grokking.describe(tiny)
