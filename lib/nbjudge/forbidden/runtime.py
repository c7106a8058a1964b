"""Let functions of the library refuse to work in the worker while the judge's call runs.

Their code objects are exchanged, so that a reference taken earlier (`f = conserved.delta`, a
partial, a default argument) refuses too. The library itself may go on using them: what it calls by
name runs a private twin. A student who knows Python can undo this from inside the worker; it keeps
an honest mistake from passing for an answer.
"""

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
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
def forbidden(names: Sequence[str]) -> Iterator[None]:
    """Let functions refuse to work in a `with` block.

    A module that was not imported yet is not imported for this: its functions refuse as soon as
    the block imports it.

    Parameters
    ----------
    names : sequence of str
        The functions ("module.function"); what is no function is left out.

    Yields
    ------
    None
        Nothing.
    """
    before: list[tuple[FunctionType, CodeType]] = []

    def refuse(name: str) -> None:
        function = _function(name)
        if function is not None:
            before.append((function, function.__code__))
            function.__code__ = _refusal(function, name)

    later = _Later([name for name in names if name.rpartition(".")[0] not in sys.modules], refuse)
    sys.meta_path.insert(0, later)
    try:
        for name in names:
            if name not in later.names:
                refuse(name)
        yield
    finally:
        if later in sys.meta_path:
            sys.meta_path.remove(later)
        for function, code in reversed(before):
            function.__code__ = code


class _Later(MetaPathFinder):
    """Wait for modules to be imported, and let those of their functions that are named refuse."""

    def __init__(self, names: list[str], refuse: Callable[[str], None]) -> None:
        self.names, self.refuse = names, refuse

    def find_spec(
        self, fullname: str, path: Any, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        forbidden = [name for name in self.names if name.rpartition(".")[0] == fullname]
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
                    self.refuse(name)

            loader.exec_module = exec_module
        return spec


def _function(name: str) -> FunctionType | None:
    module, _, attribute = name.rpartition(".")
    try:
        function = getattr(importlib.import_module(module), attribute, None)
    except Exception:  # what the student made of sys.modules is the student's affair
        return None
    return function if isinstance(function, FunctionType) else None


def _refusal(function: FunctionType, name: str) -> CodeType:
    """Make code for a function that lets the library through to a twin and refuses others."""
    code = function.__code__
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
    """Make the code of a function of any arguments that calls its constant "enter".

    It needs as many closure cells as the function whose code it is to be.
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
    """Find where the files of a package lie."""
    file = getattr(sys.modules.get(package), "__file__", None) or "<nowhere>"
    return os.path.dirname(os.path.abspath(file)) + os.sep


def _called_by(library: str, name: str, frame: FrameType | None) -> bool:
    """Tell whether a function of the library, below the student's code, uses a name in its text.

    A function that was only handed the one in question (as `checks.call` may be) does not.
    """
    while frame is not None and frame.f_code.co_filename.startswith((library, *INSTALLED)):
        file = frame.f_code.co_filename
        if file.startswith(JUDGE):
            return False
        if file.startswith(library) and name in frame.f_code.co_names:
            return True
        frame = frame.f_back
    return False
