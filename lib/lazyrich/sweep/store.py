"""The folder of a sweep: whose it is, its members' files, and all of them as one table."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lazyrich import __version__, _files
from lazyrich.sweep.grid import Point, axis_values, grid, key

__all__ = ["done", "load", "missing", "open_store", "write_member"]


def load(store: str | Path, axes: Mapping[str, Iterable[Any]]) -> Any:
    """The results as one xarray.Dataset, the grid's axes first. Raises ValueError if points are missing or damaged, or differ in shape."""
    import xarray as xr

    root, points = Path(store), grid(axes)
    if not (root / "sweep.json").exists():
        raise ValueError(f"store: {root} is no sweep's store (there is no sweep.json)")
    gone = [point for point in points if not done(root, key(point))]
    if gone:
        raise ValueError(
            f"store: {len(gone)} of {len(points)} points are missing, the first {gone[0]}; call sweep.run"
        )
    read = [_read(root, key(point)) for point in points]
    first, facts = read[0]
    names = {name: axis_values(name, axis) for name, axis in axes.items()}
    lengths = tuple(map(len, names.values()))
    for point, (arrays, theirs) in zip(points, read, strict=True):
        if theirs["dims"] != facts["dims"] or any(arrays[k].shape != first[k].shape for k in first):
            raise ValueError(
                f"store: the result at {point} has other names or shapes than that at {points[0]}"
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
    """The points of the grid that the store does not have yet."""
    return [point for point in grid(axes) if not done(Path(store), key(point))]


def open_store(root: Path, function: Callable, config: dict) -> None:
    """Make a store, or see that the one there is of this function and configuration. Raises ValueError if it is not."""
    note = root / "sweep.json"
    name = (
        f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', repr(function))}"
    )
    identity = {"function": name, "config": config}
    try:
        wanted = _files.canonical(identity)
    except TypeError as error:
        raise ValueError(f"config: {error}") from None
    if not note.exists():
        if root.exists() and any(
            p for p in root.iterdir() if not p.name.startswith(".") and p.name != "members"
        ):
            raise ValueError(
                f"store: {root} holds other files and no sweep.json; choose an empty or a new folder"
            )
        (root / "members").mkdir(parents=True, exist_ok=True)
        _files.write(note, wanted.encode())
    found = _files.read_json(
        note, f"delete {note} if you know what the store holds, or choose another store"
    )
    if found != json.loads(wanted):
        theirs = found if isinstance(found, dict) else {}
        if theirs.get("function") != name:
            differ = f"its function is {theirs.get('function')}, not {name}"
        else:
            differ = f"its config differs in {', '.join(_differ(theirs.get('config'), json.loads(wanted)['config']))}"
        raise ValueError(f"store: {root} is of another sweep ({differ}); choose another store")
    (root / "members").mkdir(exist_ok=True)


def _differ(one: Any, other: Any, name: str = "") -> list[str]:
    """The names of what differs, those of dictionaries inside with dots."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return [] if one == other else [name or "all"]
    places = {each: f"{name}.{each}" if name else each for each in {**one, **other}}
    return [
        found
        for each, place in places.items()
        for found in _differ(one.get(each), other.get(each), place)
    ]


def write_member(root: Path, name: str, point: Point, result: Any) -> None:
    """Write a result: arrays first, then the JSON that makes the member count."""
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
            f"function: expected it to return name -> array or an xarray.Dataset, got {type(result).__name__}"
        )
    for k, v in arrays.items():
        if v.dtype.kind not in "biufcUS":
            raise ValueError(f"function: {k!r} is no array of numbers or text (dtype {v.dtype})")
    return arrays, dims, coords


def done(root: Path, name: str, *, read: bool = False) -> bool:
    """Whether a member is there; `read`: and whole, or a ValueError."""
    if not (root / "members" / f"{name}.json").exists():
        return False
    if read:
        _read(root, name)
    return True


def _read(root: Path, name: str) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    note, array = root / "members" / f"{name}.json", root / "members" / f"{name}.npz"
    remedy = f"delete {note} to compute this point anew"
    facts = _files.read_json(note, remedy)
    if not isinstance(facts, dict) or not {"point", "dims", "coords", "checksum"} <= set(facts):
        raise ValueError(f"{note} is damaged; {remedy}")
    if key(facts["point"]) != name:
        raise ValueError(f"{note} is the result of another point, {facts['point']}; {remedy}")
    if not array.exists():
        raise ValueError(f"{array} is missing; {remedy}")
    return _files.unpack(array, facts["checksum"], remedy), facts
