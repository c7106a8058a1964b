"""Let only one command at a time change a course's marks."""

from collections.abc import Iterator
from contextlib import contextmanager

from autograder.courses import Course
from autograder.grading.writer import Stopped

__all__ = ["alone"]


@contextmanager
def alone(course: Course) -> Iterator[None]:
    """Lock the course, so that two commands do not write at the same time.

    Parameters
    ----------
    course : Course
        The course.

    Yields
    ------
    None
        Nothing.

    Raises
    ------
    Stopped
        If another command has locked it.
    """
    course.runtime.mkdir(parents=True, exist_ok=True)
    with open(course.runtime / ".grading.lock", "a") as lock:
        try:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except ImportError:  # Windows
            pass
        except OSError:
            raise Stopped(
                "another command is grading this course: wait for it, or stop it, and try again"
            ) from None
        yield
