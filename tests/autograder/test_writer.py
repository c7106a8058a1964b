"""Test that our writer writes what nbgrader writes alone.

Compared is every row, every file and every page of formgrader.
"""

import copy
import json
import os
import random
import shutil
import sqlite3
from datetime import datetime, timedelta

import courses
import labs
import nbformat
import pytest
from forked import forked
from gradebooks import ByNbgrader, files, pages, rows
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.utils import find_all_files
from small import NAME, answers, hand_in, small_course
from sqlalchemy.engine.default import DefaultDialect

import autograder.grading.grade
import autograder.grading.writer
from autograder.courses import find
from autograder.courses.below import files_but
from autograder.courses.own import OwnCourse
from autograder.grading.grade import grade
from autograder.grading.judging import judge_notebook
from autograder.grading.keys import Keys
from autograder.grading.records import Records
from autograder.grading.writer import Stopped, Writer
from autograder.intake import take_in

SIZES = pytest.mark.parametrize(
    ("seed", "number"),
    [
        (0, 4),
        pytest.param(1, 10, marks=pytest.mark.slow),
        pytest.param(2, 10, marks=pytest.mark.slow),
    ],
)
DUE = datetime(2026, 3, 1, 12)
GOOD = {"square": "def square(x):\n    return x * x", "essay": "Because.", "own_code": "square(1)"}
KINDS = [
    GOOD,
    {"square": "def square(x):\n    return 2 * x"},  # wrong, and an empty essay
    {
        "square": "def square(x)\n    return x",
        "essay": "It squares.",
    },  # no Python; the essay as it was released
    GOOD | {"project": "Do something of your own below.\n\nDone."},
    {},
]
BOOK = courses.notebook(
    courses.read_only("setup", "SCALE = 2"),
    courses.answer(
        "square", "def square(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION"
    ),
    courses.test("seen", 2, "assert square(3) == 9"),
    courses.test(
        "hid", 1.5, "### BEGIN HIDDEN TESTS\nassert square(10) == 100\n### END HIDDEN TESTS"
    ),
    courses.test("part", 4, "float(sum(square(n) == n * n for n in range(4)))"),
    courses.manual("essay", 3, "It squares."),
    courses.manual("own_code", 2, "print(square(7))", "code"),
    courses.task("project", 5, "Do something of your own below."),
)
CONFIG = """
from nbgrader.api import Gradebook
from nbgrader.plugins import BasePlugin

class Late(BasePlugin):
    def late_submission_penalty(self, student, score, seconds):
        "A quarter a day, for some; for others more than there is, less than nothing, or nothing."
        step = self.parent
        with Gradebook(step.db_url) as other:  # a plugin may look for itself: the scores are there
            assert (
                other.find_submission_notebook(step.notebook_id, step.assignment_id, student).score
                == score
            )
        assert step.gradebook.find_student(student).id == step.student_id == student
        days = seconds // 86400
        return {0: None, 1: score / 4, 2: score / 2, 3: score + 10, 4: -2.0}[days]

c.AssignLatePenalties.plugin_class = Late
c.Autograde.exclude_overwriting = {"ps1": ["helper.py"]}
c.OverwriteCells.add_missing_cells = True
c.CourseDirectory.ignore = ["*.log", "feedback", "__pycache__"]
c.CourseDirectory.student_id_exclude = "s3,nobody"

def note(assignment, student, notebooks):
    from pathlib import Path
    with open("hooks.txt", "a") as file:
        print(assignment, student, sorted(Path(notebook).name for notebook in notebooks), file=file)

c.Autograde.pre_convert_hook = note
c.Autograde.post_convert_hook = note
"""


