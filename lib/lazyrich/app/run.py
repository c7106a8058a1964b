"""Run an experiment for the command line, and write its result and its figure."""

import sys
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

from lazyrich import sweep
from lazyrich.experiments import results, seeds
from lazyrich.experiments.registry import Experiment
from lazyrich.sweep import cluster
from lazyrich.sweep.processes import keep_memory
from lazyrich.training import devices

__all__ = ["RunError", "run"]


class RunError(RuntimeError):
    """Report what ended a run, and what to do about it."""


def run(
    experiment: Experiment,
    preset: str,
    folder: Path,
    *,
    device: str = "auto",
    scheduler: str | None = None,
    workers: int = 1,
) -> str:
    """Run a preset of an experiment, or resume it, and write FOLDER/EXPERIMENT-PRESET.nc and .png.

    Parameters
    ----------
    experiment : Experiment
        The experiment.
    preset : str
        The name of one of its presets.
    folder : Path
        The folder for the result, its figure, and the store of finished seeds.
    device : str, default "auto"
        "auto", "cpu" or "cuda"; with a scheduler, the device of its workers.
    scheduler : str, optional
        Address of a Dask scheduler.
    workers : int, default 1
        Number of processes on this machine.

    Returns
    -------
    str
        The paths of both files, and what the figure shows.

    Raises
    ------
    RunError
        If the run cannot start or fails.
    """
    store = folder / f"{experiment.name}-{preset}"
    result, figure = store.with_suffix(".nc"), store.with_suffix(".png")
    config = experiment.presets[preset]
    try:
        if scheduler is None:
            devices.choose(device)  # so that a wrong name ends the run here, not in every seed
        folder.mkdir(parents=True, exist_ok=True)
        with _executor(scheduler, min(workers, len(config.seeds))) as executor:
            dataset = seeds.run_seed_by_seed(
                experiment, config, executor, device=device, progress=True, store=store
            )
        results.write(dataset, result)
        figure.write_bytes(experiment.picture(dataset).png)
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to resume.", file=sys.stderr)
        raise
    except ConnectionError as error:
        raise RunError(str(error)) from error
    except OSError as error:
        raise RunError(
            f"{error}. Name a folder that you can write to with --out, or free some space."
        ) from error
    except (ValueError, RuntimeError, MemoryError) as error:
        memory = devices.out_of_memory(error)
        if isinstance(error, RuntimeError) and not (memory or isinstance(error, sweep.SweepError)):
            raise
        reason = str(error) or "out of memory"
        hint = ". Close other programs, or run it on a larger machine" if memory else ""
        kept = f". What has finished is kept in {store}; --out names another folder."
        raise RunError(f"{reason}{hint}{kept if store.is_dir() else ''}") from error
    return f"{result} and {figure}: {experiment.describe(dataset)}"


@contextmanager
def _executor(scheduler: str | None, workers: int) -> Iterator[Executor | None]:
    """Start processes on this machine or connect to a cluster; None for this process alone."""
    if scheduler is not None:
        with cluster.connected(scheduler) as client:
            if not cluster.cores(client):
                print(
                    f"{scheduler} has no workers yet; the run begins when one connects "
                    f"(dask worker {scheduler})."
                )
            yield client.get_executor(pure=False)
    elif workers > 1:
        with sweep.pool(workers) as executor:
            yield executor
    else:
        keep_memory()
        yield None
