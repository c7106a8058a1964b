"""Keep the values of a hidden check out of its message.

An answer could pass on the inputs that it was given: only words that the authors wrote may be
shown.
"""

import ast
import builtins
import functools
import re
from pathlib import Path

from nbjudge.contract.model import Assignment, Check

__all__ = ["authors_words", "without_values"]

# The files of this package with words that a message may have.
_MESSAGES = (
    "checks/calling.py",
    "checks/comparison.py",
    "checks/conditions.py",
    "checks/results.py",
    "checks/wording.py",
    "engine/proxy.py",
    "engine/runner.py",
    "engine/session.py",
    "errors.py",
    "values.py",
    "worker/client.py",
    "worker/frames.py",
    "worker/launcher.py",
    "worker/main.py",
    "worker/watch.py",
)
_WORD = re.compile(r"[^\W_][\w.+-]*")


def without_values(message: str, words: set[str]) -> str:
    """Leave out of a message what came back, and replace strange words by “…”.

    Parameters
    ----------
    message : str
        A check's message.
    words : set of str
        The words that may be shown (`authors_words`).

    Returns
    -------
    str
        The message without any number or text of the student's.
    """
    message = re.sub(r", got [^;]*", "", message)

    def shown(word: re.Match[str]) -> str:
        known = word.group() in words or word.group().rstrip(".+-") in words
        return word.group() if known else "…"

    return _WORD.sub(shown, message)


def authors_words(assignment: Assignment, check: Check) -> set[str]:
    """Collect the words that the authors of an assignment and of this engine wrote.

    Parameters
    ----------
    assignment : Assignment
        The contract; the words are those of its locked cells.
    check : Check
        The check; its own words are added, and the names of its exercise.

    Returns
    -------
    set of str
        Words, none of which begins with a digit, and the numbers of the exercises.
    """
    sources = [check.source or "", *[source for _, source in assignment.setup]]
    words = _engine_words().union(*[_string_words(source) for source in sources])
    names = assignment.exercises[check.exercise].names
    return {word for word in words if not word[0].isdigit()} | {*names, *assignment.exercises}


def _string_words(source: str) -> set[str]:
    texts = [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return {word.rstrip(".+-") for text in texts for word in _WORD.findall(text)}


@functools.cache
def _engine_words() -> set[str]:
    """Collect the words of our own messages, and the names of built-in types and errors."""
    root = Path(__file__).parents[1]
    sources = [(root / file).read_text(encoding="utf-8") for file in _MESSAGES]
    return set(dir(builtins)).union(*map(_string_words, sources))
