"""List times that are evenly spaced on a logarithmic axis."""

import numpy as np

from lazyrich import _validate as validate

__all__ = ["log_times"]


def log_times(end: float, *, per_decade: int = 8) -> np.ndarray:
    """List 0 and then whole times from 1 to `end`, evenly spaced on a logarithmic axis.

    Parameters
    ----------
    end : float
        The last time, at least 1.
    per_decade : int, default 8
        The number of times per decade.

    Returns
    -------
    ndarray, shape (T,)
        The times: whole numbers without repeats, except that `end` itself may be fractional.

    Raises
    ------
    ValueError
        If `end` is below 1, or `per_decade` is not a whole number >= 1.

    Examples
    --------
    >>> log_times(20, per_decade=3)
    array([ 0,  1,  2,  5, 10, 20])
    """
    end, per_decade = (
        validate.number("end", end, least=1),
        validate.count("per_decade", per_decade, 1),
    )
    decades = np.log10(end)
    grid = 10 ** (np.arange(int(np.floor(decades * per_decade + 1e-9)) + 1) / per_decade)
    times = np.unique(np.concatenate([[0.0], np.round(grid), [end]]))
    return times.astype(np.int64) if end == int(end) else times
