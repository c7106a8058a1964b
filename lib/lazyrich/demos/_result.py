"""Read shipped results as numbers for the browser, without PyTorch."""

import functools
from typing import Any

import numpy as np

__all__ = ["nearest", "rounded", "shipped"]


@functools.lru_cache
def shipped(experiment: str) -> tuple[Any, dict[str, Any]]:
    """Read the teaching result of an experiment.

    Parameters
    ----------
    experiment : str
        Its name.

    Returns
    -------
    dataset : xarray.Dataset
        The numbers.
    config : dict of str to object
        The configuration as plain data.
    """
    # xarray takes a second to import: only these demos wait for it.
    from lazyrich.experiments import results

    return results.read(f"{experiment.replace('-', '_')}_teaching.nc", experiment, dict)


def rounded(values: Any, digits: int = 4) -> Any:
    """Round numbers for JSON, which has neither NaN nor infinities.

    Parameters
    ----------
    values : array_like, shape (...)
        Numbers.
    digits : int, default 4
        How many digits to keep.

    Returns
    -------
    float or list
        Nested lists of the same shape, with None for what is not finite.
    """
    if np.ndim(values):
        return [rounded(v, digits) for v in np.asarray(values)]
    return float(f"{float(values):.{digits}g}") if np.isfinite(values) else None


def nearest(values: list[float], value: float) -> int:
    """Find the nearest of some values.

    Parameters
    ----------
    values : list of float
        The values.
    value : float
        What to be near.

    Returns
    -------
    int
        The index of the nearest.
    """
    return int(np.argmin(np.abs(np.array(values) - value)))
