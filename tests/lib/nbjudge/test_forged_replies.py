"""Forge a worker's replies, in any field of any message: each costs at most the call it answers."""

import json

import labs
import nbformat
import numpy as np
import pytest
from forger import HONEST, Forger, kind_of
from labs import grade, submission

from autograder.feedback_pages.sanitize import clean_outputs
from nbjudge import Limits

LIMITS = Limits(grace=0.1)


def nested(depth: int):
    value = 1.0
    for _ in range(depth):
        value = [value]
    return value


# One of each kind that can cross, and of each kind that is none of what a field should hold.
ODD = {
    "nothing": None,
    "a truth value": True,
    "an integer": -5,
    "an integer of 4400 digits": 10**4400,
    "NaN": float("nan"),
    "a complex number": 1j,
    "an empty text": "",
    "a long text": "x" * 100_000,
    "strange text": "\x00\x1b[2J\u202e\U0010ffff",
    "bytes": b"\xff",
    "an array": np.array([1.0, np.nan]),
    "an empty array": np.zeros((0, 3)),
    "an array without axes": np.array(True),
    "a list": [1, "a", None],
    "an empty list": [],
    "a tuple": (1, (2,)),
    "a dictionary": {"a": 1},
    "a dictionary with other keys": {1: 2, (1, 2): [3], None: 4, b"": 5},
    "nested as deep as a value may be": nested(30),
    "nested deeper": nested(34),
    "arrays in lists": [[np.zeros(2)], [np.zeros(3)]],
}
# name: (kind of message, how a value gets into its reply)
STREAM = {"output_type": "stream", "name": "stdout", "text": "x"}
RESULT = {
    "output_type": "execute_result",
    "data": {"text/plain": "1"},
    "metadata": {},
    "execution_count": 1,
}
ERROR = {"output_type": "error", "ename": "E", "evalue": "", "traceback": []}
PLACES = {
    "the reply to a cell": ("cell", lambda v: v),
    "outputs": ("cell", lambda v: {"outputs": v, "error": None, "count": 1}),
    "an output": ("cell", lambda v: {"outputs": [v, STREAM], "error": None, "count": 1}),
    **{
        f"{key} of {name}": ("cell", lambda v, o=output, k=key: {"outputs": [{**o, k: v}]})
        for name, output in (("a stream", STREAM), ("a result", RESULT), ("an error", ERROR))
        for key in output
    },
    "a line of a traceback": ("cell", lambda v: {"outputs": [{**ERROR, "traceback": [v]}]}),
    "a picture": ("cell", lambda v: {"outputs": [{**RESULT, "data": {"image/png": v}}]}),
    "some JSON": ("cell", lambda v: {"outputs": [{**RESULT, "data": {"application/json": v}}]}),
    "metadata of a picture": ("cell", lambda v: {"outputs": [{**RESULT, "metadata": {"a": v}}]}),
    "the error of a cell": ("cell", lambda v: {"outputs": [], "error": v, "count": 1}),
    "its class": ("cell", lambda v: {"outputs": [], "error": [v, "x"], "count": 1}),
    "its text": ("cell", lambda v: {"outputs": [], "error": ["ValueError", v], "count": 1}),
    "the count": ("cell", lambda v: {"outputs": [], "error": None, "count": v}),
    "the reply to a call": ("call", lambda v: v),
    "the value": ("call", lambda v: {"value": v}),
    "the value and an error": ("call", lambda v: {"value": v, "raised": v, "refused": v}),
    "what was raised": ("call", lambda v: {"raised": v}),
    "the built-in class": ("call", lambda v: {"raised": [v, "E", "x"]}),
    "the own class": ("call", lambda v: {"raised": [None, v, "x"]}),
    "the message": ("call", lambda v: {"raised": ["ValueError", "E", v]}),
    "the message of an error of its own": ("call", lambda v: {"raised": [None, "E", v]}),
    "what is not defined": ("call", lambda v: {"undefined": v}),
    "why it was refused": ("call", lambda v: {"refused": v}),
    "the forbidden function": ("call", lambda v: {"forbidden": v}),
    "the reply to names": ("names", lambda v: v),
    "names": ("names", lambda v: {"names": v}),
    "names of a cell": ("names", lambda v: {"names": [v] * 3}),
    "a statement": ("names", lambda v: {"names": [[v]] * 3}),
    "a part of a statement": ("names", lambda v: {"names": [[[v, [], [], v, v, v]]] * 3}),
    "a name": ("names", lambda v: {"names": [[[[v], [v], [v], True, False, False]]] * 3}),
    "the reply to files": ("files", lambda v: v),
}


