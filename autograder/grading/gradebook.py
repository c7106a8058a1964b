"""Check what the gradebook has for an assignment, and name the command that adds what it lacks."""

from collections.abc import Iterator
from contextlib import chdir, contextmanager
from glob import escape

from nbgrader.api import Gradebook, MissingEntry
from sqlalchemy.exc import DatabaseError, OperationalError

from autograder.courses import Course
from autograder.deadlines.overview import strangers
from autograder.deadlines.penalty import deadlines_of, store
from autograder.grading.keys import outdated
from autograder.grading.late import renew, settle
from autograder.grading.records import Records
from autograder.grading.sharing import spread
from autograder.grading.writer import patiently
from autograder.intake.names import named
from autograder.releases.carry_over import changes, release_cells, source_cells

__all__ = ["bring_up_to_date", "check_graded", "check_released", "graded", "still_waiting"]


def check_released(course: Course, name: str) -> None:
    """Check that the gradebook has the released version of an assignment, to write scores to.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Raises
    ------
    FileNotFoundError
        If there is no such assignment, or the gradebook is damaged, does not have it, or has
        another version.
    """
    _check_known(course, name)
    wanted = release_cells(course, name) if course.option else source_cells(course, name)
    found = patiently(lambda: changes(course, name, wanted))
    if not found:
        return
    if not found.submissions and not course.option:
        raise FileNotFoundError(
            f"the gradebook has another version of {name}: {_from_the_start(course, name)}"
        )
    raise FileNotFoundError(
        f"the gradebook has another version of {name} ({'; '.join(found.lines()[:3])}): run "
        f"`autograder release --migrate {name}{course.option}`, which keeps the scores, marks and "
        f"comments of the cells that stay, then `autograder grade {name}{course.option}`"
    )


def check_graded(course: Course, name: str) -> set[str]:
    """List the students whose submission the gradebook has; there must be one.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    set of str
        The students' ids.

    Raises
    ------
    FileNotFoundError
        As for `check_released`, and if no submission has been graded.
    """
    _check_known(course, name)
    students = graded(course, name)
    if not students:
        raise FileNotFoundError(
            f"no submission to {name} is graded yet: run `autograder grade {name}{course.option}`"
        )
    return students


def graded(course: Course, name: str) -> set[str]:
    """List the students whose submission the gradebook has, if there is a gradebook.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    set of str
        The students' ids.
    """
    if not course.gradebook_exists():
        return set()
    with _opened(course, name) as gradebook:
        return {submission.student_id for submission in gradebook.assignment_submissions(name)}


def bring_up_to_date(course: Course, name: str, *, before: bool = False) -> str:
    """Store an assignment's dates from deadlines.toml, and renew its late penalties.

    nbgrader itself computes penalties only when it autogrades.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.
    before : bool, default False
        Whether grading follows: students may still be added to the gradebook, so nobody is reported
        as unknown.

    Returns
    -------
    str
        Lines that say which extensions are for unknown students, which dates and whose penalties
        changed, and whose work changed after it was graded; "" for none of these.

    Raises
    ------
    ValueError
        If the course's settings, its deadlines or its plugin for penalties are at fault.
    Stopped
        If the gradebook stays locked.
    """
    if not course.gradebook_exists():
        return ""
    settings = course.settings()

    deadline = deadlines_of(settings, course.names()).get(name)
    words = Records(course.records).stamps(name)

    def renewed() -> tuple[list[str], list[str]]:
        with chdir(course.root), _opened(course, name) as gradebook:  # where nbgrader works
            new = spread(course, gradebook, name)  # whose penalty is no change
            dates = store(gradebook, name, deadline)
            submissions = gradebook.assignment_submissions(name)
            for submission in submissions:
                settle(submission, words.get(submission.student_id, ""))
            changed = renew(gradebook, submissions, settings)
            return dates, [student for student in changed if student not in new]

    lines, changed = patiently(renewed)
    if changed:
        why = "a due date, a penalty or a mark changed"
        lines.append(f"{name}: {why}, so late penalties changed: {named(changed)}")
    if before:
        return "\n".join(lines)
    if graded(course, name) and (students := outdated(course, name)):
        lines.append(
            f"{name}: the work of {named(students)} changed after grading; "
            f"run `autograder grade {name}{course.option}`"
        )
    return "\n".join([*patiently(lambda: strangers(course, name)), *lines])


def still_waiting(course: Course, name: str) -> str:
    """Say whose marks are not final because an answer waits for manual grading.

    Parameters
    ----------
    course : Course
        The course.
    name : str
        The assignment.

    Returns
    -------
    str
        A line; "" if nobody's answer waits.
    """
    if not course.gradebook_exists():
        return ""
    with _opened(course, name) as gradebook:
        submissions = gradebook.assignment_submissions(name)
        students = sorted(each.student_id for each in submissions if each.needs_manual_grade)
    if not students:
        return ""
    answers = "an answer waits" if len(students) == 1 else "answers wait"
    return f"{name}: {answers} for manual grading, so this is not final: {named(students)}"


def _check_known(course: Course, name: str) -> None:
    """Check that the gradebook has an assignment. Raises FileNotFoundError as `check_released`."""
    if not course.gradebook_exists() or not patiently(lambda: _knows(course, name)):
        if name not in course.names():
            course.source(name)  # its error lists the assignments
        place = course.gradebook.removeprefix("sqlite:///")
        if any(course.graded("x", "x").parents[1].glob(f"*/{escape(name)}")):
            raise FileNotFoundError(
                f"the gradebook does not know {name}, though submissions to it were graded here: "
                f"restore {place} from a copy (`autograder restore BACKUP`). Only it held the "
                f"manual marks; to start without them, {_from_the_start(course, name)}"
            )
        raise FileNotFoundError(
            f"the gradebook does not know {name} yet: {_from_the_start(course, name)}"
        )


def _knows(course: Course, name: str) -> bool:
    with _opened(course, name) as gradebook:
        try:
            gradebook.find_assignment(name)
        except MissingEntry:
            return False
        return True


@contextmanager
def _opened(course: Course, name: str) -> Iterator[Gradebook]:
    """Open the gradebook. Raises FileNotFoundError if it is damaged."""
    try:
        with Gradebook(course.gradebook) as gradebook:
            yield gradebook
    except OperationalError:  # locked, or the disk is full
        raise
    except DatabaseError as error:
        place = course.gradebook.removeprefix("sqlite:///")
        raise FileNotFoundError(
            f"{place} cannot be read ({error.orig}): restore it from a copy, or delete it and "
            f"{_from_the_start(course, name)}"
        ) from None


def _from_the_start(course: Course, name: str) -> str:
    grade = f"`autograder grade {name}{course.option}`"
    return f"run {grade}" if course.option else f"run `autograder release {name}`, then {grade}"
