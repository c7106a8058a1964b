"""Run the students' notebooks, so that their pages show figures; no solution comes near them."""

import os
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

__all__ = ["executed"]

SECONDS = 900  # for one cell
REPLACED = "From here on the library's "  # how `checks.fallback` begins to say what it used


def executed(path: Path) -> Any:
    """Run a released notebook from top to bottom and keep what its own cells show.

    Exercises are not answered there: what comes after them uses the library's functions, and the
    checks fail. So the page shows what a right answer would give, and nothing of one.

    Parameters
    ----------
    path : pathlib.Path
        The notebook, in `course/`.

    Returns
    -------
    nbformat.NotebookNode
        The notebook with the outputs of its given cells, and no others.

    Raises
    ------
    RuntimeError
        If a given cell fails; the message names it.
    """
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory(prefix="lazyrich-site-") as folder:
        client = NotebookClient(
            notebook,
            timeout=SECONDS,
            allow_errors=True,
            kernel_name="python3",
            store_widget_state=True,
            coalesce_streams=True,
            extra_arguments=[
                "--log-level=ERROR"
            ],  # a kernel warns of each connection on this machine
            resources={"metadata": {"path": folder}},
        )
        client.execute(env=os.environ | {"PYDEVD_DISABLE_FILE_VALIDATION": "1"})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [] if is_exercise(cell) else _kept(cell, path)
    return notebook


def is_exercise(cell: Any) -> bool:
    """Tell whether a cell is an answer or a check."""
    return bool(cell.metadata.get("nbjudge")) or bool(
        cell.metadata.get("nbgrader", {}).get("grade")
    )


def _kept(cell: Any, path: Path) -> list[Any]:
    kept = []
    for output in cell.outputs:
        if output.output_type == "error":
            raise RuntimeError(
                f"{path.name}, cell {cell.id}: {output.ename}: {output.evalue}. A cell that is no "
                "exercise should run without any answer"
            )
        if output.output_type == "stream":
            lines = [line for line in output.text.splitlines() if not line.startswith(REPLACED)]
            output.text = "\n".join(lines)
            if output.name == "stderr" or not output.text.strip():
                continue
        kept.append(output)
    return kept
