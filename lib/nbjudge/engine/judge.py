"""Judge one notebook: the student's cells run in the worker, the tests here, in the order of the document."""

import ast
import builtins
import contextlib
import copy
import functools
import inspect
import io
import re
import sys
import time
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np

from nbjudge import checks, values
from nbjudge.contract.assignment import Assignment, Check, ContractError, Exercise, grade_id
from nbjudge.engine.deadline import Overdue, alarm
from nbjudge.engine.needed import display_cells, student_cells
from nbjudge.engine.proxy import AnswerError, Calls, HandedOver, Proxy, Undefined
from nbjudge.engine.session import Session, Trouble
from nbjudge.forbidden.static import guarded, pasted
from nbjudge.limits import Limits
from nbjudge.matching.rebuild import rebuild
from nbjudge.nbgrader_rules import beside_note, graded, skipped
from nbjudge.results import CheckResult, Report
from nbjudge.worker.launcher import Launcher, launch

__all__ = ["judge"]

Seed = Callable[[str, str], int]
GRADING = "NBGRADER_EXECUTION"
SLACK = 2.0  # seconds that a check may take beyond its calls
# Control characters, and marks that turn the direction of what follows.
_CONTROL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]"
)


def judge(
    assignment: Assignment,
    notebook: Any,
    *,
    hidden: bool,
    seed: Seed | None = None,
    limits: Limits | None = None,
    files: Mapping[str, bytes] = MappingProxyType({}),
    launcher: Launcher = launch,
    all_cells: bool = False,
    exercises: Collection[str] | None = None,
) -> Report:
    """Run a notebook's cells in a worker and its checks here.

    notebook: as submitted or as rebuilt by `match` (a submission is rebuilt first; `cells` in the report counts
    the cells of the rebuilt notebook). hidden: run the hidden checks too. seed: the seed of a hidden check, from
    (exercise, check); visible checks always use 0, as at the desk. files: put beside the assignment's own in the
    working directory (relative path -> content). all_cells: run also the given cells that no score depends on (see
    `nbjudge.engine.needed`); where tests run beside the student's code all cells are run anyway. exercises: only these
    (numbers), with what they need.

    One judging at a time in a process (the tests' output is redirected); several processes may judge at once.

    Raises:
        ContractError: if the assignment itself is at fault (a locked cell fails, a hidden test has no source).
        nbjudge.worker.launcher.StartError: if no worker can be started on this machine.
    """
    began = time.monotonic()
    if assignment.refused:
        raise ContractError(assignment.refused)
    chosen = [g for g in assignment.checks if exercises is None or g.exercise in exercises]
    wanted = {g.grade_id: g for g in chosen if hidden or g.kind == "visible"}
    bare = [g.grade_id for g in wanted.values() if g.source is None]
    if bare:
        raise ContractError(
            f"{bare[0]}: this is a release, its hidden tests are not here; read the source instead"
        )
    session = Session(
        limits or Limits(), data=assignment.data, files=files, launcher=launcher
    )  # starts meanwhile
    try:
        setup, wanted = _set_up(assignment, wanted)
        rebuilt, notes = rebuild(assignment, notebook)
        report = Report(notes=notes, isolation=launcher.isolation, unprotected=launcher.unprotected)
        report.left = sum(g.points for g in chosen if g.grade_id not in wanted)
        report.notes += _copies(assignment, rebuilt) if hidden else []
        run = _Run(assignment, session, seed or (lambda exercise, check: 0), setup)
        tests = {g.grade_id for g in assignment.checks}
        if not all_cells and all(check.mode == "proxy" for check in wanted.values()):
            own = {
                index: rebuilt["cells"][index]["source"]
                for index in sorted(student_cells(assignment, rebuilt["cells"]))
            }
            report.display = display_cells(
                assignment, rebuilt["cells"], session.names(own), exercises
            )
        if any(check.mode == "compat" and GRADING in check.source for check in wanted.values()):
            session.run_test(
                -1, f"import os\nos.environ[{GRADING!r}] = 'autograde'\ndel os"
            )  # as nbgrader says it
        for index, cell in enumerate(rebuilt["cells"]):
            own = grade_id(cell)
            if own in tests:
                if own in wanted and wanted[own].mode == "compat":
                    result, report.cells[index] = run.beside(wanted[own], index, cell)
                    report.checks.append(result)
                elif own in wanted:
                    with session.at_work():
                        report.checks.append(run.check(wanted[own]))
            elif index in report.display:
                continue
            elif cell["cell_type"] == "code" and not (assignment.any_course and skipped(cell)):
                run.places[own] = index
                report.cells[index] = session.run_cell(index, cell["source"])
        report.starts, report.own_seconds = session.starts, session.own_seconds
        report.notes += beside_note(report.checks)
    finally:
        session.close()
    report.seconds = time.monotonic() - began
    return report


