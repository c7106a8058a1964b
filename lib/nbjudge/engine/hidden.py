"""Keep the values of a hidden check out of messages.

An answer could pass on the inputs that it was given: only words that the authors wrote may be
shown.
"""

import ast
import builtins
import functools
import re
from pathlib import Path

from nbjudge.contract.model import Assignment, Check
from nbjudge.forbidden.static import expectations

__all__ = ["authors_words", "refusal", "without_values"]

# The files of this package whose words a message may contain.
_MESSAGES = (
    "checks/calling.py",
    "checks/comparison.py",
    "checks/conditions.py",
    "checks/relations.py",
    "checks/results.py",
    "checks/slips.py",
    "checks/wording.py",
    "engine/proxy.py",
    "engine/runner.py",
    "engine/session.py",
    "errors.py",
    "results.py",
    "values.py",
    "worker/client.py",
    "worker/frames.py",
    "worker/launcher.py",
    "worker/main.py",
    "worker/watch.py",
)
# The types that may appear between the authors' words of a refusal.
_KINDS = {*dir(builtins), "function", "generator"}
_ERRORS = ("NotPlainError", "FrameError")  # which say why a value is refused
_NO_REASON = (
    "the value cannot be graded; return numbers, strings, lists, tuples, dicts or NumPy arrays"
)
_WORD = re.compile(r"[^\W_][\w.+-]*")
_NUMBER = re.compile(r"\d[\d.]*(e[+-]?\d+)?j?|nan|inf", re.ASCII)


def without_values(message: str, words: set[str], *, numbers: bool = False) -> str:
    """Remove returned values from a message, and replace unknown words with “…”.

    Parameters
    ----------
    message : str
        A check's message.
    words : set of str
        The words that may be shown (`authors_words`).
    numbers : bool, default False
        Whether numbers may be shown too.

    Returns
    -------
    str
        The message without any text from the student.
    """
    if not numbers:
        message = re.sub(r", got [^;]*", "", message)

    def shown(word: re.Match[str]) -> str:
        text = word.group().rstrip(".+-")
        known = word.group() in words or text in words
        return word.group() if known or (numbers and _NUMBER.fullmatch(text)) else "…"

    return _WORD.sub(shown, message)


def refusal(text: str) -> str:
    """Reduce the reason why a value was refused to the words of this engine's authors.

    A worker gives the reason, which names a type or repeats an error. That text comes from the
    student: symbols and known words could spell out the input of a hidden check.

    Parameters
    ----------
    text : str
        What the worker sent.

    Returns
    -------
    str
        The reason, with “…” for what was between its words; a general one if it is not ours.

    Examples
    --------
    >>> refusal("the value is nested more than 32 levels deep; return something flatter")
    'the value is nested more than … levels deep; return something flatter'
    """
    for first, *rest in _refusals():
        if not rest and text == first:
            return text
        if rest and text.startswith(first) and text.endswith(rest[-1]):
            between = text[len(first) : len(text) - len(rest[-1])]
            known = re.fullmatch(r"an? (\w+)", between)
            kept = len(rest) == 1 and known and known[1] in _KINDS
            return text if kept else "…".join([first, *rest])
    return _NO_REASON


def authors_words(assignment: Assignment, check: Check, *, numbers: bool = False) -> set[str]:
    """Collect the words that the authors of an assignment and of this engine wrote.

    Parameters
    ----------
    assignment : Assignment
        The contract; the words are those of its locked cells.
    check : Check
        The check; its own words are added, and the names of its exercise.
    numbers : bool, default False
        Whether to include words that begin with a digit ("2L").

    Returns
    -------
    set of str
        The words, and the numbers of the exercises.
    """
    sources = [check.source or "", *[source for _, source in assignment.setup]]
    words = _engine_words().union(*[_string_words(source) for source in sources])
    words |= _expected_words(assignment.library)
    names = assignment.exercises[check.exercise].names
    shown = {word for word in words if numbers or not word[0].isdigit()}
    return shown | {*names, *assignment.exercises}


def _string_words(source: str) -> set[str]:
    texts = [
        node.value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return {word.rstrip(".+-") for text in texts for word in _WORD.findall(text)}


@functools.cache
def _expected_words(library: str) -> set[str]:
    """Collect the words of visible checks' messages (the library's package `exercises`)."""
    return set().union(*(_string_words(text) for _, text in expectations(library)))


@functools.cache
def _refusals() -> list[list[str]]:
    """Read the reasons for refusing a value: the fixed texts around the values in them."""
    root = Path(__file__).parents[1]
    found = []
    for file in ("values.py", "worker/frames.py"):
        for node in ast.walk(ast.parse((root / file).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in _ERRORS:
                text = node.args[0]
                parts = text.values if isinstance(text, ast.JoinedStr) else [text]
                written = [str(p.value) if isinstance(p, ast.Constant) else "\0" for p in parts]
                found.append("".join(written).split("\0"))
    return found


@functools.cache
def _engine_words() -> set[str]:
    """Collect the words of our own messages, and the names of built-in types and errors."""
    root = Path(__file__).parents[1]
    sources = [(root / file).read_text(encoding="utf-8") for file in _MESSAGES]
    return set(dir(builtins)).union(*map(_string_words, sources))
