"""Name what a student handed in, as far as it can run: the inputs of hidden checks belong to it."""

import hashlib
from collections.abc import Mapping

from nbformat.notebooknode import NotebookNode

from nbjudge import Assignment, match
from nbjudge.contract.notebooks import is_graded_or_locked
from nbjudge.engine.needed import student_cells

__all__ = ["work_hash"]


def work_hash(assignment: Assignment, nb: NotebookNode, files: Mapping[str, bytes]) -> str:
    """Hash what a student handed in, as far as it can run: code, and files beside the notebook.

    The inputs of hidden checks belong to it. A second file, made with what a first one found out
    about its inputs, meets others; the same code meets the same inputs whenever it is graded,
    whatever became of the texts of locked cells and checks meanwhile. Their places count, and so do
    given cells: code can tell by them which of two files it is in.

    Parameters
    ----------
    assignment : Assignment
        The contract.
    nb : NotebookNode
        The student's notebook, as intake built it.
    files : mapping of str to bytes
        The student's own files, by path.

    Returns
    -------
    str
        The hash, in hexadecimal.
    """
    cells = match(assignment, nb)[0]["cells"]
    students = student_cells(assignment, cells)
    parts = [
        cell["source"].encode(errors="replace")
        if index in students or not is_graded_or_locked(cell)
        else b""
        for index, cell in enumerate(cells)
        if cell["cell_type"] == "code"
    ]
    parts += [part for name in sorted(files) for part in (name.encode(), files[name])]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()
