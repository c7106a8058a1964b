"""Time training on a GPU, steps launched from Python beside steps captured as a graph.

`python tests/bench/gpu.py [part ...] [--device cuda] [--tiny]` (`make bench-gpu`)

Parts: tests, steps, diagram, grid, transformer, widths (all if none is named; at most eight minutes
together). Each has a bound in seconds, stops there, and prints what it has as it goes. A part that
fails says why, and the others follow. `--tiny --device cpu` rehearses all of it in a minute on any
machine; its figures mean nothing."""

import argparse
import contextlib
import signal
import subprocess
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch
import xarray as xr

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "lib"))
import paper_grid  # noqa: E402

from lazyrich import datasets, models  # noqa: E402
from lazyrich.experiments import phase_diagram, widths  # noqa: E402
from lazyrich.training import GD, AdamW, train  # noqa: E402
from lazyrich.training import loop as loop_module  # noqa: E402

ALL_TOGETHER = 470  # seconds
# Tflop/s without sparsity: float32 without TF32, float64 by tensor cores, which cuBLAS uses.
# Source: NVIDIA's data sheets of the H100 (SXM, PCIe, NVL), H200 and A100.
PEAKS = {
    "NVIDIA H100 80GB HBM3": {torch.float32: 67, torch.float64: 67},
    "NVIDIA H100 PCIe": {torch.float32: 51, torch.float64: 51},
    "NVIDIA H100 NVL": {torch.float32: 60, torch.float64: 60},
    "NVIDIA H200": {torch.float32: 67, torch.float64: 67},
    "NVIDIA A100-SXM4-40GB": {torch.float32: 19.5, torch.float64: 19.5},
    "NVIDIA A100-SXM4-80GB": {torch.float32: 19.5, torch.float64: 19.5},
    "NVIDIA A100 80GB PCIe": {torch.float32: 19.5, torch.float64: 19.5},
}


class OutOfTime(Exception):
    """A part has reached its bound."""


@dataclass(frozen=True)
class Setting:
    """Where to compute, and whether only to rehearse."""

    device: str
    tiny: bool

    def card(self) -> str:
        """The device's name."""
        if torch.device(self.device).type != "cuda":
            return self.device
        return torch.cuda.get_device_name(self.device)

    def wait(self) -> None:
        """Wait until the device has done all."""
        if torch.device(self.device).type == "cuda":
            torch.cuda.synchronize(self.device)

    def seconds(self, function: Callable, *arguments: Any, **settings: Any) -> tuple[float, Any]:
        """How long a call takes until the device has done it, and what it returns."""
        self.wait()
        began = time.perf_counter()
        found = function(*arguments, **settings)
        self.wait()
        return time.perf_counter() - began, found


def say(*words: object) -> None:
    """Print a line at once."""
    print(*words, flush=True)


@contextlib.contextmanager
def bounded(seconds: float) -> Iterator[None]:
    """Raise OutOfTime after so many seconds, and again: a callback may have swallowed the first."""
    if seconds <= 0:
        raise OutOfTime

    def stop(number: int, frame: object) -> None:
        raise OutOfTime

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds, min(seconds, 1.0))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def launched() -> Any:
    """Launch every step from Python while this context lasts."""
    return mock.patch.object(loop_module, "capture_on", return_value=None)


def share(card: str, dtype: torch.dtype, operations: float) -> str:
    """Say which share of the card's peak so many operations a second are."""
    if card not in PEAKS:
        return "unknown card"
    return f"{operations / (1e12 * PEAKS[card][dtype]):.1%}"


def tests(setting: Setting) -> None:
    """Run `pytest -m gpu`, of the files that have such tests."""
    files = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if "pytest.mark.gpu" in path.read_text(encoding="utf-8")
    ]
    command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", *files]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    say("\n".join(found.stdout.splitlines()[-40:] if found.returncode else ""))
    say(f"pytest -m gpu: {(found.stdout.splitlines() or [found.stderr[-500:]])[-1]}")
    if found.returncode:
        raise RuntimeError(f"pytest ended with {found.returncode}")


