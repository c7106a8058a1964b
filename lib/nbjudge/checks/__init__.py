"""Write test cells: call an answer, examine what it returned, say why it is wrong.

A check asks in order: is there an answer, has it the right type, is it finite, has it the right
shape, has it the right value? It stops at the first question that fails, and its message names the
property, what was expected and, if a known slip explains the result, that slip. The same code runs
in a student's notebook (on the function itself) and in the judge (on a proxy for it).

Hidden checks never show a number: inside `context(hidden=True)` messages leave out every value.

`conditions` sets the conditions of a check, `calling` calls an answer, and `results` examines what
it returned; `wording` and `comparison` are their tools.
"""

from nbjudge.checks.calling import ask, call, fallback, inputs_unchanged, raises
from nbjudge.checks.conditions import context, rng
from nbjudge.checks.results import array, close, fields, items, number, passed, text, that
from nbjudge.errors import CheckFailed, Unwritten

__all__ = [
    "CheckFailed",
    "Unwritten",
    "array",
    "ask",
    "call",
    "close",
    "context",
    "fallback",
    "fields",
    "inputs_unchanged",
    "items",
    "number",
    "passed",
    "raises",
    "rng",
    "text",
    "that",
]
