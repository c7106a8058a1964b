"""Report answers that two submissions share, for a person to read; no score depends on it.

An answer is turned into words with names and numbers made alike and texts left out, so that
`def f(x): return 2 * x` and `def g(y): return 3 * y` are the same, and then into the set of its
runs of `RUN` words. Runs that the release holds do not count, and neither do those that many
students have: what everybody writes says nothing. The similarity of two answers is the share of
the smaller answer's runs that the other has too. Short answers look alike by chance and are left
out.
"""

import json
import keyword
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.courses import Course
from autograder.intake import students_with
from nbjudge import Assignment
from nbjudge.contract.assignment import grade_id
from nbjudge.ngrams import code_words, ngrams

__all__ = ["Pair", "similar"]

RUN = 8  # words
LEAST = 20  # runs that an answer must have after common runs are taken away
COMMON = 0.2  # share of the students (at least four) from which on a run says nothing


@dataclass(frozen=True)
class Pair:
    """Name two answers to an exercise that are alike.

    Parameters
    ----------
    student : str
        A student's id.
    other : str
        Another student's id, or "[solution]".
    exercise : str
        The exercise's number, such as "01.3".
    share : float
        The share of the smaller answer's runs that the other has too, 0 to 1, rounded to 0.01.
    """

    student: str
    other: str
    exercise: str
    share: float


def similar(course: Course, name: str, *, least: float = 0.6) -> list[Pair]:
    """Find pairs of answers to an exercise that are alike.

    The submissions that were taken in last (autograder/submitted/) are compared with each other
    and with the instructor's solution.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    least : float, default 0.6
        The smallest share that is reported, 0 to 1.

    Returns
    -------
    list of Pair
        The pairs, the most alike first.

    Raises
    ------
    FileNotFoundError
        If there is no such assignment, or nothing of it was taken in.
    """
    students = students_with(course, name)[0]
    if not any(course.built(student, name).is_dir() for student in students):
        course.source(name)
        raise FileNotFoundError(
            f"nothing of {name} was taken in yet: run `autograder grade {name}`"
        )
    pairs: list[Pair] = []
    for notebook in course.notebooks(name):
        assignment = course.assignment(name, notebook)
        answers = {"[solution]": _answers(assignment, course.source(name, notebook))}
        for student in students:
            path = course.built(student, name) / f"{notebook}.ipynb"
            if path.is_file():
                answers[student] = _answers(assignment, path)
        for exercise in assignment.exercises.values():
            stub = _runs(exercise.stub)
            runs = {who: _runs(texts.get(exercise.number, "")) for who, texts in answers.items()}
            pairs += _pairs(exercise.number, {who: r - stub for who, r in runs.items()}, least)
    return sorted(pairs, key=lambda pair: (-pair.share, pair.student, pair.other, pair.exercise))


def _pairs(exercise: str, runs: dict[str, set], least: float) -> Iterable[Pair]:
    """Only answers that share a run are compared, so that a large course takes no hours."""
    holders = Counter(run for who, answer in runs.items() if who != "[solution]" for run in answer)
    many = max(4, COMMON * len(runs))
    rare = {who: {run for run in answer if holders[run] < many} for who, answer in runs.items()}
    rare = {who: answer for who, answer in rare.items() if len(answer) >= LEAST}
    places: dict[tuple, list[str]] = {}
    shared: Counter = Counter()
    for who, answer in rare.items():
        for run in answer:
            others = places.setdefault(run, [])
            shared.update((other, who) for other in others)
            others.append(who)
    for (one, other), both in shared.items():
        share = both / min(len(rare[one]), len(rare[other]))
        if share >= least:
            first, second = (other, one) if one == "[solution]" else (one, other)
            yield Pair(first, second, exercise, round(share, 2))


def _answers(assignment: Assignment, path: Path) -> dict[str, str]:
    """Exercise -> source, of a notebook that we built ourselves."""
    cells = {
        grade_id(cell): "".join(cell["source"])
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    }
    return {e.number: cells.get(e.grade_id, "") for e in assignment.exercises.values()}


def _runs(source: str) -> set[tuple[str, ...]]:
    return set(ngrams([_alike(word) for word in code_words(source)], RUN))


def _alike(word: str) -> str:
    """The word as every copyist would write it: all names become one, and so do all numbers."""
    if word[0].isdigit():
        return "1"
    return word if keyword.iskeyword(word) or not (word[0].isalpha() or word[0] == "_") else "n"
