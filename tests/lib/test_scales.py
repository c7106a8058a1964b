"""Check the two knobs, the named parametrizations, deltas of random starts and exponents."""

import numpy as np
import pytest

from lazyrich import conserved, kernel, scales

NOISE = np.array([0.1, -0.2, 0.15])


def test_mup_is_mean_field_in_other_words():
    """The same function, and the same tangent kernel: what training sees."""
    m, d = 40, 3
    rng = np.random.default_rng(0)
    a, w, X = rng.normal(size=m), rng.normal(size=(m, d)), rng.normal(size=(5, d))
    kernels = []
    for name in ("mean_field", "mup"):
        p = scales.parametrization(name, m, d)
        W, A = p.std_w * w, p.std_a * a
        kernels.append(p.f_scale**2 * kernel.ntk_two_layer(X, W, A, eta_w=p.eta_w, eta_a=p.eta_a))
    assert np.allclose(*kernels, rtol=1e-12)


def test_ntk_and_mean_field_differ_by_the_function_scale_alone():
    m, d = 64, 5
    knobs = {}
    for name in ("ntk", "mean_field", "mup"):
        p = scales.parametrization(name, m, d)
        knobs[name] = scales.function_and_relative_scale(p.std_w, p.std_a, p.f_scale, m, d)
    assert knobs["ntk"] == pytest.approx((1, 1))
    assert knobs["mean_field"] == pytest.approx((m**-0.5, 1))
    assert knobs["mup"] == pytest.approx((m**-0.5, 1 / m))


def test_moments_are_those_of_a_sample():
    d, std_w, std_a, rates = 4, 0.7, 1.3, {"eta_w": 0.5, "eta_a": 2.0}
    rng = np.random.default_rng(0)
    sample = conserved.delta(
        std_w * rng.normal(size=(400_000, d)), std_a * rng.normal(size=400_000), **rates
    )
    mean, variance = scales.delta_moments(d, std_w, std_a, **rates)
    assert sample.mean() == pytest.approx(mean, abs=6 * np.sqrt(variance / sample.size))
    assert sample.var() == pytest.approx(variance, rel=0.03)


@pytest.mark.parametrize("name", ["pytorch", "kaiming", "lecun", "xavier"])
def test_usual_initializations_are_downstream_as_drawn_by_pytorch(name):
    import torch
    from torch.nn import init

    torch.manual_seed(0)
    m, d, c, repeats = 200, 5, 3, 200
    deltas = []
    for _ in range(repeats):
        W, A = torch.nn.Linear(d, m).weight, torch.nn.Linear(m, c).weight
        with torch.no_grad():
            for weight in (W, A) if name != "pytorch" else ():
                if name == "xavier":
                    init.xavier_normal_(weight)
                else:
                    init.kaiming_normal_(
                        weight, nonlinearity="relu" if name == "kaiming" else "linear"
                    )
        deltas.append(conserved.neuron_deltas(W.detach().numpy(), A.detach().numpy()))
    sample = np.concatenate(deltas)
    mean, variance = scales.standard_delta_moments(name, m, d, c)
    assert mean < 0
    assert sample.mean() == pytest.approx(mean, abs=6 * np.sqrt(variance / sample.size))
    assert sample.var() == pytest.approx(variance, rel=0.06)


@pytest.mark.parametrize("scale", [1e-5, 0.1, 2.0, 1e4])
@pytest.mark.parametrize("delta", [-1e3, -1.0, 0.0, 1.0, 1e3])
def test_alpha_gives_delta_back_without_losing_digits(delta, scale):
    alpha = scales.alpha_for_delta(delta, scale)
    w, a = scale * alpha, scale / alpha
    assert w * a == pytest.approx(scale**2, rel=1e-14)
    assert a**2 - w**2 == pytest.approx(delta, rel=1e-13, abs=1e-15 * (a**2 + w**2))


def test_rescaling_keeps_the_function():
    W, a = scales.rescale_layers([[1.0, 2.0]], [3.0], 0.5)
    assert np.array_equal(W, [[0.5, 1.0]])
    assert np.array_equal(a, [6.0])


