"""Make data sets: a teacher's labels, modular arithmetic, hierarchical strings, gratings, digits.

`arrays` makes the tasks as NumPy arrays. `data`, `teacher` and `tensors` make data sets of tensors
for training, and load PyTorch when one of them is first used. Both use the same argument names: p,
operation, fraction and seed for arithmetic; levels, symbols, synonyms, s and classes for
hierarchies.

>>> from lazyrich import datasets
>>> pairs, labels = datasets.modular_table(3)
>>> labels.tolist()
[0, 1, 2, 1, 2, 0, 2, 0, 1]
"""

from lazyrich.datasets.arrays import (
    hierarchy_rules,
    hierarchy_strings,
    modular_pairs,
    modular_table,
)
from nbjudge.extras import late

_HOMES = {
    "Data": "data",
    "TeacherStudent": "teacher",
    "digits": "tensors",
    "gratings": "tensors",
    "modular": "tensors",
    "random_hierarchy": "tensors",
    "stack": "data",
    "teacher_student": "teacher",
}
__all__ = ["hierarchy_rules", "hierarchy_strings", "modular_pairs", "modular_table", *_HOMES]

__getattr__, __dir__ = late(__name__, _HOMES)
