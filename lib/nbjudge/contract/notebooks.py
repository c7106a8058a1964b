"""Trusted notebooks as dictionaries: read them, and make of the instructor's what a student receives."""

import copy
import json
from pathlib import Path
from typing import Any

__all__ = [
    "ContractError",
    "as_dict",
    "as_released",
    "grade_id",
    "migrated",
    "read_notebook",
    "released_answer",
    "released_test",
]

KEY = "nbjudge"  # of the metadata that this engine reads, in a cell and in a notebook
OLD_KEY = "lazyrich"  # what it was called before
SOLUTION = ("### BEGIN SOLUTION", "### END SOLUTION")
HIDDEN = ("### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS")


class ContractError(ValueError):
    """An assignment that cannot be graded as written; the message names the cell and the reason."""


def read_notebook(path: str | Path) -> dict[str, Any]:
    """A trusted notebook (nbformat 4) as a dictionary, every source one string.

    Raises:
        ContractError: if the file is no notebook.
    """
    try:
        notebook = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ContractError(f"{path}: not a notebook ({error})") from None
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        raise ContractError(f"{path}: expected a notebook of nbformat 4")
    return notebook


def grade_id(cell: dict[str, Any]) -> str | None:
    """nbgrader's id of a cell, or None."""
    nbgrader = (cell.get("metadata") or {}).get("nbgrader")
    found = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return found if isinstance(found, str) else None


def migrated(notebook: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Rename the old metadata key of a notebook's cells; returns the notebook and how many cells it had to change."""
    changed = 0
    notebook = copy.deepcopy(notebook)
    for cell in notebook["cells"]:
        metadata = cell.get("metadata", {})
        if OLD_KEY in metadata:
            cell["metadata"] = {
                KEY if key == OLD_KEY else key: value for key, value in metadata.items()
            }
            changed += 1
    return notebook, changed


def as_dict(notebook: Any) -> dict[str, Any]:
    """A copy of a notebook as plain dictionaries, every source one string."""
    notebook = json.loads(json.dumps(notebook))
    for cell in notebook["cells"]:
        if isinstance(cell["source"], list):
            cell["source"] = "".join(cell["source"])
    return notebook


def as_released(source: dict[str, Any]) -> dict[str, Any]:
    """What a student would receive."""
    released = copy.deepcopy(source)
    for cell in released["cells"]:
        cell["source"] = released_answer(cell)
        cell["source"] = released_test(cell)
    return released


def released_answer(cell: dict[str, Any]) -> str:
    """A cell's source with each solution replaced by what a student starts from."""
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
    """A cell's source with a hidden test replaced by one line that names its property."""
    nbjudge = cell.get("metadata", {}).get(KEY, {})
    if nbjudge.get("kind") != "hidden" or HIDDEN[0] not in cell["source"]:
        return cell["source"]
    points = cell["metadata"]["nbgrader"].get("points", 0)
    return f"# Exercise {nbjudge.get('exercise')}, checked at grading ({points} points): {nbjudge.get('group')}"
