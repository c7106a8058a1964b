"""Summarize values over seeds and along an axis, in numbers and in words."""

import numpy as np
import xarray as xr

from lazyrich import scales

__all__ = [
    "log_slope",
    "mean_and_error",
    "median_and_range",
    "plus_minus",
    "seeds_differ",
    "seeds_of",
]


def seeds_of(dataset: xr.Dataset) -> str:
    """Write how many seeds there are.

    Parameters
    ----------
    dataset : xarray.Dataset
        A dataset with a dimension "seed".

    Returns
    -------
    str
        For example "5 seeds".
    """
    seeds = dataset.sizes["seed"]
    return "1 seed" if seeds == 1 else f"{seeds} seeds"


def log_slope(x: xr.DataArray, y: xr.DataArray) -> xr.DataArray:
    """Fit d log y / d log x by least squares.

    Parameters
    ----------
    x : xarray.DataArray, shape (n,)
        Positive numbers along one dimension.
    y : xarray.DataArray, shape (..., n, ...)
        Positive numbers.

    Returns
    -------
    xarray.DataArray
        The slope, without the dimension of x.
    """
    (dim,) = x.dims
    return xr.apply_ufunc(scales.log_slope, x, y, input_core_dims=[[dim], [dim]])


def mean_and_error(values: xr.DataArray) -> tuple[xr.DataArray, xr.DataArray]:
    """Take the mean over seeds and its standard error.

    Parameters
    ----------
    values : xarray.DataArray, shape (..., seed, ...)
        One number per seed.

    Returns
    -------
    mean : xarray.DataArray
        The mean over seeds.
    error : xarray.DataArray
        The standard error of the mean; 0 if there is only one seed.
    """
    count = values.sizes["seed"]
    deviation = values.std("seed", ddof=1) if count > 1 else 0 * values.mean("seed")
    return values.mean("seed"), deviation / np.sqrt(count)


def seeds_differ(values: xr.DataArray) -> str:
    """Say by how much seeds differ where they differ most.

    Parameters
    ----------
    values : xarray.DataArray, shape (..., seed, ...)
        One number per seed.

    Returns
    -------
    str
        A sentence without its final period.
    """
    if values.sizes["seed"] == 1:
        return "One seed"
    return f"Seeds differ by up to {float((values.max('seed') - values.min('seed')).max()):.2g}"


def plus_minus(mean: xr.DataArray, error: xr.DataArray, digits: str = ".2g") -> str:
    """Write a mean and its standard error.

    Parameters
    ----------
    mean : xarray.DataArray
        One number.
    error : xarray.DataArray
        Its standard error.
    digits : str, default ".2g"
        The format of the mean.

    Returns
    -------
    str
        For example "0.12 +- 0.03".

    Examples
    --------
    >>> plus_minus(xr.DataArray(32.4), xr.DataArray(12.0))
    '32 +- 10'
    """
    parts = f"{float(mean):{digits}}", f"{float(error):.1g}"
    return " +- ".join(f"{float(part):.0f}" if "e+" in part else part for part in parts)


def median_and_range(times: np.ndarray) -> str:
    """Write the median over seeds, and the fastest and slowest in parentheses if they differ.

    Parameters
    ----------
    times : np.ndarray, shape (seed,)
        Steps; inf for an event that never happened.

    Returns
    -------
    str
        For example "980 (420 to 1540)".

    Examples
    --------
    >>> median_and_range(np.array([420.0, 980.0, np.inf]))
    '980 (420 to never)'
    """
    middle, *ends = (
        f"{t:.0f}" if np.isfinite(t) else "never"
        for t in (np.median(times), times.min(), times.max())
    )
    return f"{middle} ({' to '.join(ends)})" if ends[0] != ends[1] else middle
