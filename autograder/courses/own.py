"""Where a course keeps its things, and what nbgrader is told about it."""

import functools
import hmac
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from traitlets.config import Config

from lazyrich.app.paths import course_root
from nbjudge import Assignment, Limits, read_assignment

__all__ = ["Course", "nbgrader_settings"]


@dataclass(frozen=True)
class Course:
    """A course below `root`: notebooks in solutions/ and course/, everything that grading makes in autograder/."""

    root: Path
    all_cells: bool = field(
        default=False, kw_only=True
    )  # run also the given cells that no check depends on

    @classmethod
    def here(cls) -> "Course":
        """The course that the current folder belongs to."""
        return cls(course_root())

    @staticmethod
    def at(folder: str | Path) -> "Course":
        """The course in a folder: ours, or any that was set up for nbgrader.

        Raises:
            FileNotFoundError: saying what was looked for. ValueError: if its configuration cannot be read.
        """
        root = Path(folder).expanduser().resolve()
        bare = (root / "solutions").is_dir() and not (root / "nbgrader_config.py").is_file()
        if bare or (root / "autograder" / "nbgrader_config.py").is_file():
            return Course(root)
        if not root.is_dir():
            raise FileNotFoundError(f"there is no folder {root}")
        from autograder.courses.foreign import NbgraderCourse, load_settings

        course = NbgraderCourse(root, load_settings(root))
        if not (root / "nbgrader_config.py").is_file() and not course.solutions.is_dir():
            raise FileNotFoundError(
                f"no course in {root}: it has neither nbgrader_config.py nor a source/ folder"
            )
        return course

    @property
    def solutions(self) -> Path:
        return self.root / "solutions"

    @property
    def released(self) -> Path:
        return self.root / "course"

    @property
    def runtime(self) -> Path:
        return self.root / "autograder"

    @property
    def inbox(self) -> Path:
        return self.runtime / "inbox"

    @property
    def submitted(self) -> Path:
        return self.runtime / "submitted"

    @property
    def autograded(self) -> Path:
        return self.runtime / "autograded"

    @property
    def gradebook(self) -> str:
        return f"sqlite:///{self.runtime / 'gradebook.db'}"

    def gradebook_exists(self) -> bool:
        """Whether there is a gradebook yet (one that is no SQLite file is always taken to be there)."""
        from sqlalchemy.engine import make_url  # judges, which import this module, need no database

        url = make_url(self.gradebook)
        return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()

    @property
    def records(self) -> Path:
        return self.runtime / "records.db"

    def arrived(self, student: str, name: str) -> Path:
        """The folder with what a student handed in for an assignment, as it came."""
        return self.inbox / student / name

    def built(self, student: str, name: str) -> Path:
        """The folder with what is built from it, which nbgrader reads."""
        return self.submitted / student / name

    def graded(self, student: str, name: str) -> Path:
        """The folder with what nbgrader made of it."""
        return self.autograded / student / name

    def contract(self, name: str) -> list[Path]:
        """The folders that an assignment is made from."""
        return [self.source(name).parent, self.released / name]

    def data(self, name: str) -> Path | None:
        """The folder with the files that lie beside a notebook while it is judged."""
        return self.released / name

    def made(self, student: str) -> Iterator[Path]:
        """The folders that grading made for a student."""
        for kind in ("inbox", "submitted", "autograded", "feedback"):
            yield self.runtime / kind / student

    option = ""  # what a command must be told to find this course, if anything
    extra_files = False  # whether students may hand in files of their own beside the notebook

    def students(self, name: str) -> list[str]:
        """Students whose folders do not lie in inbox/ or submitted/, as they do in our course."""
        return []

    def limits(self) -> Limits:
        """How much a notebook may use."""
        return Limits()

    def files(self, student: str, name: str) -> dict[str, bytes]:
        """A student's own files that lie beside the notebook while it is judged (path -> content); none in our course."""
        return {}

    def free(self, name: str) -> set[str]:
        """Files of an assignment that students may replace by their own."""
        return set()

    def stamp(self, student: str, name: str, received: str) -> str:
        """The time of a submission that nbgrader is told; "" for none."""
        return received

    def names(self) -> list[str]:
        """The assignments that have a notebook in solutions/, in order."""
        return sorted(
            p.parent.name for p in self.solutions.glob("*/*.ipynb") if p.stem == p.parent.name
        )

    def notebooks(self, name: str) -> list[str]:
        """The names of an assignment's notebooks (ours have one each, named as the assignment)."""
        return [self.source(name).stem]

    def source(self, name: str, notebook: str | None = None) -> Path:
        """The instructor's notebook of an assignment.

        Raises:
            FileNotFoundError: naming the assignments that there are.
        """
        path = self.solutions / name / f"{notebook or name}.ipynb"
        if not path.is_file():
            raise FileNotFoundError(
                f"no assignment {name!r} in {self.solutions}; there are: {', '.join(self.names())}"
            )
        return path

    def assignment(self, name: str, notebook: str | None = None) -> Assignment:
        """The contract of a notebook: tests from solutions/, what students received from course/.

        Raises:
            FileNotFoundError: if there is no such assignment, or it was not released.
        """
        source, release = (
            self.source(name, notebook),
            self.released / name / f"{notebook or name}.ipynb",
        )
        if not release.is_file():
            raise FileNotFoundError(f"{name} was not released yet: run `autograder release {name}`")
        return _assignment(source, release, (_stamp(source), _stamp(release)))

    def seed(self, student: str, assignment: str, exercise: str, check: str) -> int:
        """The seed of a hidden check: the same whenever it is graded again, and not to be guessed without the secret."""
        message = "\0".join((student, assignment, exercise, check)).encode()
        return int.from_bytes(hmac.digest(self._secret(), message, "sha256")[:8], "big")

    def _secret(self) -> bytes:
        path = self.runtime / ".secret"
        if not path.is_file():
            self.runtime.mkdir(parents=True, exist_ok=True)
            new = path.with_name(f".secret.{os.getpid()}")
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
            try:
                os.link(new, path)  # atomic, and never replaces the secret of another process
            except FileExistsError:
                pass
            finally:
                new.unlink()
        return bytes.fromhex(path.read_text().strip())


