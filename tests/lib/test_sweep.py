"""Check sweeps: the final store is the same however often they are killed and however many
processes share them, and nothing finished is ever lost.
"""

import concurrent.futures
import errno
import json
import os
import platform
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import sweeping
import xarray as xr
from patience import until
from sweeping import AXES

from lazyrich import sweep
from lazyrich.sweep import locks, store

CONFIG = {"size": 5}


def files(store):
    """Return the bytes of every file in a store, except claims and leftovers of a kill."""
    members = {
        p.name: p.read_bytes()
        for p in (store / "members").iterdir()
        if p.suffix in (".npz", ".json")
    }
    return {
        "sweep.json": (store / "sweep.json").read_bytes(),
        **{k: v for k, v in members.items() if k[0] != "."},
    }


def expected(axes=AXES):
    return np.array(
        [
            [sweeping.point(tau, seed, **CONFIG)["loss"] for seed in axes["seed"]]
            for tau in axes["tau"]
        ]
    )


def start(store, script=sweeping.__file__):
    # A group of its own, so that a kill takes the whole of it.
    command = [sys.executable, script, str(store)]
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )


@pytest.mark.parametrize(
    "pool", [None, concurrent.futures.ThreadPoolExecutor, concurrent.futures.ProcessPoolExecutor]
)
def test_a_grid_gives_a_labeled_table_whatever_the_executor(pool, tmp_path):
    if pool is None:
        table = sweep.run(sweeping.point, AXES, tmp_path, config=CONFIG)
    else:
        with pool(2) as executor:
            table = sweep.run(sweeping.point, AXES, tmp_path, config=CONFIG, executor=executor)
    assert table["loss"].dims == ("tau", "seed", "loss_0")
    assert np.array_equal(table["loss"], expected())
    assert table["end"].sel(tau=0.5, seed=3) == 0.5 * sweeping.point(1.0, 3, 5)["loss"][-1]
    assert not list(tmp_path.rglob("*.claim"))


def test_a_dataset_keeps_its_dimensions_and_coordinates(tmp_path):
    def measured(tau):
        return xr.Dataset(
            {"S": ("t", tau * np.arange(3.0)), "who": ((), "me")}, {"t": [0, 10, 100]}
        )

    table = sweep.run(measured, {"tau": [1.0, 2.0]}, tmp_path)
    assert float(table["S"].sel(tau=2.0, t=100)) == 4.0
    assert table["who"].values.tolist() == ["me", "me"]


def test_training_runs_are_points_like_others(tmp_path):
    axes = {"delta": [-1.0, 1.0], "seed": [3]}
    with sweep.pool(1) as executor:
        table = sweep.run(sweeping.trained, axes, tmp_path, executor=executor)
    assert table["train_loss"].dims == ("delta", "seed", "t")
    here = sweeping.trained(1.0, 3)
    assert np.allclose(table["train_loss"].sel(delta=1.0, seed=3), here["train_loss"], rtol=1e-9)
    with pytest.raises(ValueError, match="workers: expected a whole number >= 1"):
        sweep.pool(0)


GLIBC = platform.libc_ver()[0] == "glibc"


@pytest.mark.skipif(not GLIBC, reason="only glibc gives memory back at once")
def test_a_worker_keeps_the_memory_of_large_tensors():
    """Once there is room, tensors that come and go need no new pages."""
    with sweep.pool(1) as executor:
        first, second = (executor.submit(sweeping.pages_cleared, 20).result() for _ in range(2))
    assert first >= sweeping.PAGES > second


