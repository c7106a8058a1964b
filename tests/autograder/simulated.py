"""A class whose truth is known: who can what, who hands in when, who copies, and what they earn.

`run_term` takes such a class through a term with the commands that an instructor types, and
compares every mark with the truth, which is computed here, by other code than the grader's.
`make term` does it with 300 students.
"""

import csv
import json
import math
import random
import time
import zipfile
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import labs
from nbgrader.api import Gradebook
from small import NAME, small_course
from typer.testing import CliRunner

from autograder import cli
from autograder.courses import Course
from autograder.grading.records import Records
from autograder.reports.overview import overview
from autograder.reports.similarity import similar

__all__ = ["SECOND", "Class", "Hand", "Student", "Truth", "draw", "run_term", "truth"]

SECOND = "10_lab"
DUE = {NAME: datetime(2026, 3, 1, 22, 59), SECOND: datetime(2026, 3, 15, 22, 59)}  # UTC
GRACE, DAY = timedelta(minutes=15), timedelta(days=1)
DEADLINES = f"""
timezone = "Europe/Berlin"
grace = "15 minutes"
penalty = "10% per day"
zero_after = "7 days"

[{NAME}]
due = "2026-03-01 23:59"
extensions = {{ EXTENSIONS }}

[{SECOND}]
due = "2026-03-15 23:59"
"""
BERLIN = ZoneInfo("Europe/Berlin")
FIRST = ["Ada", "Zoë", "Li", "José", "Nguyễn", "Anne-Marie", "Øyvind", "Fatima", "Jan", "=Mia"]
LAST = ["O'Neil", "Müller-Öztürk", "Wei", "van der Berg", "García López", "Smith, Jr.", "Łukasz"]
NO_ERROR = "def norm(v):\n    return sum(x * x for x in v) ** 0.5"

# By kind of answer: double, norm, and the points by checks before and after a check was mended.
KINDS: dict[str, tuple[str, str, int, int]] = {
    "right": (labs.GOOD_DOUBLE, labs.GOOD_NORM, 80, 80),
    "numbers only": (
        "def double(x):\n    return x if hasattr(x, '__len__') else x + x",
        labs.GOOD_NORM, 56, 56,
    ),
    "wrong": ("def double(x):\n    return x", labs.GOOD_NORM, 40, 40),
    "no error": (labs.GOOD_DOUBLE, NO_ERROR, 72, 80),
    "another error": (labs.GOOD_DOUBLE, NO_ERROR.replace(":\n", ":\n    v[0]\n"), 72, 80),
    "syntax": ("def double(x:", labs.GOOD_NORM, 40, 40),
    "endless": ("def double(x):\n    while True: pass", labs.GOOD_NORM, 40, 40),
    "kills": (labs.GOOD_DOUBLE, "def norm(v):\n    import os\n    os._exit(3)", 40, 40),
    "patches the checks": (
        "import nbjudge.checks as c\nc.close = lambda *a, **k: None\ndef double(x):\n    return 0",
        labs.GOOD_NORM, 40, 40,
    ),
    "no cell": ("", labs.GOOD_NORM, 40, 40),
    "untouched": ("", "", 0, 0),
    "damaged": ("", "", 0, 0),
    "empty": ("", "", 0, 0),
}  # fmt: skip
ENDS = {"endless": "timeout", "kills": "crashed"}  # attacks, and how the checks that meet them end
UNREADABLE = {"damaged": '{"cells": [', "empty": ""}
USUAL = ["right"] * 6 + ["numbers only", "wrong", "no error", "another error", "syntax"]
RARE = [kind for kind in KINDS if kind not in USUAL]


@dataclass(frozen=True)
class Hand:
    """A file that was handed in: what is in it, when (UTC), whose text it is, with an essay?"""

    kind: str
    when: datetime
    author: str
    essay: bool

    @property
    def read(self) -> bool:
        """Whether a person can read it."""
        return self.kind not in UNREADABLE


@dataclass
class Student:
    """A student, and what is true of them."""

    id: str
    name: str
    group: str = ""
    extension: int = 0  # days
    hands: dict[str, list[Hand]] = field(default_factory=dict)  # by assignment, oldest first
    mark: int | None = None  # of the essay in the first assignment


@dataclass
class Class:
    """A class, who copied from whom, and who leaves it during the term."""

    students: list[Student]
    rings: list[set[str]]
    gone: Student


