"""Test courses made for nbgrader: honest submissions get the scores that nbgrader gives them."""

import json
import shutil

import courses
import nbformat
import pytest
import typer
from commands import printed
from forked import forked
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from patience import hurried

from autograder import cli
from autograder.courses import find
from autograder.courses.foreign import _other_language
from autograder.grading import pool
from autograder.grading.grade import grade
from autograder.grading.outcome import outcome
from autograder.grading.records import Records
from autograder.grading.writer import Writer
from autograder.intake import students_with
from autograder.isolation import Level, WallsMissing
from nbjudge import Limits, judge, read_assignment


def graded(root, name="ps1"):
    """Outcomes by student after our grading: what `grade` does, without processes of its own."""
    course = find(root)
    records, writer = Records(course.records), Writer(course)
    for student in students_with(course, name)[0]:
        done = pool._judge(course, name, student)
        assert not done.error, done.error
        records.judged(student, name, done.results, key="")
        assert not writer.write(name, student)
        records.written(student, name)
    return {student: outcome(course, name, student) for student in students_with(course, name)[0]}


@pytest.fixture(scope="module", autouse=True)
def level():
    pool._LEVEL = Level(forked, full=False, why="as asked for")
    yield
    pool._LEVEL = None


def differences(ours, theirs):
    return {
        key: (ours.get(key), theirs.get(key))
        for key in ours.keys() | theirs.keys()
        if ours.get(key) != theirs.get(key)
    }


SQUARE = "def square(x):\n    return x * x"
BOOK = courses.notebook(
    courses.read_only("setup", "import math\nSCALE = 2"),
    courses.test("before", 1, "assert SCALE == 2"),
    courses.answer(
        "square", "def square(x):\n    ### BEGIN SOLUTION\n    return x * x\n    ### END SOLUTION"
    ),
    courses.new_code_cell("square(3)"),
    courses.test("seen", 2, "assert square(3) == 9\nassert square(-2) == 4"),
    courses.test(
        "hid",
        1.5,
        "assert square(0) == 0\n### BEGIN HIDDEN TESTS\nassert square(10) == 100\n"
        "### END HIDDEN TESTS",
    ),
    courses.test("part", 4, "right = sum(square(n) == n * n for n in range(4))\nfloat(right)"),
    courses.test("text", 1, "square(2)\n'a text'"),
    courses.answer(
        "root",
        "def root(x):\n    ### BEGIN SOLUTION\n    return math.sqrt(x)\n    ### END SOLUTION",
    ),
    courses.test("root_it", 2, "assert abs(root(square(5)) - 5) < 1e-9"),
    courses.manual("essay", 3, "It squares."),
    courses.manual("own_code", 2, "print(square(7))", "code"),
    courses.task("project", 5, "Do something of your own below."),
)
ANSWERS = {
    "right": {
        "square": SQUARE,
        "root": "def root(x):\n    return x ** 0.5",
        "essay": "Because.",
        "own_code": "square(1)",
    },
    "half": {"square": SQUARE},
    "wrong": {
        "square": "def square(x):\n    return 2 * x",
        "root": "def root(x):\n    return x / 2",
    },
    "typo": {
        "square": "def square(x)\n    return x * x",
        "root": "def root(x):\n    return math.sqrt(x)",
    },
    "nothing": {},
    "prints": {
        "square": "def square(x):\n    print('squaring', x)\n    return x * x",
        "root": "root = math.sqrt",
    },
    "two-thirds": {
        "square": "def square(x):\n    return x * x if x != 2 else 0",
        "root": "root = math.sqrt",
    },
    "stops": {
        "square": SQUARE + "\nraise RuntimeError('after the definition')",
        "root": "root = math.sqrt",
    },
    "exits": {"square": SQUARE, "root": "def root(x):\n    raise SystemExit"},
    "task": {"square": "square = lambda x: x ** 2", "root": "from math import sqrt as root"},
}


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory):
    root = courses.released(tmp_path_factory.mktemp("course") / "course", {"squares": BOOK})
    for student, answers in ANSWERS.items():
        extra = (
            {"project": "square(12)", "square": "import os\nprint(os.getcwd() != '/')"}
            if student == "task"
            else {}
        )
        courses.hand_in(root, student, answers, extra=extra)
    return root, graded(root)


@pytest.fixture
def one_notebook(graded_once, tmp_path):
    """A course of one notebook, graded: its folder, a copy for each test, and the outcomes."""
    root, outcomes = graded_once
    return shutil.copytree(root, tmp_path / "course"), outcomes


