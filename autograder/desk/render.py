"""Write the desk's pages: all is escaped except what `autograder.feedback_pages` cleaned."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

from autograder.desk.marks import write_points
from autograder.desk.people import alias_of
from autograder.desk.queue import Question, State
from autograder.feedback_pages.feedback import code_styles
from autograder.feedback_pages.templates import filled

__all__ = ["ASSETS", "address", "asset", "render"]

PAGES = Path(__file__).with_name("pages")
ASSETS = {"desk.css": "text/css", "desk.js": "text/javascript"}


def address(question: Question, key: str) -> str:
    """Make the address of an answer's page; it does not contain the student's id.

    Parameters
    ----------
    question : Question
        The question.
    key : str
        The student's key.

    Returns
    -------
    str
        A path.
    """
    parts = (question.assignment, question.notebook, question.cell, key)
    return "/grade/" + "/".join(quote(part, safe="") for part in parts)


def asset(name: str) -> bytes:
    """Read the desk's style sheet or its script.

    Parameters
    ----------
    name : str
        A key of `ASSETS`.

    Returns
    -------
    bytes
        The content of the file.
    """
    content = (PAGES / name).read_text(encoding="utf-8")
    return (content + (code_styles() if name.endswith(".css") else "")).encode()


def render(page: str, **values: Any) -> str:
    """Fill in one of the desk's pages.

    Parameters
    ----------
    page : str
        The template's name, without its suffix.
    **values : dict
        What it shows.

    Returns
    -------
    str
        HTML.
    """
    names = {"State": State, "address": address, "alias_of": alias_of}
    return filled(PAGES, page, values, filters={"typed": write_points}, names=names)
