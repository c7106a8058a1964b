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
        The name of the experiment.

    Returns
    -------
    dataset : xarray.Dataset
        The numbers.
    config : dict of str to object
        The configuration as plain data.
    """
    # xarray takes a second to import, so only these demos import it.
    from lazyrich.experiments import results

    return results.read(f"{experiment.replace('-', '_')}_teaching.nc", experiment, dict)


def rounded(values: Any, digits: int = 4) -> Any:
    """Round numbers for JSON, which has neither NaN nor infinities.

    Parameters
    ----------
    values : array_like, shape (...)
        Numbers.
    digits : int, default 4
        The number of significant digits.

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
        The number that the result should be near.

    Returns
    -------
    int
        The index of the nearest value.
    """
    return int(np.argmin(np.abs(np.array(values) - value)))
