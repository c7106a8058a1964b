"""Test that docstrings of public names are in numpydoc form and agree with the code.

`pytest tests/test_docstrings.py -k lazyrich.exact` says what a package lacks."""

import ast
import builtins
import importlib
import inspect
import pkgutil
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from numpy.typing import ArrayLike
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

ROOT = Path(__file__).parents[1]
PACKAGES = ("nbjudge", "lazyrich", "autograder")
APART = (
    "autograder.nbgrader_config",
    "autograder.hub.jupyterhub_config",
    "autograder.hub.servers.nbgrader_config",
    "autograder.cluster.slurm",
    "autograder.isolation.zygote",
)
CHECKS = "lazyrich.exercises."  # its functions are named after what they check: one sentence each
# Left to taste: where the first line begins (GL01, GL02), sections that are not needed everywhere
# (examples, see also, extended summary), and whether descriptions begin with a capital and end with
# a period.
FREE = {"GL01", "GL02", "ES01", "SA01", "EX01", "PR08", "PR09", "RT02", "RT04", "RT05", "SA04"}
SCALARS = {"bool": bool, "float": float, "int": int, "str": str}
NO_VERB = re.compile(r"(?:an?|all|each|how|its?|the|this|wh\w+) ", re.I)
ARRAYS = ("array_like", "ndarray", "Tensor")
UNITS = {"kB": 2**10, "MB": 2**20, "GB": 2**30}


def modules():
    for package in PACKAGES:
        root = importlib.import_module(package)
        for found in pkgutil.walk_packages(root.__path__, f"{package}."):
            if found.name not in APART and ".examples" not in found.name:
                yield found.name


def public(name):
    """The functions and classes that a module exports and defines itself."""
    module = importlib.import_module(name)
    for each in getattr(module, "__all__", ()):
        value = getattr(module, each)
        if (inspect.isfunction(value) or inspect.isclass(value)) and value.__module__ == name:
            yield each


def has_no_arguments(name, each):
    """Whether it is a class without a constructor of its own: an enum, a protocol, a subclass."""
    value = getattr(importlib.import_module(name), each)
    protocol = getattr(value, "_is_protocol", False)
    return inspect.isclass(value) and (protocol or "__init__" not in vars(value))


def disagreements(value) -> Iterator[str]:
    """What a docstring says otherwise than the signature and the `raise` statements."""
    doc = NumpyDocString(inspect.getdoc(value) or "")
    said = {n.strip(): each.type for each in doc["Parameters"] for n in each.name.split(",")}
    if inspect.isclass(value) and issubclass(value, BaseException):
        return
    if NO_VERB.match(" ".join(doc["Summary"])):
        yield f"begin with a verb, not with {doc['Summary'][0].split()[0]!r}"
    signature = inspect.signature(value)
    for name, parameter in signature.parameters.items():
        if name in said:
            yield from disagreeing(said[name], parameter, inspect.isfunction(value))
    returned = [each.type for each in doc["Returns"]]
    yield from (f"write the shape of what it returns, {e!r}" for e in returned if shapeless(e))
    scalar = signature.return_annotation in SCALARS.values() and signature.return_annotation
    if scalar and returned and SCALARS.get(first_word(returned[0])) is not scalar:
        yield f"it returns {scalar.__name__}, not {returned[0]!r}"
    if inspect.isfunction(value):
        documented = {each.type.rpartition(".")[2] for each in doc["Raises"]}
        for name in raised(value):
            error = getattr(builtins, name, inspect.unwrap(value).__globals__.get(name, ValueError))
            if not {name, *(each.__name__ for each in error.__mro__)} & documented:
                yield f"say under Raises when it raises {name}"


def disagreeing(said: str, parameter: inspect.Parameter, of_function: bool) -> Iterator[str]:
    """What the type that a docstring gives a parameter says otherwise than the signature."""
    name, default = parameter.name, parameter.default
    choices = re.match(r"\{(.*)\}", said)
    written, scalar = parameter.annotation, SCALARS.get(first_word(said))
    if scalar is not written and not choices and written in SCALARS.values():
        yield f"{name}: the signature says {written.__name__}, not {said!r}"
    if scalar and written == ArrayLike:
        yield f"{name}: the signature says ArrayLike, not {said!r}"
    if shapeless(said):
        yield f"{name}: write its shape after {said!r}"
    stated = re.search(r"default (.+)$", said)
    if default is parameter.empty:
        if stated or "optional" in said:
            yield f"{name}: the signature gives it no default"
    elif stated:
        if read(stated[1]) not in (None, default):
            yield f"{name}: its default is {default!r}, not {stated[1]}"
    elif choices and "optional" not in said:
        if ast.literal_eval(f"({choices[1]},)")[0] != default:
            yield f"{name}: write its default, {default!r}, first in the braces"
    elif of_function and "optional" not in said:
        yield f"{name}: write 'default {default!r}' after its type"


