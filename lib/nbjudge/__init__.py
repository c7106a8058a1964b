"""Grade notebooks of any course: students' code runs in a worker process, checks run in this one.

Only plain data passes between the two processes. The README of this package grades a small course.

>>> import nbjudge
>>> nbjudge.Limits().replays
3
"""

from nbjudge.extras import late

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

__getattr__, __dir__ = late(__name__, _HOMES)
