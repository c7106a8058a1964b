"""Encode plain data as bytes that cannot harm the receiving side.

A frame is a header (sizes), a structure part (msgpack, at most 1 MB) and blobs: the raw bytes of
arrays and of long strings, which the structure refers to by index. Sizes are checked before
anything is allocated. Types that msgpack lacks are tagged: `{"!t": [...]}` is a tuple, and so on;
our own pass resolves the tags and limits depth and number of nodes (msgpack's hook for extension
types recurses in C and can be made to overflow the stack).

This module is longer than 300 lines because encoding and decoding should be read side by side.
"""

import itertools
import struct
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nbjudge import values
from nbjudge.errors import FrameError, FrameTooLarge
from nbjudge.extras import needs

with needs("lab"):
    import msgpack

__all__ = ["decode", "encode", "read_frame"]

MAX_STRUCTURE = 2**20
MAX_BLOB = 64 * 2**20
MAX_TOTAL = 256 * 2**20
MAX_BLOBS = 20_000
MAX_NODES = 200_000
MAX_DEPTH = values.MAX_DEPTH + 4  # a value as deep as `to_plain` allows, in a message
MAX_ALIKE = 64  # keys of a dictionary with the same hash
MAX_DIGITS = 2**14  # hexadecimal digits of an integer beyond 64 bits
LONG = 1024  # strings and bytes longer than this are sent as blobs

DTYPES = {
    name: np.dtype(name)
    for name in (
        [
            "bool",
            "int8",
            "int16",
            "int32",
            "int64",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "float32",
            "float64",
            "complex64",
            "complex128",
        ]
    )
}
_HEADER = struct.Struct("!4sII")
_MAGIC = b"LRf1"


def encode(value: Any) -> list[bytes]:
    """Encode a value.

    Parameters
    ----------
    value : object
        Plain data (see `nbjudge.values.to_plain`).

    Returns
    -------
    list of bytes
        The parts of the frame.

    Raises
    ------
    FrameError
        For other types, and for values that are too deep, too many or too large.

    Examples
    --------
    >>> decode(b"".join(encode((1, {"w": [2.5]}))))
    (1, {'w': [2.5]})
    """
    blobs: list[bytes] = []
    tree = _to_tree(value, blobs, 0, itertools.count(1))
    try:
        structure = msgpack.packb(tree, use_bin_type=True)
    except (ValueError, OverflowError, UnicodeError) as error:
        raise FrameError(f"the value cannot be sent: {error}") from None
    sizes = [len(blob) for blob in blobs]
    _check_sizes(len(structure), sizes)
    header = _HEADER.pack(_MAGIC, len(structure), len(blobs)) + struct.pack(
        f"!{len(sizes)}Q", *sizes
    )
    return [header, structure, *blobs]


def _to_tree(value: Any, blobs: list[bytes], depth: int, nodes: Iterator[int]) -> Any:
    if next(nodes) > MAX_NODES:
        raise FrameError(f"the value has too many entries (more than {MAX_NODES}); return an array")
    if depth > MAX_DEPTH:
        raise FrameError(f"the value is nested more than {MAX_DEPTH} levels deep")
    kind = type(value)
    if value is None or kind in (bool, float):
        return value
    if kind is int:
        if -(2**63) <= value < 2**64:
            return value
        if abs(value) >> (4 * MAX_DIGITS):
            raise FrameError("the value contains an integer with too many digits")
        return {"!i": f"{value:x}"}
    if kind is str:
        try:
            raw = value.encode()
        except UnicodeEncodeError:
            raise FrameError("the value contains a string that is not valid Unicode") from None
        return value if len(raw) <= LONG else {"!s": _blob(raw, blobs)}
    if kind is bytes:
        return value if len(value) <= LONG else {"!b": _blob(value, blobs)}
    if kind is complex:
        return {"!c": [value.real, value.imag]}
    if kind is list:
        return [_to_tree(item, blobs, depth + 1, nodes) for item in value]
    if kind is tuple:
        return {"!t": [_to_tree(item, blobs, depth + 1, nodes) for item in value]}
    if kind is dict:
        if all(type(key) is str and len(key) <= LONG and not key.startswith("!") for key in value):
            return {key: _to_tree(item, blobs, depth + 1, nodes) for key, item in value.items()}
        pairs = [
            [_to_tree(part, blobs, depth + 1, nodes) for part in pair] for pair in value.items()
        ]
        return {"!d": pairs}
    if kind is np.ndarray and value.dtype.name in DTYPES and value.dtype.isnative:
        return {"!a": [value.dtype.name, list(value.shape), _blob(value.tobytes(), blobs)]}
    raise FrameError(f"a value of type {kind.__name__} cannot be sent")


def _blob(raw: bytes, blobs: list[bytes]) -> int:
    blobs.append(raw)
    return len(blobs) - 1


def _check_sizes(structure: int, sizes: list[int]) -> None:
    if structure > MAX_STRUCTURE:
        raise FrameError(
            f"the value has too many entries ({structure} bytes, at most {MAX_STRUCTURE})"
        )
    if len(sizes) > MAX_BLOBS:
        raise FrameError(f"the value contains too many arrays ({len(sizes)}, at most {MAX_BLOBS})")
    if any(size > MAX_BLOB for size in sizes) or sum(sizes) > MAX_TOTAL:
        raise FrameError(
            f"the value is too large (at most {MAX_BLOB >> 20} MB per array, "
            f"{MAX_TOTAL >> 20} MB in all)"
        )


