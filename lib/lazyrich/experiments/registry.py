"""Describe each experiment once, and find it by its name.

A module of an experiment makes one `Experiment` of its configuration, its computation and its
figure. Saving, reading and drawing are the same for all, so they are here.
"""

import dataclasses
import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xarray as xr
from matplotlib.figure import Figure

from lazyrich import __version__, _files, plots
from lazyrich.experiments import results

__all__ = ["EXPERIMENTS", "Experiment", "Registry"]


@dataclass(frozen=True)
class Experiment:
    """Bring together what an experiment is made of, and run, load and draw it.

    Parameters
    ----------
    name : str
        What `lazyrich run` calls it.
    question : str
        What it asks, in a line.
    Config : type
        Its configuration, a frozen dataclass with a field `seeds`.
    presets : dict of str to Config
        Configurations by name, the largest first.
    compute : callable
        ``compute(config, *, device, progress, store)`` gives the numbers as an xarray.Dataset.
    plot : callable
        ``plot(dataset)`` gives a matplotlib Figure.
    describe : callable
        ``describe(dataset)`` says in words what the figure shows.
    """

    name: str
    question: str
    Config: type
    presets: dict[str, Any]
    compute: Callable[..., xr.Dataset]
    plot: Callable[..., Figure]
    describe: Callable[[xr.Dataset], str]

    def run(
        self,
        config: Any,
        *,
        device: str = "auto",
        progress: bool = False,
        store: str | Path | None = None,
    ) -> xr.Dataset:
        """Run the experiment; the module's `compute` says what the result holds.

        Parameters
        ----------
        config : Config
            What to run: one of `presets`, or one of your own.
        device : str, default "auto"
            "auto", "cpu" or "cuda".
        progress : bool, default False
            Show a progress bar.
        store : str or Path, optional
            A folder to save the run in and to take it up from.

        Returns
        -------
        xarray.Dataset
            All numbers, with what `stamp` adds.

        Raises
        ------
        ValueError
            If the configuration cannot be run, or the store is of another one.
        """
        dataset = self.compute(config, device=device, progress=progress, store=store)
        return self.stamp(dataset, config)

    def load(self, path: str | Path | None = None) -> tuple[xr.Dataset, Any]:
        """Read a result of this experiment, and the configuration it was made with.

        Parameters
        ----------
        path : str or Path, optional
            A NetCDF file, or the bare name of one that ships. By default, the teaching result that
            ships.

        Returns
        -------
        xarray.Dataset
            All numbers.
        Config
            The configuration.

        Raises
        ------
        ValueError
            If the file is not a result of this experiment.

        Examples
        --------
        >>> dataset, config = EXPERIMENTS["neurons"].load()
        >>> config == EXPERIMENTS["neurons"].presets["teaching"]
        True
        """
        path = f"{_module(self.name)}_teaching.nc" if path is None else path
        return results.read(path, self.name, self.configure)

    def picture(self, dataset: xr.Dataset) -> plots.Picture:
        """Draw a result for a notebook's cell, with its description as alternative text.

        Parameters
        ----------
        dataset : xarray.Dataset
            A result, from `run` or `load`.

        Returns
        -------
        plots.Picture
            The figure of `plot` with the words of `describe`.
        """
        return plots.show(self.plot(dataset), alt=self.describe(dataset))

    def configure(self, settings: Mapping[str, Any], **others: Any) -> Any:
        """Make a configuration of plain data, in which JSON has turned tuples into lists.

        Parameters
        ----------
        settings : mapping of str to object
            Fields of the configuration by name.
        **others : object
            Further fields.

        Returns
        -------
        Config
            The configuration.
        """
        fields = {k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}
        return self.Config(**fields, **others)

    def stamp(self, dataset: xr.Dataset, config: Any) -> xr.Dataset:
        """Write into a result what it is of: experiment, configuration, version and command.

        Parameters
        ----------
        dataset : xarray.Dataset
            The numbers.
        config : Config
            The configuration they were made with.

        Returns
        -------
        xarray.Dataset
            The same numbers with more attributes. "command" is the command that makes the result
            again; it is empty for a configuration that is not a preset, which only `run` takes.
        """
        preset = next((name for name, one in self.presets.items() if one == config), None)
        return dataset.assign_attrs(
            experiment=self.name,
            config=_files.canonical(dataclasses.asdict(config)),
            lazyrich=__version__,
            command=f"lazyrich run {self.name} --preset {preset}" if preset else "",
        )


class Registry(Mapping[str, Experiment]):
    """Find experiments by name; a module loads, and PyTorch with it, when it is asked for.

    Parameters
    ----------
    *names : str
        Names of experiments. The module of "deep-drift" is `deep_drift`.
    """

    def __init__(self, *names: str) -> None:
        self._names = names

    def __getitem__(self, name: str) -> Experiment:
        if name not in self:
            raise KeyError(name)
        return importlib.import_module(f"lazyrich.experiments.{_module(name)}").EXPERIMENT

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _module(name: str) -> str:
    return name.replace("-", "_")


EXPERIMENTS = Registry(
    "phase-diagram",
    "neurons",
    "widths",
    "deep-drift",
    "digits",
    "layers",
    "grokking",
    "grokking-causes",
    "grokking-line",
    "filters",
    "hierarchy",
)