def test_scores_equal_nbgraders(one_notebook, tmp_path):
    """The fast lane's own comparison: the right, the wrong and the empty one."""
    root, _ = one_notebook
    few = tmp_path / "few"
    shutil.copytree(
        root,
        few,
        ignore=shutil.ignore_patterns(
            ".autograder", "autograded", *(set(ANSWERS) - {"right", "two-thirds"})
        ),
    )
    theirs = courses.by_nbgrader(few, tmp_path / "stock")
    ours = {
        key: value
        for key, value in courses.scores(root).items()
        if key[0] in ("right", "two-thirds")
    }
    theirs = {key: value for key, value in theirs.items() if key[0] in ("right", "two-thirds")}
    assert len(ours) == 2 * 9
    assert not differences(ours, theirs)


@pytest.mark.slow
def test_all_scores_equal_nbgraders(one_notebook, tmp_path):
    root, _ = one_notebook
    ours, theirs = courses.scores(root), courses.by_nbgrader(root, tmp_path / "stock")
    assert len(ours) == len(ANSWERS) * 9
    assert not differences(ours, theirs)


def test_what_is_right_earns_its_points(one_notebook):
    """The same without a kernel: what the rules of nbgrader say."""
    _, outcomes = one_notebook
    assert {student: found.automatic for student, found in outcomes.items()} == {
        "right": 11.5, "half": 9.5, "wrong": 6.0, "typo": 1.0, "nothing": 1.0, "prints": 11.5,
        "two-thirds": 10.5, "stops": 11.5, "exits": 9.5, "task": 11.5,
    }  # fmt: skip
    assert all(found.most == 11.5 for found in outcomes.values())


def test_checks_beside_the_students_code_are_marked(one_notebook):
    root, _ = one_notebook
    records = Records(find(root).records)
    with records.opened() as db:
        (notes,) = db.execute("SELECT notes FROM judged WHERE student='right'").fetchone()
    assert "Not tamper-proof" in notes
    assert "root_it" in notes


def test_what_was_handed_in_is_left_alone_and_ours_lies_apart(one_notebook):
    root, _ = one_notebook
    assert sorted(p.name for p in (root / "submitted" / "half" / "ps1").iterdir()) == [
        "squares.ipynb"
    ]
    assert {p.name for p in root.iterdir()} == {
        "nbgrader_config.py", "source", "release", "submitted", "autograded", "gradebook.db",
        ".autograder",
    }  # fmt: skip
    assert (root / ".autograder" / "records.db").is_file()
    assert (root / "autograded" / "half" / "ps1" / "squares.ipynb").is_file()


def test_formgrader_and_feedback_of_the_course_work_as_before(one_notebook):
    root, _ = one_notebook
    config = find(root).config
    config.CourseDirectory.root = str(root)
    api = NbGraderAPI(config=config)
    rows = {row["student"]: row for row in api.get_submissions("ps1")}
    assert set(rows) == set(ANSWERS)
    assert {row["autograded"] for row in rows.values()} == {True}
    assert (rows["right"]["score"], rows["right"]["max_score"]) == (11.5, 21.5)
    assert rows["right"]["needs_manual_grade"]
    assert api.generate_feedback("ps1", "half")["success"]
    page = (root / "feedback" / "half" / "ps1" / "squares.html").read_text()
    assert "NotImplementedError" in page


def test_what_other_programs_did_to_a_notebook_is_mended(tmp_path):
    """Strip metadata, delete and edit a test, rename the file, hand in what cannot be read."""
    root = courses.released(tmp_path / "c", {"squares": BOOK})
    for student in ("stripped", "deleted", "renamed", "noise", "broken-time"):
        courses.hand_in(root, student, ANSWERS["right"])
    folder = {student.name: student / "ps1" for student in (root / "submitted").iterdir()}
    books = {
        student: json.loads((folder[student] / "squares.ipynb").read_text())
        for student in ("stripped", "deleted")
    }
    for cell in books["stripped"]["cells"]:
        cell["metadata"] = {}
        cell.pop("id", None)
    books["deleted"]["cells"] = [
        c for c in books["deleted"]["cells"] if "'seen'" not in str(c["metadata"])
    ]
    for cell in books["deleted"]["cells"]:
        cell["source"] = "pass" if "'hid'" in str(cell["metadata"]) else cell["source"]
    for student, book in books.items():
        (folder[student] / "squares.ipynb").write_text(json.dumps(book))
    (folder["renamed"] / "squares.ipynb").rename(folder["renamed"] / "my (1).ipynb")
    (folder["noise"] / "squares.ipynb").write_bytes(b"\0\1\2")
    (folder["broken-time"] / "timestamp.txt").write_text("yesterday")
    outcomes = graded(root)
    assert {student: found.automatic for student, found in outcomes.items()} == {
        "stripped": 11.5, "deleted": 11.5, "renamed": 11.5, "noise": 0.0, "broken-time": 11.5,
    }  # fmt: skip
    assert "not a notebook" in outcomes["noise"].reason


