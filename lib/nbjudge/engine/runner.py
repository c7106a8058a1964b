"""Run the checks of one notebook, and turn whatever happens into a status and a message."""

import builtins
import contextlib
import io
import re
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nbjudge import checks
from nbjudge.checks.slips import explain
from nbjudge.contract.model import Assignment, Check, Exercise
from nbjudge.engine.deadline import alarm
from nbjudge.engine.hidden import authors_words, without_values
from nbjudge.engine.proxy import Calls, Proxy
from nbjudge.engine.session import Session
from nbjudge.engine.setup import copied
from nbjudge.errors import (
    AnswerError,
    CheckFailed,
    ContractError,
    HandedOver,
    Overdue,
    StartError,
    Trouble,
    Undefined,
)
from nbjudge.forbidden.static import guarded
from nbjudge.nbgrader_rules import graded, skipped
from nbjudge.results import NOT_ANSWERED, CheckResult, Status
from nbjudge.wording import CONTROLS, UNSEEN

__all__ = ["SLACK", "Runner", "Seed"]

Seed = Callable[[str, str], int]
SLACK = 2.0  # seconds that a check may take beyond its calls
_CONTROL = re.compile(f"[{CONTROLS}\ud800-\udfff{UNSEEN}]")


class Runner:
    """Run the checks of one notebook.

    Parameters
    ----------
    assignment : Assignment
        The contract.
    session : Session
        Where the student's code runs.
    seed : callable
        The seed of a hidden check, from the exercise's number and the check's name.
    setup : dict
        The namespace after the locked cells have run.

    Attributes
    ----------
    hidden_ran : bool
        Whether a hidden check has run: from then on, texts from the student's code may reveal its
        inputs.
    """

    def __init__(self, assignment: Assignment, session: Session, seed: Seed, setup: dict[str, Any]):
        self.assignment, self.session, self.seed, self.setup = assignment, session, seed, setup
        self.places: dict[str | None, int] = {}  # grade id of an answer -> index of its cell
        self.given_up: dict[str, tuple[str, str]] = {}  # exercises whose function ended a worker
        self.hidden_ran = False

    def in_judge(self, check: Check) -> CheckResult:
        """Run a check in this process, with proxies for the student's functions.

        Whatever the student's process sends, at most this check fails.
        """
        try:
            return self._in_judge(check)
        except (ContractError, StartError):  # not the student's fault
            raise
        except Exception as error:
            kind = type(error).__name__
            return _result(check, Status.ERROR, f"the returned value cannot be used ({kind})")

    def _in_judge(self, check: Check) -> CheckResult:
        if check.exercise in self.given_up:
            status, message = self.given_up[check.exercise]
            message = f"not run, because in an earlier check {message}"
            return _result(check, status, self._for_student(check, status, message))
        self.hidden_ran |= check.kind == "hidden"
        exercise = self.assignment.exercises[check.exercise]
        calls = self._calls(exercise)
        status, message = self._outcome(check, exercise, calls)
        refused = isinstance(calls.trouble, HandedOver)  # then the message is entirely ours
        if status is not Status.PASSED and calls.trouble is None:
            stand_ins = self._stand_ins(exercise)
            again = self._calls(exercise, stand_ins)
            if stand_ins and self._outcome(check, exercise, again)[0] is Status.PASSED:
                names = " and ".join(stand_ins)
                return _result(check, Status.PASSED, f"with the library's function for {names}")
            calls.trouble = again.trouble
        if status in (Status.FAILED, Status.ERROR) and not calls.first_call_repeats():
            message += (
                "; the same call gave another result the second time: is there a random generator "
                "without a seed, or a global variable that the function changes?"
            )
        if not refused:
            message = self._for_student(check, status, message)
        if calls.trouble is not None and self.session.lost:
            self.given_up[check.exercise] = (status, message)
        return _result(check, status, message)

    def _calls(self, exercise: Exercise, stand_ins: dict[str, str] | None = None) -> Calls:
        return Calls(
            self.session,
            time.monotonic() + self.session.limits.check,
            guarded(exercise.forbid, self.assignment.library),
            stand_ins or {},
            private=self.hidden_ran,
        )

    def _stand_ins(self, exercise: Exercise) -> dict[str, str]:
        """Find earlier answers that this one uses, and the library's functions in their place."""
        source, _ = self.session.ran.get(self.places.get(exercise.grade_id, -1), ("", False))
        words = set(re.findall(r"\w+", source))
        found: dict[str, str] = {}
        for earlier in self.assignment.exercises.values():
            if earlier.number == exercise.number:
                return found
            allowed = earlier.stand_in and earlier.stand_in not in exercise.forbid
            if allowed and earlier.names[0] in words:
                found[earlier.names[0]] = earlier.stand_in
        return found

    def beside(
        self, check: Check, index: int, cell: dict[str, Any]
    ) -> tuple[CheckResult, list[dict[str, Any]]]:
        """Run a check in the student's process; returns its result and its outputs."""
        self.hidden_ran |= check.kind == "hidden"
        source = check.source or ""
        outputs = [] if skipped(cell) else self.session.run_test(index, source)
        fate, why = self.session.fates.get(index, ("", ""))
        score, status, message = graded(outputs, source, check.points, fate, why)
        if check.kind == "hidden" and fate != Status.TIMEOUT:
            message = message.split(":")[0]
        exercise = self.assignment.exercises.get(check.exercise)
        answer = (
            self.session.fates.get(self.places.get(exercise.grade_id, -1)) if exercise else None
        )
        if message.startswith("NameError") and answer:
            stopped = "" if answer[0] == Status.ERROR else "this: "
            message += f"; the cell of this answer stopped with {stopped}{answer[1]}"
        result = replace(_result(check, status, message), score=score, mode="compat")
        return result, self.session.kept(outputs)

    def _for_student(self, check: Check, status: str, message: str) -> str:
        """Cut a message, and reduce a hidden check's to the authors' words.

        The message of a visible check that ran after a hidden one keeps numbers too. A timeout's
        message is entirely ours, including the limit's number.
        """
        message = message[:5000]
        visible = check.kind == "visible"
        if status == Status.TIMEOUT or (visible and not self.hidden_ran):
            return message
        words = authors_words(self.assignment, check, numbers=visible)
        return without_values(message, words, numbers=visible)

    def _outcome(self, check: Check, exercise: Exercise, calls: Calls) -> tuple[str, str]:
        hidden = check.kind == "hidden"
        private = self.hidden_ran  # the text of an error may reveal the inputs of a hidden check
        names = " or ".join(exercise.names)
        space = copied(self.setup) | {name: Proxy(name, calls) for name in exercise.names}
        outcome: tuple[str, str] = (Status.PASSED, "")
        try:
            self._execute(check, space, calls.deadline)
        except Trouble as trouble:
            return trouble.status, trouble.message
        except Overdue:
            self.session.close()  # a call may have been interrupted halfway
            calls.trouble = Trouble(
                Status.TIMEOUT, f"the check timed out while using the value returned by {names}"
            )
        except CheckFailed as failed:
            outcome = Status.FAILED, str(failed)
        except Undefined:
            outcome = self._undefined(exercise, private)
        except NotImplementedError as stub:
            outcome = Status.MISSING, self._unwritten(exercise, str(stub))
        except Exception as error:
            text = _error_text(error, private)
            if error is calls.raised or isinstance(error, AnswerError):
                shown = calls.raised_for and not hidden
                given = f" (called with {calls.raised_for})" if shown else ""
                slip = explain(type(error).__name__, str(error))
                text = f"{names} raised {text}{given}" + (f"; {slip}" if slip else "")
            else:
                text = f"the check could not use the result ({text})"
            outcome = Status.ERROR, text
        if calls.trouble is not None:  # counts even if the test caught it by mistake
            return calls.trouble.status, calls.trouble.message
        return outcome

    def _execute(self, check: Check, space: dict[str, Any], deadline: float) -> None:
        seed = self.seed(check.exercise, check.name) if check.kind == "hidden" else 0
        left = max(0.0, min(deadline, self.session.deadline) - time.monotonic())
        with (
            checks.context(hidden=check.kind == "hidden", seed=seed),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
            alarm(left + self.session.limits.grace + SLACK),
        ):
            warnings.simplefilter("ignore")
            code = compile(check.source or "", f"<{check.grade_id}>", "exec", dont_inherit=True)
            exec(code, space)

    def _undefined(self, exercise: Exercise, hidden: bool) -> tuple[str, str]:
        names = " or ".join(exercise.names)
        fate, why = self.session.fates.get(self.places.get(exercise.grade_id, -1), ("", ""))
        if fate in (Status.TIMEOUT, Status.CRASHED):
            return fate, why.replace("this cell", "the cell of this answer")
        if fate == Status.ERROR:
            why = why.split(":")[0] if hidden else why
            why = why if not hidden or hasattr(builtins, why) else "an error"
            reason = f"{names} is not defined: the cell of this answer stopped with {why}"
            return Status.MISSING, reason
        reason = f"{names} is not defined as a function; does it have the name in the exercise?"
        return Status.MISSING, reason

    def _unwritten(self, exercise: Exercise, stub: str) -> str:
        for number in self.assignment.exercises:
            if number != exercise.number and f"Exercise {number}:" in stub:
                return f"uses the answer to Exercise {number}, which is not written yet"
        return NOT_ANSWERED


def _error_text(error: Exception, private: bool) -> str:
    if isinstance(error, AnswerError):  # its text begins with the name of the answer's own class
        return "an error" if private else str(error)
    kind = type(error).__name__
    return kind if private or not str(error) else f"{kind}: {error}"


def _result(check: Check, status: str, message: str) -> CheckResult:
    # The message will be shown in terminals and tables.
    message = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", message[:2000])
    score = check.points if status == Status.PASSED else 0.0
    place = (check.exercise, check.name, check.kind, check.grade_id)
    return CheckResult(*place, check.points, score, Status(status), message)
