"""Check sweeps and experiments on a cluster: the same results as here, whatever happens to the
workers; a wrong address gives a clear message.
"""

import dataclasses
import json
import socket
import sys

import numpy as np
import pytest
import stopping
import sweeping
import xarray as xr
from clusters import two_workers
from commands import printed
from sweeping import AXES

from lazyrich import sweep, training
from lazyrich.app import cli
from lazyrich.experiments import neurons, phase_diagram, seeds
from lazyrich.sweep import cluster, locks

CONFIG = {"size": 5}


@pytest.fixture(scope="module")
def scheduler():
    with two_workers() as address:
        yield address


@pytest.fixture
def executor(scheduler):
    with cluster.connected(scheduler) as client:
        yield client.get_executor(pure=False)


def members(store):
    return {p.name: p.read_bytes() for p in (store / "members").iterdir()}


@pytest.fixture(params=[True, False], ids=["the workers see the store", "they do not"])
def either(request, executor):
    """The cluster; its workers write the store themselves, or send their results."""
    return executor if request.param else sweeping.Blind(executor)


def test_a_sweep_on_a_cluster_leaves_the_same_store(either, tmp_path):
    """Byte for byte, and no claims left."""
    sweep.run(sweeping.point, AXES, tmp_path / "here", config=CONFIG)
    sweep.run(sweeping.point, AXES, tmp_path / "there", config=CONFIG, executor=either)
    assert members(tmp_path / "there") == members(tmp_path / "here")


def test_a_worker_that_is_killed_costs_nothing_but_time(either, tmp_path):
    config = {**CONFIG, "mark": str(tmp_path / "killed")}
    sweep.run(sweeping.killed_once, AXES, tmp_path / "there", config=config, executor=either)
    assert (tmp_path / "killed").exists()
    sweep.run(sweeping.killed_once, AXES, tmp_path / "here", config=config)
    assert members(tmp_path / "there") == members(tmp_path / "here")


def test_points_that_end_every_worker_are_told_and_the_others_are_kept(executor, tmp_path):
    axes = {"tau": [0.1, 1.0], "seed": [1]}
    with pytest.raises(sweep.SweepError, match=r"1 of 2 points failed; .*KilledWorker") as error:
        sweep.run(sweeping.dying, axes, tmp_path, config=CONFIG, executor=executor, at_a_time=1)
    ((point, _),) = error.value.failures
    assert point == {"tau": 1.0, "seed": 1}
    assert sweep.missing(tmp_path, axes) == [point]


def test_points_that_another_process_is_at_are_waited_for(executor, tmp_path, monkeypatch):
    (tmp_path / "members").mkdir(parents=True)
    theirs = locks.Claim(tmp_path, sweep.key({"tau": 0.1, "seed": 1}), 60.0)
    assert theirs.take()
    done = []

    def release():
        done.extend(path.stem for path in (tmp_path / "members").glob("[!.]*.json"))
        theirs.release()

    waited = sweeping.instead_of_sleeping(monkeypatch, release)
    table = sweep.run(
        sweeping.point, {"tau": [0.1], "seed": [1, 2]}, tmp_path, config=CONFIG, executor=executor
    )
    assert waited
    assert theirs.path.stem not in done
    assert table["end"].shape == (1, 2, *sweeping.point(0.1, 1, **CONFIG)["end"].shape)


def test_a_cluster_takes_up_a_run_that_was_stopped_here(either, tmp_path, monkeypatch):
    """It resumes from the saved state of the unfinished seed, if the workers see it."""
    config, plain, calls = dataclasses.replace(stopping.CONFIG, end=3.0), training.loop.measure, []
    whole = seeds.run_seed_by_seed(phase_diagram.EXPERIMENT, config, store=tmp_path / "other")

    def measure(*args, **how):
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return plain(*args, **how)

    with monkeypatch.context() as patch:
        patch.setattr(training.loop, "measure", measure)
        patch.setitem(training.train.__kwdefaults__, "save_every", 0.0)
        with pytest.raises(KeyboardInterrupt):
            seeds.run_seed_by_seed(phase_diagram.EXPERIMENT, config, store=tmp_path / "store")
    (state,) = (tmp_path / "store" / "seed-100").glob("members-*.json")
    assert json.loads(state.read_text())["at"] == 2
    xr.testing.assert_identical(
        seeds.run_seed_by_seed(phase_diagram.EXPERIMENT, config, either, store=tmp_path / "store"),
        whole,
    )
    assert json.loads(state.read_text())["at"] == (
        2 if isinstance(either, sweeping.Blind) else whole.sizes["t"]
    )


def test_an_experiment_over_its_seeds_is_the_experiment(executor, tmp_path):
    """Axes are in their places, also for what is kept of the first seed only, and for what all
    regimes share.
    """
    small = {
        "regimes": ("rich", "lazy"),
        "taus": (0.5, 1.0),
        "deltas": (0.2, 0.0),
        "m": 4,
        "n": 10,
        "end": 1.0,
    }
    config = dataclasses.replace(neurons.PRESETS["tiny"], **small)
    here = neurons.run(config)
    there = seeds.run_seed_by_seed(neurons.EXPERIMENT, config, executor, store=tmp_path / "store")
    xr.testing.assert_equal(there, here)
    assert {name: there[name].dims for name in there} == {name: here[name].dims for name in here}
    assert there.attrs["config"] == here.attrs["config"]
    assert len(list((tmp_path / "store" / "members").glob("*.npz"))) == len(config.seeds)


def test_the_command_on_a_cluster(scheduler, tmp_path):
    command = [
        "run",
        "deep-drift",
        "--out",
        str(tmp_path),
        "--scheduler",
        scheduler.removeprefix("tcp://"),
    ]
    for _ in range(2):  # the second time all is there
        printed(cli.app, command)
    with xr.open_dataset(tmp_path / "deep-drift-tiny.nc", engine="scipy") as file:
        assert np.isfinite(file["gd_drift"]).all()
    assert (tmp_path / "deep-drift-tiny.png").stat().st_size > 0


def test_an_address_without_a_scheduler_ends_in_words(tmp_path):
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        wrong = {
            f"tcp://127.0.0.1:{silent.getsockname()[1]}": "nothing within 3 s",
            "tcp://127.0.0.1:9": "Timed out trying to connect",
            "http://127.0.0.1:9": "unknown address scheme",
            "somewhere": "missing port number",
        }
        for address, part in wrong.items():
            with (
                pytest.raises(ConnectionError, match=f"no Dask scheduler answers at .*{part}"),
                cluster.connected(address, timeout=3),
            ):
                pass
    ran = printed(
        cli.app, ["run", "neurons", "--out", str(tmp_path), "--scheduler", "somewhere"], code=1
    )
    assert "no Dask scheduler answers at tcp://somewhere" in ran.replace("\n", " ")


def test_a_workers_address_is_no_schedulers(executor):
    worker = next(iter(executor._client.nthreads()))
    with (
        pytest.raises(ConnectionError, match="it is a Worker"),
        cluster.connected(worker, timeout=60),
    ):
        pass


def test_without_dask_the_command_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(
            ImportError, match=r"dask is not installed here. .*pip install 'lazyrich\[cluster\]'"
        ),
        cluster.connected("tcp://127.0.0.1:1"),
    ):
        pass
