"""A course of its own for the tests of grading: the reader's gradebook is never touched."""

import os
import pickle
import shutil
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from submissions import copy_course


@pytest.fixture(scope="session", autouse=True)
def programs():
    """nbgrader calls alembic by name."""
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


@pytest.fixture(scope="session")
def graded_once(tmp_path_factory):
    """The course after `make grade`: (course, outcomes by student).

    The processes of one run of tests share it: the first that needs it grades.
    """
    from autograder.courses.own import OwnCourse
    from autograder.grading.grade import grade
    from autograder.grading.students import bring_examples
    from autograder.releases.release import release

    run = tmp_path_factory.getbasetemp()
    run = run.parent if "PYTEST_XDIST_WORKER" in os.environ else run
    kept = run / "graded.pickle"
    with FileLock(f"{kept}.lock"):
        if not kept.is_file():
            course = OwnCourse(copy_course(tmp_path_factory.mktemp("graded")))
            assert release(course, "01_invariant").changed == []
            students = bring_examples(course, "01_invariant")
            outcomes = grade(course, "01_invariant", students, trusted=True)
            by_student = {outcome.student: outcome for outcome in outcomes}
            kept.write_bytes(pickle.dumps((course.root, by_student)))
        root, by_student = pickle.loads(kept.read_bytes())
    return OwnCourse(root), by_student


@pytest.fixture(scope="module")
def graded(graded_once, tmp_path_factory):
    """Copy the graded course for each file of tests, so that none sees another's changes."""
    from autograder.courses.own import OwnCourse

    course, outcomes = graded_once
    copy = shutil.copytree(course.root, tmp_path_factory.mktemp("graded") / "course")
    return OwnCourse(copy), outcomes


@pytest.fixture
def at_once(monkeypatch):
    """Grade and release without running anything; gives the list of who has been judged."""
    from at_once import judge_at_once

    return judge_at_once(monkeypatch)


@pytest.fixture(scope="session")
def released_once(tmp_path_factory):
    """The folder of a small course that was released, and never graded: copy it."""
    from at_once import judge_at_once
    from small import small_course

    with pytest.MonkeyPatch.context() as patch:
        judge_at_once(patch)
        return small_course(tmp_path_factory.mktemp("released") / "course").root


@pytest.fixture
def small(released_once, tmp_path):
    """A released small course of one's own, which is graded without running anything."""
    from autograder.courses.own import OwnCourse

    return OwnCourse(shutil.copytree(released_once, tmp_path / "course"))


@pytest.fixture(scope="session")
def changed_once(released_once, tmp_path_factory):
    """Change a small course by a function, once for each function; returns the course's folder."""
    from autograder.courses.own import OwnCourse

    folders: dict = {}

    def folder(change):
        if change not in folders:
            root = shutil.copytree(released_once, tmp_path_factory.mktemp("changed") / "course")
            change(OwnCourse(root))
            folders[change] = root
        return folders[change]

    return folder


@pytest.fixture
def small_after(changed_once, tmp_path, at_once):
    """A small course of one's own after a function has graded in it: only the first test pays."""
    from autograder.courses.own import OwnCourse

    def course(change):
        root = changed_once(change)
        at_once.clear()
        return OwnCourse(shutil.copytree(root, tmp_path / "course"))

    return course


@pytest.fixture
def desk(tmp_path):
    """One student's place in the inbox of a small course."""
    from submissions import Desk, small_course

    return Desk(small_course(tmp_path))


@pytest.fixture(scope="session")
def walls():
    """The strongest level that this machine holds, with its zygote kept warm for the whole run."""
    from autograder.courses.own import OwnCourse
    from autograder.isolation import choose

    level = choose(warm_up=OwnCourse.warm_up)
    yield level
    level.close()
