"""Compare names whose accents may be separate characters, as macOS writes them."""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

__all__ = ["composed", "folded", "spelled"]


def composed(name: str) -> str:
    """Write a name with accents joined to their letters (Unicode's form NFC).

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    str
        The form that is compared.

    Examples
    --------
    >>> len("zoe\\u0308"), len(composed("zoe\\u0308"))
    (4, 3)
    """
    return unicodedata.normalize("NFC", name)


def folded(text: str) -> str:
    """Write a text in a form for comparing, in which neither case nor width of letters counts.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    str
        The text in Unicode's form NFKC, its case folded.

    Examples
    --------
    >>> folded("Straße") == folded("STRASSE")
    True
    """
    return unicodedata.normalize("NFKC", text).casefold()


def spelled(folder: Path, name: str) -> Iterator[Path]:
    """List the entries of a folder that have a name, however its accents are written.

    Parameters
    ----------
    folder : Path
        The folder, which need not exist.
    name : str
        The name.

    Yields
    ------
    Path
        The path with the name as given, whether it exists or not; then those that exist.
    """
    yield folder / name
    if name.isascii():
        return
    try:
        entries = sorted(os.listdir(folder))
    except OSError:
        return
    for entry in entries:
        if entry != name and composed(entry) == composed(name):
            yield folder / entry
