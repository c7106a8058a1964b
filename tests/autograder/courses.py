"""Build small nbgrader courses in code, grade them with stock nbgrader, and read the gradebook."""

import copy
import functools
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from autograder.courses import find
from autograder.intake import students_with

GUIDE = Path(sys.modules["nbgrader"].__file__).parent / "docs" / "source" / "user_guide"
PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


def _flags(grade_id: str, **flags: Any) -> dict[str, Any]:
    plain = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": plain | {"grade_id": grade_id} | flags}


def answer(grade_id: str, source: str):
    return new_code_cell(source, metadata=_flags(grade_id, solution=True))


def test(grade_id: str, points: float, source: str):
    return new_code_cell(source, metadata=_flags(grade_id, grade=True, locked=True, points=points))


def manual(grade_id: str, points: float, source: str, kind: str = "markdown"):
    new = new_markdown_cell if kind == "markdown" else new_code_cell
    return new(source, metadata=_flags(grade_id, grade=True, solution=True, points=points))


def task(grade_id: str, points: float, source: str):
    return new_markdown_cell(
        source, metadata=_flags(grade_id, task=True, locked=True, points=points)
    )


def read_only(grade_id: str, source: str):
    return new_code_cell(source, metadata=_flags(grade_id, locked=True))


def notebook(*cells: Any, kernel: dict[str, str] = PYTHON):
    return new_notebook(cells=list(cells), metadata={"kernelspec": kernel})


def make(
    root: Path,
    notebooks: dict[str, Any],
    *,
    files: dict[str, str] | None = None,
    config: str = "",
    **options,
):
    """Make a course with one assignment, "ps1".

    options: where its source is, if not in source/ps1; its gradebook. The course starts with an
    empty gradebook, for nbgrader takes 8 seconds to make one.
    """
    source = root / options.get("source", "source/ps1")
    source.mkdir(parents=True)
    (root / "nbgrader_config.py").write_text(f"c = get_config()\n{config}")
    options.get("gradebook", root / "gradebook.db").write_bytes(empty_gradebook())
    for name, content in notebooks.items():
        nbformat.write(content, source / f"{name}.ipynb")
    for name, content in (files or {}).items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(content)
    return root


def released(root: Path, notebooks: dict[str, Any], **options: Any) -> Path:
    """Make a course (options as for `make`), and release its assignment."""
    make(root, notebooks, **options)
    generate(root)
    return root


@functools.cache
def empty_gradebook() -> bytes:
    """The file of a gradebook without a row."""
    with tempfile.TemporaryDirectory() as folder:
        with Gradebook(f"sqlite:///{folder}/gradebook.db"):
            pass
        return (Path(folder) / "gradebook.db").read_bytes()


def hand_in(
    root: Path,
    student: str,
    answers: dict[str, str],
    *,
    files: dict[str, str] | None = None,
    extra: dict[str, str] | None = None,
    **places: str,
) -> None:
    """Hand in the released ps1 with these sources (grade id -> source).

    extra: cells behind those of a grade id.
    """
    release, target = (
        root / places.get("release", "release/ps1"),
        root / places.get("to", f"submitted/{student}/ps1"),
    )
    target.mkdir(parents=True)
    for path in release.rglob("*"):
        if path.is_file() and path.suffix != ".ipynb":
            (target / path.relative_to(release)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target / path.relative_to(release))
    for path in release.glob("*.ipynb"):
        book = nbformat.read(path, as_version=4)
        cells = []
        for cell in book.cells:
            own = cell.metadata.get("nbgrader", {}).get("grade_id")
            cell.source = answers.get(own, cell.source)
            cells.append(cell)
            if own in (extra or {}):
                cells.append(new_code_cell(extra[own]))
        book.cells = cells
        nbformat.write(book, target / path.name)
    for name, content in (files or {}).items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(content)


def generate(root: Path, name: str = "ps1") -> None:
    """What `nbgrader generate_assignment` does."""
    result = NbGraderAPI(config=_stock(root)).generate_assignment(name)
    assert result["success"], result


def by_nbgrader(root: Path, target: Path) -> dict:
    """Scores that stock nbgrader, with its kernel, gives in a copy of the course."""
    shutil.copytree(root, target, ignore=shutil.ignore_patterns(".autograder", "autograded"))
    api = NbGraderAPI(config=_stock(target))
    for student in students_with(find(target), "ps1")[0]:
        result = api.autograde("ps1", student)
        if not result["success"]:
            print(result.get("log", "")[-3000:])
    return scores(target)


def _stock(root: Path):
    config = copy.deepcopy(find(root).config)
    config.CourseDirectory.root = str(root)
    return config


def scores(root: Path, name: str = "ps1") -> dict[tuple[str, str, str], tuple]:
    """Read (student, notebook, cell) -> (automatic score, points, waits for a person, comment).

    All are as the gradebook has them.
    """
    found = {}
    with Gradebook(find(root).gradebook) as gradebook:
        for submission in gradebook.find_assignment(name).submissions:
            for book in submission.notebooks:
                comments = {c.cell.name: c.auto_comment for c in book.comments}
                for grade in book.grades:
                    key = submission.student.id, book.name, grade.cell.name
                    comment = comments.get(grade.cell.name)
                    found[key] = (
                        grade.auto_score,
                        grade.max_score,
                        grade.needs_manual_grade,
                        comment,
                    )
    return found
