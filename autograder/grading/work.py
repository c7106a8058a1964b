"""Hash the runnable part of a submission, from which the inputs of hidden checks are drawn."""

import hashlib
from collections.abc import Mapping

from nbformat.notebooknode import NotebookNode

from nbjudge import Assignment, match
from nbjudge.contract.notebooks import is_graded_or_locked
from nbjudge.engine.needed import student_cells

__all__ = ["work_hash"]


def work_hash(assignment: Assignment, nb: NotebookNode, files: Mapping[str, bytes]) -> str:
    """Hash the runnable part of what a student handed in: code, and files beside the notebook.

    The inputs of hidden checks depend on it. A second file that uses what a first one found out
    about its inputs gets different ones; the same code always gets the same inputs, even if the
    texts of locked cells and checks have changed meanwhile. Their positions count, and so do given
    cells, because code can tell from them which of two files it is in.

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
