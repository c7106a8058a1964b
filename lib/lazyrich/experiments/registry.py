"""Define what an experiment is, and find experiments by name.

The module of an experiment makes one `Experiment` from its configuration, its computation and its
figure. Saving, loading and drawing are the same for all, so they are here.
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
    """Bundle the parts of an experiment, and run, load and draw it.

    Parameters
    ----------
    name : str
        The name that `lazyrich run` takes.
    question : str
        The question that the experiment asks, in one line.
    Config : type
        The class of its configurations, a frozen dataclass with a field `seeds`.
    presets : dict of str to Config
        Configurations by name, the largest first.
    compute : callable
        ``compute(config, *, device, progress, store)`` returns the numbers as an xarray.Dataset.
    plot : callable
        ``plot(dataset)`` returns a matplotlib Figure.
    describe : callable
        ``describe(dataset)`` returns a description of the figure in words.
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
        """Run the experiment; `compute` of its module documents the result.

        Parameters
        ----------
        config : Config
            The configuration: one of `presets`, or your own.
        device : str, default "auto"
            "auto", "cpu" or "cuda".
        progress : bool, default False
            Whether to show a progress bar.
        store : str or Path, optional
            A folder where the run is saved and from which it resumes.

        Returns
        -------
        xarray.Dataset
            All numbers, with the attributes that `stamp` adds.

        Raises
        ------
        ValueError
            If the configuration cannot be run, or the store belongs to another one.
        """
        dataset = self.compute(config, device=device, progress=progress, store=store)
        return self.stamp(dataset, config)

    def load(self, path: str | Path | None = None) -> tuple[xr.Dataset, Any]:
        """Read a result of this experiment, and its configuration.

        Parameters
        ----------
        path : str or Path, optional
            A NetCDF file, or the file name of a result that ships; by default the teaching result
            that ships.

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
            The figure of `plot` with the text of `describe`.
        """
        return plots.show(self.plot(dataset), alt=self.describe(dataset))

    def configure(self, settings: Mapping[str, Any], **others: Any) -> Any:
        """Make a configuration from plain data, in which JSON has turned tuples into lists.

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
        """Add attributes to a result: experiment, configuration, version and command.

        Parameters
        ----------
        dataset : xarray.Dataset
            The numbers.
        config : Config
            The configuration they were made with.

        Returns
        -------
        xarray.Dataset
            The same numbers with more attributes. "command" is the command that recomputes the
            result; it is empty for a configuration that is not a preset.
        """
        preset = next((name for name, one in self.presets.items() if one == config), None)
        return dataset.assign_attrs(
            experiment=self.name,
            config=_files.canonical(dataclasses.asdict(config)),
            lazyrich=__version__,
            command=f"lazyrich run {self.name} --preset {preset}" if preset else "",
        )


class Registry(Mapping[str, Experiment]):
    """Find experiments by name; a module loads, and PyTorch with it, when it is first used.

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
