"""Write judged submissions: scores into nbgrader's gradebook, notebooks into autograded/."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from nbformat.notebooknode import NotebookNode, from_dict
from nbformat.v4.rwbase import split_lines, strip_transient
from nbgrader.api import Gradebook, SubmittedNotebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import chdir
from sqlalchemy.exc import OperationalError

from autograder.courses import Course
from autograder.courses.below import files_but
from autograder.deadlines.penalty import deadlines_of
from autograder.grading.folders import replace_folder
from autograder.grading.late import settle
from autograder.grading.records import Records
from autograder.grading.rows import NotebookRows, Overwrite, Penalize, SaveScores, find_submission
from autograder.grading.settled import Seen, keep_seen, seen, settling
from autograder.intake.timestamp import FILE, parse_time, stamp_below

__all__ = ["Stopped", "Writer", "no_room", "patiently"]

T = TypeVar("T")
PATIENCE = 60.0  # seconds to wait for a gradebook that another program has locked
LOCKED = "database is locked"
FULL = ("no space left on device", "disk is full", "disk quota exceeded")


class Stopped(RuntimeError):
    """Report why grading cannot continue. Nothing is lost: run the same command again."""


class Writer:
    """Write judged submissions of one course as `nbgrader autograde` would.

    The settings and the steps are nbgrader's; the database is opened once per submission and
    written in one transaction. Writing the same submission again replaces what was there, and keeps
    manual marks and comments. A mark waits for a second look only if its answer changed.

    Parameters
    ----------
    course : Course
        The course.
    """

    def __init__(self, course: Course) -> None:
        settings = course.settings()
        self._course, self._records = course, Records(course.records)
        self._directory = CourseDirectory(config=settings)
        self._nbgrader = Autograde(coursedir=self._directory, config=settings)
        self._overwrite, self._save_scores, self._penalize = (
            step(parent=self._nbgrader) for step in (Overwrite, SaveScores, Penalize)
        )
        self._opened: Gradebook | None = None
        self._deadlines = deadlines_of(settings)

    def write(self, name: str, student: str) -> str:
        """Write what the records have for a student.

        Parameters
        ----------
        name : str
            The assignment.
        student : str
            The student's id.

        Returns
        -------
        str
            "", or why it could not be written.

        Raises
        ------
        Stopped
            If the disk is full, or the gradebook stays locked.
        """
        return patiently(lambda: self._once(name, student))

    def _once(self, name: str, student: str) -> str:
        try:
            # nbgrader works there: a path in its settings may be relative
            with chdir(self._directory.root):
                self._write(name, student)
        except Exception as error:  # shown in its row; one submission must never stop the others
            if no_room(error):
                raise Stopped("the disk is full. Free some space") from None
            if LOCKED in str(error):
                raise OperationalError(LOCKED, None, Exception(LOCKED)) from None
            return f"{type(error).__name__}: {error}".splitlines()[0]
        return ""

    def _write(self, name: str, student: str) -> None:
        nbgrader, built = self._nbgrader, self._course.built(student, name)
        if student in self._directory.student_id_exclude.split(","):
            return
        # for nbgrader's hooks
        self._directory.assignment_id, self._directory.student_id = name, student
        nbgrader.notebooks = sorted(map(str, built.glob("*.ipynb")))
        nbgrader.run_pre_convert_hook()
        present: dict[str, dict[str, Seen]] = {}
        with self._gradebook() as gradebook:
            notebooks = self._save(gradebook, name, student, present)
        for notebook, answers in present.items():
            keep_seen(self._records, (student, name, notebook), answers)
        replace_folder(
            self._course.graded(student, name), self._other_files(name, built) | notebooks
        )
        nbgrader.set_permissions(name, student)
        nbgrader.notebooks = [str(built / file) for file in notebooks]
        nbgrader.run_post_convert_hook()

    @contextmanager
    def _gradebook(self) -> Iterator[Gradebook]:
        """Open the gradebook for one submission; nothing is written before the commit."""
        if self._opened is None:
            self._opened = Gradebook(self._directory.db_url, self._directory.course_id)
        with self._opened as gradebook, gradebook.db.no_autoflush:
            yield gradebook

    def _save(
        self, gradebook: Gradebook, name: str, student: str, present: dict[str, dict[str, Seen]]
    ) -> dict[str, bytes]:
        """Save the scores of all notebooks; returns their files, and in `present` the answers."""
        built, submission = (
            self._course.built(student, name),
            find_submission(gradebook, name, student),
        )
        if (built / FILE).is_file():
            submission.timestamp = parse_time(stamp_below(built).when)
        if (own := self._deadlines.get(name)) is not None:
            submission.extension = own.extension(student)
        settle(submission, self._records.stamps(name).get(student, ""))
        files = {}
        for submitted in submission.notebooks:
            rows, file = NotebookRows(gradebook, submitted), f"{submitted.notebook.name}.ipynb"
            if (built / file).is_file():
                files[file], seen_now = self._save_notebook(gradebook, rows, submitted)
                present[submitted.notebook.name] = seen_now
            else:
                for grade in submitted.grades:  # a mark given for a notebook that is gone waits
                    grade.auto_score = 0
                    grade.needs_manual_grade = grade.manual_score is not None
        if not files:
            raise LookupError(f"none of the assignment's notebooks is in {built}")
        gradebook.db.commit()
        return files

    def _save_notebook(
        self, gradebook: Gradebook, rows: NotebookRows, submitted: SubmittedNotebook
    ) -> tuple[bytes, dict[str, Seen]]:
        name, notebook = submitted.assignment.assignment.name, submitted.notebook.name
        student = submitted.assignment.student.id
        finished = self._records.finished(student, name, notebook)
        if finished is None:
            raise LookupError(f"{notebook} has not been judged yet; run `autograder grade {name}`")
        known = seen(self._records, (student, name, notebook), self._course.graded(student, name))
        nb, resources = from_dict(finished), {"submitted": submitted}
        for step, where in (
            (self._overwrite, rows),
            (self._save_scores, rows),
            (self._penalize, gradebook),
        ):
            step.gradebook, step.db_url = where, self._directory.db_url
            step.student_id, step.assignment_id, step.notebook_id = student, name, notebook
        nb, _ = self._overwrite(nb, resources)
        with settling(rows.grades, nb, known) as present:
            nb, _ = self._save_scores(nb, resources)
        nb, _ = self._penalize(nb, resources)
        return _as_file(nb), present

    def _other_files(self, name: str, built: Path) -> dict[str, bytes | Path]:
        """List the student's and the course's files, which take precedence, without notebooks."""
        directory = self._directory
        course = directory.format_path(directory.source_directory, ".", name)
        free = self._nbgrader.exclude_overwriting.get(name, [])
        ignored = [*directory.ignore, "*.ipynb"]
        theirs = {
            os.path.relpath(file, built): Path(file) for file in files_but(str(built), ignored)
        }
        ours = {os.path.relpath(file, course): Path(file) for file in files_but(course, ignored)}
        return theirs | {path: file for path, file in ours.items() if path not in free}


def _as_file(nb: NotebookNode) -> bytes:
    """Write a notebook like nbformat, which would first copy and validate it again."""
    parts = split_lines(strip_transient(nb))
    text = json.dumps(parts, indent=1, sort_keys=True, separators=(",", ": "), ensure_ascii=False)
    return f"{text}\n".encode()


def patiently(work: Callable[[], T]) -> T:
    """Do something with the gradebook, and retry while another program has locked it.

    Parameters
    ----------
    work : callable
        The function to call.

    Returns
    -------
    object
        What `work` returns.

    Raises
    ------
    Stopped
        If the gradebook stays locked.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except OperationalError as error:
            if LOCKED not in str(error):
                raise
        if time.monotonic() > deadline:
            raise Stopped(
                "another program (formgrader, nbgrader?) has locked the gradebook. Close it"
            )
        time.sleep(0.5)


def no_room(text: object) -> bool:
    """Tell whether an error says that the disk is full.

    Parameters
    ----------
    text : object
        The error, or its message.

    Returns
    -------
    bool
        Whether the disk is full.
    """
    return any(phrase in str(text).lower() for phrase in FULL)