def test_bad_input_is_named():
    with pytest.raises(
        ValueError,
        match="name: expected one of 'ntk', 'mean_field', 'mup', 'standard', got 'spectral'",
    ):
        scales.parametrization("spectral", 3, 2)
    with pytest.raises(ValueError, match="m: expected"):
        scales.parametrization("ntk", 0, 2)
    with pytest.raises(ValueError, match="scale: expected numbers > 0"):
        scales.alpha_for_delta(1.0, 0.0)


def test_the_first_layers_share_of_the_standard_kernel_vanishes_with_width():
    """Exponents over a sweep of the width: 0 for the kernel, -1 for the first layer's share."""
    d, widths = 5, np.array([256, 1024, 4096, 16384])
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20, d))
    whole, share = [], []
    for m in widths:
        p = scales.parametrization("standard", int(m), d)
        W, a = p.std_w * rng.normal(size=(m, d)), p.std_a * rng.normal(size=m)
        both = kernel.ntk_two_layer(X, W, a, eta_w=p.eta_w, eta_a=p.eta_a)
        readout = p.eta_a * np.maximum(X @ W.T, 0) @ np.maximum(X @ W.T, 0).T
        whole.append(np.trace(both))
        share.append(np.trace(both - readout) / np.trace(both))
    slopes = [scales.width_exponent(widths, values) for values in (whole, share)]
    assert slopes == pytest.approx([0, -1], abs=0.05)


def test_embeddings_rescaled_leave_the_function_of_a_homogeneous_network():
    rng = np.random.default_rng(0)
    params = {
        "tok": rng.normal(size=(5, 4)),
        "pos": rng.normal(size=(5, 2)),
        "out": rng.normal(size=(3, 5)),
        "other": np.ones(2),
    }

    def outputs(p, degree):
        return p["out"] @ np.maximum(p["tok"] + p["pos"].sum(axis=1, keepdims=True), 0) ** degree

    for degree in (1, 2, 3):
        other = scales.rescale_embedding(params, 0.3, degree)
        assert np.allclose(outputs(other, degree), outputs(params, degree), rtol=1e-12)
        assert np.array_equal(other["pos"], 0.3 * params["pos"])
        assert np.array_equal(other["other"], params["other"])
    with pytest.raises(ValueError, match="expected 'tok', 'pos' and 'out', but 'pos' is missing"):
        scales.rescale_embedding({"tok": 1.0, "out": 1.0}, 0.5, 1)


def test_sampled_deltas_follow_their_protocol_and_only_rates_make_them_comparable():
    m, d = 50_000, 4
    rng = np.random.default_rng(7)
    a, W = rng.standard_normal(m), rng.standard_normal((m, d))
    raw = {
        name: scales.sample_deltas(name, m, d, 7)
        for name in ("ntk", "mean_field", "mup", "standard")
    }
    assert np.allclose(raw["ntk"], a**2 - np.sum(W**2, axis=1) / d, rtol=1e-12)
    assert np.array_equal(raw["ntk"], raw["mean_field"])
    assert np.mean(raw["mup"]) == pytest.approx(-1, abs=0.02)
    stated = []
    for name in ("ntk", "mean_field", "mup", "standard"):
        p = scales.parametrization(name, m, d)
        stated.append(
            p.f_scale**2 * conserved.delta(p.std_w * W, p.std_a * a, eta_w=p.eta_w, eta_a=p.eta_a)
        )
    assert np.allclose(stated[0], stated[1], rtol=1e-10)
    assert np.allclose(stated[0], stated[2], rtol=1e-10)
    assert m * np.mean(stated[3]) == pytest.approx(-1, abs=0.02)  # downstream in earnest


def test_an_exponent_is_a_slope_on_logarithmic_axes():
    widths = np.array([512, 32, 128])
    assert scales.width_exponent(widths, 3 * widths**-1.5) == pytest.approx(-1.5, rel=1e-12)
    noisy = np.exp(NOISE) * widths**0.5
    assert scales.width_exponent(widths, noisy) == pytest.approx(
        np.polyfit(np.log(widths), np.log(noisy), 1)[0], rel=1e-10
    )
    with pytest.raises(ValueError, match="values: expected numbers > 0"):
        scales.width_exponent([1, 2], [1, 0])
    with pytest.raises(ValueError, match="at least two different widths"):
        scales.width_exponent([8, 8], [1, 2])
    with pytest.raises(ValueError, match="one shape"):
        scales.width_exponent([8, 16], [1, 2, 3])