def steps(setting: Setting) -> None:
    """A step of descent at the paper's size, in both precisions.

    The operations are those of the two products that no method can do without, 2 x 2 n d m each
    network."""
    n, d, m = (20, 5, 4) if setting.tiny else (1000, 100, 50)
    network, task = models.MLP((d, m, 1)), datasets.teacher_student(100, n=n, d=d, m=m, n_test=0)
    say("| networks | precision | launched, ms | captured, ms | ratio | Tflop/s | share of peak |")
    say("|---|---|---|---|---|---|---|")
    for members in (3, 6) if setting.tiny else (96, 4624):
        drawn = [network.init(seed) for seed in range(min(members, 96))]
        start = models.stack([drawn[i % len(drawn)] for i in range(members)])
        for dtype in (torch.float32, torch.float64):
            here = {name: p.to(dtype) for name, p in start.items()}
            one, other = (
                step_seconds(setting, network, here, task.data.to(dtype), captured)
                for captured in (False, True)
            )
            fast = 4 * n * d * m * members / (other or one)
            say(
                f"| {members} | {str(dtype).removeprefix('torch.')} | {1e3 * one:.3f} | "
                + (f"{1e3 * other:.3f} | {one / other:.2f}" if other else "not captured | ")
                + f" | {fast / 1e12:.3g} | {share(setting.card(), dtype, fast)} |"
            )


def step_seconds(
    setting: Setting, network: models.Network, start: dict, data: datasets.Data, captured: bool
) -> float | None:
    """Seconds a step, without what comes before and after; None if it was not captured."""
    run = loop_module._Run.checked(
        network,
        start,
        data,
        GD(1e-3),
        [0],
        "mse",
        ("train_loss",),
        None,
        None,
        setting.device,
        None,
    )
    members = run.members(0, len(run.flat))
    state = run.rule.begin(members, run.flat.to(run.device))
    capture = loop_module.capture_on(run.device) if captured else None
    mover, count = run.rule.mover(members, state, capture), 20 if setting.tiny else 400
    mover.advance(0, 150)  # captured after a hundred
    if captured and not mover.replayed:
        return None
    return setting.seconds(mover.advance, 150, 150 + count)[0] / count


def diagram(setting: Setting) -> None:
    """The 17 x 17 x 16 diagram by flow to 1e6, one seed and then four at a time, the first four
    beside the result that ships; before it the small one, whose steps are captured."""
    live = phase_diagram.PRESETS["tiny" if setting.tiny else "live"]
    with launched():
        setting.seconds(phase_diagram.run, live, device=setting.device)  # loads the libraries
        plain, _ = setting.seconds(phase_diagram.run, live, device=setting.device)
    taken, _ = setting.seconds(phase_diagram.run, live, device=setting.device)
    say(f"small diagram by flow: launched {plain:.1f} s, captured {taken:.1f} s")
    big = phase_diagram.PRESETS["tiny" if setting.tiny else "paper-flow"]
    seeds, total, gradients = big.seeds if setting.tiny else paper_grid.PAPER.seeds, 0.0, 0
    alone = replace(big, seeds=seeds[:1])
    taken, _ = setting.seconds(phase_diagram.run, alone, device=setting.device)
    say(f"diagram by flow to {big.end:g}: one seed alone in {taken:.1f} s")
    for k in range(0, len(seeds), 4):
        some = seeds[k : k + 4]
        taken, found = setting.seconds(
            phase_diagram.run, replace(big, seeds=some), device=setting.device
        )
        total, gradients = total + taken, gradients + int(found["evaluations"].sum())
        done = k + len(some)
        say(
            f"diagram by flow to {big.end:g}: {done} of {len(seeds)} seeds in {total:.1f} s, "
            f"{gradients} gradients; all in {total * len(seeds) / done:.0f} s"
        )
        if some == big.seeds and not setting.tiny:
            beside_shipped(found)