class Class:
    """Judge two copies of a course alike; we write one of them, nbgrader the other."""

    def __init__(self, ours, theirs, name, seed):
        self.ours, self.theirs, self.name, self.draw = ours, theirs, name, random.Random(seed)
        self.writers = {ours: Writer(ours), theirs: ByNbgrader(theirs)}
        self._judged = {}

    def write(self, student):
        """Take in and judge what lies in our inbox; write it both ways."""
        take_in(self.ours, self.name, student)
        target = self.theirs.built(student, self.name)
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self.ours.built(student, self.name), target)
        results = {}
        for notebook in self.ours.notebooks(self.name):
            path = self.ours.built(student, self.name) / f"{notebook}.ipynb"
            if path.is_file():
                results[notebook] = self._other_scores(self._judge(student, notebook, path))
        for course, writer in self.writers.items():
            records = Records(course.records)
            records.judged(student, self.name, results, key="")
            assert writer.write(self.name, student) == ""
            records.written(student, self.name)
        self._ask_for_marks_of_what_is_gone(student, results)

    def _ask_for_marks_of_what_is_gone(self, student, results):
        """Make a mark wait whose notebook is gone: nbgrader leaves it as it is."""
        with Gradebook(self.theirs.gradebook) as gradebook:
            gone = [
                notebook
                for submission in gradebook.assignment_submissions(self.name)
                for notebook in submission.notebooks
                if submission.student_id == student and notebook.name not in results
            ]
            for row in (row for notebook in gone for row in notebook.grades):
                row.needs_manual_grade = row.manual_score is not None
            gradebook.db.commit()

    def _judge(self, student, notebook, path):
        """What the judge makes of a notebook; of equal ones, once."""
        nb = nbformat.read(path, as_version=4)
        key = notebook, json.dumps(nb)
        if key not in self._judged:
            self._judged[key] = judge_notebook(self.ours, self.name, student, notebook, nb, forked)
        return copy.deepcopy(self._judged[key])

    def _other_scores(self, judged):
        """Score the same notebook by chance.

        A score is part of the points, none by an error, or all without a word.
        """
        for cell in judged.finished.cells:
            own = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and own.get("grade") and not own.get("solution"):
                points = self.draw.randrange(int(4 * own["points"]) + 1) / 4
                cell.outputs = self.draw.choice(
                    [
                        cell.outputs,
                        [
                            nbformat.v4.new_output(
                                "execute_result", data={"text/plain": str(points)}
                            )
                        ],
                        [
                            nbformat.v4.new_output(
                                "error", ename="AssertionError", evalue="", traceback=["no\n"]
                            )
                        ],
                        [nbformat.v4.new_output("stream", text="nothing more\n")],
                    ]
                )
        return judged

    def manual(self):
        """Give marks, comments, flags and extensions as a person: the same in both."""
        seed = self.draw.random()
        for course in (self.ours, self.theirs):
            draw = random.Random(seed)
            with Gradebook(course.gradebook) as gradebook:
                for submission in sorted(
                    gradebook.assignment_submissions(self.name), key=lambda s: s.student_id
                ):
                    submission.extension = timedelta(days=1) if draw.random() < 0.3 else None
                    for notebook in sorted(submission.notebooks, key=lambda n: n.name):
                        notebook.flagged = draw.random() < 0.3
                        for row in sorted(notebook.grades, key=lambda g: g.cell.name):
                            if draw.random() < 0.5:
                                row.manual_score, row.needs_manual_grade = (
                                    draw.randrange(4) / 2,
                                    False,
                                )
                                row.extra_credit = draw.choice([None, 0.5])
                        for row in sorted(notebook.comments, key=lambda c: c.cell.name):
                            row.manual_comment = draw.choice([None, "See the lecture."])
                gradebook.db.commit()

    def compare(self):
        """All rows and files, in both courses."""
        ours, theirs = rows(self.ours), rows(self.theirs)
        for table in theirs:
            assert ours[table] == theirs[table], table
        assert files(self.ours, self.name) == files(self.theirs, self.name)
        return ours


def due(course, name):
    with Gradebook(course.gradebook) as gradebook:
        gradebook.update_or_create_assignment(name, duedate=DUE)


@SIZES
def test_our_course_is_written_as_nbgrader_writes_it(tmp_path, seed, number):
    course = small_course(tmp_path / "ours")
    (course.solutions / NAME / "data").mkdir()
    (course.solutions / NAME / "data" / "points.csv").write_text("1,2\n")
    due(course, NAME)
    draw = random.Random(seed)
    essay = answers(course)
    labs.cell(essay, "essay")["source"] = "Because."
    kinds = [
        essay,
        answers(course),
        answers(course, double="def double(x:"),
        '{"cells": [',
    ]
    everybody = [f"s{k}" for k in range(number)]

    def arrive(student):
        hand_in(course, student, draw.choice(kinds))
        late = DUE.timestamp() + 86400 * draw.randrange(-3, 5)
        os.utime(course.inbox / student / NAME / f"{NAME}.ipynb", (late, late))

    for student in everybody:
        arrive(student)
    shutil.copytree(course.root, tmp_path / "theirs")
    both = Class(course, OwnCourse(tmp_path / "theirs"), NAME, seed)
    for student in everybody[:-1]:
        both.write(student)
    found = both.compare()
    assert len(found["submitted_assignment"]) == number - 1
    both.manual()
    for student in draw.sample(everybody, number - 1):
        arrive(student)
        both.write(student)
    found = both.compare()
    assert pages(course, NAME) == pages(both.theirs, NAME)
    assert any(
        "'manual_score': None" not in row and "'needs_manual_grade': True" in row
        for row in found["grade"]
    )
    assert any("No response." in row for row in found["comment"])


