"""Deep pairs under discrete steps: the code reproduces the shipped result, the law is exact,
descent drifts with its step size, SGD loses the initial delta.
"""

import dataclasses

import numpy as np
import pytest
from commands import printed

from lazyrich.app import cli
from lazyrich.experiments import deep_drift, results

TINY = deep_drift.PRESETS["tiny"]


def test_what_ships_is_what_its_code_gives():
    there, config = deep_drift.load()
    few = dataclasses.replace(
        config, seeds=config.seeds[:1], steps=config.steps[:2], sgd_steps=config.sgd_steps[:1]
    )
    again = deep_drift.run(few)
    same = there.sel(seed=[0]).isel(step=slice(2), sgd_step=slice(1))
    # Without gates nothing amplifies rounding: to the digits that the file keeps.
    assert np.allclose(again["gd_drift"], same["gd_drift"], rtol=1e-6)
    assert np.allclose(again["sgd_trace"], same["sgd_trace"], rtol=0, atol=1e-5)


def test_descent_drifts_by_its_step_and_by_its_law():
    there, _ = deep_drift.load()
    slopes, error = deep_drift.exponent(there)
    assert np.allclose(slopes, 1, atol=0.05)
    assert float(error.max()) < 0.02
    assert float(there["off_the_law"].max()) < 1e-11


def test_sgd_forgets_its_start_by_step_times_time():
    """In every seed most of the spread is gone at the end; a step n times smaller takes n times as
    long.
    """
    kept = deep_drift.memory(deep_drift.load()[0])
    assert np.all(kept.isel(u=0) == 1)
    assert float(kept.isel(u=-1).max()) < 0.5
    mean = kept.mean("seed")
    assert np.all(mean.isel(u=-1) < 0.2)
    assert float((mean.max("sgd_step") - mean.min("sgd_step")).max()) < 0.25


def test_a_step_that_overflows_is_named(tmp_path, monkeypatch):
    large = dataclasses.replace(TINY, seeds=(0,), sgd_steps=(0.5,), sgd_end=25.0)
    monkeypatch.setitem(deep_drift.PRESETS, "tiny", large)
    ran = printed(cli.app, ["run", "deep-drift", "--out", str(tmp_path)], code=1)
    assert "a step below 0.5 is needed" in " ".join(ran.split())


def test_a_result_is_of_one_experiment(tmp_path):
    with pytest.raises(
        ValueError, match=r"expected a result of 'deep-drift', but .* is one of 'widths'"
    ):
        deep_drift.load("widths_teaching.nc")
    assert results.RESULTS.joinpath("deep_drift_teaching.nc").stat().st_size < 200_000
