"""Show what a student wrote as safe HTML: a cell's code or prose, with its outputs."""

import json
import re
from html import escape
from typing import Any

from markupsafe import Markup
from nbformat.notebooknode import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers.python import PythonLexer

from autograder.courses import Course
from autograder.feedback_pages.bounded import TooMuch, bounded
from autograder.feedback_pages.prose import markdown_html
from autograder.feedback_pages.sanitize import clean_output
from autograder.intake.cells import PICTURES

__all__ = ["cell_role", "other_cells", "released_cells", "shown"]

SHOWN = 20_000  # characters of a cell's code
EXTRA = 4_000_000  # characters of the other cells, pictures included


def cell_role(cell: Any) -> str:
    """Find out from nbgrader's metadata what a cell is for.

    Parameters
    ----------
    cell : NotebookNode or dict
        A cell of an nbgrader notebook.

    Returns
    -------
    str
        "test", "answer", "manual" (graded by a person), or "" for a cell that is not graded.
    """
    nbgrader = cell.get("metadata", {}).get("nbgrader") or {}
    graded, solution = nbgrader.get("grade"), nbgrader.get("solution")
    if nbgrader.get("task") or (graded and (solution or cell["cell_type"] != "code")):
        return "manual"
    return "test" if graded else "answer" if solution else ""


def released_cells(course: Course, name: str, notebook: str) -> list[dict[str, Any]]:
    """Read the cells that students received.

    Parameters
    ----------
    course : Course
        The course.
    name, notebook : str
        The assignment and the notebook.

    Returns
    -------
    list of dict
        The cells, each with its source as one text; an empty list if there is no such file.
    """
    path = course.released / name / f"{notebook}.ipynb"
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return []
    return [cell | {"source": "".join(cell["source"])} for cell in cells]


def other_cells(course: Course, name: str, notebook: str, nb: NotebookNode) -> list[Markup]:
    """Show the student's cells that belong to no question.

    These are the student's own prose and code, and released code that has outputs.

    Parameters
    ----------
    course : Course
        The course.
    name, notebook : str
        The assignment and the notebook.
    nb : NotebookNode
        The autograded notebook.

    Returns
    -------
    list of Markup
        The cells in order. If they are too long, the last entry says that the rest is left out.
    """
    ours = {cell["source"] for cell in released_cells(course, name, notebook)}
    left = EXTRA
    parts: list[Markup] = []
    for cell in nb.cells:
        written = cell["source"] not in ours and cell["source"].strip()
        if cell_role(cell) or not (written or cell.get("outputs")):
            continue
        part = shown(cell)
        left -= len(part)
        if left < 0:
            parts.append(Markup("<p>[The rest is left out: it is too long.]</p>"))
            break
        parts.append(part)
    return parts


def shown(cell: Any) -> Markup:
    """Show a cell: code with its outputs, or prose.

    Parameters
    ----------
    cell : NotebookNode or dict
        A cell that the student wrote.

    Returns
    -------
    Markup
        Safe HTML.
    """
    source = cell["source"]
    if cell["cell_type"] != "code":
        prose = markdown_html(source, cell.get("attachments"))
        return Markup(f'<div class="prose">{prose}</div>')
    if len(source) > SHOWN:
        source = source[:SHOWN] + "\n# ... (cut off here)"
    try:
        with bounded():
            code = highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))
    except TooMuch:
        code = escape(source)
    html = Markup(f'<pre class="code" tabindex="0"><code>{code}</code></pre>')
    for output in cell.get("outputs") or []:
        cleaned = clean_output(output)
        if cleaned is not None:
            html += Markup(f'<div class="output">{_output(cleaned)}</div>')
    return html


def _output(output: dict[str, Any]) -> str:
    """One clean output as HTML, without colors."""
    if output["output_type"] == "stream":
        return f"<pre>{_text(output['text'])}</pre>"
    if output["output_type"] == "error":
        return f'<pre class="error">{_text(output["ename"])}: {_text(output["evalue"])}</pre>'
    data = output["data"]
    if "text/html" in data:
        return data["text/html"]
    for mime in PICTURES:
        if mime in data:
            alt = output["metadata"].get(mime, {}).get("alt")
            alt = escape(alt or data.get("text/plain", "A figure from your notebook."))
            return f'<img src="data:{mime};base64,{data[mime]}" alt="{alt}">'
    if "text/markdown" in data:
        return markdown_html(data["text/markdown"])
    return f"<pre>{_text(data.get('text/latex') or data.get('text/plain', ''))}</pre>"


def _text(text: str) -> str:
    return escape(re.sub(r"\x1b\[[0-9;]*m", "", text))