def test_the_reason_names_the_check(one_notebook):
    _, outcomes = one_notebook
    assert "squares.02 root_it: NotImplementedError" in outcomes["half"].reason
    assert "3 of 4 points" in outcomes["two-thirds"].reason
    assert outcomes["right"].reason == "all checks passed"


def test_a_hidden_tests_message_holds_no_values(tmp_path):
    hidden = "### BEGIN HIDDEN TESTS\nassert f(3) == 1234, f'expected {1234}'\n### END HIDDEN TESTS"
    book = courses.notebook(courses.answer("f", "f = None"), courses.test("t", 1, hidden))
    root = courses.released(tmp_path / "c", {"b": book})
    courses.hand_in(root, "s", {"f": "f = lambda x: 0"})
    assert "1234" not in graded(root)["s"].reason


def test_a_correct_answer_that_warns_keeps_its_points(tmp_path):
    """nbgrader gives 0 for anything on stderr.

    Here stderr counts where the test speaks of it, and only there.
    """
    book = courses.notebook(
        courses.answer("f", "def f():\n    pass"),
        courses.test("value", 2, "assert f() == 1"),
        courses.test(
            "means_it", 1, "import sys\nif f() != 2:\n    print('not 2', file=sys.stderr)"
        ),
        courses.test("number", 2, "1.5 * f()"),
    )
    root = courses.released(tmp_path / "c", {"b": book})
    courses.hand_in(
        root, "s", {"f": "import warnings\ndef f():\n    warnings.warn('old')\n    return 1"}
    )
    graded(root)
    ours = {cell: row[0] for (_, _, cell), row in courses.scores(root).items()}
    assert ours == {"value": 2.0, "means_it": 0.0, "number": 1.5}


HELPER = "def twice(x):\n    return 2 * x\n"
FILES = {"helper.py": HELPER, "data/numbers.csv": "1,2,3\n", "notes.txt": "as released\n"}
WITH_FILES = courses.notebook(
    courses.answer("total", "def total():\n    return 0"),
    courses.test("data", 2, "assert total() == 12"),
    courses.test(
        "still_ours",
        1,
        "from pathlib import Path\nassert Path('notes.txt').read_text() == 'as released\\n'",
    ),
)
READS = """
from pathlib import Path
from helper import twice
from mine.tools import plus
def total():
    return twice(plus(int(n) for n in Path("data/numbers.csv").read_text().split(",")))
"""


def with_files(root, **more):
    courses.make(root, {"files": WITH_FILES}, files=FILES, **more)
    courses.generate(root)
    mine = {
        "mine/tools.py": "plus = sum\n",
        "mine/__init__.py": "",
        "notes.txt": "changed",
        "helper.py": "twice = None",
    }
    courses.hand_in(root, "brings", {"total": READS}, files=mine)
    courses.hand_in(root, "lacks", {"total": READS})
    return root


def test_files_of_the_course_and_of_the_student_lie_beside_the_notebook(tmp_path):
    root = with_files(tmp_path / "c")
    outcomes = graded(root)
    assert {student: found.automatic for student, found in outcomes.items()} == {
        "brings": 3.0,
        "lacks": 1.0,
    }
    assert "ModuleNotFoundError" in outcomes["lacks"].reason
    assert (
        root / "autograded" / "brings" / "ps1" / "mine" / "tools.py"
    ).read_text() == "plus = sum\n"
    assert (root / "autograded" / "brings" / "ps1" / "helper.py").read_text() == HELPER


def test_an_assignment_that_nbgrader_would_not_take_is_refused_with_a_word(tmp_path):
    for name in ("a+b", "ps[1]"):
        root = courses.make(tmp_path / name[0], {"p": courses.notebook()}, source=f"source/{name}")
        course = find(root)
        for ask in (course.notebooks, course.source):
            with pytest.raises(FileNotFoundError, match="in its name, which nbgrader does not"):
                ask(name)


OWN = ["statistics.csv", "Größe.csv", "data(1).csv", "a/b/c/d/x.txt", ".config/x.txt"]