@SIZES
def test_any_course_is_written_as_nbgrader_writes_it(tmp_path, seed, number):
    """Make a course of two notebooks, of which one may be missing.

    It has files of the course and of students, late submissions, tasks and hooks.
    """
    config = CONFIG + ("c.CourseDirectory.groupshared = True" if seed else "")
    shared = {"helper.py": "x = 1\n", "data/points.csv": "1,2\n", "notes.log": "not copied\n"}
    root = courses.released(
        tmp_path / "ours", {"one": BOOK, "two": BOOK}, files=shared, config=config
    )
    course, draw = find(root), random.Random(seed)
    due(course, "ps1")
    everybody = [f"s{k}" for k in range(number)]

    def arrive(student):
        shutil.rmtree(root / "submitted" / student, ignore_errors=True)
        own = {
            "own.csv": student,
            "helper.py": f"x = '{student}'\n",
            "data/points.csv": "9,9\n",
            "some.log": "left\n",
        }
        late = DUE + timedelta(hours=24 * draw.randrange(-3, 5) + 1)
        stamp = draw.choice([{"timestamp.txt": f"{late} UTC"}] * 4 + [{}])
        courses.hand_in(root, student, draw.choice(KINDS), files=draw.choice([{}, own]) | stamp)
        if draw.random() < 0.3:
            (
                root / "submitted" / student / "ps1" / draw.choice(["one.ipynb", "two.ipynb"])
            ).unlink()

    for student in everybody:
        arrive(student)
    shutil.copytree(root, tmp_path / "theirs", ignore=shutil.ignore_patterns(".autograder"))
    both = Class(course, find(tmp_path / "theirs"), "ps1", seed)
    for student in everybody[:-1]:
        both.write(student)
    both.compare()
    both.manual()
    for student in draw.sample(everybody, number - 1):
        arrive(student)
        both.write(student)
    found = both.compare()
    assert pages(course, "ps1") == pages(both.theirs, "ps1")
    penalties = [
        row for row in found["submitted_notebook"] if "'late_submission_penalty': None" not in row
    ]
    assert penalties
    assert (root / "hooks.txt").read_text() == (tmp_path / "theirs" / "hooks.txt").read_text()
    assert "s3" not in (root / "hooks.txt").read_text()
    assert len(found["submitted_notebook"]) == 2 * len(found["submitted_assignment"])
    assert any("helper.py" in path for path in files(course, "ps1"))
    assert not any(path.endswith(".log") for path in files(course, "ps1"))


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_nbgraders_own_command_writes_the_same_rows(tmp_path):
    """An instructor may run `nbgrader autograde`.

    It judges by itself, and writes what `autograder grade` writes.
    """
    ours = small_course(tmp_path / "ours")
    book = answers(ours, double="def double(x):\n    return x")
    labs.cell(book, "essay")["source"] = "Because."
    hand_in(ours, "half", book)
    shutil.copytree(ours.root, tmp_path / "theirs")
    theirs = OwnCourse(tmp_path / "theirs")
    grade(ours, NAME, isolation="process")
    settings = theirs.settings()
    settings.Judge.isolation = "process"
    api = NbGraderAPI(config=settings)
    take_in(theirs, NAME, "half")
    assert api.autograde(NAME, "half")["success"]
    assert rows(ours) == rows(theirs)
    assert files(ours, NAME).keys() == files(theirs, NAME).keys()
    assert pages(ours, NAME) == pages(theirs, NAME)


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """Make a course with one submission that was written and then judged again.

    It gives the folder, and what is to be written.
    """
    course = small_course(tmp_path_factory.mktemp("judged") / "course")
    results = []
    for double in (labs.GOOD_DOUBLE, "def double(x):\n    return x"):
        hand_in(course, "ada", answers(course, double=double))
        take_in(course, NAME, "ada")
        nb = nbformat.read(course.built("ada", NAME) / f"{NAME}.ipynb", as_version=4)
        results.append(judge_notebook(course, NAME, "ada", NAME, nb, forked))
        key = Keys(course, NAME, "process").of(["ada"])["ada"]
        Records(course.records).judged("ada", NAME, {NAME: results[-1]}, key=key)
        if len(results) == 1:
            assert Writer(course).write(NAME, "ada") == ""
    return course.root


