"""Compare names whose accents may stand apart from their letters, as macOS writes them."""

import os
import unicodedata
from collections.abc import Iterator
from pathlib import Path

__all__ = ["composed", "folded", "spelled"]


def composed(name: str) -> str:
    """Write a name with its accents on their letters (Unicode's form NFC).

    Parameters
    ----------
    name : str
        The name.

    Returns
    -------
    str
        The name as it is compared.

    Examples
    --------
    >>> len("zoe\\u0308"), len(composed("zoe\\u0308"))
    (4, 3)
    """
    return unicodedata.normalize("NFC", name)


def folded(text: str) -> str:
    """Write a text as it is compared where neither case nor the width of a letter counts.

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
    """List what has a name in a folder, however its accents are written.

    Parameters
    ----------
    folder : Path
        The folder, which need not exist.
    name : str
        The name.

    Yields
    ------
    Path
        The name as it is given, whether it is there or not; then those that are there.
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
