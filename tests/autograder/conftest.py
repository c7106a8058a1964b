"""A course of its own for the tests of grading: the reader's gradebook is never touched."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from submissions import copy_course


@pytest.fixture(scope="session", autouse=True)
def programs():
    """nbgrader calls alembic by name."""
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


@pytest.fixture(scope="session")
def graded_once(tmp_path_factory):
    """The course after `make grade`: (course, outcomes by student)."""
    from autograder.courses.own import OwnCourse
    from autograder.grading.grade import grade
    from autograder.grading.students import bring_examples
    from autograder.releases.release import release

    course = OwnCourse(copy_course(tmp_path_factory.mktemp("graded")))
    assert release(course, "01_invariant").changed == []
    outcomes = grade(course, "01_invariant", bring_examples(course, "01_invariant"), trusted=True)
    return course, {outcome.student: outcome for outcome in outcomes}


@pytest.fixture(scope="module")
def graded(graded_once, tmp_path_factory):
    """Copy the graded course for each file of tests, so that none sees another's changes."""
    from autograder.courses.own import OwnCourse

    course, outcomes = graded_once
    copy = shutil.copytree(course.root, tmp_path_factory.mktemp("graded") / "course")
    return OwnCourse(copy), outcomes


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
