"""Keep our own course's files below its root, and tell nbgrader where they are."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from traitlets.config import Config

from autograder.courses.protocol import Course, demand_name
from autograder.courses.spelling import spelled
from nbjudge import Assignment, Limits, read_assignment

__all__ = ["OwnCourse"]

_BEING_READ: set[Path] = set()  # roots of the courses whose configuration is being read


@dataclass(frozen=True)
class OwnCourse(Course):
    """Describe our course: notebooks in solutions/ and course/, results of grading in autograder/.

    Parameters
    ----------
    root : Path
        The folder of the course.
    all_cells : bool, default False
        Also run those of the students' cells that no check depends on.
    """

    root: Path
    all_cells: bool = field(default=False, kw_only=True)

    option = ""
    extra_files = False
    arrival_counts = True
    warm_up = (
        "scipy.stats",
        "torch",
        "xarray",
        "matplotlib.pyplot",
        "nbjudge.checks",
        "lazyrich.conserved",
        "lazyrich.demos",
        "lazyrich.dynamics",
        "lazyrich.exact",
        "lazyrich.kernel",
        "lazyrich.models.neuron",
        "lazyrich.plots",
    )

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
        """The folder of the notebooks that are built from submissions."""
        return self.runtime / "submitted"

    @property
    def autograded(self) -> Path:
        """The folder of graded submissions."""
        return self.runtime / "autograded"

    @property
    def inboxes(self) -> tuple[Path, ...]:
        return self.inbox, self.submitted

    @property
    def deadlines(self) -> Path:
        return self.runtime / "deadlines.toml"

    @property
    def gradebook(self) -> str:
        return f"sqlite:///{self.runtime / 'gradebook.db'}"

    def arrived(self, student: str, name: str) -> Path:
        return self.inbox / student / name

    def built(self, student: str, name: str) -> Path:
        return self.submitted / student / name

    def graded(self, student: str, name: str) -> Path:
        return self.autograded / student / name

    def returned(self, student: str, name: str) -> Path:
        return self.runtime / "feedback" / student / name

    def made(self, student: str) -> Iterator[Path]:
        for kind in ("inbox", "submitted", "autograded", "feedback", "collected"):
            yield from spelled(self.runtime / kind, student)

    def data(self, name: str) -> Path | None:
        return self.released / name

    def limits(self) -> Limits:
        return Limits()

    def files(self, student: str, name: str) -> dict[str, bytes]:
        return {}  # in our course, students hand in notebooks only

    def free(self, name: str) -> set[str]:
        return set()

    def names(self) -> list[str]:
        return sorted(
            p.parent.name for p in self.solutions.glob("*/*.ipynb") if p.stem == p.parent.name
        )

    def notebooks(self, name: str) -> list[str]:
        return [self.source(name).stem]  # one for each assignment, with the same name

    def source(self, name: str, notebook: str | None = None) -> Path:
        demand_name(name)
        path = self.solutions / name / f"{notebook or name}.ipynb"
        if not path.is_file():
            raise FileNotFoundError(
                f"no assignment {name!r} in {self.solutions}; available: {', '.join(self.names())}"
            )
        return path

    def assignment(self, name: str, notebook: str | None = None) -> Assignment:
        source = self.source(name, notebook)
        release = self.released / name / f"{notebook or name}.ipynb"
        if not release.is_file():
            raise FileNotFoundError(f"{name} is not released yet: run `autograder release {name}`")
        return _assignment(source, release, (_version(source), _version(release)))

    def settings(self) -> Config:
        """Combine our settings with what autograder/nbgrader_config.py adds.

        Raises ValueError if that file cannot be read or moves the course's folders.
        """
        file = self.runtime / "nbgrader_config.py"
        if self.root in _BEING_READ or not file.is_file():
            return self._settings()  # nbgrader_config.py itself asks for them
        _BEING_READ.add(self.root)
        try:
            from autograder.courses.folders import load_settings  # late: nbgrader takes seconds

            settings = load_settings(self.runtime)
        finally:
            _BEING_READ.remove(self.root)
        ours, theirs = self._settings().CourseDirectory, settings.CourseDirectory
        for key in (key for key in ours if key.endswith("_directory") or key == "db_url"):
            if theirs.get(key) != ours[key]:
                raise ValueError(
                    f"{file} sets c.CourseDirectory.{key}, but the folders and the gradebook of "
                    "this course have fixed places: delete that line"
                )
        settings.CourseDirectory.root = str(self.root)
        return settings

    def _settings(self) -> Config:
        settings = Config()
        settings.CourseDirectory.course_id = "lazy-to-rich"
        settings.CourseDirectory.root = str(self.root)
        settings.CourseDirectory.db_url = self.gradebook
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
            "autograder.grading.preprocess.SaveSettled",
            "nbgrader.preprocessors.AssignLatePenalties",
            "nbgrader.preprocessors.CheckCellMetadata",
        ]
        settings.GenerateFeedback.preprocessors = [
            "autograder.feedback_pages.feedback.CurrentGrades",
            "autograder.feedback_pages.feedback.Explain",
        ]
        settings.GenerateFeedback.exporter_class = "autograder.feedback_pages.feedback.FeedbackPage"
        settings.ExportApp.plugin_class = "autograder.reports.export.CsvExport"
        self.take_deadlines(settings)
        return settings


@functools.lru_cache(maxsize=64)
def _assignment(source: Path, release: Path, versions: tuple) -> Assignment:
    """Read a contract once per `versions` of its two files: each submission asks several times."""
    return read_assignment(source, release)


def _version(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino
