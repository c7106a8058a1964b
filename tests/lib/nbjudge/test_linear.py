"""Check that the judge's work on a student's text outside a limited process is linear in its
length.

Each text is tried at two sizes, one four times the other, and the judge's own processor time is
compared: quadratic growth would take sixteen times as long.
"""

import time

import labs
import pytest

from nbjudge import match
from nbjudge.engine.hidden import without_values
from nbjudge.forbidden.static import pasted
from nbjudge.matching.submitted import SubmittedCell
from nbjudge.nbgrader_rules import graded
from nbjudge.ngrams import code_words
from nbjudge.worker.untrusted_output import checked_outputs

SMALL, TIMES = 10_000, 4
# From a size to a text of about that size.
TEXTS = {
    "a string that does not end": lambda n: "x = '''" + "a " * (n // 2),
    "quotes in a string that does not end": lambda n: "'''" + "\"'" * (n // 2),
    "strings of three quotes within each other": lambda n: "'''a\"\"\"b" * (n // 8),
    "single quotes": lambda n: "'" * n,
    "a quote on each line": lambda n: "'\n" * (n // 2),
    "quotes of both kinds on each line": lambda n: "'\"\n" * (n // 3),
    "comments": lambda n: "# a\n" * (n // 4),
    "a comment of spaces": lambda n: "# a" + " " * n + "b",
    "digits and points": lambda n: "1." * (n // 2),
    "one word": lambda n: "a" * n,
    "spaces": lambda n: "x" + " " * n + "x",
    "lines of spaces": lambda n: (" " * 99 + "\n") * (n // 100),
    "the function's name": lambda n: "double " * (n // 7),
    "assignments to the function": lambda n: "double = double\n" * (n // 16),
    "colons after the function": lambda n: "double:" * (n // 7),
    "parentheses": lambda n: "(" * n,
    "lines that end early": lambda n: "\r" * n,
    "numbers": lambda n: "9" * n,
}
WORK = {
    "words": code_words,
    "the copy report": lambda text: list(pasted(text, ("nbjudge.values.to_plain",))),
    "a function's name": lambda text: SubmittedCell("code", text).defines("double"),
    "recognizing cells": lambda text: match(labs.assignment(), labs.submission(double=text)),
    "a message": lambda text: without_values(text, {"a"}, numbers=True),
    "outputs": lambda text: checked_outputs(
        [{"output_type": "stream", "name": "stdout", "text": text}], 10**7
    ),
    "points": lambda text: graded(
        [{"output_type": "execute_result", "data": {"text/plain": text}}], "", 2.0
    ),
}


@pytest.mark.parametrize("work", WORK)
def test_work_on_a_students_text_grows_as_the_text_does(work):
    for name, text in TEXTS.items():
        small, large = (_seconds(WORK[work], text(n)) for n in (SMALL, TIMES * SMALL))
        assert large < 2.5 * TIMES * small + 0.02, name


def _seconds(work, text: str) -> float:
    taken = []
    for _ in range(3):
        before = time.process_time()
        work(text)
        taken.append(time.process_time() - before)
    return min(taken)
