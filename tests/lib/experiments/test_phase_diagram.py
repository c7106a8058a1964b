"""The phase diagram: the code reproduces the shipped result, the orderings that hold at every size
hold, and the command resumes where it stopped.
"""

import dataclasses

import numpy as np
import pytest
import xarray as xr
from commands import printed
from typer.testing import CliRunner

from lazyrich.app import cli
from lazyrich.experiments import phase_diagram, results

TINY = phase_diagram.PRESETS["tiny"]


def test_what_ships_is_what_its_code_gives():
    """The corners of the shipped grid, one seed, to step 1000, computed again.

    In float32: starts that differ by its last digit flip other gates, which moves S by up to
    3.5e-3, and the step sizes are an earlier version's, which moves it by 4.5e-3. The lazy corners
    flip no gate, so there the digits agree.
    """
    there, config = phase_diagram.load()
    few = dataclasses.replace(
        config, taus=config.taus[::4], deltas=config.deltas[::4], seeds=config.seeds[:1], end=1e3
    )
    again = phase_diagram.run(few, device="cpu")
    same = there.sel(tau=list(few.taus), delta=list(few.deltas), seed=list(few.seeds), t=again["t"])
    assert float(np.abs(again["kernel_distance"] - same["kernel_distance"]).max()) < 0.015
    assert np.allclose(again["test_loss"], same["test_loss"], rtol=0.15)
    assert np.allclose(
        again["parameter_distance"], same["parameter_distance"], rtol=0.05, atol=1e-3
    )
    lazy, there = again.isel(tau=-1), same.isel(tau=-1)
    assert np.allclose(lazy["kernel_distance"], there["kernel_distance"], rtol=0, atol=1e-7)
    assert np.allclose(lazy["test_loss"], there["test_loss"], rtol=1e-4)


def test_the_live_preset_is_the_teaching_one_in_less_time():
    """The same grid and size, one of its seeds; its corners to step 100 are those of the shipped
    result.
    """
    there, teaching = phase_diagram.load()
    live = phase_diagram.PRESETS["live"]
    change = {
        "seeds": teaching.seeds,
        "per_decade": teaching.per_decade,
        "tolerance": teaching.tolerance,
    }
    assert dataclasses.replace(live, **change) == teaching
    few = dataclasses.replace(live, taus=live.taus[::4], deltas=live.deltas[::4], end=100)
    again = phase_diagram.run(few, device="cpu")
    # Two of the teaching run's times a decade, each rounded to a whole step.
    same = there.sel(tau=list(few.taus), delta=list(few.deltas), seed=list(few.seeds), t=again["t"])
    assert float(np.abs(again["kernel_distance"] - same["kernel_distance"]).max()) < 0.02


def test_what_ships_shows_the_orderings_that_hold_at_every_size():
    """At step 10 the kernel and the gates have moved most upstream, least downstream; the
    parameters end in the opposite order; large tau is lazy.
    """
    there, _ = phase_diagram.load()
    rich = there.isel(tau=0).mean("seed").sel(delta=[-1.0, 0.0, 1.0])
    early, late = rich.sel(t=10), rich.isel(t=-1)
    assert np.all(np.diff(early["kernel_distance"]) > 0)
    assert np.all(np.diff(early["hamming"]) > 0)
    assert np.all(np.diff(late["parameter_distance"]) < 0)
    assert np.all(np.diff(late["hamming"]) > 0)
    assert float(there["kernel_distance"].isel(tau=-1).max()) < 0.01
    assert float(there["delta_drift"].max()) < 0.1


def test_flow_and_small_steps_agree():
    config = dataclasses.replace(
        TINY, taus=(0.3, 1.0), deltas=(-0.5, 0.5), end=100, n=20, n_test=50
    )
    flow = phase_diagram.run(config)
    steps = phase_diagram.run(dataclasses.replace(config, method="descent", precision="float64"))
    assert np.array_equal(flow["t"], steps["t"])
    assert float(np.abs(flow["kernel_distance"] - steps["kernel_distance"]).max()) < 0.02
    assert np.allclose(flow["train_loss"], steps["train_loss"], rtol=0.05)


def test_the_paper_preset_is_the_papers():
    paper = phase_diagram.PRESETS["paper"]
    assert (len(paper.taus), len(paper.deltas), len(paper.seeds)) == (17, 17, 16)
    assert (paper.m, paper.n, paper.d, paper.base, paper.end) == (50, 1000, 100, 5e-3, 1e6)
    assert paper.taus[0] == pytest.approx(0.1)
    assert paper.taus[-1] == pytest.approx(10**0.3)


