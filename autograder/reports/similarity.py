"""Report answers that students share, for the instructor to judge; no score depends on it.

An answer is turned into words, with all names alike, all numbers alike and texts left out, so that
`def f(x): return 2 * x` and `def g(y): return 3 * y` are the same, and then into the set of its
runs of `RUN` words (`clusters` compares such sets). Runs from the release do not count. Answers,
essays and the cells that students added are compared with each other, with the instructor's
solution, and with each function of the library that the course is about.
"""

import functools
import json
import keyword
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from autograder.courses import Course
from autograder.courses.spelling import folded
from autograder.grading.records import Records
from autograder.intake import students_with
from autograder.intake.names import named
from autograder.reports import SHARE
from autograder.reports.clusters import LEAST, groups, is_many
from nbjudge import Assignment
from nbjudge.contract.assignment import grade_id
from nbjudge.forbidden.static import functions_of
from nbjudge.ngrams import code_words, ngrams

__all__ = ["Alike", "Similar", "render", "similar"]

RUN = 8  # words
COMPARED = 200_000  # characters of an answer: its runs take hundreds of times as much memory
SOLUTION = "[solution]"
OWN = "own cells"  # what a student wrote outside the answer cells
FILE = "the same file"
TEXT = "the same text, letter by letter"
CLOSE = "alike"
MANY = "similar, but shared by many: one source, or the usual way to write it"
HOW = (FILE, TEXT, CLOSE, MANY)  # the order of the report


@dataclass(frozen=True)
class Alike:
    """Describe a group of students with similar answers.

    Parameters
    ----------
    where : tuple of str
        The exercises ("01.3"), essays and "own cells" in which they are; () for whole files.
    students : tuple of str
        The students' ids.
    sources : tuple of str
        Other sources that the answers are similar to: "[solution]", "[lazyrich.exact.plane]".
    share : float
        The least share of runs that one of them has in common with another, 0 to 1, rounded to
        0.01.
    how : str
        In words, how they are similar.
    """

    where: tuple[str, ...]
    students: tuple[str, ...]
    sources: tuple[str, ...]
    share: float
    how: str


@dataclass(frozen=True)
class Similar:
    """Hold what was found, and what could not be compared.

    Parameters
    ----------
    groups : list of Alike
        Identical files, then identical texts, then the others, the most similar first.
    short : dict of str to int
        By exercise, the number of answers that are too short to compare.
    left : list of str
        The students whose work has not been graded yet, or could not be read.
    cut : list of str
        The students for whom only the beginning of a text was compared.
    """

    groups: list[Alike]
    short: dict[str, int]
    left: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)


def similar(course: Course, name: str, *, least: float = SHARE) -> Similar:
    """Find groups of similar answers to an exercise.

    The submissions that were read last (autograder/submitted/) are compared.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    least : float, default `SHARE`
        The smallest share to report, 0 to 1.

    Returns
    -------
    Similar
        The groups, and what could not be compared.

    Raises
    ------
    FileNotFoundError
        If there is no such assignment, or no submission to it has been read.
    """
    records = Records(course.records)
    students = students_with(course, name)[0]
    if not any(course.built(student, name).is_dir() for student in students):
        course.source(name)
        raise FileNotFoundError(
            f"no submission to {name} has been read yet: run `autograder grade {name}`"
        )
    arrivals = {student: records.arrival(student, name) for student in students}
    read = {s: arrival for s, arrival in arrivals.items() if arrival and not arrival.problem}
    wrote: dict[str, str] = {}  # student -> hash of the file
    found: list[Alike] = []
    short: Counter[str] = Counter()
    cut: set[str] = set()
    for notebook in course.notebooks(name):
        assignment = course.assignment(name, notebook)
        texts = defaultdict(dict)  # where -> student -> cells
        for student, arrival in read.items():
            path = course.built(student, name) / f"{notebook}.ipynb"
            for where, cells in _written(assignment, path).items() if path.is_file() else ():
                texts[where][student] = cells
                wrote[student] = arrival.sha256
        solution = _written(assignment, course.source(name, notebook))
        released = _runs(assignment.release["cells"])
        library = {n: runs - released for n, runs in _library(assignment.library).items()}
        for where, answers in texts.items():
            cut |= {student for student, cells in answers.items() if _length(cells) > COMPARED}
            runs = {s: _runs(cells, COMPARED) - released for s, cells in answers.items()}
            short[where] += sum(len(text) < LEAST for text in runs.values())
            sources = {SOLUTION: _runs(solution.get(where, [])) - released} | library
            long = {student: text for student, text in runs.items() if len(text) >= LEAST}
            found += _same_text(where, {student: answers[student] for student in long})
            for who, share in groups(long, sources, least, len(students)):
                found.append(_alike(where, who, share, len(students)))
    del short[OWN]  # notes and trials
    return Similar(
        _merged([*_same_file(wrote), *found]),
        {where: n for where, n in short.items() if n},
        sorted(set(students) - set(read)),
        sorted(cut),
    )


