"""Commands that come too early, or whose gradebook is gone, say what to run first.

None of them makes an empty gradebook.
"""

import shutil

import pytest
from commands import printed
from nbgrader.api import Gradebook
from small import NAME, answers, hand_in, small_course
from typer.testing import CliRunner

from autograder import cli
from autograder.courses.own import OwnCourse
from autograder.grading.grade import grade
from autograder.grading.records import Records
from autograder.grading.students import forget

UNKNOWN = (
    f"does not know {NAME} yet: run `autograder release {NAME}`, then `autograder grade {NAME}`"
)
UNGRADED = f"no submission to {NAME} is graded yet: run `autograder grade {NAME}`"
LOOKING = (
    "table {name}",
    "report {name}",
    "feedback {name}",
    "feedback {name} --student ada",
    "export {name} --csv x.csv",
)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return small_course(tmp_path_factory.mktemp("released"))


@pytest.fixture
def course(released, tmp_path, monkeypatch):
    """A course that was released, with a submission in its inbox; nothing is graded."""
    shutil.copytree(released.root, tmp_path, dirs_exist_ok=True)
    course = OwnCourse(tmp_path)
    hand_in(course, "ada", answers(course))
    monkeypatch.chdir(tmp_path)
    return course


def lose(course):
    (course.runtime / "gradebook.db").unlink()


def message(command, name=NAME):
    """The message with which the command stops."""
    ran = CliRunner().invoke(cli.app, command.format(name=name).split())
    assert ran.exit_code == 1, ran.output
    assert isinstance(ran.exception, SystemExit), ran.exception
    return ran.output.strip()


@pytest.mark.parametrize("command", ["grade {name}", *LOOKING])
def test_before_release(course, command):
    """As in a fresh clone, with course/ but no gradebook. Nothing is judged in vain."""
    lose(course)
    assert message(command).endswith(UNKNOWN)
    assert not course.gradebook_exists()
    assert Records(course.records).scores("ada", NAME) == []


@pytest.mark.parametrize("command", LOOKING)
def test_before_grading(course, command):
    assert message(command) == UNGRADED


def test_exporting_all_before_anything_is_graded(course):
    assert (
        message("export --csv x.csv")
        == "no submission has been graded yet: run `autograder grade NAME`"
    )
    lose(course)
    assert (
        message("export --csv x.csv")
        == "no submission has been graded yet: run `autograder grade NAME`"
    )
    assert not course.gradebook_exists()
    assert not (course.root / "x.csv").exists()


def test_before_anything_was_taken_in(course):
    assert (
        message("similar {name}")
        == f"no submission to {NAME} has been read yet: run `autograder grade {NAME}`"
    )
    lose(course)
    assert (
        message("similar {name}")
        == f"no submission to {NAME} has been read yet: run `autograder grade {NAME}`"
    )
    assert not course.gradebook_exists()


@pytest.mark.parametrize("command", ["release {name}", "grade {name}", *LOOKING, "similar {name}"])
def test_an_assignment_that_does_not_exist(course, command):
    assert (
        message(command, "99_nothing")
        == f"no assignment '99_nothing' in {course.solutions}; available: {NAME}"
    )


def test_a_gradebook_of_another_version(course):
    """As after an update of the course: a question is new, or has other points."""
    for change in ("points", "name"):
        with Gradebook(course.gradebook) as gradebook:
            cell = gradebook.find_graded_cell("ex1-number", NAME, NAME)
            cell.max_score, cell.name = (
                (1.0, cell.name) if change == "points" else (cell.max_score, "ex1-old")
            )
            gradebook.db.commit()
        assert message("grade {name}").endswith(
            f"has another version of {NAME}: run `autograder release {NAME}`, "
            f"then `autograder grade {NAME}`"
        )
        printed(cli.app, ["release", NAME])
    assert [outcome.automatic for outcome in grade(course, NAME, isolation="process")] == [80]


def test_a_gradebook_that_is_gone_and_one_that_is_damaged(course):
    """After release and grade everything is there again."""
    before = grade(course, NAME, isolation="process")
    path = course.runtime / "gradebook.db"
    whole = path.read_bytes()
    for command in ("grade {name}", *LOOKING):
        path.unlink(missing_ok=True)
        lost = message(command)
        assert f"submissions to it were graded here: restore {path} from a copy" in lost
        assert lost.endswith(f"to start without them, {UNKNOWN.partition('yet: ')[2]}")
        assert not path.exists()
        path.write_bytes(b"no gradebook" * 1000)
        damaged = message(command)
        assert f"{path} cannot be read" in damaged
        remedy = f"delete it and run `autograder release {NAME}`, then `autograder grade {NAME}`"
        assert remedy in damaged
        path.write_bytes(whole)
    assert grade(course, NAME, isolation="process") == before
    path.unlink()
    printed(cli.app, ["release", NAME])
    assert message("table {name}") == UNGRADED
    assert message("feedback {name}") == UNGRADED
    assert grade(course, NAME, isolation="process") == before


def test_feedback_of_a_student_whom_the_gradebook_does_not_have(course):
    hand_in(course, "bob", answers(course))
    grade(course, NAME, isolation="process")
    assert message("feedback {name} --student eve").startswith(
        f"no submission of eve to {NAME} is graded yet: run"
    )
    with Gradebook(course.gradebook) as gradebook:
        gradebook.remove_submission(NAME, "bob")
    assert message("feedback {name}") == (
        f"the gradebook no longer has a submission of bob to {NAME}: run `autograder grade {NAME}`"
    )


def test_nobody_is_forgotten_from_a_gradebook_that_is_not_there(course):
    lose(course)
    assert list(forget(course, ["ada"])) == []
    assert not course.gradebook_exists()
    assert not (course.inbox / "ada").exists()
