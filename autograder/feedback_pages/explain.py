"""What a feedback page says: each question with its points, reasons, place in the notebook, and what the student wrote."""

import json
import re
from dataclasses import dataclass, field
from html import escape
from typing import Any

from markupsafe import Markup
from nbformat.notebooknode import NotebookNode
from nbgrader.api import Gradebook
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers.python import PythonLexer

from autograder.courses import Course
from autograder.feedback_pages import markup
from autograder.feedback_pages.prose import markdown_html
from autograder.feedback_pages.sanitize import clean_output
from autograder.grading.records import Records
from nbjudge.contract.assignment import grade_id
from nbjudge.results import Status

__all__ = ["Check", "Part", "is_test", "other_cells", "questions"]

SHOWN = 20_000  # characters of a cell's code
EXTRA = 4_000_000  # characters of the other cells, pictures included
UNTOUCHED = "not answered yet"  # the judge's message on an empty exercise
NO_RESPONSE = "No response."  # nbgrader's own comment on an untouched answer
WORDS = {status.value: status.text for status in Status} | {
    "undefined": "no function",
    "by hand": "set by hand",
}
ADVICE = {
    "missing": "Write the function of this exercise under the name that it asks for.",
    "undefined": "Mend this first: the checks of this exercise begin when the function exists.",
    "error": "Restart the kernel, run all cells in order, and call your function with small numbers where the message points.",
    "timeout": "Look for a loop that can be one operation on arrays, or a loop that never ends.",
    "crashed": "The process ended while your function ran. Look for memory that grows, or a call that ends Python.",
    "visible": "The check stands below your answer: run it there, and print what your function returns beside what is expected.",
    "hidden": "This check is not in your notebook. Try your function on cases of the kind that its name says.",
}


@dataclass
class Check:
    """A property: its name, points, how it ended, the reason, and what to do next."""

    name: str
    points: float
    score: float
    status: str
    message: str
    advice: str

    @property
    def word(self) -> str:
        return WORDS.get(self.status, self.status)


@dataclass
class Part:
    """A question: its title, where it stands, its checks or a person's points, and what the student wrote."""

    title: str
    place: str = ""
    checks: list[Check] = field(default_factory=list)
    points: float = 0.0
    score: float = 0.0
    waiting: bool = False
    by_hand: bool = False
    hints: list[tuple[str, Markup]] = field(default_factory=list)
    answer: Markup = field(default_factory=Markup)
    comment: Markup = field(default_factory=Markup)
    empty: bool = False
    anchor: str = ""

    @property
    def lost(self) -> bool:
        return any(check.status != "passed" for check in self.checks)


@dataclass
class Place:
    """Where a question stands in the notebook that students have: title, section, folded hints."""

    title: str
    section: str
    hints: list[tuple[str, str]]


def questions(
    course: Course, student: str, name: str, notebook: str, nb: NotebookNode
) -> list[Part]:
    """The questions of an autograded notebook, in its order: points from the gradebook, reasons from the records."""
    rows = {
        r["grade_id"]: r
        for r in Records(course.records).scores(student, name)
        if r["notebook"] == notebook
    }
    return _parts(
        nb, _release(course, name, notebook), rows, _waiting(course, student, name, notebook)
    )


def other_cells(course: Course, name: str, notebook: str, nb: NotebookNode) -> list[Markup]:
    """The student's cells that belong to no question."""
    return _others(nb, _release(course, name, notebook))


def is_test(cell: Any) -> bool:
    """Whether this cell is a test."""
    return _kind(cell) == "test"


# -- what stands where ---------------------------------------------------------------------------------------


def _release(course: Course, name: str, notebook: str) -> list[dict[str, Any]]:
    """The cells that students received (none if they cannot be found)."""
    path = course.released / name / f"{notebook}.ipynb"
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return []
    return [cell | {"source": "".join(cell["source"])} for cell in cells]


def _places(release: list[dict[str, Any]]) -> dict[str, Place]:
    """Grade id -> the last heading above it, the section it is in, and the hints below that heading."""
    places, section, last = {}, "", Place("", "", [])
    for cell in release:
        if cell["cell_type"] == "markdown":
            heading = re.match(r"\s*(#{1,6})\s+(.+)", cell["source"])
            if heading:
                title = _plain(heading[2].split(" — ")[0])
                section = title if len(heading[1]) <= 2 else section
                hints = re.findall(
                    r"<details>\s*<summary>(.*?)</summary>(.*?)</details>", cell["source"], re.S
                )
                last = Place(title, section, hints)
        if own := grade_id(cell):
            places[own] = last
    return places


def _plain(text: str) -> str:
    return re.sub(r"[`*]", "", text).strip()


def _kind(cell: Any) -> str:
    """ "test", "answer", "manual", or "" for a cell that has nothing to do with grading."""
    own = cell.get("metadata", {}).get("nbgrader") or {}
    if own.get("task") or (
        own.get("grade") and (own.get("solution") or cell["cell_type"] != "code")
    ):
        return "manual"
    return "test" if own.get("grade") else "answer" if own.get("solution") else ""


def _waiting(course: Course, student: str, name: str, notebook: str) -> set[str]:
    with Gradebook(course.gradebook) as gradebook:
        grades = gradebook.find_submission_notebook(notebook, name, student).grades
        return {grade.name for grade in grades if grade.needs_manual_grade}