def decode(frame: bytes) -> Any:
    """Decode a complete frame.

    Parameters
    ----------
    frame : bytes
        The parts that `encode` made, joined.

    Returns
    -------
    object
        The value: exact built-in types and base `numpy.ndarray` only.

    Raises
    ------
    FrameError
        For anything that `encode` does not write.
    """
    position = 0

    def read(size: int) -> bytearray:
        nonlocal position
        if size > len(frame) - position:
            raise FrameError("the frame ends too early")
        position += size
        return bytearray(frame[position - size : position])

    value = read_frame(read)
    if position != len(frame):
        raise FrameError("there are bytes after the end of the frame")
    return value


def read_frame(read: Callable[[int], bytearray], most: int = MAX_TOTAL) -> Any:
    """Read and decode one frame.

    Parameters
    ----------
    read : callable
        `read(n)` returns exactly n bytes.
    most : int, optional
        The largest number of bytes of arrays and long strings in the frame.

    Returns
    -------
    object
        The value.

    Raises
    ------
    FrameError
        For anything that `encode` does not write.
    FrameTooLarge
        If the frame has more than `most`.
    """
    magic, length, count = _HEADER.unpack(read(_HEADER.size))
    if magic != _MAGIC:
        raise FrameError("these bytes are not a frame")
    _check_sizes(length, [0] * min(count, MAX_BLOBS + 1))
    sizes = list(struct.unpack(f"!{count}Q", read(8 * count)))
    _check_sizes(length, sizes)
    if sum(sizes) > most:
        raise FrameTooLarge(f"the frame has {sum(sizes)} bytes, expected at most {most}")
    structure = bytes(read(length))
    blobs: list[bytearray | None] = [read(size) for size in sizes]
    try:
        tree = msgpack.unpackb(
            structure,
            raw=False,
            strict_map_key=True,
            ext_hook=_refuse_extension,
            max_array_len=MAX_NODES,
            max_map_len=MAX_NODES,
        )
        return _Undo(blobs).value(tree, 0)
    except FrameError:
        raise
    except (
        ValueError,
        TypeError,
        OverflowError,
        RecursionError,
        MemoryError,
        msgpack.UnpackException,
    ) as error:
        raise FrameError(f"the frame is malformed: {type(error).__name__}") from None


def _refuse_extension(code: int, data: bytes) -> Any:
    raise FrameError("the frame contains an extension type")


class _Undo:
    """Convert tags back to values and count nodes; every blob may be used only once."""

    def __init__(self, blobs: list[bytearray | None]):
        self.blobs = blobs
        self.nodes = 0

    def value(self, tree: Any, depth: int) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES or depth > MAX_DEPTH:
            raise FrameError("the frame is nested too deep or has too many entries")
        kind = type(tree)
        if tree is None or kind in (bool, int, float, str, bytes):
            return tree
        if kind is list:
            return [self.value(item, depth + 1) for item in tree]
        if kind is not dict:
            raise FrameError(f"the frame contains a {kind.__name__}")
        if len(tree) == 1:
            ((tag, content),) = tree.items()
            if type(tag) is str and tag.startswith("!"):
                return self.tagged(tag, content, depth)
        if not all(type(key) is str and not key.startswith("!") for key in tree):
            raise FrameError("the frame contains a key that is not a string, or a stray tag")
        return {key: self.value(item, depth + 1) for key, item in tree.items()}

    def tagged(self, tag: str, content: Any, depth: int) -> Any:
        if tag == "!t" and type(content) is list:
            return tuple(self.value(item, depth + 1) for item in content)
        if (
            tag == "!d"
            and type(content) is list
            and all(type(p) is list and len(p) == 2 for p in content)
        ):
            return self.dictionary(content, depth + 1)
        if (
            tag == "!c"
            and type(content) is list
            and [type(part) for part in content] == [float, float]
        ):
            return complex(*content)
        if tag == "!i" and type(content) is str and len(content) <= MAX_DIGITS + 1:
            return int(content, 16)
        if tag == "!s":
            return self.blob(content).decode()
        if tag == "!b":
            return bytes(self.blob(content))
        if tag == "!a" and type(content) is list and len(content) == 3:
            return self.array(*content)
        raise FrameError("the frame contains an unknown or malformed tag")

    def dictionary(self, pairs: list[list[Any]], depth: int) -> dict[Any, Any]:
        """Build a dictionary; refuse many keys with the same hash, which would take minutes."""
        result: dict[Any, Any] = {}
        alike: dict[int, int] = {}
        for pair in pairs:
            key = self.value(pair[0], depth)
            alike[hash(key)] = alike.get(hash(key), 0) + 1
            if alike[hash(key)] > MAX_ALIKE:
                raise FrameError("the frame contains a dictionary whose keys have one hash")
            result[key] = self.value(pair[1], depth)
        return result

    def array(self, name: Any, shape: Any, index: Any) -> np.ndarray:
        dtype = DTYPES.get(name) if type(name) is str else None
        if dtype is None or type(shape) is not list or len(shape) > 32:
            raise FrameError("the frame contains an array of an unknown type")
        size = dtype.itemsize
        for length in shape:
            if type(length) is not int or not 0 <= length <= MAX_BLOB:
                raise FrameError("the frame contains an array with an impossible shape")
            size *= length
        blob = self.blob(index)
        if size != len(blob):
            raise FrameError("the frame contains an array whose shape does not fit its bytes")
        array = np.frombuffer(blob, dtype=np.uint8 if name == "bool" else dtype)
        # Any byte other than 0 and 1 would make a corrupt truth value.
        return (array != 0 if name == "bool" else array).reshape(shape)

    def blob(self, index: Any) -> bytearray:
        if type(index) is not int or not 0 <= index < len(self.blobs):
            raise FrameError("the frame refers to bytes that do not exist")
        blob, self.blobs[index] = self.blobs[index], None
        if blob is None:
            raise FrameError("the frame refers to the same bytes twice")
        return blob
