"""Make functions of the library refuse to work in the worker while the judge's call runs.

Their code objects are exchanged, so that a reference taken earlier (`f = conserved.delta`, a
partial, a default argument) refuses too. The library itself may still use them: when it calls them
by name, a private copy runs. A student who knows Python can undo this from inside the worker; its
purpose is that an honest mistake does not pass for an answer.
"""

import importlib
import os
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

from nbjudge.errors import Forbidden

__all__ = ["forbidden"]

JUDGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
INSTALLED = tuple(
    {
        JUDGE,
        *(os.path.realpath(p) + os.sep for p in (sys.prefix, sys.base_prefix)),
        sys.prefix + os.sep,
    }
    | {sys.base_prefix + os.sep, "<frozen ", "<__array_function__"}
)


@contextmanager
def forbidden(names: Sequence[str], allowed: Collection[str] = ()) -> Iterator[None]:
    """Make functions refuse to work in a `with` block.

    A module that has not been imported yet is not imported for this: its functions refuse as soon
    as the block imports it.

    Parameters
    ----------
    names : sequence of str
        The functions ("module.function", or "package.*" for all that a package's modules define);
        other objects are ignored.
    allowed : collection of str, optional
        Functions that still work.

    Yields
    ------
    None
        Nothing.
    """
    before: list[tuple[FunctionType, CodeType]] = []

    def refuse(functions: Iterable[tuple[str, FunctionType]]) -> None:
        for name, function in functions:
            if name in allowed:
                continue
            before.append((function, function.__code__))
            function.__code__ = _refusal(function, function.__code__, name)

    later = _Later(names, refuse)
    sys.meta_path.insert(0, later)
    try:
        for name in names:
            package, _, attribute = name.rpartition(".")
            if attribute == "*":
                refuse(
                    found
                    for module in _loaded(package, len(sys.modules))
                    for found in _functions_of(module)
                )
            elif package in sys.modules:
                refuse(_function(name))
        yield
    finally:
        if later in sys.meta_path:
            sys.meta_path.remove(later)
        for function, code in reversed(before):
            function.__code__ = code


class _Later(MetaPathFinder):
    """Wait for modules to be imported, and make their forbidden functions refuse."""

    def __init__(
        self, names: Sequence[str], refuse: Callable[[Iterable[tuple[str, FunctionType]]], None]
    ) -> None:
        self.names, self.refuse = names, refuse

    def find_spec(
        self, fullname: str, path: Any, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        forbidden = [name for name in self.names if _concerns(name, fullname)]
        if not forbidden:
            return None
        finders = (
            finder
            for finder in sys.meta_path
            if finder is not self and hasattr(finder, "find_spec")
        )
        spec = next(
            filter(None, (finder.find_spec(fullname, path, target) for finder in finders)), None
        )
        if spec is not None and spec.loader is not None:
            loader: Any = spec.loader
            load = loader.exec_module

            def exec_module(module: ModuleType) -> None:
                del loader.exec_module  # the loader's own again
                load(module)
                for name in forbidden:
                    whole = name.endswith(".*")
                    self.refuse(_functions_of(fullname) if whole else _function(name))

            loader.exec_module = exec_module
        return spec


def _concerns(name: str, module: str) -> bool:
    """Tell whether a forbidden name stands for something that a module defines."""
    home, _, attribute = name.rpartition(".")
    return module == home or (attribute == "*" and module.startswith(f"{home}."))


def _function(name: str) -> list[tuple[str, FunctionType]]:
    module, _, attribute = name.rpartition(".")
    try:
        function = getattr(importlib.import_module(module), attribute, None)
    except Exception:  # the student may have put anything into sys.modules
        return []
    return [(name, function)] if isinstance(function, FunctionType) else []


@lru_cache(maxsize=2)
def _loaded(package: str, _: int) -> list[str]:
    """List the loaded modules of a package; computed again when more modules are loaded."""
    return [name for name in sys.modules if name == package or name.startswith(f"{package}.")]


def _functions_of(module: str) -> list[tuple[str, FunctionType]]:
    space = getattr(sys.modules.get(module), "__dict__", {})
    return [
        (f"{module}.{name}", value)
        for name, value in space.items()
        if isinstance(value, FunctionType) and value.__module__ == module
    ]


@lru_cache(maxsize=4096)
def _refusal(function: FunctionType, code: CodeType, name: str) -> CodeType:
    """Make code for a function that passes the library on to a private copy and refuses others."""
    twin = FunctionType(
        code, function.__globals__, code.co_name, function.__defaults__, function.__closure__
    )
    twin.__kwdefaults__ = function.__kwdefaults__
    library = _folder(name.partition(".")[0])

    def enter(args: tuple, kwargs: dict) -> Any:
        if _called_by(library, code.co_name, sys._getframe(2)):
            return twin(*args, **kwargs)
        raise Forbidden(name)

    new = _pattern(len(code.co_freevars))
    return new.replace(
        co_consts=tuple(enter if const == "enter" else const for const in new.co_consts)
    )


def _pattern(cells: int) -> CodeType:
    """Make the code of a function with any arguments that calls its constant "enter".

    It needs as many closure cells as the function whose code it replaces.
    """
    names = [f"c{i}" for i in range(cells)]
    source = (
        f"def outer({', '.join(names)}):\n"
        "    def refuse(*args, **kwargs):\n"
        f"        {', '.join(names) or 'pass'}\n"
        "        enter = 'enter'\n"
        "        return enter(args, kwargs)\n"
        "    return refuse\n"
    )
    space: dict[str, Any] = {}
    exec(source, space)
    return space["outer"](*names).__code__


def _folder(package: str) -> str:
    """Find the folder of a package's files."""
    file = getattr(sys.modules.get(package), "__file__", None) or "<nowhere>"
    return os.path.dirname(os.path.abspath(file)) + os.sep


def _called_by(library: str, name: str, frame: FrameType | None) -> bool:
    """Tell whether a function of the library, below the student's code, uses a name in its text.

    A function that only received the forbidden one as an argument (like `checks.call`) does not.
    """
    while frame is not None and frame.f_code.co_filename.startswith((library, *INSTALLED)):
        file = frame.f_code.co_filename
        if file.startswith(JUDGE):
            return False
        if file.startswith(library) and name in frame.f_code.co_names:
            return True
        frame = frame.f_back
    return False
