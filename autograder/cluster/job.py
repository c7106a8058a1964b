"""Pack what is sent to a remote judge: an assignment once, and each submission with its seeds.

The course's secret, the gradebook, the records and other submissions are never sent.
"""

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat

import lazyrich
from autograder.courses import Course
from autograder.grading.work import work_hash
from autograder.isolation.data_files import archived
from nbjudge import Assignment, Limits

__all__ = ["Carried", "Contract", "Job"]


@dataclass(frozen=True)
class Contract:
    """Hold what is the same for all submissions to an assignment.

    Parameters
    ----------
    name : str
        The assignment.
    assignments : mapping of str to Assignment
        The contract of each notebook.
    limits : Limits
        What a notebook may use.
    data : mapping of str to bytes
        By notebook, a tar archive of the files beside it; b"" for none.
    all_cells : bool
        Also run those of the students' cells that no check depends on.
    version : str, default lazyrich.__version__
        The version that judges must have.
    """

    name: str
    assignments: Mapping[str, Assignment]
    limits: Limits
    data: Mapping[str, bytes]
    all_cells: bool
    version: str = lazyrich.__version__

    @classmethod
    def of(cls, course: Course, name: str) -> "Contract":
        """Build it from a course; raises FileNotFoundError or ContractError if that fails."""
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
    """Hold a submission that was taken in.

    Parameters
    ----------
    student : str
        The student's id.
    notebooks : mapping of str to str
        The text of each notebook.
    seeds : mapping of (str, str, str) to int
        The seeds of the hidden checks, by the hash of the work, exercise and check.
    files : mapping of str to bytes
        The student's own files, by path.
    """

    student: str
    notebooks: Mapping[str, str]
    seeds: Mapping[tuple[str, str, str], int]
    files: Mapping[str, bytes]

    @classmethod
    def of(cls, course: Course, contract: Contract, student: str) -> "Job":
        name = contract.name
        files, texts, seeds = dict(course.files(student, name)), {}, {}
        for notebook, assignment in contract.assignments.items():
            path = course.built(student, name) / f"{notebook}.ipynb"
            if not path.is_file():
                continue
            texts[notebook] = path.read_text(encoding="utf-8")
            work = work_hash(assignment, nbformat.reads(texts[notebook], as_version=4), files)
            seeds |= {
                key: course.seed(student, name, *key)
                for check in assignment.checks
                if check.kind == "hidden"
                for key in [(work, check.exercise, check.name)]
            }
        return cls(student, texts, seeds, files)


@dataclass(frozen=True)
class Carried:
    """Stand in for the course on the remote machine: as much of it as `judge_notebook` needs.

    Parameters
    ----------
    contract : Contract
        The assignment.
    folders : mapping of str to Path
        By notebook, the folder of its data files on this machine.
    job : Job
        The submission.
    """

    contract: Contract
    folders: Mapping[str, Path]
    job: Job

    def assignment(self, name: str, notebook: str) -> Assignment:
        return replace(self.contract.assignments[notebook], data=self.folders[notebook])

    def seed(self, student: str, name: str, work: str, exercise: str, check: str) -> int:
        return self.job.seeds[work, exercise, check]

    @property
    def all_cells(self) -> bool:
        return self.contract.all_cells

    def limits(self) -> Limits:
        return self.contract.limits

    def files(self, student: str, name: str) -> Mapping[str, bytes]:
        return self.job.files
