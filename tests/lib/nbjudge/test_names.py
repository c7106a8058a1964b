"""Compare the global names found in a cell with those that Python uses when it runs the cell."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbjudge.engine.names import Names, as_lists, from_lists, names_of


@pytest.mark.parametrize(
    ("source", "reads", "binds"),
    [
        ("y = x", "x", "y"),
        ("x = 1\ny = x", "", "x y"),  # bound before it is read
        ("def f(x):\n    return x * k", "k", "f"),  # a parameter is no global name
        (
            "def f(x=k):\n    x = 2\n    return x",
            "k",
            "f",
        ),  # a default is read when the function is defined
        ("k = 2\ndef f(x):\n    return x * k", "k", "f k"),  # a function reads when it is called
        ("f = lambda x: x + k", "k", "f"),
        ("[x for x in xs if x > low]", "xs low", ""),
        ("[x for x in x]", "x", ""),
        ("{k: v for k, v in pairs.items()}", "pairs", ""),
        ("any((last := x) for x in xs)", "any xs", "last"),
        (
            "for i in range(n):\n    s = i\nprint(s)",
            "range n print s",
            "i s",
        ),  # there may have been no turn
        ("for i in (1, 2):\n    s = i\nprint(s)", "print", "i s"),
        ("if flag:\n    s = 1\nelse:\n    s = 2\ns", "flag", "s"),
        ("if flag:\n    s = 1\ns", "flag s", "s"),
        (
            "try:\n    s = risky\nexcept ValueError as error:\n    s = error\ns",
            "risky ValueError s",
            "s error",
        ),
        ("with make() as (a, b):\n    a + b", "make", "a b"),
        ("import numpy as np, os.path\nfrom m import f as g", "", "np os g"),
        ("class A(Base):\n    x = y\n    def m(self):\n        return z", "Base y z", "A"),
        (
            (
                "def outer():\n    count = 0\n    def inner():\n"
                "        nonlocal count\n        count += step\n    return inner"
            ),
            "step",
            "outer",
        ),
        ("def f():\n    global total\n    total = total + 1", "total", "f total"),
        ("x[0] = 1", "x", "x"),  # changes what the name stands for
        ("np.pi = 3", "np", "np"),
        ("x += 1", "x", "x"),
        ("del x", "", "x"),
        ("match p:\n    case [a, *rest]:\n        a", "p", "a rest"),
        ("def f(a: Array) -> Number: ...", "Array Number", "f"),
        ("@cached\ndef f(): ...", "cached", "f"),
        ("%matplotlib inline\ny = x", "x", "y"),  # only how figures look
        ("print(f'{x:{width}}')", "print x width", ""),
    ],
)
def test_reads_and_binds(source, reads, binds):
    names = names_of(source)
    assert not names.opaque | names.effects
    assert names.reads == set(reads.split())
    assert names.binds == set(binds.split())


@pytest.mark.parametrize(
    "source",
    [
        "from numpy import *",
        "globals()['x']",
        "eval('x')",
        "exec('x = 1')",
        "f = vars",
        "import __main__",
        "import sys\nsys.modules['numpy'] = None",
        "import importlib",
        "print(_3)",
        "Out[2]",
        "get_ipython().run_line_magic('run', 'x.py')",
        "%run other.ipynb",
        "!ls",
        "def f(:",
        "\x00",
        "x = " + "(" * 300 + ")" * 300,
    ],
)
def test_what_cannot_be_decided_is_opaque(source):
    assert names_of(source).opaque


@pytest.mark.parametrize(
    "source",
    [
        "np.random.seed(3)",
        "torch.set_default_dtype(torch.float64)",
        "np.save('data.npy', x)",
        "open('notes.txt', 'w').write('x')",
        "import os\nos.chdir('/')",
        "import sys\nsys.path.append('..')",
        "def prepare():\n    warnings.simplefilter('error')",
    ],
)
def test_changes_of_what_has_no_name_are_effects(source):
    names = names_of(source)
    assert names.effects
    assert not names.opaque


def test_a_value_named_underscore_is_one_like_others():
    assert not names_of("for _ in range(3):\n    pass").opaque
    assert not names_of("def f():\n    _, y = 1, 2\n    return y").opaque


@pytest.mark.parametrize(
    ("source", "fixed"),
    [
        ("import numpy as np", True),
        ("def f(x, y=1): return x", True),
        ("def f(x, memory=[]): return x", False),
        ("@cache\ndef f(x): return x", False),
        ("class A:\n    def m(self): return 1", True),
        ("class A:\n    seen = []", False),
        ("mine = checks.fallback(f, g, 1.0)", True),
        ("draw = rng.normal", False),
        ("x = 3", True),
        ("a, b = 1e-9, ('one', -2)", True),
        ("x = [3]", False),
        ("x = np.eye(3)", False),
        ("x.size = 3", False),
    ],
)
def test_fixed_is_what_use_does_not_change(source, fixed):
    assert [s.fixed for s in names_of(source).statements] == [fixed]


def test_names_survive_being_sent():
    names = names_of("import numpy as np\nx = np.ones(n)\ndef f(): return x")
    assert from_lists(as_lists(names)) == names
    assert from_lists(as_lists(names_of("def f(:"))) == Names(readable=False)


@given(
    st.recursive(
        st.none() | st.text() | st.integers(),
        lambda inner: st.lists(inner, max_size=6),
        max_leaves=20,
    )
)
def test_whatever_a_worker_sends_becomes_names(sent):
    names = from_lists(sent)
    assert isinstance(names.opaque, bool)
    assert all(isinstance(name, str) for name in names.reads | names.binds)


# Against Python itself: a random cell is run in a namespace that notes reads and stores

NAMES = st.sampled_from("abcd")
EXPRESSIONS = st.recursive(
    NAMES | st.just("1"),
    lambda inner: st.one_of(
        st.builds("({} + {})".format, inner, inner),
        st.builds("[{0} for {1} in [{0}]][0]".format, inner, NAMES),
        st.builds("(lambda {}: {})(1)".format, NAMES, inner),
    ),
    max_leaves=5,
)


def block(statements, indent="    "):
    return "\n".join(indent + line for statement in statements for line in statement.splitlines())


STATEMENTS = st.recursive(
    st.one_of(
        st.builds("{} = {}".format, NAMES, EXPRESSIONS),
        st.builds("{} += {}".format, NAMES, EXPRESSIONS),
        EXPRESSIONS,
    ),
    lambda inner: st.one_of(
        st.builds(
            lambda test, one, two: f"if {test} > 2:\n{block(one)}\nelse:\n{block(two)}",
            EXPRESSIONS,
            st.lists(inner, min_size=1, max_size=2),
            st.lists(inner, min_size=1, max_size=2),
        ),
        st.builds(
            lambda name, times, body: f"for {name} in range({times} % 3):\n{block(body)}",
            NAMES,
            EXPRESSIONS,
            st.lists(inner, min_size=1, max_size=2),
        ),
        st.builds(
            lambda name, body, value: f"def f({name}):\n{block(body)}\n    return {value}\nf(1)",
            NAMES,
            st.lists(inner, min_size=1, max_size=2),
            EXPRESSIONS,
        ),
    ),
    max_leaves=6,
)


class Noted(dict):
    """A module's namespace that notes which of its first names are read, and which are stored."""

    def __init__(self):
        super().__init__(dict.fromkeys("abcd", 1))
        self.first, self.read, self.stored = set("abcd"), set(), set()

    def __getitem__(self, name):
        value = super().__getitem__(name)
        if name in self.first:
            self.read.add(name)
        return value

    def __setitem__(self, name, value):
        self.first.discard(name)
        self.stored.add(name)
        super().__setitem__(name, value)


@given(st.lists(STATEMENTS, min_size=1, max_size=4))
def test_no_name_that_python_reads_or_binds_is_missed(statements):
    """The code at the top of a cell looks its names up in the namespace, which notes them."""
    source = "\n".join(statements)
    space = Noted()
    names = names_of(source)
    with contextlib.suppress(
        NameError, TypeError
    ):  # functions look for names among the globals, where there are none
        exec(compile(source, "<cell>", "exec"), {"range": range}, space)
    assert space.read <= names.reads
    assert space.stored <= names.binds
