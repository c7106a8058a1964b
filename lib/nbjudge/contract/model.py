"""Describe an assignment: its exercises, its checks, and its manually graded questions."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["Assignment", "Check", "Exercise", "Manual", "RubricItem"]


@dataclass(frozen=True)
class Exercise:
    """Describe an answer cell.

    Parameters
    ----------
    number : str
        The number of the exercise, for example "01.3".
    names : tuple of str
        The functions that the answer defines.
    forbid : tuple of str
        Functions ("module.function") that the answer may not call.
    grade_id : str
        nbgrader's id of the cell.
    stub : str
        The source that the student received.
    stand_in : str, default ""
        A function of the library ("module.function") that does what the answer should: later
        exercises that call a wrong answer are judged with it too.
    """

    number: str
    names: tuple[str, ...]
    forbid: tuple[str, ...]
    grade_id: str
    stub: str
    stand_in: str = ""


@dataclass(frozen=True)
class Check:
    """Describe a graded test cell: one property, which gives all of its points or none.

    Parameters
    ----------
    exercise : str
        The number of the exercise that it belongs to.
    name : str
        The property that is checked (`metadata.nbjudge.group`).
    kind : str
        "visible" or "hidden".
    grade_id : str
        nbgrader's id of the cell.
    points : float
        The points that it is worth.
    source : str or None
        Its source; None where a release hides it.
    mode : str, default "proxy"
        "proxy" runs it in the judge, where it sees the exercise's functions only through proxies;
        "compat" runs it in the student's process, as nbgrader does, with nbgrader's rules for its
        points.
    """

    exercise: str
    name: str
    kind: str
    grade_id: str
    points: float
    source: str | None
    mode: str = "proxy"


@dataclass(frozen=True)
class RubricItem:
    """Describe one line of a rubric.

    Parameters
    ----------
    points : float
        The points that it is worth.
    text : str
        What the points are given for, in markdown.
    """

    points: float
    text: str


@dataclass(frozen=True)
class Manual:
    """Describe a manually graded question.

    Parameters
    ----------
    grade_id : str
        nbgrader's id of the cell.
    points : float
        The points that it is worth.
    rubric : tuple of RubricItem, default ()
        What the points are for, from the cell's `metadata.nbjudge.rubric`. Students never see it.
    model : str, default ""
        The model answer, in markdown; empty where a release hides it.
    """

    grade_id: str
    points: float
    rubric: tuple[RubricItem, ...] = ()
    model: str = ""


@dataclass
class Assignment:
    """Describe a trusted notebook.

    Parameters
    ----------
    release : dict
        The notebook that students received, as a dictionary.
    exercises : dict of str to Exercise
        The exercises by their numbers, in the order of the notebook.
    checks : list of Check
        The checks, in the order of the notebook.
    manual : list of Manual
        The manually graded questions.
    setup : list of (str, str)
        Grade id and source of each locked code cell.
    data : pathlib.Path, optional
        The folder with the assignment's files.
    name : str
        The notebook's name.
    library : str
        The package that the course is about (see `nbjudge.forbidden.static`); empty for none.
    refused : str
        Why the assignment cannot be judged at all; empty if it can.
    any_course : bool, default False
        Whether it may have been written for nbgrader only: a check that breaks the contract then
        runs in the mode "compat".
    """

    release: dict[str, Any]
    exercises: dict[str, Exercise] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    manual: list[Manual] = field(default_factory=list)
    setup: list[tuple[str, str]] = field(default_factory=list)
    data: Path | None = None
    name: str = ""
    library: str = ""
    refused: str = ""
    any_course: bool = False
