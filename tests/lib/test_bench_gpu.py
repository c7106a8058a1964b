"""Rehearse the GPU benchmarks on a machine without a GPU."""

import contextlib
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parents[2]
PARTS = ["tests", "steps", "diagram", "grid", "transformer", "widths"]


@pytest.fixture
def gpu():
    """tests/bench/gpu.py as a module."""
    spec = importlib.util.spec_from_file_location("gpu", ROOT / "tests" / "bench" / "gpu.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["gpu"] = module
    try:
        spec.loader.exec_module(module)
        yield module
    finally:
        del sys.modules["gpu"]


def test_a_part_that_fails_or_takes_too_long_does_not_stop_the_others(gpu, monkeypatch, capsys):
    def endless(setting):
        gpu.say("the first line")
        while True:
            torch.ones(3).sum()

    def deaf(setting):
        with contextlib.suppress(gpu.OutOfTime):  # as in a callback that lets no error out
            endless(setting)
        endless(setting)

    def broken(setting):
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    parts = {
        "one": (endless, 0.2),
        "two": (broken, 9),
        "three": (lambda setting: None, 9),
        "four": (deaf, 0.2),
    }
    monkeypatch.setattr(gpu, "PARTS", parts)
    assert gpu.main(list(parts), gpu.Setting("cpu", False)) == 1
    text = capsys.readouterr().out
    assert "cpu; PyTorch" in text
    assert "A rehearsal" in text
    assert "the first line\none: stopped at its bound" in text
    assert "RuntimeError: CUDA error: an illegal memory access" in text
    assert "two: failed" in text
    assert "three: done" in text
    assert "four: stopped at its bound" in text


def test_what_all_parts_take_is_bounded_together(gpu, monkeypatch, capsys):
    """Eight minutes including the start; a part that would begin later only says so."""
    assert list(gpu.PARTS) == PARTS
    assert sum(bound for _, bound in gpu.PARTS.values()) <= gpu.ALL_TOGETHER < 8 * 60
    monkeypatch.setattr(gpu, "ALL_TOGETHER", -1.0)
    monkeypatch.setattr(gpu, "PARTS", {"steps": gpu.PARTS["steps"]})
    assert gpu.main(["steps"], gpu.Setting("cpu", False)) == 0
    assert "steps: stopped at its bound" in capsys.readouterr().out


def test_the_share_of_the_peak_is_that_of_the_card_by_name(gpu):
    assert gpu.share("NVIDIA H100 80GB HBM3", torch.float64, 33.5e12) == "50.0%"
    assert gpu.share("NVIDIA H100 PCIe", torch.float32, 5.1e12) == "10.0%"
    assert gpu.share("NVIDIA H100 80GB HBM3 MIG 1g.10gb", torch.float32, 1e12) == "unknown card"


def test_make_bench_leaves_it_to_make_bench_gpu():
    bench, alone = (
        subprocess.run(
            ["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for target in ("bench", "bench-gpu")
    )
    assert "tests/bench/one_neuron.py" in bench
    assert "gpu.py" not in bench
    assert "python tests/bench/gpu.py" in alone


def test_what_cannot_be_run_is_said_before_anything_runs(gpu, monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit):
        gpu.read([])
    assert "no CUDA device on this machine; rehearse with --tiny --device cpu" in (
        capsys.readouterr().err
    )
    with pytest.raises(SystemExit):
        gpu.read(["--device", "cpu", "stepps"])
    assert "no part stepps; there are tests, steps, diagram" in capsys.readouterr().err
    assert gpu.read(["--device", "cpu", "--tiny"]) == (PARTS, gpu.Setting("cpu", True))


@pytest.mark.slow
def test_all_of_it_is_rehearsed_on_a_cpu():
    command = [sys.executable, "tests/bench/gpu.py", "--tiny", "--device", "cpu"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout
    for part in PARTS:
        assert f"\n{part}: done" in found.stdout, found.stdout
    assert "| 6 | float64 |" in found.stdout
    assert "seeds in" in found.stdout
