"""Read the assignments and settings of a course that somebody set up for nbgrader.

Gradebook, autograded notebooks and feedback stay where the course keeps them. Grading only reads
the course's submitted folder (`collect` puts files there, `forget` removes them). What nbgrader
grades is built below DIR/.autograder, where the records and the secret are too.
"""

import contextlib
import functools
import importlib.util
import re
import shutil
import tempfile
from copy import deepcopy
from dataclasses import dataclass, replace
from glob import escape
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import Execute
from traitlets.config import Config

from autograder.courses.folders import GRADER, NbgraderFolders, load_settings
from autograder.courses.protocol import demand_name
from autograder.courses.reasons import reason
from nbjudge import Assignment, Limits, read_assignment

__all__ = ["NbgraderCourse"]

PYTHON = re.compile(r"i?python", re.IGNORECASE)
# Names of kernels that do not run Python. Where a notebook names no language, only these are
# refused: a user's own environment may have any name ("conda-env-xyz-py").
OTHER_KERNELS = re.compile(
    r"ir\b|julia|octave|matlab|bash|deno|tslab|javascript|java\b|scala|almond|ruby|iruby|rust|evcxr"
    r"|xcpp|xr\b|xsql|sas\b|stata|ihaskell|ocaml|fsharp|csharp|\.net|maxima|gnuplot|wolfram",
    re.IGNORECASE,
)
OURS = re.compile(r"python|\bpy\d*\b", re.IGNORECASE)  # "bash-course-py" is Python's
USUAL = ("numpy", "scipy.stats", "matplotlib.pyplot", "pandas")  # what notebooks import


