"""A course that somebody set up for nbgrader: its folders and settings as its nbgrader_config.py has them.

Gradebook, autograded notebooks and feedback stay where the course has them. What arrived (its submitted folder) is only
read; what nbgrader grades is built below DIR/.autograder, where the records and the secret lie too.
"""

import contextlib
import functools
import hashlib
import json
import logging
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import nbformat
from nbgrader import utils
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.api import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import Execute
from sqlalchemy.engine import make_url
from traitlets.config import Config

from autograder.courses.own import Course
from nbjudge import Assignment, Limits, read_assignment

__all__ = ["NbgraderCourse", "load_settings"]

OWN = ".autograder"
PYTHON = re.compile(r"i?python", re.IGNORECASE)


def load_settings(root: Path) -> Config:
    """What nbgrader reads when it is started in this folder. The configuration is the instructor's own code: it runs.

    Raises:
        ValueError: if it cannot be read.
    """
    before = os.getcwd()
    try:
        os.chdir(root)
        app = NbGrader(raise_config_file_errors=True, log_level=logging.CRITICAL)
        app.initialize([], root=str(root))
    except (Exception, SystemExit) as error:
        raise ValueError(
            f"{root / 'nbgrader_config.py'} cannot be read: {type(error).__name__}: {error}"
        ) from error
    finally:
        os.chdir(before)
    return app.config


