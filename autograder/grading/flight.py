"""Send submissions to judges; find the one that crashes its judge, and lose no other."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

from autograder.grading.judging import Judged

__all__ = ["Done", "in_flight"]


@dataclass(frozen=True)
class Done:
    """Hold the result of judging a submission.

    Parameters
    ----------
    student : str
        The student's id.
    results : mapping of str to Judged, optional
        By notebook, the result.
    error : str, default ""
        Why there are no results.
    files : str, default ""
        The hash of the files that were judged.
    """

    student: str
    results: Mapping[str, Judged] = field(default_factory=dict)
    error: str = ""
    files: str = ""


def in_flight(
    students: list[str],
    submit: Callable[[str], Future],
    *,
    most: Callable[[], int],
    died: tuple[type[Exception], ...],
    also_lost: Callable[[list[str]], list[str]] = lambda flying: [],
) -> Iterator[Any]:
    """Judge submissions, in no particular order.

    A submission whose judge ended is tried again alone, when no other is being judged, and given up
    if its judge ends once more.

    Parameters
    ----------
    students : list of str
        The students' ids.
    submit : callable
        Sends a submission; its future returns a `Done` (or what the caller turns into one), or
        raises one of `died`.
    most : callable
        Returns the number of submissions that may be judged at a time.
    died : tuple of exception types
        What is raised if a judge ended in the middle of a submission.
    also_lost : callable, optional
        Returns those of the submissions being judged that were lost with a judge (default: none),
        and makes sure that there are judges again.

    Yields
    ------
    Done
        Or whatever else a future returned.
    """
    waiting, suspects = deque(students), deque()
    flying: dict[Future, str] = {}

    def send(queue: deque[str]) -> bool:
        """Send the first of these, unless a judge ended while the caller did something else."""
        try:
            future = submit(queue[0])
        except died:
            if flying:  # they were lost with it, and are found below
                return False
            also_lost([])  # start new judges
            future = submit(queue[0])
        flying[future] = queue.popleft()
        return True

    while waiting or suspects or flying:
        alone = bool(suspects) and not flying
        if alone:
            send(suspects)
        while waiting and not suspects and not alone and len(flying) < most() and send(waiting):
            pass
        lost = []
        for future in wait(flying, return_when=FIRST_COMPLETED).done:
            student = flying.pop(future)
            try:
                yield future.result()
            except died:
                lost.append(student)
        if lost:
            others = also_lost(list(flying.values()))
            flying = {
                future: student for future, student in flying.items() if student not in others
            }
            if alone:
                yield Done(
                    lost.pop(),
                    error="the judge's process ended twice while judging this submission",
                )
            suspects.extend([*lost, *others])
