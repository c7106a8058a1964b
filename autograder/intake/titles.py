"""Compare names of files and folders with the expected ones. Standard library only."""

import os
import re
import unicodedata
from collections.abc import Collection

__all__ = ["folded", "stem", "unlike"]

# What browsers, desktops, Colab and Jupyter add before or after the name of a second copy.
_COPY = re.compile(r"(?:_*(?:\(\d{1,3}\)|(?:copy|kopie|copie|copia)_*(?:\(?\d{0,3}\)?)))+$")


def folded(name: str) -> str:
    """Normalize the parts of a name that people ignore: case, and how spaces are written.

    Parameters
    ----------
    name : str
        The name of a file or a folder.

    Returns
    -------
    str
        The name for comparisons.
    """
    name = unicodedata.normalize("NFKC", name[:500]).casefold()
    return re.sub(r"[\s_-]+", "_", name).strip("_")


def stem(name: str) -> str:
    """Strip the ending and the marks of a copy from the name of a notebook or an archive.

    Parameters
    ----------
    name : str
        The name, with or without folders before it.

    Returns
    -------
    str
        The name for comparisons, folded.
    """
    name = re.split(r"[/\\]", name[-500:])[-1]
    name, notebook, _ = name.lower().partition(".ipynb")
    name = name if notebook else os.path.splitext(name)[0]
    name = re.sub(r"^(?:copy_of|kopie_von|copie_de|copia_de)_", "", folded(name))
    return _COPY.sub("", name) or name


def unlike(name: str, wanted: Collection[str]) -> int:
    """Rank how far the name of a file is from the wanted names.

    Parameters
    ----------
    name : str
        The file's name.
    wanted : collection of str
        The notebooks' names.

    Returns
    -------
    int
        0 for the same name (apart from case, spaces, and the marks of a copy), 1 if it contains
        one of them, 2 otherwise.
    """
    own, names = stem(name), {folded(each) for each in wanted}
    if own in names or folded(name) in names:
        return 0
    return 1 if any(each and each in own for each in names) else 2
