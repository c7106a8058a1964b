"""Values sent in a frame arrive as exact built-in types; nothing sent harms the reader."""

import random
import socket
import struct
import subprocess
import sys
import threading
import time

import msgpack
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from patience import soon

from nbjudge.errors import ChannelClosed, ChannelTimeout, FrameError
from nbjudge.worker import frames
from nbjudge.worker.channel import Channel
from nbjudge.worker.frames import decode, encode

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=2**64, max_value=2**200)
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | st.text(alphabet="é!", min_size=1000, max_size=1100)
    | st.binary(max_size=2000)
)
ARRAYS = st.sampled_from(sorted(frames.DTYPES)).flatmap(
    lambda name: hnp.arrays(name, hnp.array_shapes(min_dims=0, min_side=0, max_side=4))
)
KEYS = st.none() | st.booleans() | st.integers() | st.text() | st.tuples(st.integers(), st.text())
PLAIN = st.recursive(
    SCALARS | ARRAYS,
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner),
    max_leaves=15,
)


def frame(tree, *blobs: bytes) -> bytes:
    """A frame with this structure part, whatever it says."""
    return raw_frame(msgpack.packb(tree, strict_types=True), *blobs)


def raw_frame(structure: bytes, *blobs: bytes) -> bytes:
    sizes = struct.pack(f"!{len(blobs)}Q", *map(len, blobs))
    return (
        struct.pack("!4sII", b"LRf1", len(structure), len(blobs))
        + sizes
        + structure
        + b"".join(blobs)
    )


def same(a, b) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return len(a) == len(b) and all(map(same, a.items(), b.items()))
    return repr(a) == repr(b)  # tells NaN and signed zeros apart


@given(PLAIN)
@settings(max_examples=300, deadline=None)
def test_plain_data_come_back_as_they_were(value):
    assert same(decode(b"".join(encode(value))), value)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        {1, 2},
        np.float64(1.0),
        np.array([None]),
        np.array(["a"]),
        np.ones(2, ">f8"),
        type("Liar", (float,), {})(1.0),
        "\ud800",
        1 << (5 * frames.MAX_DIGITS),
        list(range(frames.MAX_NODES + 10**6)),
        [np.zeros(0)] * (frames.MAX_BLOBS + 1),
        np.zeros(frames.MAX_BLOB + 1, np.int8),
        [np.zeros(frames.MAX_BLOB, np.int8)] * 5,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_or_too_large_is_refused_by_the_sender(value):
    with pytest.raises(FrameError):
        encode(value)


PREFIXES = {
    "list": b"\x91",
    "dict": b"\x81\xa1a",
    "tuple": b"\x81\xa2!t\x91",
    "pairs": b"\x81\xa2!d\x91\x92\x01",
}


@pytest.mark.parametrize("levels", [50, 400, 900, 50_000])
@pytest.mark.parametrize("prefix", PREFIXES.values(), ids=PREFIXES)
def test_deep_nesting_is_refused(levels, prefix):
    with pytest.raises(FrameError):
        decode(raw_frame(prefix * levels + b"\x01"))


def test_extension_types_are_refused():
    with pytest.raises(FrameError, match="extension"):
        decode(frame(msgpack.ExtType(1, b"x")))
    with pytest.raises(FrameError):
        decode(frame(msgpack.Timestamp(1)))


BOMB = """
import resource, struct, sys
from nbjudge.errors import FrameError
from nbjudge.worker.frames import decode
structure = b"\\x9f" + (b"\\xdd" + struct.pack("!I", 60_000) + {filler!r} * 60_000) * 15
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    decode(struct.pack("!4sII", b"LRf1", len(structure), 0) + structure)
except FrameError:
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(grown // (2**20 if sys.platform == "darwin" else 2**10))
"""


