"""How far a long run is: a bar on a terminal, now and then a line anywhere else."""

import sys
import time
from collections.abc import Callable
from typing import Any, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

__all__ = ["Steps", "remaining"]

EVERY = 10.0  # seconds between lines where there is no terminal


def remaining(done: int, total: int, seconds: float) -> str:
    """How long it will still take, in words, if the rest goes as what is done.

    >>> remaining(3, 12, 60), remaining(0, 12, 5), remaining(12, 12, 60)
    ('about 3 min left', '', '')
    """
    if not 0 < done < total:
        return ""
    left = seconds / done * (total - done)
    if left < 90:
        return f"about {max(round(left), 1)} s left"
    return f"about {left / 60:.0f} min left" if left < 5400 else f"about {left / 3600:.1f} h left"


class Steps:
    """`with Steps("grading") as steps: steps.started(30); steps.update(student) for each that is done; steps.done()`.

    The time begins when it is made, since processes must start first. Each `update` counts one student; several processes may work, since only what is finished counts.
    """

    def __init__(
        self, what: str, file: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ):
        self.what, self.file, self.clock = what, file or sys.stderr, clock
        self.total = self.count = self.before = 0
        self.begun = self.said = clock()
        self.bar: Progress | None = None
        self.task: Any = None

    def __call__(self, student: str, number: int, total: int) -> None:
        """As `progress` of `autograder.grading.grade.grade`: `student` is number `number` of `total` that is done."""
        if not self.total:
            self.started(total, number - 1)
        self.count = number - 1
        self.update(student)

    def started(self, total: int, before: int = 0) -> None:
        """Say how many there are, and how many were done before; the time begins."""
        self.total, self.count, self.before = total, before, before
        if self.file.isatty():
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
            )
            self.bar = Progress(
                *columns,
                TextColumn("{task.fields[left]}"),
                console=Console(file=self.file),
                transient=True,
            )
            self.task = self.bar.add_task(self.what, total=total, left="")
            self.bar.start()

    def update(self, student: str) -> None:
        """One more is done."""
        self.count += 1
        now = self.clock()
        left = remaining(self.count - self.before, self.total - self.before, now - self.begun)
        if self.bar is not None:
            self.bar.update(
                self.task, completed=self.count, left=left, description=f"{self.what} {student}"
            )
        elif now - self.said >= EVERY or self.count == self.before + 1:
            self.said = now
            self._line(
                f"{self.what}: {self.count} of {self.total} ({student}){', ' if left else ''}{left}"
            )

    def done(self) -> None:
        """All are done, or the run is given up."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None
        if self.total:
            self._line(
                f"{self.what}: {self.count} of {self.total} done in {self.clock() - self.begun:.0f} s"
            )
            self.total = 0

    def _line(self, text: str) -> None:
        print(text, file=self.file, flush=True)

    def __enter__(self) -> "Steps":
        return self

    def __exit__(self, *error: object) -> None:
        self.done()
