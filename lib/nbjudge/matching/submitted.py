"""Read the cells of a submission, even a damaged one, and compare their texts.

Only the text of a student's cell is read, never its syntax tree: parsing can be made to exhaust the
stack.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from nbjudge.contract.notebooks import KEY, grade_id
from nbjudge.ngrams import ngrams

__all__ = ["SubmittedCell", "comparable", "runs", "similarity", "submitted_cells"]

COMPARED = 4000  # characters


@dataclass(eq=False)
class SubmittedCell:
    """Hold a cell of a submission.

    Parameters
    ----------
    type : str
        "code", "markdown" or "raw".
    source : str
        Its text.
    id : str
        nbformat's id; empty if there is none.
    grade_id : str, optional
        nbgrader's id.
    exercise : str, optional
        The exercise that its metadata names.
    attachments : dict, optional
        Images pasted into a text cell.
    outputs : list, optional
        The saved outputs; anything at all.
    key : int, optional
        The index of the matching cell of the release, once it is known.
    dropped : bool, default False
        Whether it is left out of the rebuilt notebook.
    """

    type: str
    source: str
    id: str = ""
    grade_id: str | None = None
    exercise: str | None = None
    attachments: Any = None
    outputs: Any = None
    key: int | None = None
    dropped: bool = False

    @cached_property
    def text(self) -> str:
        """The source in the form for comparisons (`comparable`)."""
        return comparable(self.source)

    @cached_property
    def runs(self) -> Counter:
        """The runs of words of the source (`runs`)."""
        return runs(self.text)

    def defines(self, name: str) -> bool:
        """Tell whether the cell has `def name`, `class name` or `name = ...`.

        It does not count `name = f(name)`.
        """
        if name not in self.source:  # quick, for sources of megabytes
            return False
        name = re.escape(name)
        if re.search(rf"^[ \t]*(async[ \t]+)?(def|class)[ \t]+{name}\b", self.source, re.M):
            return True
        assigned = re.search(rf"^{name}[ \t]*(:[^=\n]*)?=(?!=)(.*)", self.source, re.M)
        return assigned is not None and not re.search(rf"\b{name}\b", assigned.group(2))

    def begins_as(self, text: str) -> bool:
        """Tell whether it is a given text with something added, or has that text's heading."""
        heading = text.split("\n", 1)[0]
        same = heading.startswith("#") and self.text.split("\n", 1)[0] == heading
        return self.type == "markdown" and (self.text.startswith(text) or same)

    def take_over(self, others: list["SubmittedCell"]) -> None:
        """Take over the content of other cells, which are then dropped."""
        sources, attachments = [], {}
        for number, other in enumerate(others):
            source = other.source.strip()
            for name, picture in (other.attachments or {}).items():
                new = f"{number}-{name}" if name in attachments else name
                for typed in (name, quote(name)):
                    source = source.replace(f"(attachment:{typed}", f"(attachment:{quote(new)}")
                attachments[new] = picture
            sources.append(source)
            other.dropped = True
        self.source, self.attachments = "\n\n".join(sources), attachments or None
        for known in ("text", "runs"):  # these were computed from the old source
            self.__dict__.pop(known, None)


def submitted_cells(notebook: Any) -> list[SubmittedCell]:
    """Read the cells of anything that may be a notebook.

    Parameters
    ----------
    notebook : object
        The submission.

    Returns
    -------
    list of SubmittedCell
        The cells; anything else is left out.
    """
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    submitted = []
    for cell in cells if isinstance(cells, list) else []:
        if not isinstance(cell, dict):
            continue
        source, kind = cell.get("source", ""), cell.get("cell_type")
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        metadata = _dict(cell.get("metadata"))
        exercise = _dict(metadata.get(KEY))
        named = isinstance(exercise.get("names"), list)
        answer = named and isinstance(exercise.get("exercise"), str)
        submitted.append(
            SubmittedCell(
                type=kind if kind in ("code", "markdown", "raw") else "raw",
                source=source if isinstance(source, str) else "",
                id=cell["id"] if isinstance(cell.get("id"), str) else "",
                grade_id=grade_id({"metadata": metadata}),
                exercise=exercise["exercise"] if answer else None,
                attachments=_attachments(cell.get("attachments")) or None,
                outputs=cell.get("outputs") if isinstance(cell.get("outputs"), list) else None,
            )
        )
    return submitted


def _dict(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def _attachments(value: Any) -> dict[str, dict[str, str]]:
    """Read the images pasted into a text cell: file name -> type -> base64."""
    bundles = {str(name): _dict(bundle) for name, bundle in _dict(value).items()}
    return {
        name: {str(kind): data for kind, data in bundle.items() if isinstance(data, str)}
        for name, bundle in bundles.items()
    }


def comparable(source: str) -> str:
    """Remove from a source what does not count in comparisons: space around lines.

    Parameters
    ----------
    source : str
        The text of a cell.

    Returns
    -------
    str
        The text without trailing space, and without empty lines at both ends.
    """
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def runs(text: str) -> Counter:
    """Count each run of three words or symbols in a text.

    Parameters
    ----------
    text : str
        A text; its first 4000 characters count.

    Returns
    -------
    collections.Counter
        How often each run occurs.
    """
    words = ["", "", *re.findall(r"\w+|[^\w\s]", text[:COMPARED]), "", ""]
    return Counter(ngrams(words, 3))


def similarity(one: Counter, other: Counter) -> float:
    """Compare the runs of two texts.

    Parameters
    ----------
    one, other : collections.Counter
        The runs of the texts.

    Returns
    -------
    float
        From 0 (nothing shared) to 1 (the same runs).
    """
    return 2 * (one & other).total() / (one.total() + other.total())
