"""The grading engine: a student's code in a worker process, the tests in this one, plain data between.

>>> from lazyrich import judge
>>> judge.Limits().replays
3
"""

import importlib
from typing import Any

_HOMES = {
    "Assignment": "assignment",
    "ContractError": "assignment",
    "Group": "assignment",
    "GroupResult": "report",
    "Limits": "limits",
    "Report": "report",
    "StartError": "process",
    "judge": "runner",
    "match": "matching",
    "read_assignment": "assignment",
}
__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"lazyrich.judge.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'lazyrich.judge' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
