"""What travels to a judge elsewhere: an assignment once, and for each submission its notebooks and the seeds of its hidden tests.

Neither the course's secret, the gradebook, the records nor other submissions are among it.
"""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import lazyrich
from autograder.courses import Course
from autograder.isolation.launcher import archived
from nbjudge import Assignment, Limits

__all__ = ["Carried", "Contract", "Job"]


@dataclass(frozen=True)
class Contract:
    """What is the same for all submissions of an assignment. data: a tar archive of the files beside its notebooks (b"" for none)."""

    name: str
    assignments: Mapping[str, Assignment]  # by notebook
    limits: Limits
    data: Mapping[str, bytes]  # by notebook
    all_cells: bool
    version: str = lazyrich.__version__

    @classmethod
    def of(cls, course: Course, name: str) -> "Contract":
        """Raises FileNotFoundError, ContractError as `Course.assignment` does."""
        assignments = {
            notebook: course.assignment(name, notebook) for notebook in course.notebooks(name)
        }
        data = {}
        for notebook, assignment in assignments.items():
            with archived(assignment.data) as files:
                files.seek(0)
                data[notebook] = files.read()
        bare = {
            notebook: replace(assignment, data=None) for notebook, assignment in assignments.items()
        }
        return cls(name, bare, course.limits(), data, course.all_cells)

    def packed(self) -> bytes:
        return pickle.dumps(self)


@dataclass(frozen=True)
class Job:
    """A submission that was taken in: its notebooks as text, the seeds by (exercise, group), the student's own files."""

    student: str
    notebooks: Mapping[str, str]
    seeds: Mapping[tuple[str, str], int]
    files: Mapping[str, bytes]

    @classmethod
    def of(cls, course: Course, contract: Contract, student: str) -> "Job":
        name = contract.name
        paths = {
            notebook: course.built(student, name) / f"{notebook}.ipynb"
            for notebook in contract.assignments
        }
        groups = {
            (group.exercise, group.group)
            for assignment in contract.assignments.values()
            for group in assignment.groups
            if group.kind == "hidden"
        }
        return cls(
            student,
            {
                notebook: path.read_text(encoding="utf-8")
                for notebook, path in paths.items()
                if path.is_file()
            },
            {
                (exercise, group): course.seed(student, name, exercise, group)
                for exercise, group in sorted(groups)
            },
            dict(course.files(student, name)),
        )


@dataclass(frozen=True)
class Carried:
    """A contract and a job where they arrived: as much of a course as judging needs (see `judge_notebook`)."""

    contract: Contract
    folders: Mapping[str, Path]  # by notebook: where its data files lie here
    job: Job

    def assignment(self, name: str, notebook: str) -> Assignment:
        return replace(self.contract.assignments[notebook], data=self.folders[notebook])

    def seed(self, student: str, name: str, exercise: str, group: str) -> int:
        return self.job.seeds[exercise, group]

    @property
    def all_cells(self) -> bool:
        return self.contract.all_cells

    def limits(self) -> Limits:
        return self.contract.limits

    def files(self, student: str, name: str) -> Mapping[str, bytes]:
        return self.job.files
