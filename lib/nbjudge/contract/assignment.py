"""Read the contract of an assignment: which cells are answers, which are tests, what they may use.

It is read from notebooks that we trust (the instructor's source, or the release), never from a
submission.
"""

from pathlib import Path
from typing import Any

from nbjudge.contract.cells import read_cell
from nbjudge.contract.model import Assignment, Check, Exercise, Manual, RubricItem
from nbjudge.contract.names import check_names
from nbjudge.contract.notebooks import (
    KEY,
    as_dict,
    as_released,
    grade_id,
    read_notebook,
    released_answer,
    released_test,
    without_rubric,
)
from nbjudge.errors import ContractError

__all__ = [
    "Assignment",
    "Check",
    "Exercise",
    "Manual",
    "RubricItem",
    "grade_id",
    "read_assignment",
    "read_notebook",
    "released_answer",
    "released_test",
    "without_rubric",
]


def read_assignment(
    source: str | Path | dict,
    release: str | Path | dict | None = None,
    *,
    any_course: str | None = None,
) -> Assignment:
    """Read the contract from a notebook with solutions and hidden tests, or from a released one.

    Parameters
    ----------
    source : str, pathlib.Path or dict
        The notebook: a path, a dictionary or a NotebookNode. From a release alone, hidden checks
        have no source and cannot run.
    release : str, pathlib.Path or dict, optional
        The notebook that students received; derived from `source` by default.
    any_course : str, optional
        The notebook's name, to accept anything that nbgrader accepts: a test cell that breaks our
        contract becomes a "compat" check; answers get numbers (NAME.01, NAME.02, ...) and the
        names that their stubs define.

    Returns
    -------
    Assignment
        The contract.

    Raises
    ------
    ContractError
        If the notebook breaks the contract; the message names the file, the cell and
        the reason.
    """
    path = Path(source) if isinstance(source, str | Path) else None
    notebook = as_dict(read_notebook(path) if path else source)
    if release is not None:
        released = as_dict(read_notebook(release) if isinstance(release, str | Path) else release)
    else:
        released = as_released(notebook)
    assignment = Assignment(
        released,
        data=path.parent if path else None,
        name=any_course or (path.stem if path else ""),
        library=_library(notebook),
        any_course=any_course is not None,
    )
    if isinstance(release, str | Path):
        assignment.data = Path(release).parent
    stubs = {grade_id(cell): cell["source"] for cell in released["cells"]}
    seen: set[str] = set()
    file = f"{assignment.name}.ipynb, " if assignment.name else ""
    try:
        for index, cell in enumerate(notebook["cells"]):
            read_cell(index, cell, assignment, stubs, seen)
        check_names(assignment)
    except ContractError as error:
        raise ContractError(f"{file}{error}") from None
    return assignment


def _library(notebook: dict[str, Any]) -> str:
    library = (notebook.get("metadata", {}).get(KEY) or {}).get("library", "")
    if not isinstance(library, str):
        raise ContractError(
            f"the notebook's metadata.{KEY}.library must be the name of a package, got {library!r}"
        )
    return library