def test_files_of_any_name_and_other_notebooks_are_found_by_the_students_code(tmp_path):
    """A notebook that another one runs keeps its outputs and is not graded itself."""
    cells = [courses.answer("f", "f = None")]
    tests = [f"assert f({name!r}) == {name!r}" for name in OWN]
    cells += [courses.test(f"t{number}", 1.0, test) for number, test in enumerate(tests)]
    tests = ["assert open('.config/c.txt').read() == 'c'", "assert tool() == 1"]
    cells += [courses.test(f"u{number}", 1.0, test) for number, test in enumerate(tests)]
    tools = courses.notebook(courses.new_code_cell("def tool():\n    return 1"))
    books = {"p": courses.notebook(*cells), "tools": tools}
    root = courses.released(tmp_path / "c", books, files={".config/c.txt": "c"})
    helper = courses.notebook(
        courses.new_code_cell("def read(name):\n    return open(name).read()")
    )
    files = {name: name for name in OWN} | {"helpers.ipynb": nbformat.writes(helper)}
    courses.hand_in(
        root, "s", {"f": "%run ./helpers.ipynb\n%run ./tools.ipynb\nf = read"}, files=files
    )
    outcome = graded(root)["s"]
    assert (outcome.automatic, outcome.most) == (7.0, 7.0), outcome.reason


@pytest.mark.slow
def test_files_make_the_same_scores_as_with_nbgrader(tmp_path):
    root = with_files(
        tmp_path / "c", config="c.Autograde.exclude_overwriting = {'ps1': ['helper.py']}\n"
    )
    graded(root)
    theirs = courses.by_nbgrader(root, tmp_path / "stock")
    assert len(theirs) == 4
    assert not differences(courses.scores(root), theirs)


def test_links_and_huge_files_stay_outside(tmp_path):
    root = with_files(tmp_path / "c")
    (root / "submitted" / "lacks" / "ps1" / "mine").symlink_to("/etc")
    (root / "submitted" / "lacks" / "ps1" / "key").symlink_to(root / "gradebook.db")
    with (root / "submitted" / "lacks" / "ps1" / "big.bin").open("wb") as file:
        file.truncate(2**31)
    graded(root)
    assert not (root / ".autograder" / "submitted" / "lacks" / "ps1" / "key").exists()
    assert not (root / ".autograder" / "submitted" / "lacks" / "ps1" / "big.bin").exists()


def quickstart(root, which):
    """What `nbgrader quickstart` makes, without its 40 seconds."""
    shutil.copytree(courses.GUIDE / "source" / which, root / "source" / "ps1")
    shutil.copy(courses.GUIDE / "source" / "header.ipynb", root / "source")
    shutil.copy(courses.GUIDE / "autotests.yml", root)
    (root / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'course101'\n"
        "c.IncludeHeaderFooter.header = 'source/header.ipynb'\n"
    )
    return root


def test_the_quickstart_course_needs_no_preparation(tmp_path):
    """Two notebooks, a task, points that are halves; nobody ran generate_assignment."""
    root = quickstart(tmp_path / "c", "ps1")
    shutil.copytree(courses.GUIDE / "submitted", root / "submitted")
    outcomes = graded(root)
    assert {student: found.automatic for student, found in outcomes.items()} == {
        "bitdiddle": 1.5,
        "hacker": 3.0,
    }
    assert (root / "release" / "ps1" / "problem2.ipynb").is_file()
    with Gradebook(find(root).gradebook) as gradebook:
        late = gradebook.find_submission("ps1", "bitdiddle").timestamp
    assert late.year == 2015  # as its timestamp.txt says


@pytest.mark.slow
def test_the_quickstart_course_scores_as_with_nbgrader(tmp_path):
    root = quickstart(tmp_path / "c", "ps1")
    shutil.copytree(courses.GUIDE / "submitted", root / "submitted")
    courses.generate(root)
    courses.hand_in(root, "nothing", {})
    (root / "submitted" / "nothing" / "ps1" / "problem1.ipynb").unlink()
    graded(root)
    assert not differences(courses.scores(root), courses.by_nbgrader(root, tmp_path / "stock"))


