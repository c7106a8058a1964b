"""Submissions on their way to judges and back, whoever the judges are: one that ends them is found, and the others lose nothing."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from typing import Any

from autograder.grading.judging import Judged

__all__ = ["Done", "in_flight"]


@dataclass(frozen=True)
class Done:
    """What came of a submission: its notebooks as judged, or why there is nothing."""

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

    submit: send one; the future gives its `Done` (or whatever the caller makes one of), or raises one of `died` if a judge ended while it was at it. Such a submission is tried
    again alone, when no other is on its way, and given up if that happens once more. most: how many may be on their way. also_lost: which of
    those that are on their way went down with it.
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
