"""A grid of small runs: kept in a store if there is one, in a folder that goes away if not."""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from lazyrich import sweep
from lazyrich.scales import log_slope

__all__ = ["apart", "over", "over_seeds", "pm", "slope"]


def over(
    function: Callable[..., Any],
    axes: Mapping[str, Iterable[Any]],
    config: Mapping[str, Any],
    *,
    store: str | Path | None = None,
    **how: Any,
) -> xr.Dataset:
    """`sweep.run`, store or none, without its attributes; `how` it takes. Raises what it raises."""
    if store is not None:
        return sweep.run(function, axes, store, config=config, **how).drop_attrs()
    with tempfile.TemporaryDirectory() as folder:
        return sweep.run(function, axes, Path(folder) / "runs", config=config, **how).drop_attrs()


def slope(x: xr.DataArray, y: xr.DataArray) -> xr.DataArray:
    """d log y / d log x, least squares along the one dimension of x."""
    (dim,) = x.dims
    return xr.apply_ufunc(log_slope, x, y, input_core_dims=[[dim], [dim]])


def over_seeds(values: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Mean and its standard error over the seeds; an error of 0 for a single one."""
    count = values.sizes["seed"]
    spread = values.std("seed", ddof=1) if count > 1 else 0 * values.mean("seed")
    return values.mean("seed"), spread / np.sqrt(count)


def apart(values: xr.DataArray) -> str:
    """In words, how far seeds differ where they differ most."""
    if values.sizes["seed"] == 1:
        return "One seed"
    return f"Seeds differ by up to {float((values.max('seed') - values.min('seed')).max()):.2g}"


def pm(mean: xr.DataArray, error: xr.DataArray, digits: str = ".2g") -> str:
    """A mean and its standard error in words."""
    return f"{float(mean):{digits}} +- {float(error):.1g}"
