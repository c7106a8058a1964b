"""Two more causes of grokking: the code reproduces the shipped result; aligned kernels and more
training sums make generalization earlier.
"""

import dataclasses

import numpy as np
import pytest
import torch

from lazyrich import kernel, models
from lazyrich.experiments import grokking_causes

TEACHING, TINY = grokking_causes.PRESETS["teaching"], grokking_causes.PRESETS["tiny"]


def test_what_ships_is_what_its_code_gives():
    there, config = grokking_causes.load()
    few = dataclasses.replace(config, shares=(0.2,), fractions=(0.9,), seeds=(0, 1))
    again = grokking_causes.run(few, device="cpu")
    same = there.sel(share=[0.2], fraction=[0.9], seed=[0, 1])
    assert np.allclose(again["alignment"], same["alignment"], rtol=1e-4)
    for name in ("share_learn_time", "fraction_learn_time", "fraction_grok_time"):
        assert float(np.abs(again[name] - same[name]).max()) <= 20, name
    assert float(np.abs(again["share_grok_time"] - same["share_grok_time"]).max()) <= 60


def test_what_ships_shows_both_causes():
    there, _ = grokking_causes.load()
    middle = there.median("seed")
    assert bool((there["alignment"].sel(share=0.2) > 1.1 * there["alignment"].sel(share=0.0)).all())
    assert middle["share_grok_time"].values[-1] < 0.5 * middle["share_grok_time"].values[0]
    finite = middle["fraction_grok_time"].values
    assert np.all(finite[2:] < finite[1:-1])
    assert np.isinf(there["fraction_grok_time"].sel(fraction=0.5)).all()
    assert (
        float(there["fraction_learn_time"].max()) <= 100
    )  # learned at every size, grokked at some


def test_waves_and_more_sums_make_it_quicker():
    found = grokking_causes.run(TINY, device="cpu")
    assert np.all(found["share_grok_time"].values[1] <= 300)
    assert np.all(found["share_grok_time"].values[0] > 300)
    assert np.all(found["fraction_grok_time"].values[1] < found["fraction_grok_time"].values[0])
    assert "never at 0.6" in grokking_causes.describe(found)
    assert grokking_causes.picture(found).png.startswith(b"\x89PNG")


def test_mixing_keeps_the_variance_and_shares_the_frequency():
    start = models.QuadraticMLP(23, 2000).init(0)
    half = grokking_causes.mixed(start, 0.5)
    assert float(half["embed.U"].var()) == pytest.approx(0.5, abs=0.02)
    assert half["readout.O"] is start["readout.O"]
    waves = grokking_causes.mixed(start, 1.0, seed=3)
    power = [np.abs(np.fft.rfft(waves[name].numpy(), axis=1)) for name in ("embed.U", "embed.V")]
    assert np.array_equal(power[0].argmax(axis=1), power[1].argmax(axis=1))
    assert np.allclose(np.sort(power[0], axis=1)[:, :-1], 0, atol=1e-9)  # one frequency a neuron
    with pytest.raises(ValueError, match="share: expected one number >= 0 and <= 1, got 2"):
        grokking_causes.mixed(start, 2)


def test_the_first_kernel_is_the_tangent_kernel_summed_over_outputs():
    network = models.QuadraticMLP(5, 7)
    params = network.init(0)
    x = torch.tensor([[0, 1], [0, 3], [4, 1], [2, 2]])
    K = np.asarray(kernel.empirical_ntk(network.apply, params, x)).reshape(4, 5, 4, 5)
    assert np.allclose(grokking_causes.first_kernel(params, x), np.einsum("icjc->ij", K))
