"""Check students' ids, and make names safe to show on a page or a terminal."""

import unicodedata
from collections.abc import Sequence

from nbjudge.wording import visible

__all__ = ["check_student", "is_student", "named", "shown"]

# Allowed in addition to letters (of any script, with accents) and digits.
SIGNS = frozenset(" ._@+-'")
LONGEST = 64
NAMED = 10  # students that a line names


def check_student(student: str) -> str:
    """Check that a student's id is safe as a folder's name.

    Parameters
    ----------
    student : str
        The id.

    Returns
    -------
    str
        The same id.

    Raises
    ------
    ValueError
        If it is not safe.
    """
    if not is_student(student):
        raise ValueError(
            f"{shown(student)!r} cannot be a student's id: expected letters, digits, . _ @ + - ' "
            f"and spaces in between (at most {LONGEST}, a letter or digit first)"
        )
    return student


def is_student(name: str) -> bool:
    """Tell whether a name can be a student's id.

    Parameters
    ----------
    name : str
        The name, for example of a folder.

    Returns
    -------
    bool
        Whether it can be one.
    """
    kinds = {unicodedata.category(sign)[0] for sign in name if sign not in SIGNS}
    ends = name[:1].isalnum() and not name.endswith((" ", ".")) and ".." not in name
    return ends and kinds <= {"L", "M", "N"} and len(name) <= LONGEST and len(name.encode()) <= 200


def named(names: Sequence[str], most: int = NAMED) -> str:
    """Write names for a line of text: the first ones, and how many more there are.

    Parameters
    ----------
    names : sequence of str
        Such as the ids of students.
    most : int, default 10
        How many names are written.

    Returns
    -------
    str
        The text.

    Examples
    --------
    >>> named(["ada", "bob", "cy"], 2)
    'ada, bob and 1 more'
    """
    more = f" and {len(names) - most} more" if names[most:] else ""
    return ", ".join(names[:most]) + more


def shown(name: str, most: int = 80) -> str:
    """Make a file's name safe to print: compose accents, write out invisible characters, and cut.

    Parameters
    ----------
    name : str
        The name in the file system.
    most : int, default 80
        The largest number of characters.

    Returns
    -------
    str
        The name, safe to print.
    """
    name = visible(unicodedata.normalize("NFC", name), keep="")
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-most // 2 + 1 :]}"
