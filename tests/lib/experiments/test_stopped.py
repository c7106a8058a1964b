"""Stop `lazyrich run` in the middle of a seed: it resumes there, with any processes before and
after.
"""

import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import stopping
import xarray as xr
from patience import FACTOR, until

from lazyrich import experiments, sweep, training
from lazyrich.experiments import neurons, phase_diagram, results, seeds

SCRIPT = Path(stopping.__file__)
STOP = 5  # the measurement at which a run is stopped


@contextlib.contextmanager
def start(out, *words, stop=0):
    """Start the command as a process that ends with the test; with `stop`, it waits there."""
    command = [
        sys.executable,
        str(SCRIPT),
        "run",
        "phase-diagram",
        "--device",
        "cpu",
        "--out",
        str(out),
        *words,
    ]
    environment = {**os.environ, "LOG": str(out / "log"), "STOP": str(stop)}
    out.mkdir(exist_ok=True)
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def finished(out, *words):
    """Run the command to its end and return the bytes of its result."""
    with start(out, *words) as process:
        told = process.communicate()[0]
    assert process.returncode == 0, told
    return (out / "phase-diagram-tiny.nc").read_bytes()


def measurements(out):
    return len((out / "log").read_text().splitlines())


def saved(out, seed):
    """Return the measurement at which the state of a seed was saved."""
    notes = (out / "phase-diagram-tiny" / f"seed-{seed}").glob("members-*.json")
    return max((json.loads(note.read_text())["at"] for note in notes), default=0)


def at_their_stop(out, seeds, process):
    """Wait until all these seeds are at the measurement at which they stop, or the process ends."""
    return until(
        lambda: all(saved(out, seed) == STOP - 1 for seed in seeds) or process.poll() is not None
    )


def workers(out):
    """Return the processes that compute a seed."""
    return [
        json.loads(c.read_text())["pid"]
        for c in (out / "phase-diagram-tiny" / "members").glob("[!.]*.claim")
    ]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The result of a run that nobody stopped, as the command writes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(phase_diagram.PRESETS, "tiny", stopping.CONFIG)
        dataset = seeds.run_seed_by_seed(phase_diagram.EXPERIMENT, stopping.CONFIG, device="cpu")
    assert dataset.sizes["t"] == stopping.TIMES
    return results.write(dataset, tmp_path_factory.mktemp("undisturbed") / "whole.nc").read_bytes()


TWO = ("--workers", "2")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(TWO, (), id="workers, then none"),
        pytest.param((), TWO, id="none, then workers"),
        pytest.param(TWO, TWO, id="workers twice", marks=pytest.mark.slow),
        pytest.param((), (), id="none twice", marks=pytest.mark.slow),
    ],
)
def test_killed_in_the_middle_of_a_seed_it_goes_on_there(before, after, undisturbed, tmp_path):
    at_work = stopping.SEEDS if before else stopping.SEEDS[:1]
    with start(tmp_path, *before, stop=STOP) as process:
        assert at_their_stop(tmp_path, at_work, process)
        pids = workers(tmp_path)
        assert len(pids) == len(at_work)
        process.send_signal(
            signal.SIGKILL
        )  # nobody else is told: those that compute for it must see it themselves
        process.communicate()
    assert until(lambda: not any(map(alive, pids)))
    told = measurements(tmp_path)
    assert told == len(at_work) * (STOP - 1)
    assert finished(tmp_path, *after) == undisturbed
    assert measurements(tmp_path) == len(stopping.SEEDS) * stopping.TIMES  # none was made twice
    assert not list(tmp_path.rglob("*.claim"))


@pytest.mark.slow
@pytest.mark.parametrize("words", [(), TWO], ids=["here", "by workers"])
def test_interrupted_it_ends_at_once_and_goes_on_later(words, undisturbed, tmp_path):
    """Ctrl-C reaches only the command itself; its workers could go on for days."""
    at_work = stopping.SEEDS if words else stopping.SEEDS[:1]
    with start(tmp_path, *words, stop=STOP) as process:
        assert at_their_stop(tmp_path, at_work, process)
        pids = workers(tmp_path)
        process.send_signal(signal.SIGINT)
        told = process.communicate(timeout=300 * FACTOR)[0]
    assert process.returncode != 0
    assert "Traceback" not in told
    assert "Run the same command again to resume" in told
    assert until(lambda: not any(map(alive, pids)))
    assert finished(tmp_path) == undisturbed
    assert measurements(tmp_path) == len(stopping.SEEDS) * stopping.TIMES


@pytest.mark.slow
def test_what_is_finished_is_only_read(undisturbed, tmp_path):
    for words in ((), TWO, ()):
        assert finished(tmp_path, *words) == undisturbed
    assert measurements(tmp_path) == len(stopping.SEEDS) * stopping.TIMES


class Stopped(Exception):
    pass