class _Run:
    """The tests' side of one judging."""

    def __init__(self, assignment: Assignment, session: Session, seed: Seed, setup: dict[str, Any]):
        self.assignment, self.session, self.seed = assignment, session, seed
        self.setup = setup  # the namespace that the locked cells leave
        self.places: dict[str | None, int] = {}  # grade id of an answer -> index of its cell
        self.given_up: dict[str, tuple[str, str]] = {}  # exercises whose function cost a worker

    def check(self, check: Check) -> CheckResult:
        """Run one check; whatever happens ends as a status and a message."""
        if check.exercise in self.given_up:
            status, message = self.given_up[check.exercise]
            return _result(
                check,
                status,
                self._told(check, status, f"not run, because in an earlier check {message}"),
            )
        exercise = self.assignment.exercises[check.exercise]
        calls = Calls(
            self.session,
            time.monotonic() + self.session.limits.check,
            guarded(exercise.forbid, self.assignment.library),
        )
        status, message = self._outcome(check, exercise, calls)
        if status in ("failed", "error") and not calls.first_call_repeats():
            message += (
                "; the same call gave another result the second time: is there a random generator without a "
                "seed, or a global variable that the function changes?"
            )
        if not isinstance(calls.trouble, HandedOver):
            message = self._told(check, status, message)
        if calls.trouble is not None and self.session.lost:
            self.given_up[check.exercise] = (status, message)
        return _result(check, status, message)

    def beside(
        self, check: Check, index: int, cell: dict[str, Any]
    ) -> tuple[CheckResult, list[dict[str, Any]]]:
        """Run a test cell in the worker: what it earns, and its outputs."""
        outputs = [] if skipped(cell) else self.session.run_test(index, check.source)
        fate, why = self.session.fates.get(index, ("", ""))
        score, status, message = graded(outputs, check.source, check.points, fate, why)
        message = message if check.kind == "visible" or fate == "timeout" else message.split(":")[0]
        exercise = self.assignment.exercises.get(check.exercise)
        answer = (
            self.session.fates.get(self.places.get(exercise.grade_id, -1)) if exercise else None
        )
        if message.startswith("NameError") and answer:
            stopped = "" if answer[0] == "error" else "this: "
            message += f"; the cell of this answer stopped with {stopped}{answer[1]}"
        return replace(_result(check, status, message), score=score, mode="compat"), outputs

    def _told(self, check: Check, status: str, message: str) -> str:
        """What of `message` may be told: all of it, or for a hidden check what the authors wrote (a timeout's is
        all ours, with the limit's number)."""
        message = message[:5000]
        if check.kind == "visible" or status == "timeout":
            return message
        return _without_secrets(message, self._words(check))

    def _outcome(self, check: Check, exercise: Exercise, calls: Calls) -> tuple[str, str]:
        hidden = check.kind == "hidden"
        space = _copied(self.setup) | {name: Proxy(name, calls) for name in exercise.names}
        names = " or ".join(exercise.names)
        try:
            with (
                checks.context(
                    hidden=hidden, seed=self.seed(check.exercise, check.name) if hidden else 0
                ),
                contextlib.redirect_stdout(io.StringIO()),
                contextlib.redirect_stderr(io.StringIO()),
                warnings.catch_warnings(),
                alarm(
                    max(0.0, min(calls.deadline, self.session.deadline) - time.monotonic())
                    + self.session.limits.grace
                    + SLACK
                ),
            ):
                warnings.simplefilter("ignore")
                exec(compile(check.source, f"<{check.grade_id}>", "exec", dont_inherit=True), space)
        except Trouble as trouble:
            return trouble.status, trouble.message
        except Overdue:
            self.session.give_up()  # a call may have been cut in two
            calls.trouble = Trouble(
                "timeout", f"the check did not come to an end with what {names} returned"
            )
            return calls.trouble.status, calls.trouble.message
        except checks.CheckFailed as failed:
            outcome = "failed", str(failed)
        except Undefined:
            outcome = self._undefined(exercise, hidden)
        except NotImplementedError as stub:
            outcome = "missing", self._unwritten(exercise, str(stub))
        except AnswerError as error:
            outcome = "error", f"{names} raised " + ("an error" if hidden else str(error))
        except Exception as error:
            kind = type(error).__name__
            text = kind if hidden or not str(error) else f"{kind}: {error}"
            ours = error is not calls.raised
            outcome = (
                "error",
                f"the check could not use the result ({text})"
                if ours
                else f"{names} raised {text}",
            )
        else:
            outcome = "passed", ""
        # A test that caught what it should not have: the worker's end still counts.
        return (
            (calls.trouble.status, calls.trouble.message) if calls.trouble is not None else outcome
        )

    def _undefined(self, exercise: Exercise, hidden: bool) -> tuple[str, str]:
        names = " or ".join(exercise.names)
        fate, why = self.session.fates.get(self.places.get(exercise.grade_id, -1), ("", ""))
        if fate in ("timeout", "crashed"):
            return fate, why.replace("this cell", "the cell of this answer")
        if fate == "error":
            why = why.split(":")[0] if hidden else why
            why = why if not hidden or hasattr(builtins, why) else "an error"
            return "missing", f"{names} is not defined: the cell of this answer stopped with {why}"
        return (
            "missing",
            f"{names} is not defined as a function; is its name still the one of the exercise?",
        )

    def _unwritten(self, exercise: Exercise, stub: str) -> str:
        for number in self.assignment.exercises:
            if number != exercise.number and f"Exercise {number}:" in stub:
                return f"uses the answer to Exercise {number}, which is not written yet"
        return "not answered yet"

    def _words(self, check: Check) -> set[str]:
        sources = [check.source, *[source for _, source in self.assignment.setup]]
        exercise = self.assignment.exercises[check.exercise]
        words = _own_words().union(*[_string_words(source) for source in sources])
        return {word for word in words if not word[0].isdigit()} | {
            *exercise.names,
            *self.assignment.exercises,
        }


