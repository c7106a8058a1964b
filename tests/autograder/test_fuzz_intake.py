"""Test that reading anything ends in time, in cells or a reason, and gives back a notebook."""

import copy
import io
import json
import random
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator

import labs
import nbformat
import pytest

from autograder.intake import Unreadable, reader
from nbjudge.matching.rebuild import rebuild

SLICE = 300
TOKENS = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b",",
    b"\\",
    b"\\ud800",
    b"\x00",
    b"\xff",
    b"NaN",
    b"1e999",
    b"null",
    b'"cells"',
    b'"source"',
]
TOKENS += [
    b"-",
    b"9" * 400,
    b"[" * 400,
    b'{"a":' * 400,
    b"\xef\xbb\xbf",
    b"PK\x03\x04",
    b"\n",
    b"\r",
    b"\xed\xa0\x80",
    b"true",
    b'"nbformat": 3',
]
VALUES = [
    None,
    True,
    0,
    -1,
    10**30,
    1.5,
    "",
    "x",
    "\ud800",
    "\x00",
    [],
    {},
    [[]],
    {"a": {}},
    "code",
    "def double(x): return x",
    ["a", None, 3],
]
KEYS = [
    "cells",
    "source",
    "cell_type",
    "metadata",
    "nbgrader",
    "grade_id",
    "id",
    "nbformat",
    "attachments",
    "nbjudge",
    "names",
    "worksheets",
    "input",
]


def inputs(seed: int) -> Iterator[tuple[str, bytes]]:
    """Kind and content, for ever, each seed its own."""
    draw = random.Random(seed)
    whole = json.dumps(labs.submission()).encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/09_small.ipynb", whole)
        archive.writestr("b.ipynb", whole[:500])
    packed = buffer.getvalue()
    makers = [
        ("random bytes", lambda: draw.randbytes(draw.choice([0, 1, 3, 10, 100, 3000]))),
        ("random tokens", lambda: b"".join(draw.choices(TOKENS, k=draw.randrange(1, 200)))),
        ("mutated bytes", lambda: _mutated(draw, whole)),
        (
            "mutated tree",
            lambda: json.dumps(_changed(draw, labs.submission())).encode(
                draw.choice(["utf-8", "utf-16"])
            ),
        ),
        (
            "mutated archive",
            lambda: _mutated(draw, packed) if draw.random() < 0.5 else _flipped(draw, packed),
        ),
    ]
    while True:
        kind, make = draw.choice(makers)
        yield kind, make()


def _mutated(draw: random.Random, whole: bytes) -> bytes:
    data = bytearray(whole)
    for _ in range(draw.randrange(1, 6)):
        place, length = draw.randrange(len(data) + 1), draw.choice([0, 0, 1, 1, 5, 200])
        action = draw.randrange(4)
        if action == 0:
            data[place : place + length] = draw.choice(TOKENS)
        elif action == 1:
            data[place : place + length] = draw.randbytes(draw.randrange(9))
        elif action == 2:
            data[place:place] = data[place : place + draw.randrange(300)]
        elif data:
            del data[place : place + draw.randrange(300)]
    return bytes(data[: draw.randrange(len(data) + 1)] if draw.random() < 0.2 else data)


def _flipped(draw: random.Random, whole: bytes) -> bytes:
    """A few bytes changed in the archive's two directories, at its beginning and its end."""
    data = bytearray(whole)
    for _ in range(draw.randrange(1, 4)):
        data[draw.choice([draw.randrange(60), -1 - draw.randrange(150)])] = draw.randrange(256)
    return bytes(data)


def _changed(draw: random.Random, tree: dict) -> dict:
    """Some nodes replaced, doubled, removed, or renamed."""
    for _ in range(draw.randrange(1, 12)):
        node = tree
        while True:
            items = list(node.items()) if isinstance(node, dict) else list(enumerate(node))
            if not items:
                break
            key, value = draw.choice(items)
            if isinstance(value, dict | list) and draw.random() < 0.8:
                node = value
                continue
            action, other = draw.randrange(4), copy.deepcopy(draw.choice([value, *VALUES]))
            if action == 0:
                node[key] = other
            elif action == 1:
                del node[key]
            elif isinstance(node, dict):
                node[draw.choice(KEYS)] = other
            else:
                node.insert(key, other)
            break
    return tree


def fuzz(count: int, seed: int) -> tuple[Counter, float]:
    """Read `count` inputs as a submission is read, and match what was read.

    It returns how each ended, and the longest time.
    """
    assignment, ends, longest = labs.assignment(), Counter(), 0.0
    ids = sorted(labs.cell_ids(labs.release()))
    source = inputs(seed)
    for _ in range(count):
        kind, content = next(source)
        began = time.monotonic()
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.flush()
            problem = ""
            try:
                candidates, _ = reader.read_file(file)
            except Unreadable as why:
                candidates, problem = [], str(why)
        assert problem.isprintable(), content
        # These are the answers to a reader that died or misbehaved: no input may bring it there.
        assert "memory" not in problem, content
        assert problem != "the file could not be read", content
        for candidate in candidates:
            if candidate.problem:
                assert candidate.problem.isprintable(), content
                continue
            rebuilt, _ = rebuild(assignment, candidate.notebook)
            assert sorted(labs.cell_ids(rebuilt)) == ids, content
            nbformat.validate(nbformat.from_dict(rebuilt))
            json.dumps(rebuilt, ensure_ascii=False).encode()
        ends[f"{kind}: {'read' if any(not c.problem for c in candidates) else 'refused'}"] += 1
        longest = max(longest, time.monotonic() - began)
    return ends, longest


def test_a_slice_of_the_fuzz():
    ends, _ = fuzz(SLICE, seed=1)
    assert sum(ends.values()) == SLICE
    assert ends["mutated tree: read"] > 20
    assert ends["mutated bytes: read"] > 20
    assert ends["random bytes: refused"] > 20


@pytest.mark.slow
def test_ten_thousand_files(capsys):
    ends, longest = fuzz(10_000, seed=2)
    with capsys.disabled():
        print(f"\n{dict(sorted(ends.items()))}, longest {longest:.2f} s")
    assert sum(ends.values()) == 10_000


def test_the_deadline_ends_a_reading():
    with tempfile.TemporaryFile() as file:
        file.write(b"{}")
        file.flush()
        with pytest.raises(Unreadable, match="took too long"):
            reader.read_file(file, seconds=0)
