"""Find the answers to manually graded questions, whatever happened to their cells.

`nbjudge.matching.identify.Recognition`, which holds the matching of a submission, uses it.
"""

from typing import Any

from nbjudge.matching.submitted import SubmittedCell

__all__ = ["added", "claim_by_id", "claim_by_place", "own_text", "take_answers_below"]


def claim_by_id(recognition: Any) -> None:
    """Find questions by their grade id or the cell's id.

    Parameters
    ----------
    recognition : Recognition
        The matching so far; it is extended.
    """
    for key in recognition.keys("manual"):
        named = [g for g in recognition.free() if g.grade_id == recognition.ids[key]]
        named = named or [
            g for g in recognition.free() if g.id and g.id == recognition.release[key].get("id")
        ]
        written = [g for g in named if recognition.is_written(g, key)]
        if named:
            (written or named)[-1].key = key
        for other in named:
            other.dropped = other.key is None and other not in written


def claim_by_place(recognition: Any) -> None:
    """Find questions without metadata by their place between their neighbors.

    There, the question is the cell that is unchanged or empty, one that begins like the released
    one, or the longest.

    Parameters
    ----------
    recognition : Recognition
        The matching so far; it is extended.
    """
    for key in recognition.keys("manual"):
        if recognition.is_found(key):
            continue
        text, kept = recognition.texts[key], _kept(recognition)
        places = {g.key: index for index, g in enumerate(kept) if g.key is not None}
        before = max((index for k, index in places.items() if k < key), default=-1)
        later = (index for k, index in places.items() if k > key and index > before)
        kind = recognition.release[key]["cell_type"]
        gap = [g for g in kept[before + 1 : min(later, default=len(kept))] if g.key is None]
        free = [g for g in gap if g.text and not recognition.is_answer(g)]
        free = [g for g in free if g.type == kind] or free
        untouched = (text, "") if gap and not gap[0].text else (text,)
        same = [g for g in gap if g.type == kind and g.text in untouched][:1]
        begun = [g for g in free if text and g.begins_as(text)]
        if same or begun or free:
            max(begun or same or free, key=lambda g: len(g.source)).key = key
            recognition.note(key, "was found by its place, because the cell's metadata is gone")
        else:
            recognition.note(key, "was missing; the question was put back, unanswered")


def take_answers_below(recognition: Any) -> None:
    """Take new cells directly below an untouched question as its answer.

    Parameters
    ----------
    recognition : Recognition
        The matching so far; it is extended.
    """
    for key in recognition.keys("manual"):
        kept, prose = _kept(recognition), recognition.release[key]["cell_type"] != "code"
        place = next((index for index, g in enumerate(kept) if g.key == key), None)
        if place is None or (recognition.is_written(kept[place], key) and kept[place].text):
            continue
        below = []
        for cell in kept[place + 1 :]:
            if cell.key is not None:
                break
            if cell.text and (cell.type != "code") == prose and not recognition.is_answer(cell):
                below.append(cell)
        if below:
            kept[place].take_over(below)
            recognition.note(key, "was found in a new cell below its own, which is empty")


def own_text(recognition: Any, key: int | None, cell: SubmittedCell, prose: bool) -> str:
    """Find text that a student wrote outside of questions and that may be meant as an answer.

    Parameters
    ----------
    recognition : Recognition
        The matching of the submission.
    key : int or None
        The index of the release's cell; None for the student's own cell.
    cell : SubmittedCell
        The student's cell.
    prose : bool
        Whether the question asks for text: then a code cell with only comments counts as text.

    Returns
    -------
    str
        The text: the whole of the student's own cell, or what was added to a given one; "" if it
        cannot be an answer.
    """
    given = key is not None
    if given and recognition.roles[key] != "plain":
        return ""
    text = added(cell.text, recognition.texts[key]) if given else cell.text
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines or recognition.is_answer(cell):
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
        The present text, and the released one (both `comparable`).

    Returns
    -------
    str
        The new lines; "" if the text was changed in other ways.

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


def _kept(recognition: Any) -> list[SubmittedCell]:
    return [cell for cell in recognition.submitted if not cell.dropped]
