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
    """

    student: str
    results: Mapping[str, Judged] = field(default_factory=dict)
    error: str = ""


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
        Gives those of the submissions on their way that went down with a judge (default: none).

    Yields
    ------
    Done
        Or what else a future gave.
    """
    waiting, suspects = deque(students), deque()
    flying: dict[Future, str] = {}
    while waiting or suspects or flying:
        alone = bool(suspects) and not flying
        if alone:
            student = suspects.popleft()
            flying[submit(student)] = student
        while waiting and not suspects and not alone and len(flying) < most():
            student = waiting.popleft()
            flying[submit(student)] = student
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