def render(found: Similar) -> Group:
    """Lay out the groups for a terminal.

    Parameters
    ----------
    found : Similar
        What was found.

    Returns
    -------
    rich.console.Group
        The object for a rich console to print.
    """
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("exercise", "students", "shared", "how"):
        table.add_column(title, overflow="fold")
    for one in found.groups:
        who = ", ".join([*one.students, *one.sources])
        table.add_row(*map(Text, (", ".join(one.where) or "all", who, f"{one.share:.0%}", one.how)))
    nothing = Text("None of the compared answers are similar.")
    lines: list[Table | Text] = [table if found.groups else nothing]
    if found.short:
        numbers = ", ".join(f"{where}: {number}" for where, number in found.short.items())
        lines.append(Text(f"Too short to compare (answers by exercise): {numbers}."))
    if found.left:
        why = "Not graded yet, or not readable, so not compared"
        lines.append(Text(f"{why}: {named(found.left)}."))
    if found.cut:
        what = f"Too long, so only the first {COMPARED} characters of a text were compared"
        lines.append(Text(f"{what}: {named(found.cut)}."))
    return Group(*lines)


def _written(assignment: Assignment, path: Path) -> dict[str, list[dict[str, Any]]]:
    """Map each exercise, essay or `OWN` to its changed cells in a notebook that we built."""
    where = {e.grade_id: e.number for e in assignment.exercises.values()}
    where |= {manual.grade_id: f"essay {manual.grade_id}" for manual in assignment.manual}
    released = {"".join(cell["source"]).strip() for cell in assignment.release["cells"]}
    locked = {grade_id(cell) for cell in assignment.release["cells"]} - where.keys() - {None, ""}
    written: dict[str, list] = defaultdict(list)
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if "".join(cell["source"]).strip() not in released and grade_id(cell) not in locked:
            written[where.get(grade_id(cell) or "", OWN)].append(cell)
    return written


def _length(cells: Iterable[dict[str, Any]]) -> int:
    return sum(len("".join(cell["source"])) for cell in cells)


def _runs(cells: Iterable[dict[str, Any]], most: int = sys.maxsize) -> set[tuple[str, ...]]:
    """The runs in the first `most` characters of some cells."""
    runs: set[tuple[str, ...]] = set()
    for cell in cells:
        text = "".join(cell["source"])[:most]
        most -= len(text)
        prose = cell["cell_type"] != "code"
        runs |= set(ngrams(_words(text), RUN)) if prose else _code_runs(text)
    return runs


def _words(text: str) -> list[str]:
    """The words of a text, in one case and one spelling of accents."""
    return re.findall(r"\w+", folded(text))


def _code_runs(source: str) -> set[tuple[str, ...]]:
    return set(ngrams([_same_for_all(word) for word in code_words(source)], RUN))


def _same_for_all(word: str) -> str:
    """The word in a form that renaming does not change: all names and all numbers become alike."""
    if word[0].isdigit():
        return "1"
    return word if keyword.iskeyword(word) or not (word[0].isalpha() or word[0] == "_") else "n"


@functools.cache
def _library(package: str) -> dict[str, set[tuple[str, ...]]]:
    """Map each function of a package to its runs, except runs that several functions contain."""
    runs = {f"[{name}]": _code_runs(text) for name, text in functions_of(package)}
    held = Counter(run for text in runs.values() for run in text)
    runs = {name: {run for run in text if held[run] <= 2} for name, text in runs.items()}
    return {name: text for name, text in runs.items() if len(text) >= LEAST}


def _same_file(hashes: dict[str, str]) -> Iterator[Alike]:
    for group in _equal(hashes):
        yield Alike((), group, (), 1.0, FILE)


def _same_text(where: str, answers: dict[str, list[dict[str, Any]]]) -> Iterator[Alike]:
    texts = {
        student: "\0".join("".join(cell["source"]).strip() for cell in cells)
        for student, cells in answers.items()
    }
    for group in _equal(texts):
        yield Alike((where,), group, (), 1.0, TEXT)


def _equal(texts: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """Students whose texts are equal."""
    students: dict[str, list[str]] = defaultdict(list)
    for student, text in texts.items():
        students[text].append(student)
    return (tuple(sorted(group)) for group in students.values() if len(group) > 1)


def _alike(where: str, who: tuple[str, ...], share: float, students: int) -> Alike:
    group = tuple(name for name in who if not name.startswith("["))
    sources = tuple(name for name in who if name.startswith("["))
    how = MANY if is_many(len(group), students) else CLOSE
    return Alike((where,), group, sources, round(share, 2), how)


def _merged(found: list[Alike]) -> list[Alike]:
    """Merge the groups of all exercises in which the same students are similar in the same way.

    A group is dropped if a stronger finding about the same students covers it.
    """
    kept: dict[tuple, Alike] = {}
    for one in sorted(found, key=lambda one: HOW.index(one.how)):
        key = one.how, one.students, one.sources
        if key in kept:
            both = kept[key]
            where, share = both.where + one.where, min(both.share, one.share)
            kept[key] = Alike(where, one.students, one.sources, share, one.how)
        elif one.sources or not any(_says(other, one) for other in kept.values()):
            kept[key] = one
    return sorted(
        kept.values(), key=lambda one: (HOW.index(one.how), -one.share, one.students, one.where)
    )


def _says(stronger: Alike, one: Alike) -> bool:
    there = not stronger.where or set(one.where) <= set(stronger.where)
    return there and set(one.students) <= set(stronger.students)
