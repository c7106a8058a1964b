"""Find the folders of a course that was set up for nbgrader, as its configuration names them."""

import contextlib
import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.engine import make_url
from traitlets.config import Config

from autograder.courses.below import files_but
from autograder.courses.protocol import Course, demand_name
from autograder.courses.spelling import spelled

__all__ = ["GRADER", "NbgraderFolders", "load_settings"]

GRADER = ".autograder"  # the grader's own folder below the course's root
MARK = "\0"  # stands for the part of a path that is to be found
T = TypeVar("T")


def load_settings(root: Path) -> Config:
    """Load what nbgrader reads when it is started in a folder.

    The configuration is the instructor's own code: it runs.

    Parameters
    ----------
    root : Path
        The folder of the course.

    Returns
    -------
    Config
        The settings.

    Raises
    ------
    ValueError
        If the configuration cannot be read.
    """
    try:
        with contextlib.chdir(root):
            app = NbGrader(raise_config_file_errors=True, log_level=logging.CRITICAL)
            app.initialize([], root=str(root))
    except (Exception, SystemExit) as error:
        raise ValueError(
            f"{root / 'nbgrader_config.py'} cannot be read: {type(error).__name__}: {error}"
        ) from error
    return app.config


@dataclass(frozen=True)
class NbgraderFolders(Course):
    """Find the folders and files of an nbgrader course, for `foreign.NbgraderCourse`.

    Parameters
    ----------
    root : Path
        The folder of the course.
    config : Config, optional
        The course's nbgrader settings.
    known : dict, optional
        What was read before, so that everything is read once only.
    all_cells : bool, default False
        Also run those of the students' cells that no check depends on.
    """

    root: Path
    config: Config = field(default_factory=Config, compare=False, repr=False)
    known: dict[tuple, Any] = field(default_factory=dict, compare=False, repr=False)
    all_cells: bool = field(default=False, kw_only=True)

    def _once(self, key: tuple, make: Callable[[], T]) -> T:
        """Make something once: a judge process asks for the same assignment again and again."""
        if key not in self.known:
            self.known[key] = make()
        return self.known[key]

    @property
    def directory(self) -> CourseDirectory:
        """nbgrader's own object for the course."""
        return self._once(
            ("directory",), lambda: CourseDirectory(config=self.config, root=str(self.root))
        )

    def folder(self, step: str, student: str, name: str) -> Path:
        """Find the folder of one step ("source", "release", "submitted", ...) for a student.

        The student of "source" and of "release" is ".".
        """
        return self._path(getattr(self.directory, f"{step}_directory"), student, name)

    def _path(self, pattern: str, student: str, name: str) -> Path:
        return Path(os.path.normpath(self.directory.format_path(pattern, student, name)))

    @property
    def runtime(self) -> Path:
        return self.root / GRADER

    @property
    def solutions(self) -> Path:
        return self.folder("source", ".", "x").parent

    @property
    def private(self) -> tuple[Path, ...]:
        exchange = self.config.get("Exchange", {}).get("root")  # what all students hand in
        own = (self.runtime, self.folder("feedback", "x", "x").parents[1])
        return (*super().private, *own, *([Path(exchange)] if exchange else []))

    @property
    def released(self) -> Path:
        return self.folder("release", ".", "x").parent

    def releases(self, name: str) -> list[Path]:
        """List where the students' copies may lie: in the course's folder, or in the grader's."""
        return [self.folder("release", ".", name), self._path(f"{GRADER}/release", ".", name)]

    @property
    def deadlines(self) -> Path:
        return self.root / "deadlines.toml"

    @property
    def gradebook(self) -> str:
        url = make_url(self.directory.db_url)
        if (
            url.get_backend_name() == "sqlite"
            and url.database
            and not url.database.startswith((":", "file:"))
        ):  # nbgrader runs in the course's folder
            url = url.set(database=str(self.root / url.database))
        return url.render_as_string(hide_password=False)

    @property
    def inbox(self) -> Path:
        parts = self.arrived(MARK, MARK).parts
        return Path(*parts[: next(i for i, part in enumerate(parts) if MARK in part)])

    @property
    def inboxes(self) -> tuple[Path, ...]:
        return (self.inbox,)

    def arrived(self, student: str, name: str) -> Path:
        return self.folder("submitted", student, name)

    def built(self, student: str, name: str) -> Path:
        return self._path(f"{GRADER}/submitted", student, name)

    def graded(self, student: str, name: str) -> Path:
        return self.folder("autograded", student, name)

    def returned(self, student: str, name: str) -> Path:
        return self.folder("feedback", student, name)

    def made(self, student: str) -> Iterator[Path]:
        yield self.collected / student
        for name in self.names():
            arrived = self.arrived(student, name)
            if arrived.parent.name == student:
                yield from (each / arrived.name for each in spelled(arrived.parents[1], student))
            else:
                yield arrived
            yield self.built(student, name)
            yield self.graded(student, name)
            yield self.returned(student, name)

    def names(self) -> list[str]:
        return sorted(
            {
                path.name
                for step in ("source", "release")
                for path in _matching(self.folder(step, ".", MARK))
                if path.is_dir() and any(path.glob("*.ipynb"))
            }
        )

    def source(self, name: str, notebook: str | None = None) -> Path:
        demand_name(name)
        folder = self.folder("source", ".", name)
        notebooks = [folder / f"{notebook}.ipynb"] if notebook else sorted(folder.glob("*.ipynb"))
        if not any(path.is_file() for path in notebooks):
            there = ", ".join(self.names()) or "none"
            raise FileNotFoundError(
                f"no assignment {name!r} in {folder.parent}; available: {there}"
            )
        return notebooks[0]

    def files(self, student: str, name: str) -> dict[str, bytes]:
        """Read the student's own files and notebooks, and the course's hidden files.

        Of files of the same name, the course's come first.
        """
        theirs = self.built(student, name)
        course, free = self.data(name), self.free(name)
        content: dict[str, bytes] = {}
        for path in sorted(theirs.rglob("*")):
            relative = path.relative_to(theirs).as_posix()
            ours = course is not None and (course / relative).exists() and relative not in free
            if path.is_file() and relative != "timestamp.txt" and not ours:
                content[relative] = path.read_bytes()
        for path in course.rglob("*") if course is not None else ():
            relative = path.relative_to(course)  # the data that all students get leave these out
            hidden = any(part.startswith(".") for part in relative.parts)
            if hidden and path.is_file() and relative.as_posix() not in free:
                content[relative.as_posix()] = path.read_bytes()
        return content

    def data(self, name: str) -> Path | None:
        """Copy an assignment's files to a folder, except those that the settings ignore."""
        return self._once(("data", name), lambda: self._data(name))

    def _data(self, name: str) -> Path | None:
        source = self.folder("source", ".", name)
        source = source if source.is_dir() else self.folder("release", ".", name)
        files = sorted(files_but(str(source), [*self.directory.ignore, "*.ipynb"]))
        if not files:
            return None
        stats = [(file, os.path.getsize(file), os.stat(file).st_mtime_ns) for file in files]
        digest = hashlib.sha256(json.dumps(stats).encode()).hexdigest()[:16]
        target = self.runtime / "data" / f"{name}-{digest}"
        if not target.is_dir():
            target.parent.mkdir(parents=True, exist_ok=True)
            new = Path(tempfile.mkdtemp(prefix="new-", dir=target.parent))
            new.chmod(0o755)
            for file in files:
                place = new / os.path.relpath(file, source)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, place)
            try:
                new.rename(target)
            except OSError:  # another process was faster
                shutil.rmtree(new, ignore_errors=True)
        return target

    def free(self, name: str) -> set[str]:
        stock = Autograde(config=self.config, coursedir=self.directory)
        return set(stock.exclude_overwriting.get(name, []))


def _matching(path: Path) -> Iterator[Path]:
    """List paths like this one, with any folder in place of the part that holds MARK."""
    parts = path.parts
    place = next(i for i, part in enumerate(parts) if MARK in part)
    base = Path(*parts[:place])
    for entry in base.iterdir() if base.is_dir() else ():
        if not entry.name.startswith("."):
            yield entry.joinpath(*parts[place + 1 :])