def _copies(assignment: Assignment, notebook: dict[str, Any]) -> list[str]:
    """A note for each answer that holds much of the text of a function that it may not call. Nobody loses points by it."""
    sources = {grade_id(cell): cell["source"] for cell in notebook["cells"]}
    return [
        f"The answer to Exercise {exercise.number} holds {share:.0%} of the text of {name}: was it copied?"
        for exercise in assignment.exercises.values()
        for name, share in pasted(sources.get(exercise.grade_id, ""), exercise.forbid)
    ]


def _set_up(
    assignment: Assignment, wanted: dict[str, Check]
) -> tuple[dict[str, Any], dict[str, Check]]:
    """The namespace that the locked cells leave, and the checks; in a course that is not ours, where locked cells
    may not run in the judge, all of them run beside the student's code."""
    if all(check.mode == "compat" for check in wanted.values()):
        return {}, wanted
    try:
        return _run_setup(assignment), wanted
    except ContractError:
        if not assignment.any_course:
            raise
        return {}, {own: replace(check, mode="compat") for own, check in wanted.items()}


def _run_setup(assignment: Assignment) -> dict[str, Any]:
    """The namespace that the locked cells leave."""
    space: dict[str, Any] = {"__name__": "nbjudge_check"}
    for cell_id, source in assignment.setup:
        try:
            with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                exec(compile(source, f"<{cell_id}>", "exec", dont_inherit=True), space)
        except Exception as error:
            raise ContractError(
                f"{cell_id}: this locked cell fails in the judge ({type(error).__name__}: {error}); "
                "it may neither plot nor need a name of the student's"
            ) from error
    return space


def _copied(setup: dict[str, Any]) -> dict[str, Any]:
    """A namespace of its own for a check: a test that changes a fixture changes only its copy."""
    plain_types = (list, dict, set, np.ndarray, np.random.Generator)
    return {
        name: copy.deepcopy(value)
        if isinstance(value, plain_types) and not name.startswith("__")
        else value
        for name, value in setup.items()
    }


def _result(check: Check, status: str, message: str) -> CheckResult:
    score = check.points if status == "passed" else 0.0
    message = _CONTROL.sub(
        "\N{REPLACEMENT CHARACTER}", message[:2000]
    )  # it will be shown in terminals and tables
    return CheckResult(
        check.exercise,
        check.name,
        check.kind,
        check.grade_id,
        check.points,
        score,
        status,
        message,
    )


# -- nothing of a hidden test in its message ----------------------------------------------------------------


def _without_secrets(message: str, words: set[str]) -> str:
    """`message` without what came back, and with every word that the authors did not write (a number, a text of
    the student's) as “…”: an answer could pass on the inputs that it was given."""
    message = re.sub(r", got [^;]*", "", message)
    return re.sub(
        r"[^\W_][\w.+-]*",
        lambda word: word.group() if _written(word.group(), words) else "…",
        message,
    )


def _written(word: str, words: set[str]) -> bool:
    return word in words or word.rstrip(".+-") in words


def _string_words(source: str) -> set[str]:
    texts = [
        n.value
        for n in ast.walk(ast.parse(source))
        if isinstance(n, ast.Constant) and type(n.value) is str
    ]
    return {word.rstrip(".+-") for text in texts for word in re.findall(r"[^\W_][\w.+-]*", text)}


@functools.cache
def _own_words() -> set[str]:
    """The words of our own messages, and the names of built-in types and errors."""
    from nbjudge.engine import proxy, session
    from nbjudge.worker import client, frames, launcher, main

    modules = (
        checks,
        values,
        frames,
        launcher,
        client,
        proxy,
        sys.modules[__name__],
        session,
        main,
    )
    return set(dir(builtins)).union(*[_string_words(inspect.getsource(m)) for m in modules])
