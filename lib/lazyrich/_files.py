"""Write files that are whole or absent, and verify them by checksum when they are read."""

import errno
import hashlib
import io
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["begin", "canonical", "create", "digest", "pack", "read_json", "unpack", "write"]


def write(path: Path, content: bytes) -> None:
    """Write a file atomically: even after a crash it is the whole old file or the whole new one.

    Parameters
    ----------
    path : Path
        The file to write.
    content : bytes
        All of its content.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        _through(temporary, content)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def create(path: Path, content: bytes) -> bool:
    """Make a file unless it exists: of several processes that try, one succeeds.

    Parameters
    ----------
    path : Path
        The file to make.
    content : bytes
        All of its content, which no process sees in part where there are hard links.

    Returns
    -------
    bool
        Whether the file was made; False if it was there.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        _through(temporary, content)
        os.link(temporary, path)  # atomic, and fails if there is a file
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK):
            raise
        return _create_without_links(path, content)
    finally:
        temporary.unlink(missing_ok=True)
    return True


def begin(name: str, note: Path, content: bytes, own: tuple[str, ...] = ()) -> None:
    """Make a folder with a note of what it holds, unless this or another process has made it.

    Parameters
    ----------
    name : str
        What the caller's argument is called, for the error message.
    note : Path
        The note, a file in the folder.
    content : bytes
        What it says if it is made.
    own : tuple of str, default ()
        Names of files that may be there without a note.

    Raises
    ------
    ValueError
        If the folder holds other files and no note. Hidden files do not count.
    """
    folder = note.parent
    if note.exists():
        return
    others = folder.exists() and any(
        p for p in folder.iterdir() if not p.name.startswith(".") and p.name not in own
    )
    if others and not note.exists():  # unless another process has made it meanwhile
        raise ValueError(
            f"{name}: {folder} holds other files and no {note.name}; choose an empty or a new "
            "folder"
        )
    folder.mkdir(parents=True, exist_ok=True)
    create(note, content)


def _create_without_links(path: Path, content: bytes) -> bool:
    """Make the file first, and write its content a moment later."""
    try:
        with open(path, "xb") as file:
            file.write(content)
    except FileExistsError:
        return False
    return True


def _through(path: Path, content: bytes) -> None:
    """Write a file through to the disk."""
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def canonical(value: Any) -> str:
    """Serialize plain data as JSON; equal values give the same text.

    Keys are sorted, and NumPy numbers are written as Python numbers.

    Parameters
    ----------
    value : Any
        Numbers, text, lists and dictionaries of these, or NumPy numbers and arrays.

    Returns
    -------
    str
        The JSON.

    Raises
    ------
    TypeError
        For anything else.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_from_numpy)


def digest(*contents: bytes | str) -> str:
    """Compute a short checksum, which also serves as a name for the contents.

    Parameters
    ----------
    *contents : bytes or str
        The contents; their order and the places where they are divided matter.

    Returns
    -------
    str
        The first 20 hexadecimal digits of the SHA-256 hash.
    """
    sha = hashlib.sha256()
    for content in contents:
        sha.update(content.encode() if isinstance(content, str) else content)
        sha.update(b"\0")
    return sha.hexdigest()[:20]


def read_json(path: Path, remedy: str) -> Any:
    """Read a JSON file.

    Parameters
    ----------
    path : Path
        The file.
    remedy : str
        What to do if the file is damaged, for the error message.

    Returns
    -------
    Any
        Its content.

    Raises
    ------
    ValueError
        If the file is not JSON; the message ends with the remedy.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is damaged ({error}); {remedy}") from None


def pack(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Write arrays as the bytes of an npz file; equal arrays give equal bytes.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        The arrays.

    Returns
    -------
    bytes
        The file's content.
    """
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)  # type: ignore[arg-type]  # no array is named allow_pickle
    return buffer.getvalue()


def unpack(path: Path, checksum: str, remedy: str) -> dict[str, np.ndarray]:
    """Verify the checksum of an npz file and read its arrays.

    Parameters
    ----------
    path : Path
        The file.
    checksum : str
        The `digest` of its content.
    remedy : str
        What to do if the file is damaged, for the error message.

    Returns
    -------
    dict of str to ndarray
        The arrays.

    Raises
    ------
    ValueError
        If the checksum differs; the message ends with the remedy.
    """
    content = path.read_bytes()
    if digest(content) != checksum:
        raise ValueError(f"{path} is damaged (its checksum differs); {remedy}")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return dict(arrays)


def _from_numpy(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(
        f"expected plain data (numbers, text, lists, dictionaries), got {value!r}"[:200]
    )
