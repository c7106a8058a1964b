"""Test that docstrings of public names are in numpydoc form.

`pytest tests/test_docstrings.py -k lazyrich.exact` says what a package lacks."""

import importlib
import inspect
import pkgutil

import pytest
from numpydoc.validate import validate

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
# Packages whose docstrings are still to be brought to this form; a line less with each.
TO_COME: tuple[str, ...] = ()


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


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in modules()
        if not f"{name}.".startswith(tuple(f"{each}." for each in TO_COME))
    ],
)
def test_every_public_name_says_what_it_takes_and_gives(name):
    found = []
    for each in public(name):
        errors = validate(f"{name}.{each}")["errors"]
        free = FREE | ({"PR01"} if has_no_arguments(name, each) else set())
        if name.startswith(CHECKS):
            free = free | {"PR01", "RT01", "YD01"}
        found += [f"{name}.{each}: {code} {words}" for code, words in errors if code not in free]
    assert not found, "\n" + "\n".join(found)


def test_every_module_begins_with_a_sentence():
    for name in modules():
        first = (importlib.import_module(name).__doc__ or "").strip().splitlines()[:1]
        assert first, f"{name}: it has no docstring"
        assert first[0].endswith((".", ":")) or "." in first[0], f"{name}: {first[0]}"
