"""Define what the grader needs from a course: its folders, assignments and nbgrader settings."""

import hmac
import os
import re
import secrets
from abc import abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from traitlets.config import Config

from nbjudge import Assignment, Limits

__all__ = ["Course", "demand_name", "demand_root"]

PATTERN = r"\[.+\]"  # nbgrader takes it for a pattern


def demand_name(name: str) -> None:
    """Refuse the name of an assignment that nbgrader would refuse later, with a traceback.

    Parameters
    ----------
    name : str
        The name.

    Raises
    ------
    FileNotFoundError
        If nbgrader does not accept it.
    """
    if match := re.search(rf"\+|{PATTERN}", name):
        raise FileNotFoundError(
            f"the assignment {name!r} has a {match[0][0]} in its name, which nbgrader does not "
            "accept; rename its folder, and its folders among the submissions"
        )


def demand_root(root: Path) -> None:
    """Refuse a course in a folder whose name nbgrader misreads, so that it finds nothing there.

    Parameters
    ----------
    root : Path
        The folder.

    Raises
    ------
    ValueError
        If its path has brackets, a percent sign, or the name of a variable after a dollar sign.
    """
    variable = "|\\$" if os.path.expandvars(root) != str(root) else ""
    if match := re.search(f"%|{PATTERN}{variable}", str(root)):
        raise ValueError(
            f"the course is in {root}, but nbgrader cannot work below a folder with a "
            f"{match[0][0]} in its name: rename that folder, or move the course"
        )


