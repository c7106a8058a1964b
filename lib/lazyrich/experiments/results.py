"""Results as one small NetCDF file with the configuration and the version inside: written, read, found beside the code."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from lazyrich import __version__, _files

__all__ = ["read", "stamp", "write"]

RESULTS = Path(__file__).parent / "shipped"


def stamp(
    dataset: xr.Dataset, experiment: str, config: Any, presets: Mapping[str, Any]
) -> xr.Dataset:
    """The same with the experiment's name, its configuration, this version, and the command that gives it again among the attributes.

    command: empty for a configuration that is none of the presets, which only `run(config)` gives.
    """
    about = {
        "experiment": experiment,
        "config": _files.canonical(dataclasses.asdict(config)),
        "lazyrich": __version__,
    }
    preset = next((name for name, one in presets.items() if one == config), None)
    about["command"] = f"lazyrich run {experiment} --preset {preset}" if preset else ""
    return dataset.assign_attrs(about)


def write(dataset: xr.Dataset, path: str | Path) -> Path:
    """One NetCDF file, at its place at once or not at all. Raises ValueError if the folder is not there."""
    path = Path(path)
    if not path.parent.is_dir():
        raise ValueError(f"path: there is no folder {path.parent}")
    # NetCDF 3, which SciPy writes: 32 bits are enough for what is looked at.
    small = dataset.map(lambda v: v.astype("float32") if v.dtype == "float64" else v)
    small = small.map(lambda v: v.astype("int32") if v.dtype == "int64" else v).assign_attrs(
        dataset.attrs
    )
    _files.write(path, bytes(small.to_netcdf(engine="scipy")))
    return path


def read(path: str | Path, experiment: str, config: type) -> tuple[xr.Dataset, Any]:
    """A result and its configuration. A bare name is looked for among those that ship. Raises ValueError if it is none of this experiment."""
    path = Path(path)
    if not path.exists() and (RESULTS / path).exists():
        path = RESULTS / path
    if not path.exists():
        there = ", ".join(sorted(p.name for p in RESULTS.glob("*.nc")))
        raise ValueError(f"path: there is no file {path}; results that ship: {there}")
    try:
        with xr.open_dataset(path, engine="scipy") as file:
            dataset = file.load()
    except (OSError, TypeError, ValueError, IndexError) as error:
        raise ValueError(f"path: {path} is no NetCDF file, or a damaged one ({error})") from None
    if dataset.attrs.get("experiment") != experiment:
        raise ValueError(
            f"path: {path} is of {dataset.attrs.get('experiment')!r}, expected {experiment!r}"
        )
    command = dataset.attrs.get("command") or f"lazyrich run {experiment}"
    try:
        settings = json.loads(dataset.attrs["config"])
        return dataset, config(
            **{k: tuple(v) if isinstance(v, list) else v for k, v in settings.items()}
        )
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        made = dataset.attrs.get("lazyrich", "an unknown version")
        raise ValueError(
            f"path: {path}, made by lazyrich {made}, has a configuration that this version ({__version__}) cannot read ({error}); "
            f"make it again with {command!r}"
        ) from None
