"""Whatever ends a grading, running it again ends where an undisturbed one would have."""

import multiprocessing
import os
import random
import re
import shutil
import sqlite3
import subprocess
import sys
import time

import pytest
from small import NAME, fill, grade_and_kill, picture, small_course

import autograder.grading.records
from autograder.grading.grade import Stopped, grade
from autograder.grading.judging import ended_after
from autograder.grading.pool import Done, Pool
from autograder.grading.records import Records
from autograder.releases.release import release

STRONGEST = "walls" if shutil.which("bwrap") else "process"


def scores(course):
    return {student: found[0] for student, found in picture(course).items()}


@pytest.mark.parametrize(
    ("number", "kills"),
    [(6, 2), pytest.param(60, 20, marks=pytest.mark.slow)],
    ids=["6-2", "60-20"],
)
def test_a_grading_killed_again_and_again_ends_like_an_undisturbed_one(tmp_path, number, kills):
    undisturbed, killed = small_course(tmp_path / "a"), small_course(tmp_path / "b")
    for course in (undisturbed, killed):
        fill(course, number)
    grade(undisturbed, NAME, isolation=STRONGEST, trusted=True)
    draw = random.Random(number)
    done = 0
    for _ in range(kills):
        wait = draw.choice([0.0, 0.05, 0.2, 0.6, 3.0])
        if not grade_and_kill(killed, STRONGEST, draw.randrange(2), wait):
            break
        done += 1
    assert done == kills, f"only {done} kills: it was done before the rest"
    outcomes = grade(killed, NAME, isolation=STRONGEST, trusted=True)
    assert picture(killed) == picture(undisturbed)
    assert [o.automatic for o in outcomes] == [
        o.automatic for o in grade(undisturbed, NAME, trusted=True)
    ]
    with sqlite3.connect(killed.runtime / "gradebook.db") as db:
        assert db.execute("SELECT COUNT(*) FROM submitted_assignment").fetchone()[0] == number


@pytest.fixture
def course(tmp_path):
    course = small_course(tmp_path / "course")
    fill(course, 3)
    return course


def test_a_locked_gradebook_stops_the_grading_and_nothing_is_judged_twice(course, monkeypatch):
    """What was judged waits in the records, and the next run only writes it."""
    monkeypatch.setattr("autograder.grading.writer.PATIENCE", 0.0)
    lock = sqlite3.connect(
        course.runtime / "gradebook.db", isolation_level=None, check_same_thread=False
    )

    def lock_it(student, number, total):
        lock.execute("BEGIN EXCLUSIVE")

    with pytest.raises(
        Stopped, match=r"another program .* has locked the gradebook.*run the same command again"
    ):
        grade(course, NAME, isolation="process", progress=lock_it)
    with pytest.raises(Stopped, match="has locked the gradebook"):
        grade(course, NAME, isolation="process")
    lock.close()
    stages = {
        student: Records(course.records).stage(student, NAME) for student in ("s00", "s01", "s02")
    }
    assert sorted(stage.stage for stage in stages.values() if stage) == ["judged", "written"]
    before = judgings(course)
    grade(course, NAME, isolation="process")
    assert judgings(course).items() >= before.items()
    assert scores(course) == {"s00": 80, "s01": 40, "s02": 40}


def judgings(course):
    with sqlite3.connect(course.records) as db:
        return {row[0]: row for row in db.execute("SELECT student, at, seconds FROM judged")}


