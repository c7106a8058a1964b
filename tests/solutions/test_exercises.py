"""Try the wrong answers of the banks on the visible checks alone, in this process.

A student sees only these. `python tests/solutions/test_exercises.py` prints for each notebook how
many wrong answers its bank has, and how many of them a visible check rejects with their cause.
"""

import contextlib
import copy
import importlib
import io
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch  # noqa: F401 (an import that `alarm` cuts short crashes at the end)
from test_seeds import NAMES, spaces

from nbjudge import checks
from nbjudge.engine.deadline import alarm
from nbjudge.engine.setup import copied
from nbjudge.errors import Overdue

SECONDS = 20.0  # for one check of one answer; only an answer that never ends needs them
ROOT = Path(__file__).parents[2]


def moved(name: str) -> bool:
    """Whether the visible checks of a notebook stand in `lazyrich.exercises`."""
    return (ROOT / "lib" / "lazyrich" / "exercises" / name.partition("_")[2]).is_dir()


MOVED = [name for name in NAMES if moved(name)]


class Tried:
    """Run the visible checks of one notebook on answers."""

    def __init__(self, name: str) -> None:
        self.assignment, self.setup, self.answers = spaces(name)
        self.warned: list[str] = []  # by the course's own code, not by an answer

    def messages(self, number: str, source: str) -> list[str]:
        """Return what the visible checks of an exercise say of an answer; empty if all pass."""
        names = self.assignment.exercises[number].names
        space = copied(self.setup) | {
            key: value for key, value in self.answers.items() if key not in self.setup
        }
        said = []
        with quiet():
            try:
                exec(source, space)
            except Exception as error:
                return [f"{type(error).__name__}: {error}"]
            given = {each: space[each] for each in names if each in space}
            for check in self.assignment.checks:
                if check.exercise == number and check.kind == "visible":
                    said += self._message(check, given)
        return said

    def _message(self, check, given: dict) -> Iterator[str]:
        with warnings.catch_warnings(record=True) as noise:
            warnings.simplefilter("always")
            try:
                with alarm(SECONDS), checks.context(seed=12345):
                    exec(check.source, copied(self.setup) | copy.copy(given))
            except (Exception, Overdue) as error:
                yield f"{type(error).__name__}: {error}"
        self.warned += [
            f"{check.name}, {each.filename}:{each.lineno}: {each.message}"
            for each in noise
            if "lazyrich" in each.filename
        ]


@contextlib.contextmanager
def quiet():
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        yield


def bank(name: str):
    return importlib.import_module(f"bank_{name[:2]}")


def unseen(name: str) -> dict[str, str]:
    """The wrong answers of a bank that no visible check rejects with their cause."""
    tried, book = Tried(name), bank(name)
    hidden_only = getattr(book, "HIDDEN_ONLY", {})
    found = {}
    for number, entries in book.WRONG.items():
        for what, source, words in entries:
            said = tried.messages(number, source)
            if what not in hidden_only.get(number, ()) and words not in "\n".join(said):
                found[f"{number}, {what}"] = said[0] if said else "passes every visible check"
    return found


@pytest.mark.parametrize("name", MOVED)
def test_visible_checks_name_the_cause_of_every_wrong_answer(name):
    assert not unseen(name)


@pytest.mark.parametrize("name", MOVED)
def test_what_only_hidden_checks_find_is_the_exception(name):
    book = bank(name)
    entries = sum(map(len, book.WRONG.values()))
    hidden_only = getattr(book, "HIDDEN_ONLY", {})
    for number, names in hidden_only.items():
        assert set(names) <= {what for what, *_ in book.WRONG[number]}, number
    assert sum(map(len, hidden_only.values())) <= 0.05 * entries


@pytest.mark.parametrize("name", MOVED)
def test_right_answers_pass_the_visible_checks(name):
    """Without a warning, which would puzzle a student, and nbgrader counts one as a failure."""
    tried = Tried(name)
    for number, entries in bank(name).RIGHT.items():
        for what, source in entries:
            assert not tried.messages(number, source), f"{number}, {what}"
    assert not tried.warned


if __name__ == "__main__":
    print(
        f"{'notebook':16}{'exercises':>10}{'wrong answers':>15}{'seen with cause':>17}{'share':>7}"
    )
    for each in NAMES:
        book, missed = bank(each), unseen(each)
        total = sum(map(len, book.WRONG.values()))
        kept = sum(map(len, getattr(book, "HIDDEN_ONLY", {}).values()))
        seen = total - kept - len(missed)
        print(f"{each:16}{len(book.WRONG):>10}{total:>15}{seen:>17}{seen / total:>7.0%}")
        for what, said in missed.items():
            print(f"    {what}: {said.splitlines()[0][:150]}")
