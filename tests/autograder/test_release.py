"""Test that course/ is made of solutions/ and holds nothing that students must not see.

Bad notebooks are refused by name.
"""

import json
import re
from pathlib import Path

import labs
import pytest

from autograder.courses.own import OwnCourse
from autograder.releases.contract import check_contract
from autograder.releases.release import ReleaseError, migrate, release, release_pages
from nbjudge import read_assignment
from nbjudge.contract.notebooks import as_released

ROOT = Path(__file__).parents[2]
NAMES = OwnCourse(ROOT).names()


def cells(path):
    return json.loads(path.read_text())["cells"]


@pytest.mark.parametrize(
    "name",
    [
        name if name == "01_invariant" else pytest.param(name, marks=pytest.mark.slow)
        for name in NAMES
    ],
)
def test_the_committed_course_is_what_a_release_gives(name, tmp_path):
    release(OwnCourse(ROOT), name, into=tmp_path)
    made = {
        p.relative_to(tmp_path): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()
    }
    committed = ROOT / "course"
    held = {
        p.relative_to(committed): p.read_bytes()
        for p in (committed / name).rglob("*")
        if p.is_file()
    }
    assert made.keys() == held.keys()
    assert all(made[path] == held[path] for path in made), "run `make release` and commit course/"


def test_the_committed_pages_are_those_of_the_instructor(tmp_path):
    pages = {p.name: p.read_text() for p in (ROOT / "solutions").glob("*.md")}
    assert {"formulas.md", "glossary.md", "notation.md"} <= pages.keys()
    assert {p.name: p.read_text() for p in (ROOT / "course").glob("*.md")} == pages, (
        "run `make release`"
    )
    assert release_pages(OwnCourse(ROOT), into=tmp_path) == sorted(pages)
    (tmp_path / "old.md").write_text("gone from solutions/")
    (tmp_path / "01_invariant").mkdir()
    assert release_pages(OwnCourse(ROOT), into=tmp_path) == ["old.md"]
    assert (tmp_path / "01_invariant").is_dir()


def test_notebooks_with_the_old_metadata_are_refused_and_migrated(tmp_path):
    (tmp_path / "solutions" / "01_invariant").mkdir(parents=True)
    ours = (ROOT / "solutions" / "01_invariant" / "01_invariant.ipynb").read_text()
    path = tmp_path / "solutions" / "01_invariant" / "01_invariant.ipynb"
    path.write_text(ours.replace('"nbjudge": {', '"lazyrich": {'))
    assert "`autograder migrate` renames it" in check_contract(path)[0]
    changed = migrate(OwnCourse(tmp_path))["01_invariant"]
    assert changed > 20
    assert not check_contract(path)
    assert migrate(OwnCourse(tmp_path)) == {"01_invariant": 0}


SECRET = re.compile("### BEGIN (SOLUTION|HIDDEN TESTS)(.*?)### END", re.S)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_leaks(name):
    """No line of a solution, a model answer or a hidden test is released.

    Lines that are shown elsewhere anyway are no secret.
    """
    source = "\n".join(
        "".join(cell["source"]) for cell in cells(ROOT / "solutions" / name / f"{name}.ipynb")
    )
    open_text = SECRET.sub("", source)
    secret = [line.strip() for _, part in SECRET.findall(source) for line in part.splitlines()]
    secret = [line for line in secret if len(line) >= 25 and line not in open_text]
    assert len(secret) > 5
    released = cells(ROOT / "course" / name / f"{name}.ipynb")
    text = "\n".join("".join(cell["source"]) for cell in released)
    assert [line for line in secret if line in text] == []
    assert not SECRET.search(text)
    # In 08 students plan a study of their own, and see beforehand how a plan and a report are
    # marked.
    assert ("Rubric" in text) == (name == "08_grokking")


@pytest.mark.parametrize("name", NAMES)
def test_the_rubric_is_for_graders_only(name):
    """Each manually graded cell has one that adds up; the students' copy has no line of it."""
    questions = read_assignment(ROOT / "solutions" / name / f"{name}.ipynb").manual
    released = (ROOT / "course" / name / f"{name}.ipynb").read_text()
    assert bool(questions) == (name != "00_start")
    assert '"rubric"' not in released
    for question in questions:
        assert sum(item.points for item in question.rubric) == question.points
        assert len(question.model) > 300
        for item in question.rubric:
            assert json.dumps(item.text, ensure_ascii=False)[1:-1] not in released


def test_a_rubric_is_in_the_contract_and_not_in_a_release():
    book = labs.source()
    lines = [{"points": 3, "text": "names the *reason*"}, {"points": 2, "text": "is clear"}]
    labs.cell(book, "essay")["metadata"]["nbjudge"] = {"rubric": lines}
    labs.cell(book, "essay")["source"] = "Why?\n### BEGIN SOLUTION\nSo.\n### END SOLUTION"
    (question,) = read_assignment(book).manual
    assert [(item.points, item.text) for item in question.rubric] == [
        (3, "names the *reason*"),
        (2, "is clear"),
    ]
    assert question.model == "So."
    (released,) = read_assignment(as_released(book)).manual
    assert (released.rubric, released.model) == ((), "")
    assert "nbjudge" not in labs.cell(as_released(book), "essay")["metadata"]


