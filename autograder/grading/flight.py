"""Keep submissions on their way to judges; one that ends its judge is found, none other is lost."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

from autograder.grading.judging import Judged

__all__ = ["Done", "in_flight"]


@dataclass(frozen=True)
class Done:
    """Hold what came of a submission.

    Parameters
    ----------
    student : str
        The student's id.
    results : mapping of str to Judged, optional
        By notebook, what was judged.
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
    """Judge submissions, in no order.

    A submission whose judge ended is tried again alone, when no other is on its way, and given up
    if that happens once more.

    Parameters
    ----------
    students : list of str
        The students' ids.
    submit : callable
        Sends a submission; its future gives a `Done` (or whatever the caller makes one of), or
        raises one of `died`.
    most : callable
        Gives the number of submissions that may be on their way.
    died : tuple of exception types
        What is raised if a judge ended while it was at a submission.
    also_lost : callable, optional
        Gives those of the submissions on their way that went down with a judge (default: none),
        and sees to it that there are judges again.

    Yields
    ------
    Done
        Or what else a future gave.
    """
    waiting, suspects = deque(students), deque()
    flying: dict[Future, str] = {}

    def send(queue: deque[str]) -> bool:
        """Send the first of these; not if a judge ended while the caller was at something else."""
        try:
            future = submit(queue[0])
        except died:
            if flying:  # they went down with it, and are found below
                return False
            also_lost([])  # begins anew
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
                    error="the judge's process ended twice while it was at this submission",
                )
            suspects.extend([*lost, *others])
