"""Import packages that only a part of the library needs, and say how to install a missing one."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["missing", "needs", "require"]

PACKAGES = {
    "IPython": "ipython",
    "distributed": "dask",
    "sklearn": "scikit-learn",
}  # by module, where they differ
OURS = ("lazyrich", "nbjudge", "autograder")


@contextmanager
def needs(extra: str) -> Iterator[None]:
    """Import in a `with` block what an extra of this project brings.

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
    """Demand modules of an extra without importing them, because another process will.

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
        What importing it raised, or what `needs` made of that.
    extra : str, optional
        The extra that brings the module; by default it comes with the library itself.

    Returns
    -------
    str or None
        One line; None for an error of another kind, which installing does not mend.
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
