"""Answers that two submissions share: a report for a person to read. It never touches a score.

An answer is turned into words with names, numbers and texts made alike (`def f(x): return 2 * x` and
`def g(y): return 3 * y` are the same), and into the set of its runs of `RUN` words. Runs that the release holds do not
count, nor those that many students have: what everybody writes says nothing. Two answers are as similar as the share of
the smaller one's runs that the other has too. Short answers look alike by chance and are left out.
"""

import json
import keyword
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.courses import Course
from autograder.intake import students_with
from nbjudge import Assignment
from nbjudge.contract.assignment import grade_id

__all__ = ["Pair", "similar"]

RUN = 8  # words
LEAST = 20  # runs that an answer must have of its own
COMMON = 0.2  # share of the students (at least four) from which on a run says nothing
WORD = re.compile(r"""#[^\n]*|('{3}|"{3})(?s:.*?)\1|'[^'\n]*'|"[^"\n]*"|\d[\w.]*|\w+|[^\w\s]""")


@dataclass(frozen=True)
class Pair:
    """Two students (or a student and a source, in brackets) and how much of an exercise's answer they share, 0 to 1."""

    student: str
    other: str
    exercise: str
    share: float


def similar(course: Course, name: str, *, least: float = 0.6) -> list[Pair]:
    """Pairs whose answers to an exercise of the assignment `name` are alike, the most alike first.

    What was taken in last is compared (autograder/submitted/), with each other and with the instructor's solution.

    Raises:
        FileNotFoundError: if there is no such assignment, or nothing of it was taken in.
    """
    pairs: list[Pair] = []
    students = students_with(course, name)[0]
    if not any(course.built(student, name).is_dir() for student in students):
        course.source(name)
        raise FileNotFoundError(
            f"nothing of {name} was taken in yet: run `autograder grade {name}`"
        )
    for notebook in course.notebooks(name):
        assignment = course.assignment(name, notebook)
        given = _answers(assignment, course.source(name, notebook))
        stubs = {e.number: _runs(e.stub) for e in assignment.exercises.values()}
        texts: dict[str, dict[str, str]] = {"[solution]": given}
        for student in students:
            path = course.built(student, name) / f"{notebook}.ipynb"
            if path.is_file():
                texts[student] = _answers(assignment, path)
        for number, stub in stubs.items():
            pairs += _pairs(
                number,
                {who: _runs(text.get(number, "")) - stub for who, text in texts.items()},
                least,
            )
    return sorted(pairs, key=lambda pair: (-pair.share, pair.student, pair.other, pair.exercise))


def _pairs(number: str, runs: dict[str, set], least: float) -> Iterable[Pair]:
    """Pairs of one exercise. Only those that share a run are looked at, so that a large course takes no hours."""
    count = Counter(run for who, found in runs.items() if who != "[solution]" for run in found)
    many = max(4, COMMON * len(runs))
    own = {who: {run for run in found if count[run] < many} for who, found in runs.items()}
    own = {who: found for who, found in own.items() if len(found) >= LEAST}
    places: dict[tuple, list[str]] = {}
    shared: Counter = Counter()
    for who, found in own.items():
        for run in found:
            others = places.setdefault(run, [])
            shared.update((other, who) for other in others)
            others.append(who)
    for (one, other), both in shared.items():
        share = both / min(len(own[one]), len(own[other]))
        if share >= least:
            first, second = (other, one) if one == "[solution]" else (one, other)
            yield Pair(first, second, number, round(share, 2))


def _answers(assignment: Assignment, path: Path) -> dict[str, str]:
    """Exercise -> source, of a notebook that we built ourselves."""
    cells = {
        grade_id(cell): cell["source"]
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
    }
    sources = {e.number: cells.get(e.grade_id, "") for e in assignment.exercises.values()}
    return {
        number: source if isinstance(source, str) else "".join(source)
        for number, source in sources.items()
    }


def _runs(source: str) -> set[tuple[str, ...]]:
    words = [word for found in WORD.finditer(source) if (word := _alike(found[0]))]
    return {tuple(words[start : start + RUN]) for start in range(len(words) - RUN + 1)}


def _alike(word: str) -> str:
    """The word as every copyist would write it: comments and texts go, names and numbers become one."""
    if word[0] in "#'\"":
        return ""
    if word[0].isdigit():
        return "1"
    return word if keyword.iskeyword(word) or not (word[0].isalpha() or word[0] == "_") else "n"
