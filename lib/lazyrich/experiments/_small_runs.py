"""Run a function on a grid of points, in a given store or a temporary one."""

import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import xarray as xr

from lazyrich import sweep


def on_a_grid(
    function: Callable[..., Any],
    axes: Mapping[str, Iterable[Any]],
    config: Mapping[str, Any],
    *,
    store: str | Path | None = None,
    **options: Any,
) -> xr.Dataset:
    """Call `sweep.run` with the store or a temporary one, and drop the result's attributes."""
    if store is not None:
        return sweep.run(function, axes, store, config=config, **options).drop_attrs()
    with tempfile.TemporaryDirectory() as folder:
        return sweep.run(
            function, axes, Path(folder) / "runs", config=config, **options
        ).drop_attrs()
