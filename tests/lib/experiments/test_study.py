"""Check a user's own study: its arms differ only in what is named."""

import numpy as np
import pytest

from lazyrich.experiments import grokking, study

SHORT = study.Config(end=200)


@pytest.fixture(scope="module")
def small():
    arms = {
        "few": study.Arm(1 / 4, 1 / 64, fraction=0.8),
        "large": study.Arm(2.0, 1 / 64),
        "same": study.Arm(1 / 8, study.readout_for(1 / 8, 1 / 16)),
    }
    return study.run(arms, (0, 1), SHORT, device="cpu")


def test_arms_come_back_in_their_order_with_what_they_were_at_the_start(small):
    assert small["arm"].values.tolist() == ["few", "large", "same"]
    large, same = small.sel(arm="large"), small.sel(arm="same")
    assert np.allclose(
        large["function"], same["function"], rtol=1e-5
    )  # 4/64 = 1/16: the same function
    assert float(large["delta"].mean()) == pytest.approx(23 * (2 / 64**2 / 128 - 4), rel=0.05)
    assert float(same["delta"].mean()) == pytest.approx(23 * (2 * 16 / 128 - 1 / 64), rel=0.05)
    assert np.all((small["alignment"] > 0) & (small["alignment"] < 1))


def test_a_run_is_that_of_the_map():
    """The same seed, scales and training as in the shipped experiment."""
    there, _ = grokking.load()
    one = study.run({"a": study.Arm(1 / 8, 1 / 16)}, (0,), study.Config(end=300), device="cpu")
    theirs = there.sel(embedding=1 / 8, readout=1 / 16, seed=0)
    assert abs(float(one["t_test"].squeeze()) - float(theirs["grok_time"])) <= 60


def test_what_does_not_come_is_inf_in_table_figure_and_words(small):
    assert np.isinf(small["t_test"].sel(arm="large")).all()
    assert np.isfinite(small["t_test"].sel(arm="few")).all()
    assert "never, never" in study.describe(small)
    assert study.table(small).count("inf") >= 4
    assert len(study.table(small).splitlines()) == 7
    assert study.picture(small).png.startswith(b"\x89PNG")


def test_a_wave_at_the_start_aligns_the_first_kernel():
    arms = {"none": study.Arm(), "half": study.Arm(share=0.5)}
    found = study.run(arms, (0,), study.Config(end=20), device="cpu")
    none, half = found["alignment"].values[:, 0]
    assert half > 1.5 * none


def test_the_readout_that_keeps_the_function():
    assert study.readout_for(1 / 8) == 4.0
    assert study.readout_for(2.0, 1.0) == 0.25


@pytest.mark.parametrize(
    ("call", "part"),
    [
        (lambda: study.run({}, (0,)), "arms: expected at least one named Arm"),
        (lambda: study.run([study.Arm()]), "arms: expected a dictionary keyed by name"),
        (lambda: study.run({"a": {"embedding": 1.0}}), "arms: expected at least one named"),
        (lambda: study.run({"a": study.Arm()}, seeds=3), "seeds: expected a list of whole numbers"),
        (
            lambda: study.run({"a": study.Arm()}, seeds=[]),
            "seeds: expected a list of whole numbers",
        ),
        (lambda: study.Config(thr=2.0), "thr: expected one number > 0 and <= 1"),
        (lambda: study.Arm(embedding=0.0), "embedding: expected one number > 0"),
        (lambda: study.Arm(share=1.5), "share: expected one number >= 0 and <= 1, got 1.5"),
        (lambda: study.Arm(fraction=0.0), "fraction: expected"),
    ],
)
def test_bad_input_is_named(call, part):
    with pytest.raises(ValueError, match=part):
        call()