def test_a_point_may_keep_what_it_is_at_in_a_folder_of_its_own(tmp_path):
    """The folder has a readable name; there is none where the worker does not see the store."""
    table = sweep.run(
        sweeping.remembering, {"tau": [0.1, 1.0], "seed": [1]}, tmp_path, config=CONFIG
    )
    assert table["where"].values.tolist() == [["tau-0.1-seed-1"], ["tau-1.0-seed-1"]]
    assert (tmp_path / "tau-0.1-seed-1" / "half").exists()
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        table = sweep.run(
            sweeping.remembering,
            {"tau": [2.0], "seed": [1]},
            tmp_path,
            config=CONFIG,
            executor=sweeping.Blind(pool),
        )
    assert table["where"].values.tolist() == [["None"]]

    def named(who, checkpoint):
        return {"where": np.array(checkpoint.parent.name), "name": np.array(checkpoint.name)}

    table = sweep.run(named, {"who": ["../up"]}, tmp_path / "b")
    assert (str(table["where"][0].values), str(table["name"][0].values)) == (
        "b",
        sweep.key({"who": "../up"}),
    )


def test_arguments_that_change_no_result_may_change(tmp_path):
    def computed(tau, device):
        return {"x": np.array(tau), "where": np.array(device)}

    for taus, device in (([1.0], "cpu"), ([1.0, 2.0], "gpu")):
        table = sweep.run(computed, {"tau": taus}, tmp_path, how={"device": device})
    assert table["where"].values.tolist() == ["cpu", "gpu"]


def test_what_is_there_is_not_computed_again_and_the_grid_may_grow(tmp_path):
    calls = []

    def counted(tau, seed):
        calls.append((tau, seed))
        return {"x": tau}

    sweep.run(counted, {"tau": [1.0, 2.0], "seed": [1]}, tmp_path)
    sweep.run(counted, {"tau": np.array([1.0, 2.0, 3.0]), "seed": [1]}, tmp_path)
    assert calls == [(1.0, 1), (2.0, 1), (3.0, 1)]
    assert sweep.missing(tmp_path, {"tau": [1.0, 4.0], "seed": [1]}) == [{"tau": 4.0, "seed": 1}]
    with pytest.raises(ValueError, match=r"1 of 2 points are missing, the first \{'tau': 4.0"):
        sweep.load(tmp_path, {"tau": [1.0, 4.0], "seed": [1]})


@pytest.mark.parametrize("kills", [5, pytest.param(25, marks=pytest.mark.slow)])
def test_killed_at_random_moments_it_ends_with_the_same_store(kills, tmp_path):
    sweep.run(sweeping.slow_point, AXES, tmp_path / "undisturbed", config=CONFIG)
    store, rng, seen, made = tmp_path / "killed", random.Random(kills), set(), 0

    def there():
        return len(list((store / "members").glob("[!.]*.json")))

    for _ in range(
        10 * kills
    ):  # some end before they are killed, on a machine that is busy with other things
        if made == kills:
            break
        if store.exists() and (there() > 8 or rng.random() < 3 / kills):
            shutil.rmtree(store)
        process = start(store)
        assert process.stdout.readline() == "started\n"
        goal = there() + rng.randrange(3)
        until(lambda goal=goal, process=process: there() >= goal or process.poll() is not None)
        time.sleep(rng.uniform(0.0, 0.05))  # noqa: TID251 (killed at any moment)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if process.returncode == -signal.SIGKILL:
            made += 1
            seen.add(there())
    assert made == kills
    process = start(store)
    assert "finished" in process.communicate()[0]
    assert seen - {0, 12}, f"the kills came at no interesting moments: {seen}"
    ours, theirs = files(store), files(tmp_path / "undisturbed")
    # The function's name is that of the process's main module in one of them.
    assert (
        json.loads(ours.pop("sweep.json"))["config"]
        == json.loads(theirs.pop("sweep.json"))["config"]
    )
    assert ours == theirs
    assert not list(store.rglob("*.claim"))


