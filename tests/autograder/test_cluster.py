"""Test that a grading on a cluster ends as a grading here: the same scores, the same records.

This holds whatever happens to the workers on the way.
"""

import logging
import os
import shutil

import deadly
import pytest
from clusters import kill_a_worker, two_workers
from commands import printed
from distributed import Client
from small import NAME, fill, picture, small_course

from autograder import cli
from autograder.cluster.job import Contract, Job
from autograder.cluster.pool import ClusterPool
from autograder.courses.own import OwnCourse
from autograder.grading.grade import grade
from autograder.grading.records import Records
from autograder.grading.writer import Stopped
from autograder.intake import take_in
from autograder.isolation import WallsMissing

STRONGEST = "walls" if shutil.which("bwrap") else "process"


@pytest.fixture(scope="module")
def scheduler():
    with two_workers() as address:
        yield address


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return small_course(tmp_path_factory.mktemp("released"))


@pytest.fixture
def course(released, tmp_path):
    return copied(released, tmp_path / "course")


def copied(course, root):
    shutil.copytree(course.root, root)
    return OwnCourse(root)


def test_a_worker_that_is_killed_costs_nothing_but_time(scheduler, released, course, tmp_path):
    here, there = copied(released, tmp_path / "here"), course
    fill(here, 8)
    fill(there, 8)
    grade(here, NAME, isolation=STRONGEST, trusted=True)
    told = []

    def kill_one(student, number, total):
        if number == 2:
            kill_a_worker(scheduler)

    outcomes = grade(
        there,
        NAME,
        isolation=STRONGEST,
        trusted=True,
        scheduler=scheduler,
        progress=kill_one,
        tell=told.append,
    )
    assert picture(there) == picture(here)
    assert [outcome.automatic for outcome in outcomes] == [80, 40, 40, 40, 0, 80, 40, 40]
    assert len(told) == 1
    assert "Isolation: " in told[0]
    level = Records(here.records).isolation("s00", NAME)
    assert {Records(there.records).isolation(f"s{k:02}", NAME) for k in range(4)} == {level}
    assert [o.automatic for o in grade(there, NAME, isolation=STRONGEST, trusted=True)] == [
        o.automatic for o in outcomes
    ]


@pytest.mark.parametrize("task", [deadly.ends_the_worker, deadly.ends_the_judge])
def test_a_submission_that_ends_every_worker_is_found_and_the_others_are_judged(
    scheduler, task, course, monkeypatch
):
    monkeypatch.setattr(ClusterPool, "_task", staticmethod(task))
    fill(course, 4)
    students = [f"s{k:02}" for k in range(4)]
    with ClusterPool(course, NAME, scheduler=scheduler, isolation="process", trusted=True) as pool:
        found = {done.student: done.error for done in pool.judge(students)}
    assert sorted(found) == students
    assert {student for student, error in found.items() if error} == {"s01"}
    assert "the judge's process ended twice" in found["s01"]


def test_a_worker_without_walls_ends_the_grading_and_does_not_grade_without(scheduler, course):
    """As on one machine, strangers' code waits for walls and our own code does not.

    The level is stored with every score.
    """
    fill(course, 1)
    with Client(scheduler, set_as_default=False) as client:
        client.restart()
        path = next(iter(client.run(os.getenv, "PATH").values()))
        client.run(os.putenv, "PATH", "/nowhere")
        client.run(os.environ.__setitem__, "PATH", "/nowhere")
        try:
            with pytest.raises(
                WallsMissing,
                match=r"on .* \(process \d+\): "
                r".*cannot be isolated behind walls on this machine: missing here: bwrap",
            ):
                grade(course, NAME, scheduler=scheduler)
            assert Records(course.records).stage("s00", NAME) is None
            (found,) = grade(course, NAME, scheduler=scheduler, trusted=True)
        finally:
            client.run(os.environ.__setitem__, "PATH", path)
    assert found.automatic == 80
    assert Records(course.records).isolation("s00", NAME) == "process"


def test_no_workers_and_no_scheduler_are_told(course, monkeypatch):
    from distributed import LocalCluster

    fill(course, 1)
    monkeypatch.setattr("autograder.cluster.pool.WORKERS", 0.5)
    with (
        LocalCluster(n_workers=0, dashboard_address=None, silence_logs=logging.CRITICAL) as empty,
        pytest.raises(Stopped, match="has no workers"),
    ):
        grade(course, NAME, scheduler=empty.scheduler_address)
    with pytest.raises(ConnectionError, match="no Dask scheduler answers at tcp://nowhere"):
        grade(course, NAME, scheduler="nowhere")
    ran = printed(
        cli.app, ["grade", NAME, "--course", str(course.root), "--scheduler", "nowhere"], code=1
    )
    assert "no Dask scheduler answers at tcp://nowhere" in ran.replace("\n", " ")


def test_what_travels_holds_no_secret_and_nothing_of_others(course):
    fill(course, 2)
    take_in(course, NAME, "s00")
    contract = Contract.of(course, NAME)
    job = Job.of(course, contract, "s00")
    sent = contract.packed() + repr(job).encode()
    assert (course.runtime / ".secret").read_bytes() not in sent
    assert str(course.root).encode() not in sent
    assert b"s01" not in sent
    assert set(job.seeds.values()) == {course.seed("s00", NAME, *which) for which in job.seeds}
