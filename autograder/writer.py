"""Writing judged submissions: their scores into nbgrader's gradebook, their notebooks into the autograded folder."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import nbformat
from nbconvert.preprocessors import Preprocessor
from nbformat.notebooknode import NotebookNode, from_dict
from nbformat.v4.rwbase import split_lines, strip_transient
from nbgrader.api import Gradebook, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, OverwriteCells, SaveAutoGrades
from nbgrader.utils import chdir, find_all_files
from sqlalchemy.exc import OperationalError

from autograder.course import Course, nbgrader_settings
from autograder.folders import replace_folder
from autograder.records import Records
from autograder.rows import NotebookRows, find_submission

__all__ = ["PATIENCE", "Stopped", "Writer", "no_room", "patiently"]

T = TypeVar("T")
PATIENCE = 60.0  # seconds for a gradebook that another program has locked
LOCKED = "database is locked"
FULL = ("no space left on device", "disk is full", "disk quota exceeded")


class Stopped(RuntimeError):
    """The grading cannot go on now; the message says why. Nothing is lost: run the same command again."""


class Writer:
    """Writes judged submissions of one course as `nbgrader autograde` would.

    The settings and the steps are nbgrader's; the database is opened once a submission and written in one transaction.
    Writing the same submission again replaces what was there and keeps marks and comments given by hand.

    Parameters
    ----------
    course : Course
        The course.
    """

    def __init__(self, course: Course) -> None:
        settings = nbgrader_settings(course)
        self._course, self._records = course, Records(course.records)
        self._directory = CourseDirectory(config=settings)
        self._nbgrader = Autograde(coursedir=self._directory, config=settings)
        self._overwrite = OverwriteCells(parent=self._nbgrader)
        self._scores = SaveAutoGrades(parent=self._nbgrader)
        self._penalties = AssignLatePenalties(parent=self._nbgrader)
        self._opened: Gradebook | None = None

    def write(self, name: str, student: str) -> str:
        """Write what lies in the records for a student.

        Parameters
        ----------
        name : str
            The assignment.
        student : str
            The student's id.

        Returns
        -------
        str
            "", or why it could not be written; then the gradebook is as it was.

        Raises
        ------
        Stopped
            If the disk is full, or the gradebook stays locked.
        """
        return patiently(lambda: self._once(name, student))

    def _once(self, name: str, student: str) -> str:
        try:
            with chdir(self._directory.root):  # where nbgrader works: a path in its settings may be relative
                self._write(name, student)
        except Exception as error:  # one submission must never stop the others; it is told in its row
            if no_room(error):
                raise Stopped("the disk is full. Make room") from None
            if LOCKED in str(error):
                raise OperationalError(LOCKED, None, Exception(LOCKED)) from None
            return f"{type(error).__name__}: {error}".splitlines()[0]
        return ""

    def _write(self, name: str, student: str) -> None:
        nbgrader, built = self._nbgrader, self._course.built(student, name)
        if student in self._directory.student_id_exclude.split(","):
            return
        self._directory.assignment_id, self._directory.student_id = name, student  # what hooks are told
        nbgrader.notebooks = sorted(map(str, built.glob("*.ipynb")))
        nbgrader.run_pre_convert_hook()
        with self._gradebook() as gradebook, gradebook.db.no_autoflush:
            notebooks = self._save(gradebook, find_submission(gradebook.db, name, student), built)
        replace_folder(self._course.graded(student, name), self._other_files(name, built) | notebooks)
        nbgrader.set_permissions(name, student)
        nbgrader.notebooks = [str(built / file) for file in notebooks]
        nbgrader.run_post_convert_hook()

    @contextmanager
    def _gradebook(self) -> Iterator[Gradebook]:
        """The gradebook, connected for one submission."""
        if self._opened is None:
            self._opened = Gradebook(self._directory.db_url, self._directory.course_id)
        with self._opened as gradebook:
            yield gradebook

    def _save(self, gradebook: Gradebook, submission: SubmittedAssignment, built: Path) -> dict[str, bytes]:
        """Save the scores of all notebooks; returns the files to keep."""
        timestamp = self._directory.get_existing_timestamp(str(built))
        if timestamp is not None:
            submission.timestamp = timestamp
        files = {}
        for submitted in submission.notebooks:
            file, rows = f"{submitted.notebook.name}.ipynb", NotebookRows(gradebook.db, submitted)
            if (built / file).is_file():
                files[file] = self._save_notebook(gradebook, submission, submitted, rows)
            else:
                for grade in submitted.grades:
                    grade.auto_score, grade.needs_manual_grade = 0, False
        if not files:
            raise LookupError(f"none of the assignment's notebooks is in {built}")
        gradebook.db.commit()
        return files

    def _save_notebook(
        self, gradebook: Gradebook, submission: SubmittedAssignment, submitted: SubmittedNotebook, rows: NotebookRows
    ) -> bytes:
        student, name, notebook = submission.student.id, submission.assignment.name, submitted.notebook.name
        finished = self._records.finished(student, name, notebook)
        if finished is None:
            raise LookupError(f"{notebook} is not judged yet; run `autograder grade {name}`")
        nb = from_dict(finished)
        for step in (self._overwrite, self._scores, self._penalties):
            step.student_id, step.assignment_id, step.notebook_id = student, name, notebook
            step.gradebook, step.db_url = rows, self._directory.db_url
        if self._overwrite.enabled:
            Preprocessor.preprocess(
                self._overwrite, nb, {}
            )  # cell by cell, without nbgrader's opening of the gradebook
            if self._overwrite.add_missing_cells:
                self._overwrite.add_missing_grade_cells(nb, {})
                self._overwrite.add_missing_task_cells(nb, {})
        nbformat.validate(nb, relax_add_props=True)
        if self._scores.enabled:
            Preprocessor.preprocess(self._scores, nb, {})
        if self._penalties.enabled:
            self._penalize(gradebook, submission, submitted)
        return _as_file(nb)

    def _penalize(self, gradebook: Gradebook, submission: SubmittedAssignment, submitted: SubmittedNotebook) -> None:
        """Let the course's plugin say what being late costs."""
        step, late, penalty = self._penalties, submission.total_seconds_late, None
        step.gradebook = gradebook
        step.init_plugin()
        if late > 0:
            gradebook.db.commit()  # the plugin may look into the gradebook, or write into it
            penalty = step.plugin_inst.late_submission_penalty(step.student_id, submitted.score, late)
            if penalty is not None:
                penalty = step._check_late_penalty(submitted, penalty)
        submitted.late_submission_penalty = penalty

    def _other_files(self, name: str, built: Path) -> dict[str, bytes | Path]:
        """What lies beside the notebooks: the student's files, and the course's, which come first."""
        directory = self._directory
        course = directory.format_path(directory.source_directory, ".", name)
        free = self._nbgrader.exclude_overwriting.get(name, [])
        ignored = [*directory.ignore, "*.ipynb"]
        theirs = {os.path.relpath(file, built): Path(file) for file in find_all_files(str(built), ignored)}
        ours = {os.path.relpath(file, course): Path(file) for file in find_all_files(course, ignored)}
        return theirs | {path: file for path, file in ours.items() if path not in free}


def _as_file(nb: NotebookNode) -> bytes:
    """A notebook as nbformat writes it (which would first copy it and check it again)."""
    parts = split_lines(strip_transient(nb))
    text = json.dumps(parts, indent=1, sort_keys=True, separators=(",", ": "), ensure_ascii=False)
    return f"{text}\n".encode()


def patiently(work: Callable[[], T]) -> T:
    """Do something with the gradebook, again and again while another program has locked it.

    Raises:
        Stopped: if it stays locked.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return work()
        except OperationalError as error:
            if LOCKED not in str(error):
                raise
        if time.monotonic() > deadline:
            raise Stopped("the gradebook is locked by another program (formgrader, nbgrader?). Close it")
        time.sleep(0.5)


def no_room(text: object) -> bool:
    """Whether an error says that the disk is full."""
    return any(phrase in str(text).lower() for phrase in FULL)