def checked(reply, **options):
    """Judge with forged replies: every check has a score and a reason, and all can be stored."""
    report = grade(submission(), limits=LIMITS, launcher=Forger(reply), **options)
    assert len(report.checks) == 4
    assert all(check.message for check in report.checks if check.status != "passed")
    json.dumps(report.to_dict(), allow_nan=False)
    cell = nbformat.v4.new_code_cell("x")
    cell["outputs"] = [nbformat.from_dict(o) for outputs in report.cells.values() for o in outputs]
    book = nbformat.v4.new_notebook(cells=[cell])
    nbformat.validate(book)
    nbformat.validate(clean_outputs(book))
    return report


def test_the_forger_is_believed_where_it_says_what_an_honest_worker_says():
    def reply(request):
        if kind_of(request) == "call":
            x = request["args"][0]
            return {"value": 2 * x} if request["name"] == "double" else {"value": 5.0}
        return HONEST[kind_of(request)]

    report = checked(reply)
    assert labs.statuses(report) == {
        "ex1-number": "passed",
        "ex1-array": "passed",
        "ex2-value": "passed",
        "ex2-empty": "failed",
    }


@pytest.mark.parametrize("place", PLACES)
def test_a_forged_reply_ends_in_a_score_and_a_reason(place):
    kind, put = PLACES[place]
    for name, value in ODD.items():

        def reply(request, value=value):
            return put(value) if kind_of(request) == kind else HONEST[kind_of(request)]

        report = checked(reply, files={"a.txt": b""})
        assert report.score == 0, name


@pytest.mark.parametrize("name", ODD)
def test_a_second_call_that_answers_in_another_kind_costs_its_check_only(name):
    """A failed check makes its first call again."""
    asked = []

    def reply(request):
        if kind_of(request) != "call":
            return HONEST[kind_of(request)]
        asked.append(request["name"])
        first = asked.count("double") == 1 or request["name"] == "norm"
        return {"value": 5.0 if first else ODD[name]}

    report = checked(reply)
    assert labs.statuses(report)["ex1-number"] == "failed"
    assert "another result the second time" in labs.message(report, "ex1-number")
    assert labs.statuses(report)["ex2-value"] == "passed"


def test_the_text_of_an_error_is_cut_as_it_arrives():
    """Sixty cells with an error of 30 MB each would be 2 GB in the judge."""
    huge = "x" * 2**20

    def reply(request):
        if kind_of(request) == "cell":
            return {"outputs": [], "error": [huge, huge], "count": 1}
        return HONEST[kind_of(request)] if kind_of(request) != "call" else {"undefined": True}

    report = checked(reply)
    assert max(len(check.message) for check in report.checks) < 2000
    assert sum(len(text) for _, text in report_fates(reply)) < 10_000


def report_fates(reply):
    from nbjudge.engine.session import Session

    session = Session(LIMITS, launcher=Forger(reply))
    try:
        for index in range(5):
            session.run_cell(index, "x")
        return list(session.fates.values())
    finally:
        session.close()


def test_all_that_workers_send_for_a_notebook_counts_together():
    """Neither more cells, nor more calls, nor a new worker raises the limit."""
    big = np.zeros(2**17)  # 1 MB

    def reply(request):
        if kind_of(request) == "cell":
            return {"outputs": [], "error": ["E", "x" * 2**20], "count": 1}
        return {"value": big}

    from nbjudge.engine.session import Session
    from nbjudge.errors import Trouble
    from nbjudge.worker.request import CallRequest

    limits = Limits(received=4 * 2**20, replays=2)
    session = Session(limits, launcher=Forger(reply))
    taken = 0
    try:
        for index in range(20):
            session.run_cell(index, "x")
            taken += session.received
            request = CallRequest("double", (), {}, 1e12, (), limits.answers)
            try:
                session.call(request)
                taken += session.received
            except Trouble as trouble:
                reason = trouble.message
    finally:
        session.close()
    assert taken < limits.received
    assert "too much data" in reason or "too often" in reason