def test_the_papers_diagram_by_flow_is_what_its_code_gives():
    """Far corners and the middle of the shipped grid, one seed, to the paper's step 100, computed
    again at the paper's size.

    In float64 no rounding flips a gate here; they agree to the digits of float32, which the file
    keeps.
    """
    there, config = phase_diagram.load("phase_diagram_paper_flow.nc")
    paper, flow = phase_diagram.PRESETS["paper"], phase_diagram.PRESETS["paper-flow"]
    assert config == flow
    assert dataclasses.replace(flow, seeds=paper.seeds, method="descent") == paper
    assert set(flow.seeds) < set(paper.seeds)
    few = dataclasses.replace(
        config, taus=config.taus[::16], deltas=config.deltas[::8], seeds=(101,), end=100
    )
    again = phase_diagram.run(few, device="cpu")
    same = there.sel(tau=list(few.taus), delta=list(few.deltas), seed=[101], t=again["t"])
    assert float(np.abs(again["kernel_distance"] - same["kernel_distance"]).max()) < 1e-6
    assert np.allclose(again["test_loss"], same["test_loss"], rtol=1e-6)
    assert (there["status"] == "done").all()


def test_the_papers_diagram_by_flow_has_the_published_extremes_late():
    """Over the grid of means over seeds (published: 16 seeds and the paper's own steps; here 4 of
    them, and flow).
    """
    mean = phase_diagram.load("phase_diagram_paper_flow.nc")[0].mean("seed")
    S, test = (mean[name].sel(t=1e4) for name in ("kernel_distance", "test_loss"))
    assert float(S.max()) == pytest.approx(0.61017, rel=0.01)
    assert float(S.min()) == pytest.approx(4.669e-4, rel=0.1)
    assert float(test.max()) == pytest.approx(0.0039146, rel=0.01)
    assert float(test.min()) == pytest.approx(7.295e-4, rel=0.1)


def test_the_papers_diagram_shows_what_notebook_06_says_of_it():
    mean = phase_diagram.load("phase_diagram_paper_flow.nc")[0].mean("seed").isel(tau=[0, -1])
    S, test, t = mean["kernel_distance"], mean["test_loss"].isel(t=-1), mean["t"].values
    start = S.isel(tau=0)
    half = [
        t[np.argmax(start.sel(delta=d).values >= start.sel(delta=d).values[-1] / 2)]
        for d in (1.0, 0.0, -1.0)
    ]
    assert half == [3, 178, 5623]
    assert float(np.abs(S.isel(t=-1) - S.sel(t=1e5)).max()) < 0.002
    places = [-1.0, -0.125, 0.0, 1.0]
    assert start.isel(t=-1).sel(delta=places).values.round(2).tolist() == pytest.approx(
        [0.28, 0.61, 0.16, 0.17]
    )
    assert float(start.isel(t=-1).sel(delta=slice(0, 1)).max()) < 0.18
    assert test.isel(tau=0).sel(delta=places).values.round(4).tolist() == pytest.approx(
        [0.0028, 0.0012, 7e-4, 9e-4]
    )
    assert float(test.isel(tau=-1).mean()) == pytest.approx(0.005, rel=0.05)


def test_a_result_keeps_its_configuration(tmp_path):
    dataset = phase_diagram.run(dataclasses.replace(TINY, end=2))
    path = results.write(dataset, tmp_path / "a.nc")
    back, config = phase_diagram.load(path)
    assert config == dataclasses.replace(TINY, end=2)
    assert np.allclose(back["test_loss"], dataset["test_loss"], rtol=1e-6)
    assert back["status"].values.ravel()[0] in ("done", b"done")
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ValueError, match="is not a NetCDF file, or it is damaged"):
        phase_diagram.load(path)
    with pytest.raises(
        ValueError, match=r"there is no file .*results that ship: .*phase_diagram_teaching\.nc"
    ):
        phase_diagram.load("nothing.nc")
    results.write(dataset.assign_attrs(experiment="another"), path)
    with pytest.raises(
        ValueError, match=r"expected a result of 'phase-diagram', but .* is one of 'another'"
    ):
        phase_diagram.load(path)


def test_a_figure_of_a_time_after_the_end_is_refused():
    with pytest.raises(ValueError, match="times: expected numbers from 0 to 100000"):
        phase_diagram.plot(phase_diagram.load()[0], (1e7,))


def test_a_store_of_another_configuration_says_what_differs(tmp_path, monkeypatch):
    command = ["run", "phase-diagram", "--device", "cpu", "--out", str(tmp_path)]
    for change in ({"end": 3, "taus": (0.3,), "deltas": (0.0, 1.0)}, {"end": 2}):
        changed = dataclasses.replace(TINY, **change)
        monkeypatch.setitem(phase_diagram.PRESETS, "tiny", changed)
        ran = CliRunner().invoke(cli.app, command)
    assert ran.exit_code == 1
    assert (
        "belongs to another sweep "
        "(its config differs in settings.deltas, settings.end, settings.taus)"
        in " ".join(ran.output.split())
    )


def test_processes_of_this_machine_give_the_same(tmp_path):
    command = ["run", "deep-drift", "--out"]
    for workers in ("1", "2"):
        printed(cli.app, [*command, str(tmp_path / workers), "--workers", workers])
    one, two = (
        xr.load_dataset(tmp_path / workers / "deep-drift-tiny.nc", engine="scipy")
        for workers in ("1", "2")
    )
    xr.testing.assert_equal(one, two)