def test_a_full_disk_is_told_and_the_grading_goes_on_when_there_is_room(course, tmp_path):
    """On a disk of 3 MB that somebody has filled."""
    if (
        os.getuid() != 0
        or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode
    ):
        pytest.skip("a small disk can only be mounted by root")
    script = tmp_path / "run.py"
    script.write_text(
        f"""
import shutil, sys
from pathlib import Path
from autograder.courses.own import OwnCourse
from autograder.grading.grade import Stopped, grade
if __name__ == "__main__":
    course = OwnCourse(Path(sys.argv[1]))
    room = shutil.disk_usage(course.root).free
    (course.root / "filler").write_bytes(bytes(room - 20_000))
    try:
        grade(course, "{NAME}", isolation="process")
    except Stopped as stopped:
        print(stopped)
    (course.root / "filler").unlink()
    print([(o.student, o.automatic) for o in grade(course, "{NAME}", isolation="process")])
"""
    )
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = (
        f"mount -t tmpfs -o size=3m none {disk} && cp -a {course.root}/. {disk}/ "
        f"&& exec {sys.executable} {script} {disk}"
    )
    run = subprocess.run(["unshare", "--mount", "sh", "-c", mount], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    first, second = run.stdout.strip().splitlines()
    assert "the disk is full. Free some space, then run the same command again" in first
    assert second == "[('s00', 80.0), ('s01', 40.0), ('s02', 40.0)]"


@pytest.mark.parametrize("content", ["", "no secret", "ab"])
def test_a_damaged_secret_is_told_before_anything_is_judged(course, content):
    (course.runtime / ".secret").write_text(content)
    with pytest.raises(ValueError, match=r"\.secret is empty or damaged.*Restore it from a backup"):
        grade(course, NAME, isolation="process")
    assert not course.submitted.exists()


def test_two_gradings_at_once_would_get_into_each_others_way(course):
    lock = open(course.runtime / ".grading.lock", "a")  # noqa: SIM115
    import fcntl

    fcntl.flock(lock, fcntl.LOCK_EX)
    with pytest.raises(Stopped, match="another command is grading this course"):
        grade(course, NAME, isolation="process")
    lock.close()
    assert len(grade(course, NAME, isolation="process")) == 3


def test_a_judge_process_that_is_killed_costs_only_time(course):
    def kill_one(student, number, total):
        if number == 1:
            os.kill(multiprocessing.active_children()[0].pid, 9)

    found = grade(course, NAME, isolation="process", progress=kill_one)
    assert [o.automatic for o in found] == [80, 40, 40]


class Fatal(Pool):
    """A pool in which one submission ends every judge process that takes it."""

    @staticmethod
    def _task(course, name, student):
        if student == "s01":
            os._exit(9)
        return Done(student)


class Stuck(Pool):
    """A pool in which one submission keeps its judge busy in C."""

    @staticmethod
    def _task(course, name, student):
        with ended_after(1.0 if student == "s01" else 600.0):
            if student == "s01":
                re.match("(a+)+$", "a" * 60 + "b")
        return Done(student)


@pytest.mark.parametrize("kind", [Fatal, Stuck])
def test_a_submission_that_ends_every_judge_is_found_and_the_others_are_judged(course, kind):
    students = [f"s{k:02}" for k in range(6)]
    with kind(course, NAME, workers=2, isolation="process", trusted=True) as pool:
        found = {done.student: done.error for done in pool.judge(students)}
    assert sorted(found) == students
    assert {student for student, error in found.items() if error} == {"s01"}
    assert "the judge's process ended twice" in found["s01"]


def test_a_clock_that_jumps_changes_no_score(course, monkeypatch):
    """A clock that nobody can set counts deadlines; the time of day is only written down."""
    years = iter(range(1_000_000))
    monkeypatch.setattr(time, "time", lambda: 1e9 * (-1) ** next(years) + 2e9)
    monkeypatch.setattr(
        autograder.grading.records, "_now", lambda: f"{2100 - next(years)}-01-01T00:00:00+00:00"
    )
    assert [o.automatic for o in grade(course, NAME, isolation="process")] == [80, 40, 40]


def test_a_gradebook_that_was_removed_is_filled_again(course):
    grade(course, NAME, isolation="process")
    before = scores(course)
    (course.runtime / "gradebook.db").unlink()
    with pytest.raises(FileNotFoundError, match=r"restore .* from a copy.*manual marks"):
        grade(course, NAME, isolation="process")
    release(course, NAME)
    grade(course, NAME, isolation="process")
    assert scores(course) == before == {"s00": 80, "s01": 40, "s02": 40}