def test_several_processes_share_one_grid(tmp_path):
    """Each point is computed by one process; all wait until every point is done."""
    log = tmp_path / "log"
    script = tmp_path / "shared.py"
    script.write_text(
        "import sys, os, time\n"
        f"sys.path.insert(0, {str(Path(sweeping.__file__).parent)!r})\n"
        "import sweeping\nfrom lazyrich import sweep\n"
        "def point(tau, seed, size):\n"
        f"    with open({str(log)!r}, 'a') as file: file.write(f'{{os.getpid()}} {{tau}} "
        f"{{seed}}\\n')\n"
        # nobody ends a first point before the other has begun one
        f"    while len({{line.split()[0] for line in open({str(log)!r})}}) < 2: time.sleep(0.01)\n"
        "    return sweeping.point(tau, seed, size)\n"
        "sweep.run(point, sweeping.AXES, sys.argv[1], config={'size': 5})\n"
    )
    both = [start(tmp_path / "store", script) for _ in range(2)]
    until(lambda: any(process.poll() for process in both) or all(p.poll() == 0 for p in both), 300)
    ended = [process.poll() for process in both]
    for process in both:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
    assert ended == [0, 0], [process.communicate()[0] for process in both]
    for process in both:
        process.stdout.close()
    lines = [line.split() for line in log.read_text().splitlines()]
    assert sorted(line[1:] for line in lines) == sorted(
        [str(t), str(s)] for t in AXES["tau"] for s in AXES["seed"]
    )
    assert len({line[0] for line in lines}) == 2
    assert np.array_equal(sweep.load(tmp_path / "store", AXES)["loss"], expected())


@pytest.mark.parametrize("config", [{}, {"size": 5}])
def test_a_store_that_another_process_makes_meanwhile_is_shared(config, tmp_path, monkeypatch):
    """The other process comes between the look for a note and the look for other files, or between
    that and the note; if its sweep is another one, the second is refused.
    """
    for moment in ("iterdir", "mkdir"):
        root, real = tmp_path / moment, getattr(Path, moment)
        root.mkdir()

        def meanwhile(path, *args, real=real, moment=moment, **named):
            with monkeypatch.context() as before:
                before.setattr(Path, moment, real)
                store.open_store(root, sweeping.point, CONFIG)  # noqa: B023
            return real(path, *args, **named)

        with monkeypatch.context() as patched:
            patched.setattr(Path, moment, meanwhile)
            if config == CONFIG:
                store.open_store(root, sweeping.point, config)
            else:
                with pytest.raises(ValueError, match="its config differs in size"):
                    store.open_store(root, sweeping.point, config)
        assert json.loads((root / "sweep.json").read_text())["config"] == CONFIG


def claim_of(store, **owner):
    name = sweep.key({"tau": 0.1, "seed": 1})
    (store / "members").mkdir(parents=True, exist_ok=True)
    path = store / "members" / f"{name}.claim"
    path.write_text(json.dumps(owner))
    return path


def test_claims_of_the_dead_and_of_the_silent_are_taken_over(tmp_path):
    """A process that has ended on this machine loses its claim at once; one on another machine,
    when its claim has not been renewed for a long time.
    """
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    import socket

    claim_of(tmp_path / "a", host=socket.gethostname(), pid=gone.pid, born="1", token="x")
    assert (
        sweep.run(
            sweeping.point, {"tau": [0.1], "seed": [1]}, tmp_path / "a", config=CONFIG, stale=1e6
        )["end"].size
        == 1
    )
    path = claim_of(tmp_path / "b", host="elsewhere", pid=1, born="1", token="x")
    os.utime(path, (time.time() - 100, time.time() - 100))
    assert (
        sweep.run(
            sweeping.point, {"tau": [0.1], "seed": [1]}, tmp_path / "b", config=CONFIG, stale=50.0
        )["end"].size
        == 1
    )
    assert not path.exists()


def test_a_living_claim_is_waited_for(tmp_path, monkeypatch):
    path = claim_of(tmp_path, host="elsewhere", pid=1, born="1", token="x")
    waited = sweeping.instead_of_sleeping(monkeypatch, path.unlink)
    sweep.run(sweeping.point, {"tau": [0.1], "seed": [1]}, tmp_path, config=CONFIG, stale=1e6)
    assert waited == [1.0]