@pytest.fixture
def course(judged, tmp_path):
    return OwnCourse(shutil.copytree(judged, tmp_path / "course"))


def end_at(monkeypatch, owner, name, number, end):
    """Have the number-th call of a function (from 1) end in some way."""
    real, calls = getattr(owner, name), []

    def called(*args, **options):
        calls.append(name)
        return end() if len(calls) == number else real(*args, **options)

    monkeypatch.setattr(owner, name, called)


STEPS = {
    "rows written, not committed": (
        DefaultDialect,
        "do_commit",
        3,
    ),  # opening the gradebook commits twice
    "rows committed": (autograder.grading.writer, "replace_folder", 1),
    "new folder built": (os, "rename", 1),
    "old folder away": (os, "rename", 2),
    "permissions not set": (autograder.grading.writer.Autograde, "set_permissions", 1),
}


def test_files_are_listed_as_nbgrader_lists_them_and_each_folder_is_looked_at_once(
    tmp_path, monkeypatch
):
    """nbgrader looks at a whole folder for each file: 8000 files took minutes for each student."""
    for name in (
        *(
            "a.txt",
            ".hidden",
            "a.pyc",
            "x/__pycache__/b.txt",
            "x/y.ipynb",
            "x/.ipynb_checkpoints/c",
        ),
        *("data.csv", "x/data.csv", "deep/er/still/e.txt", "deep/er/no.tmp", "[1]/f.txt"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "link").symlink_to(tmp_path / "deep")
    patterns = [".ipynb_checkpoints", "*.pyc", "__pycache__", "*.ipynb", "no.*", "dat?.csv"]
    expected = sorted(find_all_files(str(tmp_path), patterns))
    assert len(expected) == 4
    looked = []
    monkeypatch.setattr(
        os, "scandir", lambda path, real=os.scandir: looked.append(path) or real(path)
    )
    assert sorted(files_but(str(tmp_path), patterns)) == expected
    before = len(looked)
    for number in range(100):
        (tmp_path / f"{number}.txt").write_text("")
    looked.clear()
    assert len(files_but(str(tmp_path), patterns)) == 104
    assert len(looked) == before


@pytest.mark.parametrize("step", STEPS)
def test_a_writing_that_is_killed_is_done_again(course, tmp_path, monkeypatch, step):
    undisturbed = OwnCourse(shutil.copytree(course.root, tmp_path / "undisturbed"))
    assert Writer(undisturbed).write(NAME, "ada") == ""
    before = rows(course)
    child = os.fork()
    if child == 0:
        end_at(monkeypatch, *STEPS[step], lambda: os._exit(9))
        Writer(course).write(NAME, "ada")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert rows(course) == (before if "not committed" in step else rows(undisturbed))
    monkeypatch.setattr(autograder.grading.grade, "Pool", None)  # nothing is judged again
    (found,) = grade(course, NAME, isolation="process")
    assert found.automatic == 40
    assert rows(course) == rows(undisturbed)
    assert files(course, NAME) == files(undisturbed, NAME)
    assert [path.name for path in course.graded("ada", NAME).parent.iterdir()] == [NAME]


def full():
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    "step", ["rows written, not committed", "rows committed", "new folder built"]
)
def test_a_full_disk_stops_and_leaves_what_was_there(course, monkeypatch, step):
    before = files(course, NAME)
    with monkeypatch.context() as patch:
        end_at(patch, *STEPS[step], full)
        with pytest.raises(Stopped, match="the disk is full"):
            Writer(course).write(NAME, "ada")
    assert files(course, NAME) == before
    assert Writer(course).write(NAME, "ada") == ""
    assert files(course, NAME) != before


def test_what_cannot_be_written_is_told_and_changes_nothing(course):
    before = rows(course), files(course, NAME)
    assert "the gradebook has no assignment '10_other'; release it" in Writer(course).write(
        "10_other", "ada"
    )
    assert "none of the assignment's notebooks" in Writer(course).write(NAME, "nobody")
    shutil.copytree(course.built("ada", NAME), course.built("eve", NAME))
    assert "has not been judged yet; run `autograder grade" in Writer(course).write(NAME, "eve")
    with sqlite3.connect(course.runtime / "gradebook.db") as db:
        db.execute("DELETE FROM base_cell WHERE name = 'ex1-number'")
    assert "the gradebook has no cell 'ex1-number'" in Writer(course).write(NAME, "ada")
    assert (rows(course)["grade"], files(course, NAME)) == (before[0]["grade"], before[1])
    assert rows(course)["student"] == before[0]["student"]