@pytest.mark.slow
def test_tests_that_nbgrader_wrote_itself(tmp_path):
    """### AUTOTEST and ### HASHED AUTOTEST: what runs is what nbgrader made of them."""
    root = quickstart(tmp_path / "c", "ps1_autotest")
    courses.generate(root)
    right = (
        "def squares(n):\n    if n < 1:\n        raise ValueError\n"
        "    return [i ** 2 for i in range(1, n + 1)]"
    )
    courses.hand_in(
        root,
        "right",
        {"squares": right, "sum_of_squares": "def sum_of_squares(n):\n    return sum(squares(n))"},
    )
    courses.hand_in(root, "wrong", {"squares": "def squares(n):\n    return n"})
    outcomes = graded(root)
    ours, theirs = courses.scores(root), courses.by_nbgrader(root, tmp_path / "stock")
    assert not differences(ours, theirs)
    assert outcomes["right"].automatic > outcomes["wrong"].automatic


def test_two_notebooks_of_which_one_is_missing(tmp_path):
    book = courses.notebook(
        courses.answer("f", "f = 0"), courses.test("t", 2, "assert f in (0, 1)")
    )
    root = courses.released(tmp_path / "c", {"one": book, "two": book})
    courses.hand_in(root, "s", {"f": "f = 1"})
    (root / "submitted" / "s" / "ps1" / "two.ipynb").unlink()
    assert graded(root)["s"].reason == "the notebook two.ipynb was not handed in"
    ours = {key[1]: row for key, row in courses.scores(root).items()}
    assert ours["one"][0] == 2.0
    assert (ours["two"][0], ours["two"][2]) == (0.0, False)


def test_the_cells_of_a_notebook_count_more_than_its_name(tmp_path):
    """Two notebooks that have each other's names, and a copy under the other's name."""
    names = {"one": "f", "two": "g"}
    books = {
        name: courses.notebook(
            courses.answer(f, f"{f} = 0"),
            courses.test(f"t{f}", 2, f"assert {f} == 1"),
            courses.manual(f"essay-{f}", 3, "Why?"),
        )
        for name, f in names.items()
    }
    root = courses.released(tmp_path / "c", books)
    for student in ("swapped", "copied"):
        courses.hand_in(root, student, {f: f"{f} = 1" for f in names.values()})
        there = root / "submitted" / student / "ps1"
        if student == "swapped":
            (there / "one.ipynb").rename(there / "x")
            (there / "two.ipynb").rename(there / "one.ipynb")
            (there / "x").rename(there / "two.ipynb")
        else:
            shutil.copy(there / "one.ipynb", there / "two.ipynb")
    found = graded(root)
    assert found["swapped"].automatic == 4
    assert "the file is called 'two.ipynb', not one.ipynb" in found["swapped"].reason
    assert found["copied"].automatic == 2
    assert found["copied"].reason.startswith("the notebook two.ipynb was not handed in [")


def test_a_notebook_without_checks_passed_none(tmp_path):
    root = courses.released(tmp_path / "c", {"b": courses.notebook(courses.manual("e", 5, "Why?"))})
    courses.hand_in(root, "ada", {})
    found = graded(root)["ada"]
    assert (found.reason, found.manual, found.empty) == ("no checks", "0", True)


def test_folders_where_the_course_wants_them(tmp_path):
    config = (
        "c.CourseDirectory.directory_structure = '{nbgrader_step}/{assignment_id}/{student_id}'\n"
        "c.CourseDirectory.source_directory = 'instructor'\n"
        "c.CourseDirectory.release_directory = 'students'\n"
        "c.CourseDirectory.submitted_directory = 'incoming'\n"
        "c.CourseDirectory.autograded_directory = 'out'\n"
        f"c.CourseDirectory.db_url = 'sqlite:///{tmp_path}/elsewhere.db'\n"
    )
    book = courses.notebook(courses.answer("f", "f = 0"), courses.test("t", 2, "assert f == 1"))
    root = courses.released(
        tmp_path / "c",
        {"b": book},
        config=config,
        source="instructor/ps1",
        gradebook=tmp_path / "elsewhere.db",
    )
    courses.hand_in(root, "ann", {"f": "f = 1"}, release="students/ps1", to="incoming/ps1/ann")
    course = find(root)
    assert (course.names(), students_with(course, "ps1")) == (["ps1"], (["ann"], []))
    assert graded(root)["ann"].automatic == 2.0
    assert (root / "out" / "ps1" / "ann" / "b.ipynb").is_file()
    assert (tmp_path / "elsewhere.db").is_file()
    assert not (root / "gradebook.db").exists()


