"""Serve the gallery with Voila on this machine alone."""

import json
import os
from pathlib import Path

from nbjudge.extras import needs, require

__all__ = ["prepare", "serve"]

TEMPLATE = Path(__file__).parent / "template"
EXTENSIONS = [
    "anywidget",
    "@jupyter-widgets/jupyterlab-manager",
    "@voila-dashboards/widgets-manager8",
]


def prepare(folder: Path) -> Path:
    """Write the page's notebook and the table of demos.

    The page's kernel reads the table instead of making it, which takes seconds less: it imports
    neither PyTorch, matplotlib nor SciPy.

    Parameters
    ----------
    folder : Path
        Where to write.

    Returns
    -------
    Path
        The notebook.
    """
    require("lab", "voila")  # which will serve it
    with needs("lab"):
        import nbformat

    from lazyrich.demos.gallery.page import table

    (folder / "table.json").write_text(json.dumps(table()))
    cell = nbformat.v4.new_code_cell(
        "import json\nfrom pathlib import Path\n\nfrom lazyrich.demos.gallery import Gallery\n\n"
        'Gallery(table=json.loads(Path("table.json").read_text()), page=True)'
    )
    notebook = nbformat.v4.new_notebook(cells=[cell])
    notebook.metadata |= {
        "title": "Lazy to Rich: demos",
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
    }
    place = folder / "gallery.ipynb"
    nbformat.write(notebook, place)
    return place


def serve(notebook: Path, *, port: int, browser: bool) -> None:
    """Run Voila on 127.0.0.1 until it is stopped with Ctrl-C (or SIGTERM).

    A page can use its widgets, not run code.

    Parameters
    ----------
    notebook : Path
        What `prepare` wrote.
    port : int
        The port.
    browser : bool
        Whether to open a browser.
    """
    before = os.environ.get("JUPYTER_PATH")
    os.environ["JUPYTER_PATH"] = os.pathsep.join(
        [str(TEMPLATE), before] if before else [str(TEMPLATE)]
    )
    with needs("lab"):
        from voila.app import Voila
    Voila.launch_instance(
        [
            str(notebook),
            "--Voila.ip=127.0.0.1",
            f"--Voila.port={port}",
            "--Voila.port_retries=0",
            f"--Voila.open_browser={browser}",
            "--Voila.log_level=ERROR",
            "--VoilaConfiguration.template=lazyrich",
            *(f"--VoilaConfiguration.extension_allowlist={name}" for name in EXTENSIONS),
        ]
    )
