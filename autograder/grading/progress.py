"""Show the progress of a long run: a bar on a terminal, or a line now and then elsewhere."""

import sys
import time
from typing import TextIO

from tqdm import tqdm

__all__ = ["Progress"]

EVERY = 10.0  # seconds between lines where there is no terminal
LINE = "{desc}: {n_fmt} of {total_fmt}{postfix}, {elapsed} so far, {remaining} left"


class Progress:
    """Count finished submissions, as `progress` of `autograder.grading.grade.grade`.

    Use it as a context manager. The clock starts when it is made, because processes must start
    first; the time left is estimated only from what this run does itself.

    Parameters
    ----------
    what : str
        What is being done, for example "grading".
    file : text file, optional
        Where to show it (default: standard error).
    """

    def __init__(self, what: str, file: TextIO | None = None) -> None:
        self.what, self.file = what, file or sys.stderr
        self.begun = time.time()
        self.bar: tqdm | None = None

    def __call__(self, student: str, number: int, total: int) -> None:
        """Count a student as finished, the `number`th of `total`."""
        if self.bar is None:
            self.bar = self._new(number - 1, total)
        self.bar.set_postfix_str(student, refresh=False)
        self.bar.update(number - self.bar.n)

    def _new(self, before: int, total: int) -> tqdm:
        if self.file.isatty():
            how = {"file": self.file, "mininterval": 0.1, "dynamic_ncols": True}
        else:
            how = {"file": _Lines(self.file), "mininterval": EVERY, "bar_format": LINE}
        bar = tqdm(
            desc=self.what, initial=before, total=total, miniters=1, smoothing=0, delay=1e-9, **how
        )
        bar.start_t, bar.last_print_t = self.begun, self.begun - EVERY
        return bar

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *error: object) -> None:
        if self.bar is not None:
            self.bar.close()


class _Lines:
    """Write as lines what a progress bar would overwrite."""

    def __init__(self, file: TextIO) -> None:
        self.file, self.last = file, ""

    def write(self, text: str) -> None:
        line = text.strip()
        if line and line != self.last:
            print(line, file=self.file)
            self.last = line

    def flush(self) -> None:
        self.file.flush()