def test_one_claim_has_one_owner_however_many_ask(tmp_path):
    """Forty threads try to take a stale claim; one gets it."""
    path = claim_of(tmp_path, host="elsewhere", pid=1, born="1", token="x")
    os.utime(path, (0, 0))
    several = [locks.Claim(tmp_path, path.stem, 50.0) for _ in range(40)]
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        won = list(pool.map(lambda claim: claim.take(), several))
    assert sum(won) == 1
    several[won.index(True)].release()
    assert list((tmp_path / "members").iterdir()) == []


def test_without_hard_links_claims_hold_too(tmp_path, monkeypatch):
    def none(*_):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    (tmp_path / "members").mkdir()
    first, second = (locks.Claim(tmp_path, "point", 50.0) for _ in range(2))
    assert first.take()
    assert not second.take()
    first.release()
    assert second.take()
    second.release()


def test_a_full_disk_loses_nothing_that_is_written(tmp_path, monkeypatch):
    real, room = os.replace, 8  # four points of two files each

    def full_after(source, target):
        nonlocal room
        room -= 1
        if room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, target)

    monkeypatch.setattr(os, "replace", full_after)
    with pytest.raises(sweep.SweepError, match=r"8 of 12 points failed; .*No space left on device"):
        sweep.run(sweeping.point, AXES, tmp_path, config=CONFIG)
    assert len(sweep.missing(tmp_path, AXES)) == 8
    assert not list(tmp_path.rglob(".*"))
    monkeypatch.setattr(os, "replace", real)
    assert np.array_equal(
        sweep.run(sweeping.point, AXES, tmp_path, config=CONFIG)["loss"], expected()
    )


@pytest.mark.parametrize("pool", [None, concurrent.futures.ProcessPoolExecutor])
def test_a_point_that_fails_loses_no_other(pool, tmp_path):
    executor = pool(2) if pool else None
    with pytest.raises(
        sweep.SweepError,
        match=r"1 of 12 points failed; .*'tau': 0.5, 'seed': 2.*the weights overflow",
    ) as error:
        sweep.run(sweeping.failing, AXES, tmp_path, config=CONFIG, executor=executor)
    if executor:
        executor.shutdown()
    ((point, text),) = error.value.failures
    assert point == {"tau": 0.5, "seed": 2}
    assert "FloatingPointError" in text
    assert sweep.missing(tmp_path, AXES) == [point]


def test_a_worker_that_dies_is_told_and_what_is_done_stays(tmp_path):
    with (
        concurrent.futures.ProcessPoolExecutor(1) as executor,
        pytest.raises(
            sweep.SweepError, match=r"a worker process died .*fewer workers.*run again to resume"
        ),
    ):
        sweep.run(sweeping.dying, AXES, tmp_path, config=CONFIG, executor=executor, at_a_time=1)
    assert len(sweep.missing(tmp_path, AXES)) == 4


def test_damage_is_named_and_only_that_point_is_computed_again(tmp_path):
    sweep.run(sweeping.point, AXES, tmp_path, config=CONFIG)
    whole = files(tmp_path)
    name = sweep.key({"tau": 0.5, "seed": 2})
    note, array = (tmp_path / "members" / f"{name}{suffix}" for suffix in (".json", ".npz"))
    other = tmp_path / "members" / f"{sweep.key({'tau': 0.5, 'seed': 3})}.json"

    def put_back(path):
        path.write_bytes(whole[path.name])

    def again():
        return sweep.run(sweeping.point, AXES, tmp_path, config=CONFIG)

    array.write_bytes(whole[array.name][:-9])
    with pytest.raises(
        ValueError, match=rf"{name}\.npz is damaged \(its checksum differs\); delete .*{name}\.json"
    ):
        again()
    put_back(array)
    note.write_bytes(other.read_bytes())
    with pytest.raises(ValueError, match=r"is the result of another point, .*'seed': 3"):
        again()
    note.write_text("[1")
    with pytest.raises(ValueError, match=rf"{name}\.json is damaged"):
        again()
    note.write_text("[1]")
    with pytest.raises(ValueError, match=rf"{name}\.json is damaged"):
        again()
    put_back(note)
    array.unlink()
    with pytest.raises(ValueError, match=rf"{name}\.npz is missing"):
        again()
    note.unlink()
    again()
    assert files(tmp_path) == whole


