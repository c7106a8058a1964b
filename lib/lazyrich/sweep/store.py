"""Save the results of a sweep in a folder, and load them as one xarray Dataset."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lazyrich import __version__, _files
from lazyrich.sweep.grid import Point, axis_values, grid, key

__all__ = ["done", "load", "missing", "open_store", "write_member"]


def load(store: str | Path, axes: Mapping[str, Iterable[Any]]) -> Any:
    """Load the results of a grid as one xarray Dataset.

    Parameters
    ----------
    store : str or Path
        The folder of the results.
    axes : mapping of str to iterable
        The values of each axis.

    Returns
    -------
    xarray.Dataset
        The results, with the grid's axes first.

    Raises
    ------
    ValueError
        If points are missing or damaged, or differ in shape.
    """
    import xarray as xr

    root, points = Path(store), grid(axes)
    if not (root / "sweep.json").exists():
        raise ValueError(f"store: {root} is not the store of a sweep (it has no sweep.json)")
    gone = [point for point in points if not done(root, key(point))]
    if gone:
        raise ValueError(
            f"store: {len(gone)} of {len(points)} points are missing, the first {gone[0]}; call "
            "sweep.run"
        )
    read = [_read(root, key(point)) for point in points]
    first, facts = read[0]
    names = {name: axis_values(name, axis) for name, axis in axes.items()}
    lengths = tuple(map(len, names.values()))
    for point, (arrays, theirs) in zip(points, read, strict=True):
        if theirs["dims"] != facts["dims"] or any(arrays[k].shape != first[k].shape for k in first):
            raise ValueError(
                f"store: the results at {point} and {points[0]} differ in names or shapes"
            )
    variables: dict[str, Any] = {}
    for name, dims in facts["dims"].items():
        whole = np.stack([arrays[name] for arrays, _ in read]).reshape(lengths + first[name].shape)
        variables[name] = ([*names, *dims], whole)
    coords = {name: first[f"coord {name}"] for name in facts["coords"]}
    note = json.loads((root / "sweep.json").read_text())
    attributes = {
        "function": note["function"],
        "config": _files.canonical(note["config"]),
        "lazyrich": facts["lazyrich"],
    }
    return xr.Dataset(variables, {**names, **coords}, attributes)


def missing(store: str | Path, axes: Mapping[str, Iterable[Any]]) -> list[Point]:
    """List the points of a grid that a store does not have yet.

    Parameters
    ----------
    store : str or Path
        The folder of the results.
    axes : mapping of str to iterable
        The values of each axis.

    Returns
    -------
    list of dict
        The points, each mapping names to values.
    """
    return [point for point in grid(axes) if not done(Path(store), key(point))]


def open_store(root: Path, function: Callable, config: dict) -> None:
    """Make a store, or check that an existing one has this function and configuration.

    Parameters
    ----------
    root : Path
        The folder.
    function : callable
        The function to compute at every point.
    config : dict
        Its fixed arguments.

    Raises
    ------
    ValueError
        If the folder holds anything else, or the configuration is not plain data.
    """
    note = root / "sweep.json"
    name = (
        f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', repr(function))}"
    )
    identity = {"function": name, "config": config}
    try:
        wanted = _files.canonical(identity)
    except TypeError as error:
        raise ValueError(f"config: {error}") from None
    _files.begin("store", note, wanted.encode(), own=("members",))
    content = _files.read_json(
        note, f"delete {note} if you know what the store holds, or choose another store"
    )
    if content != json.loads(wanted):
        theirs = content if isinstance(content, dict) else {}
        if theirs.get("function") != name:
            differ = f"its function is {theirs.get('function')}, not {name}"
        else:
            names = _differ(theirs.get("config"), json.loads(wanted)["config"])
            differ = f"its config differs in {', '.join(names)}"
        raise ValueError(f"store: {root} belongs to another sweep ({differ}); choose another store")
    (root / "members").mkdir(exist_ok=True)


def _differ(one: Any, other: Any, name: str = "") -> list[str]:
    """List the names of entries that differ, with dots for nested dictionaries."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return [] if one == other else [name or "all"]
    places = {k: f"{name}.{k}" if name else k for k in {**one, **other}}
    return [
        difference
        for k, place in places.items()
        for difference in _differ(one.get(k), other.get(k), place)
    ]


def write_member(root: Path, name: str, point: Point, result: Any) -> None:
    """Write a result: first the arrays, then the JSON file that marks it as complete.

    Parameters
    ----------
    root : Path
        The store.
    name : str
        The name of the point's files.
    point : dict of str to Any
        The point.
    result : Any
        A dictionary of arrays, or an xarray.Dataset.

    Raises
    ------
    ValueError
        If the result is anything else.
    """
    arrays, dims, coords = _arrays(result)
    content = _files.pack(arrays)
    _files.write(root / "members" / f"{name}.npz", content)
    facts = {
        "point": point,
        "dims": dims,
        "coords": coords,
        "checksum": _files.digest(content),
        "lazyrich": __version__,
    }
    _files.write(root / "members" / f"{name}.json", _files.canonical(facts).encode())


def _arrays(result: Any) -> tuple[dict[str, np.ndarray], dict[str, list[str]], list[str]]:
    if hasattr(result, "data_vars"):
        arrays = {str(k): np.asarray(v.values) for k, v in result.data_vars.items()}
        dims = {str(k): [str(d) for d in v.dims] for k, v in result.data_vars.items()}
        coords = [str(k) for k, v in result.coords.items() if v.dims == (k,)]
        arrays |= {f"coord {k}": np.asarray(result.coords[k].values) for k in coords}
    elif isinstance(result, Mapping):
        arrays = {str(k): np.asarray(v) for k, v in result.items()}
        dims = {k: [f"{k}_{i}" for i in range(v.ndim)] for k, v in arrays.items()}
        coords = []
    else:
        raise ValueError(
            "function: expected it to return a dictionary of arrays or an xarray.Dataset, got "
            f"{type(result).__name__}"
        )
    for k, v in arrays.items():
        if v.dtype.kind not in "biufcUS":
            raise ValueError(
                f"function: expected {k!r} to be an array of numbers or text, got dtype {v.dtype}"
            )
    return arrays, dims, coords


def done(root: Path, name: str, *, read: bool = False) -> bool:
    """Test whether the result of a point is in the store.

    Parameters
    ----------
    root : Path
        The store.
    name : str
        The name of the point's files.
    read : bool, default False
        Whether to read it too, which verifies it.

    Returns
    -------
    bool
        Whether it is there.

    Raises
    ------
    ValueError
        With `read`, if it is damaged.
    """
    if not (root / "members" / f"{name}.json").exists():
        return False
    if read:
        _read(root, name)
    return True


def _read(root: Path, name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    note, array = root / "members" / f"{name}.json", root / "members" / f"{name}.npz"
    remedy = f"delete {note} to compute this point again"
    facts = _files.read_json(note, remedy)
    if not isinstance(facts, dict) or not {"point", "dims", "coords", "checksum"} <= set(facts):
        raise ValueError(f"{note} is damaged; {remedy}")
    if key(facts["point"]) != name:
        raise ValueError(f"{note} is the result of another point, {facts['point']}; {remedy}")
    if not array.exists():
        raise ValueError(f"{array} is missing; {remedy}")
    return _files.unpack(array, facts["checksum"], remedy), facts