def test_a_gradebook_is_found_whatever_its_address_says(tmp_path, monkeypatch):
    """An address may be relative to the course's folder, where nbgrader runs, and hold options."""
    config = "c.CourseDirectory.db_url = 'sqlite:///grades.db?timeout=20'\n"
    book = courses.notebook(courses.answer("f", "f = 0"), courses.test("t", 2, "assert f == 1"))
    root = courses.make(
        tmp_path / "c", {"one": book}, config=config, gradebook=tmp_path / "c" / "grades.db"
    )
    monkeypatch.chdir(root)
    courses.generate(root)
    courses.hand_in(root, "s", {"f": "f = 1"})
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert graded(root)["s"].automatic == 2
    assert find(root).gradebook_exists()
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_cell_may_ask_whether_it_is_being_graded_or_be_left_out(tmp_path):
    """NBGRADER_EXECUTION is set if the course speaks of it.

    Cells with the tag skip-execution are not run.
    """
    asks = "import os\nassert os.environ['NBGRADER_EXECUTION'] == 'autograde'"
    skipped = courses.read_only("skipped", "f = 0")
    skipped.metadata["tags"] = ["skip-execution"]
    book = courses.notebook(
        courses.answer("f", "f = 0"),
        skipped,
        courses.test("asks", 1, asks),
        courses.test("f_is_1", 1, "assert f == 1"),
    )
    root = courses.released(tmp_path / "c", {"b": book})
    courses.hand_in(root, "s", {"f": "f = 1"})
    assert graded(root)["s"].automatic == 2.0


def test_a_time_limit_of_the_course_holds(tmp_path):
    book = courses.notebook(
        courses.answer("f", "f = 0"), courses.test("t", 2, "f()"), courses.test("u", 1, "pass")
    )
    root = courses.released(
        tmp_path / "c", {"b": book}, config="c.ExecutePreprocessor.timeout = 30\n"
    )
    courses.hand_in(root, "s", {"f": "def f():\n    while True:\n        pass"})
    with hurried("f()"):
        found = graded(root)["s"]
    assert found.automatic == 1.0
    assert "took longer than 30 s" in found.reason


def test_another_language_is_refused_with_a_reason(tmp_path):
    r = {"name": "ir", "display_name": "R", "language": "R"}
    mine = courses.notebook(courses.answer("f", "f = 0"), courses.test("t", 2, "assert f == 1"))
    other = courses.notebook(
        courses.answer("g", "g <- 0"), courses.test("s", 2, "stopifnot(g == 1)"), kernel=r
    )
    root = courses.released(
        tmp_path / "c",
        {"b": mine, "r": other},
        config="c.ClearSolutions.code_stub = {'R': '#', 'python': '#'}\n",
    )
    courses.hand_in(root, "s", {"f": "f = 1", "g": "g <- 1"})
    found = graded(root)["s"]
    assert found.automatic == 2.0
    assert "ps1/r is written for the kernel 'ir'" in found.reason


@pytest.mark.parametrize(
    ("name", "refused"),
    [("conda-env-xyz-py", False), ("my kernel", False), ("ir", True), ("julia-1.9", True)],
)
def test_a_kernel_that_names_no_language_is_pythons_unless_it_is_known(tmp_path, name, refused):
    spec = {"name": name, "display_name": "mine"}
    book = courses.notebook(
        courses.answer("f", "f = 0"), courses.test("t", 2, "assert f == 1"), kernel=spec
    )
    book.metadata.pop("language_info", None)
    root = courses.released(tmp_path / "c", {"b": book})
    assert bool(find(root).assignment("ps1").refused) == refused


@pytest.mark.parametrize(
    ("metadata", "refused"),
    [
        ({}, False),
        ({"kernelspec": None, "language_info": None}, False),
        ({"kernelspec": "python3", "language_info": []}, False),
        ({"kernelspec": {"name": None, "language": None}}, False),
        ({"kernelspec": {"name": "bash-course-py"}}, False),
        ({"kernelspec": {"name": "xpython"}, "language_info": {"name": "python"}}, False),
        ({"kernelspec": {"name": "mine"}, "language_info": {"name": "julia"}}, True),
        ({"kernelspec": {"name": "bash"}}, True),
    ],
    ids=str,
)
def test_any_metadata_of_a_kernel_are_read_and_only_other_languages_are_refused(metadata, refused):
    book = nbformat.from_dict({"cells": [], "metadata": metadata})
    assert bool(_other_language(book, "ps1/b")) == refused


def test_metadata_of_an_old_nbgrader(tmp_path):
    book = courses.notebook(courses.answer("f", "f = 0"), courses.test("t", 2, "assert f == 1"))
    root = courses.released(tmp_path / "c", {"b": book})
    courses.hand_in(root, "s", {"f": "f = 1"})
    for path in (
        root / "release" / "ps1" / "b.ipynb",
        root / "submitted" / "s" / "ps1" / "b.ipynb",
    ):
        old = json.loads(path.read_text())
        for cell in old["cells"]:
            own = cell["metadata"].get("nbgrader")
            if own:
                own.pop("task", None)
                own["schema_version"] = 1
        path.write_text(json.dumps(old))
    assert graded(root)["s"].automatic == 2.0