@dataclass(frozen=True)
class NbgraderCourse(NbgraderFolders):
    """Describe any course that was set up for nbgrader.

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

    extra_files = True
    arrival_counts = False

    @classmethod
    def at(cls, root: Path) -> "NbgraderCourse":
        """Open the course in a folder. Raises ValueError if its configuration cannot be read."""
        return cls(root, load_settings(root))

    def __reduce__(self) -> tuple:
        # settings may hold functions, which cannot be sent to another process
        return _again, (self.root, self.all_cells)

    @property
    def option(self) -> str:
        return f" --course {self.root}"

    @property
    def warm_up(self) -> tuple[str, ...]:
        return tuple(name for name in USUAL if importlib.util.find_spec(name.partition(".")[0]))

    def notebooks(self, name: str) -> list[str]:
        """List the notebooks that the gradebook knows and the course still has, as nbgrader does.

        An assignment that nbgrader does not know yet is generated. Raises FileNotFoundError if
        there is none.
        """
        demand_name(name)
        return self._once(("notebooks", name), lambda: self._notebooks(name))

    def _notebooks(self, name: str) -> list[str]:
        self._generate_if_new(name)
        with Gradebook(self.gradebook) as gradebook:
            known = sorted(notebook.name for notebook in gradebook.find_assignment(name).notebooks)
        places = [self.folder("source", ".", name), *self.releases(name)]
        return [
            each for each in known if any((place / f"{each}.ipynb").is_file() for place in places)
        ]

    def assignment(self, name: str, notebook: str | None = None) -> Assignment:
        """Read the contract of a notebook: as it was released, except for its test cells.

        Those come from the gradebook, because nbgrader grades with them. Raises
        FileNotFoundError if there is no such notebook, or nbgrader cannot generate it.
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
            flags = cell.metadata.get("nbgrader", {})
            if flags.get("grade_id") in sources:
                cell["source"] = sources[flags["grade_id"]]
            if flags.get("grade_id") in points and flags.get("grade"):
                flags["points"] = points[flags["grade_id"]]
        assignment = read_assignment(source, released, any_course=notebook)
        assignment.data = self.data(name)
        assignment.refused = _other_language(released, f"{name}/{notebook}")
        return assignment

    def limits(self) -> Limits:
        """Take nbgrader's time limit for a cell.

        None, or less than 1, means that there is none; then our limit for a notebook applies.
        """
        seconds = self._once(("timeout",), lambda: Execute(config=self.config).timeout)
        cell = float(seconds) if seconds is not None and seconds > 0 else Limits().total
        return Limits(cell=cell, total=max(Limits().total, 2 * cell))

    def settings(self) -> Config:
        """Replace the kernel with our judge, and the submissions with our folder."""
        config = deepcopy(self.config)
        stock = Autograde(config=self.config, coursedir=self.directory)
        steps = [_name(step) for step in stock.autograde_preprocessors]
        executes = [step for step in steps if step.rpartition(".")[2] == "Execute"]
        judge = "autograder.grading.preprocess.Judge"
        config.Autograde.autograde_preprocessors = (
            [judge if step in executes else step for step in steps] if executes else [judge, *steps]
        )
        config.Autograde.sanitize_preprocessors = [
            "autograder.grading.preprocess.Rebuild",
            *[_name(step) for step in stock.sanitize_preprocessors],
        ]
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.db_url = self.gradebook
        config.CourseDirectory.submitted_directory = f"{GRADER}/submitted"
        self.take_deadlines(config)
        return config

    def _generate_if_new(self, name: str) -> None:
        """Have nbgrader generate an assignment that is not yet in the gradebook."""
        if self.gradebook_exists():
            with Gradebook(self.gradebook) as gradebook, contextlib.suppress(MissingEntry):
                if gradebook.find_assignment(name).notebooks:
                    return
        self.source(name)  # raises FileNotFoundError if there is none
        graded = self._path(f"{GRADER}/submitted", "*", escape(name)).relative_to(self.root)
        if any(self.root.glob(str(graded))):
            raise FileNotFoundError(
                f"the gradebook does not know {name}, though submissions to it were graded here: "
                f"restore {self.gradebook.removeprefix('sqlite:///')} from a copy. Only it held "
                f"the manual marks; to start without them, run `nbgrader "
                f"generate_assignment {name}` in {self.root}, then `autograder grade {name}"
                f"{self.option}`"
            )
        is_released = any(self.folder("release", ".", name).glob("*.ipynb"))
        self._generate(name, f"{GRADER}/release" if is_released else None)

    def generate(self, name: str) -> None:
        """Have nbgrader generate an assignment again.

        Raises FileNotFoundError if it cannot. The release, which nbgrader removes, is then
        restored.
        """
        release = self.folder("release", ".", name)
        before = release.with_name(f"{release.name}.before")
        if release.is_dir():
            release.replace(before)
        try:
            self._generate(name, None)
        except BaseException:
            if before.is_dir():
                shutil.rmtree(release, ignore_errors=True)
                before.replace(release)
            raise
        shutil.rmtree(before, ignore_errors=True)
        self.known.clear()

    def _generate(self, name: str, release: str | None, *, gradebook: str | None = None) -> None:
        config = deepcopy(self.config)
        config.CourseDirectory.root = str(self.root)
        config.CourseDirectory.db_url = gradebook or self.gradebook
        if release is not None:
            config.CourseDirectory.release_directory = release
        result = NbGraderAPI(config=config).generate_assignment(name, force=True, create=True)
        if not result["success"]:
            why = reason(result)
            remedy = f"`nbgrader generate_assignment {name}` in {self.root} to see why"
            if "old version" in why:  # of nbgrader's metadata
                remedy = f"`nbgrader update .` in {self.root}, which updates its metadata"
            raise FileNotFoundError(
                f"nbgrader could not generate {name} for the gradebook: {why}. Run {remedy}"
            )

    def _released(self, name: str, notebook: str) -> nbformat.NotebookNode:
        """Read what students received, in nbgrader's current schema."""
        files = [place / f"{notebook}.ipynb" for place in self.releases(name)]
        file = next((file for file in files if file.is_file()), files[-1])
        if not file.is_file():  # known to the gradebook, but the copy for the students is gone
            with tempfile.TemporaryDirectory(prefix="gradebook-") as folder:
                database = f"sqlite:///{folder}/gradebook.db"
                self._generate(name, f"{GRADER}/release", gradebook=database)
        released = _with_ids(nbformat.read(file, as_version=4))
        return MetadataValidator().upgrade_notebook_metadata(released)


@functools.cache
def _again(root: Path, all_cells: bool) -> NbgraderCourse:
    """Reopen a course in another process: the same object each time."""
    return replace(NbgraderCourse.at(root), all_cells=all_cells)


def _name(step: Any) -> str:
    return step if isinstance(step, str) else f"{step.__module__}.{step.__qualname__}"


def _with_ids(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Give cells of older formats an id, always the same."""
    for number, cell in enumerate(notebook.cells, 1):
        cell.setdefault("id", f"released-{number}")
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    return notebook


def _other_language(notebook: nbformat.NotebookNode, place: str) -> str:
    """Say why a notebook in another language cannot be judged; "" for Python."""
    kernel, info = (
        found if isinstance(found := notebook.metadata.get(key), dict) else {}
        for key in ("kernelspec", "language_info")
    )
    language = str(kernel.get("language") or info.get("name") or "")
    known = language or str(kernel.get("name") or "python")
    if PYTHON.match(known) if language else OURS.search(known) or not OTHER_KERNELS.match(known):
        return ""
    return (
        f"{place} is written for the kernel {kernel.get('name') or known!r}; only Python notebooks "
        "are judged here. Grade it with `nbgrader autograde`"
    )