def test_a_seed_of_small_runs_keeps_those_that_are_done(tmp_path, monkeypatch):
    """Experiments whose seeds are many small runs, not one ensemble."""
    config = dataclasses.replace(neurons.PRESETS["tiny"], m=4, n=6, end=0.1)
    whole, plain, calls = neurons.run(config), neurons.one, []

    def one(regime, seed, settings):
        calls.append((regime, seed))
        if len(calls) == 3:
            raise KeyboardInterrupt
        return plain(regime, seed, settings)

    one.__module__, one.__qualname__ = plain.__module__, plain.__qualname__
    monkeypatch.setattr(neurons, "one", one)
    with pytest.raises(KeyboardInterrupt):
        seeds.run_seed_by_seed(neurons.EXPERIMENT, config, store=tmp_path / "store")
    xr.testing.assert_identical(
        seeds.run_seed_by_seed(neurons.EXPERIMENT, config, store=tmp_path / "store"), whole
    )
    assert len(calls) == len(set(calls)) + 1 == len(config.regimes) * len(config.seeds) + 1


SLOW = ("layers", "grokking-causes", "hierarchy", "filters", "digits")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] * (name in SLOW))
        for name in experiments.EXPERIMENTS
    ],
)
def test_seed_by_seed_every_experiment_gives_what_it_gives_at_once(name):
    """To rounding: an ensemble of more members is cut into other pieces. In float64, where rounding
    flips no gate; where an experiment is in float32, over as few steps as keep rounding small:
    grokking-line's δ differs by 2e-7 after 120 steps, by 7e-4 after 200 (in tests/rounding).
    """
    experiment = experiments.EXPERIMENTS[name]
    config = dataclasses.replace(experiment.presets["tiny"], **SMALL.get(name, {}))
    if hasattr(config, "precision"):
        config = dataclasses.replace(config, precision="float64")
    if len(config.seeds) == 1:
        config = dataclasses.replace(config, seeds=(config.seeds[0], config.seeds[0] + 1))
    at_once, seed_by_seed = (
        experiment.run(config, device="cpu"),
        seeds.run_seed_by_seed(experiment, config, device="cpu"),
    )
    assert seed_by_seed.attrs == at_once.attrs
    assert {k: v.dims for k, v in seed_by_seed.variables.items()} == {
        k: v.dims for k, v in at_once.variables.items()
    }
    xr.testing.assert_allclose(seed_by_seed, at_once, rtol=1e-4, atol=1e-6)


SMALL = {
    "phase-diagram": {"end": 100.0, "n": 16, "d": 4, "m": 6, "n_test": 20},
    "neurons": {"m": 4, "n": 6, "end": 0.1},
    "widths": {"widths": (8, 16), "end": 1.0},
    "deep-drift": {"steps": (0.002, 0.001), "sgd_end": 0.003, "points": 4},
    "grokking-line": {"end": 120},
    "grokking": {"p": 7, "h": 8, "end": 40},
    "grokking-causes": {"p": 7, "h": 8, "end": 40},
    "hierarchy": {"sizes": (128,), "steps": 100, "n_test": 20, "width": 8},
    "filters": {"n": 64, "n_test": 16, "steps": 20},
    "digits": {"hidden": 8, "steps": 20},
}


def test_the_device_may_change_from_one_part_to_the_next(tmp_path):
    """It is not part of the store's configuration."""
    config = dataclasses.replace(stopping.CONFIG, end=3.0)
    first = seeds.run_seed_by_seed(
        phase_diagram.EXPERIMENT, config, device="cpu", store=tmp_path / "store"
    )
    again = seeds.run_seed_by_seed(
        phase_diagram.EXPERIMENT, config, device="auto", store=tmp_path / "store"
    )
    xr.testing.assert_identical(first, again)


def test_a_damaged_state_of_an_unfinished_seed_is_named(tmp_path, monkeypatch):
    calls, plain = [], training.loop.measure

    def measure(*args, **how):
        calls.append(1)
        if len(calls) == STOP:
            raise KeyboardInterrupt
        return plain(*args, **how)

    monkeypatch.setattr(training.loop, "measure", measure)
    monkeypatch.setitem(training.train.__kwdefaults__, "save_every", 0.0)
    with pytest.raises(KeyboardInterrupt):
        seeds.run_seed_by_seed(phase_diagram.EXPERIMENT, stopping.CONFIG, store=tmp_path / "store")
    (state,) = (tmp_path / "store" / "seed-100").glob("*.npz")
    state.write_bytes(b"half")
    with pytest.raises(
        sweep.SweepError,
        match=rf"1 of 2 points failed; .*'seed': 100.*{state.name} is damaged .*delete",
    ):
        seeds.run_seed_by_seed(phase_diagram.EXPERIMENT, stopping.CONFIG, store=tmp_path / "store")
    for each in state.parent.glob("members-*"):
        each.unlink()
    found = seeds.run_seed_by_seed(
        phase_diagram.EXPERIMENT, stopping.CONFIG, store=tmp_path / "store"
    )
    undisturbed = seeds.run_seed_by_seed(
        phase_diagram.EXPERIMENT, stopping.CONFIG, store=tmp_path / "other"
    )
    xr.testing.assert_identical(found, undisturbed)
