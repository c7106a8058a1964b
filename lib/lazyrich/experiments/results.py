"""Write a result with its configuration to one small NetCDF file, and read it back."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import xarray as xr

from lazyrich import __version__, _files

__all__ = ["read", "write"]

RESULTS = Path(__file__).parent / "shipped"


def write(dataset: xr.Dataset, path: str | Path) -> Path:
    """Write a result to a NetCDF file, atomically.

    Parameters
    ----------
    dataset : xarray.Dataset
        A result. Its numbers are written with 32 bits, which is enough for a figure.
    path : str or Path
        The file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        If its folder does not exist.
    """
    path = Path(path)
    if not path.parent.is_dir():
        raise ValueError(f"path: there is no folder {path.parent}")
    small = dataset.map(lambda v: v.astype("float32") if v.dtype == "float64" else v)
    small = small.map(lambda v: v.astype("int32") if v.dtype == "int64" else v).assign_attrs(
        dataset.attrs
    )
    _files.write(path, bytes(small.to_netcdf(engine="scipy")))  # NetCDF 3, which SciPy writes
    return path


def read(
    path: str | Path, experiment: str, configure: Callable[[dict[str, Any]], Any]
) -> tuple[xr.Dataset, Any]:
    """Read a result and its configuration.

    Parameters
    ----------
    path : str or Path
        A NetCDF file, or the file name of a result that ships.
    experiment : str
        The name of the experiment that the result must belong to.
    configure : callable
        Function that makes a configuration from the settings in the file, plain data by name.

    Returns
    -------
    xarray.Dataset
        All numbers.
    object
        The configuration that `configure` makes.

    Raises
    ------
    ValueError
        If there is no such file, it is damaged or belongs to another experiment, or this version
        cannot read its configuration.
    """
    path = Path(path)
    if not path.exists() and (RESULTS / path).exists():
        path = RESULTS / path
    if not path.exists():
        shipped = ", ".join(sorted(p.name for p in RESULTS.glob("*.nc")))
        raise ValueError(f"path: there is no file {path}; results that ship: {shipped}")
    try:
        with xr.open_dataset(path, engine="scipy") as file:
            dataset = file.load()
    except (OSError, TypeError, ValueError, IndexError) as error:
        raise ValueError(f"path: {path} is not a NetCDF file, or it is damaged ({error})") from None
    if dataset.attrs.get("experiment") != experiment:
        raise ValueError(
            f"path: expected a result of {experiment!r}, but {path} is one of "
            f"{dataset.attrs.get('experiment')!r}"
        )
    command = dataset.attrs.get("command") or f"lazyrich run {experiment}"
    try:
        return dataset, configure(json.loads(dataset.attrs["config"]))
    except (KeyError, AttributeError, TypeError, ValueError) as error:
        version = dataset.attrs.get("lazyrich", "an unknown version")
        raise ValueError(
            f"path: {path}, made by lazyrich {version}, has a configuration that this version "
            f"({__version__}) cannot read ({error}); make it again with {command!r}"
        ) from None