def _parts(nb: NotebookNode, release: list, rows: dict[str, Any], waiting: set[str]) -> list[Part]:
    """The questions in the order of the notebook. Checks belong to their exercise, or, in a notebook that numbers
    none, to the answer before them."""
    places = _places(release)
    parts: dict[str, Part] = {}
    current = ""
    for cell in nb.cells:
        kind, own = _kind(cell), grade_id(cell) or ""
        if not kind:
            continue
        exercise = cell.metadata.get("nbjudge", {}).get("exercise")
        key = str(exercise) if exercise else own if kind != "test" or not current else current
        current = key if kind == "answer" else current
        part = parts.get(key)
        if part is None:
            part = parts[key] = _part(
                key, places.get(own), numbered=bool(exercise), anchor=f"part-{len(parts) + 1}"
            )
        if kind == "test":
            check = _check(cell, own, rows.get(own), own in waiting)
            if any(check.advice == other.advice for other in part.checks):
                check.advice = ""  # said once in an exercise
            part.checks.append(check)
            part.points, part.score = part.points + check.points, part.score + check.score
            continue
        part.answer += _shown(cell)
        comment = str(cell.metadata.nbgrader.get("comment") or "")
        if comment == NO_RESPONSE:
            part.empty = True
        elif comment:
            part.comment += Markup(markdown_html(comment))
        if kind == "manual":
            part.by_hand, part.waiting = True, own in waiting
            part.points += float(cell.metadata.nbgrader.get("points") or 0)
            part.score += float(cell.metadata.nbgrader.get("score") or 0)
    return list(parts.values())


def _part(key: str, place: Place | None, *, numbered: bool, anchor: str) -> Part:
    if place is None or not place.title:
        return Part(f"Exercise {key}" if numbered else key, anchor=anchor)
    hints = [(_plain(name), Markup(markdown_html(text.strip()))) for name, text in place.hints]
    where = f"section “{place.section}”" if place.section and place.section != place.title else ""
    return Part(place.title, where, hints=hints if numbered else [], anchor=anchor)


def _check(cell: Any, own: str, row: Any, waiting: bool) -> Check:
    """The gradebook says how many points, the records say why."""
    points, score = (float(cell.metadata.nbgrader.get(key) or 0) for key in ("points", "score"))
    name = (row["name"] if row else "") or cell.metadata.get("nbjudge", {}).get("group") or own
    if row is None:
        status = "passed" if score >= points else "failed"
        return Check(name, points, score, "by hand" if waiting else status, "", "")
    if abs(score - row["score"]) > 1e-9:
        return Check(name, points, score, "by hand", "A person set these points.", "")
    status = row["status"]
    if status == "missing" and row["message"] not in ("", UNTOUCHED):
        status = "undefined"
    advice = ADVICE.get(status) or ADVICE.get(row["kind"], "")
    message = markup.clean_text(row["message"], 2000)
    return Check(
        name,
        points,
        score,
        status,
        message if message != UNTOUCHED else "",
        "" if status == "passed" else advice,
    )


# -- what the student wrote ----------------------------------------------------------------------------------


def _shown(cell: Any) -> Markup:
    """A cell of the student's: code with its outputs, or prose."""
    if cell["cell_type"] != "code":
        return Markup(
            f'<div class="prose">{markdown_html(cell["source"], cell.get("attachments"))}</div>'
        )
    source = cell["source"][:SHOWN] + (
        "\n# ... (cut off here)" if len(cell["source"]) > SHOWN else ""
    )
    code = highlight(source, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))
    return Markup(f'<pre class="code" tabindex="0"><code>{code}</code></pre>') + _outputs(cell)


def _outputs(cell: Any) -> Markup:
    shown = Markup("")
    for output in cell.get("outputs") or []:
        cleaned = clean_output(output)
        if cleaned is not None:
            shown += Markup(f'<div class="output">{_output(cleaned)}</div>')
    return shown


def _output(output: dict[str, Any]) -> str:
    """One clean output as HTML, without colors."""
    if output["output_type"] == "stream":
        return f"<pre>{_bare(output['text'])}</pre>"
    if output["output_type"] == "error":
        return f'<pre class="error">{_bare(output["ename"])}: {_bare(output["evalue"])}</pre>'
    data = output["data"]
    if "text/html" in data:
        return data["text/html"]
    for mime in ("image/png", "image/jpeg", "image/gif"):
        if mime in data:
            alt = output["metadata"].get(mime, {}).get("alt") or data.get(
                "text/plain", "A picture of yours."
            )
            return f'<img src="data:{mime};base64,{data[mime]}" alt="{escape(alt)}">'
    if "text/markdown" in data:
        return markdown_html(data["text/markdown"])
    return f"<pre>{_bare(data.get('text/latex') or data.get('text/plain', ''))}</pre>"


def _bare(text: str) -> str:
    return escape(re.sub(r"\x1b\[[0-9;]*m", "", text))


def _others(nb: NotebookNode, release: list[dict[str, Any]]) -> list[Markup]:
    """The student's other cells: code that shows something or that they wrote, and prose that they wrote."""
    ours, left = {cell["source"] for cell in release}, EXTRA
    shown = []
    for cell in nb.cells:
        written = cell["source"] not in ours and cell["source"].strip()
        if _kind(cell) or not (written or cell.get("outputs")):
            continue
        part = _shown(cell)
        left -= len(part)
        if left < 0:
            shown.append(Markup("<p>[The rest is left out here: it is too long.]</p>"))
            break
        shown.append(part)
    return shown
