"""Run the students' notebooks, so that their pages show figures but no solutions."""

import os
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

__all__ = ["executed"]

SECONDS = 900  # for one cell
REPLACED = "From here on the library's "  # the beginning of the lines that `checks.fallback` prints


def executed(path: Path) -> Any:
    """Run a released notebook from top to bottom and keep the outputs of its given cells.

    Exercises are not answered in it, so the checks fail, and later cells use the library's
    functions. So the page shows the results of right answers, but not the answers.

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
            extra_arguments=["--log-level=ERROR"],  # a kernel warns of each local connection
            resources={"metadata": {"path": folder}},
        )
        client.execute(env=os.environ | {"PYDEVD_DISABLE_FILE_VALIDATION": "1"})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [] if is_exercise(cell) else _kept(cell, path)
    return notebook


def is_exercise(cell: Any) -> bool:
    """Test whether a cell is an answer or a check."""
    return bool(cell.metadata.get("nbjudge")) or bool(
        cell.metadata.get("nbgrader", {}).get("grade")
    )


def _kept(cell: Any, path: Path) -> list[Any]:
    kept = []
    for output in cell.outputs:
        if output.output_type == "error":
            raise RuntimeError(
                f"{path.name}, cell {cell.id}: {output.ename}: {output.evalue}. A cell that is not "
                "an exercise should run without any answer"
            )
        if output.output_type == "stream":
            lines = [line for line in output.text.splitlines() if not line.startswith(REPLACED)]
            output.text = "\n".join(lines)
            if output.name == "stderr" or not output.text.strip():
                continue
        kept.append(output)
    return kept
