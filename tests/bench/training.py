"""Time training: the flow against descent, the live diagram, kernel trajectories, ensembles.

`python tests/bench/training.py [part ...]`

Parts: steps, corners, diagram, trajectory, ensembles (all if none is named; some minutes). Each
prints the lines of its table in RECORD.md. Both sides of a ratio run in this process, in turn, on
one thread. Descent for 1e6 steps is extrapolated from a stretch of 200."""

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from flow_corners import CORNERS

from lazyrich import datasets, kernel, models
from lazyrich.experiments import grokking, phase_diagram
from lazyrich.training import GD, AdamW, Flow, log_times, train

STEPS, STRETCH = 10**6, 200


def seconds(function: Callable, *args: object, **settings: object) -> tuple[float, Any]:
    """How long a call takes, and what it returns."""
    began = time.perf_counter()
    found = function(*args, **settings)
    return time.perf_counter() - began, found


def steps() -> None:
    """A step of descent at the paper's size, 96 networks together: `train`, `torch.func` in pieces
    as small, a plain loop, and the two matrix products, 2 x 2 n d m operations, that none can do
    without. Milliseconds a network."""
    print(
        "| precision | `train` | two products alone | of `train` | `torch.func` | ratio | "
        "plain loop | ratio |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for dtype in (torch.float32, torch.float64):
        ours, bare, func, loop = 1e3 * np.median(step_rounds(dtype), axis=0)
        print(
            f"| {str(dtype).removeprefix('torch.')} | {ours:.2f} | {bare:.2f}, "
            f"{4e-6 * 1000 * 100 * 50 / bare:.0f} Gflop/s | {bare / ours:.0%} "
            f"| {func:.2f} | {func / ours:.1f} | {loop:.2f} | {loop / ours:.1f} |",
            flush=True,
        )


def step_rounds(dtype: torch.dtype) -> list[tuple[float, ...]]:
    """Seconds a step and network, five times: `train`, the two products, `torch.func`, a plain
    loop."""
    network, task, members, few = (
        models.MLP((100, 50, 1)),
        datasets.teacher_student(100, n_test=0).data.to(dtype),
        96,
        8,
    )
    start = models.stack([network.init(seed, dtype=dtype) for seed in range(members)])
    one, W, inputs = {name: p[0] for name, p in start.items()}, start["layer1.W"][:few], task.x.mT
    back = torch.rand(few, 50, 1000, dtype=dtype)

    def loss(params: dict[str, torch.Tensor]) -> torch.Tensor:
        return (
            (torch.relu(task.x @ params["layer1.W"].mT) @ params["layer2.W"].mT - task.y)
            .square()
            .mean()
        )

    gradient = torch.func.vmap(torch.func.grad(loss), chunk_size=few)

    def descent(last: int) -> None:
        train(network, start, task, GD(1e-3), times=[last], loss="mse", device="cpu")

    def products() -> None:
        for _ in range(20):
            W @ inputs, back @ task.x

    return [
        (
            (seconds(descent, 21)[0] - seconds(descent, 1)[0]) / (20 * members),
            seconds(products)[0] / (20 * few),
            seconds(gradient, start)[0] / members,
            seconds(plain, one, task, 1e-3)[0] / STRETCH,
        )
        for _ in range(5)
    ]


def corners() -> None:
    """The paper's size (n = 1000, d = 100, m = 50, float64), one seed, one network at a time, from
    0 to 1e6 of the paper's steps.

    The flow's time is that of the whole run: checks, 7 measurements of loss and kernel distance.
    Descent's is that of its steps alone, at the paper's own step: by `train`, and by a plain loop
    with autograd."""
    network, task = models.MLP((100, 50, 1)), datasets.teacher_student(100, n_test=0)
    settings = {"loss": "mse", "metrics": ("train_loss", "kernel_distance"), "device": "cpu"}
    print(
        "| corner | gradients | fewer than 1e6 | flow | descent to 1e6, extrapolated | ratio "
        "| plain loop, extrapolated | ratio |"
    )
    print("|---|---|---|---|---|---|---|---|")
    found = []
    for name, (tau, delta) in CORNERS.items():
        start, rate = task.start(tau, delta), 5e-3 / tau**2
        few, many = (
            seconds(
                train, network, start, task.data, GD(rate), times=[last], loss="mse", device="cpu"
            )[0]
            for last in (1, 1 + STRETCH)
        )
        times = log_times(STEPS, per_decade=1)
        flow, run = seconds(train, network, start, task.data, Flow(rate), times=times, **settings)
        loop, _ = seconds(plain, start, task.data, rate)
        descent, loop = (many - few) * STEPS / STRETCH, loop * STEPS / STRETCH
        fewer = STEPS / int(run.evaluations)
        found.append((fewer, descent / flow, loop / flow))
        print(
            f"| {name} {CORNERS[name]} | {int(run.evaluations)} | {fewer:.0f} | {flow:.1f} s "
            f"| {descent:.0f} s | {descent / flow:.0f} "
            f"| {loop:.0f} s | {loop / flow:.0f} |",
            flush=True,
        )
    fewer, ratio, over_loop = np.exp(np.mean(np.log(found), axis=0))
    print(f"| geometric mean | | {fewer:.0f} | | | {ratio:.0f} | | {over_loop:.0f} |")


def plain(start: dict[str, torch.Tensor], task: datasets.Data, rate: float) -> None:
    """Descent as one would write it for one network: autograd, a step at a time."""
    W, A = (p.clone().requires_grad_() for p in start.values())
    for _ in range(STRETCH):
        loss = (torch.relu(task.x @ W.T) @ A.T - task.y).square().mean()
        slopes = torch.autograd.grad(loss, (W, A))
        with torch.no_grad():
            for p, slope in zip((W, A), slopes, strict=True):
                p -= rate * slope


def diagram() -> None:
    """The 9 x 9 teaching diagram of the preset "live", against what ships."""
    there, _ = phase_diagram.load()
    config = phase_diagram.PRESETS["live"]
    began = time.process_time()
    runs = [seconds(phase_diagram.run, config, device="cpu") for _ in range(3)]
    taken, here = [run[0] for run in runs], runs[0][1]
    processor = (time.process_time() - began) / len(runs)
    same = there.sel(
        tau=here["tau"], delta=here["delta"], seed=here["seed"], t=here["t"], method="nearest"
    )
    gap = np.abs(here["kernel_distance"].values - same["kernel_distance"].values)
    gradients = here["evaluations"].values
    descent = config.end * gradients.size / gradients.sum()
    print(
        f"| 9 x 9 diagram, live | {np.median(taken):.1f} s (fastest of three "
        f"{min(taken):.1f} s; {processor:.1f} s of processor time each) "
        f"| {descent:.0f} times fewer gradients than descent "
        f"| largest gap of S to what ships {gap.max():.4f}, root mean square "
        f"{np.sqrt(np.mean(gap**2)):.4f} |"
    )


def trajectory() -> None:
    """Kernel distances along 2 checkpoints, n = 1000, m = 50, d = 100, against gradients of one
    sample after the other.

    Their products with all others a sample at a time; then, a harder baseline, all of them as one
    matrix product."""
    rng = np.random.default_rng(0)
    X, W, a = rng.normal(size=(1000, 100)), rng.normal(size=(2, 50, 100)), rng.normal(size=(2, 50))

    def gradients(Wt: np.ndarray, at: np.ndarray) -> np.ndarray:
        rows = []
        for x in X:
            z = Wt @ x
            rows.append(np.concatenate([((at * (z > 0))[:, None] * x).ravel(), np.maximum(z, 0)]))
        return np.stack(rows)

    def by_sample(Wt: np.ndarray, at: np.ndarray) -> np.ndarray:
        features = gradients(Wt, at)
        return np.stack([features @ g for g in features])

    def by_matrix(Wt: np.ndarray, at: np.ndarray) -> np.ndarray:
        features = gradients(Wt, at)
        return features @ features.T

    def distances(kernel_of: Callable) -> np.ndarray:
        kernels = [kernel_of(Wt, at) for Wt, at in zip(W, a, strict=True)]
        return np.array([kernel.kernel_distance(K, kernels[0]) for K in kernels])

    for words, baseline in (
        ("a sample at a time", by_sample),
        ("gradients a sample, one product", by_matrix),
    ):
        rounds = [
            (
                seconds(distances, baseline),
                seconds(distances, lambda *p: kernel.ntk_two_layer(X, *p)),
            )
            for _ in range(3)
        ]
        ratio = np.median([slow[0] / fast[0] for slow, fast in rounds])
        gap = np.abs(rounds[0][0][1] - rounds[0][1][1]).max()
        print(
            (
                "| kernel distance at 2 checkpoints, n = 1000, m = 50, d = 100, "
                f"float64 | {words} | {ratio:.0f} times faster | {gap:.0e} |"
            ),
            flush=True,
        )


def ensembles() -> None:
    """All members at once against a Python loop over `train`, both with checks and one
    measurement."""
    config = grokking.PRESETS["teaching"]
    network = models.QuadraticMLP(config.p, config.h)
    sums = datasets.modular(config.p, fraction=config.fraction, seed=0).to(torch.float32)
    rule = AdamW(config.rate, betas=config.betas, decay=config.decay)
    against(
        "12 quadratic MLPs, 100 steps of AdamW",
        network,
        [network.init(s, dtype=torch.float32) for s in range(12)],
        sums,
        rule,
        100,
    )
    students = datasets.teacher_student(0, n=20, d=5, m=10, n_test=0)
    taus, deltas = np.meshgrid(np.logspace(-1, 0.3, 17), np.linspace(-1, 1, 17))
    members = [
        students.start(tau, delta) for tau, delta in zip(taus.ravel(), deltas.ravel(), strict=True)
    ]
    against(
        "289 tiny students, 100 steps",
        models.MLP((5, 10, 1)),
        members,
        students.data,
        GD(0.01),
        100,
    )


def against(
    what: str, network: models.Network, members: list, task: datasets.Data, rule: object, steps: int
) -> None:
    """Print the line of one ensemble."""
    settings = {"times": [steps], "loss": "mse", "device": "cpu"}

    def loop() -> np.ndarray:
        return np.array(
            [train(network, p, task, rule, **settings)["train_loss"][0] for p in members]
        )

    def together() -> np.ndarray:
        return train(network, models.stack(members), task, rule, **settings)["train_loss"][:, 0]

    rounds = [(seconds(loop), seconds(together)) for _ in range(3)]
    ratio, gap = (
        np.median([slow[0] / fast[0] for slow, fast in rounds]),
        np.abs(rounds[0][0][1] / rounds[0][1][1] - 1).max(),
    )
    print(f"| {what} | one after the other | {ratio:.1f} times faster | {gap:.0e} |", flush=True)


PARTS = {
    "steps": steps,
    "corners": corners,
    "diagram": diagram,
    "trajectory": trajectory,
    "ensembles": ensembles,
}


def main(*parts: str) -> None:
    """Run the parts that are named, or all."""
    torch.set_num_threads(
        1
    )  # both sides; on a busy machine two wait for each other far longer than they compute
    for part in parts or PARTS:
        PARTS[part]()


if __name__ == "__main__":
    main(*sys.argv[1:])
