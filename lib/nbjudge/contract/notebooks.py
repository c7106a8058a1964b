"""Read trusted notebooks as dictionaries, and derive what a student receives from them."""

import copy
import json
from pathlib import Path
from typing import Any

from nbjudge.errors import ContractError
from nbjudge.wording import counted

__all__ = [
    "as_dict",
    "as_released",
    "grade_id",
    "is_graded_or_locked",
    "migrated",
    "read_notebook",
    "released_answer",
    "released_test",
    "without_rubric",
]

KEY = "nbjudge"  # the metadata key that this engine reads, in a cell and in a notebook
OLD_KEY = "lazyrich"  # its former name
SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")


def read_notebook(path: str | Path) -> dict[str, Any]:
    """Read a trusted notebook.

    Parameters
    ----------
    path : str or pathlib.Path
        A file of nbformat 4.

    Returns
    -------
    dict
        The notebook.

    Raises
    ------
    ContractError
        If the file is not such a notebook.
    """
    try:
        notebook = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ContractError(f"{path}: not a notebook ({error})") from None
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        raise ContractError(f"{path}: expected a notebook of nbformat 4")
    return notebook


def grade_id(cell: dict[str, Any]) -> str | None:
    """Read nbgrader's id of a cell.

    Parameters
    ----------
    cell : dict
        Any cell.

    Returns
    -------
    str or None
        The id, or None for a cell without nbgrader metadata.
    """
    nbgrader = (cell.get("metadata") or {}).get("nbgrader")
    identifier = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return identifier if isinstance(identifier, str) else None


def is_graded_or_locked(cell: dict[str, Any]) -> bool:
    """Tell whether a cell is graded, is an answer, or may not be changed.

    nbgrader leaves its metadata in many cells that are none of these.

    Parameters
    ----------
    cell : dict
        Any cell.

    Returns
    -------
    bool
        Whether one of nbgrader's flags is set.
    """
    nbgrader = (cell.get("metadata") or {}).get("nbgrader")
    flags = nbgrader if isinstance(nbgrader, dict) else {}
    return any(flags.get(flag) for flag in ("grade", "solution", "locked", "task"))


def migrated(notebook: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Rename the old metadata key in the cells of a notebook.

    Under the old key, the library with forbidden functions was always the same one; now the
    notebook's metadata names it, so it is written there if an exercise forbids one of its
    functions.

    Parameters
    ----------
    notebook : dict
        A notebook; it is not changed.

    Returns
    -------
    notebook : dict
        The notebook with the new key.
    changed : int
        The number of cells that had the old key.
    """
    changed = 0
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        metadata = cell.get("metadata", {})
        if OLD_KEY in metadata:
            cell["metadata"] = {
                KEY if key == OLD_KEY else key: value for key, value in metadata.items()
            }
            changed += 1
            forbid = cell["metadata"][KEY].get("forbid", [])
            if any(str(name).startswith(f"{OLD_KEY}.") for name in forbid):
                ours = notebook.setdefault("metadata", {}).setdefault(KEY, {})
                ours.setdefault("library", OLD_KEY)
    return notebook, changed


def as_dict(notebook: Any) -> dict[str, Any]:
    """Copy a notebook as plain dictionaries.

    Parameters
    ----------
    notebook : dict
        A notebook, perhaps a NotebookNode.

    Returns
    -------
    dict
        The copy; every source is one string.
    """
    notebook = json.loads(json.dumps(notebook))
    for cell in notebook["cells"]:
        if isinstance(cell["source"], list):
            cell["source"] = "".join(cell["source"])
    return notebook


def as_released(source: dict[str, Any]) -> dict[str, Any]:
    """Derive what a student receives from the instructor's notebook.

    Parameters
    ----------
    source : dict
        The notebook with solutions and hidden tests.

    Returns
    -------
    dict
        A copy with stubs, and with one line in place of each hidden test.
    """
    released = copy.deepcopy(source)
    for cell in released["cells"]:
        cell["source"] = released_answer(cell)
        cell["source"] = released_test(cell)
        without_rubric(cell)
    return released


def without_rubric(cell: dict[str, Any]) -> None:
    """Remove the rubric from a cell's metadata, because it is for graders only.

    Parameters
    ----------
    cell : dict
        A cell that is about to be released; it is changed.
    """
    nbjudge = cell.get("metadata", {}).get(KEY)
    if isinstance(nbjudge, dict) and "rubric" in nbjudge:
        del nbjudge["rubric"]
        if not nbjudge:
            del cell["metadata"][KEY]


def released_answer(cell: dict[str, Any]) -> str:
    """Replace each solution in a cell with what a student starts from.

    Parameters
    ----------
    cell : dict
        A cell of the instructor's notebook.

    Returns
    -------
    str
        The source that is released.
    """
    number = cell.get("metadata", {}).get(KEY, {}).get("exercise", "")
    stub = f'raise NotImplementedError("Exercise {number}: your code goes here")'
    stub = stub if cell["cell_type"] == "code" else ""
    lines, inside = [], False
    for line in cell["source"].splitlines():
        if line.strip() == SOLUTION[0]:
            inside = True
            lines.append((line[: len(line) - len(line.lstrip())] + stub).rstrip())
        elif line.strip() == SOLUTION[1]:
            inside = False
        elif not inside:
            lines.append(line)
    return "\n".join(lines).rstrip()


def released_test(cell: dict[str, Any]) -> str:
    """Replace a hidden test with one line that names its property.

    Parameters
    ----------
    cell : dict
        A cell of the instructor's notebook.

    Returns
    -------
    str
        The source that is released.
    """
    nbjudge = cell.get("metadata", {}).get(KEY, {})
    if nbjudge.get("kind") != "hidden" or HIDDEN[0] not in cell["source"]:
        return cell["source"]
    points = cell["metadata"]["nbgrader"].get("points", 0)
    place = f"Exercise {nbjudge.get('exercise')}, checked at grading ({counted(points, 'point')})"
    return f"# {place}: {nbjudge.get('group')}"
