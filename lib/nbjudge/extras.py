"""Packages that only a part of the library needs: where one is missing, a line says which and how to install it."""

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
    """Import in this block what an extra ("lab", "cluster", ...) brings.

    Raises ImportError with `missing`'s line where it is not there.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        line = missing(error, extra)
        if line is None:
            raise
        raise ImportError(line) from None


def require(extra: str, *modules: str) -> None:
    """See that modules of an extra are there without importing them: another process will. Raises ImportError as `needs` does."""
    with needs(extra):
        for name in modules:
            if importlib.util.find_spec(name) is None:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def missing(error: ImportError, extra: str = "") -> str | None:
    """What to say of a module that was not found, or as `needs` has said it; None for an error of another kind, which is not for the reader to mend.

    extra: which of the project's extras brings it ("": none, it comes with the library itself).
    """
    if not isinstance(error, ModuleNotFoundError):
        return str(error) if type(error) is ImportError and error.name is None else None
    module = (error.name or "").partition(".")[0]
    if not module or module in OURS:
        return None
    wanted = f"'lazyrich[{extra}]'" if extra else "lazyrich"
    return f"{PACKAGES.get(module, module)} is not installed here. This installs it: {sys.executable} -m pip install {wanted}"
