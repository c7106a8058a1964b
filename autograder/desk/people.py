"""Divide students among graders, and hide their names for anonymous grading (`--hide-names`)."""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any

from autograder.courses.spelling import composed

__all__ = ["Share", "alias_of", "hide_names", "key_of", "names_of", "without_names"]

SHORTEST = 3  # characters of an id to search for in a text; "a" would be found everywhere


@dataclass(frozen=True)
class Share:
    """Describe which share of the students a grader takes.

    The share depends on the student's id alone, so it is the same whoever else hands in.

    Parameters
    ----------
    number : int, default 1
        Which of the graders this is, counted from 1.
    of : int, default 1
        How many graders there are.
    """

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> "Share":
        """Read a share such as "2/3". Raises ValueError if it is not one."""
        match = re.fullmatch(r"\s*(\d{1,3})\s*/\s*(\d{1,3})\s*", text, re.A)
        number, of = (int(match[1]), int(match[2])) if match else (0, 0)
        if not 1 <= number <= of:
            raise ValueError(
                f"a grader's share is written as 2/3 (the second of three graders), got {text!r}"
            )
        return cls(number, of)

    def takes(self, student: str) -> bool:
        """Tell whether a student belongs to this share."""
        digest = hashlib.sha256(f"share\0{student}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % self.of == self.number - 1

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def key_of(secret: bytes, student: str) -> str:
    """Name a student in addresses: always the same, and not to be guessed without the secret.

    Parameters
    ----------
    secret : bytes
        The course's secret.
    student : str
        The student's id.

    Returns
    -------
    str
        Sixteen hexadecimal digits.
    """
    return hmac.digest(secret, f"desk\0{student}".encode(), "sha256").hex()[:16]


def alias_of(key: str) -> str:
    """Name a student on a page that hides names.

    Parameters
    ----------
    key : str
        What `key_of` gives.

    Returns
    -------
    str
        For example "Student 3f9a2c".
    """
    return f"Student {key[:6]}"


def without_names(text: str, names: list[str], alias: str) -> str:
    """Replace a student's id and full name in a text, where they stand as words of their own.

    Parameters
    ----------
    text : str
        Any text.
    names : list of str
        The id, the full name, the address; those shorter than three characters are left alone.
    alias : str
        What replaces them.

    Returns
    -------
    str
        The text.
    """
    text = composed(text)
    for name in sorted(map(composed, filter(None, names)), key=len, reverse=True):
        if len(name) >= SHORTEST:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _: alias, text, flags=re.I)
    return text


def names_of(student: Any) -> list[str]:
    """List the names of a student.

    Parameters
    ----------
    student : nbgrader.api.Student
        The row of the gradebook.

    Returns
    -------
    list of str
        The id, the full name and the address.
    """
    full = " ".join(filter(None, (student.first_name, student.last_name)))
    return [student.id, full, student.email or ""]


def hide_names(notebook: Any, names: list[str], alias: str) -> None:
    """Replace a student's names in a notebook's texts.

    Parameters
    ----------
    notebook : NotebookNode
        The notebook; it is changed.
    names : list of str
        What `names_of` gives.
    alias : str
        What replaces them.
    """

    def hidden(text: Any) -> Any:
        return without_names(text, names, alias) if isinstance(text, str) else text

    for cell in notebook.cells:
        cell.source = hidden(cell.source)
        for output in cell.get("outputs") or []:
            for key in ("text", "ename", "evalue"):
                if key in output:
                    output[key] = hidden(output[key])
            for mime, value in (output.get("data") or {}).items():
                if mime.startswith("text/"):
                    output["data"][mime] = hidden(value)
