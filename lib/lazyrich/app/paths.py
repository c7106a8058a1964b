"""Find the course on disk."""

from pathlib import Path

__all__ = ["course_root"]


def course_root() -> Path:
    """Find the folder that holds the course: the nearest at or above this one, or the installed.

    Returns
    -------
    Path
        A folder with `course/` and `pyproject.toml`.

    Raises
    ------
    FileNotFoundError
        If there is no such folder.
    """
    start = Path.cwd().resolve()
    installed = Path(__file__).resolve().parents[3]
    for folder in [start, *start.parents, installed]:
        if (folder / "course").is_dir() and (folder / "pyproject.toml").is_file():
            return folder
    raise FileNotFoundError(
        f"no course found at or above {start}: change into the folder that holds course/ and "
        "pyproject.toml"
    )