@pytest.mark.parametrize("name", NAMES)
def test_the_students_copy_invites_an_answer(name):
    for cell in cells(ROOT / "course" / name / f"{name}.ipynb"):
        nbjudge = cell["metadata"].get("nbjudge", {})
        source = "".join(cell["source"])
        if "names" in nbjudge:
            assert (
                f'raise NotImplementedError("Exercise {nbjudge["exercise"]}: your code goes here")'
                in source
            )
            assert '"""' in source, "the docstring stays"
        if nbjudge.get("kind") == "hidden":
            assert source.startswith(f"# Exercise {nbjudge['exercise']}, checked at grading")


@pytest.fixture
def broken(tmp_path):
    """A copy of 01_invariant to break: change(grade id, function of the cell) -> course."""
    source = ROOT / "solutions" / "01_invariant" / "01_invariant.ipynb"
    target = tmp_path / "solutions" / "01_invariant" / "01_invariant.ipynb"
    target.parent.mkdir(parents=True)

    def change(grade_id, edit):
        notebook = json.loads(source.read_text())
        for cell in notebook["cells"]:
            cell["source"] = "".join(cell["source"])
            if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id:
                edit(cell)
        target.write_text(json.dumps(notebook))
        return OwnCourse(tmp_path)

    return change


def replaced(old, new):
    def edit(cell):
        assert old in cell["source"]
        cell["source"] = cell["source"].replace(old, new)

    return edit


def points(number):
    return lambda cell: cell["metadata"]["nbgrader"].update(points=number)


def rubric(*lines):
    made = [{"points": number, "text": text} for number, text in lines]
    return lambda cell: cell["metadata"].setdefault("nbjudge", {}).update(rubric=made)


@pytest.mark.parametrize(
    ("where", "edit", "reason"),
    [
        (
            "ex1-finite-differences",
            points(8),
            "expected 80 by checks and 20 graded manually, got 81 and 20",
        ),
        (
            "ex2-known-cases",
            replaced("checks.passed()", ""),
            r"\(ex2-known-cases\): a visible test must end with checks.passed",
        ),
        (
            "ex2-known-cases",
            replaced("check.known", "%time check.known"),
            r"\(ex2-known-cases\).*plain Python",
        ),
        (
            "ex2-known-cases",
            replaced("conserved_delta", "my_secret_helper"),
            "ex2-known-cases: uses my_secret_helper",
        ),
        (
            "ex2-unequal-rates",
            replaced("### END HIDDEN TESTS", ""),
            r"\(ex2-unequal-rates\): the whole source of a hidden test",
        ),
        ("ex2-answer", replaced("### BEGIN SOLUTION", ""), r"\(ex2-answer\)"),
        (
            "essay",
            rubric((6, "a"), (5, "b")),
            "essay: the rubric adds up to 11 points, .* is worth 20",
        ),
        ("essay", rubric((20, " ")), r"\(essay\): metadata.nbjudge.rubric must list"),
        ("essay", rubric((25, "a"), (-5, "b")), r"\(essay\): metadata.nbjudge.rubric must list"),
        ("essay", rubric((True, "a"), (19, "b")), r"\(essay\): metadata.nbjudge.rubric must list"),
        (
            "ex2-known-cases",
            rubric((5, "a")),
            r"\(ex2-known-cases\): has a rubric, but this cell is not manually graded",
        ),
        (
            "ex2-answer",
            replaced("def conserved_delta", "def other_name"),
            r"\(ex2-answer\): does not define conserved_delta",
        ),
        (
            "ex2-answer",
            lambda cell: cell["metadata"]["nbjudge"].update(names=["len"]),
            "hides Python's own len",
        ),
        (
            "ex2-answer",
            lambda cell: cell["metadata"]["nbjudge"].update(names=["checks"]),
            "also set by the locked cell",
        ),
        (
            "ex2-batches",
            lambda cell: cell["metadata"]["nbgrader"].update(grade_id="ex2-known-cases"),
            "used twice",
        ),
        (
            "ex2-known-cases",
            lambda cell: cell.update(outputs=[{"output_type": "stream"}]),
            "has outputs",
        ),
    ],
)
def test_a_notebook_that_breaks_the_contract_is_refused(broken, where, edit, reason):
    course = broken(where, edit)
    problems = check_contract(course.source("01_invariant"))
    assert any(re.search(reason, problem) for problem in problems), problems


@pytest.mark.parametrize(
    ("where", "edit", "reason"),
    [
        (
            "ex2-answer",
            replaced("eta_w * np.asarray", "eta_a * np.asarray"),
            "ex2-unequal-rates: the solution itself does not pass",
        ),
        (
            "ex6-other-stories",
            lambda cell: cell.update(
                source="### BEGIN HIDDEN TESTS\nassert True\n### END HIDDEN TESTS"
            ),
            "ex6-other-stories: the empty answer passes",
        ),
    ],
)
def test_tests_that_do_not_work_are_refused(broken, where, edit, reason):
    course = broken(where, edit)
    with pytest.raises(ReleaseError, match=reason):
        release(course, "01_invariant", into=course.root / "out")


def test_an_unknown_assignment_is_answered_with_those_there_are():
    with pytest.raises(FileNotFoundError, match="available: 00_start, 01_invariant"):
        release(OwnCourse(ROOT), "99_nothing")
