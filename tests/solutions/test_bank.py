"""Judge every answer of the banks with the judge that grades.

Every wrong answer is rejected with its cause, every right one earns all points."""

import copy
import importlib
from itertools import zip_longest
from pathlib import Path

import pytest
from forked import forked

from nbjudge import judge, read_assignment
from nbjudge.contract.assignment import read_notebook

SOLUTIONS = Path(__file__).parents[2] / "solutions"
BANKS = {
    "00_start": "bank_00",
    "01_invariant": "bank_01",
    "02_exact": "bank_02",
    "03_regimes": "bank_03",
    "04_wide": "bank_04",
    "05_deep": "bank_05",
    "06_relu": "bank_06",
    "07_width": "bank_07",
    "08_grokking": "bank_08",
}


def columns(name, kind):
    """The k-th entry of every exercise together in one notebook: (k, {exercise: entry})."""
    bank = getattr(importlib.import_module(BANKS[name]), kind)
    for k, entries in enumerate(zip_longest(*bank.values())):
        yield (
            k,
            {
                number: entry
                for number, entry in zip(bank, entries, strict=True)
                if entry is not None
            },
        )


def cases(kind):
    """Every column of the banks. Of the wrong answers, which `test_exercises.py` tries on the
    visible checks one by one, CI judges whole notebooks of every sixth column."""
    return [
        pytest.param(
            name,
            entries,
            id=f"{name}-{k}",
            marks=[pytest.mark.slow, pytest.mark.long] if kind == "WRONG" and k % 6 else [],
        )
        for name in BANKS
        for k, entries in columns(name, kind)
    ]


def grade(assignment, notebook, **options):
    """The report on the answers of a notebook, with the hidden checks."""
    return judge(assignment, notebook, hidden=True, launcher=forked, **options)


def judged(name, answers):
    """Groups by exercise, of the released notebook with these answers."""
    assignment = read_assignment(SOLUTIONS / name / f"{name}.ipynb")
    notebook = copy.deepcopy(assignment.release)
    for cell in notebook["cells"]:
        metadata = cell["metadata"]
        if metadata.get("nbgrader", {}).get("solution") and "nbjudge" in metadata:
            cell["source"] = answers.get(metadata["nbjudge"]["exercise"], cell["source"])
    checks = {}
    for check in grade(assignment, notebook, seed=lambda exercise, check: 12345).checks:
        checks.setdefault(check.exercise, []).append(check)
    return checks


@pytest.mark.parametrize(("name", "entries"), cases("WRONG"))
def test_wrong_answers_are_told_what_is_wrong(name, entries):
    checks = judged(name, {number: source for number, (_, source, _) in entries.items()})
    for number, (what, _, words) in entries.items():
        lost = [check for check in checks[number] if check.status != "passed"]
        assert lost, f"{number}, {what}: passes every check"
        assert {check.status for check in lost} == {"failed"}, f"{number}, {what}: {lost}"
        messages = "\n".join(check.message for check in lost)
        assert words in messages, f"{number}, {what}: no message names the cause:\n{messages}"


@pytest.mark.parametrize(("name", "entries"), cases("RIGHT"))
def test_right_answers_earn_everything_however_they_are_written(name, entries):
    checks = judged(name, {number: source for number, (_, source) in entries.items()})
    for number, (what, _) in entries.items():
        lost = [
            f"{check.name}: {check.status}: {check.message}"
            for check in checks[number]
            if check.status != "passed"
        ]
        assert not lost, f"{number}, {what}: {lost}"


@pytest.mark.parametrize("name", BANKS)
def test_every_exercise_has_its_bank(name):
    assignment = read_assignment(SOLUTIONS / name / f"{name}.ipynb")
    bank = importlib.import_module(BANKS[name])
    assert set(bank.WRONG) == set(bank.RIGHT) == set(assignment.exercises)
    assert all(len(entries) >= 3 for entries in bank.RIGHT.values())


@pytest.mark.parametrize("name", BANKS)
def test_the_solution_earns_everything_and_the_stub_nothing(name):
    assignment = read_assignment(SOLUTIONS / name / f"{name}.ipynb")
    solution = grade(assignment, read_notebook(SOLUTIONS / name / f"{name}.ipynb"))
    stub = judge(assignment, assignment.release, hidden=True, launcher=forked)
    assert {check.status for check in solution.checks} == {"passed"}
    assert {check.status for check in stub.checks} == {"missing"}
    if name != "00_start":
        assert (solution.score, stub.score) == (80, 0)


@pytest.mark.parametrize("name", [name for name in BANKS if name != "00_start"])
def test_a_correct_answer_does_not_depend_on_luck(name):
    """Three more seeds of the hidden inputs."""
    assignment = read_assignment(SOLUTIONS / name / f"{name}.ipynb")
    source = read_notebook(SOLUTIONS / name / f"{name}.ipynb")
    for base in (1, 2**40, 2**63):
        report = grade(
            assignment, source, seed=lambda exercise, check, base=base: base + len(check)
        )
        assert report.score == 80, [check for check in report.checks if check.status != "passed"]
