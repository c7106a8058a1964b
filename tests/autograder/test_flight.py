"""Whenever a judge ends, every other submission is judged in the same run."""

from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import pytest

from autograder.grading.flight import Done, in_flight


class Judges:
    """Stand in for a pool: a pool that is broken refuses what is sent, and loses what it had."""

    def __init__(self):
        self.broken, self.begun, self.flying = False, 1, []

    def submit(self, student):
        if self.broken:
            raise BrokenProcessPool("a child process terminated abruptly")
        future = Future()
        self.flying.append((future, student))
        return future

    def finish_one(self):
        future, student = self.flying.pop(0)
        future.set_result(Done(student))

    def end(self):
        self.broken = True
        for future, _ in self.flying:
            future.set_exception(BrokenProcessPool("gone"))
        self.flying = []

    def begin_anew(self, flying):
        self.broken, self.begun, self.flying = False, self.begun + 1, []
        return flying


@pytest.mark.parametrize("most", [1, 2, 10])
@pytest.mark.parametrize("ends", [1, 2, 3])
def test_a_judge_that_ends_while_another_submission_is_written_costs_nobody_his_points(most, ends):
    judges, students = Judges(), [f"s{n}" for n in range(5)]
    submit, done = judges.submit, []

    def submit_and_finish(student):
        future = submit(student)
        judges.finish_one()
        return future

    run = in_flight(
        students,
        submit_and_finish,
        most=lambda: most,
        died=(BrokenProcessPool,),
        also_lost=judges.begin_anew,
    )
    for result in run:
        done.append(result)
        if len(done) == ends:
            judges.end()  # the caller is writing: nobody is there to catch it
    assert sorted(result.student for result in done) == students
    assert not any(result.error for result in done)


def test_a_pool_that_cannot_be_begun_anew_ends_the_run():
    judges = Judges()
    judges.broken = True
    run = in_flight(["s0"], judges.submit, most=lambda: 1, died=(BrokenProcessPool,))
    with pytest.raises(BrokenProcessPool):
        list(run)


def test_those_on_their_way_when_a_judge_ends_are_tried_alone_and_the_others_after_them():
    judges = Judges()

    def submit(student):
        future = judges.submit(student)
        if len(judges.flying) == 2 and judges.begun == 1:
            judges.end()
        elif judges.begun > 1:
            judges.finish_one()
        return future

    run = in_flight(
        ["s0", "s1", "s2", "s3"],
        submit,
        most=lambda: 3,
        died=(BrokenProcessPool,),
        also_lost=judges.begin_anew,
    )
    done = list(run)
    assert sorted(result.student for result in done) == ["s0", "s1", "s2", "s3"]
    assert not any(result.error for result in done)
