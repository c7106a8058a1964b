"""Files that are whole or not there: written beside their place and renamed into it, with a checksum that reading verifies."""

import hashlib
import io
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["canonical", "digest", "pack", "read_json", "unpack", "write"]


def write(path: Path, content: bytes) -> None:
    """Put `content` at `path` at once: a reader, or a crash, sees the old file or the new one, never a part."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def canonical(value: Any) -> str:
    """Plain data as JSON, the same text for equal values: keys sorted, NumPy numbers as Python's."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)


def digest(*contents: bytes | str) -> str:
    """A short name for contents."""
    found = hashlib.sha256()
    for content in contents:
        found.update(content.encode() if isinstance(content, str) else content)
        found.update(b"\0")
    return found.hexdigest()[:20]


def read_json(path: Path, remedy: str) -> Any:
    """Raises ValueError, with the remedy, if it is no JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError(f"{path} is damaged ({error}); {remedy}") from None


def pack(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Arrays as the bytes of an npz file: equal arrays, equal bytes."""
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def unpack(path: Path, checksum: str, remedy: str) -> dict[str, np.ndarray]:
    """The arrays of an npz file whose checksum is known. Raises ValueError, with the remedy, if the file is another or damaged."""
    content = path.read_bytes()
    if digest(content) != checksum:
        raise ValueError(f"{path} is damaged (its checksum differs); {remedy}")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return dict(arrays)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    raise TypeError(
        f"expected plain data (numbers, text, lists, dictionaries), got {value!r}"[:200]
    )