def test_a_release_that_is_gone_is_made_again_apart(tmp_path):
    book = courses.notebook(courses.answer("f", "f = 0"), courses.test("t", 2, "assert f == 1"))
    root = courses.released(tmp_path / "c", {"b": book})
    courses.hand_in(root, "s", {"f": "f = 1"})
    shutil.rmtree(root / "release")
    assert graded(root)["s"].automatic == 2.0
    assert not (root / "release").exists()


def test_cells_of_ours_go_through_the_proxy_in_any_course(tmp_path):
    """Judge a notebook with both kinds, and one of ours that needs a name the judge lacks."""
    ours = {"exercise": "1", "names": ["double"], "forbid": []}
    asked = courses.answer("double", "def double(x):\n    return 0")
    asked.metadata["nbjudge"] = ours
    proxied = courses.test("proxied", 2, "checks.close(checks.call(double, 2), 4, what='double')")
    proxied.metadata["nbjudge"] = {"exercise": "1", "group": "a value", "kind": "visible"}
    unknown = courses.test("unknown", 1, "assert double(own) == 14")
    unknown.metadata["nbjudge"] = {"exercise": "1", "group": "another", "kind": "visible"}
    book = courses.notebook(
        courses.read_only("setup", "from nbjudge import checks"),
        courses.new_code_cell("own = 7"),
        asked,
        proxied,
        unknown,
        courses.test("beside", 1, "assert double(3) == 6"),
    )
    root = courses.released(tmp_path / "c", {"b": book})
    assert {g.grade_id: g.mode for g in find(root).assignment("ps1").checks} == {
        "proxied": "proxy", "unknown": "compat", "beside": "compat",
    }  # fmt: skip
    cheat = (
        "class Liar(int):\n    __eq__ = lambda self, other: True\ndef double(x):\n"
        "    return Liar(0)"
    )
    courses.hand_in(root, "right", {"double": "def double(x):\n    return 2 * x"})
    courses.hand_in(root, "liar", {"double": cheat})
    outcomes = graded(root)
    assert outcomes["right"].automatic == 4.0
    assert outcomes["liar"].automatic == 2.0  # only where nobody can help it


def test_a_cell_that_kills_python_costs_itself(tmp_path):
    book = courses.notebook(
        courses.answer("f", "f = 0"),
        courses.test("kills", 2, "f()"),
        courses.test("later", 1, "assert f is not None"),
    )
    root = courses.released(tmp_path / "c", {"b": book})
    courses.hand_in(root, "s", {"f": "import os\ndef f():\n    os._exit(0)"})
    found = graded(root)["s"]
    assert found.automatic == 1.0
    assert "the Python process ended" in found.reason


def test_a_wrong_folder_is_told_what_was_looked_for(tmp_path):
    (tmp_path / "empty").mkdir()
    for folder, told in (
        ("empty", "neither nbgrader_config.py nor a source/ folder"),
        ("none", "there is no folder"),
    ):
        result = printed(cli.app, ["grade", "ps1", "--course", str(tmp_path / folder)], code=1)
        assert told in " ".join(result.split())
    for name in ("Kurs [2026]", "100%", "$HOME"):
        (tmp_path / name / "source").mkdir(parents=True)
        with pytest.raises(ValueError, match=r"below a folder with a .* rename that folder"):
            find(tmp_path / name)
    for name in ("a[b", "a*b?", "$nothing here", "Übung #1 & 'more'"):
        (tmp_path / name / "source").mkdir(parents=True)
        assert find(tmp_path / name).root == tmp_path / name
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "nbgrader_config.py").write_text("c = get_config(\n")
    result = printed(cli.app, ["grade", "ps1", "--course", str(tmp_path / "broken")], code=1)
    assert "cannot be read" in " ".join(result.split())


@pytest.mark.parametrize(
    ("setup", "modules"),
    [
        ("import math", ()),
        ("import pandas as pd", ("pandas",)),
        ("%matplotlib inline\nfrom scipy import stats", ("scipy.stats", "matplotlib.pyplot")),
    ],
)
def test_only_modules_that_the_notebooks_mention_are_loaded_beforehand(tmp_path, setup, modules):
    book = courses.notebook(courses.read_only("setup", setup), courses.answer("f", "f = 1"))
    root = courses.released(tmp_path / "c", {"b": book})
    assert pool.modules_used(find(root), "ps1") == modules