@dataclass(frozen=True)
class Truth:
    """What an assignment's row must say: points by checks and manually, penalty, total."""

    checks: float
    manual: str
    penalty: float
    total: float | None


def draw(number: int, seed: int) -> Class:
    """Draw a class of at least 24."""
    rng = random.Random(seed)
    students = [
        Student(f"s{k:03}", f"{rng.choice(FIRST)} {rng.choice(LAST)}") for k in range(number)
    ]
    rest = rng.sample(students, number)
    teams = [(rest.pop(), rest.pop()) for _ in range(number // 12)]
    rings = [[rest.pop() for _ in range(2 + k % 3)] for k in range(max(2, number // 40))]
    for student in rng.sample(rest, number // 8):
        student.extension = rng.choice([1, 3, 7])
    kinds = iter(RARE + rng.choices(USUAL, k=4 * number))
    for name, due in DUE.items():
        for student in rest:
            if rng.random() < 0.92:
                times = [rng.gauss(-600, 2000) for _ in range(1 + (rng.random() < 0.3))]
                student.hands[name] = [
                    _hand(rng, next(kinds), due, minutes, student) for minutes in sorted(times)
                ]
        for ring in rings:
            for student in ring:
                student.hands[name] = [_hand(rng, "right", due, rng.gauss(-600, 900), ring[0])]
    for k, team in enumerate(teams):
        shared = _hand(rng, rng.choice(USUAL), DUE[NAME], rng.gauss(-600, 2000), team[0])
        for student in team:
            student.group, student.hands[NAME] = f"Team {k}", [shared]
    for student in rest + [team[0] for team in teams] + [each for ring in rings for each in ring]:
        counted = counting(student, NAME)
        if counted and counted.essay and counted.read and rng.random() < 0.9:
            student.mark = rng.choice([0, 5, 12, 20])
    for one, other in teams:
        other.mark = one.mark
    return Class(students, [{student.id for student in ring} for ring in rings], gone=rest[0])


def _hand(rng: random.Random, kind: str, due: datetime, minutes: float, author: Student) -> Hand:
    when = due + timedelta(minutes=round(min(minutes, 10 * 1440)))
    return Hand(kind, when, author.id, essay=rng.random() < 0.8 and kind != "untouched")


def counting(student: Student, name: str) -> Hand | None:
    """The newest hand-in that is not late, or else the newest."""
    hands = student.hands.get(name, [])
    in_time = [hand for hand in hands if _late(student, name, hand) <= timedelta()]
    return (in_time or hands or [None])[-1]


def _late(student: Student, name: str, hand: Hand) -> timedelta:
    extension = student.extension if name == NAME else 0
    return hand.when - DUE[name] - GRACE - extension * DAY


def truth(student: Student, name: str, *, mended: bool, marked: bool) -> Truth | None:
    """What the row of a student must say; None if nothing was handed in."""
    hand = counting(student, name)
    if hand is None:
        return None
    points = KINDS[hand.kind][3 if mended else 2]
    asks = hand.essay and hand.read
    mark = student.mark if marked and name == NAME else None
    waits = asks and mark is None
    raw = points + (mark or 0)
    late = _late(student, name, hand)
    share = 0.0 if late <= timedelta() else 0.1 * math.ceil(late / DAY)
    penalty = raw * (1.0 if late > 7 * DAY else min(share, 1.0))
    return Truth(points, "waiting" if waits else str(mark or 0), penalty, raw - penalty)


def text_of(course: Course, name: str, hand: Hand) -> str:
    """A student's file. Each author adds steps of their own, which copies share."""
    if hand.kind in UNREADABLE:
        return UNREADABLE[hand.kind]
    double, norm = KINDS[hand.kind][:2]
    book = json.loads((course.released / name / f"{name}.ipynb").read_text())
    if hand.kind != "untouched":
        labs.cell(book, "ex1-answer")["source"] = double
        labs.cell(book, "ex2-answer")["source"] = f"{own_steps(hand.author)}\n\n\n{norm}"
    if hand.kind == "no cell":
        book["cells"].remove(labs.cell(book, "ex1-answer"))
    if hand.essay:
        labs.cell(book, "essay")["source"] = f"Because {own_words(hand.author)}."
    return json.dumps(book)


def own_steps(author: str) -> str:
    """A function that nobody else wrote."""
    rng, lines = random.Random(f"steps of {author}"), []
    for _ in range(14):
        a, b = rng.sample("pqrstuvw", 2)
        lines.append(
            rng.choice(
                [
                    f"    {a} = {b} {rng.choice('+-*/')} {a} {rng.choice('+-*')} {b}",
                    f"    if {a} {rng.choice(['<', '>', '==', '!='])} {b}:\n        {a} = -{b}",
                    f"    for {a} in range({b}):\n        {b} {rng.choice('+-*')}= {a}",
                    f"    {a}, {b} = {b}, {a} {rng.choice(['+', '-', '**', '%'])} {b}",
                    f"    {a} = [{b} {rng.choice('+-*')} {a}, {rng.choice(['not ', '-', '~'])}{b}]",
                    f"    while {a} {rng.choice(['<', '>='])} {b}:\n        {a} = abs({b})",
                    f"    print({a}, {rng.choice(['len', 'str', 'id'])}({b}))",
                    f"    assert {a} {rng.choice(['is', 'in', 'is not'])} {b}",
                ]
            )
        )
    return "\n".join(["def trial(p, q, r, s, t, u, v, w):", *lines])


def own_words(author: str) -> str:
    """Thirty words in an order that nobody else has."""
    words = "the norm of a vector is square root sum and its length grows when one entry does so we"
    rng = random.Random(f"words of {author}")
    return " ".join(rng.choices(words.split(), k=30))


def moodle_zip(course: Course, path: Path, group: Class, last: bool) -> None:
    """The first hand-ins of all, or the last ones; a team's lie in one folder."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        done = set()
        for number, student in enumerate(group.students):
            label = student.group or student.name
            hands = student.hands.get(NAME, [])
            if hands and not (student.group in done and student.group):
                hand = hands[-1] if last else hands[0]
                folder = f"{label}_{_participant(group, number)}_assignsubmission_file_"
                archive.writestr(f"{folder}/{NAME}.ipynb", text_of(course, NAME, hand))
            done.add(student.group)
        for k in range(2):  # nobody of the class
            archive.writestr(f"Stranger {k}_{9000 + k}_assignsubmission_file_/{NAME}.ipynb", "{}")


def _participant(group: Class, number: int) -> int:
    """Moodle's number of a student, or of the first of a team."""
    own = group.students[number].group
    return 500 + next(
        k for k, s in enumerate(group.students) if k == number or (own and s.group == own)
    )


def worksheet(path: Path, group: Class, last: bool) -> None:
    """Moodle's grading worksheet; its times are Berlin's, to the minute."""
    header = ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum Grade"]
    header += ["Grade can be changed", "Last modified (submission)", "Last modified (grade)"]
    rows = []
    for number, student in enumerate(group.students):
        hands = student.hands.get(NAME, [])
        when, status = "-", "No submission"
        if hands:
            hand = hands[-1] if last else hands[0]
            local = hand.when.replace(tzinfo=ZoneInfo("UTC")).astimezone(BERLIN)
            when, status = f"{local:%A, %-d %B %Y, %-I:%M %p}", "Submitted for grading"
        rows.append([f"Participant {500 + number}", student.name, f"{student.id}@uni.example",
                     status, "", "100.00", "Yes", when, "-", ""])  # fmt: skip
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        csv.writer(file).writerows([[*header, "Feedback comments"], *rows])


def blackboard_zip(course: Course, path: Path, group: Class) -> None:
    """Every attempt at the second assignment, the time in the name."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for student in group.students:
            for hand in student.hands.get(SECOND, []):
                local = hand.when.replace(tzinfo=ZoneInfo("UTC")).astimezone(BERLIN)
                archive.writestr(
                    f"Lab_{student.id}_attempt_{local:%Y-%m-%d-%H-%M-%S}_{SECOND}.ipynb",
                    text_of(course, SECOND, hand),
                )


def roster(path: Path, students: list[Student]) -> None:
    """The class as a plain list."""
    rows = [[s.id, s.name, f"{s.id}@uni.example", s.group] for s in students]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["student", "name", "email", "group"], *rows])


def term_course(root: Path) -> Course:
    """A course with two assignments."""
    course = small_course(root)
    text = course.source(NAME).read_text().replace('"09.', '"10.')
    (course.solutions / SECOND).mkdir()
    (course.solutions / SECOND / f"{SECOND}.ipynb").write_text(text)
    return course


@dataclass
class Outcome:
    """What went wrong, and how well copies and attacks were found."""

    wrong: list[str] = field(default_factory=list)
    pairs: tuple[int, int, int] = (0, 0, 0)  # true, found, found and true
    attacks: tuple[int, int, int] = (0, 0, 0)  # the same, of students in both assignments
    seconds: dict[str, float] = field(default_factory=dict)


class _Term:
    """Type the commands of a term."""

    def __init__(self, course: Course, folder: Path, group: Class, isolation: str) -> None:
        self.course, self.folder, self.group = course, folder, group
        self.isolation, self.outcome = isolation, Outcome()

    def type(self, *words: Any, code: int | None = 0) -> str:
        began = time.monotonic()
        command = [*map(str, words), "--course", str(self.course.root)]
        ran = CliRunner().invoke(cli.app, command, env={"COLUMNS": "200"})
        if ran.exit_code != code and (code is not None or ran.exit_code not in (0, 1)):
            raise AssertionError(f"{command}: {ran.exit_code}\n{ran.output}\n{ran.exception!r}")
        self.outcome.seconds[f"{words[0]} {len(self.outcome.seconds) + 1}"] = (
            time.monotonic() - began
        )
        return ran.output

    def first(self) -> None:
        """The first assignment: two downloads, a grading, a mended check, manual marks."""
        folder, students = self.folder, self.group.students
        roster(folder / "class.csv", students)
        self.type("class", folder / "class.csv")
        extensions = ", ".join(f'{s.id} = "{s.extension} days"' for s in students if s.extension)
        self.course.deadlines.write_text(DEADLINES.replace("EXTENSIONS", extensions))
        self.type("deadlines")
        for last in (False, True):
            moodle_zip(self.course, folder / "moodle.zip", self.group, last)
            worksheet(folder / "sheet.csv", self.group, last)
            sheet = ("--times", folder / "sheet.csv")
            self.type("collect", folder / "moodle.zip", NAME, *sheet, code=1)  # two strangers
        self.grade(NAME, code=1)  # the strangers
        self.compare(NAME, mended=False, marked=False)
        self.mend()
        self.grade(NAME, code=1)
        self.mark()
        self.compare(NAME, mended=True, marked=True)
        self.fill()
        self.copies()
        self.report(NAME, marked=True, code=1)

    def second(self) -> None:
        """The second one, after somebody has left."""
        left = [s for s in self.group.students if s is not self.group.gone]
        roster(self.folder / "class.csv", left)
        self.type("class", self.folder / "class.csv", "--yes")
        self.group.gone.hands.pop(SECOND, None)
        self.type("release", SECOND)
        blackboard_zip(self.course, self.folder / "blackboard.zip", self.group)
        self.type("collect", self.folder / "blackboard.zip", SECOND)
        self.grade(SECOND)
        self.compare(SECOND, mended=False, marked=False)
        self.compare(NAME, mended=True, marked=True)
        self.report(SECOND, marked=False)
        self.type("backup")

    def grade(self, name: str, code: int = 0) -> None:
        self.type("grade", name, "--isolation", self.isolation, code=code)

    def mend(self) -> None:
        """The check of an empty vector asks for no error any more."""
        path = self.course.source(NAME)
        book = json.loads(path.read_text())
        cell = labs.cell(book, "ex2-empty")
        cell["source"] = "\n".join(
            line for line in cell["source"].splitlines() if "raises" not in line
        )
        path.write_text(json.dumps(book))
        self.type("release", NAME)

    def mark(self) -> None:
        """Each essay gets its points; a team's once."""
        teams = set()
        with Gradebook(self.course.gradebook) as gradebook:
            for student in self.group.students:
                if student.mark is not None and student.group not in teams - {""}:
                    row = gradebook.find_grade("essay", NAME, NAME, student.id)
                    row.manual_score, row.needs_manual_grade = student.mark, False
                teams.add(student.group)
            gradebook.db.commit()

    def compare(self, name: str, **when: bool) -> None:
        """Every row of the export against the truth."""
        self.type("export", name, "--csv", self.folder / "marks.csv")
        with (self.folder / "marks.csv").open(newline="", encoding="utf-8") as file:
            rows = {row["student"]: row for row in csv.DictReader(file)}
        for student in self.group.students:
            right, row = truth(student, name, **when), rows.get(student.id)
            if row is None:
                if student is not self.group.gone:
                    self.outcome.wrong.append(f"{name}: {student.id} has no row")
            elif (told := _differs(right, row)) != "":
                self.outcome.wrong.append(f"{name}: {student.id}: {told}: {student.hands}")

    def fill(self) -> None:
        """Moodle's own worksheet holds the totals that are known, and no others."""
        target = self.folder / "filled.csv"
        self.type("export", NAME, "--moodle", self.folder / "sheet.csv", "--to", target, code=None)
        with target.open(newline="", encoding="utf-8-sig") as file:
            grades = {row["Email address"]: row["Grade"] for row in csv.DictReader(file)}
        for student in self.group.students:
            right = truth(student, NAME, mended=True, marked=True)
            grade = grades[f"{student.id}@uni.example"]
            known = right is not None and right.manual != "waiting"
            if (grade != "") != known or (known and abs(float(grade) - right.total) > 0.005):
                self.outcome.wrong.append(
                    f"{NAME}: {student.id}: {grade!r} in the worksheet: {right}"
                )

    def copies(self) -> None:
        """Pairs of students whose texts are reported as alike, without those that many share."""
        found = set()
        for alike in similar(self.course, NAME).groups:
            if "many" not in alike.how:
                found |= {frozenset(pair) for pair in combinations(sorted(alike.students), 2)}
        true = {frozenset(pair) for ring in self.group.rings for pair in combinations(ring, 2)}
        self.outcome.pairs = (len(true), len(found), len(true & found))

    def report(self, name: str, *, marked: bool, code: int = 0) -> None:
        """Who is late, missing, unreadable or waits, and whose code had to be ended."""
        self.type("report", name, code=code)
        told, class_ = overview(self.course, name), self.group.students
        counted = {student.id: counting(student, name) for student in class_}
        handed = {student.id: student for student in class_ if counted[student.id]}
        truths = {
            key: truth(each, name, mended=True, marked=marked) for key, each in handed.items()
        }
        for what, found, true in (
            ("late", {each.student for each in told.late},
             {key for key in handed if _late(handed[key], name, counted[key]) > timedelta()}),
            ("not handed in", set(told.absent), set(counted) - set(handed)),
            ("not graded", set(told.ungraded), set()),
            ("unreadable", set(told.unreadable),
             {key for key in handed if not counted[key].read}),
            ("waiting", set(told.waiting),
             {key for key, right in truths.items() if right.manual == "waiting"}),
        ):  # fmt: skip
            if odd := (found ^ true) - {self.group.gone.id}:
                self.outcome.wrong.append(f"{name}: the report on who is {what}: {sorted(odd)}")
        records = Records(self.course.records)
        met = {
            key for key in handed
            if {row["status"] for row in records.scores(key, name)} & set(ENDS.values())
        }  # fmt: skip
        true = {key for key in handed if counted[key].kind in ENDS}
        new = (len(true), len(met), len(true & met))
        self.outcome.attacks = tuple(map(sum, zip(self.outcome.attacks, new, strict=True)))


def _differs(right: Truth | None, row: dict[str, str]) -> str:
    """What a row says otherwise, in words."""
    if right is None:
        return "" if row["checks"] == row["total"] == "" else f"{row} for nothing handed in"
    wrong = []
    if not row["checks"] or not row["total"]:
        return f"no numbers: {row}"
    if abs(float(row["checks"]) - right.checks) > 1e-9:
        wrong.append(f"checks {row['checks']} in place of {right.checks}")
    manual = row["manual"] if row["manual"] == "waiting" else str(int(float(row["manual"])))
    if manual != right.manual:
        wrong.append(f"manual {row['manual']} in place of {right.manual}")
    for column, value in (("late penalty", right.penalty), ("total", right.total)):
        if abs(float(row[column]) - value) > 1e-6:
            wrong.append(f"{column} {row[column]} in place of {value:g}")
    return ", ".join(wrong)


def run_term(folder: Path, group: Class, isolation: str = "walls") -> Outcome:
    """Take a class through a term of two assignments."""
    term = _Term(term_course(folder / "course"), folder, group, isolation)
    term.first()
    term.second()
    return term.outcome
