"""Find the answers to questions that a person grades, whatever happened to their cells.

`nbjudge.matching.identify.Recognition`, which holds what is known of a submission, uses it.
"""

from typing import Any

from nbjudge.matching.submitted import SubmittedCell

__all__ = ["added", "claim_by_id", "claim_by_place", "own_text", "take_answers_below"]


def claim_by_id(found: Any) -> None:
    """Find questions by their grade id, or by the cell's id.

    Parameters
    ----------
    found : Recognition
        What is known of the submission; more is known of it afterward.
    """
    for key in found.keys("manual"):
        named = [g for g in found.free() if g.grade_id == found.ids[key]]
        named = named or [g for g in found.free() if g.id and g.id == found.release[key].get("id")]
        written = [g for g in named if found.is_written(g, key)]
        if named:
            (written or named)[-1].key = key
        for other in named:
            other.dropped = other.key is None and other not in written


def claim_by_place(found: Any) -> None:
    """Find questions without metadata between their neighbors.

    There, it is the cell as it was released or emptied, one that begins so, or the longest.

    Parameters
    ----------
    found : Recognition
        What is known of the submission; more is known of it afterward.
    """
    for key in found.keys("manual"):
        if found.is_found(key):
            continue
        text, kept = found.texts[key], _kept(found)
        places = {g.key: index for index, g in enumerate(kept) if g.key is not None}
        before = max((index for k, index in places.items() if k < key), default=-1)
        later = (index for k, index in places.items() if k > key and index > before)
        kind = found.release[key]["cell_type"]
        gap = [g for g in kept[before + 1 : min(later, default=len(kept))] if g.key is None]
        free = [g for g in gap if g.text and not found.is_answer(g)]
        free = [g for g in free if g.type == kind] or free
        untouched = (text, "") if gap and not gap[0].text else (text,)
        same = [g for g in gap if g.type == kind and g.text in untouched][:1]
        begun = [g for g in free if text and g.begins_as(text)]
        if same or begun or free:
            max(begun or same or free, key=lambda g: len(g.source)).key = key
            found.note(key, "was found by its place, for the cell's own metadata are gone")
        else:
            found.note(key, "was missing; the question is put back, unanswered")


def take_answers_below(found: Any) -> None:
    """Take what stands in new cells directly below an untouched question for its answer.

    Parameters
    ----------
    found : Recognition
        What is known of the submission; more is known of it afterward.
    """
    for key in found.keys("manual"):
        kept, prose = _kept(found), found.release[key]["cell_type"] != "code"
        place = next((index for index, g in enumerate(kept) if g.key == key), None)
        if place is None or (found.is_written(kept[place], key) and kept[place].text):
            continue
        below = []
        for cell in kept[place + 1 :]:
            if cell.key is not None:
                break
            if cell.text and (cell.type != "code") == prose and not found.is_answer(cell):
                below.append(cell)
        if below:
            kept[place].take_over(below)
            found.note(key, "was found in a new cell below its own, which is empty")


def own_text(found: Any, key: int | None, cell: SubmittedCell, prose: bool) -> str:
    """Find what a student wrote outside of questions that may be meant as an answer to one.

    Parameters
    ----------
    found : Recognition
        What is known of the submission.
    key : int or None
        The index of the release's cell; None for a cell of the student's own.
    cell : SubmittedCell
        The student's cell.
    prose : bool
        Whether the question asks for text: then a code cell of nothing but comments is text.

    Returns
    -------
    str
        The text: all of a cell of the student's own, or what was added to a given one; "" if it
        cannot be an answer.
    """
    given = key is not None
    if given and found.roles[key] != "plain":
        return ""
    text = added(cell.text, found.texts[key]) if given else cell.text
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines or found.is_answer(cell):
        return ""
    if prose:
        meant = cell.type != "code" or all(line.lstrip().startswith("#") for line in lines)
    else:
        meant = cell.type == "code"
    return text if meant else ""


def added(text: str, released: str) -> str:
    """Find what was added to a text that is otherwise as it was released.

    Parameters
    ----------
    text, released : str
        The texts now and before (`comparable`).

    Returns
    -------
    str
        The lines that are new; "" if the text was changed in other ways.

    Examples
    --------
    >>> added("# Why?\\nBecause.", "# Why?")
    'Because.'
    """
    before = [line.strip() for line in released.splitlines() if line.strip()]
    new = []
    for line in text.splitlines():
        if before and line.strip().startswith(before[0]):
            line = line.strip()[len(before.pop(0)) :]
        new += [line] if line.strip() else []
    return "" if before else "\n".join(new)


def _kept(found: Any) -> list[SubmittedCell]:
    return [cell for cell in found.submitted if not cell.dropped]
