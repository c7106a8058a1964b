"""From solutions/ to course/: check the contract, prove that the tests can be passed and failed, write the students' copy."""

import ast
import filecmp
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI

from autograder.courses import Course
from nbjudge import Assignment, ContractError, judge, read_assignment
from nbjudge.contract.assignment import grade_id, read_notebook
from nbjudge.contract.notebooks import migrated

__all__ = [
    "ReleaseError",
    "Released",
    "check_contract",
    "check_tests",
    "migrate",
    "release",
    "release_pages",
]

AUTOMATIC, BY_HAND = 80, 20
UNGRADED = "00"  # the number of the notebook that carries no points


class ReleaseError(Exception):
    """A notebook that is not fit for students; the message names the cells and the reasons, a line each."""


@dataclass(frozen=True)
class Released:
    """An assignment that was released: its points, and the files that changed in course/."""

    name: str
    automatic: float
    by_hand: float
    changed: list[str]


def check_contract(path: Path) -> list[str]:
    """What is wrong with an instructor's notebook as written, a line each; nothing is run."""
    try:
        notebook = read_notebook(path)
        assignment = read_assignment(path)
    except ContractError as error:
        return [str(error)]
    return [
        *_cell_problems(notebook, assignment),
        *_exercise_problems(assignment),
        *_point_problems(path, assignment),
    ]


def check_tests(assignment: Assignment, source: dict[str, Any]) -> list[str]:
    """Groups that the reference solution does not pass, or that the released stub passes: a line each."""
    problems = []
    for check in judge(assignment, source, hidden=True).checks:
        if check.status != "passed":
            problems.append(
                f"{check.grade_id}: the solution itself does not pass: {check.status}: {check.message}"
            )
    for check in judge(assignment, assignment.release, hidden=True).checks:
        if check.status == "passed":
            problems.append(
                f"{check.grade_id}: the empty answer passes; a check that cannot fail checks nothing"
            )
        elif check.status != "missing":
            problems.append(
                f"{check.grade_id}: the empty answer ends as {check.status}: {check.message}"
            )
    return problems


def release(course: Course, name: str, *, into: Path | None = None) -> Released:
    """Release one assignment: course/NAME, and its entry in the gradebook.

    into: write below this folder instead of course/, and leave the gradebook alone.

    Raises:
        ReleaseError: naming cells and reasons, if the notebook breaks the contract or its tests do not work.
    """
    path = course.source(name)
    problems = check_contract(path)
    if not problems:
        assignment = read_assignment(path)
        problems = check_tests(assignment, read_notebook(path))
    if problems:
        raise ReleaseError("\n".join(f"{name}: {problem}" for problem in problems))
    with tempfile.TemporaryDirectory(prefix="release-") as folder:
        _generate(course, name, Path(folder), keep_gradebook=into is not None)
        changed = _mirror(Path(folder) / name, (into or course.released) / name)
    return Released(
        name,
        sum(g.points for g in assignment.checks),
        sum(m.points for m in assignment.manual),
        sorted(changed),
    )


def migrate(course: Course) -> dict[str, int]:
    """Rewrite the instructor's notebooks for the metadata that this version reads; returns assignment -> cells changed."""
    changed: dict[str, int] = {}
    for name in course.names():
        changed[name] = 0
        for notebook in course.notebooks(name):
            path = course.source(name, notebook)
            new, cells = migrated(read_notebook(path))
            if cells:
                path.write_text(
                    json.dumps(new, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
                )
            changed[name] += cells
    return changed


def release_pages(course: Course, *, into: Path | None = None) -> list[str]:
    """Copy the pages for the whole course (solutions/*.md) to course/, and take away those that are gone; returns what changed.

    Files, not a folder: nbgrader takes every folder in solutions/ for an assignment.
    """
    target, changed = into or course.released, []
    pages = {page.name: page for page in course.solutions.glob("*.md")}
    for name, page in pages.items():
        if not (target / name).is_file() or not filecmp.cmp(page, target / name, shallow=False):
            target.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(page, target / name)
            changed.append(name)
    for old in target.glob("*.md"):
        if old.name not in pages:
            old.unlink()
            changed.append(old.name)
    return sorted(changed)


def _generate(course: Course, name: str, folder: Path, *, keep_gradebook: bool) -> None:
    settings = course.settings()
    settings.CourseDirectory.release_directory = os.path.relpath(folder, course.root)
    if keep_gradebook:
        settings.CourseDirectory.db_url = f"sqlite:///{folder / 'gradebook.db'}"
    else:
        course.runtime.mkdir(parents=True, exist_ok=True)
    result = NbGraderAPI(config=settings).generate_assignment(name, force=True, create=True)
    if not result["success"]:
        raise ReleaseError(
            f"{name}: nbgrader could not release it:\n{result.get('error') or ''}{result.get('log') or ''}"
        )


def _mirror(made: Path, target: Path) -> list[str]:
    """Make `target` hold exactly the files of `made`, touching only what differs."""
    changed = []
    wanted = {p.relative_to(made) for p in made.rglob("*") if p.is_file()}
    for relative in wanted:
        if not (target / relative).is_file() or not filecmp.cmp(
            made / relative, target / relative, shallow=False
        ):
            (target / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(made / relative, target / relative)
            changed.append(relative.as_posix())
    for old in [
        p for p in target.rglob("*") if p.is_file() and ".ipynb_checkpoints" not in p.parts
    ]:
        if old.relative_to(target) not in wanted:
            old.unlink()
            changed.append(old.relative_to(target).as_posix())
    return changed


# -- the contract beyond what grading itself needs ------------------------------------------------------------


def _cell_problems(notebook: dict[str, Any], assignment: Assignment) -> Iterator[str]:
    visible = {g.grade_id for g in assignment.checks if g.kind == "visible"}
    answers = {e.grade_id: e for e in assignment.exercises.values()}
    for number, cell in enumerate(notebook["cells"], 1):
        own, source = grade_id(cell), "".join(cell["source"])
        place = f"cell {number}" + (f" ({own})" if own else "")
        if cell.get("outputs"):
            yield f"{place}: has outputs; clear them"
        if not cell.get("id"):
            yield f"{place}: has no cell id"
        if own in visible and source.strip().splitlines()[-1:] != ["checks.passed()"]:
            yield f"{place}: a visible test must end with checks.passed()"
        if own in answers:
            if "### BEGIN SOLUTION" not in source or "### END SOLUTION" not in source:
                yield f"{place}: has no ### BEGIN SOLUTION ... ### END SOLUTION"
            defined = {n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)}
            for name in set(answers[own].names) - defined:
                yield f"{place}: does not define {name}"
        if own is None and ("### BEGIN SOLUTION" in source or "### BEGIN HIDDEN" in source):
            yield f"{place}: holds solution or hidden-test marks, but nbgrader knows nothing of this cell"


def _exercise_problems(assignment: Assignment) -> Iterator[str]:
    for exercise in assignment.exercises.values():
        kinds = {g.kind for g in assignment.checks if g.exercise == exercise.number}
        for kind in {"visible", "hidden"} - kinds:
            yield f"{exercise.grade_id}: exercise {exercise.number} has no {kind} test"


def _point_problems(path: Path, assignment: Assignment) -> Iterator[str]:
    automatic, by_hand = (
        sum(g.points for g in assignment.checks),
        sum(m.points for m in assignment.manual),
    )
    expected = (0, 0) if path.stem.startswith(UNGRADED) else (AUTOMATIC, BY_HAND)
    if (automatic, by_hand) != expected:
        yield f"points: expected {expected[0]} by checks and {expected[1]} by hand, got {automatic:g} and {by_hand:g}"
