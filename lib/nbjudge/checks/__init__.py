"""Write test cells: call an answer, look at what it returned, say why it is wrong.

A check climbs one ladder: is there an answer, is it of the right type, finite, of the right shape,
of the right value? It stops at the first rung that fails, and its message names the property, what
was expected and, where a known slip explains the result, that slip. The same lines run in a
student's notebook (on the function itself) and in the judge (on a proxy for it).

Hidden checks never show a number: inside `context(hidden=True)` messages leave out every value.

`conditions` has what a check runs under, `calling` calls an answer, and `results` looks at what it
returned; `wording` and `comparison` are their tools.
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