@dataclass(frozen=True)
class NbgraderCourse(Course):
    """Any nbgrader course."""

    config: Config = field(default_factory=Config, compare=False, repr=False)
    known: dict[tuple, Any] = field(
        default_factory=dict, compare=False, repr=False
    )  # read once: see `_once`

    def __reduce__(self) -> tuple:
        return _again, (
            self.root,
            self.all_cells,
        )  # settings may hold functions, which do not travel to another process

    def _once(self, key: tuple, make: Callable[[], Any]) -> Any:
        """What `make` gives, made once: a judge process asks for the same assignment again and again."""
        if key not in self.known:
            self.known[key] = make()
        return self.known[key]

    # -- folders ---------------------------------------------------------------------------------------------

    @property
    def directory(self) -> CourseDirectory:
        """nbgrader's own idea of the course."""
        return self._once(
            ("directory",), lambda: CourseDirectory(config=self.config, root=str(self.root))
        )

    def folder(self, step: str, student: str, name: str) -> Path:
        """The folder of one step ("source", "release", "submitted", ...) for a student (source and release: ".")."""
        directory = self.directory
        return Path(
            os.path.normpath(
                directory.format_path(getattr(directory, f"{step}_directory"), student, name)
            )
        )

    @property
    def runtime(self) -> Path:
        return self.root / OWN

    @property
    def solutions(self) -> Path:
        return self.folder("source", ".", "x").parent

    @property
    def released(self) -> Path:
        return self.folder("release", ".", "x").parent

    @property
    def gradebook(self) -> str:
        url = make_url(self.directory.db_url)
        if (
            url.get_backend_name() == "sqlite"
            and url.database
            and not url.database.startswith((":", "file:"))
        ):
            url = url.set(
                database=str(self.root / url.database)
            )  # nbgrader runs in the course's folder
        return url.render_as_string(hide_password=False)

    extra_files = True

    @property
    def option(self) -> str:
        return f" --course {self.root}"

    @property
    def inbox(self) -> Path:
        """The folder that all submissions lie below."""
        parts = self.arrived("\0", "\0").parts
        return Path(*parts[: next(i for i, part in enumerate(parts) if "\0" in part)])

    def arrived(self, student: str, name: str) -> Path:
        return self.folder("submitted", student, name)

    def built(self, student: str, name: str) -> Path:
        directory = self.directory
        return Path(os.path.normpath(directory.format_path(f"{OWN}/submitted", student, name)))

    def graded(self, student: str, name: str) -> Path:
        return self.folder("autograded", student, name)

    def contract(self, name: str) -> list[Path]:
        return [self.folder("source", ".", name), self.folder("release", ".", name)]

    def made(self, student: str) -> Iterator[Path]:
        for name in self.names():
            yield self.built(student, name)
            yield self.graded(student, name)
            yield self.folder("feedback", student, name)

    def students(self, name: str) -> list[str]:
        mark = "\0"
        pattern = re.escape(str(self.arrived(mark, name))).replace(re.escape(mark), r"([^/\\]+)")
        found = [
            re.fullmatch(pattern, path)
            for path in map(str, self._glob(self.arrived(mark, name), mark))
        ]
        return sorted(
            {match.group(1) for match in found if match and os.path.isdir(match.group(0))}
        )

    @staticmethod
    def _glob(path: Path, mark: str) -> Iterator[Path]:
        """Paths like this one with any folder in place of the mark."""
        parts = path.parts
        place = next(i for i, part in enumerate(parts) if mark in part)
        base = Path(*parts[:place])
        for entry in base.iterdir() if base.is_dir() else ():
            if not entry.name.startswith("."):
                yield entry.joinpath(*parts[place + 1 :])

    # -- assignments -----------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        mark = "\0"
        found: set[str] = set()
        for step in ("source", "release"):
            path = self.folder(step, ".", mark)
            found |= {
                p.name for p in self._glob(path, mark) if p.is_dir() and any(p.glob("*.ipynb"))
            }
        return sorted(found)

    def source(self, name: str, notebook: str | None = None) -> Path:
        folder = self.folder("source", ".", name)
        notebooks = [folder / f"{notebook}.ipynb"] if notebook else sorted(folder.glob("*.ipynb"))
        if not any(path.is_file() for path in notebooks):
            there = ", ".join(self.names()) or "none"
            raise FileNotFoundError(
                f"no assignment {name!r} in {folder.parent}; there are: {there}"
            )
        return notebooks[0]

    def notebooks(self, name: str) -> list[str]:
        """Raises FileNotFoundError if there is no such assignment. One that nbgrader does not know yet is generated; a
        notebook that the gradebook knows and the course has no more is left out, as nbgrader does."""
        return self._once(("notebooks", name), lambda: self._notebooks(name))

    def _notebooks(self, name: str) -> list[str]:
        self._generate_if_new(name)
        with Gradebook(self.gradebook) as gradebook:
            known = sorted(notebook.name for notebook in gradebook.find_assignment(name).notebooks)
        places = [
            self.folder("release", ".", name),
            self.folder("source", ".", name),
            self._own_release(name),
        ]
        return [
            each for each in known if any((place / f"{each}.ipynb").is_file() for place in places)
        ]

    def assignment(self, name: str, notebook: str | None = None) -> Assignment:
        """The contract of a notebook: its test cells as the gradebook has them (that is what nbgrader grades with), all
        else as it was released.

        Raises:
            FileNotFoundError: if there is none, or nbgrader cannot generate it.
        """
        notebook = notebook or self.notebooks(name)[0]
        return self._once(("assignment", name, notebook), lambda: self._assignment(name, notebook))

    def _assignment(self, name: str, notebook: str) -> Assignment:
        released = self._released(name, notebook)
        source = deepcopy(released)
        with Gradebook(self.gradebook) as gradebook:
            try:
                entry = gradebook.find_notebook(notebook, name)
            except MissingEntry:
                raise FileNotFoundError(
                    f"{name} has no notebook {notebook!r} in the gradebook"
                ) from None
            sources = {cell.name: cell.source for cell in entry.source_cells if cell.locked}
            points = {cell.name: cell.max_score for cell in entry.grade_cells}
        for cell in source["cells"]:
            own = cell.metadata.get("nbgrader", {})
            if own.get("grade_id") in sources:
                cell["source"] = sources[own["grade_id"]]
            if own.get("grade_id") in points and own.get("grade"):
                own["points"] = points[own["grade_id"]]
        assignment = read_assignment(source, released, any_course=notebook)
        assignment.data = self.data(name)
        assignment.refused = _no_python(released, f"{name}/{notebook}")
        return assignment

    def limits(self) -> Limits:
        """nbgrader's time for a cell is ours; None or less than 1 means that there is none, and ours for a notebook holds."""
        seconds = self._once(("timeout",), lambda: Execute(config=self.config).timeout)
        cell = float(seconds) if seconds is not None and seconds > 0 else Limits().total
        return Limits(cell=cell, total=max(Limits().total, 2 * cell))

    def files(self, student: str, name: str) -> dict[str, bytes]:
        """A student's own files, to lie beside the notebook while it is judged; the course's files come first."""
        theirs = self.built(student, name)
        course, free = self.data(name), self.free(name)
        found: dict[str, bytes] = {}
        for path in sorted(theirs.rglob("*")):
            relative = path.relative_to(theirs).as_posix()
            ours = course is not None and (course / relative).exists() and relative not in free
            if (
                path.is_file()
                and path.suffix != ".ipynb"
                and relative != "timestamp.txt"
                and not ours
            ):
                found[relative] = path.read_bytes()
        return found

    def stamp(self, student: str, name: str, received: str) -> str:
        """The time of a submission as nbgrader's exchange wrote it, or "" (then nbgrader counts none as late)."""
        file = self.arrived(student, name) / "timestamp.txt"
        try:
            plain = file.is_file() and not file.is_symlink() and file.stat().st_size < 1000
            text = file.read_text(encoding="utf-8").strip() if plain else ""
            return text if text and utils.parse_utc(text) else ""
        except (OSError, ValueError, OverflowError, TypeError, AttributeError):
            return ""

    # -- nbgrader --------------------------------------------------------------------------------------------

    def settings(self) -> Config:
        """The course's settings, with our judge in place of the kernel and our folder in place of the submissions."""
        config = deepcopy(self.config)
        stock = Autograde(config=self.config, coursedir=self.directory)
        steps = [_name(step) for step in stock.autograde_preprocessors]
        executes = [step for step in steps if step.rpartition(".")[2] == "Execute"]
        steps = [
            "autograder.grading.preprocess.Judge" if step in executes else step for step in steps
        ]
        config.Autograde.autograde_preprocessors = (
            steps if executes else ["autograder.grading.preprocess.Judge", *steps]
        )
        config.Autograde.sanitize_preprocessors = [
            "autograder.grading.preprocess.Rebuild",
            *[_name(step) for step in stock.sanitize_preprocessors],
        ]
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.db_url = self.gradebook
        config.CourseDirectory.submitted_directory = f"{OWN}/submitted"
        return config

    def _generate_if_new(self, name: str) -> None:
        """Have nbgrader generate an assignment that is not in the gradebook yet."""
        if self.gradebook_exists():
            with Gradebook(self.gradebook) as gradebook, contextlib.suppress(MissingEntry):
                if gradebook.find_assignment(name).notebooks:
                    return
        self.source(name)  # complains if there is none
        there = any(self.folder("release", ".", name).glob("*.ipynb"))
        self._generate(name, f"{OWN}/release" if there else None)

    def _generate(self, name: str, release: str | None, *, gradebook: str | None = None) -> None:
        config = deepcopy(self.config)
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.db_url = gradebook or self.gradebook
        if release is not None:
            config.CourseDirectory.release_directory = release
        result = NbGraderAPI(config=config).generate_assignment(name, force=True, create=True)
        if not result["success"]:
            told = (result.get("error") or result.get("log") or "").strip().splitlines() or [
                "no reason was given"
            ]
            raise FileNotFoundError(
                f"{name} is not in the gradebook, and nbgrader could not generate it: {told[-1]}. "
                f"Run `nbgrader generate_assignment {name}` in {self.root} to see why"
            )

    def _released(self, name: str, notebook: str) -> nbformat.NotebookNode:
        """What students received, in nbgrader's present schema."""
        places = [self.folder("release", ".", name), self._own_release(name)]
        file = next(
            (p / f"{notebook}.ipynb" for p in places if (p / f"{notebook}.ipynb").is_file()), None
        )
        if file is None:  # known to the gradebook, but the copy for the students is gone
            with tempfile.TemporaryDirectory(prefix="gradebook-") as folder:
                self._generate(name, f"{OWN}/release", gradebook=f"sqlite:///{folder}/gradebook.db")
            file = self._own_release(name) / f"{notebook}.ipynb"
        released = _with_ids(nbformat.read(file, as_version=4))
        return MetadataValidator().upgrade_notebook_metadata(released)

    def _own_release(self, name: str) -> Path:
        return Path(os.path.normpath(self.directory.format_path(f"{OWN}/release", ".", name)))

    def data(self, name: str) -> Path | None:
        """A folder with the course's files for an assignment and nothing that its settings ignore."""
        return self._once(("data", name), lambda: self._data(name))

    def _data(self, name: str) -> Path | None:
        source = self.folder("source", ".", name)
        source = source if source.is_dir() else self.folder("release", ".", name)
        files = sorted(utils.find_all_files(str(source), [*self.directory.ignore, "*.ipynb"]))
        if not files:
            return None
        stats = [(file, os.path.getsize(file), os.stat(file).st_mtime_ns) for file in files]
        target = (
            self.runtime
            / "data"
            / f"{name}-{hashlib.sha256(json.dumps(stats).encode()).hexdigest()[:16]}"
        )
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
        """Files that students may replace by their own."""
        stock = Autograde(config=self.config, coursedir=self.directory)
        return set(stock.exclude_overwriting.get(name, []))


@functools.cache
def _again(root: Path, all_cells: bool) -> Course:
    """A course that came to another process: the same each time."""
    return replace(Course.at(root), all_cells=all_cells)


def _name(step: Any) -> str:
    return step if isinstance(step, str) else f"{step.__module__}.{step.__qualname__}"


def _with_ids(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Cells of older formats get an id each, always the same."""
    for number, cell in enumerate(notebook.cells, 1):
        cell.setdefault("id", f"released-{number}")
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    return notebook


def _no_python(notebook: nbformat.NotebookNode, place: str) -> str:
    """Why a notebook cannot be judged, if it is written for another language; else ""."""
    kernel = notebook.metadata.get("kernelspec", {})
    language = (
        kernel.get("language") or notebook.metadata.get("language_info", {}).get("name") or ""
    )
    known = language or kernel.get("name") or "python"
    if PYTHON.match(known):
        return ""
    return (
        f"{place} is written for the kernel {kernel.get('name') or known!r}; only Python notebooks are judged here. "
        "Grade it with `nbgrader autograde`"
    )
