"""Parse a notebook from the bytes of a file, within limits, even if it is damaged.

Runs in the limited process; standard library only. Only sources, ids, pasted images, and the texts
and pictures of saved outputs are kept; other metadata is dropped.
"""

import itertools
import json
from typing import Any

from autograder.intake.cells import MAX_OUTPUTS, reduced
from autograder.intake.damaged import MAX_CELLS, NUMBERS, decode, salvage, what_else

__all__ = [
    "MAX_ATTACHED",
    "MAX_SHOWN",
    "MAX_SOURCE",
    "MAX_TEXT",
    "Unreadable",
    "read_submission",
]

MAX_SOURCE = 2**20  # characters of one cell
MAX_TEXT = 8 * 2**20  # characters of all cells
MAX_ATTACHED = 20 * 2**20  # characters of all pasted images
MAX_IMAGES = 200
MAX_SHOWN = 20 * 2**20  # characters of all saved outputs


class Unreadable(Exception):
    """Report that a submission cannot be graded; the message tells the student why."""


def read_submission(raw: bytes) -> tuple[dict[str, Any], list[str]]:
    """Read a notebook from the bytes of a file.

    Parameters
    ----------
    raw : bytes
        The content of the file.

    Returns
    -------
    notebook : dict
        A notebook of nbformat 4, with cells reduced by `autograder.intake.cells.reduced`.
    notes : list of str
        What was done to read it.

    Raises
    ------
    Unreadable
        If nothing can be graded; the message says why.
    """
    if not raw.strip(b" \t\r\n\x00"):
        raise Unreadable("the file is empty")
    text, notes = decode(raw)
    try:
        notebook = json.loads(text, **NUMBERS)
    except (ValueError, RecursionError):
        cells, whole = salvage(text)
        if not cells:
            raise Unreadable(what_else(raw)) from None
        some = "one cell" if len(cells) == 1 else f"{len(cells)} cells"
        lost = "part of the notebook is lost" if whole else "the rest is lost"
        notes.append(f"the file is cut off or damaged: {some} could be read, {lost}")
        return _notebook(cells, notes), notes
    return _notebook(_cells(notebook, notes), notes), notes


def _cells(notebook: Any, notes: list[str]) -> list[dict[str, Any]]:
    """Read the cells of a notebook of nbformat 2, 3 or 4 as cells of nbformat 4."""
    if not isinstance(notebook, dict):
        raise Unreadable("the file has JSON in it, but not a notebook; hand in the .ipynb file")
    version = notebook.get("nbformat", 4)
    if type(version) is not int or version not in (2, 3, 4):
        known = version if type(version) is int else f"of type {type(version).__name__}"
        raise Unreadable(
            f"the notebook says that its format is {known}; formats 2, 3 and 4 can be read"
        )
    cells = notebook.get("cells")
    if version < 4:
        sheets = notebook.get("worksheets")
        sheets = (
            [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
            if isinstance(sheets, list)
            else []
        )
        cells = (
            [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
            if sheets
            else cells
        )
        notes.append(f"the notebook was in an old format ({version}); it was upgraded")
    if not isinstance(cells, list):
        raise Unreadable("the file has JSON in it, but not a notebook: it has no cells")
    cells = [cell for cell in cells if isinstance(cell, dict)]
    if len(cells) > MAX_CELLS:
        notes.append(
            f"the notebook has {len(cells)} cells; only the first {MAX_CELLS} that are not empty "
            "were read"
        )
        cells = list(
            itertools.islice(
                (cell for cell in cells if cell.get("source", cell.get("input"))), MAX_CELLS
            )
        )
    return [reduced(cell) for cell in cells]


def _notebook(cells: list[dict[str, Any]], notes: list[str]) -> dict[str, Any]:
    large = [cell for cell in cells if len(cell["source"]) > MAX_SOURCE]
    for cell in large:
        cell["source"] = ""
    if large:
        cells_hold = f"{len(large)} cells contain" if large[1:] else "a cell contains"
        notes.append(f"{cells_hold} more than {MAX_SOURCE >> 20} MB of text, which was left out")
    room, images, left_out = MAX_TEXT, (MAX_ATTACHED, MAX_IMAGES), 0
    outputs = (MAX_SHOWN, MAX_OUTPUTS)
    for number, cell in enumerate(cells):
        room -= len(cell["source"])
        if "outputs" in cell:
            outputs = _fitting(cell, outputs)
        if room < 0:
            notes.append(
                f"the notebook contains more than {MAX_TEXT >> 20} MB of text; "
                "what came later was left out"
            )
            cells = cells[:number]
            break
        for name, kinds in list(cell.get("attachments", {}).items()):
            left = images[0] - sum(map(len, kinds.values())), images[1] - len(kinds)
            if min(left) < 0:
                del cell["attachments"][name]
                left_out += 1
            else:
                images = left
    if left_out:
        notes.append(
            f"{left_out} pasted images were left out: they are more than {MAX_ATTACHED >> 20} MB"
        )
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _fitting(cell: dict[str, Any], room: tuple[int, int]) -> tuple[int, int]:
    """Keep the saved outputs that there is room for; returns the room left (characters, number)."""
    kept = []
    for output in cell["outputs"]:
        texts = [
            *output.get("data", {}).values(),
            *(output.get(key, "") for key in ("text", "ename", "evalue")),
        ]
        left = room[0] - sum(map(len, texts)), room[1] - 1
        if min(left) >= 0:
            room = left
            kept.append(output)
    cell["outputs"] = kept
    return room
