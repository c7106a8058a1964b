"""Where the course lives on disk."""

from pathlib import Path

__all__ = ["course_root"]


def course_root(start: Path | None = None) -> Path:
    """The folder that holds `course/`: the nearest at or above `start` (default: here), else the installed.

    Raises:
        FileNotFoundError: if neither has a `course/` folder next to a `pyproject.toml`.
    """
    start = (start or Path.cwd()).resolve()
    installed = Path(__file__).resolve().parents[3]
    for folder in [start, *start.parents, installed]:
        if (folder / "course").is_dir() and (folder / "pyproject.toml").is_file():
            return folder
    raise FileNotFoundError(
        f"no course found at or above {start}: change into the folder that holds course/ and pyproject.toml"
    )
