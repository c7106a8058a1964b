"""The paper's whole phase diagram by its own gradient descent: 17 scales x 17 deltas x 16 seeds at full size, against what was published.

`python tests/lib/paper_grid.py [last step] [folder]`, one file a seed in the folder, so that it goes on where it was stopped. In float32, which is
twice as fast: the extremes of seed 100 at step 100 agree with float64 to five digits (cells in which a gate flips to 2%).
"""

import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from lazyrich import data, nets
from lazyrich.experiments import phase_diagram
from lazyrich.training import GD, train

# step: kernel distance, largest and smallest; test loss, largest and smallest (means over seeds, from the authors' published notebook)
PUBLISHED = {
    100: (0.23850, 3.149e-5, 0.0135511, 0.0015168),
    1000: (0.53703, 2.274e-4, 0.0079021, 8.675e-4),
    10_000: (0.61017, 4.669e-4, 0.0039146, 7.295e-4),
}


def seed_maps(seed, steps):
    """S and test loss (tau, delta, step) of one seed."""
    paper = phase_diagram.PRESETS["paper"]
    tau = np.array(paper.taus)[:, None]
    task = data.teacher_student((seed,), n=paper.n, d=paper.d, m=paper.m, n_test=paper.n_test)
    start = {name: p.float() for name, p in task.start(tau, np.array(paper.deltas)).items()}
    network, rule = nets.MLP((paper.d, paper.m, 1)), GD(paper.base / tau[..., None] ** 2)
    metrics = ("kernel_distance", "test_loss")
    # Small pieces of the ensemble stay in the caches of one core.
    run = train(
        network,
        start,
        task.data.to(torch.float32),
        rule,
        times=steps,
        loss="mse",
        metrics=metrics,
        device="cpu",
        memory=2e7,
    )
    return [run[name][:, :, 0] for name in metrics]


def extremes(last, folder=None):
    """step -> largest and smallest S, largest and smallest test loss, over the grid of means."""
    steps = [step for step in PUBLISHED if step <= last]
    seeds = phase_diagram.PRESETS["paper"].seeds
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(folder or scratch)
        place.mkdir(exist_ok=True)
        files = [place / f"{last}-{seed}.npy" for seed in seeds]
        for seed, file in zip(tqdm(seeds, desc="seeds", disable=folder is None), files, strict=True):
            if not file.exists():
                np.save(file, seed_maps(seed, steps))
        S, test = np.mean([np.load(file) for file in files], axis=0)
    return {
        step: (S[..., k].max(), S[..., k].min(), test[..., k].max(), test[..., k].min()) for k, step in enumerate(steps)
    }


if __name__ == "__main__":
    last = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    print("| step | S, largest | S, smallest | test loss, largest | test loss, smallest |")
    for step, found in extremes(last, sys.argv[2] if len(sys.argv) > 2 else "paper-grid").items():
        cells = [f"{ours:.5g} ({theirs:.5g})" for ours, theirs in zip(found, PUBLISHED[step], strict=True)]
        print(f"| {step} | {' | '.join(cells)} |")
