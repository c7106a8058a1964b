"""Run `lazyrich run` on damaged stores, stores of other runs and full disks. Each message says what
to do, and nothing finished is lost.
"""

import dataclasses

import pytest
import torch
from commands import printed
from typer.testing import CliRunner

from lazyrich import models
from lazyrich.app import cli
from lazyrich.experiments import grokking, neurons, phase_diagram

SMALL = {
    "neurons": (neurons, {"m": 4, "n": 6, "end": 0.1}),  # a sweep, a member a file
    "grokking": (grokking, {"seeds": (0,), "end": 20}),  # an ensemble, chunks of members
}


@pytest.fixture(params=SMALL)
def small(request, tmp_path, monkeypatch):
    """Runs a small preset of an experiment, and gives its exit code and words; its store; its
    module.
    """
    module, change = SMALL[request.param]
    monkeypatch.setitem(
        module.PRESETS, "tiny", dataclasses.replace(module.PRESETS["tiny"], **change)
    )

    def run():
        ran = CliRunner().invoke(
            cli.app, ["run", request.param, "--device", "cpu", "--out", str(tmp_path)]
        )
        return ran.exit_code, "".join(ran.output.split())  # the console breaks lines where it likes

    return run, tmp_path / f"{request.param}-tiny", module


def _members(store):
    return {path: path.stat().st_mtime_ns for path in store.rglob("*.npz")}


def test_damage_is_named_and_what_is_whole_is_kept(small):
    run, store, _ = small
    assert run()[0] == 0
    first = _members(store)
    broken = min(first)
    content = broken.read_bytes()
    broken.write_bytes(content[: len(content) // 2])
    code, said = run()
    assert code == 1
    assert f"{broken}isdamaged" in said
    assert "delete" in said
    assert f"Whathasfinishediskeptin{store}" in said
    # Done as told: only that is computed again.
    told = said.split("delete")[1].split("tocompute")[0]
    (note,) = (path for path in store.rglob("*.json") if str(path).replace(" ", "") == told)
    note.unlink()
    assert run()[0] == 0
    again = _members(store)
    assert {path: again[path] for path in first if path != broken} == {
        p: t for p, t in first.items() if p != broken
    }


def test_a_store_of_another_configuration_is_left_as_it_is(small, monkeypatch):
    run, store, module = small
    assert run()[0] == 0
    before = _members(store)
    monkeypatch.setitem(module.PRESETS, "tiny", dataclasses.replace(module.PRESETS["tiny"], end=40))
    code, said = run()
    assert code == 1
    assert "differs" in said or "isofanotherrun" in said
    assert "--outnamesanotherfolder" in said
    assert _members(store) == before


def test_a_full_memory_says_what_to_lower_and_the_run_goes_on_with_room(tmp_path, monkeypatch):
    tiny = dataclasses.replace(phase_diagram.PRESETS["tiny"], m=4, n=8, d=3, n_test=5, end=20.0)
    monkeypatch.setitem(phase_diagram.PRESETS, "tiny", tiny)

    def full(*_, **__):
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 1 GiB")

    def one_sample(self, params, x, *, own_data=False, real=models.MLP.outputs):
        return real(self, params, x, own_data=own_data) if x.shape[-2] == 1 else full()

    command = ["run", "phase-diagram", "--device", "cpu", "--out", str(tmp_path)]
    with monkeypatch.context() as patch:
        patch.setattr(models.MLP, "outputs", one_sample)
        ran = CliRunner().invoke(cli.app, command)
        assert ran.exit_code == 1
        said = " ".join(ran.output.split())
        assert "one member does not fit into the memory of cpu" in said
        assert "Lower the number of samples, the widths" in said
        patch.setattr(models.MLP, "outputs", full)
        ran = CliRunner().invoke(cli.app, command)
        assert ran.exit_code == 1
        assert "one member does not fit into the memory of cpu" in " ".join(ran.output.split())
        patch.setattr(
            phase_diagram.datasets, "teacher_student", full
        )  # before there is anything to keep
        ran = CliRunner().invoke(cli.app, [*command[:-1], str(tmp_path / "new")])
        assert ran.exit_code == 1
        assert "run it on a larger machine" in " ".join(ran.output.split())
    printed(cli.app, command)