def first_word(said: str) -> str:
    return re.match(r"\w*", said)[0]


def shapeless(said: str) -> bool:
    return first_word(said) in ARRAYS and "shape" not in said


def read(default: str):
    """The value of a default in a docstring: 30,000 or 4 MB or 1/16; None if it is in words."""
    number, _, unit = re.sub(r"(?<=\d),(?=\d{3})", "", default).partition(" ")
    try:
        above, _, below = number.partition("/")
        return ast.literal_eval(above) / int(below) if below else (
            ast.literal_eval(number) * UNITS[unit] if unit else ast.literal_eval(number)
        )  # fmt: skip
    except (ValueError, SyntaxError, KeyError):
        return None


def raised(function) -> set[str]:
    """The exceptions that a function raises itself and does not catch."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    inner = {
        id(node)
        for part in ast.walk(tree)
        if isinstance(part, ast.Try) and part.handlers
        for line in part.body
        for node in ast.walk(line)
    } | {
        id(node)
        for part in tree.body[0].body
        for nested in ast.walk(part)
        if isinstance(nested, ast.FunctionDef | ast.Lambda)
        for node in ast.walk(nested)
    }
    return {
        ast.unparse(node.exc.func).rpartition(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and id(node) not in inner
    }


def example(x: float, n: int = 3, rule: str = "rkc") -> float:
    """Give an example.

    Parameters
    ----------
    x : float
        A number.
    n : int, default 3
        A count.
    rule : {"rkc", "euler"}
        A rule.

    Returns
    -------
    float
        The number.

    Raises
    ------
    ValueError
        If the count is negative.
    """
    if n < 0:
        raise ValueError("n is negative")
    return x if rule == "rkc" else -x


@pytest.mark.parametrize(
    ("right", "wrong", "words"),
    [
        ("", "", None),
        ("Give an", "The", "begin with a verb, not with 'The'"),
        ("x : float", "x : int", "x: the signature says float, not 'int'"),
        ("x : float", "x : float, optional", "x: the signature gives it no default"),
        ("n : int, default 3", "n : int", "n: write 'default 3' after its type"),
        ("n : int, default 3", "n : int, default 4", "n: its default is 3, not 4"),
        ("n : int, default 3", "n : int, default 3 kB", "n: its default is 3, not 3 kB"),
        ('{"rkc", "euler"}', '{"euler", "rkc"}', "rule: write its default, 'rkc', first in the"),
        ("x : float", "x : array, shape (n,)", "x: the signature says float, not 'array, shape"),
        ("-------\n    float", "-------\n    float, shape (n,)", None),
        ("-------\n    float", "-------\n    int", "it returns float, not 'int'"),
        ("    ValueError\n", "    TypeError\n", "say under Raises when it raises ValueError"),
    ],
)
def test_what_a_docstring_says_otherwise_than_the_code_is_told(right, wrong, words, monkeypatch):
    assert right in example.__doc__
    monkeypatch.setattr(example, "__doc__", example.__doc__.replace(right, wrong, 1))
    told = list(disagreements(example))
    assert len(told) == (words is not None), told
    assert all(each.startswith(words) for each in told), told


@pytest.mark.parametrize("name", list(modules()))
def test_every_public_name_says_what_it_takes_and_gives(name):
    found = []
    for each in public(name):
        value = getattr(importlib.import_module(name), each)
        errors = validate(f"{name}.{each}")["errors"]
        free = FREE | ({"PR01"} if has_no_arguments(name, each) else set())
        if name.startswith(CHECKS):
            free = free | {"PR01", "RT01", "YD01"}
        told = [f"{code} {words}" for code, words in errors if code not in free]
        told += [] if name.startswith(CHECKS) else disagreements(value)
        line = inspect.getsourcelines(value)[1] if told else 0
        place = Path(inspect.getsourcefile(value)).relative_to(ROOT) if told else ""
        found += [f"{place}:{line} {each}: {words}" for words in told]
    assert not found, "\n" + "\n".join(found)


def test_every_module_begins_with_a_sentence():
    for name in modules():
        first = (importlib.import_module(name).__doc__ or "").strip().splitlines()[:1]
        assert first, f"{name}: it has no docstring"
        assert first[0].endswith((".", ":")) or "." in first[0], f"{name}: {first[0]}"
