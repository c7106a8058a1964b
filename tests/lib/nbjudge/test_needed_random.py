"""Judge random notebooks with and without display cells: no score or message differs.

The messages of visible checks show what an answer returned, and these answers return all that they
can see of the notebook's state: a cell that was left out by mistake would show.
"""

import copy
import random

import labs
import pytest
from forked import forked
from labs import code

from nbjudge import judge, read_assignment

SETUP = """
import numpy as np
from nbjudge import checks

VECTOR = np.array([3.0, 4.0])
v0, v1, v2, v3, v4, v5, v6, v7 = 1, 2, 3, 4, 5, 6, 7, 8
l0, l1, l2, l3, l4, l5 = [1], [2, 3], [4], [5, 6], [7], []


def f0(x):
    return x


def f1(x):
    return x + v0


def f2(x):
    l2.append(x)
    return len(l2)


def f3(x):
    return 2 * x


def f4(x):
    return x - v4
"""
VALUES, LISTS, FUNCTIONS = (
    [f"{kind}{k}" for k in range(number)] for kind, number in (("v", 8), ("l", 6), ("f", 5))
)
STATEMENTS = [
    "{v} = 7",
    "{v} = {w} + 1",
    "{v} += {w}",
    "{v} = len({l})",
    "{l} = [{v}, {w}]",
    "{l} = {m}",
    "{l}.append({v})",
    "{l}[0] = {v}",
    "{l} = [{v} for {v} in range(3)]",
    "{v} = {f}({w})",
    "{l} += [{f}({v})]",
    "{f} = {g}",
    "def {f}(x):\n    return x + {v}",
    "def {f}(x, y={v}):\n    return x * y",
    "def {f}(x):\n    {l}.append(x)\n    return len({l})",
    "def {f}(x):\n    {l} = [x]\n    return {l}[0] + {v}",
    "def {f}(x):\n    global {v}\n    {v} += 1\n    return x",
    "def {f}(x):\n    return {g2}(x) + 1",
    "if {v} > 3:\n    {w} = 9\nelse:\n    {l} = [0]",
    "for {v} in range(3):\n    {l}.append({v})",
    "while {v} < 3:\n    {v} += 1",
    "try:\n    {v} = {l}[5]\nexcept IndexError:\n    {v} = 0",
    "print({v}, {l}, {f}({w}))",
    "{v}, {l} = {w}, [{v}]",
    "(lambda x: {l}.append(x))({v})",
    "{l}.extend(x for x in {m} if x != {v})",
    "VECTOR[0] = {v}",
    "{f}.calls = {v}",
    "class Box:\n    size = {v}\n{w} = Box.size",
    "helper = {v}",
]
UNDECIDED = [
    "globals()['{v}'] = 5",
    "exec('{v} = 6')",
    "from operator import *\n{v} = add({w}, 1)",
    "del {v}\n{v} = 2",
]
RETURNED = [
    "{v}",
    "sum({l})",
    "{f}(1)",
    "len({l})",
    "{v} * {w}",
    "getattr({f}, 'calls', 0)",
    "sum(VECTOR)",
]
SHOWN = 'checks.close(checks.call(double, 21), 0.5, what="double")'


def written(draw, template):
    v, w = draw.sample(VALUES, 2)
    one, other = draw.sample(LISTS, 2)
    f, g = draw.sample(FUNCTIONS, 2)
    lower = "f0" if f != "f0" else "abs"  # a function never calls itself in the end
    return template.format(v=v, w=w, l=one, m=other, f=f, g=g, g2=lower)


def cell(draw):
    kinds = UNDECIDED if draw.random() < 0.05 else STATEMENTS
    return "\n".join(written(draw, draw.choice(kinds)) for _ in range(draw.randint(1, 2)))


def answer(draw, name):
    parts = " + ".join(written(draw, draw.choice(RETURNED)) for _ in range(draw.randint(1, 2)))
    before = cell(draw) + "\n" if draw.random() < 0.3 else ""
    return f"{before}def {name}(x):\n    return {parts}"


def notebook(seed):
    """A contract with six given cells, and a submission.

    It has answers, perhaps a changed cell, and perhaps one of the student's own.
    """
    draw = random.Random(seed)
    source = labs.source()
    labs.cell(source, "setup")["source"] = SETUP.strip()
    labs.cell(source, "ex1-number")["source"] = SHOWN
    labs.cell(source, "ex2-value")["source"] = SHOWN.replace("double", "norm").replace(
        "21", "VECTOR"
    )
    source["cells"] = [c for c in source["cells"] if c["id"] != "c-use"]
    for number in range(6):
        place = draw.randint(2, len(source["cells"]))
        source["cells"].insert(place, code(cell(draw), f"given-{number}"))
    assignment = read_assignment(source)
    book = copy.deepcopy(assignment.release)
    labs.cell(book, "ex1-answer")["source"] = answer(draw, "double")
    labs.cell(book, "ex2-answer")["source"] = answer(draw, "norm")
    if draw.random() < 0.2:
        next(c for c in book["cells"] if c["id"] == "given-0")["source"] = cell(draw)
    if draw.random() < 0.2:
        book["cells"].insert(draw.randint(2, len(book["cells"])), code(cell(draw), "own"))
    return assignment, book


@pytest.mark.parametrize("number", [30, pytest.param(1000, marks=pytest.mark.slow)])
def test_scores_and_messages_are_the_same_with_and_without_display(number):
    left_out = 0
    for seed in range(number):
        assignment, book = notebook(seed)
        found = []
        for all_cells in (True, False):
            report = judge(
                assignment,
                book,
                hidden=True,
                limits=labs.LIMITS,
                launcher=forked,
                all_cells=all_cells,
            )
            found.append([(g.grade_id, g.status, g.score, g.message) for g in report.checks])
        left_out += len(report.display)
        assert found[0] == found[1], f"seed {seed}"
    assert left_out > number / 2  # or nothing was tried
