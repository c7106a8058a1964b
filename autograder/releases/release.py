"""Release notebooks: check the contract, test the tests, write the students' copies.

The reference solution must pass each check, and the empty answer must fail it.
"""

import filecmp
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.apps.api import NbGraderAPI

from autograder.courses import Course
from autograder.courses.reasons import reason
from autograder.releases.carry_over import Changes, adapt, changes, restored, source_cells
from autograder.releases.contract import check_contract
from nbjudge import Assignment, judge, read_assignment
from nbjudge.contract.assignment import read_notebook
from nbjudge.contract.notebooks import migrated
from nbjudge.wording import counted

__all__ = [
    "ReleaseError",
    "Released",
    "carry_over",
    "check_tests",
    "migrate",
    "release",
    "release_pages",
]


class ReleaseError(Exception):
    """Report a notebook that cannot be released: one line for each cell, with the reason."""


@dataclass(frozen=True)
class Released:
    """Describe an assignment that was released.

    Parameters
    ----------
    name : str
        The assignment.
    automatic : float
        The points given by checks.
    manual : float
        The manual points.
    changed : list of str
        The files that changed in course/.
    """

    name: str
    automatic: float
    manual: float
    changed: list[str]


def check_tests(assignment: Assignment, source: dict[str, Any]) -> list[str]:
    """Find checks that the reference solution does not pass, or that the released stub passes.

    Parameters
    ----------
    assignment : Assignment
        The contract.
    source : dict
        The instructor's notebook.

    Returns
    -------
    list of str
        What is wrong, a line for each check.
    """
    problems = []
    for check in judge(assignment, source, hidden=True).checks:
        if check.status != "passed":
            reason = f"{check.status}: {check.message}"
            problems.append(f"{check.grade_id}: the solution itself does not pass: {reason}")
    for check in judge(assignment, assignment.release, hidden=True).checks:
        if check.status == "passed":
            problems.append(
                f"{check.grade_id}: the empty answer passes; "
                "a check that cannot fail checks nothing"
            )
        elif check.status != "missing":
            problems.append(
                f"{check.grade_id}: the empty answer must fail, got {check.status}: {check.message}"
            )
    return problems


def release(
    course: Course,
    name: str,
    *,
    into: Path | None = None,
    agree: Callable[[Changes], bool] | None = None,
) -> Released:
    """Release one assignment: course/NAME, and its entry in the gradebook.

    Parameters
    ----------
    course : Course
        Our course.
    name : str
        The assignment.
    into : Path, optional
        Write below this folder instead of course/, and leave the gradebook alone.
    agree : callable, optional
        Called with the changes to a gradebook that has submissions; returns whether to make them,
        keeping what can be kept. Without it, such a gradebook is not changed.

    Returns
    -------
    Released
        The points, and what changed.

    Raises
    ------
    ReleaseError
        If the notebook breaks the contract or its tests do not work (the message names cells and
        reasons), or if the gradebook has submissions to another version.
    FileNotFoundError
        If there is no such assignment.
    """
    path = course.source(name)
    problems = check_contract(path)
    if not problems:
        assignment = read_assignment(path)
        problems = check_tests(assignment, read_notebook(path))
    if problems:
        raise ReleaseError("\n".join(f"{name}: {problem}" for problem in problems))
    carried = carry_over(course, name, agree) if into is None else nullcontext()
    with carried, tempfile.TemporaryDirectory(prefix="release-") as folder:
        _generate(course, name, Path(folder), keep_gradebook=into is not None)
        changed = _mirror(Path(folder) / name, (into or course.released) / name)
    return Released(
        name,
        sum(g.points for g in assignment.checks),
        sum(m.points for m in assignment.manual),
        sorted(changed),
    )


@contextmanager
def carry_over(
    course: Course, name: str, agree: Callable[[Changes], bool] | None = None
) -> Iterator[Changes]:
    """Adapt a gradebook with submissions to the instructor's notebooks; keep what can be kept.

    A copy of the gradebook is made first. The assignment is generated in the `with` block; if that
    fails, the gradebook is restored.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    agree : callable, optional
        As for `release`.

    Yields
    ------
    Changes
        What was changed.

    Raises
    ------
    ReleaseError
        If `agree` returns False; then nothing is changed.
    """
    there = course.gradebook_exists()
    found = changes(course, name, source_cells(course, name)) if there else Changes()
    if not found or (not found.submissions and agree is None):
        yield Changes()
        return
    if agree is None:
        raise ReleaseError(
            f"{name}: the gradebook has {counted(found.submissions, 'submission')} to another "
            "version of it. "
            f"Run `autograder release --migrate {name}{course.option}`: it keeps the scores, marks "
            "and comments of the cells that stay, and lists the changes before it stores anything"
        )
    if not agree(found):
        raise ReleaseError(f"{name}: nothing was changed")
    with restored(course):
        adapt(course, name, found)
        yield found


def migrate(course: Course) -> dict[str, int]:
    """Convert the metadata of the instructor's notebooks to what this version reads.

    Parameters
    ----------
    course : Course
        The course.

    Returns
    -------
    dict of str to int
        By assignment, the number of cells that changed.
    """
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
    """Copy the pages for the whole course (solutions/*.md) to course/, and remove old ones.

    The pages are not in a folder, because nbgrader takes every folder in solutions/ for an
    assignment.

    Parameters
    ----------
    course : Course
        Our course.
    into : Path, optional
        Write to this folder instead of course/.

    Returns
    -------
    list of str
        The files that changed.
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
            f"{name}: nbgrader could not release it: {reason(result)}. Run "
            f"`nbgrader generate_assignment {name} --force` in {course.runtime} to see all output"
        )


def _mirror(made: Path, target: Path) -> list[str]:
    """Make `target` contain exactly the files of `made`, touching only files that differ."""
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