@pytest.mark.parametrize("filler", [b"\x80", b"\x90"], ids=["dicts", "lists"])
def test_a_bomb_of_small_containers_is_refused_in_bounded_memory(filler):
    run = subprocess.run(
        [sys.executable, "-c", BOMB.format(filler=filler)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(run.stdout) < 200  # MB


@pytest.mark.parametrize(
    "header",
    [
        struct.pack("!4sII", b"LRf1", 2**32 - 1, 0),
        struct.pack("!4sII", b"LRf1", 10, 2**32 - 1),
        struct.pack("!4sIIQ", b"LRf1", 10, 1, 2**63),
        struct.pack("!4sII5Q", b"LRf1", 10, 5, *[frames.MAX_BLOB] * 5),
        struct.pack("!4sII", b"HTTP", 10, 0),
    ],
    ids=["structure", "count", "blob", "total", "magic"],
)
def test_declared_sizes_are_checked_before_anything_is_read(header):
    with pytest.raises(FrameError):
        decode(header)


@pytest.mark.parametrize(
    ("tree", "blob"),
    [
        ({"!a": ["float64", [2], 0]}, bytes(8)),
        ({"!a": ["float64", [-1], 0]}, bytes(8)),
        ({"!a": ["float64", [2**62, 2**62], 0]}, bytes(8)),
        ({"!a": ["float64", [0, 2**62], 0]}, b""),
        ({"!a": ["float64", [0] * 40, 0]}, b""),
        ({"!a": ["float64", [True], 0]}, bytes(8)),
        ({"!a": ["float64", [1], 1]}, bytes(8)),
        ({"!a": ["float64", [1], -1]}, bytes(8)),
        ({"!a": ["float64", [1], "0"]}, bytes(8)),
        ({"!a": ["object", [1], 0]}, bytes(8)),
        ({"!a": ["O8", [1], 0]}, bytes(8)),
        ({"!a": [["float64"], [1], 0]}, bytes(8)),
        ({"!a": "float64"}, bytes(8)),
        ([{"!b": 0}, {"!b": 0}], bytes(8)),
        ({"!s": 0}, b"\xff\xfe"),
        ({"!i": "z"}, b""),
        ({"!i": "f" * 10**5}, b""),
        ({"!c": [1, 2]}, b""),
        ({"!d": [[1]]}, b""),
        ({"!d": [[[1], 2]]}, b""),
        ({"!x": 1}, b""),
        ({"!t": [1], "a": 2}, b""),
        ({1: 2}, b""),
        ({b"a": 2}, b""),
    ],
)
def test_malformed_tags_are_refused(tree, blob):
    with pytest.raises(FrameError):
        decode(frame(tree, blob))


@pytest.mark.parametrize(
    "keys",
    [
        [{"!i": f"{k * (2**61 - 1) + 5:x}"} for k in range(2**10, 2**10 + 20_000)],
        [{"!t": [(k >> 3 * i & 7) * (2**61 - 1) + 5 for i in range(4)]} for k in range(8**4)],
    ],
    ids=["long integers", "tuples"],
)
def test_keys_that_share_a_hash_cannot_hold_the_judge(keys):
    """A dictionary of 20,000 such integers took 6.8 seconds to build."""
    with pytest.raises(FrameError, match="have one hash"):
        decode(frame({"!d": [[key, 0] for key in keys]}))


def test_a_receiver_takes_no_more_bytes_than_it_asked_for():
    parts = [bytearray(b"".join(encode(np.zeros(1000))))]

    def read(size: int) -> bytearray:
        taken, parts[0] = parts[0][:size], parts[0][size:]
        return taken

    with pytest.raises(FrameError, match="at most 7999"):
        frames.read_frame(read, 7999)


def test_truth_values_in_arrays_are_true_or_false():
    """A byte of 2 in a boolean array is true, but not equal to True."""
    array = decode(frame({"!a": ["bool", [3], 0]}, b"\x00\x01\x02"))
    assert array.dtype == bool
    assert array.tobytes() == b"\x00\x01\x01"


FRAMES = [
    b"".join(encode(value))
    for value in (
        {"value": (1, 2.5, "x" * 2000, b"y", None, True, 1 + 2j, 2**70)},
        [np.arange(6.0).reshape(2, 3), {"w": np.ones(3, bool), 4: [np.zeros((0, 3))]}],
        ({"k": ({"k": [({4: [np.ones(1)]},)]},)},),
    )
]
LEAVES = [
    None,
    True,
    0,
    -1,
    2**63,
    1.5,
    float("nan"),
    "",
    "!t",
    "!a",
    "float64",
    "object",
    "z" * 40,
    b"",
    b"ab",
    2**40,
]
TAGS = ["!t", "!d", "!c", "!i", "!s", "!b", "!a", "!x", "a", ""]


def random_tree(draw: random.Random, depth: int = 0):
    """What a frame's structure may say: tags with anything in them, arrays of any shape."""
    kind = draw.randrange(6 if depth < 6 else 1)
    if kind <= 1:
        return draw.choice(LEAVES)
    if kind == 2:
        return [random_tree(draw, depth + 1) for _ in range(draw.randrange(4))]
    if kind == 3:
        shape = [
            draw.choice([0, 1, 2, 3, -1, 2**32, 2**62, None])
            for _ in range(draw.choice([0, 1, 2, 40]))
        ]
        return {
            "!a": [
                draw.choice(["float64", "bool", "int8", "O", ""]),
                shape,
                draw.choice([0, 1, 2, -1, "0"]),
            ]
        }
    if kind == 4:
        return {draw.choice(TAGS): random_tree(draw, depth + 1)}
    return {
        draw.choice([*TAGS, 1, b"k"]): random_tree(draw, depth + 1)
        for _ in range(draw.randrange(4))
    }


def random_frame(draw: random.Random) -> bytes:
    kind = draw.randrange(4)
    if kind == 0:  # bytes of any kind, sometimes with a right beginning
        return draw.choice([b"", b"LRf1"]) + draw.randbytes(draw.randrange(200))
    if kind == 1:  # the right lengths around a structure of any bytes
        blobs = [draw.randbytes(draw.choice([0, 1, 8, 16])) for _ in range(draw.randrange(3))]
        return raw_frame(draw.randbytes(draw.randrange(100)), *blobs)
    if kind == 2:  # a structure that makes sense here and there
        return frame(
            random_tree(draw),
            *(bytes(draw.choice([0, 1, 8, 16, 24])) for _ in range(draw.randrange(3))),
        )
    data = bytearray(draw.choice(FRAMES))  # a sound frame with some bytes changed
    for _ in range(draw.randrange(1, 6)):
        data[draw.randrange(len(data))] = draw.randrange(256)
    if draw.random() < 0.2:
        del data[draw.randrange(len(data) + 1) :]
    return bytes(data)


def fuzz(count: int, seed: int) -> tuple[int, float]:
    """Decode `count` frames: how many were values, and the longest time.

    A value can be sent on, and is the same then.
    """
    draw, values, longest = random.Random(seed), 0, 0.0
    for _ in range(count):
        data = random_frame(draw)
        began = time.monotonic()
        try:
            value = decode(data)
        except FrameError:
            continue
        finally:
            longest = max(longest, time.monotonic() - began)
        values += 1
        assert same(decode(b"".join(encode(value))), value), data
    return values, longest


def test_random_and_mutated_frames_are_values_or_frame_errors():
    values, _ = fuzz(5000, seed=7)
    assert 200 < values < 4000


@pytest.mark.slow
def test_two_hundred_thousand_frames(capsys):
    values, longest = fuzz(200_000, seed=8)
    with capsys.disabled():
        print(f"\n{values} values, the others refused; longest {1e3 * longest:.1f} ms")
    assert values > 10_000


@pytest.fixture
def pair():
    left, right = socket.socketpair()
    yield Channel(left), Channel(right)
    left.close()
    right.close()


def test_values_travel_both_ways(pair):
    left, right = pair
    for value in (1, {"w": np.arange(3.0)}, "x" * 5000):
        left.send(value)
        assert same(right.recv(), value)


def test_a_large_array_arrives_whole(pair):
    left, right = pair
    array = np.arange(10**6, dtype=np.float64)
    sender = threading.Thread(target=left.send, args=(array,))
    sender.start()
    assert same(right.recv(soon()), array)
    sender.join()


def test_silence_ends_at_the_deadline(pair):
    with pytest.raises(ChannelTimeout):
        pair[0].recv(time.monotonic() + 0.05)


def test_a_dripping_sender_cannot_stretch_the_deadline(pair):
    left, right = pair
    stop = threading.Event()

    def drip():
        for byte in frame("x" * 500):
            if stop.wait(0.02):
                return
            right.sock.send(bytes([byte]))

    dripping = threading.Thread(target=drip)
    dripping.start()
    with pytest.raises(ChannelTimeout):
        left.recv(time.monotonic() + 0.2)
    stop.set()
    dripping.join()


def test_a_receiver_that_does_not_read_cannot_hold_the_sender(pair):
    with pytest.raises(ChannelTimeout):
        pair[0].send(np.zeros(2**22), time.monotonic() + 0.1)


def test_the_end_of_the_other_side_is_told(pair):
    left, right = pair
    right.sock.sendall(frame([1, 2])[:-1])
    right.close()
    with pytest.raises(ChannelClosed):
        left.recv(soon())