@functools.lru_cache(maxsize=64)
def _assignment(source: Path, release: Path, stamps: tuple) -> Assignment:
    """The contract of two files as they are now (`stamps`): each submission asks for it several times."""
    return read_assignment(source, release)


def _stamp(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


def nbgrader_settings(course: Course) -> Config:
    """nbgrader's configuration for a course: our folders, our release, and our judge in place of a Jupyter kernel."""
    if hasattr(course, "settings"):
        return course.settings()
    settings = Config()
    settings.CourseDirectory.course_id = "lazy-to-rich"
    settings.CourseDirectory.root = str(course.root)
    settings.CourseDirectory.db_url = course.gradebook
    settings.CourseDirectory.source_directory = "solutions"
    settings.CourseDirectory.release_directory = "course"
    settings.CourseDirectory.submitted_directory = "autograder/submitted"
    settings.CourseDirectory.autograded_directory = "autograder/autograded"
    settings.CourseDirectory.feedback_directory = "autograder/feedback"
    settings.GenerateAssignment.preprocessors = [
        "nbgrader.preprocessors.LockCells",
        "autograder.grading.preprocess.ClearAnswers",
        "nbgrader.preprocessors.ClearOutput",
        "nbgrader.preprocessors.CheckCellMetadata",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.SaveCells",
        "autograder.grading.preprocess.ClearHidden",
        "nbgrader.preprocessors.ComputeChecksums",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    settings.Autograde.sanitize_preprocessors = [
        "autograder.grading.preprocess.Rebuild",
        "nbgrader.preprocessors.DeduplicateIds",
        "nbgrader.preprocessors.OverwriteKernelspec",
        "nbgrader.preprocessors.OverwriteCells",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    settings.Autograde.autograde_preprocessors = [
        "autograder.grading.preprocess.Judge",
        "nbgrader.preprocessors.SaveAutoGrades",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
    settings.GenerateFeedback.preprocessors = [
        "nbgrader.preprocessors.GetGrades",
        "autograder.feedback_pages.feedback.Explain",
    ]
    settings.GenerateFeedback.exporter_class = "autograder.feedback_pages.feedback.FeedbackPage"
    settings.ExportApp.plugin_class = "autograder.reports.export.CsvExport"
    return settings
