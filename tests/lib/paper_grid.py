"""The paper's phase diagram by its own gradient descent, 17 scales x 17 deltas x 16 seeds at full
size, against what was published.

`python tests/lib/paper_grid.py [last step] [folder]`: every network; `... --near COUNT`: those
places only that gradient flow, in the result that ships, puts nearest to an extreme (COUNT to
each), which is where to look when step 10,000 of all of them takes hours. The folder is a store of
`sweep.run`, so a stopped run resumes there. In float32, which is twice as fast; --precision float64
gives the same digits on every processor. The published numbers are from float32, which flips a gate
now and then: tests/bench/spread.py says how far that moves them.
"""

import argparse
import tempfile

import numpy as np
import torch

from lazyrich import datasets, models, sweep
from lazyrich.experiments import phase_diagram
from lazyrich.training import GD, train

PAPER, METRICS = phase_diagram.PRESETS["paper"], ("kernel_distance", "test_loss")
# step: kernel distance, largest and smallest; test loss, largest and smallest (means over seeds,
# from the authors' published notebook)
PUBLISHED = {
    100: (0.23850, 3.149e-5, 0.0135511, 0.0015168),
    1000: (0.53703, 2.274e-4, 0.0079021, 8.675e-4),
    10_000: (0.61017, 4.669e-4, 0.0039146, 7.295e-4),
}


def everywhere():
    """All places of the grid: tau (289,), delta (289,)."""
    return tuple(np.array([(tau, delta) for tau in PAPER.taus for delta in PAPER.deltas]).T)


def near_extremes(count, step):
    """The places with the `count` largest and smallest S and test losses of gradient flow at this
    step.
    """
    flow = (
        phase_diagram.load("phase_diagram_paper_flow.nc")[0]
        .sel(t=step, method="nearest")
        .mean("seed")
    )
    return most_extreme(
        [flow[name].transpose("tau", "delta").values.ravel() for name in METRICS], count
    )


def most_extreme(maps, count):
    """The places of the grid at which one of the maps, each (289,), has its `count` largest or
    smallest values.
    """
    order = [np.argsort(values) for values in maps]
    found = np.unique(np.concatenate([part for by in order for part in (by[:count], by[-count:])]))
    tau, delta = everywhere()
    return tau[found], delta[found]


def seed_maps(seed, steps, taus, deltas, precision, device="cpu"):
    """S and test loss (place, step) of one seed."""
    tau, delta = np.array(taus), np.array(deltas)
    task = datasets.teacher_student((seed,), n=PAPER.n, d=PAPER.d, m=PAPER.m, n_test=PAPER.n_test)
    dtype = getattr(torch, precision)
    start = {name: p.to(dtype) for name, p in task.start(tau, delta).items()}
    run = train(
        models.MLP((PAPER.d, PAPER.m, 1)),
        start,
        task.data.to(dtype),
        GD(PAPER.base / tau[:, None] ** 2),
        times=steps,
        loss="mse",
        metrics=METRICS,
        device=device,
    )
    return {name: run[name][:, 0] for name in METRICS}


def means(steps, folder=None, places=None, workers=1, precision="float32"):
    """Return S and test loss (place, step) as means over seeds; resume where `folder` ends."""
    tau, delta = everywhere() if places is None else places
    config = {
        "steps": steps,
        "taus": tau.tolist(),
        "deltas": delta.tolist(),
        "precision": precision,
    }
    with tempfile.TemporaryDirectory() as scratch, sweep.pool(workers) as pool:
        found = sweep.run(
            seed_maps,
            {"seed": PAPER.seeds},
            folder or scratch,
            config=config,
            executor=pool,
            at_a_time=workers,
            progress=folder is not None,
        )
    return tuple(found[name].mean("seed").values for name in METRICS)


def extremes(maps):
    """Over the places of S and test loss, each (place, ...): largest and smallest of the one,
    largest and smallest of the other.
    """
    return [end for values in maps for end in (values.max(axis=0), values.min(axis=0))]


def main():
    """Print the extremes beside the published ones."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("last", nargs="?", type=int, default=100, choices=PUBLISHED)
    options.add_argument("folder", nargs="?", default="paper-grid")
    options.add_argument(
        "--near", type=int, metavar="COUNT", help="only the places nearest to an extreme"
    )
    options.add_argument("--workers", type=int, default=1, help="seeds at a time")
    options.add_argument("--precision", choices=("float32", "float64"), default="float32")
    given = options.parse_args()
    places = near_extremes(given.near, given.last) if given.near else everywhere()
    steps = [step for step in PUBLISHED if step <= given.last]
    found = extremes(means(steps, given.folder, places, given.workers, given.precision))
    print(
        f"{len(places[0])} of {len(everywhere()[0])} places, {len(PAPER.seeds)} seeds; in "
        "brackets what was published"
    )
    print("| step | S, largest | S, smallest | test loss, largest | test loss, smallest |")
    for k, step in enumerate(steps):
        cells = [
            f"{ours[k]:.5g} ({theirs:.5g})"
            for ours, theirs in zip(found, PUBLISHED[step], strict=True)
        ]
        print(f"| {step} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
