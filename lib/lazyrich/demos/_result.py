"""Shipped results as plain numbers for the browser, read without PyTorch."""

import functools
from typing import Any

import numpy as np

__all__ = ["nearest", "plain", "shipped"]


@functools.lru_cache
def shipped(experiment: str) -> tuple[Any, dict[str, Any]]:
    """The teaching result of an experiment, as an xarray.Dataset, and its configuration."""
    from lazyrich.experiments import (
        results,
    )  # xarray takes a second to import: only who shows such a demo waits for it

    return results.read(f"{experiment.replace('-', '_')}_teaching.nc", experiment, dict)


def plain(values: Any, digits: int = 4) -> Any:
    """Nested lists of numbers with so many digits; None for what is not finite, which JSON cannot say."""
    if np.ndim(values):
        return [plain(v, digits) for v in np.asarray(values)]
    return float(f"{float(values):.{digits}g}") if np.isfinite(values) else None


def nearest(values: list[float], value: float) -> int:
    """The place of the nearest of the values."""
    return int(np.argmin(np.abs(np.array(values) - value)))