@pytest.mark.parametrize(("setting", "at_once"), [('["ps1"]', 1), ("[]", 4)])
def test_checks_that_measure_time_are_run_one_at_a_time_where_the_course_asks(
    tmp_path, monkeypatch, setting, at_once
):
    root = courses.released(
        tmp_path / "c", {"squares": BOOK}, config=f"c.Judge.one_at_a_time = {setting}\n"
    )
    for student in ("ada", "bob", "cem", "dee"):
        courses.hand_in(root, student, {"square": SQUARE})
    asked = []

    def no_pool(*_, workers, **__):
        asked.append(workers)
        raise WallsMissing("no need to judge")

    monkeypatch.setattr("autograder.grading.grade.Pool", no_pool)
    with pytest.raises(WallsMissing):
        grade(find(root), "ps1", workers=4)
    assert asked == [at_once]


@pytest.mark.parametrize(
    ("setting", "scheduler", "message"),
    [
        ('["ps9"]', None, r"names 'ps9', which is not an assignment; available: ps1"),
        ('["ps1"]', "tcp://nowhere:1", r"one submission of ps1 at a time.*leave out --scheduler"),
    ],
)
def test_one_at_a_time_is_never_ignored_without_a_word(tmp_path, setting, scheduler, message):
    root = courses.make(
        tmp_path / "c", {"squares": BOOK}, config=f"c.Judge.one_at_a_time = {setting}\n"
    )
    with pytest.raises(ValueError, match=message):
        grade(find(root), "ps1", scheduler=scheduler)


def test_an_unknown_assignment_is_told_which_there_are(one_notebook):
    root, _ = one_notebook
    result = printed(cli.app, ["grade", "ps9", "--course", str(root)], code=1)
    assert "available: ps1" in " ".join(result.split())
    result = printed(cli.app, ["table", "ps1", "--course", str(root)])
    assert "11.5/11.5" in result


@pytest.mark.isolation
def test_behind_the_walls_the_scores_are_the_same(one_notebook):
    """Run all of `autograder grade --course`.

    A second time it has nothing to do, until the course's tests change.
    """
    root, outcomes = one_notebook
    again = grade(find(root), "ps1", trusted=True, workers=2)
    assert {found.student: found.automatic for found in again} == {
        s: found.automatic for s, found in outcomes.items()
    }
    seen = []
    assert grade(find(root), "ps1", trusted=True, progress=lambda *done: seen.append(done)) == again
    assert not seen
    path = root / "source" / "ps1" / "squares.ipynb"
    path.write_text(path.read_text().replace("== 100", "== 101"))
    courses.generate(root)
    (changed,) = grade(find(root), "ps1", ["right"], trusted=True)
    assert changed.automatic == 10.0


@pytest.mark.parametrize("command", sorted(cli.COMMANDS))
def test_every_command_takes_another_course(command):
    own = typer.main.get_command(cli.app).commands[command]
    assert "--course" in [option for each in own.params for option in each.opts]


def test_pages_and_copies_of_any_course_are_made_by_the_same_commands(one_notebook):
    course = find(one_notebook[0])
    shown = printed(cli.app, ["feedback", "ps1", "--course", str(course.root)])
    before, _, waiting = " ".join(shown.split()).partition("ps1: ")
    assert before
    assert all((course.root / page).is_file() for page in before.split())
    assert waiting.startswith("answers wait for manual grading, so this is not final: ")
    shown = printed(cli.app, ["similar", "ps1", "--course", str(course.root)])


def test_what_checks_show_beside_the_students_code_has_an_end_and_costs_no_points():
    """Sixty checks that a student lets show 8 MB each would fill the judge's memory."""
    checks = [courses.test(f"t{n}", 1, "assert f() == 1\n0.5") for n in range(8)]
    book = courses.notebook(courses.answer("f", "def f():\n    print('x' * 9000)\n    return 1"))
    book.cells += checks
    assignment = read_assignment(book, book, any_course="ps1")
    limits = Limits(notebook_bytes=30_000)
    report = judge(assignment, book, hidden=True, limits=limits, launcher=forked)
    shown = [json.dumps(report.cells[index]) for index in range(1, 9)]
    assert [len(text) > 9000 for text in shown] == [True] * 3 + [False] * 5
    assert "shows too much" in shown[-1]
    assert [check.score for check in report.checks] == [0.5] * 8
