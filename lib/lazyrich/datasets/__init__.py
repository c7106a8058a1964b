"""Make data sets: a teacher's labels, modular arithmetic, strings of a random hierarchy, gratings, digits.

`arrays` has the tasks as plain NumPy arrays, `tensors` as sets to train on, which load PyTorch when one is first used.

>>> from lazyrich import datasets
>>> pairs, labels = datasets.modular_table(3)
>>> labels.tolist()
[0, 1, 2, 1, 2, 0, 2, 0, 1]
"""

import importlib
from typing import Any

from lazyrich.datasets.arrays import (
    hierarchy_rules,
    hierarchy_strings,
    modular_pairs,
    modular_table,
)

_TENSORS = (
    "Data",
    "TeacherStudent",
    "digits",
    "gratings",
    "modular",
    "random_hierarchy",
    "stack",
    "teacher_student",
)
__all__ = ["hierarchy_rules", "hierarchy_strings", "modular_pairs", "modular_table", *_TENSORS]


def __getattr__(name: str) -> Any:
    if name in _TENSORS:
        return getattr(importlib.import_module("lazyrich.datasets.tensors"), name)
    raise AttributeError(f"module 'lazyrich.datasets' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
