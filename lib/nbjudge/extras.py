"""Import late: names of a package when they are first used, and packages that extras install.

For a missing package, the message gives the command that installs it.
"""

import importlib.util
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any

__all__ = ["late", "missing", "needs", "require"]

PACKAGES = {
    "IPython": "ipython",
    "distributed": "dask",
    "sklearn": "scikit-learn",
}  # package names by module name, where they differ
OURS = ("lazyrich", "nbjudge", "autograder")


def late(
    package: str, homes: Mapping[str, str], modules: Collection[str] = (), extra: str = ""
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make a package's `__getattr__` and `__dir__`, which import names on first use.

    Parameters
    ----------
    package : str
        The package's `__name__`.
    homes : mapping of str to str
        Name -> the module of the package that defines it.
    modules : collection of str, optional
        Modules of the package that are public names themselves.
    extra : str, optional
        The extra of this project that installs what these modules import.

    Returns
    -------
    tuple of callable
        `__getattr__` and `__dir__`.
    """

    def find(name: str) -> Any:
        if name not in homes and name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        with needs(extra) if extra else nullcontext():
            module = importlib.import_module(f"{package}.{homes.get(name, name)}")
            return module if name in modules else getattr(module, name)

    return find, lambda: sorted({*vars(sys.modules[package]), *homes, *modules})


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Import packages of an extra in a `with` block, and explain a missing one.

    Parameters
    ----------
    extra : str
        The extra: "lab", "cluster", ...

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    ImportError
        If a package is not installed; the message is the line of `missing`.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        line = missing(error, extra)
        if line is None:
            raise
        raise ImportError(line) from None


def require(extra: str, *modules: str) -> None:
    """Check that modules of an extra are installed without importing them: another process will.

    Parameters
    ----------
    extra : str
        The extra.
    *modules : str
        The modules.

    Raises
    ------
    ImportError
        If one is not installed; the message is the line of `missing`.
    """
    with needs(extra):
        for name in modules:
            if importlib.util.find_spec(name) is None:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def missing(error: ImportError, extra: str = "") -> str | None:
    """Say how to install a module that was not found.

    Parameters
    ----------
    error : ImportError
        The error of the import, or the one that `needs` made from it.
    extra : str, optional
        The extra that installs the module; by default it comes with the library itself.

    Returns
    -------
    str or None
        One line; None for another kind of error, which installing does not fix.
    """
    if not isinstance(error, ModuleNotFoundError):
        return str(error) if type(error) is ImportError and error.name is None else None
    module = (error.name or "").partition(".")[0]
    if not module or module in OURS:
        return None
    wanted = f"'lazyrich[{extra}]'" if extra else "lazyrich"
    return (
        f"{PACKAGES.get(module, module)} is not installed here. "
        f"This installs it: {sys.executable} -m pip install {wanted}"
    )