class Course(Protocol):
    """Describe a course to the grader; `own.OwnCourse` and `foreign.NbgraderCourse` implement it.

    Attributes
    ----------
    root : Path
        The folder of the course.
    all_cells : bool
        Whether those of the students' cells that no check depends on run too.
    option : str
        The option that tells a command where this course is (" --course FOLDER"), or "" for ours.
    extra_files : bool
        Whether students may hand in files of their own beside the notebook.
    arrival_counts : bool
        Whether work without a timestamp.txt counts as handed in when it arrived; otherwise it is
        never late, as for nbgrader.
    warm_up : tuple of str
        Modules that notebooks use, which are imported once, before the first submission.
    """

    root: Path
    all_cells: bool
    option: str
    extra_files: bool
    arrival_counts: bool
    warm_up: tuple[str, ...]

    @property
    @abstractmethod
    def solutions(self) -> Path:
        """The folder of the instructor's notebooks."""

    @property
    @abstractmethod
    def released(self) -> Path:
        """The folder of the students' copies."""

    @abstractmethod
    def names(self) -> list[str]:
        """List the assignments, in order."""

    @abstractmethod
    def notebooks(self, name: str) -> list[str]:
        """List an assignment's notebooks. Raises FileNotFoundError if it does not exist."""

    @abstractmethod
    def source(self, name: str, notebook: str | None = None) -> Path:
        """Find the instructor's notebook. Raises FileNotFoundError, naming those that exist."""

    @abstractmethod
    def assignment(self, name: str, notebook: str | None = None) -> Assignment:
        """Read the contract of a notebook: its checks, and what students received.

        Raises FileNotFoundError if there is no such notebook, or it was not released.
        """

    @abstractmethod
    def data(self, name: str) -> Path | None:
        """Find the folder with the files that a notebook has beside it while it is judged."""

    @abstractmethod
    def free(self, name: str) -> set[str]:
        """List the files of an assignment that students may replace with their own."""

    @property
    @abstractmethod
    def inbox(self) -> Path:
        """The folder that contains all submissions."""

    @property
    @abstractmethod
    def inboxes(self) -> tuple[Path, ...]:
        """The folders that may contain students' work, the inbox first."""

    @abstractmethod
    def arrived(self, student: str, name: str) -> Path:
        """Locate a submission as it was handed in."""

    @abstractmethod
    def built(self, student: str, name: str) -> Path:
        """Locate the notebooks that are built from a submission and that nbgrader reads."""

    @abstractmethod
    def graded(self, student: str, name: str) -> Path:
        """Locate the notebooks that nbgrader graded."""

    @abstractmethod
    def returned(self, student: str, name: str) -> Path:
        """Locate the pages that a student gets back."""

    @abstractmethod
    def made(self, student: str) -> Iterator[Path]:
        """List the folders of a student's work and of everything made from it."""

    @abstractmethod
    def files(self, student: str, name: str) -> dict[str, bytes]:
        """Read the student's own files that the notebook needs while it is judged, by path."""

    @property
    def private(self) -> tuple[Path, ...]:
        """What students' code must not see: solutions, what was handed in, gradebook, secret."""
        from sqlalchemy.engine import make_url

        database = make_url(self.gradebook).database
        graded = self.graded("x", "x").parents[1]
        copies = [self.runtime / name for name in ("feedback", "returns", "report", "backups")]
        copies += self.runtime.glob("before-restore-*")
        own = (self.records, self.collected, self.runtime / ".secret", *copies)
        book = [Path(database)] if database else []
        return (self.solutions, self.inbox, *self.inboxes, graded, *own, *book)

    @property
    @abstractmethod
    def runtime(self) -> Path:
        """The folder of the grader's own records."""

    @property
    @abstractmethod
    def gradebook(self) -> str:
        """The address of nbgrader's database."""

    @abstractmethod
    def limits(self) -> Limits:
        """Give the limits on the time, memory and output of a notebook."""

    @abstractmethod
    def settings(self) -> Config:
        """Make nbgrader's configuration for this course, with our judge in place of a kernel."""

    @property
    @abstractmethod
    def deadlines(self) -> Path:
        """The file deadlines.toml, beside nbgrader_config.py; see `autograder.deadlines`."""

    @property
    def collected(self) -> Path:
        """The folder of all hand-ins that were collected, see `autograder.collect.kept`."""
        return self.runtime / "collected"

    @property
    def unknown(self) -> Path:
        """The folder of hand-ins that belong to nobody; its name cannot be a student's id."""
        return self.collected / "_unknown"

    def take_deadlines(self, settings: Config) -> None:
        """Let nbgrader take late penalties from deadlines.toml, unless there is another plugin."""
        settings.DeadlinePenalty.file = str(self.deadlines)
        if "plugin_class" not in settings.AssignLatePenalties:
            plugin = "autograder.deadlines.penalty.DeadlinePenalty"
            settings.AssignLatePenalties.plugin_class = plugin

    @property
    def records(self) -> Path:
        """The database of reasons and the journal, see `autograder.grading.records`."""
        return self.runtime / "records.db"

    def gradebook_exists(self) -> bool:
        """Tell whether there is a gradebook; one that is not an SQLite file is assumed to exist."""
        from sqlalchemy.engine import make_url  # judges, which import this module, need no database

        url = make_url(self.gradebook)
        return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()

    def seed(self, student: str, assignment: str, work: str, exercise: str, check: str) -> int:
        """Derive the seed of a hidden check from the course's secret.

        `work` is the hash of what was handed in (`autograder.grading.work.work_hash`). The seed
        is the same whenever the same work is graded again, differs for other work, and cannot be
        guessed without the secret.
        """
        message = "\0".join((student, assignment, work, exercise, check)).encode()
        return int.from_bytes(hmac.digest(self.secret(), message, "sha256")[:8], "big")

    def secret(self) -> bytes:
        """Read what the seeds of hidden checks are made from; the first call creates it.

        Raises
        ------
        ValueError
            If it is empty or damaged.
        """
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
        text = path.read_bytes().decode("ascii", "replace").strip()
        if not re.fullmatch(r"(?:[0-9a-f]{2}){16,}", text):
            raise ValueError(
                f"{path} is empty or damaged, and the inputs of hidden checks depend on it. "
                "Restore it from a backup, or delete it to start with a new one: work that is "
                "graded again then gets other inputs"
            )
        return bytes.fromhex(text)