def beside_shipped(found: xr.Dataset) -> None:
    """Say how far a result is from the one that ships, which a CPU computed."""
    shipped, _ = phase_diagram.load("phase_diagram_paper_flow.nc")
    for name in ("kernel_distance", "test_loss"):
        gap = np.abs(found[name].values - shipped[name].values)
        gap_of_means = np.abs(
            (found[name] - shipped[name].assign_coords(t=found["t"])).mean("seed")
        )
        say(
            f"{name} beside the result that ships: largest gap {gap.max():.2g}, half of all below "
            f"{np.median(gap):.1g}; of the means over seeds {float(gap_of_means.max()):.2g}"
        )


def grid(setting: Setting) -> None:
    """The paper's grid by its own descent to step 1e4, float32, a seed at a time."""
    tau, delta = paper_grid.everywhere()
    last, places = (2, slice(0, None, 200)) if setting.tiny else (10_000, slice(None))
    at = [step for step in paper_grid.PUBLISHED if step <= last] or [last]

    def one(seed: int, until: list[int]) -> dict[str, np.ndarray]:
        return paper_grid.seed_maps(
            seed, until, tau[places], delta[places], "float32", device=setting.device
        )

    seeds, short = paper_grid.PAPER.seeds[: 1 if setting.tiny else None], [at[0] * 10]
    with launched():
        one(seeds[0], at[:1])
        plain, _ = setting.seconds(one, seeds[0], short)
    taken, _ = setting.seconds(one, seeds[0], short)
    say(f"one seed to step {short[0]}: launched {plain:.1f} s, captured {taken:.1f} s")
    found, total = [], 0.0
    for k, seed in enumerate(seeds, 1):
        taken, maps = setting.seconds(one, seed, at)
        total, found = total + taken, [*found, maps]
        say(
            f"grid by descent to step {at[-1]}: {k} of {len(seeds)} seeds in {total:.1f} s; "
            f"all in {total * len(seeds) / k:.0f} s"
        )
    means = [np.mean([maps[name] for maps in found], axis=0) for name in paper_grid.METRICS]
    for i, step in enumerate(at):
        cells = " | ".join(f"{values[i]:.5g}" for values in paper_grid.extremes(means))
        say(f"| {step} | {cells} |")


def transformer(setting: Setting) -> None:
    """Addition modulo 23 by transformers over scales of embedding and unembedding: when they
    grok."""
    p, end, every = (5, 20, 10) if setting.tiny else (23, 6000, 100)
    size = {"width": 8, "heads": 2, "hidden": 8} if setting.tiny else {}
    network = models.Transformer(p + 1, 3, p, **size)
    scales = (0.5, 2.0) if setting.tiny else (0.25, 0.5, 1.0, 2.0, 4.0)
    factors = {"embed": np.array(scales)[:, None], "unembed": np.array(scales)}
    start = models.scale_layers(network.init(0, dtype=torch.float32), factors)
    sums = datasets.modular(p, fraction=0.65, equals=True)
    rule = AdamW(1e-3, betas=(0.9, 0.98), decay=1.0)

    def run(times: Any, **settings: Any) -> Any:
        return train(
            network, start, sums, rule, times=times, loss="cross_entropy", device=setting.device,
            **settings,
        )  # fmt: skip

    few = 10 if setting.tiny else 600
    run([2], capture=False)
    plain, taken = (setting.seconds(run, [few], capture=c)[0] for c in (False, True))
    say(
        f"{start['unembed.W'].shape[0] ** 2} transformers, {few} steps: launched {plain:.2f} s, "
        f"captured {taken:.2f} s"
    )
    metrics = ("train_accuracy", "test_accuracy")
    taken, found = setting.seconds(run, np.arange(0, end + 1, every), metrics=metrics)
    known = found["test_accuracy"] >= 0.95
    grok = np.where(known.any(axis=-1), found.times[known.argmax(axis=-1)], np.inf)
    say(f"to step {end} in {taken:.1f} s; first step at which 95% of the other sums are right,")
    say(f"embedding {scales} down, unembedding across:\n{grok}")


def wide(setting: Setting) -> None:
    """Widths from 2^5 to 2^14 along the flow, two at a time; then the exponents of S."""
    base = replace(widths.PRESETS["tiny" if setting.tiny else "teaching"], end=1.0)
    base = base if setting.tiny else replace(base, end=100.0)
    found, pairs = [], [(2**k, 2 ** (k + 1)) for k in range(5, 8 if setting.tiny else 15, 2)]
    with launched():
        widths.run(replace(base, widths=pairs[0], end=0.1), device=setting.device)
        plain, _ = setting.seconds(
            widths.run, replace(base, widths=pairs[0]), device=setting.device
        )
        say(f"widths {pairs[0]}: launched {plain:.1f} s")
    for pair in pairs:
        taken, one = setting.seconds(widths.run, replace(base, widths=pair), device=setting.device)
        found.append(one)
        say(f"widths {pair}: {taken:.1f} s")
    every = xr.concat(found, "m", combine_attrs="override")
    mean, error = widths.exponents(every)
    for name in mean["name"].values:
        say(
            f"exponent of S in the width, {name}: {float(mean.sel(name=name)):.2f} "
            f"+- {float(error.sel(name=name)):.1g}"
        )


# Name -> what it does, and its bound in seconds.
PARTS: dict[str, tuple[Callable[[Setting], None], float]] = {
    "tests": (tests, 50),
    "steps": (steps, 45),
    "diagram": (diagram, 180),
    "grid": (grid, 90),
    "transformer": (transformer, 45),
    "widths": (wide, 60),
}


def main(parts: list[str], setting: Setting) -> int:
    """Run parts one after the other; give the number of those that failed."""
    warnings.showwarning = lambda message, *_, **__: say(f"warning: {message}")
    say(f"{setting.card()}; PyTorch {torch.__version__}, CUDA {torch.version.cuda}")
    if setting.tiny or torch.device(setting.device).type != "cuda":
        say("A rehearsal: no figure below means anything, and on a CPU nothing is captured.")
    began, failed = time.perf_counter(), 0
    slack = 20 if setting.tiny else 1  # a rehearsal may take its time on a busy machine
    for part in parts:
        function, bound = PARTS[part]
        bound = slack * min(bound, ALL_TOGETHER - (time.perf_counter() - began) / slack)
        say(f"\n## {part} (at most {max(bound, 0):.0f} s)\n")
        start = time.perf_counter()
        try:
            with bounded(bound):
                function(setting)
            end = "done"
        except OutOfTime:
            end = "stopped at its bound; the lines above say how far it came"
        except Exception:
            traceback.print_exc(file=sys.stdout)
            failed, end = failed + 1, "failed"
        say(f"{part}: {end}, {time.perf_counter() - start:.1f} s")
    return failed


def read(arguments: list[str]) -> tuple[list[str], Setting]:
    """Read the command line: the parts and the setting."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("parts", nargs="*", metavar="part", help=", ".join(PARTS))
    options.add_argument("--device", default="cuda")
    options.add_argument("--tiny", action="store_true", help="rehearse with tiny sizes")
    given = options.parse_args(arguments)
    unknown = [part for part in given.parts if part not in PARTS]
    if unknown:
        options.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    if torch.device(given.device).type == "cuda" and not torch.cuda.is_available():
        options.error("no CUDA device on this machine; rehearse with --tiny --device cpu")
    return given.parts or list(PARTS), Setting(given.device, given.tiny)


if __name__ == "__main__":
    sys.exit(min(main(*read(sys.argv[1:])), 1))