def test_stores_of_others_are_refused(tmp_path):
    sweep.run(sweeping.point, AXES, tmp_path / "a", config=CONFIG)
    sweep.run(
        lambda tau, seed, a: {"x": tau},
        {"tau": [1.0], "seed": [1]},
        tmp_path / "c",
        config={"a": {"b": 1, "c": 2}},
    )
    with pytest.raises(ValueError, match=r"belongs to another sweep .its config differs in a\.b\)"):
        sweep.run(
            lambda tau, seed, a: {"x": tau},
            {"tau": [1.0], "seed": [1]},
            tmp_path / "c",
            config={"a": {"b": 3, "c": 2}},
        )
    with pytest.raises(ValueError, match=r"belongs to another sweep .its config differs in size"):
        sweep.run(sweeping.point, AXES, tmp_path / "a", config={"size": 6})
    with pytest.raises(ValueError, match=r"its function is sweeping\.point, not sweeping\.failing"):
        sweep.run(sweeping.failing, AXES, tmp_path / "a", config=CONFIG)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "thesis.tex").write_text("precious")
    with pytest.raises(ValueError, match=r"holds other files and no sweep\.json"):
        sweep.run(sweeping.point, AXES, tmp_path / "b", config=CONFIG)
    with pytest.raises(ValueError, match="is not the store of a sweep"):
        sweep.load(tmp_path / "b", AXES)
    (tmp_path / "a" / "sweep.json").write_bytes(b"\xff")
    with pytest.raises(ValueError, match=r"sweep\.json is damaged"):
        sweep.run(sweeping.point, AXES, tmp_path / "a", config=CONFIG)


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"axes": {}}, "axes: expected at least one name"),
        ({"axes": {"tau": []}}, r"axes\['tau'\]: expected at least one value"),
        ({"axes": {"tau": [1.0, 1.0]}}, r"axes\['tau'\]: expected each value once"),
        ({"axes": {"tau": "abc"}}, r"axes\['tau'\]: expected a list of values"),
        ({"axes": {"tau": [[1]]}}, r"axes\['tau'\]: expected numbers or text"),
        ({"axes": {"tau": [1.0], "sed": [1]}}, "function: point cannot be called with .*sed"),
        ({"config": {"size": 5, "tau": 1}}, "config: tau is also an axis; name it once"),
        ({"how": {"size": 5}}, "how: size is also in axes or config; name it once"),
        ({"config": {"size": {1, 2}}}, "config: expected plain data"),
        ({"stale": 0.0}, "stale: expected one number > 0"),
        (
            {"function": lambda tau, seed, size: 3},
            "1 of 1 points failed.*expected it to return a dictionary of arrays",
        ),
        (
            {"function": lambda tau, seed, size: {"x": object()}},
            "expected 'x' to be an array of numbers or text, got dtype object",
        ),
    ],
)
def test_bad_input_is_named(change, part, tmp_path):
    settings = {
        "function": sweeping.point,
        "axes": {"tau": [1.0], "seed": [1]},
        "store": tmp_path,
        "config": CONFIG,
    }
    with pytest.raises((ValueError, sweep.SweepError), match=part):
        sweep.run(**(settings | change))


def test_results_of_unlike_shapes_are_told(tmp_path):
    with pytest.raises(ValueError, match="differ in names or shapes"):
        sweep.run(lambda n: {"x": np.zeros(n)}, {"n": [1, 2]}, tmp_path)


@pytest.mark.slow
def test_a_cluster_is_an_executor_like_any_other(tmp_path):
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
        client.get_executor() as executor,
    ):
        table = sweep.run(sweeping.point, AXES, tmp_path, config=CONFIG, executor=executor)
    assert np.array_equal(table["loss"], expected())
