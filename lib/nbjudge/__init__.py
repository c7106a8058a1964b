"""The grading engine: a student's code in a worker process, the tests in this one, plain data between.

>>> import nbjudge
>>> nbjudge.Limits().replays
3
"""

import importlib
from typing import Any

_HOMES = {
    "Assignment": "contract.assignment",
    "ContractError": "contract.assignment",
    "Check": "contract.assignment",
    "CheckResult": "results",
    "Limits": "limits",
    "Report": "results",
    "StartError": "worker.client",
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
