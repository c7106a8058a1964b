"""Check plain data: what an answer may return, and what it is converted to."""

import collections
import enum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbjudge.errors import NotPlainError
from nbjudge.values import MAX_DEPTH, to_plain

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.lists(inner).map(tuple),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_data_stay_as_they_are(value):
    assert to_plain(value) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.float32(0.5), 0.5),
        (np.longdouble(2), 2.0),
        (np.complex64(1j), 1j),
        (np.bool_(True), True),
        (np.str_("rich"), "rich"),
        (range(3), [0, 1, 2]),
        (collections.OrderedDict(a=np.int8(1)), {"a": 1}),
        (collections.namedtuple("P", "x y")(1, 2), (1, 2)),
        (enum.IntEnum("Sign", "PLUS").PLUS, 1),
        (np.array(["lazy", "rich"]), ["lazy", "rich"]),
        (np.array([1, None], dtype=object), [1, None]),
    ],
)
def test_relatives_of_plain_types_become_them(value, expected):
    got = to_plain(value)
    assert got == expected
    assert type(got) is type(expected)


@pytest.mark.parametrize(
    ("array", "dtype"),
    [
        (np.ones(2, np.float16), np.float64),
        (np.ones(2, np.longdouble), np.float64),
        (np.ones(2, ">f8"), np.float64),
        (np.ones(2, np.float32), np.float32),
        (np.ones((3, 2), np.int64).T, np.int64),
        (np.ones(2, bool), np.bool_),
    ],
)
def test_arrays_are_copied_to_native_contiguous_ones(array, dtype):
    got = to_plain(array)
    assert got.dtype == np.dtype(dtype)
    assert got.dtype.isnative
    assert got.flags.c_contiguous
    assert not np.shares_memory(got, array)
    assert np.array_equal(got, array)


def test_torch_tensors_become_arrays():
    torch = pytest.importorskip("torch", reason="torch is one of the project's own requirements")
    leaf = torch.ones(2, requires_grad=True)
    assert np.array_equal(to_plain({"w": leaf * 2})["w"], [2.0, 2.0])
    assert to_plain(torch.tensor(3.0, dtype=torch.bfloat16)) == 3.0


@pytest.mark.parametrize(
    "value", [object(), {1, 2}, (n for n in range(2)), np.array("2026", "datetime64"), print]
)
def test_anything_else_is_refused_by_name(value):
    with pytest.raises(NotPlainError, match="return"):
        to_plain(value)


def test_nesting_has_an_end():
    deep = []
    for _ in range(MAX_DEPTH + 1):
        deep = [deep]
    with pytest.raises(NotPlainError, match="levels deep"):
        to_plain(deep)
