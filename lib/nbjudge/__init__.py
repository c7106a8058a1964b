"""Grade notebooks of any course: students' code runs in a worker process, the checks in this one.

Only plain data pass between the two processes. The README of this package grades a small course.

>>> import nbjudge
>>> nbjudge.Limits().replays
3
"""

import importlib
from typing import Any

_HOMES = {
    "Assignment": "contract.model",
    "ContractError": "errors",
    "Check": "contract.model",
    "CheckResult": "results",
    "Limits": "limits",
    "Report": "results",
    "StartError": "errors",
    "Status": "results",
    "judge": "engine.judge",
    "match": "matching.rebuild",
    "read_assignment": "contract.assignment",
}
__all__ = [*_HOMES]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"nbjudge.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'nbjudge' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
