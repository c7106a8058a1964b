"""Find the functions that an answer may not call, and answers that contain the text of one."""

import ast
import contextlib
import functools
import importlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType

from nbjudge.errors import ContractError
from nbjudge.ngrams import code_words, ngrams

__all__ = ["expectations", "functions_of", "guarded", "pasted"]

ALIKE = 0.6  # the least share of a function's text in an answer that is reported
SHORT = 60  # runs; shorter functions may look the same by chance
RUN = 5  # words of a run
COMPARED = 200_000  # characters of an answer


@functools.cache
def guarded(forbid: tuple[str, ...], library: str = "") -> tuple[str, ...]:
    """Find all functions that refuse to work during a call.

    Parameters
    ----------
    forbid : tuple of str
        The functions ("module.function") that an exercise lists.
    library : str, optional
        The package that the course is about.

    Returns
    -------
    tuple of str
        Those of `forbid`, the private ones that do their work, the public ones of `library` that
        only call them, and "library.exercises.*" if there is such a package: its functions know
        what checks expect.

    Raises
    ------
    ContractError
        If a name is not a function of an importable module.
    """
    names: dict[str, None] = {}
    for name in forbid:
        home, function = _definition(name)
        names[name] = None
        worker = _last_call(function)
        if worker is not None and worker.startswith("_") and worker in _functions(home):
            names[f"{home}.{worker}"] = None
        if library and home.partition(".")[0] == library:
            names |= dict.fromkeys(_wrappers(name, library, function.name))
    return (*names, f"{library}.exercises.*") if expectations(library) else tuple(names)


@functools.cache
def expectations(library: str) -> tuple[tuple[str, str], ...]:
    """Read the modules of a library that contain the expectations of visible checks.

    Parameters
    ----------
    library : str
        The package that the course is about; "" for none.

    Returns
    -------
    tuple of (str, str)
        Name and text of each module of its package `exercises`; empty if it has no such package.
    """
    try:
        return tuple(_modules(f"{library}.exercises" if library else ""))
    except ModuleNotFoundError:  # the library itself is not installed
        return ()


def pasted(source: str, forbid: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    """Find functions whose text is largely in an answer.

    Parameters
    ----------
    source : str
        The answer; only its first 200000 characters count.
    forbid : tuple of str
        The functions ("module.function").

    Yields
    ------
    name : str
        A function.
    share : float
        The share of its text that is in the answer.
    """
    there = _runs(source[:COMPARED])
    for name in forbid:
        home, function = _definition(name)
        runs = _runs(ast.get_source_segment(_text(home), function) or "")
        share = len(runs & there) / max(len(runs), 1)
        if len(runs) >= SHORT and share >= ALIKE:
            yield name, share


def functions_of(package: str) -> Iterator[tuple[str, str]]:
    """Read the text of every function and method of a package, without importing its modules.

    Parameters
    ----------
    package : str
        The package's name; "" for none.

    Yields
    ------
    name : str
        The function, such as "lazyrich.exact.plane".
    source : str
        Its text.
    """
    for module, text in _modules(package):
        top = ast.parse(text).body
        methods = [(f"{c.name}.", c.body) for c in top if isinstance(c, ast.ClassDef)]
        for prefix, body in [("", top), *methods]:
            for node in body:
                if isinstance(node, ast.FunctionDef):
                    source = ast.get_source_segment(text, node) or ""
                    yield f"{module}.{prefix}{node.name}", source


def _modules(package: str) -> Iterator[tuple[str, str]]:
    """Read the name and the text of every module of a package."""
    spec = importlib.util.find_spec(package) if package else None
    for root in map(Path, (spec and spec.submodule_search_locations) or ()):
        for file in sorted(root.rglob("*.py")):
            module = ".".join([package, *file.relative_to(root).with_suffix("").parts])
            yield module.removesuffix(".__init__"), file.read_text(encoding="utf-8")


def _function(name: str) -> FunctionType:
    module, _, attribute = name.rpartition(".")
    try:
        function = getattr(importlib.import_module(module), attribute, None)
    except (ImportError, ValueError):
        function = None
    if not isinstance(function, FunctionType):
        raise ContractError(f"forbid: cannot find a function {name!r}; write module.function")
    return function


def _definition(name: str) -> tuple[str, ast.FunctionDef]:
    """Find the module that defines a function, and its definition.

    The source is read where possible: importing a module may take seconds.
    """
    module, _, attribute = name.rpartition(".")
    with contextlib.suppress(ImportError, ValueError, OSError, TypeError):
        if attribute in _functions(module):
            return module, _functions(module)[attribute]
    function = _function(name)
    return function.__module__, _functions(function.__module__)[function.__name__]


@functools.cache
def _functions(module: str) -> dict[str, ast.FunctionDef]:
    """Find the functions at the top of a module."""
    return {
        node.name: node
        for node in ast.parse(_text(module)).body
        if isinstance(node, ast.FunctionDef)
    }


@functools.cache
def _text(module: str) -> str:
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.origin:
        raise ImportError(module)
    return Path(spec.origin).read_text(encoding="utf-8")


def _last_call(tree: ast.FunctionDef) -> str | None:
    """Return the name of g in a function that ends with `return g(...)`."""
    called = _returned_call(tree)
    return getattr(called, "id", None) or getattr(called, "attr", None)


def _returned_call(tree: ast.FunctionDef) -> ast.expr | None:
    """Return g of a function that ends with `return g(...)`."""
    last = tree.body[-1]
    call = last.value if isinstance(last, ast.Return) else None
    return call.func if isinstance(call, ast.Call) else None


def _wrappers(full_name: str, library: str, name: str) -> Iterator[str]:
    """Find public functions of a package that only `return name(...)`."""
    for module, text in _modules(library):
        if not re.search(rf"return [\w.]*\b{name}\(", text):
            continue
        for node in ast.parse(text).body:
            if not isinstance(node, ast.FunctionDef) or node.name.startswith("_"):
                continue
            alone = len(node.body) == 1 + (ast.get_docstring(node) is not None)
            if (
                alone
                and _last_call(node) == name
                and _calls(module, _returned_call(node), _function(full_name))
            ):
                yield f"{module}.{node.name}"


def _calls(module: str, called: ast.expr | None, function: FunctionType) -> bool:
    """Tell whether an expression in the text of a module stands for this function."""
    space = vars(importlib.import_module(module))
    if isinstance(called, ast.Name):
        return space.get(called.id) is function
    if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
        return getattr(space.get(called.value.id), called.attr, None) is function
    return False


def _runs(source: str) -> set[tuple[str, ...]]:
    """Collect every run of `RUN` words, without commas, colons and parentheses."""
    return set(ngrams([word for word in code_words(source) if word not in ",:()"], RUN))
